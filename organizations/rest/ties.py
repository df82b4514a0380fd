"""What ties an organization to others, through the API: apexes, linkages, services, support."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from organizations import apex_memberships, interventions, linkages, services
from organizations.models import (
    ApexMembership,
    ApexRole,
    Linkage,
    LinkageKind,
    Organization,
    ServiceKind,
    TransactionType,
)
from organizations.models.apex_memberships import Profession
from organizations.models.linkages import Causality, Covers, LinkageForm
from organizations.models.support import Method, Purpose, Service, ServiceProvider
from programmes.models import Partner, Phase
from programmes.writing import ChangeSerializer, Choice, Code, StrictSerializer, WritesMixin, number, renamed

#: Words of operations → those of bodies and representations.
DAYS = {"since": "start", "until": "end", "on": "start"}


def _end(**kwargs: Any) -> serializers.DateField:
    return serializers.DateField(
        source="until", required=False, allow_null=True, help_text="The first day after it.", **kwargs
    )


def _text(longest: int) -> serializers.CharField:
    return serializers.CharField(required=False, allow_blank=True, max_length=longest)


# --- apexes ----------------------------------------------------------------------------------------------------------
class ApexMembershipNewSerializer(StrictSerializer):
    """Member, apex and first day are what makes it the same one: sent again it changes nothing."""

    member = Code(Organization)
    apex = Code(Organization)
    start = serializers.DateField(source="on")
    end = _end()
    role = Choice(choices=ApexRole.choices, required=False)
    profession = Choice(choices=Profession.choices, required=False, allow_blank=True)
    fee_paid_until = serializers.DateField(required=False, allow_null=True)


class LeaveSerializer(ChangeSerializer):
    on = serializers.DateField(help_text="The first day on which it is no member.")
    reason = _text(200)


def same(row: Any, data: dict[str, Any], own: tuple[str, ...]) -> bool:
    """Does a row say what is sent of it: its end, and the fields `own`?"""
    ends: Any = row.valid.upper
    return ends == data.get("until") and all(getattr(row, name) == data[name] for name in own if name in data)


class ApexMembershipWrites(WritesMixin):
    def actions_on(self, row: Any) -> list[str]:
        return ["leave"] if getattr(row, "writable", False) and row.valid.upper is None else []

    @extend_schema(request=ApexMembershipNewSerializer)
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Join an apex; coming back is joining again. The same again is a 200."""
        data = self.read(ApexMembershipNewSerializer)
        found = ApexMembership.objects.filter(
            member=data["member"], apex=data["apex"], valid__startswith=data["on"]
        ).first()
        if found is not None:
            return self.repeated(found, same(found, data, ("role", "profession", "fee_paid_until")))
        with renamed(DAYS):
            made = apex_memberships.join(by=request.user, **data)
        return self.answer(made.membership, status.HTTP_201_CREATED)

    @extend_schema(request=LeaveSerializer)
    @action(detail=True, methods=["post"])
    def leave(self, request: Request, **kwargs: Any) -> Response:
        """Leave the apex; what was stays on record."""
        return self.change(
            LeaveSerializer, lambda row, **fields: apex_memberships.leave(membership=row, by=request.user, **fields)
        )


# --- linkages --------------------------------------------------------------------------------------------------------
class LinkageNewSerializer(StrictSerializer):
    """One partner: from the list, or an organization of another network.

    Organization, partner, kind, reference and first day are what makes it the same one.
    """

    organization = Code(Organization)
    partner = Code(Partner, required=False, allow_null=True)
    partner_organization = Code(Organization, required=False, allow_null=True)
    kind = Choice(choices=LinkageKind.choices)
    form = Choice(choices=LinkageForm.choices)
    causality = Choice(choices=Causality.choices)
    start = serializers.DateField(source="since")
    end = _end()
    reference = _text(100)
    signed_on = serializers.DateField(required=False, allow_null=True)
    value = number(required=False, allow_null=True)
    currency = _text(3)
    volume = number(required=False, allow_null=True)
    volume_unit = _text(30)
    covers = Choice(choices=Covers.choices, required=False)


class RenewSerializer(ChangeSerializer):
    until = serializers.DateField(allow_null=True, help_text="The first day after it; null: without an end.")
    reference = _text(100)
    value = number(required=False, allow_null=True)
    currency = _text(3)


class EndLinkageSerializer(ChangeSerializer):
    on = serializers.DateField(help_text="The first day on which it no longer holds.")
    breached = serializers.BooleanField(required=False)


class TransactionSerializer(ChangeSerializer):
    date = serializers.DateField()
    type = Choice(choices=TransactionType.choices)
    amount = number()
    currency = serializers.CharField(max_length=3)
    passed_on_to = Code(Organization, required=False, allow_null=True)


