"""Query parameters of metrics: read, or refused with a sentence."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request

from scaling import recorded

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(_DAY.pattern + r"T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})")


def codes(request: Request, name: str) -> list[str]:
    """Codes from a parameter that may be repeated or hold several separated by commas."""
    found = [code.strip() for raw in request.query_params.getlist(name) for code in raw.split(",")]
    if any(not code for code in found):
        raise ValidationError({name: _("A code is expected, for instance PCDP; leave the parameter out for all.")})
    return list(dict.fromkeys(found))


def one_code(request: Request, name: str) -> str:
    """A single code; empty when the parameter is left out."""
    found = codes(request, name)
    if len(found) > 1:
        raise ValidationError({name: _("One code is expected.")})
    return found[0] if found else ""


def choice(request: Request, name: str, allowed: tuple[str, ...]) -> str:
    raw = request.query_params.get(name, allowed[0])
    if raw not in allowed:
        raise ValidationError(
            {name: _("One of %(allowed)s is expected.") % {"allowed": ", ".join(one for one in allowed if one)}}
        )
    return raw


def one_date(request: Request, name: str) -> datetime.date | None:
    raw = request.query_params.get(name)
    if raw is None:
        return None
    try:
        return datetime.date.fromisoformat(raw) if len(raw) == 10 else _no_date()
    except ValueError:
        raise ValidationError({name: _("A date such as 2022-06-30 is expected.")}) from None


def _no_date() -> datetime.date:
    raise ValueError


def moment_of(request: Request, name: str) -> datetime.datetime | None:
    """A moment with its zone, such as we gave it."""
    raw = request.query_params.get(name)
    if raw is None:
        return None
    try:
        if not _MOMENT.fullmatch(raw):
            raise ValueError
        moment = datetime.datetime.fromisoformat(raw)
        return moment.astimezone(datetime.UTC)
    except (ValueError, OverflowError):
        raise ValidationError(
            {
                name: _(
                    "A moment with its time zone such as 2022-06-30T17:00:00Z is expected. Write a plus sign as "
                    "%(plus)s in an address."
                )
                % {"plus": "%2B"}
            }
        ) from None


def one_moment(request: Request, name: str) -> datetime.datetime | None:
    """A past moment with its zone; of a day alone, its end in the time zone of this site."""
    raw = request.query_params.get(name)
    if raw is None:
        return None
    try:
        if _DAY.fullmatch(raw):
            day = datetime.date.fromisoformat(raw)
            if day >= timezone.localdate():
                _in_future(name)
            after = datetime.datetime.combine(day + datetime.timedelta(days=1), datetime.time())
            return timezone.make_aware(after) - datetime.timedelta(microseconds=1)
        if not _MOMENT.fullmatch(raw):
            raise ValueError
        moment = datetime.datetime.fromisoformat(raw)
    except ValueError:
        raise ValidationError(
            {
                name: _(
                    "A moment with its time zone such as 2022-06-30T17:00:00Z is expected, or a date such as "
                    "2022-06-30, which stands for the end of that day. Write a plus sign as %(plus)s in an address."
                )
                % {"plus": "%2B"}
            }
        ) from None
    if moment > timezone.now():
        _in_future(name)
    return moment


def _in_future(name: str) -> NoReturn:
    raise ValidationError(
        {name: _("This moment is not over yet; what will be known cannot be told. The latest is now, with its time.")}
    )


@contextmanager
def known_or_refused(name: str) -> Iterator[None]:
    """What cannot be told of a moment is refused with a sentence at the parameter that asks for it."""
    try:
        yield
    except recorded.NotOnRecord as error:
        if error.since is None:
            raise ValidationError(
                {
                    name: _("Changes of %(what)s are not on record; what was known of them cannot be told.")
                    % {"what": error.what}
                }
            ) from None
        since = timezone.localtime(error.since) + datetime.timedelta(seconds=1)
        raise ValidationError(
            {
                name: _("Changes of %(what)s are on record since %(since)s; what was known before cannot be told.")
                % {"since": since.isoformat(timespec="seconds"), "what": error.what}
            }
        ) from None
    except recorded.Unsettled:
        raise StillWritten from None


def not_there(code: str, known_at: datetime.datetime | None) -> str:
    """What is said of a code that does not exist for the asker."""
    sentence = (
        _("There is no “%(code)s” that you may see.")
        if known_at is None
        else _("There was no “%(code)s” on record at that moment that you may see.")
    )
    return sentence % {"code": code[:60]}


class StillWritten(APIException):
    """Asked again in a moment the answer will be there."""

    status_code = 409
    wait = 1

    def __init__(self) -> None:
        super().__init__(_("Changes that began before this moment are still being written. Ask again in a moment."))
