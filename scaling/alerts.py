"""Alerts of a programme: opened, kept and closed by the computation, acknowledged by a person.

`watch` is called where a round's cells are written, in the same transaction. It looks at the programme as of today,
with the returns of its last outcome round of which something is approved. An alert whose condition still holds stays
the same row and keeps its acknowledgement; one whose condition ended is closed; one of which nothing is known is left.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.dispatch import Signal
from django.utils import timezone
from django.utils.translation import gettext as _

from indicators.models import OUTPUT_KINDS, Return, ReturnState, Round, RoundStatus
from indicators.work import IN_WORK, last_day, progress
from programmes.access import Permission, may, require
from programmes.texts import checked
from scaling import readers, thresholds
from scaling.metrics import alerts as rules
from scaling.metrics.alert_facts import facts_of, year_before
from scaling.metrics.alerts import Finding, RoundState
from scaling.metrics.observe import cells_by
from scaling.metrics.records import Record
from scaling.models import ACKNOWLEDGED, GRAVITY, Alert, Severity
from scaling.register_sql.alerting import candidates
from scaling.register_sql.drain import together, with_lineage

#: kwargs: programme_id (int), alerts (list of Alert) — these were opened, in the transaction that opens them.
alerts_opened = Signal()
Day = datetime.date
#: First key of the advisory lock: one look at the alerts of a programme at a time.
LOCK_SPACE = 7303
LONGEST_NOTE = 2000
#: Rules that the returns of an organization decide; the others hang on memberships, sales, or on all.
OF_RETURNS = (rules.INCLUSION_FALLING, rules.WEAK_FUNDED, rules.STAGNATION, rules.AGGREGATED_EARLY)
#: Organizations whose records are in memory at the same time.
AT_ONCE = 4000
#: What an open alert counts on the watch list.
WEIGHT = {Severity.HIGH: 3, Severity.ALERT: 2, Severity.WATCH: 1}
#: (rule, organization id; None for the programme as a whole)
Key = tuple[str, int | None]


@dataclass
class Look:
    """What was found in a programme, and what could not be decided."""

    findings: dict[Key, Finding] = field(default_factory=dict)
    undecided: set[Key] = field(default_factory=set)


def last_round(programme_id: int) -> Round | None:
    """The outcome round that alerts rest on: the last of which something is approved."""
    approved = Return.objects.filter(round=OuterRef("pk"), state=ReturnState.APPROVED)
    rounds = Round.objects.filter(programme=programme_id).exclude(status=RoundStatus.PLANNED)
    rounds = rounds.exclude(kind__in=OUTPUT_KINDS).filter(Exists(approved))
    return rounds.order_by("-reference_date", "-pk").first()


def after_rounds(programme_id: int, rounds: list[Round], organization_ids: set[int] | None = None) -> None:
    """Look again when the cells of these rounds were computed, if alerts rest on one of them; else only whether rounds
    are overdue. `organization_ids`: only these changed."""
    last = last_round(programme_id)
    rests = last is None or any(
        one.kind not in OUTPUT_KINDS and one.reference_date >= last.reference_date for one in rounds
    )
    watch(programme_id, last if rests else None, organizations=rests, only=organization_ids)


def rounds_to_look_at() -> set[int]:
    """The round that alerts rest on of every programme, or where there is none its last round that opened."""
    found: dict[int, tuple[bool, Day, int]] = {}
    approved = Return.objects.filter(round=OuterRef("pk"), state=ReturnState.APPROVED)
    rows = Round.objects.exclude(status=RoundStatus.PLANNED).annotate(
        rests=Exists(approved) & ~Q(kind__in=OUTPUT_KINDS)
    )
    for programme_id, pk, date, rests in rows.values_list("programme_id", "pk", "reference_date", "rests"):
        found[programme_id] = max(found.get(programme_id, (False, Day.min, 0)), (rests, date, pk))
    return {pk for _rests, _date, pk in found.values()}


def watch(programme_id: int, last: Round | None, *, organizations: bool = True, only: set[int] | None = None) -> None:
    """Open, keep and close the alerts of a programme, in the caller's transaction.

    `only`: the returns of these changed and nothing else; what hangs on memberships or on all is left as it is.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_SPACE, programme_id % 2**31])
    today = datetime.date.today()
    _write(programme_id, _overdue(programme_id, today), Q(rule=rules.ROUND_OVERDUE))
    if not organizations:
        return
    on = today if last is None else max(today, last.reference_date)
    row = None
    if last is not None:
        row = readers.RoundRow(last.pk, last.code, last.kind, last.reference_date, last.scale_version_id, last.currency)
    if only is None:
        looked_at = ~Q(rule=rules.ROUND_OVERDUE)
        look = _whole(programme_id, row, on)
    else:
        ids = with_lineage(only)
        looked_at = Q(organization__in=ids, rule__in=OF_RETURNS)
        look = _organizations(programme_id, row, on, ids, {})
        look.findings = {key: found for key, found in look.findings.items() if key[0] in OF_RETURNS}
    _write(programme_id, look, looked_at)


