"""Query parameters of metrics: read, or refused with a sentence."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager

from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request

from scaling import moments, recorded


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


def exact_moment(request: Request, name: str) -> datetime.datetime | None:
    """A moment with its zone, such as an answer gave it. A day alone is none: its changes would be told twice."""
    raw = request.query_params.get(name)
    if raw is None:
        return None
    try:
        if not moments.MOMENT.fullmatch(raw):
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
        return moments.read(raw)
    except moments.NotAMoment as why:
        raise ValidationError({name: str(why)}) from None


@contextmanager
def known_or_refused(name: str) -> Iterator[None]:
    """What cannot be told of a moment is refused with a sentence at the parameter that asks for it."""
    try:
        yield
    except recorded.NotOnRecord as gap:
        raise ValidationError({name: moments.refused(gap)}) from None
    except recorded.Unsettled:
        raise StillWritten from None


class StillWritten(APIException):
    """Asked again in a moment the answer will be there."""

    status_code = 409
    wait = 1

    def __init__(self) -> None:
        super().__init__(moments.unsettled())
