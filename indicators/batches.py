"""Batches of changes from a browser: read strictly, applied once however often they are sent."""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import asdict
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from indicators import returns
from indicators.models import EntryBatch, Round, Way
from indicators.returns import UNSEEN, Change, Content, RowAnswer, RowChange, Unseen
from programmes.texts import problem_of

#: A browser sends its changes in portions; no honest one is larger.
MOST_ROWS = 1000
KEPT_FOR = timedelta(days=60)


def read(body: bytes) -> tuple[uuid.UUID, list[RowChange]]:
    """The key and the changes of a batch. Raises ValidationError with a sentence that names the place."""
    try:
        data = json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise ValidationError(_("JSON is expected.")) from None
    if not isinstance(data, dict) or not isinstance(data.get("rows"), list) or len(data["rows"]) > MOST_ROWS:
        raise ValidationError(_("“rows” must be a list of at most %(n)s rows.") % {"n": MOST_ROWS})
    try:
        key = uuid.UUID(str(data.get("key")))
    except ValueError:
        raise ValidationError(_("“key” must be a UUID.")) from None
    return key, [_row(row) for row in data["rows"]]


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _row(row: Any) -> RowChange:
    if not isinstance(row, dict) or not _is_name(row.get("organization")):
        raise ValidationError(_("Each row names its “organization” by code."))
    changes = row.get("changes", [])
    if not isinstance(changes, list) or not all(isinstance(one, dict) and _is_name(one.get("key")) for one in changes):
        raise ValidationError(_("“changes” must be a list of objects with a “key”."))
    return RowChange(
        row["organization"],
        [Change(one["key"], _content(one.get("content")), _seen(one)) for one in changes],
        _texts(row, "evidence"),
        _texts(row, "confirm"),
    )


def _seen(one: dict[str, Any]) -> Content | Unseen:
    return _content(one["seen"]) if "seen" in one else UNSEEN


def _content(value: Any) -> Content:
    if value is None:
        return None
    if isinstance(value, str):
        if not _is_name(value):
            raise ValidationError(_("A number or the code of a reason is expected."))
        return value
    return returns.number(value)


def _texts(row: dict[str, Any], name: str) -> dict[str, str]:
    found = row.get(name, {})
    if not isinstance(found, dict) or not all(
        _is_name(key) and isinstance(text, str) and "\0" not in text for key, text in found.items()
    ):
        raise ValidationError(_("“%(name)s” must map codes to texts.") % {"name": name})
    return found


def _is_name(value: Any) -> bool:
    """A code, key or mark: a short text that can be stored and sent back."""
    return isinstance(value, str) and not problem_of(value, longest=120)


@transaction.atomic
def apply(*, body: bytes, round: Round, by: Any) -> dict[str, Any]:
    """Save a batch and keep the answer under its key: sent again, it gets that answer and changes nothing.

    Raises ValidationError for what cannot be read, a closed round, or a key that stands for another batch.
    """
    key, rows = read(body)
    digest = hashlib.sha256(body).hexdigest()
    try:
        with transaction.atomic():
            batch = EntryBatch.objects.create(key=key, user=by, round=round, body_hash=digest, answer={})
    except IntegrityError:
        known = EntryBatch.objects.get(key=key)
        if (known.user_id, known.round_id, known.body_hash) != (by.pk, round.pk, digest):
            raise ValidationError(_("This key stands for another batch.")) from None
        answer: dict[str, Any] = known.answer
        return answer
    answers = returns.save_rows(round=round, rows=rows, by=by, way=Way.GRID)
    batch.answer = {"rows": [plain(answer) for answer in answers]}
    batch.save(update_fields=["answer"])
    return batch.answer


def plain(answer: RowAnswer) -> dict[str, Any]:
    """A row's answer as JSON."""
    return {
        "organization": answer.organization,
        "version": answer.version,
        "state": answer.state,
        "contents": {key: plain_content(content) for key, content in answer.contents.items()},
        "evidence": answer.row.evidence if answer.row else {},
        "confirmed": answer.row.confirmed if answer.row else {},
        "errors": answer.errors,
        "conflicts": {key: plain_content(content) for key, content in answer.conflicts.items()},
        "findings": [{**asdict(one), "mark": one.mark} for one in answer.findings],
        "refusal": answer.refusal,
    }


def plain_content(content: Content) -> int | float | str | None:
    if isinstance(content, Decimal):
        return int(content) if content == content.to_integral_value() else float(content)
    return content


def forget_old() -> int:
    """Delete batches that no browser will send again."""
    return EntryBatch.objects.filter(received_at__lt=timezone.now() - KEPT_FOR).delete()[0]