def _overdue(programme_id: int, today: Day) -> Look:
    in_work = Round.objects.filter(programme=programme_id, status__in=IN_WORK)
    past = {one.pk: last for one in in_work if (last := last_day(one)) is not None and last < today}
    # Who has reported is counted only where it matters, which is seldom when a return is drained.
    states = [
        RoundState(one.round.code, past[pk], one.due, one.not_reported)
        for pk, one in progress([one for one in in_work if one.pk in past]).items()
    ]
    limits = thresholds.InForce([programme_id]).of_programme(programme_id, today)
    found = rules.round_overdue(states, today, limits)
    return Look({} if found is None else {(found.rule, None): found})


def _whole(programme_id: int, last: readers.RoundRow | None, on: Day) -> Look:
    """Everybody: those that a wide condition in SQL lets through are looked at one by one."""
    rounds = readers.rounds_of(programme_id, on)
    before = last.date if last is not None else on
    standing = Alert.objects.filter(programme=programme_id, closed_at__isnull=True, organization__isnull=False)
    found = candidates(
        programme_id=programme_id,
        on=on,
        year_before=year_before(on),
        closing=last,
        rounds=rounds,
        outcomes=tuple(sorted({one.date for one in rounds if one.is_outcome and one.date < before})),
        standing=standing.values_list("organization_id", flat=True),
    )
    look = Look()
    for ids in together(found.ids, AT_ONCE):
        some = _organizations(programme_id, last, on, ids, found.members)
        look.findings |= some.findings
        look.undecided |= some.undecided
    limits = thresholds.InForce([programme_id]).of_programme(programme_id, on)
    survival = rules.survival_low(found.survival, limits)
    if survival is not None:
        look.findings[survival.rule, None] = survival
    return look


def _organizations(
    programme_id: int,
    last: readers.RoundRow | None,
    on: Day,
    ids: Iterable[int],
    members: Mapping[str, tuple[int, int]],
) -> Look:
    """`members`: direct members of apexes that became fewer in a year, then and now."""
    reading = readers.read(programme_id=programme_id, on=on, closing=last, only=ids)

    def own(record: Record) -> str | None:
        return record.code if record.code in reading.own else None

    cells = cells_by(reading.records, own, on=on, opens=reading.openings(), rates=reading.rates, limits=reading.limits)
    facts = facts_of(reading.records, on=on, own=reading.own, outcomes=reading.outcomes, cells=cells, members=members)
    look = Look()
    for code, known in facts.items():
        pk = reading.ids[code]
        findings, undecided = rules.of_organization(known, reading.limits)
        look.findings |= {(found.rule, pk): found for found in findings}
        look.undecided |= {(rule, pk) for rule in undecided}
    return look


