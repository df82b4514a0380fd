"""Many returns at once: entered as drafts and, where it is asked, handed in. A row is saved whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from rest_framework import serializers

from indicators import returns
from indicators.models import Return, ReturnState, Round, Way
from indicators.rest.returns import ReturnNewSerializer, raise_problems, row_change, says
from programmes.access import Permission, may
from programmes.many import CREATED, UNCHANGED, UPDATED, BulkKind, Outcome, failed, texts
from programmes.writing import VersionField

Rows = Sequence[tuple[int, dict[str, Any]]]


class ReturnRowSerializer(ReturnNewSerializer):
    """`version`: the one you read, for a return that is there with other values. `submit`: hand it in too."""

    version = VersionField(required=False)
    submit = serializers.BooleanField(required=False, default=False)


def write_returns(rows: Rows, by: Any) -> dict[int, Outcome]:
    """Round by round, for each the two operations of the entry grid."""
    outcomes: dict[int, Outcome] = {}
    rounds: dict[Round, list[tuple[int, dict[str, Any]]]] = {}
    for position, data in rows:
        rounds.setdefault(data["round"], []).append((position, data))
    for round_, entries in rounds.items():
        outcomes |= _of_round(round_, entries, by)
    return outcomes


def _of_round(round_: Round, entries: list[tuple[int, dict[str, Any]]], by: Any) -> dict[int, Outcome]:
    refusal: dict[str, Any] = {}
    if not may(by, Permission.RETURNS_ENTER, programme=round_.programme):
        refusal = {"round": _("Your role does not allow this here.")}
    elif not Round.objects.select_for_update(of=("self",), no_key=True).get(pk=round_.pk).takes_entries:
        refusal = {"round": _("The round does not take entries now.")}
    if refusal:
        return {n: failed(ValidationError(refusal), data["organization"].code) for n, data in entries}
    standing = {
        row.organization_id: row
        for row in Return.objects.filter(
            round=round_, organization__in=[data["organization"].pk for _n, data in entries]
        )
    }
    outcomes: dict[int, Outcome] = {}
    waiting: list[tuple[int, dict[str, Any]]] = []
    for position, data in entries:
        found = standing.get(data["organization"].pk)
        why = _stale(found, data)
        if why:
            outcomes[position] = failed(
                ValidationError({"version": why}), data["organization"].code, version=found.version if found else None
            )
        else:
            waiting.append((position, data))
    saved = _save(round_, waiting, outcomes, by)
    wanted = [data for position, data in waiting if position in saved and data["submit"]]
    kept = _submit(round_, wanted, by)
    handed_in = {
        row.organization_id: row
        for row in Return.objects.filter(round=round_, organization__in=[data["organization"].pk for data in wanted])
    }
    for position, data in waiting:
        if position not in saved:
            continue
        before = standing.get(data["organization"].pk)
        row = handed_in.get(data["organization"].pk, saved[position])
        if row.pk is None:
            text = {"values": _("Nothing has been entered.")}
            outcomes[position] = failed(ValidationError(text), data["organization"].code)
            continue
        same = before is not None and before.version == row.version
        status = CREATED if before is None else UNCHANGED if same else UPDATED
        more: dict[str, Any] = {"id": row.pk, "version": row.version, "state": row.state}
        if problems := kept.get(data["organization"].code):
            more["kept_back"] = [{"field": key, "detail": text} for key, text in problems.items()]
        outcomes[position] = Outcome(status, data["organization"].code, more=more)
    return outcomes


def _stale(found: Return | None, data: dict[str, Any]) -> str:
    """Why a row may not be written over what stands there."""
    if found is None:
        return _("There is no return yet; leave the version out.") if "version" in data else ""
    if "version" not in data:
        return "" if says(found, data) else _("It is there already with other values; to change it, send the version.")
    return "" if data["version"] == str(found.version) else _("Somebody changed it meanwhile; read it again.")


def _save(
    round_: Round, waiting: list[tuple[int, dict[str, Any]]], outcomes: dict[int, Outcome], by: Any
) -> dict[int, Return]:
    """By position the return that stands now, of rows that were saved or that it says already."""
    saved: dict[int, Return] = {}
    methods: dict[str, list[tuple[int, dict[str, Any]]]] = {}
    for position, data in waiting:
        methods.setdefault(data.get("method", ""), []).append((position, data))
    for method, entries in methods.items():
        changes = [row_change(data["organization"].code, data) for _position, data in entries]
        answers = returns.save_rows(round=round_, rows=changes, by=by, way=Way.API, method=method, whole_rows=True)
        for (position, data), answer in zip(entries, answers, strict=True):
            try:
                if not (answer.refusal and answer.row is not None and says(answer.row, data)):
                    raise_problems(answer)
                assert answer.row is not None
                saved[position] = answer.row
            except ValidationError as error:
                outcomes[position] = failed(error, data["organization"].code)
    return saved


def _submit(round_: Round, rows: list[dict[str, Any]], by: Any) -> dict[str, dict[str, str]]:
    """Hand in what was saved; by organization what keeps the others back."""
    codes = [data["organization"].code for data in rows]
    if not codes:
        return {}
    drafts = Return.objects.filter(
        round=round_, organization__code__in=codes, state__in=(ReturnState.DRAFT, ReturnState.RETURNED)
    )
    wanted = list(drafts.values_list("organization__code", flat=True))
    return returns.submit_rows(round=round_, by=by, organizations=wanted, way=Way.API).kept if wanted else {}


KINDS = (BulkKind("returns", ReturnRowSerializer, lambda row: texts(row, "organization", "round"), write_returns),)
