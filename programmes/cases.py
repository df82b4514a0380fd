"""The programmes of the note's boxes: places, partners, programmes, phases and their money, as printed and corrected.

Source: IFAD, "Scaling up note: Smallholder institutions and organizations", boxes 1 to 3. The files in data/cases/
hold what is printed; corrections stand in a file of their own with reason and source. Loading again changes nothing.
"""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

from django.db import transaction

from programmes import financing
from programmes.models import (
    FinancingLine,
    Partner,
    Phase,
    Place,
    Programme,
    ProgrammeReplication,
    SourceCheck,
)

DATA = Path(__file__).parent / "data" / "cases"


def rows(name: str, folder: Path = DATA) -> list[dict[str, str]]:
    """The rows of one file of the case data."""
    with open(folder / f"{name}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@transaction.atomic
def load() -> int:
    """Load the programmes of the boxes; returns how many financing lines and corrections were new."""
    _places()
    _partners()
    _programmes()
    return _financing()


def _places() -> None:
    for row in rows("places"):
        Place.objects.update_or_create(
            code=row["code"],
            defaults={
                "name": row["name"],
                "names": {language: row[f"name_{language}"] for language in ("fr", "es", "ar")},
                "level": int(row["level"]),
                "level_name": row["level_name"],
                "iso3": row["iso3"],
                "parent": Place.objects.get(code=row["parent"]) if row["parent"] else None,
            },
        )


def _partners() -> None:
    for row in rows("partners"):
        Partner.objects.update_or_create(
            code=row["code"],
            defaults={
                "name": row["name"],
                "category": row["category"],
                "sector": row["sector"],
                "type": row["type"],
                "country": Place.objects.get(code=row["country"]) if row["country"] else None,
            },
        )


def _programmes() -> None:
    for row in rows("programmes"):
        programme, _created = Programme.objects.update_or_create(
            code=row["code"],
            defaults={
                "name": row["name"],
                "acronym": row["acronym"],
                "instrument": row["instrument"],
                "is_ifad_financed": row["ifad_financed"] == "yes",
                "lead_financier": Partner.objects.filter(code=row["lead_financier"]).first(),
                "model_scaled": row["model_scaled"],
                "source": row["source"],
            },
        )
        programme.countries.set(Place.objects.filter(code__in=row["countries"].split()))
    for row in rows("replications"):
        ProgrammeReplication.objects.get_or_create(
            programme=Programme.objects.get(code=row["programme"]),
            original=Programme.objects.get(code=row["original"]),
            defaults={"note": row["note"]},
        )
    for row in rows("phases"):
        Phase.objects.update_or_create(
            code=row["code"],
            defaults={
                "programme": Programme.objects.get(code=row["programme"]),
                "sequence": int(row["sequence"]),
                "label": row["label"],
                "is_aggregate": row["aggregate"] == "yes",
                "status": row["status"],
                "objective": row["objective"],
                "source": row["source"],
            },
        )
    for row in rows("source_checks"):
        fields = {key: value for key, value in row.items() if key not in ("reference", "programme")}
        SourceCheck.objects.update_or_create(
            reference=row["reference"],
            defaults={"programme": Programme.objects.get(code=row["programme"]), **fields},
        )


def _financing() -> int:
    new = 0
    for row in rows("financing"):
        phase, partner = Phase.objects.get(code=row["phase"]), Partner.objects.get(code=row["partner"])
        if FinancingLine.objects.filter(phase=phase, partner=partner, financing_class=row["class"]).exists():
            continue
        financing.record_line(
            phase=phase,
            partner=partner,
            financing_class=row["class"],
            amount=Decimal(row["amount"]) if row["amount"] else None,
            currency=row["currency"],
            by=None,
            null_reason=row["null_reason"],
            as_printed=row["as_printed"],
            unit_as_printed=row["unit_as_printed"],
            source=row["source"],
            note=row["note"],
        )
        new += 1
    for row in rows("financing_corrections"):
        line = FinancingLine.objects.get(phase__code=row["phase"], partner__code=row["partner"])
        if line.corrections.filter(kind=row["kind"]).exists():
            continue
        financing.correct_amount(
            line=line,
            amount=Decimal(row["amount"]),
            kind=row["kind"],
            reason=row["reason"],
            source=row["source"],
            url=row["url"],
            by=None,
        )
        new += 1
    return new
