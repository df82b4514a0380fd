"""Columns of exports that SQL has to say for itself, because the list says them in Python. Each is given the view that
reads, for its caller and its day."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce

from programmes.financing import CORRECTIONS_BY_BASIS
from programmes.models import FinancingCorrection, Programme, ProgrammeCountry, ProgrammeReplication
from programmes.vocabulary import FigureBasis

#: Column → its expression; None: not in exports.
Columns = dict[str, Callable[[Any], Any] | None]


def in_force(corrections: Any, link: str, column: str) -> Any:
    """A column of the documented correction in force of a row."""
    kinds = CORRECTIONS_BY_BASIS[FigureBasis.CORRECTED.value]
    rows = corrections.objects.filter(**{link: OuterRef("pk")}, superseded_at__isnull=True, kind__in=kinds)
    return Subquery(rows.order_by("pk").values(column)[:1])


PROGRAMME: Columns = {
    "countries": lambda view: ArraySubquery(
        ProgrammeCountry.objects.filter(programme=OuterRef("pk")).order_by("place__code").values("place__code")
    ),
    "replicates": lambda view: ArraySubquery(
        ProgrammeReplication.objects.filter(
            programme=OuterRef("pk"), original__in=Programme.objects.visible_to(view.request.user)
        )
        .order_by("original__code")
        .values("original__code")
    ),
}
FINANCING_LINE: Columns = {
    "corrected_amount": lambda view: Coalesce(in_force(FinancingCorrection, "line", "amount"), F("amount")),
    "corrections": None,
}
