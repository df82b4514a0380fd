"""What to say where an exchange rate or a price index is missing: which one, and where it is entered."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scaling import formats
from scaling.dashboards.frame import Asked
from scaling.dashboards.page import Empty, Note
from scaling.metrics import figures as f
from scaling.missing_rates import CURRENCY, INDEX, Missing, missing

#: Missing rates named on the page; the others are one click away.
MOST = 4


def lacking(asked: Asked, reason: str, what: str) -> Empty:
    """“Not enough data” of an amount; with NO_RATE it leads to the rates that are missing."""
    if reason != f.NO_RATE:
        return asked.missing(reason, what)
    text = _("%(what)s: %(reason)s.") % {"what": what, "reason": formats.reason(reason)}
    return Empty(_("Not enough data"), text, _("Missing exchange rates and price indices"), _page())


def notes(asked: Asked) -> list[Note]:
    """The rates that the programmes of the selection wait for. Four queries; asked only where a figure says NO_RATE."""
    codes = {programme.code for programme in asked.selection.programmes}
    wanted = [one for one in missing(asked.user) if codes & (one.lines.keys() | one.rounds.keys())]
    return [Note(_words(one), _("Missing exchange rates and price indices"), _page()) for one in wanted[:MOST]]


def _page() -> str:
    return reverse("scaling:missing-rates")


def _words(one: Missing) -> str:
    facts = {"currency": one.currency, "day": formats.day(one.day)}
    if one.what == CURRENCY:
        return _("A round of %(day)s has amounts and names no currency.") % facts
    if one.what == INDEX:
        return _("No price index of %(currency)s is known for %(day)s or before.") % facts
    count = sum(one.lines.values())
    text = _("No exchange rate of %(currency)s is known for %(day)s or before.") % facts
    if count:
        waits = ngettext("%(n)s amount waits for it.", "%(n)s amounts wait for it.", count)
        text += " " + waits % {"n": formats.number(count)}
    return text
