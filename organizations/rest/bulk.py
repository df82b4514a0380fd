"""Many organizations, memberships and linkages at once: created, changed or found as they are, in a fixed number of
queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from rest_framework import serializers

from organizations import apex_memberships, bulk, linkages, registry
from organizations.apex_memberships import Joining
from organizations.models import ApexMembership, Linkage, Organization, ProgrammeEnrolment
from organizations.rest.organizations import FIRST_STATUSES, FactsSerializer
from organizations.rest.ties import (
    DAYS,
    LINKAGE_FACTS,
    ApexMembershipNewSerializer,
    LinkageNewSerializer,
    same,
)
from programmes.access import Permission, may
from programmes.many import CREATED, UNCHANGED, UPDATED, BulkKind, Outcome, failed, texts
from programmes.models import Programme
from programmes.writing import Choice, Code, StrictSerializer, VersionField

Rows = Sequence[tuple[int, dict[str, Any]]]
NEEDED = ("name", "kind", "place", "formed_on", "promoter", "programme")


def _not_allowed(field: str) -> ValidationError:
    return ValidationError({field: _("Your role does not allow this here.")})


def _kept(organizations: set[int], by: Any) -> set[int]:
    """Of these, the organizations whose register `by` keeps; one query."""
    held = Organization.objects.visible_to(by, Permission.REGISTRY_WRITE).filter(pk__in=organizations)
    return set(held.values_list("pk", flat=True))


# --- organizations ---------------------------------------------------------------------------------------------------
class OrganizationRowSerializer(FactsSerializer, StrictSerializer):
    """`code` says which one: a new one needs name, kind, place, formed_on, promoter and programme; one that is there is
    changed where it differs, if `version` is the one you read."""

    code = serializers.CharField(max_length=40)
    programme = Code(Programme)
    status = Choice(
        choices=FIRST_STATUSES,
        help_text="The first status of a new one.",
    )
    version = VersionField()

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        for name, field in fields.items():
            field.required = name == "code"
        return fields


def write_organizations(rows: Rows, by: Any) -> dict[int, Outcome]:
    """Create what is new, change what differs."""
    codes = [data["code"] for _n, data in rows]
    standing = {
        one.code: one
        for one in Organization.objects.visible_to(by)
        .filter(code__in=codes)
        .select_related("place")
        .order_by("pk")
        .select_for_update(of=("self",))
    }
    kept = _kept({one.pk for one in standing.values()}, by)
    enrolled = set(
        ProgrammeEnrolment.objects.filter(organization__code__in=codes).values_list("organization_id", "programme_id")
    )
    outcomes: dict[int, Outcome] = {}
    new: dict[Programme, list[tuple[int, dict[str, Any]]]] = {}
    changes: list[tuple[int, Organization, dict[str, Any]]] = []
    for position, data in rows:
        found = standing.get(data["code"])
        try:
            if found is None:
                missing = [name for name in NEEDED if name not in data]
                if missing:
                    raise ValidationError({name: _("A new organization needs this.") for name in missing})
                new.setdefault(data["programme"], []).append((position, data))
                continue
            differing = _differing(found, data, found.pk in kept, enrolled)
        except ValidationError as error:
            outcomes[position] = failed(error, data["code"])
            if found is not None:
                outcomes[position].more["version"] = found.version
            continue
        if differing:
            changes.append((position, found, differing))
        else:
            outcomes[position] = Outcome(UNCHANGED, data["code"], more={"version": found.version})
    for programme, entries in new.items():
        outcomes |= _register(programme, entries, by)
    done, errors = bulk.tolerant(
        [(found, differing) for _n, found, differing in changes], lambda good: bulk.change_many(rows=good, by=by)
    )
    for number, (position, found, _differing_facts) in enumerate(changes):
        if number in done:
            outcomes[position] = Outcome(UPDATED, found.code, more={"version": done[number].version})
        else:
            outcomes[position] = failed(errors[number], found.code)
    return outcomes


def _differing(
    found: Organization, data: dict[str, Any], is_kept: bool, enrolled: set[tuple[int, int]]
) -> dict[str, Any]:
    """The facts that a row would change. Raises ValidationError where it may not, or saw another version."""
    programme = data.get("programme")
    if programme is not None and (found.pk, programme.pk) not in enrolled:
        raise ValidationError({"programme": _("It does not take part in this programme; enrol it first.")})
    differing = {
        name: value for name, value in data.items() if name in registry.FACTS and getattr(found, name) != value
    }
    if not differing:
        return {}
    if not is_kept:
        raise _not_allowed("code")
    if "version" not in data:
        raise ValidationError(
            {"version": _("It is there already with other values; to change it, send the version you read.")}
        )
    if data["version"] != str(found.version):
        raise ValidationError({"version": _("Somebody changed it meanwhile; read it again.")})
    return differing


def _register(programme: Programme, entries: list[tuple[int, dict[str, Any]]], by: Any) -> dict[int, Outcome]:
    outcomes: dict[int, Outcome] = {}
    countries = set(programme.countries.values_list("pk", flat=True))
    allowed = may(by, Permission.REGISTRY_WRITE, programme=programme)
    good: list[tuple[int, dict[str, Any]]] = []
    for position, data in entries:
        try:
            if not allowed:
                raise _not_allowed("programme")
            registry.in_countries(data["place"], countries, programme)
        except ValidationError as error:
            outcomes[position] = failed(error, data["code"])
            continue
        good.append((position, {name: value for name, value in data.items() if name not in ("programme", "version")}))
    done, errors = bulk.tolerant(
        [facts for _n, facts in good], lambda facts: bulk.register_many(rows=facts, programme=programme, by=by)
    )
    for number, (position, facts) in enumerate(good):
        if number in done:
            outcomes[position] = Outcome(CREATED, facts["code"], more={"version": done[number].version})
        else:
            outcomes[position] = failed(errors[number], facts["code"])
    return outcomes


# --- apex memberships ------------------------------------------------------------------------------------------------
def write_memberships(rows: Rows, by: Any) -> dict[int, Outcome]:
    """Join what is no member, end what has an end now, leave what is so already."""
    members = {data["member"].pk for _n, data in rows}
    kept = _kept(members, by)
    standing = {
        (one.member_id, one.apex_id, one.valid.lower): one
        for one in ApexMembership.objects.filter(member__in=members)
        .select_related("member", "apex")
        .order_by("pk")
        .select_for_update(of=("self",))
    }
    outcomes: dict[int, Outcome] = {}
    joining: list[tuple[int, dict[str, Any]]] = []
    leaving: list[tuple[int, ApexMembership, Any]] = []
    for position, data in rows:
        found = standing.get((data["member"].pk, data["apex"].pk, data["on"]))
        key = _pair(data)
        if found is not None and same(found, data, ("role", "profession", "fee_paid_until")):
            outcomes[position] = Outcome(UNCHANGED, key, more={"id": found.pk})
        elif data["member"].pk not in kept:
            outcomes[position] = failed(_not_allowed("member"), key)
        elif found is None:
            joining.append((position, data))
        elif data.get("until") and same(found, {**data, "until": None}, ("role", "profession", "fee_paid_until")):
            leaving.append((position, found, data["until"]))
        else:
            outcomes[position] = failed(ValidationError({"start": _exists()}), key, id=found.pk)
    done, errors = bulk.tolerant(
        [_joining(data) for _n, data in joining], lambda good: apex_memberships.join_many(rows=good, by=by)
    )
    for number, (position, data) in enumerate(joining):
        if number in done:
            outcomes[position] = Outcome(CREATED, _pair(data), more={"id": done[number].pk})
        else:
            outcomes[position] = failed(errors[number], _pair(data), DAYS)
    left, errors = bulk.tolerant(
        [(found, on) for _n, found, on in leaving], lambda good: apex_memberships.leave_many(rows=good, by=by)
    )
    for number, (position, found, _on) in enumerate(leaving):
        key = f"{found.member.code} → {found.apex.code}"
        outcomes[position] = (
            Outcome(UPDATED, key, more={"id": found.pk})
            if number in left
            else failed(errors[number], key, {"on": "end"})
        )
    return outcomes


def _exists() -> str:
    return _("This exists already with other values; change it instead of creating it again.")


def _pair(data: Mapping[str, Any]) -> str:
    return f"{data['member'].code} → {data['apex'].code}"


def _joining(data: Mapping[str, Any]) -> Joining:
    fields = {name: data[name] for name in ("role", "profession", "fee_paid_until") if name in data}
    return Joining(data["member"], data["apex"], data["on"], data.get("until"), fields)


# --- linkages --------------------------------------------------------------------------------------------------------
def write_linkages(rows: Rows, by: Any) -> dict[int, Outcome]:
    """Open what is not there; leave what is so already."""
    organizations = {data["organization"].pk for _n, data in rows}
    kept = _kept(organizations, by)
    standing = {
        (one.organization_id, one.partner_id, one.kind, one.reference, one.valid.lower): one
        for one in Linkage.objects.filter(organization__in=organizations, partner__isnull=False)
    }
    outcomes: dict[int, Outcome] = {}
    opening: list[tuple[int, dict[str, Any]]] = []
    for position, data in rows:
        key, partner = data["organization"].code, data.get("partner")
        found = standing.get(
            (data["organization"].pk, partner and partner.pk, data["kind"], data.get("reference", ""), data["since"])
        )
        if data.get("partner_organization"):
            text = _("In bulk a partner is one of the list; open this linkage by itself.")
            outcomes[position] = failed(ValidationError({"partner_organization": text}), key)
        elif found is not None and same(found, data, LINKAGE_FACTS):
            outcomes[position] = Outcome(UNCHANGED, key, more={"id": found.pk})
        elif found is not None:
            outcomes[position] = failed(ValidationError({"start": _exists()}), key, id=found.pk)
        elif data["organization"].pk not in kept:
            outcomes[position] = failed(_not_allowed("organization"), key)
        else:
            opening.append((position, {"partner": None, **data}))
    done, errors = bulk.tolerant(
        [{name: value for name, value in data.items() if name != "partner_organization"} for _n, data in opening],
        lambda good: linkages.open_many(rows=good, by=by),
    )
    for number, (position, data) in enumerate(opening):
        key = data["organization"].code
        if number in done:
            outcomes[position] = Outcome(CREATED, key, more={"id": done[number].pk})
        else:
            outcomes[position] = failed(errors[number], key, DAYS)
    return outcomes


KINDS = (
    BulkKind("organizations", OrganizationRowSerializer, lambda row: texts(row, "code"), write_organizations),
    BulkKind(
        "apex-memberships",
        ApexMembershipNewSerializer,
        lambda row: texts(row, "member", "apex", "start"),
        write_memberships,
    ),
    BulkKind(
        "linkages",
        LinkageNewSerializer,
        lambda row: texts({"reference": "", **row}, "organization", "partner", "kind", "reference", "start"),
        write_linkages,
    ),
)
