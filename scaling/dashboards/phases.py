"""What pages of money, reach and coverage share: which phases, freshness, coverage, what is left out, records.

The counterpart of `behind.organizations` for figures that rest on phases.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programmes.models import Phase, Programme
from scaling import formats
from scaling.answers import Row, Workspace, answer
from scaling.dashboards import behind, common, filters
from scaling.dashboards.frame import Asked
from scaling.dashboards.page import Chip, Headline, Note, Option, Page
from scaling.figures import Series
from scaling.metrics import METRICS
from scaling.metrics.figures import Figure

MILLION = 1_000_000
#: Filters that narrow organizations and never the money of a phase.
OF_ORGANIZATIONS_ALONE = ("place", "kind", "tier", "apex", "round")


def workspace(asked: Asked) -> Workspace:
    """Figures of phases that had begun by the day that is asked for, with the names of phases in words."""
    found = asked.workspace
    for phase in found.phases.values():
        phase.label = common.phase_label(phase.label)
    return found if asked.selection.as_of is None else found.begun_by(asked.selection.as_of)


def programmes(asked: Asked, found: Workspace) -> list[Programme]:
    """Those of the selection; one that was registered later is not in what was known at a moment."""
    return [found.programmes[one.code] for one in asked.selection.programmes if one.code in found.programmes]


def chosen(asked: Asked, found: Workspace, programme: Programme) -> list[Phase]:
    """The phases of a programme that carry figures, or the selected one."""
    if asked.selection.phase is not None:
        return [phase for phase in found.split_phases(programme) if phase.code == asked.selection.phase.code]
    return found.phases_of(programme)


# --- members, where organizations report them -------------------------------------------------------------------------
def members(asked: Asked) -> str:
    """How membership moved, where organizations report it; nothing where none does."""
    if asked.register is None:
        return ""
    growth, members = (asked.register.figure(name) for name in ("membership_growth_comparable", "members_observed"))
    if members.value is None:
        return ""
    facts = {"members": formats.number(members.value), "growth": formats.change(growth, 0), "opening": _opening(asked)}
    if growth.value is None:
        text = _("%(members)s members were observed in the last round.") % facts
    else:
        text = _("%(members)s members were observed, %(growth)s since %(opening)s.") % facts
    return " ".join(part for part in (text, behind.caveat(asked.register)) if part)


def members_headline(asked: Asked) -> Headline | None:
    """Members now and since the baseline; None where no round has counted them."""
    if asked.register is None or (members := asked.register.figure("members_observed")).value is None:
        return None
    growth = asked.register.figure("membership_growth_comparable")
    return Headline(
        _("Members of organizations"),
        formats.figure(members),
        comparison=""
        if growth.value is None
        else _("%(change)s since %(opening)s") % {"change": formats.change(growth, 0), "opening": _opening(asked)},
        direction="" if not growth.value else "up" if growth.value > 0 else "down",
        bound=formats.BOUND_SIGNS[members.bound],
        note=ngettext("in %(n)s active organization", "in %(n)s active organizations", asked.register.active)
        % {"n": formats.number(asked.register.active)},
        url=asked.organizations_url(),
        help=_("Members of active primary organizations that were observed; nothing is imputed."),
        metrics=("members_observed", "membership_growth_comparable"),
    )


def _opening(asked: Asked) -> str:
    against = None if asked.register is None else asked.register.against
    return _("the baseline") if against is None else formats.day(against.date)


# --- money by group of financiers ------------------------------------------------------------------------------------
def by_group(found: Workspace, phases: list[Phase]) -> dict[str, Figure]:
    """US$ at design for each group of financiers."""
    components = found.joined(phases)
    return {
        group: components.amount(classes=frozenset({"anchor", "cofinancing"}), stage="design", categories=categories)
        for group, categories in common.GROUPS.items()
    }


def group_series(amounts: list[dict[str, Figure]], urls: list[str]) -> list[Series]:
    """One stack for each group that has money somewhere."""
    labels = common.group_labels()
    series = []
    for group in common.GROUPS:
        values = [amount[group].value for amount in amounts]
        if any(value is not None for value in values):
            texts = [
                formats.reason(amount[group].null_reason)
                if amount[group].value is None
                else formats.figure(amount[group], 1, divisor=MILLION)
                for amount in amounts
            ]
            numbers = [None if value is None else float(value / MILLION) for value in values]
            series.append(Series(labels[group], group, numbers, texts, urls))
    return series


# --- around ----------------------------------------------------------------------------------------------------------
def chips(asked: Asked, found: Workspace, phases: list[Phase]) -> list[Chip]:
    """Freshness of the money, then of the organizations if there are any, and synthetic data."""
    made = [common.freshness(found, phases), *_reported(found, phases)]
    register = asked.register
    if register is not None:
        made += behind.coverage(register)
        if register.marks_waiting:
            made.append(behind.freshness(register))
    if any(one.is_synthetic for one in asked.selection.programmes):
        made.append(common.synthetic_chip())
    return made


def _reported(found: Workspace, phases: list[Phase]) -> list[Chip]:
    row = answer(found, METRICS["total_financing"], phases)
    return common.amounts_reported(row) if row.due else []


def caveat(row: Row) -> str:
    """For the answer itself: amounts that are not reported, so that the sum is a lower bound."""
    missing = row.due - row.reported
    if not missing:
        return ""
    return ngettext(
        "%(missing)s of %(due)s amount is not reported.", "%(missing)s of %(due)s amounts are not reported.", row.due
    ) % {"missing": formats.number(missing), "due": formats.number(row.due)}


def left_out(asked: Asked, found: Workspace, phases: list[Phase]) -> list[Note]:
    """Phases without figures, filters that do not reach money, organizations that have not reported, synthetic data."""
    notes = []
    ids = {phase.programme_id for phase in phases}
    whole = {phase.programme_id for phase in phases if phase.is_aggregate}
    bare = [
        phase
        for phase in phases
        if not (found.of_phase(phase).money or found.of_phase(phase).results) and phase.programme_id not in whole
    ]
    if bare:
        names = {one.pk: str(one) for one in found.programmes.values()}
        text = ngettext(
            "%(n)s phase has neither financing nor results: %(names)s.",
            "%(n)s phases have neither financing nor results: %(names)s.",
            len(bare),
        ) % {
            "n": formats.number(len(bare)),
            "names": ", ".join(f"{names[one.programme_id]} {one.label}".strip() for one in bare),
        }
        notes.append(Note(text, _("Results reported for phases"), reverse("indicators:results")))
    begun = {phase.code for phase in found.phases.values()}
    later = [one for one in asked.workspace.phases.values() if one.programme_id in ids and one.code not in begun]
    if later:
        text = ngettext("%(n)s phase had not begun on this day.", "%(n)s phases had not begun on this day.", len(later))
        notes.append(Note(text % {"n": formats.number(len(later))}))
    names_of = filters.labels()
    narrowing = [names_of[name] for name in OF_ORGANIZATIONS_ALONE if asked.selection[name]]
    if narrowing:
        text = _("Money, reach and coverage are told of whole phases; these filters do not narrow them: %(filters)s.")
        notes.append(Note(text % {"filters": ", ".join(narrowing)}))
    if asked.register is not None:
        told = {source.programme.pk for source in asked.register.sources}
        without = [str(one) for one in asked.selection.programmes if one.pk not in told]
        if without:
            text = ngettext(
                "%(names)s has no outcome round yet: organizations and members are told without it.",
                "%(names)s have no outcome round yet: organizations and members are told without them.",
                len(without),
            )
            notes.append(Note(text % {"names": ", ".join(without)}, _("Rounds"), reverse("indicators:rounds")))
        return notes + behind.left_out(asked, asked.register)
    return notes + synthetic(asked)


def synthetic(asked: Asked) -> list[Note]:
    """That demonstration programmes are there and not counted."""
    selection = asked.selection
    if selection["programme"] or selection["synthetic"] == "1" or any(one.is_synthetic for one in selection.programmes):
        return []
    if not any(one.is_synthetic for one in selection.visible.values()):
        return []
    text = _("Synthetic demonstration programmes are left out.")
    return [Note(text, _("Count them in"), asked.links.here(synthetic="1"))]


def records(asked: Asked, found: Iterable[Programme], *metrics: str) -> list[Option]:
    """Down to the amounts and results of these programmes, their organizations, and the same figures from the API."""
    codes = [one.code for one in found]
    one = codes[0] if len(codes) == 1 else ""
    results = reverse("indicators:results") + (f"?{urlencode({'programme': one})}" if one else "")
    options = [
        Option(_("Results reported for phases"), results),
        Option(_("Financing lines from the API"), f"{reverse('financing-lines-list')}?{_programme(one)}"),
    ]
    register = asked.register
    if register is not None:
        options.append(Option(_("The organizations behind these figures"), asked.organizations_url()))
        options += [
            Option(_("Round of %(day)s and its returns") % {"day": formats.day(last.date)}, asked.round_url(last.code))
            for last in register.rounds[-1:]
        ]
    return options + [
        Option(_("The same from the API: %(metric)s") % {"metric": metric}, api_url(asked, codes, metric))
        for metric in metrics
    ]


def _programme(code: str) -> str:
    return urlencode({"programme": code} if code else {})


def api_url(asked: Asked, codes: list[str], metric: str) -> str:
    """The same figure of phases from the API."""
    query: list[tuple[str, Any]] = [("programme", ",".join(codes))] if codes else []
    query += [(name, asked.selection[name]) for name in ("phase", "basis", "as_of") if asked.selection[name]]
    if asked.selection.known_at is not None:
        query.append(("known_at", asked.selection.known_at.isoformat()))
    return reverse("metrics-detail", kwargs={"name": metric}) + f"?{urlencode(query)}"


def around(asked: Asked, page: Page, found: Workspace, phases: list[Phase], *metrics: str) -> None:
    """Chips, what was left out, and links down."""
    page.chips += chips(asked, found, phases)
    page.left_out += left_out(asked, found, phases)
    page.records += records(asked, programmes(asked, found), *metrics)


__all__ = [
    "around",
    "by_group",
    "caveat",
    "chosen",
    "group_series",
    "members",
    "members_headline",
    "programmes",
    "workspace",
]
