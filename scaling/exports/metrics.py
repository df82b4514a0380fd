"""Every metric for one selection, from one read of the records of each kind, as flat rows one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from programmes.vocabulary import FigureBasis
from scaling import answers, moments, register_answers, register_sets
from scaling.answers import UnknownCode
from scaling.exports.tables import CODE, DECIMAL, FLAG, LIST, MOMENT, NUMBER, Column
from scaling.metrics import METRICS, REGISTER_METRICS
from scaling.register_api import sentence
from scaling.register_questions import NotThis, Question
from scaling.rest.figures import bounds
from scaling.rest.filters import check_parameters
from scaling.rest.parameters import choice, codes, known_or_refused, one_date, one_moment

BY = ("programme", "selection")
PARAMETERS = frozenset({"programme", "as_of", "known_at", "basis", "by", "synthetic"})
COLUMNS = tuple(
    Column(name, kind)
    for name, kind in (
        ("subject", CODE), ("metric", CODE), ("family", CODE), ("group", CODE), ("programmes", LIST),
        ("phases", LIST), ("rounds", LIST), ("on", LIST), ("basis", CODE), ("known_at", MOMENT), ("value", DECIMAL),
        ("unit", CODE), ("null_reason", CODE), ("lower_bound", FLAG), ("upper_bound", FLAG), ("low", DECIMAL),
        ("high", DECIMAL), ("n", NUMBER), ("n_due", NUMBER), ("reported", NUMBER), ("due", NUMBER), ("caveats", LIST),
        ("synthetic", FLAG), ("formula_version", NUMBER), ("computed_at", MOMENT),
    )
)  # fmt: skip


def rows(request: Request) -> Iterator[dict[str, Any]]:
    """Reads at once, so that what does not fit is a 400; answers metric by metric."""
    check_parameters(request, set(PARAMETERS | {"fields", "hxl"}))
    by, basis = choice(request, "by", BY), choice(request, "basis", tuple(FigureBasis.values))
    known_at, as_of = one_moment(request, "known_at"), one_date(request, "as_of")
    chosen, synthetic = codes(request, "programme"), choice(request, "synthetic", ("0", "1")) == "1"
    question = Question(
        programmes=tuple(chosen), as_of=as_of, known_at=known_at, include_synthetic=synthetic, by="selection"
    )
    try:
        with known_or_refused("known_at"):
            workspace = answers.Workspace.load(user=request.user, basis=basis, known_at=known_at)
            for code in chosen:
                workspace.programme(code)
            register = register_sets.read(user=request.user, question=question).now
    except UnknownCode as unknown:
        raise ValidationError({unknown.parameter: moments.not_there(unknown.code, known_at)}) from None
    except NotThis as misfit:
        raise ValidationError({misfit.parameter: sentence(misfit.why)}) from None
    except register_answers.TooMany:
        raise ValidationError(
            {
                "known_at" if known_at else "as_of": _(
                    "This goes to the records of more than %(most)d organizations; leave it out, or name a smaller "
                    "programme."
                )
                % {"most": register_answers.MOST_RECORDS}
            }
        ) from None
    return _rows(workspace if as_of is None else workspace.begun_by(as_of), register, chosen, synthetic, by)


def _rows(
    workspace: answers.Workspace, register: register_sets.RegisterSet, chosen: list[str], synthetic: bool, by: str
) -> Iterator[dict[str, Any]]:
    for metric in METRICS.values():
        for row in answers.rows(
            workspace, metric, programme_codes=chosen, phase_codes=[], by=by, include_synthetic=synthetic
        ):
            yield _of_phases(row, by)
    for name in REGISTER_METRICS:
        found = [register.row(name)] if by == "selection" else register.rows(name, by).values()
        for one in found:
            yield _of_organizations(one)


def _figure(figure: Any, unit: str) -> dict[str, Any]:
    return {
        "value": answers.exact(figure.value),
        "unit": figure.unit or unit,
        "null_reason": figure.null_reason or None,
        **bounds(figure),
        "caveats": list(figure.caveats),
    }


def _of_phases(row: answers.Row, by: str) -> dict[str, Any]:
    return {
        "subject": "phase",
        "metric": row.metric.name,
        "family": row.metric.family,
        "group": row.programmes[0].code if by == "programme" and row.programmes else None,
        "programmes": [programme.code for programme in row.programmes],
        "phases": [phase.code for phase in row.phases],
        "basis": row.basis,
        "known_at": row.known_at,
        **_figure(row.figure, row.metric.unit),
        "reported": row.reported,
        "due": row.due,
        "synthetic": row.is_synthetic,
        "formula_version": row.metric.version,
        "computed_at": row.computed_at,
    }


def _of_organizations(row: register_answers.Row) -> dict[str, Any]:
    return {
        "subject": "organization",
        "metric": row.metric.name,
        "family": row.metric.family,
        "group": row.group,
        "programmes": list(dict.fromkeys(source.programme.code for source in row.sources)),
        "rounds": [source.closing.code for source in row.sources if source.closing is not None],
        "on": sorted({source.on for source in row.sources}),
        "known_at": row.question.known_at,
        **_figure(row.outcome.figure, row.metric.unit),
        "low": _exact(row.outcome.low),
        "high": _exact(row.outcome.high),
        "n": row.outcome.n,
        "n_due": row.outcome.n_due,
        "reported": row.register.reported,
        "due": row.register.due,
        "synthetic": row.is_synthetic,
        "formula_version": row.metric.version,
        "computed_at": row.computed_at,
    }


def _exact(figure: Any) -> Any:
    return None if figure is None else answers.exact(figure.value)
