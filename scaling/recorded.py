"""Recorded time: the database as it was known at a moment.

Inside `known(moment)` every table that a figure rests on is hidden by a temporary view of the same name: of each row
the last event of its trail up to the moment, unless that was its deletion. Readers and querysets are the same for today
and for then. Tables and columns without a trail (people, roles, names of indicators) are those of today: who may see
what is asked before.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from psycopg2.extensions import QuotedString

from programmes.models import Trail

Moment = datetime.datetime

#: What figures rest on. A reader that reads another table needs its trail, and its name here.
RESTED_ON = (
    "programmes.Place",
    "programmes.Partner",
    "programmes.Programme",
    "programmes.ProgrammeCountry",
    "programmes.ProgrammeReplication",
    "programmes.Phase",
    "programmes.FinancingLine",
    "programmes.FinancingCorrection",
    "programmes.ExchangeRate",
    "programmes.PriceIndex",
    "organizations.Organization",
    "organizations.ProgrammeEnrolment",
    "organizations.OrganizationStatus",
    "organizations.Succession",
    "organizations.BondingCheck",
    "organizations.ApexMembership",
    "organizations.Linkage",
    "organizations.LinkageTransaction",
    "organizations.Service",
    "organizations.Intervention",
    "organizations.InterventionOrganization",
    "organizations.PersonMembership",
    "indicators.Indicator",
    "indicators.ScaleItem",
    "indicators.Round",
    "indicators.RoundDue",
    "indicators.OverlapSample",
    "indicators.Return",
    "indicators.PhaseResult",
    "indicators.PhaseResultCorrection",
    "scaling.ThresholdSetting",
)
#: What pages show beside figures. Where its trail begins after the moment nothing is read of it, and who reads it says
#: so (`require`): a figure does not become untellable because the calendar of elections went on record later.
BESIDE = (
    "programmes.PolicyEvent",
    "programmes.Election",
    "programmes.SpaceAssessment",
    "indicators.Target",
    "indicators.SecondAssessment",
    "scaling.Alert",
)

_inside: ContextVar[Moment | None] = ContextVar("recorded_moment", default=None)


class NotOnRecord(Exception):
    """The moment lies before the trail of something that figures rest on; `since`: from when on all is on record (None:
    a table has no trail at all)."""

    def __init__(self, since: Moment | None, what: str) -> None:
        super().__init__(what)
        self.since, self.what = since, what


class Unsettled(Exception):
    """Changes that began before the moment are still being written: an answer now would differ from one later."""


@contextmanager
def known(moment: Moment | None) -> Iterator[None]:
    """What is read inside is what was known at the moment; with None what is known now. Nothing can be written inside.

    Raises NotOnRecord and Unsettled. The same moment gives the same rows whenever it is asked again, also from inside.
    """
    if moment is None or moment == _inside.get():
        yield
        return
    young = check(moment)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(views(moment, young))
        # A function of the database that ran before in this session would go on reading the tables themselves.
        cursor.execute("DISCARD PLANS; SET TRANSACTION READ ONLY")
        before = _inside.set(moment)
        try:
            yield
        finally:
            _inside.reset(before)
        transaction.set_rollback(True)  # the views go with it


def check(moment: Moment) -> set[str]:
    """Labels of BESIDE whose trails begin later. Raises NotOnRecord for the others, Unsettled."""
    begun = dict(Trail.objects.values_list("table", "since"))
    _reach(moment, RESTED_ON, begun)
    first = settled()[0]
    if first is not None and first <= moment:
        raise Unsettled
    tables = {label: apps.get_model(label)._meta.db_table for label in BESIDE}
    return {label for label, table in tables.items() if table not in begun or moment < begun[table]}


def require(moment: Moment | None, *labels: str) -> None:
    """Raises NotOnRecord where the trail of one of these tables begins after the moment."""
    if moment is not None:
        _reach(moment, labels, dict(Trail.objects.values_list("table", "since")))


def _reach(moment: Moment, labels: Iterable[str], begun: dict[str, Moment]) -> None:
    models = {apps.get_model(label)._meta.db_table: apps.get_model(label) for label in labels}
    for table, model in models.items():
        if table not in begun:
            raise NotOnRecord(None, str(model._meta.verbose_name_plural))
    last = max(models, key=lambda table: begun[table])
    if moment < begun[last]:
        raise NotOnRecord(begun[last], str(models[last]._meta.verbose_name_plural))


def settled() -> tuple[Moment | None, Moment]:
    """When the oldest transaction began that is writing now (None: nobody writes), and the moment of the look.

    What is stamped before the earlier of the two is committed and seen by every query that begins afterwards: a change
    is stamped when its transaction has its number already, so whoever has none yet will be stamped later.
    """
    with connection.cursor() as cursor:
        # The clock is read first: the inner query hangs on it.
        cursor.execute(
            """SELECT (SELECT min(xact_start) FROM pg_stat_activity
                       WHERE datname = current_database() AND pid <> pg_backend_pid()
                         AND backend_type = 'client backend' AND backend_xid IS NOT NULL AND looked.at IS NOT NULL),
                      looked.at
               FROM (SELECT clock_timestamp() AS at, pg_stat_clear_snapshot() OFFSET 0) looked"""
        )
        found: tuple[Moment | None, Moment] = cursor.fetchone()
    return found


def views(moment: Moment, young: Collection[str] = ()) -> str:
    """SQL that hides each table by what was known of it; of `young` nothing was."""
    stamp = QuotedString(moment.isoformat()).getquoted().decode()
    found = []
    for label in (*RESTED_ON, *BESIDE):
        model = apps.get_model(label)
        table = model._meta.db_table
        told = f'SELECT * FROM "{table}" WHERE false' if label in young else _last_events(model, stamp)
        found.append(f'CREATE TEMP VIEW "{table}" AS {told};')
    return "\n".join(found)


def _last_events(model: Any, stamp: str) -> str:
    """The last event of each row; a condition on any column reaches the indexes of the trail. Later events are found by
    the index on the row: written as a difference, the numbers of events do not lure the planner to their own. A column
    that the trail does not keep is that of the row today."""
    event, table = event_model(model), model._meta.db_table
    kept = {field.column for field in event._meta.concrete_fields}
    columns = ", ".join(
        f'e."{column}"'
        if column in kept
        else f'(SELECT today."{column}" FROM "{table}" today WHERE today.id = e.pgh_obj_id) AS "{column}"'
        for column in (field.column for field in model._meta.concrete_fields)
    )
    trail = f'"{event._meta.db_table}"'
    return (
        f"SELECT {columns} FROM {trail} e WHERE e.pgh_created_at <= {stamp}::timestamptz AND e.pgh_label <> 'delete' "
        f"AND NOT EXISTS (SELECT 1 FROM {trail} later WHERE later.pgh_obj_id = e.pgh_obj_id "
        f"AND later.pgh_id - e.pgh_id > 0 AND later.pgh_created_at <= {stamp}::timestamptz)"
    )


def event_model(model: Any) -> Any:
    return apps.get_model(model._meta.app_label, f"{model.__name__}Event")


def untold() -> dict[str, int]:
    """Table → how many of its rows differ from what its trail says of now: what was written past the triggers. Empty
    when every figure known now can be shown again later."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT now() + interval '1 day'")
        stamp = QuotedString(cursor.fetchone()[0].isoformat()).getquoted().decode()
        for label in (*RESTED_ON, *BESIDE):
            model = apps.get_model(label)
            kept = {field.column for field in event_model(model)._meta.concrete_fields}
            columns = ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields if field.column in kept)
            told, is_there = (
                f"SELECT {columns} FROM ({_last_events(model, stamp)}) told",
                f'SELECT {columns} FROM "{model._meta.db_table}"',
            )
            cursor.execute(
                f"SELECT (SELECT count(*) FROM (({told}) EXCEPT ({is_there})) more) "
                f"+ (SELECT count(*) FROM (({is_there}) EXCEPT ({told})) less)"
            )
            if count := cursor.fetchone()[0]:
                found[model._meta.db_table] = count
    return found
