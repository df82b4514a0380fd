"""Portfolio: how far has everything scaled, and where?"""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from programmes.models import Phase, Programme
from scaling import formats
from scaling.answers import Row, Workspace, answer
from scaling.dashboards import phases
from scaling.dashboards.frame import Asked, NotEnoughData
from scaling.dashboards.page import Chip, Empty, Headline, Page
from scaling.dashboards.questions.portfolio import league, pictures
from scaling.dashboards.registry import OF_ORGANIZATIONS, QuestionPage
from scaling.metrics import METRICS
from scaling.metrics.figures import Figure

WHOLE = ("total_financing", "ifad_financing", "ifad_share", "leverage_ratio_design")


def build(asked: Asked, page: Page) -> None:
    asked.require_programme()
    workspace = phases.workspace(asked)
    programmes = phases.programmes(asked, workspace)
    if not programmes:
        raise NotEnoughData(_("There is nothing to show yet."), _not_yet(asked))
    financed = [programme for programme in programmes if programme.is_ifad_financed]
    every = [phase for programme in financed for phase in phases.chosen(asked, workspace, programme)]
    rows = {name: answer(workspace, METRICS[name], every) for name in WHOLE}
    trend = _trend(asked, workspace, financed, "total_financing")
    page.answer = _answer(asked, programmes, financed, rows, trend)
    if asked.selection.programme is not None:
        page.chips.append(_narrowed(asked, asked.selection.programme))
    page.headlines = _headlines(asked, workspace, programmes, financed, rows)
    page.figures = [
        pictures.financing(asked, workspace, financed).of("total_financing", "leverage_ratio_design"),
        pictures.where(asked, workspace, financed).of("total_financing"),
    ]
    page.tables = [league.build(asked, workspace, programmes)]
    phases.around(asked, page, workspace, every, "total_financing", "leverage_ratio_design")
    page.notes = _notes(asked)


def _not_yet(asked: Asked) -> Empty:
    text = _("None of these programmes was registered at that moment.")
    return Empty(_("Not enough data"), text, _("Show what is known now"), asked.links.here(known_at=""))


def _narrowed(asked: Asked, programme: Programme) -> Chip:
    text = _("only %(programme)s: show every programme") % {"programme": str(programme)}
    return Chip(text, "funnel", url=asked.links.here(programme=""))


# --- the answer ------------------------------------------------------------------------------------------------------
def _answer(
    asked: Asked, programmes: list[Programme], financed: list[Programme], rows: dict[str, Row], trend: tuple[str, str]
) -> str:
    parts = [_money(programmes, financed, rows)]
    if trend[0]:
        parts.append(_("Financing: %(trend)s.") % {"trend": trend[0]})
    if growth := phases.members(asked):
        parts.append(growth)
    parts.append(phases.caveat(rows["total_financing"]))
    return " ".join(part for part in parts if part)


def _money(programmes: list[Programme], financed: list[Programme], rows: dict[str, Row]) -> str:
    total, leverage = rows["total_financing"].figure, rows["leverage_ratio_design"].figure
    countries = len({country.pk for programme in programmes for country in programme.countries.all()})
    if total.value is None:
        return ngettext(
            "%(count)d programme; its financing cannot be told: %(reason)s.",
            "%(count)d programmes; their financing cannot be told: %(reason)s.",
            len(programmes),
        ) % {"count": len(programmes), "reason": formats.reason(total.null_reason)}
    where = ngettext("%(count)d country", "%(count)d countries", countries) % {"count": countries}
    if leverage.value is None:
        return ngettext(
            "%(count)d programme in %(where)s brings together US$ %(total)s million; there is no leverage to tell "
            "(%(reason)s).",
            "%(count)d programmes in %(where)s bring together US$ %(total)s million; there is no leverage to tell "
            "(%(reason)s).",
            len(financed),
        ) % {
            "count": len(financed),
            "where": where,
            "total": formats.bounded(total, 1),
            "reason": formats.reason(leverage.null_reason),
        }
    return ngettext(
        "%(count)d programme in %(where)s brings together US$ %(total)s million: "
        "for each dollar of IFAD others put in %(leverage)s.",
        "%(count)d programmes in %(where)s bring together US$ %(total)s million: "
        "for each dollar of IFAD others put in %(leverage)s.",
        len(financed),
    ) % {
        "count": len(financed),
        "where": where,
        "total": formats.bounded(total, 1),
        "leverage": formats.bounded(leverage, 2),
    }


