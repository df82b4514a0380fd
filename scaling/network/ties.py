"""Stages, partners, services and sales of a network, in bulk."""

from __future__ import annotations

import datetime

from django.db.backends.postgresql.psycopg_any import DateRange

from organizations.models import (
    ApexMembership,
    BondingCheck,
    Kind,
    Linkage,
    LinkageTransaction,
    Organization,
    OrganizationStatus,
    Service,
    ServiceKind,
    Status,
    TransactionType,
)
from programmes.models import Partner
from scaling.network.files import Line
from scaling.network.register import BATCH, Network, currency_of, ids_of, last_date

Day = datetime.date
#: A partner that a file counts or implies and does not name.
UNNAMED = "Partner not named in the file"


def load_ties(network: Network) -> None:
    _stages(network)
    _partners_and_services(network)
    _sales(network)


# --- stages ----------------------------------------------------------------------------------------------------------
def _stages(network: Network) -> None:
    """Bonding dates are the facilitators' dated checklists. Aggregation is not stored, it follows from memberships and
    must agree with them. A linkage that made an organization "linked" is opened with a partner that nobody named."""
    checked = set(BondingCheck.objects.filter(organization__in=ids_of(network)).values_list("organization_id", "on"))
    joined = _apexes(network)
    checks, linkages = [], {}
    for line in network.folder.lines("stages", ("org",)):
        one = network.organization(line, "org")
        if line.has("formed_on") and line.day("formed_on") != one.formed_on:
            raise line.wrong("formed_on", f"organizations.csv has {one.formed_on.isoformat()}")
        bonded = line.day_or_none("bonded_on")
        if bonded is not None and (one.pk, bonded) not in checked:
            checks.append(BondingCheck(organization=one, on=bonded, source=f"{line.file}: facilitator's checklist"))
        aggregated = line.day_or_none("aggregated_on")
        if aggregated is not None and aggregated not in {start for _apex, start, _end in joined.get(one.code, ())}:
            raise line.wrong("aggregated_on", "no membership in apex_memberships.csv begins on that day")
        linked = line.day_or_none("linked_on")
        if linked is None:
            continue
        route = line.one_of("linkage_route", ("direct", "via apex"))
        holder = one if route == "direct" else _holder(network, line, one, joined, linked)
        linkages[holder.code, linked] = (line, holder, route != "direct")
    BondingCheck.objects.bulk_create(checks, batch_size=BATCH)
    network.count("bonding checklists", len(checks))
    _open(network, linkages)


Joined = dict[str, list[tuple[Organization, Day, Day | None]]]


def _apexes(network: Network) -> Joined:
    found: Joined = {}
    rows = ApexMembership.objects.filter(member__in=ids_of(network)).select_related("member", "apex")
    for row in rows.order_by("apex__code", "valid"):
        if row.apex.kind != Kind.INTER_PROFESSIONAL:
            found.setdefault(row.member.code, []).append((row.apex, row.valid.lower, row.valid.upper))
    return found


def _holder(network: Network, line: Line, one: Organization, joined: Joined, day: Day) -> Organization:
    for apex, start, end in joined.get(one.code, ()):
        if start <= day and (end is None or day < end):
            return apex
    raise line.wrong("linked_on", f"{one.code} is in no apex on that day")


def _partner(network: Network, code: str, name: str = UNNAMED, *, kind: str = "buyer") -> Partner:
    found, _new = Partner.objects.get_or_create(
        code=code[:40],
        defaults={
            "name": name,
            "sector": "private",
            "type": kind,
            "is_synthetic": network.programme.is_synthetic,
        },
    )
    return found


def _open(network: Network, wanted: dict[tuple[str, Day], tuple[Line, Organization, bool]]) -> None:
    held = set(
        Linkage.objects.filter(organization__in=ids_of(network), reference="stages.csv").values_list(
            "organization__code", "valid__startswith"
        )
    )
    new = [
        Linkage(
            organization=holder,
            partner=_partner(network, f"{code}-LINK-{day.isoformat()}"),
            kind="other",
            form="memorandum",
            reference="stages.csv",
            causality="facilitated",
            covers="network" if for_network else "itself",
            valid=DateRange(day, _end(holder)),
        )
        for (code, day), (_line, holder, for_network) in wanted.items()
        if (code, day) not in held
    ]
    Linkage.objects.bulk_create(new, batch_size=BATCH)
    network.count("linkages", len(new))


def _end(one: Organization) -> Day | None:
    last = OrganizationStatus.objects.filter(organization=one, status=Status.DISBANDED).first()
    return last.valid.lower if last else None


# --- partners, services, sales ---------------------------------------------------------------------------------------
def _partners_and_services(network: Network) -> None:
    """The files count partners and services and name none: a partner is an oral arrangement with an unnamed one, from
    the formation on; services take the kinds of the register in their order."""
    ids = ids_of(network)
    held_partners: dict[int, set[int]] = {}
    linkages = Linkage.objects.filter(organization__in=ids, partner__isnull=False)
    for pk, partner_id in linkages.values_list("organization_id", "partner_id"):
        held_partners.setdefault(pk, set()).add(partner_id)
    held_services: dict[int, int] = {}
    for pk in Service.objects.filter(organization__in=ids).values_list("organization_id", flat=True):
        held_services[pk] = held_services.get(pk, 0) + 1
    linked, offered = [], []
    for line in network.folder.lines("services", ("org",)):
        one = network.organization(line, "org")
        have = len(held_partners.get(one.pk, ()))
        for number in range(have, line.count("partners") if line.has("partners") else 0):
            linked.append(
                Linkage(
                    organization=one,
                    partner=_partner(network, f"{one.code}-P{number + 1}"),
                    kind="other",
                    form="oral",
                    reference=line.file,
                    causality="independent",
                    valid=DateRange(one.formed_on, _end(one)),
                )
            )
        services = line.count("services") if line.has("services") else 0
        if services > len(ServiceKind):
            raise line.wrong("services", f"at most {len(ServiceKind)} kinds of services are known")
        for kind in list(ServiceKind)[held_services.get(one.pk, 0) : services]:
            offered.append(
                Service(organization=one, kind=kind, provider="own", valid=DateRange(one.formed_on, _end(one)))
            )
    Linkage.objects.bulk_create(linked, batch_size=BATCH)
    Service.objects.bulk_create(offered, batch_size=BATCH)
    network.count("linkages", len(linked))
    network.count("services", len(offered))


def _sales(network: Network) -> None:
    """Sales of the year before `date` (default: the last day of the last round), through a linkage with the buyer."""
    new = []
    for line in network.folder.lines("sales", ("org", "buyer", "value")):
        one = network.organization(line, "org")
        day = line.day_or_none("date") or last_date(network)
        partner = _partner(network, line.text("buyer", longest=40), line.text("buyer"))
        linkage, _new = Linkage.objects.get_or_create(
            organization=one,
            partner=partner,
            kind="offtake",
            defaults={
                "form": "written_contract",
                "causality": "independent",
                "reference": line.file,
                "valid": DateRange(one.formed_on, _end(one)),
            },
        )
        if not linkage.transactions.filter(type=TransactionType.SALE, date=day).exists():
            value = line.number("value")
            if value < 0:
                raise line.wrong("value", "an amount is not negative")
            new.append(
                LinkageTransaction(
                    linkage=linkage, date=day, type=TransactionType.SALE, amount=value, currency=currency_of(network)
                )
            )
    LinkageTransaction.objects.bulk_create(new)
    network.count("sales", len(new))
