"""Data quality: how far can these numbers be trusted? (domain study, question 20)"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from indicators import second_assessments
from indicators.models import Round, RoundDue, RoundStatus
from indicators.work import IN_WORK
from organizations.models import Organization, ProgrammeEnrolment
from scaling import formats, return_quality
from scaling.dashboards import behind
from scaling.dashboards.frame import Asked
from scaling.dashboards.page import Headline, Note, Option, Page
from scaling.dashboards.questions.data_quality import pictures
from scaling.dashboards.questions.data_quality.facts import Facts
from scaling.dashboards.registry import OF_ORGANIZATIONS, QuestionPage
from scaling.metrics import figures as f
from scaling.metrics.figures import Figure
from scaling.register_answers import MOST_RECORDS, Row

#: As many rounds back are looked at, of outcomes and of outputs.
ROUNDS = 12


def build(asked: Asked, page: Page) -> None:
    facts = _facts(asked)
    page.answer = _answer(asked, facts)
    page.headlines = _headlines(asked, facts)
    page.figures = [
        pictures.calendar(asked).of("round_coverage"),
        pictures.days(asked, facts),
        pictures.corrections(asked, facts),
        pictures.warnings(asked, facts),
        pictures.agreement(asked, facts),
    ]
    page.tables = pictures.tables(asked, facts)
    behind.organizations(asked, page, "round_coverage", "share_imputed")
    page.records.insert(0, Option(_("Who has not reported"), missing_url(asked)))
    page.records.append(Option(_("Quality rules"), reverse("indicators:rules")))
    if facts.quality is None:
        page.left_out.append(
            Note(
                _(
                    "Entry is counted from the returns themselves, for at most %(most)s organizations; this selection "
                    "has more."
                )
                % {"most": formats.number(MOST_RECORDS)},
                _("Choose one programme"),
                asked.links.here(programme=asked.selection.programmes[0].code),
            )
        )
    page.notes = [
        _("What breaks a hard rule is never stored; what stops submission never counts. Warnings can be confirmed."),
        _("In time: handed in on the last day of the window of entry or before."),
    ]


def missing_url(asked: Asked, **changed: str) -> str:
    """The list of who has not reported, with the same filters."""
    return asked.links.to(reverse("scaling:not-reported"), **changed)


# --- facts about entry -----------------------------------------------------------------------------------------------
def narrowed(asked: Asked) -> QuerySet[Organization] | None:
    """The organizations that the filters of place, kind, tier and federation leave; None where they leave all."""
    chosen = asked.selection
    if not any(chosen[name] for name in ("place", "kind", "tier", "apex")):
        return None
    programmes = [programme.pk for programme in chosen.programmes]
    found: Any = Organization.objects.visible_to(asked.user).filter(enrolments__programme__in=programmes).distinct()
    if chosen.place is not None:
        found = found.within(chosen.place.row)
    for name in ("kind", "tier"):
        if chosen[name]:
            found = found.filter(**{name: chosen[name]})
    if chosen.apex is not None:
        found = found.under(chosen.apex, on=asked.now.sources[0].on)
    return found  # type: ignore[no-any-return]


def _are_few(asked: Asked) -> bool:
    """Whether all returns of these programmes can be counted while somebody waits."""
    ids = [programme.pk for programme in asked.selection.programmes]
    return ProgrammeEnrolment.objects.filter(programme__in=ids).count() <= MOST_RECORDS


def not_reported(asked: Asked) -> QuerySet[RoundDue]:
    """Who was due in a round that the figures rest on or that is open now, and has not handed in, by name.

    Raises NotEnoughData as `asked.now` does.
    """
    ids = {one.pk for one in asked.now.rounds}
    programmes = [programme.pk for programme in asked.selection.programmes]
    if not asked.selection["round"]:
        ids |= set(Round.objects.filter(programme__in=programmes, status__in=IN_WORK).values_list("pk", flat=True))
    among = narrowed(asked)
    return return_quality.not_reported(rounds=ids, among=None if among is None else among.values("pk"))


def _facts(asked: Asked) -> Facts:
    closing = {one.pk for one in asked.now.rounds}
    until = max((one.date for one in asked.now.rounds), default=None)
    ids = [programme.pk for programme in asked.selection.programmes]
    chosen = bool(asked.selection["round"] or asked.selection["phase"] or asked.selection.as_of)
    rounds = Round.objects.visible_to(asked.user).filter(programme__in=ids).exclude(status=RoundStatus.PLANNED)
    if chosen and until is not None:
        rounds = rounds.filter(reference_date__lte=until)
    shown = list(rounds.select_related("programme").order_by("-reference_date", "kind", "pk")[:ROUNDS])
    facts = Facts(shown, closing)
    facts.missing = list(not_reported(asked)[: pictures.LISTED])
    if not _are_few(asked):
        return facts
    found = narrowed(asked)
    among = None if found is None else list(found.values_list("pk", flat=True))
    facts.quality = return_quality.read(rounds=shown, among=among, looked_into=closing)
    last = next((one for one in shown if one.pk in closing), None)
    if last is not None and len(closing) == 1 and among is None:
        facts.agreed = second_assessments.compare(last)
    return facts


# --- answer ----------------------------------------------------------------------------------------------------------
def _answer(asked: Asked, facts: Facts) -> str:
    coverage = asked.now.row("round_coverage")
    share = coverage.outcome.figure
    if share.value is None:
        return _("How far the figures can be trusted cannot be told: %(reason)s.") % {
            "reason": formats.reason(share.null_reason)
        }
    text = ngettext(
        "%(share)s of the %(due)s organization due has an approved return%(before)s.",
        "%(share)s of the %(due)s organizations due have an approved return%(before)s.",
        asked.now.due,
    ) % {"share": formats.share(share), "due": formats.number(asked.now.due), "before": _before(asked, share)}
    parts = [text]
    entry = facts.closing
    if entry is not None and entry.days is not None:
        parts.append(
            _("Half of the approvals came within %(days)s days of handing in; %(late)s were handed in late.")
            % {"days": formats.number(Decimal(str(entry.days))), "late": formats.number(entry.late)}
        )
    if caveat := behind.caveat(asked.now):
        parts.append(caveat)
    return " ".join(parts)


def _before(asked: Asked, share: Figure) -> str:
    """The coverage of the round before, as the end of a sentence."""
    rows = _by_date(asked)
    if len(rows) < 2 or rows[-2].outcome.figure.value is None or share.value is None:
        return ""
    return _(", after %(before)s in the round before") % {"before": formats.share(rows[-2].outcome.figure)}


def _by_date(asked: Asked) -> list[Row]:
    """Coverage of the rounds of one programme, the oldest first."""
    history = asked.history
    if history is None or len({source.programme.pk for source in history.sources}) != 1:
        return []
    rows = history.rows("round_coverage", "round")
    dated = sorted((source.on, source.closing.code) for source in history.sources if source.closing is not None)
    return [rows[code] for _day, code in dated if code in rows]


def _headlines(asked: Asked, facts: Facts) -> list[Headline]:
    now = asked.now
    coverage, imputed = now.row("round_coverage").outcome.figure, now.figure("share_imputed")
    entry, quality = facts.closing, facts.quality
    too_many = _("too many to count here")
    days = None if entry is None else entry.days
    return [
        Headline(
            _("Reported of those due"),
            formats.share(coverage) if coverage.value is not None else "",
            note=_("%(n)s of %(due)s organizations")
            % {"n": formats.number(now.reported), "due": formats.number(now.due)},
            null=formats.reason(coverage.null_reason),
            url=missing_url(asked),
            help=_("Organizations with an approved return of those due in the round."),
            metrics=("round_coverage",),
        ),
        Headline(
            _("An estimate of all would be imputed for"),
            formats.share(imputed, 1) if imputed.value is not None else "",
            null=formats.reason(imputed.null_reason),
            note=_("figures on the pages are observed, nothing imputed"),
            help=_("Members estimated for those who did not report, of all members estimated."),
            metrics=("share_imputed",),
        ),
        Headline(
            _("Days to approval"),
            "" if days is None else formats.number(Decimal(str(days))),
            null=too_many if quality is None else formats.reason("NOT_REPORTED"),
            note=_("the median, from handing in"),
            comparison=""
            if entry is None or not entry.handed_in
            else _("%(share)s in time")
            % {"share": formats.share(_share(entry.handed_in - entry.late, entry.handed_in))},
            help=_("Half of the approved returns waited longer."),
        ),
        Headline(
            _("Ratings with evidence"),
            "" if quality is None or not quality.rated else formats.share(_share(quality.evidenced, quality.rated)),
            null=too_many if quality is None else formats.reason("NOT_SURVEYED"),
            note="" if quality is None else _("of %(n)s ratings") % {"n": formats.number(quality.rated)},
            help=_("Rated items for which the assessor said what was seen; from level 4 on it is required."),
        ),
    ]


def _share(part: int, of: int) -> Figure:
    return f.null("NOT_REPORTED") if not of else Figure(Decimal(100 * part) / of, unit="per cent")


PAGE = QuestionPage(
    name="data-quality",
    title=gettext_lazy("Data quality"),
    question=gettext_lazy("How far can I trust these numbers?"),
    icon="patch-check",
    build=build,
    takes=OF_ORGANIZATIONS - {"against"},
)