def _write(programme_id: int, look: Look, looked_at: Q) -> None:
    now = timezone.now()
    rows = Alert.objects.select_for_update().filter(looked_at, programme=programme_id, closed_at__isnull=True)
    standing: dict[Key, Alert] = {(row.rule, row.organization_id): row for row in rows}
    ended = [row for key, row in standing.items() if key not in look.findings and key not in look.undecided]
    Alert.objects.filter(pk__in=[row.pk for row in ended]).update(closed_at=now)
    changed = []
    for key, row in standing.items():
        found = look.findings.get(key)
        if found is not None and (row.severity, row.figures) != (found.severity, dict(found.figures)):
            row.severity, row.figures = found.severity, dict(found.figures)
            changed.append(row)
    Alert.objects.bulk_update(changed, ["severity", "figures"], batch_size=1000)
    opened = Alert.objects.bulk_create(
        [
            Alert(
                rule=found.rule,
                programme_id=programme_id,
                organization_id=organization_id,
                severity=found.severity,
                figures=dict(found.figures),
                opened_at=now,
            )
            for (_rule, organization_id), found in look.findings.items()
            if (found.rule, organization_id) not in standing
        ],
        batch_size=1000,
    )
    _weigh(programme_id, {row.organization_id for row in (*ended, *changed, *opened)})
    if opened:
        alerts_opened.send(sender=Alert, programme_id=programme_id, alerts=opened)


def weight() -> Sum:
    """What some alerts count together."""
    return Sum(Case(*(When(severity=name, then=Value(n)) for name, n in WEIGHT.items()), default=Value(0)))


def _weigh(programme_id: int, organization_ids: Iterable[int | None]) -> None:
    """Write at the open alerts of these organizations what those of each count together now."""
    ids = sorted(pk for pk in organization_ids if pk is not None)
    open_ones = Alert.objects.filter(programme=programme_id, closed_at__isnull=True)
    together_of = open_ones.filter(organization=OuterRef("organization")).order_by().values("organization")
    for start in range(0, len(ids), AT_ONCE):
        some = open_ones.filter(organization__in=ids[start : start + AT_ONCE])
        some.update(weight=Subquery(together_of.annotate(n=weight()).values("n")))


# --- people ----------------------------------------------------------------------------------------------------------
def may_acknowledge(by: Any, alert: Alert) -> bool:
    wanted = (Permission.ROUNDS_MANAGE, Permission.RETURNS_ENTER)
    return any(may(by, permission, programme=alert.programme) for permission in wanted)


@transaction.atomic
def acknowledge(*, alert: Alert, by: Any, note: str) -> Alert:
    """Say who looked at it and what was done. Again: the later note counts.

    Raises PermissionDenied for who neither manages rounds nor enters returns of the programme, and ValidationError by
    field: no note, one that is too long, an alert that is closed.
    """
    if not may_acknowledge(by, alert):
        require(by, Permission.ROUNDS_MANAGE, programme=alert.programme)
    now = Alert.objects.select_for_update().get(pk=alert.pk)
    text = checked(note, "note", longest=LONGEST_NOTE)
    if now.closed_at is not None:
        raise ValidationError(_("This alert is closed; what it was about has ended."))
    if not text:
        raise ValidationError({"note": _("Say in a sentence what you found or did.")})
    now.acknowledged_by, now.acknowledged_at, now.note = by, timezone.now(), text
    now.full_clean()
    now.save(update_fields=["acknowledged_by", "acknowledged_at", "note"])
    return now


def waiting_for(user: Any) -> int:
    """Open alerts that nobody has acknowledged, where `user` may do so."""
    open_ones = Alert.objects.filter(closed_at__isnull=True, acknowledged_at__isnull=True)
    return (
        open_ones.visible_to(user, Permission.ROUNDS_MANAGE) | open_ones.visible_to(user, Permission.RETURNS_ENTER)
    ).count()


def gravest(rows: QuerySet[Alert]) -> QuerySet[Alert]:
    """The gravest first, what nobody acknowledged before the rest, the newest first. Of open ones of one programme and
    rule that is the order of the index `alert_open_in_order`, so that the first few are read and nothing is sorted."""
    return rows.annotate(gravity=GRAVITY).order_by("gravity", ACKNOWLEDGED, "-opened_at", "pk")


def listed(rows: QuerySet[Alert]) -> QuerySet[Alert]:
    """Open ones first, and each as `gravest` orders them."""
    found = gravest(rows)
    return found.order_by(Case(When(closed_at__isnull=True, then=Value(0)), default=Value(1)), *found.query.order_by)
