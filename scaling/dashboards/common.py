"""What dashboard pages share: the filter bar, freshness, coverage, cells with their doubt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programmes.models import Place
from programmes.vocabulary import FigureBasis
from scaling import formats, rollups
from scaling.answers import Row, Workspace, exact
from scaling.dashboards import selection
from scaling.dashboards.page import Cell, Chip, Filter, Option
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


class Query:
    """The filters of a page, read strictly from its address, and addresses with one of them changed."""

    def __init__(self, request: HttpRequest, known: dict[str, tuple[str, ...] | None]) -> None:
        """`known`: parameter → allowed values (the first is the default), or None for any code. 404 for others."""
        self.path = request.path
        self.values: dict[str, str] = {}
        for name in request.GET:
            if name not in known and name not in selection.NAMES:
                raise Http404
        # Filters of other pages are carried along; those pages check them.
        self.kept = {name: value for name, value in selection.carried(request.GET).items() if name not in known}
        for name, allowed in known.items():
            value = request.GET.get(name, allowed[0] if allowed else "")
            if allowed is not None and value not in allowed:
                raise Http404
            self.values[name] = value
        self.defaults = {name: allowed[0] if allowed else "" for name, allowed in known.items()}

    def __getitem__(self, name: str) -> str:
        return self.values[name]

    def url(self, path: str = "", **changed: str) -> str:
        """The page's address (or another's) with these filters changed; defaults are left out."""
        values = {**self.values, **changed}
        shown = {name: value for name, value in values.items() if value != self.defaults.get(name, "")}
        shown |= {name: value for name, value in self.kept.items() if name not in changed}
        return (path or self.path) + (f"?{urlencode(shown)}" if shown else "")


def basis_notes() -> dict[str, str]:
    return {
        "printed": _("the source's own figures, slips included"),
        "corrected": _("documented corrections applied; what was printed is kept"),
        "hypothesis": _("with our unconfirmed inference too"),
    }


def basis_filter(query: Query) -> Filter:
    labels, notes = basis_labels(), basis_notes()
    options = [
        Option(labels[basis], query.url(basis=basis), query["basis"] == basis, notes[basis])
        for basis in FigureBasis.values
    ]
    return Filter("basis", _("Figures"), labels[query["basis"]], options)


def place_name(place: Place) -> str:
    return formats.country_name(place.names, place.name)


def phase_label(label: str) -> str:
    """`Phase II` in the reader's language; a label of another form stays as it is."""
    for word, translated in (("Phases ", _("Phases %(numbers)s")), ("Phase ", _("Phase %(numbers)s"))):
        if label.startswith(word):
            return translated % {"numbers": label.removeprefix(word)}
    return label


def freshness(workspace: Workspace, phases: Iterable[Any]) -> Chip:
    """When the oldest figure shown was computed, and whether a change still waits."""
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