LINKAGE_FACTS = ("form", "causality", "signed_on", "value", "currency", "volume", "volume_unit", "covers")


class LinkageWrites(WritesMixin):
    def actions_on(self, row: Any) -> list[str]:
        if not getattr(row, "writable", False):
            return []
        if not row.is_live:
            return ["transactions"]
        return ["end", *(["renew"] if row.valid.upper else []), "transactions"]

    @extend_schema(request=LinkageNewSerializer)
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """An arrangement with a partner, or with an organization of another network. The same again is a 200."""
        data = self.read(LinkageNewSerializer)
        found = Linkage.objects.filter(
            organization=data["organization"],
            partner=data.get("partner"),
            partner_organization=data.get("partner_organization"),
            kind=data["kind"],
            reference=data.get("reference", ""),
            valid__startswith=data["since"],
        ).first()
        if found is not None:
            return self.repeated(found, same(found, data, LINKAGE_FACTS))
        with renamed(DAYS):
            made = linkages.open_linkage(by=request.user, **data)
        return self.answer(made, status.HTTP_201_CREATED)

    @extend_schema(request=RenewSerializer)
    @action(detail=True, methods=["post"])
    def renew(self, request: Request, **kwargs: Any) -> Response:
        """It goes on; a new reference and value if they are given."""
        return self.change(
            RenewSerializer, lambda row, **fields: linkages.renew(linkage=row, by=request.user, **fields)
        )

    @extend_schema(request=EndLinkageSerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, **kwargs: Any) -> Response:
        """It ends."""
        return self.change(
            EndLinkageSerializer, lambda row, **fields: linkages.end(linkage=row, by=request.user, **fields)
        )

    @extend_schema(request=TransactionSerializer)
    @action(detail=True, methods=["post"])
    def transactions(self, request: Request, **kwargs: Any) -> Response:
        """Money that moved. Send an Idempotency-Key: two equal transactions of a day are two."""
        return self.change(
            TransactionSerializer,
            lambda row, **fields: linkages.record_transaction(linkage=row, by=request.user, **fields),
        )


# --- services and support --------------------------------------------------------------------------------------------
class ServiceNewSerializer(StrictSerializer):
    organization = Code(Organization)
    kind = Choice(choices=ServiceKind.choices)
    provider = Choice(choices=ServiceProvider.choices)
    partner = Code(Partner, required=False, allow_null=True)
    start = serializers.DateField(source="since")
    end = _end()


class EndServiceSerializer(ChangeSerializer):
    on = serializers.DateField(help_text="The first day on which it is no longer there.")


class ServiceWrites(WritesMixin):
    def actions_on(self, row: Any) -> list[str]:
        return ["end"] if getattr(row, "writable", False) and row.valid.upper is None else []

    @extend_schema(request=ServiceNewSerializer)
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A service that members get. The same again is a 200."""
        data = self.read(ServiceNewSerializer)
        found = Service.objects.filter(
            organization=data["organization"],
            kind=data["kind"],
            provider=data["provider"],
            partner=data.get("partner"),
            valid__startswith=data["since"],
        ).first()
        if found is not None:
            return self.repeated(found, same(found, data, ()))
        with renamed(DAYS):
            made = services.add(by=request.user, **data)
        return self.answer(made, status.HTTP_201_CREATED)

    @extend_schema(request=EndServiceSerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, **kwargs: Any) -> Response:
        """The service ends."""
        return self.change(EndServiceSerializer, lambda row, on: services.end(service=row, on=on, by=request.user))


class InterventionNewSerializer(StrictSerializer):
    """Two equal sessions of a day are two: send an Idempotency-Key."""

    phase = Code(Phase, select=("programme",))
    organizations = serializers.ListField(child=Code(Organization), allow_empty=False, max_length=1000)
    purpose = Choice(choices=Purpose.choices)
    method = Choice(choices=Method.choices)
    start = serializers.DateField(source="since")
    end = _end()
    topic = _text(200)
    provider = Code(Partner, required=False, allow_null=True)
    participants = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=2_000_000_000)
    women = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=2_000_000_000)
    cost = number(required=False, allow_null=True)
    currency = _text(3)


class InterventionWrites(WritesMixin):
    def actions_on(self, row: Any) -> list[str]:
        return []

    @extend_schema(request=InterventionNewSerializer)
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """What a phase did for organizations, and whom it reached."""
        data = self.read(InterventionNewSerializer)
        with renamed(DAYS):
            made = interventions.record(by=request.user, **data)
        return self.answer(made, status.HTTP_201_CREATED)
