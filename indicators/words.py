"""Words of entry that several ways in share: reasons with their short keys, names of dimensions."""

from __future__ import annotations

from django.utils.translation import gettext as _

from indicators.returns import ENTERED_REASONS
from programmes.vocabulary import NullReason

#: One key for each reason, the same in the grid and in the workbook.
LETTERS = {
    NullReason.NOT_SURVEYED: "N",
    NullReason.NOT_APPLICABLE: "A",
    NullReason.REFUSED: "R",
    NullReason.NOT_REPORTED: "X",
}


def reasons() -> list[dict[str, str]]:
    """Code, short key (may be empty) and label of each reason a person may give."""
    return [
        {"code": reason.value, "letter": LETTERS.get(reason, ""), "label": str(NullReason(reason).label)}
        for reason in ENTERED_REASONS
    ]


def dimension_label(dimension: str) -> str:
    """A dimension of the rating scale in the reader's language."""
    return {
        "governance": _("Governance"),
        "management": _("Management"),
        "leadership": _("Leadership"),
        "capacity-building mechanism": _("Capacity-building mechanism"),
        "resilience": _("Resilience"),
        "functioning of systems": _("Functioning of systems"),
        "attitudes and mindset": _("Attitudes and mindset"),
        "structure": _("Structure"),
    }.get(dimension, dimension)


def page_words() -> dict[str, str]:
    """What the grid's script says; %(n)s and the like are filled in there."""
    return {
        "organization": _("Organization"),
        "saved": _("saved"),
        "all_saved": _("Everything is saved."),
        "held": _("Everything that fits is saved; %(n)s cells need a look."),
        "sending": _("%(n)s changes are on their way."),
        "down": _("The line is down. %(n)s changes wait on this device and will be sent by themselves."),
        "down_empty": _("The line is down. What you enter is kept on this device."),
        "problems": _("%(errors)s errors, %(warnings)s warnings"),
        "full": _("This device's store is full. Save to a file, and send what waits, before you go on."),
        "unit": _("Unit"),
        "range": _("From %(low)s to %(high)s"),
        "from": _("From %(low)s"),
        "whole": _("whole numbers"),
        "earlier": _("Earlier"),
        "verify": _("How to verify"),
        "evidence": _("What was seen"),
        "confirm": _("Note that confirms it"),
        "confirmed": _("confirmed:"),
        "comment": _("Comment"),
        "send": _("Send"),
        "open_form": _("Open the form"),
        "theirs": _("Somebody else entered %(theirs)s meanwhile; you entered %(mine)s."),
        "keep_mine": _("Keep mine"),
        "take_theirs": _("Take theirs"),
        "empty": _("nothing"),
        "keys": _("%(keys)s: no value, with a reason"),
        "keys_more": _(
            "Enter or F2: change · Delete: empty · Ctrl+D: fill down · Ctrl+Z: undo · Ctrl+C, Ctrl+V: spreadsheet"
        ),
        "locked": _("approved, closed for entry"),
        "submitted": _("%(n)s submitted."),
        "kept": _("%(n)s not yet: they need a look."),
        "not_here": _("This page has not been opened on this device before, and the line is down."),
        "loaded": _("%(n)s changes taken from the file."),
        "bad_file": _("This file holds no changes for this round."),
        "row_state": _("state"),
    }
