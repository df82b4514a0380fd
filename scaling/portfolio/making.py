"""Draws a portfolio and writes it, in one transaction: rows are drawn in one thread while another copies them in."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from django.core.management.base import CommandError
from django.db import connection, transaction

from indicators import rounds as collection
from indicators.models import ExitForm, Return, ReturnComment, Round, RoundDue, ScaleVersion
from organizations.models import (
    ApexMembership,
    BondingCheck,
    Linkage,
    LinkageTransaction,
    Organization,
    OrganizationStatus,
    ProgrammeEnrolment,
    Succession,
)
from organizations.models.support import InterventionOrganization
from programmes.models import Programme
from scaling.demonstration import require_one_machine
from scaling.models import MarkKind
from scaling.portfolio import frame as framing
from scaling.portfolio import history
from scaling.portfolio.copying import Table, without_triggers
from scaling.portfolio.frame import Frame
from scaling.portfolio.lives import Lives
from scaling.portfolio.plan import Plan
from scaling.portfolio.rows import Writer
from scaling.rollups import mark

#: Organizations that are drawn and copied together: what is in memory at a time.
AT_A_TIME = 4000

Rows = dict[str, list[str]]


def tables() -> dict[str, Table]:
    """The tables of the mass, by a short name. They are written in this order."""
    return {
        "organizations": Table(
            Organization,
            "id code name kind tier place_id country_id formed_on formed_precision registered_on registration_law "
            "registration_number promoter commodities livelihood members_are is_synthetic version",
        ),
        "statuses": Table(OrganizationStatus, "organization_id status valid reason evidence verified_on"),
        "successions": Table(Succession, "predecessor_id successor_id on"),
        "enrolments": Table(ProgrammeEnrolment, "organization_id programme_id valid"),
        "apex memberships": Table(ApexMembership, "member_id apex_id valid role profession fee_paid_until exit_reason"),
        "bonding checks": Table(BondingCheck, "organization_id on is_bonded source"),
        "linkages": Table(
            Linkage,
            "id organization_id partner_id partner_organization_id kind form reference signed_on valid value currency "
            "volume volume_unit renewals status brokered_by_id covers causality",
        ),
        "transactions": Table(LinkageTransaction, "linkage_id date type amount currency passed_on_to_id"),
        "support": Table(InterventionOrganization, "intervention_id organization_id"),
        "due lists": Table(RoundDue, "id round_id organization_id is_due reason"),
        "exit forms": Table(ExitForm, "due_id ended_on reason last_members entered_by_id entered_at"),
        "returns": Table(
            Return,
            "id organization_id round_id values null_reasons evidence confirmed incomplete method state version "
            "entered_by_id entered_by_ids entered_at submitted_at approved_by_id approved_at changed_by_id "
            "changed_from reported correction_code correction_reason",
        ),
        "comments": Table(ReturnComment, "of_return_id code text author_id written_at"),
    }


def make(plan: Plan, say: Callable[[str], object] = lambda _: None) -> dict[str, int]:
    """Write a portfolio; returns how many rows of what. Raises CommandError in production, for a seed that is there
    already, and where the catalogue has not been loaded."""
    require_one_machine()
    if Programme.objects.filter(code__startswith=plan.prefix).exists():
        raise CommandError(f"There is a portfolio of seed {plan.seed} already. Remove it first (--remove {plan.seed}).")
    if not ScaleVersion.objects.exists():
        raise CommandError("The catalogue has not been loaded: run load_cases first.")
    begun = time.monotonic()
    with transaction.atomic():
        random = Random(plan.seed)
        frame = framing.build(plan, random)
        say(f"{plan.programmes} programmes, {len(frame.phases)} phases, {plan.programmes * plan.rounds} rounds")
        counts = _write_mass(plan, frame, random, lambda text: say(f"{time.monotonic() - begun:6.0f} s  {text}"))
        _close_rounds(frame)
        mark(MarkKind.PHASE, [phase.pk for phase in frame.phases])
        mark(MarkKind.ROUND, [round_.pk for rounds in frame.rounds for round_ in rounds])
        with connection.cursor() as cursor:
            for table in tables().values():
                cursor.execute(f"ANALYZE {table.name}")
    say(f"{time.monotonic() - begun:6.0f} s  done")
    return counts


def _write_mass(plan: Plan, frame: Frame, random: Random, say: Callable[[str], object]) -> dict[str, int]:
    wanted = tables()
    with without_triggers():
        for table in wanted.values():
            table.reserve()
        first_return = wanted["returns"].next_id
        writer = Writer(plan, frame, random, {name: table.next_id for name, table in wanted.items()})
        written = events = 0
        for rows, last_return in _ahead(_batches(writer, Lives(plan, random))):
            for name, lines in rows.items():
                wanted[name].copy(lines)
            events += history.write(first_return, last_return)
            first_return = last_return
            before, written = written, wanted["organizations"].rows
            if written * 20 // plan.organizations != before * 20 // plan.organizations:
                say(f"{written:,} organizations, {wanted['returns'].rows:,} returns")
        trails = history.write_comings(wanted)
        for name, table in wanted.items():
            if name in writer.next_ids and "id" in table.columns:
                table.next_id = writer.next_ids[name]
                table.release()
    return {
        **{name: table.rows for name, table in wanted.items()},
        "history of returns": events,
        "trails of the others": trails,
    }


def _batches(writer: Writer, lives: Lives) -> Iterator[tuple[Rows, int]]:
    """Rows of some thousand organizations, with the id that the next return will have."""
    for cluster in lives.clusters():
        writer.add(cluster)
        if len(writer.rows["organizations"]) >= AT_A_TIME:
            yield writer.take(), writer.next_ids["returns"]
    yield writer.take(), writer.next_ids["returns"]


def _ahead(source: Iterator[Any]) -> Iterator[Any]:
    """The same items, drawn in a thread of their own, at most two ahead. Nothing in that thread asks the database."""
    line: queue.Queue[tuple[str, Any]] = queue.Queue(maxsize=2)
    stop = threading.Event()

    def draw() -> None:
        try:
            for item in source:
                while not stop.is_set():
                    try:
                        line.put(("item", item), timeout=1)
                        break
                    except queue.Full:
                        continue
                if stop.is_set():
                    return
            line.put(("end", None))
        except BaseException as error:
            line.put(("error", error))

    thread = threading.Thread(target=draw, name="portfolio", daemon=True)
    thread.start()
    try:
        while True:
            what, item = line.get()
            if what == "end":
                return
            if what == "error":
                raise item
            yield item
    finally:
        stop.set()
        thread.join(timeout=5)


def _close_rounds(frame: Frame) -> None:
    """All but the last are closed, all but the last two locked, by the steps a round takes."""
    for rounds in frame.rounds:
        for number, round_ in enumerate(rounds):
            if number < len(rounds) - 1:
                collection.close(round=Round.objects.get(pk=round_.pk), by=None)
            if number < len(rounds) - 2:
                collection.lock(round=Round.objects.get(pk=round_.pk), by=None)
