"""What returns say about their own quality: handed in, in time, approved how soon, corrected, confirmed, evidenced.

These are facts about entry and not about organizations, so no cell holds them: they are counted from the returns of a
few rounds, in a fixed number of queries, and only where there are not too many to count while somebody waits.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Aggregate, Count, Exists, ExpressionWrapper, F, FloatField, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat, Extract

from indicators.models import Indicator, Return, ReturnState, Round, RoundDue

HANDED_IN = (ReturnState.SUBMITTED, ReturnState.APPROVED)
#: Days from handing in to approval: upper ends of the bins, the last is open.
BINS = (7, 14, 30, 60)


class Median(Aggregate):
    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


@dataclass(frozen=True)
class OfRound:
    """Counts of one round. `late`: handed in after the window of entry had closed; `days`: median to approval."""

    due: int = 0
    handed_in: int = 0
    approved: int = 0
    late: int = 0
    corrected: int = 0
    days: float | None = None
    bins: tuple[int, ...] = ()


@dataclass(frozen=True)
class Quality:
    """`of`: by id of the round. `corrections`: by coded reason; `warnings`: by rule, confirmed with a note, of
    `checked` returns; `rated`: rated items in them, of which `evidenced` say what was seen."""

    of: dict[int, OfRound] = field(default_factory=dict)
    corrections: dict[str, int] = field(default_factory=dict)
    warnings: dict[str, int] = field(default_factory=dict)
    checked: int = 0
    rated: int = 0
    evidenced: int = 0


def read(*, rounds: Sequence[Round], among: Sequence[int] | None, looked_into: Iterable[int]) -> Quality:
    """Quality of the returns of `rounds`, which the asker sees; `among` are ids of the organizations meant (None: all).

    Warnings and evidence lie inside the values, so they are only taken of `looked_into` (ids of rounds). Five queries.
    """
    ids = [one.pk for one in rounds]
    every = _among(Return.objects.filter(round__in=ids), among)
    looked = _among(Return.objects.filter(round__in=list(looked_into), state__in=HANDED_IN), among)
    warnings = _confirmed(looked)
    checked, rated, evidenced = _evidence(looked)
    return Quality(
        _of_rounds(ids, every, among),
        dict(
            every.exclude(correction_code="")
            .values_list("correction_code")
            .annotate(n=Count("pk"))
            .order_by("-n", "correction_code")
        ),
        warnings,
        checked,
        rated,
        evidenced,
    )


def not_reported(*, rounds: Iterable[int], among: Sequence[int] | QuerySet[Any, Any] | None) -> QuerySet[RoundDue]:
    """Who was due and has neither handed in nor got an approval, by name."""
    done = Return.objects.filter(round__in=rounds, state__in=HANDED_IN)
    found = _among(RoundDue.objects.filter(round__in=rounds, is_due=True), among)
    # Taken out pair by pair: somebody may have reported in one round and not in the other.
    reported = done.filter(round=OuterRef("round"), organization=OuterRef("organization"))
    # An order that no index has: else the planner walks all names there are, to stop at the first few that are due.
    return (
        found.filter(~Exists(reported))
        .select_related("organization__place", "round__programme")
        .order_by(Concat("organization__name", Value("")), "organization__code", "round__code")
    )


def _among(rows: Any, among: Sequence[int] | QuerySet[Any, Any] | None) -> Any:
    return rows if among is None else rows.filter(organization__in=among)


def _of_rounds(ids: list[int], every: Any, among: Sequence[int] | None) -> dict[int, OfRound]:
    due = dict(
        _among(RoundDue.objects.filter(round__in=ids, is_due=True), among).values_list("round").annotate(n=Count("pk"))
    )
    days = ExpressionWrapper(
        Extract(F("approved_at") - F("submitted_at"), "epoch") / 86400.0, output_field=FloatField()
    )
    approved = Q(state=ReturnState.APPROVED, submitted_at__isnull=False)
    edges = [0, *BINS]
    found = (
        every.annotate(took=days)
        .values("round")
        .annotate(
            handed_in=Count("pk", filter=Q(state__in=HANDED_IN)),
            approved=Count("pk", filter=Q(state=ReturnState.APPROVED)),
            late=Count("pk", filter=Q(state__in=HANDED_IN, submitted_at__gte=F("round__window__endswith"))),
            corrected=Count("pk", filter=Q(reported__isnull=False)),
            days=Median("took", filter=approved),
            **{
                f"bin_{i}": Count("pk", filter=approved & Q(took__gte=edge) & _below(edges, i))
                for i, edge in enumerate(edges)
            },
        )
    )
    rows = {row["round"]: row for row in found}
    made = {}
    for pk in ids:
        row = rows.get(pk, {})
        bins = tuple(row.get(f"bin_{i}", 0) for i in range(len(edges)))
        counts = {name: row.get(name, 0) for name in ("handed_in", "approved", "late", "corrected")}
        made[pk] = OfRound(due=due.get(pk, 0), days=row.get("days"), bins=bins, **counts)
    return made


def _below(edges: list[int], i: int) -> Q:
    return Q(took__lt=edges[i + 1]) if i + 1 < len(edges) else Q()


def _confirmed(looked: Any) -> dict[str, int]:
    """Warnings that somebody confirmed with a note: rule → how many."""
    sql, parameters = looked.values("confirmed").order_by().query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT split_part(mark, ':', 1), count(*) FROM ({sql}) r, jsonb_object_keys(r.confirmed) mark"
            " GROUP BY 1 ORDER BY 2 DESC, 1",
            parameters,
        )
        return dict(cursor.fetchall())


def _evidence(looked: Any) -> tuple[int, int, int]:
    """Returns, rated items in them, and how many of these say what was seen."""
    ratings = list(Indicator.objects.filter(is_rating=True).values_list("code", flat=True))
    sql, parameters = looked.values("values", "evidence").order_by().query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), coalesce(sum(rated), 0), coalesce(sum(seen), 0) FROM ("
            f" SELECT (SELECT count(*) FROM unnest(%s::text[]) k WHERE r.values ? k) AS rated,"
            "  (SELECT count(*) FROM unnest(%s::text[]) k WHERE r.values ? k AND r.evidence ? k) AS seen"
            f" FROM ({sql}) r) found",
            [ratings, ratings, *parameters],
        )
        checked, rated, seen = cursor.fetchone()
        return int(checked), int(rated), int(seen)
