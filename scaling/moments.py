"""A moment as somebody writes it, and what is said of one that cannot be told, on pages and in the API alike."""

from __future__ import annotations

import datetime
import re

from django.utils import timezone
from django.utils.translation import gettext as _

from scaling import recorded

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MOMENT = re.compile(DAY.pattern + r"T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})")


class NotAMoment(Exception):
    """Why it is none, in a sentence."""


def read(raw: str) -> datetime.datetime:
    """A past moment with its zone; of a day alone, its end in the time zone of this site. Raises NotAMoment."""
    try:
        if DAY.fullmatch(raw):
            day = datetime.date.fromisoformat(raw)
            if day >= timezone.localdate():
                raise NotAMoment(_future())
            after = datetime.datetime.combine(day + datetime.timedelta(days=1), datetime.time())
            return timezone.make_aware(after) - datetime.timedelta(microseconds=1)
        if not MOMENT.fullmatch(raw):
            raise ValueError
        moment = datetime.datetime.fromisoformat(raw)
    except (ValueError, OverflowError):
        raise NotAMoment(
            _(
                "A moment with its time zone such as 2022-06-30T17:00:00Z is expected, or a date such as "
                "2022-06-30, which stands for the end of that day. Write a plus sign as %(plus)s in an address."
            )
            % {"plus": "%2B"}
        ) from None
    if moment > timezone.now():
        raise NotAMoment(_future())
    return moment


def _future() -> str:
    return _("This moment is not over yet; what will be known cannot be told. The latest is now, with its time.")


def refused(gap: recorded.NotOnRecord | recorded.Unsettled) -> str:
    """Said of a moment before the trails of what figures rest on, or while changes before it are being written."""
    if isinstance(gap, recorded.Unsettled):
        return unsettled()
    if gap.since is None:
        return _("Changes of %(what)s are not on record; what was known of them cannot be told.") % {"what": gap.what}
    since = timezone.localtime(gap.since) + datetime.timedelta(seconds=1)
    return _("Changes of %(what)s are on record since %(since)s; what was known before cannot be told.") % {
        "since": since.isoformat(timespec="seconds"),
        "what": gap.what,
    }


def unsettled() -> str:
    return _("Changes that began before this moment are still being written. Ask again in a moment.")


def not_there(code: str, known_at: datetime.datetime | None) -> str:
    """What is said of a code that does not exist for the asker."""
    sentence = (
        _("There is no “%(code)s” that you may see.")
        if known_at is None
        else _("There was no “%(code)s” on record at that moment that you may see.")
    )
    return sentence % {"code": code[:60]}
