"""Ask for a pack, cancel it, delete it; plan packs that come by themselves."""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Language, User
from programmes.access import Permission, may, require
from programmes.models import Programme
from scaling import formats
from scaling.background import tell
from scaling.dashboards import filters, registry, selection
from scaling.dashboards.selection import Selection
from scaling.reports.models import OPEN, Cadence, PackFormat, Report, ReportSchedule, ReportState

#: Filters that a pack may be narrowed by. Everybody in the programme's scope reads it, so nothing of others is in it.
TAKES = ("phase", "place", "kind", "tier", "apex", "round", "as_of", "prices", "basis", "against")
#: What a pack that comes again and again cannot be tied to.
FIXED = ("round", "as_of", "against")
#: So many packs of one person may wait at a time.
MOST_OPEN = 5
MONTHS = {Cadence.MONTHLY: 1, Cadence.QUARTERLY: 3, Cadence.HALF_YEARLY: 6}
Day = datetime.date


# --- what is asked ---------------------------------------------------------------------------------------------------
def request_of(user: Any, programme: Programme, chosen: Mapping[str, str], path: str = "/") -> HttpRequest:
    """A request as a browser of `user` would send it for these filters: pages are built from requests."""
    request = HttpRequest()
    request.method, request.path, request.user = "GET", path, user
    request.GET = QueryDict(urlencode({"programme": programme.code, **chosen}))
    return request


def read(user: Any, programme: Programme, chosen: Mapping[str, str]) -> Selection:
    """The selection of a pack, with its errors by filter."""
    every = frozenset().union(*(page.takes for page in registry.pages().values()))
    return selection.read(request_of(user, programme, chosen), takes=every)


def wrong(user: Any, programme: Programme, chosen: Mapping[str, str]) -> list[str]:
    """What is wrong with the filters of a pack, in sentences."""
    labels = filters.labels()
    foreign = [name for name in chosen if name not in TAKES]
    if foreign:
        text = _("A pack is about one programme and cannot be narrowed by “%(name)s”. It takes: %(known)s.")
        known = ", ".join(labels[name] for name in TAKES)
        return [text % {"name": labels.get(name, str(name)[:60]), "known": known} for name in foreign]
    if not all(isinstance(value, str) for value in chosen.values()):
        return [_("One value is expected, not several.")]
    found = read(user, programme, chosen).errors
    return [f"{labels[name]}: {text}" if name in labels else text for name, text in found.items()]


def _checked(by: Any, programme: Programme, chosen: Mapping[str, str], language: str, format: str) -> dict[str, str]:
    errors: dict[str, list[str]] = {}
    if sentences := wrong(by, programme, chosen):
        errors["selection"] = sentences
    for name, value, known in (("language", language, Language.values), ("format", format, PackFormat.values)):
        if value not in known:
            errors[name] = [_("One of %(allowed)s is expected.") % {"allowed": ", ".join(known)}]
    if errors:
        raise ValidationError(errors)
    return {name: chosen[name] for name in TAKES if chosen.get(name)}


def in_words(chosen: Mapping[str, str]) -> str:
    """The filters of a pack for a list of packs, where each is told by its code."""
    labels = filters.labels()
    return " · ".join(f"{labels[name]}: {chosen[name]}" for name in TAKES if name in chosen)


# --- packs -----------------------------------------------------------------------------------------------------------
def ask(*, by: Any, programme: Programme, selection: Mapping[str, str], language: str, format: str) -> Report:
    """Ask for a pack; it is made in the background. `selection`: filters as they stand in an address.

    Raises PermissionDenied for a programme that `by` may not read, ValidationError by field (selection, language,
    format; without a field when too many wait or the same one waits already).
    """
    require(by, Permission.READ, programme=programme)
    chosen = _checked(by, programme, selection, language, format)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=by.pk)  # two clicks come one after the other
        waiting = Report.objects.filter(asked_by=by, state__in=OPEN)
        if waiting.filter(programme=programme, selection=chosen, language=language, format=format).exists():
            raise ValidationError(_("This pack is being made already."))
        if waiting.count() >= MOST_OPEN:
            raise ValidationError(
                _("%(most)s of your packs wait already. Wait until one is ready, or cancel one.")
                % {"most": formats.number(MOST_OPEN)}
            )
        return put(by=by, programme=programme, selection=chosen, language=language, format=format)


def put(*, by: Any, schedule: ReportSchedule | None = None, **what: Any) -> Report:
    """Write the row and tell a worker after commit; for `ask` and for the cadence, which have checked it."""

    report = Report.objects.create(asked_by=by, schedule=schedule, known_at=timezone.now(), **what)
    transaction.on_commit(lambda: tell("make_pack", report.pk))
    return report


