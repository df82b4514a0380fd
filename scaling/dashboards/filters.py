"""The filter bar: one button for each filter of a page, with the values that exist for the selection."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from organizations.models import Kind, Tier
from scaling import formats, moments
from scaling.dashboards import common
from scaling.dashboards.page import Filter, Option, Typed
from scaling.dashboards.selection import CHOICES, NAMES, Links, Selection

#: More options than this are not listed; what was chosen can still be typed.
MOST_OPTIONS = 60

#: Asked for less often.
MINOR = frozenset({"tier", "apex", "as_of", "known_at", "beside", "synthetic"})


def labels() -> dict[str, str]:
    return {
        "country": _("Country"),
        "programme": _("Programme"),
        "phase": _("Phase"),
        "place": _("Place"),
        "kind": _("Kind"),
        "tier": _("Tier"),
        "apex": _("Below the apex"),
        "round": _("Round"),
        "as_of": _("As of"),
        "known_at": _("As known on"),
        "prices": _("Prices"),
        "basis": _("Figures"),
        "against": _("Compared with"),
        "beside": _("Beside"),
        "synthetic": _("Demonstration data"),
    }


def price_labels() -> dict[str, str]:
    return {
        "local": _("in the local currency"),
        "usd": _("in US dollars"),
        "real": _("in the local currency, constant prices"),
    }


def build(selection: Selection, links: Links, takes: Iterable[str]) -> list[Filter]:
    """Filters of a page in the order of the bar; one without a choice is left out unless it is wrong."""
    wanted = set(takes)
    made = (_MAKERS[name](selection, links) for name in NAMES if name in wanted or name in selection.errors)
    return [one for one in made if len(one.options) > 1 or one.typed or one.error]


def not_applied(selection: Selection, takes: Iterable[str]) -> list[str]:
    """Filters that are set and do nothing on this page; they are kept for the others."""
    wanted = set(takes)
    return [name for name in NAMES if name in selection.values and name not in wanted and _is_set(selection, name)]


def _is_set(selection: Selection, name: str) -> bool:
    return selection.values[name] != (CHOICES[name][0] if name in CHOICES else "")


def _filter(
    selection: Selection, name: str, options: list[Option], *, typed: Typed | None = None, value: str = ""
) -> Filter:
    chosen = value or next((option.label for option in options if option.selected), _("all"))
    error = selection.errors.get(name, "")
    return Filter(name, labels()[name], chosen, options, typed, error, name in selection.values, name in MINOR)


def _country(selection: Selection, links: Links) -> Filter:
    names = {
        country.code: common.place_name(country)
        for programme in selection.visible.values()
        for country in programme.countries.all()
        if selection["synthetic"] == "1" or not programme.is_synthetic or country.code == selection["country"]
    }
    options = [Option(_("all"), links.here(country=""), not selection["country"])]
    options += [
        Option(name, links.here(country=code), code == selection["country"])
        for code, name in sorted(names.items(), key=lambda one: one[1])
    ]
    return _filter(selection, "country", options)


def _programme(selection: Selection, links: Links) -> Filter:
    inside = [
        one
        for one in selection.visible.values()
        if not selection["country"] or any(country.code == selection["country"] for country in one.countries.all())
    ]
    options = [Option(_("all"), links.here(programme=""), not selection["programme"])]
    options += [
        Option(
            str(one),
            links.here(programme=one.code),
            one.code == selection["programme"],
            _("synthetic demonstration data")
            if one.is_synthetic
            else ", ".join(common.place_name(country) for country in one.countries.all()),
        )
        for one in inside
    ]
    return _filter(selection, "programme", options)


def _phase(selection: Selection, links: Links) -> Filter:
    options = [Option(_("all"), links.here(phase=""), not selection["phase"])]
    if selection.programme is not None:
        options += [
            Option(common.phase_label(one.label), links.here(phase=one.code), one.code == selection["phase"])
            for one in selection.phases
        ]
    return _filter(selection, "phase", options)


def _place(selection: Selection, links: Links) -> Filter:
    """Up the path and one level down; the whole tree would be too long for a list."""
    path, children = selection.path(), selection.children()
    options = [Option(_("all"), links.here(place=""), selection.place is None)]
    options += [Option(area.name, links.here(place=area.code), area == selection.place) for area in path]
    options += [
        Option(area.name, links.here(place=area.code), note=_("inside it") if path else "")
        for area in children[:MOST_OPTIONS]
        if area not in path
    ]
    typed = _lookup(selection, links, "place", "places") if len(children) > MOST_OPTIONS else None
    return _filter(selection, "place", options, typed=typed)


def _kind(selection: Selection, links: Links) -> Filter:
    options = [Option(_("all"), links.here(kind=""), not selection["kind"])]
    shown = [*selection.kinds, *([selection["kind"]] if selection["kind"] not in ("", *selection.kinds) else [])]
    options += [Option(str(Kind(kind).label), links.here(kind=kind), kind == selection["kind"]) for kind in shown]
    return _filter(selection, "kind", options)


def _tier(selection: Selection, links: Links) -> Filter:
    options = [Option(_("all"), links.here(tier=""), not selection["tier"])]
    shown = [*selection.tiers, *([selection["tier"]] if selection["tier"] not in ("", *selection.tiers) else [])]
    options += [Option(str(Tier(tier).label), links.here(tier=tier), tier == selection["tier"]) for tier in shown]
    return _filter(selection, "tier", options)


def _apex(selection: Selection, links: Links) -> Filter:
    has_apexes = any(tier != Tier.PRIMARY for tier in selection.tiers) or selection.apex is not None
    typed = _lookup(selection, links, "apex", "apexes") if has_apexes else None
    options = [Option(_("all"), links.here(apex=""), selection.apex is None)]
    if selection.apex is not None:
        options.append(Option(selection.apex.name, links.here(), selected=True))
    return _filter(selection, "apex", options, typed=typed)


def _round(selection: Selection, links: Links) -> Filter:
    several = len({one.programme_id for one in selection.rounds}) > 1
    options = [Option(_("the last"), links.here(round=""), not selection["round"])]
    options += [
        Option(
            f"{one.get_kind_display()} · {formats.day(one.reference_date)}",
            links.here(round=one.code, **({"programme": one.programme.code} if several else {})),
            one.code == selection["round"],
            str(one.programme) if several else "",
        )
        for one in reversed(selection.rounds[-MOST_OPTIONS:])
    ]
    return _filter(selection, "round", options)


def _as_of(selection: Selection, links: Links) -> Filter:
    day = selection.as_of
    typed = Typed("as_of", "date", selection["as_of"], _hidden(links, "as_of"), _("Day"))
    shown = formats.day(day) if day is not None else _("the date of the round")
    options = [Option(_("the date of the round"), links.here(as_of=""), day is None)]
    return _filter(selection, "as_of", options, typed=typed, value=shown)


def _known_at(selection: Selection, links: Links) -> Filter:
    """A day in the list of the browser; a moment stands in addresses that were noted beside a published figure."""
    text = selection["known_at"]
    day = text if moments.DAY.fullmatch(text) else ""
    typed = Typed("known_at", "date", day, _hidden(links, "known_at"), _("Day"))
    shown = formats.moment(selection.known_at) if selection.known_at is not None else text or _("now")
    return _filter(
        selection, "known_at", [Option(_("now"), links.here(known_at=""), not text)], typed=typed, value=shown
    )


def _against(selection: Selection, links: Links) -> Filter:
    """The own baseline of each organization, or an earlier round or phase of the one programme."""
    options = [
        Option(
            _("own baseline"),
            links.here(against=""),
            not selection["against"],
            _("the first round in which each organization was observed; of money and reach the first phase"),
        )
    ]
    closing = selection.round or (selection.rounds[-1] if selection.rounds else None)
    if selection.programme is not None and closing is not None:
        options += [
            Option(
                f"{one.get_kind_display()} · {formats.day(one.reference_date)}",
                links.here(against=one.code),
                one.code == selection["against"],
            )
            for one in reversed(selection.rounds)
            if one.reference_date < closing.reference_date
        ]
    if selection.programme is not None and selection.phases:
        last = selection.phase or selection.phases[-1]
        options += [
            Option(
                common.phase_label(one.label) if one.label else one.code,
                links.here(against=one.code),
                one == selection.against_phase,
                _("a phase; for organizations its last round"),
            )
            for one in selection.phases
            if one.sequence < last.sequence
        ]
    return _filter(selection, "against", options)


def _beside(selection: Selection, links: Links) -> Filter:
    own = selection.programme
    options = [Option(_("no other programme"), links.here(beside=""), not selection["beside"])]
    options += [
        Option(str(one), links.here(beside=one.code), one.code == selection["beside"])
        for one in selection.visible.values()
        if own is not None and one != own
    ]
    return _filter(selection, "beside", options)


def _prices(selection: Selection, links: Links) -> Filter:
    options = [
        Option(label, links.here(prices=code), code == selection["prices"]) for code, label in price_labels().items()
    ]
    return _filter(selection, "prices", options)


def _basis(selection: Selection, links: Links) -> Filter:
    notes = common.basis_notes()
    options = [
        Option(label, links.here(basis=code), code == selection["basis"], notes[code])
        for code, label in common.basis_labels().items()
    ]
    return _filter(selection, "basis", options)


def _synthetic(selection: Selection, links: Links) -> Filter:
    options = []
    if any(programme.is_synthetic for programme in selection.visible.values()) and not selection["programme"]:
        for code, label in (("0", _("left out")), ("1", _("counted in"))):
            options.append(Option(label, links.here(synthetic=code), code == selection["synthetic"]))
    return _filter(selection, "synthetic", options)


def _lookup(selection: Selection, links: Links, name: str, what: str) -> Typed:
    return Typed(
        name,
        "text",
        "",
        _hidden(links, name),
        _("Name or code"),
        reverse("organizations:lookup", kwargs={"what": what}),
    )


def _hidden(links: Links, name: str) -> list[tuple[str, str]]:
    """The other filters, as the form of one sends them; one that stands in the path is not sent."""
    return [(key, value) for key, value in links.in_query().items() if key != name]


_MAKERS = {
    "country": _country,
    "programme": _programme,
    "phase": _phase,
    "place": _place,
    "kind": _kind,
    "tier": _tier,
    "apex": _apex,
    "round": _round,
    "as_of": _as_of,
    "known_at": _known_at,
    "prices": _prices,
    "basis": _basis,
    "against": _against,
    "beside": _beside,
    "synthetic": _synthetic,
}
