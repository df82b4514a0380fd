"""What stands behind the figures of organizations on a page: when they were computed, how many reported, who is left
out, and the links down to the records."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scaling import formats
from scaling.dashboards import common
from scaling.dashboards.frame import Asked
from scaling.dashboards.page import Chip, Note, Option, Page
from scaling.register_sets import RegisterSet


def organizations(asked: Asked, page: Page, *metrics: str) -> None:
    """Chips, what was left out, and links down, for a page whose figures rest on `metrics` of organizations."""
    found = asked.now
    page.chips += [freshness(found), *coverage(found)]
    if found.is_synthetic:
        page.chips.append(common.synthetic_chip())
    page.left_out += left_out(asked)
    page.records += records(asked, *metrics)


def freshness(found: RegisterSet) -> Chip:
    """When the oldest figure was computed, and whether a change still waits."""
    if found.question.known_at is not None:
        return common.as_known(found.question.known_at)
    if found.computed_at is None:
        return Chip(_("not computed yet"), "clock", "warn")
    text = _("computed %(when)s") % {"when": formats.ago(found.computed_at)}
    waiting = found.marks_waiting
    if waiting:
        text += " · " + ngettext("%(count)d change waits", "%(count)d changes wait", waiting) % {"count": waiting}
    return Chip(text, "clock", "warn" if waiting else "")


def coverage(found: RegisterSet) -> list[Chip]:
    """How many of those due have an approved return; how much of the total would be imputed for the rest."""
    if not found.due:
        return [Chip(_("no return was due"), "exclamation-triangle", "warn")]
    row = found.row("round_coverage")
    complete = row.outcome.figure.value is not None and row.outcome.figure.value >= row.thresholds.partial_below
    text = _("%(reported)s of %(due)s organizations due reported (%(share)s)") % {
        "reported": formats.number(found.reported),
        "due": formats.number(found.due),
        "share": formats.share(row.outcome.figure),
    }
    chips = [Chip(text, "check2-circle" if complete else "exclamation-triangle", "" if complete else "warn")]
    imputed = found.figure("share_imputed")
    if imputed.value:
        text = _("nothing is imputed here; an estimate of all would be imputed for %(share)s")
        chips.append(Chip(text % {"share": formats.share(imputed, 1)}, "info-circle"))
    return chips


def caveat(found: RegisterSet) -> str:
    """The sentence for the answer itself where a round has so many gaps that figures are partial; else nothing."""
    row = found.row("round_coverage")
    share = row.outcome.figure.value
    if share is None or share >= row.thresholds.partial_below:
        return ""
    return ngettext(
        "Only %(reported)s of %(due)s organization due has reported.",
        "Only %(reported)s of %(due)s organizations due have reported.",
        found.due,
    ) % {"reported": formats.number(found.reported), "due": formats.number(found.due)}


def left_out(asked: Asked, found: RegisterSet | None = None) -> list[Note]:
    """Which organizations are not in the figures (of `found`, else of `asked.now`), and why."""
    found = asked.now if found is None else found
    notes = []
    absent = found.due - found.reported
    if absent:
        text = ngettext(
            "%(count)s organization was due and has no approved return in this round; it is not counted.",
            "%(count)s organizations were due and have no approved return in this round; they are not counted.",
            absent,
        )
        rounds = found.rounds
        url = asked.round_url(rounds[-1].code) if len(rounds) == 1 else reverse("indicators:rounds")
        notes.append(Note(text % {"count": formats.number(absent)}, _("Who has not reported"), url))
    without = [source.programme for source in found.sources if source.closing is None]
    if without:
        text = ngettext(
            "%(names)s has no round yet and is left out.", "%(names)s have no round yet and are left out.", len(without)
        )
        notes.append(Note(text % {"names": ", ".join(str(one) for one in without)}))
    if not asked.selection["programme"] and asked.selection["synthetic"] != "1":
        synthetic = [one for one in asked.selection.visible.values() if one.is_synthetic]
        if synthetic and not found.is_synthetic:
            notes.append(
                Note(
                    _("Synthetic demonstration programmes are left out."),
                    _("Count them in"),
                    asked.links.here(synthetic="1"),
                )
            )
    return notes


def records(asked: Asked, *metrics: str) -> list[Option]:
    """Down to what the figures are made of."""
    options = [Option(_("The organizations behind these figures"), asked.organizations_url())]
    options += [
        Option(_("Round of %(day)s and its returns") % {"day": formats.day(one.date)}, asked.round_url(one.code))
        for one in asked.now.rounds[-3:]
    ]
    options += [
        Option(_("The same from the API: %(metric)s") % {"metric": metric}, asked.api_url(metric)) for metric in metrics
    ]
    return options