def _trend(asked: Asked, workspace: Workspace, financed: list[Programme], metric: str) -> tuple[str, str]:
    """Latest phases against the phases before them (or the one to compare with), in programmes that have both: ("+46 %
    …", "up"), or nothing."""
    pairs: dict[str, tuple[Phase, Phase]] = {}
    chosen, against = asked.selection.phase, asked.selection.against_phase
    for programme in financed:
        found = [phase for phase in workspace.phases_of(programme) if not phase.is_aggregate]
        if chosen is not None:
            found = [phase for phase in found if phase.sequence <= chosen.sequence]
        before = next((phase for phase in found[:-1] if against is not None and phase.pk == against.pk), None)
        if len(found) > 1:
            pairs[str(programme)] = (before or found[-2], found[-1])
    earlier = answer(workspace, METRICS[metric], [before for before, _last in pairs.values()]).figure
    later = answer(workspace, METRICS[metric], [last for _before, last in pairs.values()]).figure
    if not pairs or earlier.value is None or later.value is None or not earlier.value:
        return "", ""
    change = (later.value / earlier.value - 1) * 100
    text = _("%(change)s %% in the latest phase (%(programmes)s)") % {
        "change": formats.signed(change, 0),
        "programmes": ", ".join(pairs),
    }
    return text, "up" if change > 0 else "down" if change < 0 else ""


# --- headlines -------------------------------------------------------------------------------------------------------
def _headlines(
    asked: Asked, workspace: Workspace, programmes: list[Programme], financed: list[Programme], rows: dict[str, Row]
) -> list[Headline]:
    every = [phase for programme in financed for phase in phases.chosen(asked, workspace, programme)]
    total, leverage, ifad, share = (
        rows[name].figure for name in ("total_financing", "leverage_ratio_design", "ifad_financing", "ifad_share")
    )
    copies = [phase for p in programmes if not p.is_ifad_financed for phase in phases.chosen(asked, workspace, p)]
    note = (
        ""
        if ifad.value is None
        else _("IFAD %(amount)s · %(share)s %%")
        % {"amount": formats.bounded(ifad, 1), "share": formats.bounded(share, 0)}
    )
    headlines = [
        _headline(
            _("Financing at design"),
            total,
            1,
            _("US$ million"),
            _trend(asked, workspace, financed, "total_financing"),
            note,
            _("All financiers together, without what replicates the model elsewhere."),
            metrics=("total_financing", "ifad_share"),
        ),
        _headline(
            _("Leverage ratio"),
            leverage,
            2,
            "",
            _trend(asked, workspace, financed, "leverage_ratio_design"),
            _("a ratio of sums, never a mean of ratios"),
            _("Co-financing at design for one dollar of IFAD's."),
            metrics=("leverage_ratio_design",),
        ),
        _people(asked, workspace, every),
    ]
    if copies:
        multiple = answer(workspace, METRICS["replication_multiple"], copies).figure
        headlines.append(
            _headline(
                _("Replicated by others"),
                answer(workspace, METRICS["replication_funds"], copies).figure,
                0,
                _("US$ million"),
                note=_("%(multiple)s × IFAD's money in the originals; not in the leverage ratio")
                % {"multiple": formats.bounded(multiple, 1)}
                if multiple.value is not None
                else _("not in the leverage ratio"),
                metrics=("replication_funds", "replication_multiple"),
            )
        )
    return headlines


def _headline(
    label: str,
    found: Figure,
    places: int,
    unit: str = "",
    trend: tuple[str, str] = ("", ""),
    note: str = "",
    help_: str = "",
    metrics: tuple[str, ...] = (),
) -> Headline:
    return Headline(
        label,
        formats.figure(found, places),
        unit,
        trend[0],
        trend[1],
        formats.BOUND_SIGNS[found.bound],
        formats.reason(found.null_reason),
        help=help_,
        note=note,
        metrics=metrics,
    )


def _people(asked: Asked, workspace: Workspace, every: list[Phase]) -> Headline:
    """Members where organizations report them, else the self-help groups that programmes report."""
    if (members := phases.members_headline(asked)) is not None:
        return members
    groups = workspace.joined(every).result("organizations_created", "SHG")
    return _headline(_("Self-help groups created"), groups, 0, note=_("in programmes that report them"))


def _notes(asked: Asked) -> list[str]:
    notes = [
        _("Replication is money of others that copies a model; it is never counted as leverage."),
        _("Money is US dollars of its value date, as agreed at design; a ratio of several programmes is one of sums."),
    ]
    if asked.selection["basis"] == "hypothesis":
        notes.append(_("One amount shown is our inference and no source confirms it."))
    if any(programme.is_synthetic for programme in asked.selection.programmes):
        notes.append(_("Synthetic demonstration programmes are counted in; their figures are invented."))
    return notes


PAGE = QuestionPage(
    name="portfolio",
    title=gettext_lazy("Portfolio"),
    question=gettext_lazy("How far has everything scaled, and where?"),
    icon="grid-1x2",
    build=build,
    takes=OF_ORGANIZATIONS | {"basis"},
    route="scaling:portfolio",
)
