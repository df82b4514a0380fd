"""Many rows written through the API at once: what a kind of row must say of itself, and what is said of each row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from django.utils.translation import gettext as _
from rest_framework.exceptions import ErrorDetail, ValidationError

from programmes.writing import StrictSerializer, look_up

CREATED, UPDATED, UNCHANGED, FAILED, SKIPPED = "created", "updated", "unchanged", "failed", "skipped"
STATUSES = (CREATED, UPDATED, UNCHANGED, FAILED, SKIPPED)


@dataclass
class Outcome:
    """What became of a row. `key` says which one it is; `more` what else there is to tell."""

    status: str
    key: str | int | None = None
    errors: dict[str, list[str]] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)


def failed(error: DjangoValidationError, key: Any, names: Mapping[str, str] | None = None, **more: Any) -> Outcome:
    """A row that an operation refuses, with its sentences at the fields of the body."""
    by_field = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    renamed = {(names or {}).get(name, name): texts for name, texts in by_field.items()}
    return Outcome(FAILED, key, {"" if name == "__all__" else name: texts for name, texts in renamed.items()}, more)


@dataclass(frozen=True)
class BulkKind:
    """A kind of row that can be written in bulk.

    `identity(row)` is what two rows of one list may not share, from the raw body (None: cannot be told). `write(rows,
    by)` writes what can be written, in a number of queries that does not grow with the rows, and answers every
    position.
    """

    name: str
    body: type[StrictSerializer]
    identity: Callable[[Mapping[str, Any]], Any]
    write: Callable[[Sequence[tuple[int, dict[str, Any]]], Any], dict[int, Outcome]]


class Asker:
    """Stands for a request where there is none: a worker writes for somebody."""

    def __init__(self, user: Any) -> None:
        self.user, self.auth = user, None
        self.query_params: dict[str, str] = {}


def write(kind: BulkKind, rows: Sequence[tuple[int, Any]], by: Any) -> dict[int, Outcome]:
    """Read and write rows, each (position, body); what can be written is written. Expects a transaction."""
    asker = Asker(by)
    context = {"request": asker, "codes": look_up(kind.body, [body for _n, body in rows], asker)}
    reader = kind.body(context=context)
    outcomes: dict[int, Outcome] = {}
    good: list[tuple[int, dict[str, Any]]] = []
    for position, body in rows:
        try:
            good.append((position, dict(reader.run_validation(body))))
        except ValidationError as error:
            outcomes[position] = Outcome(FAILED, _told(kind, body), _flat(error.detail))
    if good:
        outcomes |= kind.write(good, by)
    return outcomes


def _told(kind: BulkKind, body: Any) -> str | None:
    found = kind.identity(body) if isinstance(body, Mapping) else None
    return None if found is None else str(found[0])[:100]


def _flat(detail: Any, path: str = "") -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            for key, texts in _flat(inner, f"{path}.{name}" if path else str(name)).items():
                found.setdefault(key, []).extend(texts)
    elif isinstance(detail, list):
        for inner in detail:
            for key, texts in _flat(inner, path).items():
                found.setdefault(key, []).extend(texts)
    elif isinstance(detail, ErrorDetail | str):
        found["" if path == "non_field_errors" else path] = [str(detail)]
    return found


def repeated(kind: BulkKind, rows: Sequence[Any]) -> dict[int, str]:
    """Rows that name what an earlier row of the list names already: position → the sentence."""
    seen: dict[Any, int] = {}
    found = {}
    for position, body in enumerate(rows):
        key = kind.identity(body) if isinstance(body, Mapping) else None
        if key is None:
            continue
        first = seen.setdefault(key, position)
        if first != position:
            found[position] = _("Row %(first)d of this list names the same one.") % {"first": first}
    return found


def texts(body: Mapping[str, Any], *names: str) -> tuple[str, ...] | None:
    """The identity of a body by some of its fields; None where one of them is no text."""
    found = [body.get(name) for name in names]
    return tuple(found) if all(isinstance(one, str) for one in found) else None  # type: ignore[arg-type]
