"""A small synthetic portfolio and one sign-in for each role, for trying Trellis on one machine. Everything made here is
marked as synthetic or as a demonstration, and none of it exists elsewhere: the command refuses in production."""

from __future__ import annotations

import datetime
import secrets
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.db import transaction

from accounts.models import User
from indicators import results
from indicators.models import Indicator, PhaseResult
from programmes import assignments, financing
from programmes.access import RoleName
from programmes.models import FinancingLine, Partner, Phase, Place, Programme, RoleAssignment
from scaling.iati import reporters
from scaling.iati.models import ReportingOrganization

PROGRAMME = "DEMO-HILLS"

#: role, address, name, where
PEOPLE = (
    (RoleName.ADMINISTRATOR, "administrator@trellis.example", "Adwoa Administrator", ()),
    (RoleName.COUNTRY_PROGRAMME_MANAGER, "manager@trellis.example", "Meron Manager", ("ETH", "IND", "GHA", "KEN")),
    (RoleName.ME_OFFICER, "officer@trellis.example", "Omar Officer", (PROGRAMME, "PCDP")),
    (RoleName.VIEWER, "viewer@trellis.example", "Valentina Viewer", ("GHA",)),
    (RoleName.API_CLIENT, "client@trellis.example", "Statistics office", ("IND",)),
)


def require_one_machine() -> None:
    if settings.MODE == "production":
        raise CommandError("Demonstration data and sign-ins exist only where Trellis runs on one machine (./dev run).")


@transaction.atomic
def load_portfolio() -> Programme:
    """The synthetic programme, its country, phases, money and results; again and again the same."""
    require_one_machine()
    country, _new = Place.objects.get_or_create(
        code="KEN",
        defaults={
            "name": "Kenya",
            "names": {"fr": "Kenya", "es": "Kenia", "ar": "كينيا"},
            "iso3": "KEN",
            "level_name": "country",
        },
    )
    for number, name in enumerate(("Upper Hills", "Lower Hills", "Lakeside", "Eastern Slopes"), start=1):
        Place.objects.get_or_create(
            code=f"KEN-D{number}",
            defaults={"name": f"{name} (synthetic)", "level": 1, "level_name": "district", "parent": country},
        )
    programme, _new = Programme.objects.get_or_create(
        code=PROGRAMME,
        defaults={
            "name": "Hill Farmers' Organizations Programme (synthetic)",
            "acronym": "Demo Hills",
            "instrument": "programme",
            "lead_financier": Partner.objects.filter(category="ifad").first(),
            "model_scaled": "self-help groups, cooperatives and water users' associations in unions",
            "source": "invented for demonstration",
            "is_synthetic": True,
        },
    )
    programme.countries.set([country])
    if not ReportingOrganization.objects.filter(country__isnull=True).exists():
        reporters.put(by=None, country=None, ref="XX-TRELLIS-DEMO", type="90", name="Trellis demonstration (synthetic)")
    partners = _partners(country)
    for sequence, start in ((1, 2014), (2, 2019)):
        phase, new = Phase.objects.get_or_create(
            code=f"{PROGRAMME}-{sequence}",
            defaults={
                "programme": programme,
                "sequence": sequence,
                "label": f"Phase {'I' * sequence}",
                "approval": datetime.date(start - 1, 9, 1),
                "effectiveness": datetime.date(start, 1, 1),
                "midterm": datetime.date(start + 2, 6, 1),
                "completion": datetime.date(start + 4, 12, 31),
                "status": "completed" if sequence == 1 else "ongoing",
                "source": "invented for demonstration",
            },
        )
        if new:
            _figures(programme, phase, partners, start)
    return programme


def _partners(country: Place) -> dict[str, Partner]:
    found = {"IFAD": Partner.objects.get(code="IFAD")}
    for code, name, category, sector, kind in (
        ("DEMO-GOV", "Government (synthetic)", "government_national", "public", "ministry"),
        ("DEMO-BANK", "Farmers' Bank (synthetic)", "domestic_financial_institution", "private", "bank"),
        ("DEMO-BUYER", "Grain buyer (synthetic)", "private_company", "private", "buyer"),
        ("DEMO-BEN", "Members (synthetic)", "beneficiaries", "private", "households"),
    ):
        found[code], _new = Partner.objects.get_or_create(
            code=code,
            defaults={
                "name": name,
                "category": category,
                "sector": sector,
                "type": kind,
                "country": country,
                "is_synthetic": True,
            },
        )
    return found


