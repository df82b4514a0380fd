"""Which apexes work for their members, and which are shells (question 10)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from organizations.models import ApexMembership, Organization, Service
from organizations.models.support import ServiceProvider
from scaling import figures, formats
from scaling.dashboards import records
from scaling.dashboards.common import counted
from scaling.dashboards.frame import Asked
from scaling.dashboards.page import Cell, Column, Empty, FigureCard
from scaling.dashboards.questions.federations.days import Asking
from scaling.federation_told import Shape
from scaling.figures import Dot
from scaling.metrics.figures import Figure
from scaling.models import ApexShape

#: Apexes shown, those with the most member organizations.
MOST = 40


@dataclass(frozen=True)
class Apex:
    """`services`: kinds of service that members get from an apex; `known`: members of which a fee is on record."""

    organization: Organization
    span: int
    depth: int
    is_cut: bool
    members: int
    services: int
    known: int
    paid: int

    @property
    def per_member(self) -> float | None:
        return round(self.services / self.members, 2) if self.members else None

    @property
    def fee_share(self) -> float | None:
        return round(100 * self.paid / self.known, 1) if self.known else None


def read(asked: Asked, asking: Asking) -> list[Apex]:
    """The apexes of the last rounds with the most members, in three queries over their direct members."""
    largest = _largest(asked, asking)
    ids = [apex.pk for apex, _shape in largest]
    holds = ApexMembership.objects.filter(apex__in=ids, valid__contains=asking.on)
    fees = {
        row["apex"]: row
        for row in holds.order_by()
        .values("apex")
        .annotate(
            n=Count("pk"),
            known=Count("pk", filter=Q(fee_paid_until__isnull=False)),
            paid=Count("pk", filter=Q(fee_paid_until__gte=asking.on)),
        )
    }
    services = dict(
        Service.objects.filter(
            provider=ServiceProvider.APEX,
            valid__contains=asking.on,
            organization__apex_memberships__apex__in=ids,
            organization__apex_memberships__valid__contains=asking.on,
        )
        .order_by()
        .values(apex=F("organization__apex_memberships__apex"))
        .annotate(n=Count("pk"))
        .values_list("apex", "n")
    )
    nothing = {"n": 0, "known": 0, "paid": 0}
    return [
        Apex(
            apex,
            shape.span,
            shape.depth,
            shape.is_cut,
            fees.get(apex.pk, nothing)["n"],
            services.get(apex.pk, 0),
            fees.get(apex.pk, nothing)["known"],
            fees.get(apex.pk, nothing)["paid"],
        )
        for apex, shape in {apex.pk: (apex, shape) for apex, shape in largest}.values()
    ]


def _largest(asked: Asked, asking: Asking) -> list[tuple[Organization, Shape | ApexShape]]:
    """Those with the most direct members, with their place in the graph."""
    found = records.narrowed(asked, on=asking.on)
    if asking.told is not None:
        told = asking.told.shapes
        apexes: Any = Organization.objects.visible_to(asked.user) if found is None else found
        rows = list(apexes.filter(pk__in=told.keys()).select_related("place").order_by("code"))
        rows.sort(key=lambda one: -told[one.pk].span)
        return [(one, told[one.pk]) for one in rows[:MOST]]
    shapes = ApexShape.objects.visible_to(asked.user).filter(round__in=asking.rounds)
    if found is not None:
        shapes = shapes.filter(apex__in=found.values("pk"))
    return [(one.apex, one) for one in shapes.select_related("apex__place").order_by("-span", "apex")[:MOST]]


def card(asked: Asked, found: list[Apex]) -> FigureCard:
    title = _("Which apexes work for their members")
    table = asked.table(
        "apexes",
        [
            Column(_("Apex")),
            Column(_("Tier")),
            Column(_("Direct member organizations"), numeric=True),
            Column(_("Steps to the top"), numeric=True),
            Column(_("Services per member"), numeric=True, help=_("provided by an apex")),
            Column(_("Fee paid, per cent"), numeric=True, help=_("of members whose fee is on record")),
            Column(_("Cut vertex")),
        ],
        [
            [
                Cell(one.organization.name, url=reverse("organizations:profile", args=[one.organization.code])),
                Cell(str(one.organization.get_tier_display())),
                counted(one.span),
                counted(one.depth),
                _number(one.per_member, 1, "NOT_APPLICABLE"),
                _number(one.fee_share, 0, "NOT_REPORTED"),
                Cell(_("yes") if one.is_cut else ""),
            ]
            for one in found
        ],
        caption=_("Apexes with the most member organizations, their services and the fees of their members"),
        title=title,
        subtitle=_("at most %(most)d, those with the most members") % {"most": MOST},
    )
    drawn = [one for one in found if one.per_member is not None and one.fee_share is not None]
    if not drawn:
        if not found:
            text = _("No apex stands in the network of the last round.")
        else:
            text = _(
                "No fee of a member is on record (“fee paid until” of a membership), so that nobody can tell who pays. "
                "It is entered at the membership of each organization."
            )
        empty = Empty(_("Not enough data"), text, _("Organizations"), asked.organizations_url(tier=""))
        return FigureCard("works", title, "", table, None, span=12, empty=empty)
    dots = [
        Dot(
            one.per_member or 0.0,
            one.fee_share or 0.0,
            _("%(name)s: %(services)s services per member, %(share)s pay, %(n)s members")
            % {
                "name": one.organization.name,
                "services": formats.number(Decimal(str(one.per_member)), 1),
                "share": formats.share(Figure(Decimal(str(one.fee_share)))),
                "n": formats.number(one.members),
            },
            "loss" if one.is_cut else "plain",
            one.members,
            asked.links.here(organization=one.organization.code),
        )
        for one in drawn
    ]
    names = {"plain": _("apex"), "loss": _("cut vertex")}
    figure = figures.scatter(
        dots, names=names, x_axis=_("services used per member"), y_axis=_("members whose fee is paid, per cent")
    )
    figure["layout"]["xaxis"]["rangemode"] = figure["layout"]["yaxis"]["rangemode"] = "tozero"
    shells = [one for one in drawn if not one.services and not one.paid]
    reading = _("%(shells)s of %(n)s apexes give no service and get no fee; %(out)s more have no fee on record.") % {
        "shells": formats.number(len(shells)),
        "n": formats.number(len(drawn)),
        "out": formats.number(len(found) - len(drawn)),
    }
    subtitle = _("size: direct members; which apex of several gives a service is not told")
    return FigureCard("works", title, reading, table, figure, subtitle, 12, 340)


def _number(value: float | None, places: int, reason: str) -> Cell:
    if value is None:
        return Cell(formats.reason(reason), "null")
    exact = Decimal(str(value))
    return Cell(formats.number(exact, places), value=exact)
