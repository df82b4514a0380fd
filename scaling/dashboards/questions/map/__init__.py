"""Map: where has it scaled? Any metric of organizations by place, down to the organizations."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from scaling import formats
from scaling.dashboards import behind, ratings
from scaling.dashboards.frame import Asked
from scaling.dashboards.page import Empty, Filter, Headline, Option, Page
from scaling.dashboards.questions.map import areas, metrics, pictures
from scaling.dashboards.questions.map.pictures import Findings
from scaling.dashboards.registry import OF_ORGANIZATIONS, QuestionPage
from scaling.metrics.register import RegisterMetric


def build(asked: Asked, page: Page) -> None:
    metric, changes = _asked_for(asked, page)
    if metric is None:
        return
    asked.areas = areas.grouping(asked.selection)
    found = _found(asked, metric, changes)
    page.answer = _answer(asked, found, changes)
    page.headlines = _headlines(asked, found, changes)
    page.notes = [
        _(metric.definition),
        _("An area counts the organizations registered in it or in any place inside it, each once."),
    ]
    behind.organizations(asked, page, metric.name)
    if not asked.now.splits("area"):
        text = _("The total of a federation is not split by place. Look at the whole programme instead.")
        page.figures = []
        page.empty = Empty(_("Not split by place"), text, _("The whole programme"), asked.links.here(apex=""))
        return
    if not found.level.shown:
        page.figures = [pictures.undivided(asked, found)]
        return
    card = pictures.map_card(asked, found)
    page.figures = [*([card] if card else []), pictures.bars_card(asked, found, beside=card is not None)]
    if (why := pictures.why_no_map(found)) is not None:
        page.left_out.insert(0, why)
    for source, licence, invented in found.level.sources:
        text = _("Boundaries: %(source)s · %(licence)s.") % {"source": source, "licence": licence}
        page.notes.append(f"{text} {_('They are invented.')}" if invented else text)
    if card is not None and asked.selection.known_at is not None:
        page.notes.append(_("Outlines are those of today; the figures in them are those known then."))
    if card is not None and found.level.around is None:
        page.notes.append(_("Outlines of countries: Natural Earth. They take no side in any dispute over borders."))


# --- what is asked ---------------------------------------------------------------------------------------------------
def _asked_for(asked: Asked, page: Page) -> tuple[RegisterMetric | None, dict[str, str]]:
    """The metric and the dimension of ratings; None where the address names something else."""
    selection = asked.selection
    offered = {metric.name: metric for metric in metrics.offered()}
    name = selection["metric"] or metrics.DEFAULT
    metric = offered.get(name)
    if metric is None:
        selection.errors["metric"] = _("There is no metric “%(name)s” that a map can show.") % {"name": name[:60]}
        selection.values.pop("metric", None)
    options = [
        Option(
            metrics.title(one),
            asked.links.here(metric="" if one.name == metrics.DEFAULT else one.name, dimension=""),
            one is metric,
        )
        for one in offered.values()
    ]
    shown = metrics.title(metric) if metric else "?"
    error = selection.errors.get("metric", "")
    page.filters.append(Filter("metric", _("Metric"), shown, options, None, error, bool(selection["metric"])))
    if metric is None or "dimension" not in metric.parameters:
        return metric, {}
    names = ratings.names()
    chosen = selection["dimension"] or ratings.ALL[0]
    if chosen not in names:
        selection.errors["dimension"] = _("One of %(allowed)s is expected.") % {"allowed": ", ".join(names)}
        selection.values.pop("dimension", None)
    choices = [Option(names[one], asked.links.here(dimension=one), one == chosen) for one in ratings.ALL]
    wrong = selection.errors.get("dimension", "")
    page.filters.append(Filter("dimension", _("Rating"), names.get(chosen, "?"), choices, None, wrong, True))
    return (None if wrong else metric), {"dimension": chosen}


def _found(asked: Asked, metric: RegisterMetric, changes: dict[str, str]) -> Findings:
    level = areas.level(asked)
    rows = asked.now.rows(metric.name, "area", **changes) if asked.now.splits("area") else {}
    loose = "" if level.around is None else level.around.code
    return Findings(metric, level, rows, loose if loose in rows else "")


# --- the answer ------------------------------------------------------------------------------------------------------
def _answer(asked: Asked, found: Findings, changes: dict[str, str]) -> str:
    title, ordered = metrics.title(found.metric), found.ordered
    whole = asked.now.row(found.metric.name, **changes).outcome.figure
    if not ordered:
        text = _("%(metric)s: %(value)s in all; by place it cannot be told.") % {
            "metric": title,
            "value": metrics.written(found.metric, whole),
        }
        return _joined(text, behind.caveat(asked.now))
    best, worst = ordered[0], ordered[-1]
    facts = {
        "metric": title,
        "best": found.name(best),
        "high": found.text(best),
        "worst": found.name(worst),
        "low": found.text(worst),
        "whole": metrics.written(found.metric, whole),
    }
    if not found.level.shown:
        text = _("%(metric)s: %(high)s in %(best)s, which is not divided further.") % facts
    elif len(ordered) == 1:
        text = _("%(metric)s: %(high)s in %(best)s, the only area with a value.") % facts
    elif found.rows[best].outcome.figure.value == found.rows[worst].outcome.figure.value:
        text = _("%(metric)s: %(high)s in every area with a value.") % facts
    else:
        text = _("%(metric)s: highest in %(best)s (%(high)s), lowest in %(worst)s (%(low)s); %(whole)s in all.") % facts
    return _joined(text, _known(found), behind.caveat(asked.now))


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _known(found: Findings) -> str:
    """How many areas have a value; nothing where all have."""
    shown, known = len(found.level.shown), sum(1 for code in found.ordered if code in found.level.shown)
    if known >= shown:
        return ""
    return ngettext("%(known)s of %(shown)s area has a value.", "%(known)s of %(shown)s areas have a value.", shown) % {
        "known": formats.number(known),
        "shown": formats.number(shown),
    }


def _headlines(asked: Asked, found: Findings, changes: dict[str, str]) -> list[Headline]:
    row = asked.now.row(found.metric.name, **changes)
    whole, ordered = row.outcome.figure, found.ordered
    made = [
        Headline(
            metrics.title(found.metric),
            metrics.written(found.metric, whole) if whole.value is not None else "",
            null=formats.reason(whole.null_reason),
            note=_("the whole selection"),
            help=_(found.metric.definition),
            url=asked.organizations_url(),
        )
    ]
    if len(ordered) > 1:
        for label, code in ((_("Highest"), ordered[0]), (_("Lowest"), ordered[-1])):
            url = found.level.url(code) if code != found.loose else ""
            made.append(Headline(label, found.text(code), note=found.name(code), url=url))
    if found.level.shown:
        known = sum(1 for code in ordered if code in found.level.shown)
        made.append(
            Headline(
                _("Areas with a value"),
                formats.number(known),
                note=_("of %(n)s") % {"n": formats.number(len(found.level.shown))},
                help=_("Areas of the shown level that are registered; without organizations there is nothing to tell."),
            )
        )
    return made


PAGE = QuestionPage(
    name="map",
    title=gettext_lazy("Map"),
    question=gettext_lazy("Where has it scaled?"),
    icon="map",
    build=build,
    takes=OF_ORGANIZATIONS | {"prices"},
    own=frozenset({"metric", "dimension"}),
)