def _figures(programme: Programme, phase: Phase, partners: dict[str, Partner], start: int) -> None:
    # A round rate, plainly invented, so that the conversion can be followed by head.
    financing.record_rate(
        currency="KES",
        date=datetime.date(start, 1, 1),
        usd_per_unit=Decimal("0.01"),
        source="invented for demonstration",
    )
    late = phase.sequence == 2
    amounts: tuple[tuple[str, str, str, int, str], ...] = (
        ("IFAD", "anchor", "planned_at_design", 24_000_000 if late else 12_000_000, "USD"),
        ("DEMO-GOV", "cofinancing", "planned_at_design", 900_000_000 if late else 300_000_000, "KES"),
        ("DEMO-BANK", "cofinancing", "planned_at_design", 1_800_000_000 if late else 200_000_000, "KES"),
        ("DEMO-BEN", "cofinancing", "planned_at_design", 250_000_000 if late else 80_000_000, "KES"),
        ("IFAD", "anchor", "disbursed", 13_000_000 if late else 11_600_000, "USD"),
        ("DEMO-GOV", "cofinancing", "disbursed", 420_000_000 if late else 270_000_000, "KES"),
        ("DEMO-BANK", "cofinancing", "disbursed", 1_150_000_000 if late else 190_000_000, "KES"),
        ("DEMO-BUYER", "crowd_in", "disbursed", 310_000_000 if late else 40_000_000, "KES"),
    )
    for code, financing_class, stage, amount, currency in amounts:
        if FinancingLine.objects.filter(
            phase=phase, partner=partners[code], financing_class=financing_class, stage=stage
        ).exists():
            continue
        financing.record_line(
            phase=phase,
            partner=partners[code],
            financing_class=financing_class,
            stage=stage,
            amount=Decimal(amount),
            currency=currency,
            value_date=datetime.date(start, 1, 1),
            source="invented for demonstration",
            by=None,
        )
    for code, subcategory, value, unit, basis in (
        ("coverage_districts", "", 9 if late else 4, "districts", "stock"),
        ("beneficiaries", "", 61_000 if late else 18_500, "persons", "cumulative"),
        ("organizations_created", "SHG", 1_460 if late else 520, "organizations", "cumulative"),
    ):
        indicator = Indicator.objects.get(code=code)
        if not PhaseResult.objects.filter(phase=phase, indicator=indicator, subcategory=subcategory).exists():
            results.report(
                programme=programme,
                phase=phase,
                indicator=indicator,
                value=Decimal(value),
                unit=unit,
                basis=basis,
                subcategory=subcategory,
                source="invented for demonstration",
                by=None,
            )


@transaction.atomic
def load_people(password: str = "") -> list[dict[str, str]]:
    """One person for each role; returns their sign-ins. A new password is drawn unless one is given."""
    require_one_machine()
    password = password or f"trellis-{secrets.token_hex(4)}"
    signed = []
    for role, email, name, where in PEOPLE:
        user = User.objects.filter(email=email).first()
        if user is None:
            user = User.objects.create_user(email, password, name=name, is_demonstration=True)
        user.set_password(password)
        user.is_staff = user.is_superuser = role == RoleName.ADMINISTRATOR
        user.save()
        for code in where or ("",):
            _assign(user, role, code)
        signed.append(
            {"role": str(role.value).replace("_", " "), "email": email, "password": password, "scope": " ".join(where)}
        )
    return signed


def _assign(user: User, role: RoleName, code: str) -> None:
    place: Any = Place.objects.filter(code=code, level=0).first()
    programme: Any = Programme.objects.filter(code=code).first()
    if not RoleAssignment.objects.filter(user=user, role=role, programme=programme, country=place).exists():
        assignments.assign(user=user, role=role, by=None, programme=programme, country=place)