def may_end(report: Report, by: Any) -> bool:
    """Its author and administrators."""
    return report.asked_by_id == by.pk or may(by, Permission.FIGURES_MANAGE)


def cancel(*, report: Report, by: Any) -> Report:
    """Stop making it. Raises PermissionDenied, and ValidationError when it has ended already."""
    _only_own(report, by)
    changed = Report.objects.filter(pk=report.pk, state__in=OPEN).update(
        state=ReportState.CANCELLED, ended_at=timezone.now()
    )
    if not changed:
        raise ValidationError(_("This pack has ended already."))
    return Report.objects.defer("content").get(pk=report.pk)


def delete(*, report: Report, by: Any) -> None:
    """Delete it with its file; a worker that is at it finds nothing to go on with. Raises PermissionDenied."""
    _only_own(report, by)
    Report.objects.filter(pk=report.pk).delete()


def _only_own(report: Report, by: Any) -> None:
    if not may_end(report, by):
        raise PermissionDenied(_("Only who asked for a pack, or an administrator, may do that."))


# --- on a cadence ----------------------------------------------------------------------------------------------------
def plan(
    *,
    by: Any,
    programme: Programme,
    selection: Mapping[str, str],
    language: str,
    format: str,
    cadence: str,
    today: Day | None = None,
) -> ReportSchedule:
    """Packs on a cadence for `by`, the first today. Raises as `ask`, and ValidationError for a fixed round or day."""
    require(by, Permission.READ, programme=programme)
    if cadence not in Cadence.values:
        allowed = ", ".join(Cadence.values)
        raise ValidationError({"cadence": [_("One of %(allowed)s is expected.") % {"allowed": allowed}]})
    chosen = _checked(by, programme, selection, language, format)
    if tied := [name for name in FIXED if name in chosen]:
        labels = filters.labels()
        text = _("A pack on a cadence always takes the last round. Leave out: %(filters)s.")
        raise ValidationError({"selection": [text % {"filters": ", ".join(labels[name] for name in tied)}]})
    day = today or timezone.localdate()
    try:
        with transaction.atomic():
            return ReportSchedule.objects.create(
                programme=programme, owner=by, selection=chosen, language=language, format=format, cadence=cadence,
                first_on=day, next_on=day,
            )  # fmt: skip
    except IntegrityError as error:
        raise ValidationError(_("This pack comes to you on a cadence already. End that one first.")) from error


def end_plan(*, schedule: ReportSchedule, by: Any) -> None:
    """No more packs of this cadence; those made stay. Raises PermissionDenied."""
    if schedule.owner_id != by.pk and not may(by, Permission.FIGURES_MANAGE):
        raise PermissionDenied(_("Only who asked for a pack, or an administrator, may do that."))
    schedule.delete()


def months_later(day: Day, months: int) -> Day:
    """The same day of a later month, or its last day where the month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return Day(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def next_after(schedule: ReportSchedule, today: Day) -> Day:
    """The first day of the cadence after `today`. Reckoned from the first, so that the 31st stays the 31st."""
    step = MONTHS[Cadence(schedule.cadence)]
    done = (today.year - schedule.first_on.year) * 12 + today.month - schedule.first_on.month
    times = max(0, done // step)
    while (found := months_later(schedule.first_on, times * step)) <= today:
        times += 1
    return found


def put_due(today: Day | None = None) -> list[Report]:
    """Packs whose day has come, each once. Missed days are made up for by one pack. Who may no longer read the
    programme gets none; the cadence goes on, should the role come back."""
    today = today or timezone.localdate()
    made = []
    for pk in list(ReportSchedule.objects.filter(next_on__lte=today).values_list("pk", flat=True)):
        with transaction.atomic():
            row = _taken(pk, today)
            if row is None:
                continue
            ReportSchedule.objects.filter(pk=pk).update(next_on=next_after(row, today))
            if may(row.owner, Permission.READ, programme=row.programme):
                made.append(
                    put(by=row.owner, schedule=row, programme=row.programme, selection=row.selection,
                        language=row.language, format=row.format)
                )  # fmt: skip
    return made


def _taken(pk: int, today: Day) -> ReportSchedule | None:
    """The row, if nobody else is at it."""
    rows: Iterable[ReportSchedule] = ReportSchedule.objects.filter(pk=pk, next_on__lte=today).select_related(
        "owner", "programme"
    )
    return rows.select_for_update(skip_locked=True, of=("self",)).first()  # type: ignore[attr-defined]
