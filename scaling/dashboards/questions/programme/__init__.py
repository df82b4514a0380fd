"""Programme: what did each phase add?"""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from programmes.models import Phase, Programme
from scaling import formats
from scaling.answers import Workspace
from scaling.dashboards import phases as of_phases
from scaling.dashboards.frame import Asked, NotEnoughData
from scaling.dashboards.page import Chip, Empty, Page
from scaling.dashboards.questions.programme import beside, box, headlines, pictures, records, words
from scaling.dashboards.registry import OF_ORGANIZATIONS, QuestionPage


def build(asked: Asked, page: Page) -> None:
    asked.require_programme()
    workspace = of_phases.workspace(asked)
    programme = _programme(asked, workspace)
    page.title = _("Programme · %(programme)s") % {"programme": str(programme)}
    shown = _shown(asked, workspace, programme)
    page.question = _question(programme, shown)
    has_figures = any(workspace.of_phase(phase).money or workspace.of_phase(phase).results for phase in shown)
    if not has_figures and asked.register is None:
        raise NotEnoughData(*_nothing(asked, programme))
    page.answer = words.answered(asked, workspace, programme, shown)
    page.chips += _chips(workspace, programme, shown)
    page.headlines = headlines.build(asked, workspace, programme, shown)
    found = records.read(asked, programme, shown)
    corrected = workspace.load_phases("corrected", shown) if len(shown) > 1 else workspace
    page.figures = pictures.build(asked, workspace, corrected, programme, shown, found)
    tables = [
        box.build(asked, workspace, corrected, programme, shown, found),
        *beside.tables(asked, workspace, programme, shown),
        records.table(asked, found),
        records.checks(asked, programme),
    ]
    page.tables = [table for table in tables if table.rows]
    of_phases.around(asked, page, workspace, shown, "total_financing", "leverage_ratio_design")
    page.notes = _notes(programme)


def _programme(asked: Asked, workspace: Workspace) -> Programme:
    """The one programme; raises NotEnoughData with those there are to choose from."""
    if asked.selection.programme is None:
        first = asked.selection.programmes[0]
        raise NotEnoughData(
            _("This page tells of one programme; %(n)s are selected.")
            % {"n": formats.number(len(asked.selection.programmes))},
            Empty(
                _("Choose one programme"),
                _("The filter bar lists those that you may see; the Portfolio shows them beside each other."),
                _("Show %(programme)s") % {"programme": str(first)},
                asked.links.here(programme=first.code),
            ),
        )
    if asked.selection.programme.code not in workspace.programmes:
        raise NotEnoughData(
            _("There is nothing to show yet."),
            Empty(
                _("Not enough data"),
                _("The programme was not registered at that moment."),
                _("Show what is known now"),
                asked.links.here(known_at=""),
            ),
        )
    return workspace.programmes[asked.selection.programme.code]


def _shown(asked: Asked, workspace: Workspace, programme: Programme) -> list[Phase]:
    """The phases that carry figures, up to the selected one."""
    found, chosen = workspace.phases_of(programme), asked.selection.phase
    if chosen is None:
        return found
    if all(phase.pk != chosen.pk for phase in found):
        raise NotEnoughData(
            _("%(phase)s has no figures of its own.") % {"phase": chosen.label or chosen.code},
            Empty(
                _("Not enough data"),
                _("The source tells the phases of %(programme)s together, or this phase had not begun on this day.")
                % {"programme": str(programme)},
                _("Show all phases"),
                asked.links.here(phase="", as_of=""),
            ),
        )
    return [phase for phase in found if phase.sequence <= chosen.sequence]


def _nothing(asked: Asked, programme: Programme) -> tuple[str, Empty]:
    return (
        _("Nothing has been reported for %(programme)s yet.") % {"programme": programme.name},
        Empty(
            _("Not enough data"),
            _("Neither financing nor results have been entered for any phase. An administrator can enter them."),
            _("Results reported for phases"),
            asked.links.with_only(reverse("indicators:results"), {"programme": programme.code}),
        ),
    )


def _question(programme: Programme, phases: list[Phase]) -> str:
    if not programme.is_ifad_financed:
        return _("How far does %(programme)s carry the model?") % {"programme": str(programme)}
    if len(phases) > 1:
        return _("What did each phase of %(programme)s add?") % {"programme": str(programme)}
    return _("What did %(programme)s bring together?") % {"programme": str(programme)}


# --- chips -----------------------------------------------------------------------------------------------------------
def _chips(workspace: Workspace, programme: Programme, shown: list[Phase]) -> list[Chip]:
    """How many phases say anything; what the figure basis adds."""
    chips = []
    split = workspace.split_phases(programme)
    if shown and shown[0].is_aggregate:
        text = ngettext(
            "totals of %(count)d phase, not split by the source",
            "totals of %(count)d phases, not split by the source",
            len(split),
        )
        chips.append(Chip(text % {"count": len(split)}, "layers"))
    elif split:
        reported = sum(1 for phase in split if workspace.of_phase(phase).money)
        text = _("%(reported)d of %(due)d phases reported") % {"reported": reported, "due": len(split)}
        chips.append(Chip(text, "check2-circle" if reported == len(split) else "list"))
    if workspace.basis == "hypothesis":
        chips.append(Chip(_("shows an unconfirmed hypothesis"), "question-circle", "warn"))
    return chips


def _notes(programme: Programme) -> list[str]:
    notes = [
        _("Money is US dollars of its value date; leverage is co-financing at design for one dollar of IFAD's."),
        _("A phase is compared with the first one, unless another is chosen to compare with."),
    ]
    if programme.model_scaled:
        notes.append(_("What is scaled up: %(model)s") % {"model": programme.model_scaled})
    if programme.source:
        notes.append(_("Source: %(source)s") % {"source": programme.source})
    return notes


PAGE = QuestionPage(
    name="programme",
    title=gettext_lazy("Programme"),
    question=gettext_lazy("What did each phase add?"),
    icon="layers",
    build=build,
    takes=OF_ORGANIZATIONS | {"basis", "beside"},
    route="scaling:programmes",
)
