"""The few rows that hold the many: countries, people, partners, programmes with phases and money, rounds.

Made through the operations that everybody uses, so with all their rules, before the mass is copied in.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random

from django.db.backends.postgresql.psycopg_any import DateRange

from accounts.models import User
from indicators import results
from indicators.models import Indicator, Round, ScaleVersion
from organizations.models import Intervention
from programmes import assignments, financing
from programmes.access import RoleName
from programmes.models import Partner, Phase, PhasePlace, Place, Programme
from scaling.portfolio.plan import DISTRICTS_PER_REGION, LAST_YEAR, USER_ASSIGNED, Plan
from scaling.portfolio.sheets import ASKED, RoundDays
from scaling.portfolio.ties import PURPOSES, Support

SOURCE = "invented for a synthetic portfolio"
DAY = datetime.timedelta(days=1)
#: Name in the frame: name, category, sector, type.
PARTNERS = {
    "government": ("Government", "government_national", "public", "ministry"),
    "bank": ("Bank", "domestic_financial_institution", "private", "bank"),
    "buyer": ("Buyer", "private_company", "private", "buyer"),
    "inputs": ("Input supplier", "private_company", "private", "input_supplier"),
    "ministry": ("Ministry of cooperatives", "government_national", "public", "ministry"),
    "members": ("Members", "beneficiaries", "private", "households"),
}


@dataclass
class Frame:
    """What drawing and copying refer to, by the indexes of the plan."""

    countries: list[Place] = field(default_factory=list)
    #: country → district → id
    districts: list[list[int]] = field(default_factory=list)
    #: country → name → id
    partners: list[dict[str, int]] = field(default_factory=list)
    programmes: list[Programme] = field(default_factory=list)
    phases: list[Phase] = field(default_factory=list)
    rounds: list[list[Round]] = field(default_factory=list)
    days: list[list[RoundDays]] = field(default_factory=list)
    #: programme → district → interventions
    support: list[list[list[Support]]] = field(default_factory=list)


def build(plan: Plan, random: Random) -> Frame:
    frame = Frame()
    for country in range(plan.countries):
        _country(plan, frame, country)
    for number in range(plan.programmes):
        _programme(plan, frame, number, random)
    return frame


def _country(plan: Plan, frame: Frame, number: int) -> None:
    taken = set(Place.objects.filter(level=0).values_list("iso3", flat=True))
    # From the seed, so that the same seed gets the same code, unless another portfolio has it already.
    first = (plan.seed * 17 + number) % len(USER_ASSIGNED)
    code = next(code for code in USER_ASSIGNED[first:] + USER_ASSIGNED[:first] if code not in taken)
    country = Place.objects.create(
        code=f"{plan.prefix}{code}", name=f"Country {code} (synthetic)", level=0, level_name="country", iso3=code
    )
    wanted = max(sizes.districts for sizes in plan.sizes[number * 2 : number * 2 + 2])
    districts: list[Place] = []
    region = country
    for district in range(wanted):
        if district % DISTRICTS_PER_REGION == 0:
            name = district // DISTRICTS_PER_REGION + 1
            region = Place.objects.create(
                code=f"{country.code}-R{name:03}", name=f"Region {name} (synthetic)", level=1, level_name="region",
                parent=country,
            )  # fmt: skip
        districts.append(
            Place(
                code=f"{country.code}-D{district + 1:05}", name=f"District {district + 1} (synthetic)", level=2,
                level_name="district", parent=region, parent_level=1, country=country,
            )
        )  # fmt: skip
    Place.objects.bulk_create(districts, batch_size=1000)
    frame.countries.append(country)
    frame.districts.append([place.pk for place in districts])
    frame.partners.append(
        {
            name: Partner.objects.create(
                code=f"{plan.prefix}{code}-{name.upper()}", name=f"{title} of {code} (synthetic)", category=category,
                sector=sector, type=kind, country=country, is_synthetic=True,
            ).pk
            for name, (title, category, sector, kind) in PARTNERS.items()
        }
    )  # fmt: skip
    for year in range(plan.start.year, LAST_YEAR + 1):
        financing.record_rate(
            currency=code, date=datetime.date(year, 1, 1),
            usd_per_unit=Decimal("0.02") * (number + 1) - Decimal("0.0002") * (year - plan.start.year), source=SOURCE,
        )  # fmt: skip


def _programme(plan: Plan, frame: Frame, number: int, random: Random) -> None:
    country = frame.countries[number // 2]
    programme = Programme.objects.create(
        code=f"{plan.prefix}{number + 1}",
        name=f"Organizations Programme {number + 1} of {country.iso3} (synthetic)",
        acronym=f"{plan.prefix}{number + 1}",
        instrument="national_programme" if number % 2 else "programme",
        lead_financier=Partner.objects.filter(category="ifad").first(),
        model_scaled="groups in village organizations in cluster federations",
        source=SOURCE,
        is_synthetic=True,
    )
    programme.countries.set([country])
    frame.programmes.append(programme)
    people = _people(plan, programme, country, number)
    districts = frame.districts[number // 2][: plan.sizes[number].districts]
    support: list[list[Support]] = [[] for _ in districts]
    for sequence, (begins, ends) in enumerate(plan.phases, start=1):
        phase = Phase.objects.create(
            programme=programme, code=f"{programme.code}-{sequence}", sequence=sequence, label=f"Phase {sequence}",
            approval=begins - 120 * DAY, effectiveness=begins, midterm=begins + 730 * DAY, completion=ends,
            status="completed" if ends < plan.end else "ongoing", source=SOURCE,
        )  # fmt: skip
        frame.phases.append(phase)
        covered = districts if sequence > 1 or len(plan.phases) == 1 else districts[: (len(districts) + 1) // 2]
        PhasePlace.objects.bulk_create([PhasePlace(phase=phase, place_id=pk) for pk in covered], batch_size=1000)
        _money(plan, frame, phase, number, random)
        _results(plan, phase, number, len(covered))
        _interventions(phase, begins, support)
    frame.support.append(support)
    _rounds(plan, frame, programme, people)


def _people(plan: Plan, programme: Programme, country: Place, number: int) -> tuple[int, int, int]:
    """Two officers and a manager; nobody can sign in as them."""
    found = []
    for part, role in (
        ("officer1", RoleName.ME_OFFICER),
        ("officer2", RoleName.ME_OFFICER),
        ("manager", RoleName.COUNTRY_PROGRAMME_MANAGER),
    ):
        email = f"{part}.{programme.code.lower()}@trellis.example"
        name = f"{part.capitalize()} of {programme.code} (synthetic)"
        person = User.objects.create_user(email, None, name=name, is_demonstration=True)
        is_manager = role == RoleName.COUNTRY_PROGRAMME_MANAGER
        assignments.assign(
            user=person, role=role, by=None, programme=None if is_manager else programme,
            country=country if is_manager else None,
        )  # fmt: skip
        found.append(person.pk)
    return found[0], found[1], found[2]


def _money(plan: Plan, frame: Frame, phase: Phase, number: int, random: Random) -> None:
    """IFAD in dollars, the others in the country's currency; what was disbursed is a part of what was agreed."""
    currency = frame.countries[number // 2].iso3
    groups = plan.sizes[number].groups
    partners = Partner.objects.in_bulk(frame.partners[number // 2].values())
    by_name = {name: partners[pk] for name, pk in frame.partners[number // 2].items()}
    ifad = phase.programme.lead_financier
    if ifad is not None:
        by_name["ifad"] = ifad
    for name, financing_class, dollars in (
        ("ifad", "anchor", 300),
        ("government", "cofinancing", 150 + 100 * random.random()),
        ("bank", "cofinancing", 200 + 300 * random.random()),
        ("members", "cofinancing", 40),
        ("buyer", "crowd_in", 60 * random.random()),
    ):
        if name not in by_name:
            continue
        agreed = 0.6 + 0.4 * random.random()
        for stage, part in (("planned_at_design", 1.0), ("disbursed", agreed)):
            if financing_class == "crowd_in" and stage != "disbursed":
                continue
            amount = Decimal(int(groups * dollars * part * (1 if name == "ifad" else 40)))
            financing.record_line(
                phase=phase, partner=by_name[name],
                financing_class=financing_class, stage=stage, amount=amount,
                currency="USD" if name == "ifad" else currency, value_date=phase.effectiveness, source=SOURCE, by=None,
            )  # fmt: skip


def _results(plan: Plan, phase: Phase, number: int, districts: int) -> None:
    share = phase.sequence / len(plan.phases)
    for code, value, unit, basis in (
        ("coverage_districts", districts, "districts", "stock"),
        ("organizations_created", int(plan.sizes[number].groups * share), "organizations", "cumulative"),
        ("beneficiaries", int(plan.sizes[number].groups * 11.7 * share), "persons", "cumulative"),
    ):
        results.report(
            programme=phase.programme, phase=phase, indicator=Indicator.objects.get(code=code), value=Decimal(value),
            unit=unit, basis=basis, subcategory="", source=SOURCE, by=None,
        )  # fmt: skip


def _interventions(phase: Phase, begins: datetime.date, support: list[list[Support]]) -> None:
    """One of each purpose in each district, half a year each, one after the other."""
    drawn = [
        (district, Intervention(
            phase=phase, purpose=purpose, method=method, topic=f"District {district + 1}", participants=400, women=300,
            valid=DateRange(begins + (60 + 365 * number) * DAY, begins + (240 + 365 * number) * DAY),
        ))
        for district in range(len(support))
        for number, (purpose, method) in enumerate(PURPOSES)
    ]  # fmt: skip
    Intervention.objects.bulk_create([one for _, one in drawn], batch_size=1000)
    for district, one in drawn:
        since, until = one.valid.lower.toordinal(), one.valid.upper.toordinal()
        support[district].append(Support(one.pk, one.purpose, since, until))


def _rounds(plan: Plan, frame: Frame, programme: Programme, people: tuple[int, int, int]) -> None:
    """Planned and opened; the earlier ones are closed and locked when their returns are there."""
    made, days = [], []
    scale = ScaleVersion.objects.order_by("-pk")[0]
    for number, reference in enumerate(plan.reference_dates):
        window = DateRange(reference - 60 * DAY, reference + 63 * DAY)
        round_ = Round.objects.create(
            programme=programme, code=f"{programme.code.lower()}-{reference.year}", reference_date=reference,
            kind="biennial" if number else "baseline", window=window, scale_version=scale,
        )  # fmt: skip
        round_.status, round_.instrument = "open", list(ASKED)
        round_.save(update_fields=["status", "instrument"])
        made.append(round_)
        days.append(
            RoundDays(
                round_.pk, reference.toordinal(), (window.lower.toordinal(), window.upper.toordinal()),
                number == plan.rounds - 1, people,
            )
        )  # fmt: skip
    frame.rounds.append(made)
    frame.days.append(days)
