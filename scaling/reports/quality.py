"""The statement on the quality of the data behind a pack: coverage, freshness, what waits, what was corrected."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from indicators.models import PhaseResultCorrection, Return, ReturnState
from programmes.models import CorrectionKind, FinancingCorrection
from scaling import formats
from scaling.dashboards import behind, frame, registry
from scaling.dashboards.frame import Asked
from scaling.register_answers import TooMany
from scaling.reports.models import Report
from scaling.reports.operations import request_of


@dataclass(frozen=True)
class Statement:
    heading: str
    sentences: list[str]


def statements(report: Report) -> list[Statement]:
    """In a fixed number of queries."""
    return [
        Statement(_("Moment"), [_moment(report)]),
        *_returns(report),
        Statement(_("Corrections"), _corrections(report)),
        Statement(
            _("How to read figures"),
            [
                _("A figure that cannot be computed is not zero: the reason stands in its place."),
                _("≥ a lower bound, ≤ an upper bound, ≈ made of numbers that are bounds."),
            ],
        ),
    ]


def _moment(report: Report) -> str:
    when = {"moment": formats.moment(report.known_at)}
    return _("Figures are those known on %(moment)s; asked again for that moment they are the same.") % when


def _returns(report: Report) -> list[Statement]:
    """Coverage and freshness of the selection as a whole; the same words as on the pages."""
    entry = registry.pages()["data-quality"]
    asked = Asked.of(request_of(report.asked_by, report.programme, report.selection), entry, report.known_at)
    try:
        now = asked.now
    except frame.NotEnoughData as lack:
        return [Statement(_("Coverage"), [lack.empty.text])]
    except TooMany:
        return [Statement(_("Coverage"), [_("The selection is too large to be told from its records.")])]
    waiting = ngettext(
        "%(count)s change was not computed yet when the pack was made.",
        "%(count)s changes were not computed yet when the pack was made.",
        now.marks_waiting,
    ) % {"count": formats.number(now.marks_waiting)}
    when = now.question.known_at
    fresh = [_("All figures are as they were known on %(moment)s.") % {"moment": formats.moment(when)}] if when else []
    return [
        Statement(
            _("Coverage"), [chip.text for chip in behind.coverage(now)] + [n.text for n in behind.left_out(asked)]
        ),
        Statement(_("Freshness"), [*fresh, waiting]),
    ]


def _corrections(report: Report) -> list[str]:
    programme, until = report.programme, report.known_at
    in_force = Q(recorded_at__lte=until) & (Q(superseded_at__isnull=True) | Q(superseded_at__gt=until))
    kinds = {kind: Count("pk", filter=Q(kind=kind)) for kind in CorrectionKind.values}
    money = FinancingCorrection.objects.filter(in_force, line__phase__programme=programme).aggregate(**kinds)
    results = PhaseResultCorrection.objects.filter(in_force, result__programme=programme).aggregate(**kinds)
    documented, hypotheses = (money[kind] + results[kind] for kind in CorrectionKind.values)
    approved = Return.objects.filter(round__programme=programme, state=ReturnState.APPROVED).aggregate(
        all=Count("pk"), corrected=Count("pk", filter=~Q(correction_code=""))
    )
    return [
        ngettext(
            "%(count)s documented correction of a printed amount or result is in force.",
            "%(count)s documented corrections of printed amounts and results are in force.",
            documented,
        )
        % {"count": formats.number(documented)},
        ngettext(
            "%(count)s unconfirmed hypothesis stands beside printed figures; it is counted only where it is asked for.",
            "%(count)s unconfirmed hypotheses stand beside printed figures; they are counted only where asked for.",
            hypotheses,
        )
        % {"count": formats.number(hypotheses)},
        ngettext(
            "%(count)s of %(all)s approved returns was corrected after its approval.",
            "%(count)s of %(all)s approved returns were corrected after their approval.",
            approved["corrected"],
        )
        % {"count": formats.number(approved["corrected"]), "all": formats.number(approved["all"])},
    ]
