"""The network picture around one organization, with what it says in words and as a table."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from organizations.models import Organization, Tier
from scaling import federation_network, figures, formats
from scaling.dashboards.common import counted
from scaling.dashboards.frame import Asked
from scaling.dashboards.page import Cell, Column, Empty, FigureCard
from scaling.dashboards.questions.federations.days import Asking
from scaling.federation_network import JOINED, LEFT, STAYS, Neighbourhood
from scaling.figures import Line, Member

LAYERS = list(Tier.values)


def card(asked: Asked, asking: Asking, centre: Organization | None) -> FigureCard:
    title = _("The network around one organization")
    if centre is None:
        text = _(
            "No federation is on the register on this day. Memberships in an apex are entered at each organization."
        )
        empty = Empty(_("Not enough data"), text, _("Organizations"), asked.organizations_url())
        return FigureCard("network", title, "", None, None, span=12, empty=empty)
    found = federation_network.around(asked.user, centre, asking.rounds, on=asking.on, told=asking.told)
    states = {tie.member: tie.state for tie in found.ties if tie.state == JOINED}
    still = {pk for tie in found.ties if tie.state != LEFT for pk in (tie.member, tie.apex)}
    gone = {tie.member for tie in found.ties if tie.state == LEFT} - still
    nodes = [_node(asked, centre, one, gone) for one in found.nodes.values()]
    figure = figures.layered(
        nodes,
        [Line(tie.member, tie.apex, tie.state) for tie in found.ties],
        names=_role_names(),
        kinds={
            STAYS: (_("member"), "unseen", "solid"),
            JOINED: (_("joined in the last 12 months"), "gain", "solid"),
            LEFT: (_("left in the last 12 months"), "other", "dot"),
        },
        layers={LAYERS.index(one.tier): str(one.get_tier_display()) for one in found.nodes.values()},
    )
    table = asked.table(
        "network-organizations",
        [
            Column(_("Organization")),
            Column(_("Tier")),
            Column(_("Members"), numeric=True),
            Column(_("Direct member organizations"), numeric=True),
            Column(_("In the network")),
        ],
        [
            [
                Cell(one.name, url=asked.links.here(organization=one.code)),
                Cell(str(one.get_tier_display())),
                counted(int(one.size)) if one.size >= 0 else Cell(formats.reason("NOT_REPORTED"), "null"),
                counted(one.span) if one.span is not None else Cell(""),
                Cell(_place(one, states, gone)),
            ]
            for one in sorted(found.nodes.values(), key=lambda one: (-LAYERS.index(one.tier), -one.size, one.code))
        ],
        caption=_("Organizations in the picture"),
        title=title,
    )
    subtitle = _("on %(day)s; size: members; red: others would be cut off without it") % {"day": formats.day(asking.on)}
    return FigureCard("network", title, _reading(found, asking), table, figure, subtitle, 12, 520)


def _node(asked: Asked, centre: Organization, one: Any, gone: set[int]) -> Member:
    role = "loss" if one.is_cut else "unseen" if one.pk in gone else _tier_role(one.tier)
    size = max(float(one.size), 0.0)
    members = _("%(n)s members") % {"n": formats.number(int(size))} if one.size >= 0 else _("members not told")
    text = f"{one.name} · {one.get_tier_display()} · {members}"
    if one.is_cut:
        text += f" · {_('cut vertex')}"
    url = asked.links.here(organization=one.code) + "#network-title"
    label = one.name if len(one.name) <= 24 else f"{one.name[:23]}…"
    return Member(one.pk, LAYERS.index(one.tier), label, text, role, size, url, one.pk == centre.pk)


def _tier_role(tier: str) -> str:
    return "national_apex" if tier == Tier.INTERNATIONAL_APEX else tier


def _role_names() -> dict[str, str]:
    return {_tier_role(tier.value): str(tier.label) for tier in reversed(Tier)} | {
        "loss": _("cut vertex"),
        "unseen": _("has left"),
        "national_apex": str(Tier.NATIONAL_APEX.label),
    }


def _place(one: Any, joined: dict[int, str], gone: set[int]) -> str:
    parts = []
    if one.is_cut:
        parts.append(_("cut vertex"))
    if one.pk in joined:
        parts.append(_("joined in the last 12 months"))
    if one.pk in gone:
        parts.append(_("left in the last 12 months"))
    if not one.is_active:
        parts.append(_("not active"))
    return ", ".join(parts)


def _reading(found: Neighbourhood, asking: Asking) -> str:
    text = ngettext(
        "%(name)s has %(total)s member organization, %(drawn)s of them drawn; in twelve months %(joined)s joined and "
        "%(left)s left what is drawn.",
        "%(name)s has %(total)s member organizations, %(drawn)s of them drawn; in twelve months %(joined)s joined and "
        "%(left)s left what is drawn.",
        found.total,
    ) % {
        "name": found.centre.name,
        "total": formats.number(found.total),
        "drawn": formats.number(found.drawn_below()),
        "joined": formats.number(found.joined),
        "left": formats.number(found.left),
    }
    if found.beyond or found.beside:
        text += " " + _(
            "Cut off: %(beyond)s memberships below them and %(beside)s beside it; the largest are shown."
        ) % {"beyond": formats.number(found.beyond), "beside": formats.number(found.beside)}  # fmt: skip
    if asking.told_on is not None and asking.told_on != asking.on:
        text += " " + _("Sizes and cut vertices are those of the round of %(day)s.") % {
            "day": formats.day(asking.told_on)
        }
    return text
