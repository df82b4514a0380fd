"""What dashboard pages share: the filter bar, freshness, coverage, cells with their doubt."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programmes.models import Place
from scaling import formats, rollups
from scaling.answers import Row, Workspace, exact
from scaling.dashboards.page import Cell, Chip
from scaling.metrics.figures import Figure

#: Groups of financier categories as they are drawn: role, label.
GROUPS: dict[str, frozenset[str]] = {
    "ifad": frozenset({"ifad"}),
    "international": frozenset(
        {"international_ifi", "international_un", "international_bilateral", "international_ngo"}
    ),
    "government": frozenset({"government_national", "government_subnational"}),
    "domestic_financial": frozenset({"domestic_financial_institution"}),
    "private": frozenset({"private_company", "producer_organization"}),
    "beneficiaries": frozenset({"beneficiaries"}),
}


def group_labels() -> dict[str, str]:
    return {
        "ifad": _("IFAD"),
        "international": _("International"),
        "government": _("Government"),
        "domestic_financial": _("Banks"),
        "private": _("Private"),
        "beneficiaries": _("Beneficiaries"),
    }


def basis_labels() -> dict[str, str]:
    return {
        "printed": _("as printed"),
        "corrected": _("corrected"),
        "hypothesis": _("with the hypothesis"),
    }


def basis_notes() -> dict[str, str]:
    return {
        "printed": _("the source's own figures, slips included"),
        "corrected": _("documented corrections applied; what was printed is kept"),
        "hypothesis": _("with our unconfirmed inference too"),
    }


def place_name(place: Place) -> str:
    return formats.country_name(place.names, place.name)


def phase_label(label: str) -> str:
    """`Phase II` in the reader's language; a label of another form stays as it is."""
    for word, translated in (("Phases ", _("Phases %(numbers)s")), ("Phase ", _("Phase %(numbers)s"))):
        if label.startswith(word):
            return translated % {"numbers": label.removeprefix(word)}
    return label


def as_known(moment: datetime.datetime) -> Chip:
    """Of figures of a moment nothing changes any more, whenever they are computed."""
    return Chip(_("as known on %(moment)s") % {"moment": formats.moment(moment)}, "clock", "")


def freshness(workspace: Workspace, phases: Iterable[Any]) -> Chip:
    """When the oldest figure shown was computed, and whether a change still waits."""
    if workspace.known_at is not None:
        return as_known(workspace.known_at)
    times = [workspace.computed_at[phase.pk] for phase in phases if phase.pk in workspace.computed_at]
    waiting, _since = rollups.marks_waiting()
    if not times:
        return Chip(_("not computed yet"), "clock", "warn")
    text = _("computed %(when)s") % {"when": formats.ago(min(times))}
    if waiting:
        text += " · " + ngettext("%(count)d change waits", "%(count)d changes wait", waiting) % {"count": waiting}
    return Chip(text, "clock", "warn" if waiting else "")


def amounts_reported(row: Row) -> list[Chip]:
    """How many of the amounts are there, and what follows when some are not."""
    chips = [
        Chip(
            _("%(reported)d of %(due)d amounts reported") % {"reported": row.reported, "due": row.due},
            "check2-circle" if row.reported == row.due else "list",
        )
    ]
    if missing := row.due - row.reported:
        text = ngettext(
            "%(count)d amount is not reported: the total is a lower bound",
            "%(count)d amounts are not reported: the total is a lower bound",
            missing,
        )
        chips.append(Chip(text % {"count": missing}, "exclamation-triangle", "warn"))
    return chips


def synthetic_chip() -> Chip:
    return Chip(_("synthetic demonstration data"), "flask", "synthetic")


def counted(n: int | None) -> Cell:
    """A whole number in a table."""
    return Cell(formats.number(n or 0), value=n or 0)


def signed(found: Figure, places: int = 0) -> Cell:
    """A change in a table, with its sign."""
    plain = cell(found, places)
    return plain if found.value is None else replace(plain, text=formats.signed(found.value, places))


def cell(found: Figure, places: int = 0, *, url: str = "", divisor: Decimal | int = 1) -> Cell:
    """A figure in a table: value with its bound, or the reason, dotted."""
    if found.value is None:
        return Cell(formats.reason(found.null_reason), "null", url=url)
    sign = formats.BOUND_SIGNS[found.bound]
    hint = {
        "≥": _("a lower bound: something is not reported"),
        "≤": _("an upper bound: something is not reported"),
        "≈": _("not exact: the numbers it is made of are bounds"),
    }.get(sign, "")
    value = exact(found.value / Decimal(divisor))
    return Cell(formats.figure(found, places, divisor=divisor), bound=sign, hint=hint, url=url, value=value)
