"""Organizations and apex memberships of a network, in bulk.

The rules are the database's own (its triggers check every row); a row that they refuse is looked for one by one with
the operation that says why in words.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from organizations import apex_memberships
from organizations.models import (
    ApexMembership,
    Kind,
    Organization,
    OrganizationStatus,
    ProgrammeEnrolment,
    Status,
    Tier,
)
from programmes.models import Place, Programme
from scaling.network.files import FileError, Folder, Line

Day = datetime.date
BATCH = 5000
#: Words of the files for kinds and tiers; the codes of the register are understood as well.
KINDS = {
    "shg": Kind.SHG,
    "self-help group": Kind.SHG,
    "commodity cooperative": Kind.COOPERATIVE,
    "water users association": Kind.WATER_USERS,
    "pastoral group": Kind.PASTORAL,
    "village organization": Kind.VILLAGE_ORGANIZATION,
    "cooperative union": Kind.UNION,
    "national federation": Kind.FEDERATION,
    "inter-professional association": Kind.INTER_PROFESSIONAL,
    **{kind.value: kind for kind in Kind},
}
TIERS = {
    "local": Tier.LOCAL_APEX,
    "meso": Tier.MESO_APEX,
    "national": Tier.NATIONAL_APEX,
    "international": Tier.INTERNATIONAL_APEX,
    **{tier.value: tier for tier in Tier},
}


@dataclass
class Network:
    """What is being loaded: the programme, its organizations by code, and how many rows of what were new."""

    folder: Folder
    programme: Programme
    place: Place
    organizations: dict[str, Organization] = field(default_factory=dict)
    new: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def organization(self, line: Line, column: str) -> Organization:
        code = line.text(column, longest=40)
        if code not in self.organizations:
            raise line.wrong(column, f"organizations.csv has no “{code}”")
        return self.organizations[code]

    def count(self, what: str, number: int) -> None:
        self.new[what] = self.new.get(what, 0) + number


def load_register(network: Network) -> None:
    _organizations(network)
    _apex_memberships(network)


# --- organizations ---------------------------------------------------------------------------------------------------
def _verified_by_header(folder: Folder) -> Day | None:
    """The day in a column such as `status_2022_06_30`: on it the statuses were looked up."""
    for column in folder.header("organizations"):
        if found := re.fullmatch(r"status_(\d{4})_(\d{2})_(\d{2})", column):
            return Day(*map(int, found.groups()))
    return None


def _organizations(network: Network) -> None:
    lines = network.folder.lines("organizations", ("code", "kind", "tier", "formed_on"))
    if not lines:
        raise FileError("organizations.csv", 1, "code", "the file is missing or has no lines")
    codes = [line.text("code", longest=40) for line in lines]
    held = {one.code: one for one in Organization.objects.filter(code__in=codes)}
    wanted = {line.cells["place"] for line in lines if line.has("place")}
    places = {place.code: place for place in Place.objects.filter(code__in=wanted)}
    looked_up = _verified_by_header(network.folder)
    new: list[tuple[Line, Organization]] = []
    for line, code in zip(lines, codes, strict=True):
        if code in network.organizations:
            raise line.wrong("code", f"“{code}” stands in the file twice")
        made = _organization(network, line, code, places)
        found = held.get(code)
        if found is not None:
            for column in ("kind", "tier", "formed_on"):
                if getattr(found, column) != getattr(made, column):
                    raise line.wrong(column, f"the register has “{getattr(found, column)}” for {code}")
        else:
            new.append((line, made))
        network.organizations[code] = found or made
    Organization.objects.bulk_create([made for _line, made in new], batch_size=BATCH)
    statuses = [status for line, made in new for status in _life(line, made, looked_up)]
    OrganizationStatus.objects.bulk_create(statuses, batch_size=BATCH)
    ids = {one.pk for one in network.organizations.values()}
    enrolled = set(
        ProgrammeEnrolment.objects.filter(programme=network.programme, organization__in=ids).values_list(
            "organization_id", flat=True
        )
    )
    ProgrammeEnrolment.objects.bulk_create(
        [
            ProgrammeEnrolment(organization=one, programme=network.programme, valid=DateRange(one.formed_on, None))
            for one in network.organizations.values()
            if one.pk not in enrolled
        ],
        batch_size=BATCH,
    )
    network.count("organizations", len(new))


def _organization(network: Network, line: Line, code: str, places: dict[str, Place]) -> Organization:
    kind, tier = line.text("kind").lower(), line.text("tier").lower()
    if kind not in KINDS:
        raise line.wrong("kind", f"this kind is not known: “{kind[:40]}”")
    if tier not in TIERS:
        raise line.wrong("tier", f"one of {', '.join(TIERS)} is expected")
    place = network.place
    if line.has("place"):
        if line.cells["place"] not in places:
            raise line.wrong("place", f"there is no place “{line.cells['place'][:40]}”")
        place = places[line.cells["place"]]
    is_primary = TIERS[tier] == Tier.PRIMARY
    made = Organization(
        code=code,
        name=line.text("name") if line.has("name") else code,
        kind=KINDS[kind],
        tier=TIERS[tier],
        place=place,
        country_id=place.country_id or place.pk,
        formed_on=line.day("formed_on"),
        promoter=line.cells.get("promoter") or "project",
        members_are="persons" if is_primary else "organizations",
        is_synthetic=network.programme.is_synthetic,
    )
    if made.formed_on > Day.today():
        raise line.wrong("formed_on", "the formation cannot lie in the future")
    try:
        made.clean_fields()
        made.validate_constraints(exclude={"code"})
    except ValidationError as error:
        column, messages = next(iter(error.message_dict.items()))
        raise line.wrong(column, str(messages[0])) from None
    return made


def _life(line: Line, made: Organization, looked_up: Day | None) -> list[OrganizationStatus]:
    ended = line.day_or_none("disbanded_on")
    if ended is not None and ended <= made.formed_on:
        raise line.wrong("disbanded_on", "a day after the formation is expected")
    verified = line.day_or_none("verified_on") or looked_up
    active = OrganizationStatus(
        organization=made,
        status=Status.ACTIVE,
        valid=DateRange(made.formed_on, ended),
        verified_on=ended or verified,
    )
    if ended is None:
        return [active]
    gone = OrganizationStatus(
        organization=made, status=Status.DISBANDED, valid=DateRange(ended, None), verified_on=ended
    )
    return [active, gone]


# --- apex memberships ------------------------------------------------------------------------------------------------
def _apex_memberships(network: Network) -> None:
    held = set(
        ApexMembership.objects.filter(member__in=ids_of(network)).values_list(
            "member_id", "apex_id", "valid__startswith"
        )
    )
    new: list[tuple[Line, ApexMembership]] = []
    for line in network.folder.lines("apex_memberships", ("member", "apex", "start")):
        member, apex = network.organization(line, "member"), network.organization(line, "apex")
        start, end = line.day("start"), line.day_or_none("end")
        if end is not None and end <= start:
            raise line.wrong("end", "a day after the start is expected")
        row = ApexMembership(
            member=member,
            apex=apex,
            valid=DateRange(start, end),
            fee_paid_until=line.day_or_none("fee_paid_until"),
        )
        if (member.pk, apex.pk, start) not in held:
            new.append((line, row))
    try:
        with transaction.atomic():
            ApexMembership.objects.bulk_create([row for _line, row in new], batch_size=BATCH)
    except IntegrityError:
        _one_by_one(new)
    network.count("apex memberships", len(new))


def _one_by_one(new: list[tuple[Line, ApexMembership]]) -> None:
    for line, row in new:
        try:
            apex_memberships.join(
                member=row.member,
                apex=row.apex,
                on=row.valid.lower,
                until=row.valid.upper,
                by=None,
                fee_paid_until=row.fee_paid_until,
            )
        except ValidationError as error:
            column, messages = next(iter(error.message_dict.items()))
            name = {"on": "start", "__all__": "start"}.get(column, column)
            raise line.wrong(name, str(messages[0])) from None


def ids_of(network: Network) -> list[int]:
    return [one.pk for one in network.organizations.values()]


# --- rounds as the files name them -----------------------------------------------------------------------------------
def round_dates(network: Network) -> dict[str, Day]:
    """Label of a round → the date it describes: from rounds.csv, else 30 June of the year that is its label."""
    found = {
        line.text("round"): line.day("reference_date")
        for line in network.folder.lines("rounds", ("round", "reference_date"))
    }
    if not found:
        labels = {line.text("round") for line in network.folder.lines("observations", ("org", "round"))}
        for label in sorted(labels):
            if not re.fullmatch(r"(19|20)\d\d", label):
                raise FileError("observations.csv", 2, "round", f"rounds.csv must say which date “{label[:40]}” is")
            found[label] = Day(int(label), 6, 30)
    return dict(sorted(found.items(), key=lambda one: one[1]))


def last_date(network: Network) -> Day:
    return max(round_dates(network).values(), default=Day.today())


def currency_of(network: Network) -> str:
    """The one currency of a network's files: rounds.csv may name it, else LCU stands for the local one."""
    named = {line.cells["currency"] for line in network.folder.lines("rounds") if line.has("currency")}
    return min(named, default="LCU")
