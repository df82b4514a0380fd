"""Results of the note's boxes, as printed, with the documented corrections beside them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from django.db import transaction

from indicators import results
from indicators.models import Indicator, PhaseResult
from programmes.cases import rows
from programmes.models import Phase, Place, Programme

DATA = Path(__file__).parent / "data" / "cases"


@transaction.atomic
def load() -> int:
    """Load the results; the catalogue and programmes.cases.load() come first. Returns how many rows were new."""
    new = 0
    places = {place.code: place for place in Place.objects.all()}
    for row in rows("results", DATA):
        programme = Programme.objects.get(code=row["programme"])
        phase = Phase.objects.get(code=row["phase"]) if row["phase"] else None
        indicator = Indicator.objects.get(code=row["indicator"])
        place = places[row["place"]] if row["place"] else None
        if PhaseResult.objects.filter(
            programme=programme, phase=phase, indicator=indicator, subcategory=row["subcategory"], place=place
        ).exists():
            continue
        results.report(
            programme=programme,
            phase=phase,
            indicator=indicator,
            value=Decimal(row["value"]) if row["value"] else None,
            unit=row["unit"],
            basis=row["basis"],
            by=None,
            subcategory=row["subcategory"],
            place=place,
            null_reason=row["null_reason"],
            qualifier=row["qualifier"],
            as_printed=row["as_printed"],
            label_as_printed=row["label_as_printed"],
            source=row["source"],
            note=row["note"],
        )
        new += 1
    for row in rows("result_corrections", DATA):
        result = PhaseResult.objects.get(
            phase__code=row["phase"], indicator__code=row["indicator"], subcategory=row["subcategory"]
        )
        if result.corrections.filter(kind=row["kind"]).exists():
            continue
        results.correct(
            result=result,
            kind=row["kind"],
            value=Decimal(row["value"]) if row["value"] else None,
            basis=row["basis"],
            reason=row["reason"],
            source=row["source"],
            url=row["url"],
            by=None,
        )
        new += 1
    return new
