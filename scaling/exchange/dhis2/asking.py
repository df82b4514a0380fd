"""Parameters of DHIS2 in an address: read, or refused with a sentence."""

from __future__ import annotations

import datetime
import re
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from scaling.exchange.dhis2 import exporting, periods
from scaling.exchange.dhis2.codes import CODE, SCHEMES, UID, Schemes
from scaling.rest.parameters import one_date

_DURATION = re.compile(r"(\d{1,6})([dhms])")
_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}


def _scheme(text: str, name: str) -> str:
    found = text.strip().lower()
    if found not in (CODE, UID):
        raise ValidationError({name: _("One of %(allowed)s is expected.") % {"allowed": "code, uid"}})
    return found


def schemes_of(*sources: Any, default: str) -> Schemes:
    """Schemes from mappings, the first goes before the next; the specific before the general in each."""
    found = {}
    for kind, name in SCHEMES.items():
        said = [(source[one], one) for source in sources for one in (name, "idScheme") if source.get(one)]
        found[kind] = _scheme(*said[0]) if said else default
    return Schemes(**found)


def truth(request: Request, name: str, said: str = "") -> bool:
    text = (said or request.query_params.get(name, "false")).lower()
    if text not in ("true", "false"):
        raise ValidationError({name: _("One of %(allowed)s is expected.") % {"allowed": "true, false"}})
    return text == "true"


def _list(request: Request, name: str) -> list[str]:
    found = request.query_params.getlist(name)
    if any(not one.strip() for one in found):
        raise ValidationError({name: _("A code is expected.")})
    return list(dict.fromkeys(one.strip() for one in found))


def _since(request: Request) -> datetime.datetime | None:
    raw, lasting = request.query_params.get("lastUpdated"), request.query_params.get("lastUpdatedDuration")
    if lasting is not None:
        found = _DURATION.fullmatch(lasting)
        if found is None:
            raise ValidationError({"lastUpdatedDuration": _("A duration such as 10d, 5h, 30m or 90s is expected.")})
        return timezone.now() - datetime.timedelta(**{_UNITS[found[2]]: int(found[1])})
    if raw is None:
        return None
    try:
        moment = datetime.datetime.fromisoformat(raw)
    except ValueError:
        raise ValidationError({"lastUpdated": _("A date such as 2022-06-30 is expected.")}) from None
    return moment if moment.tzinfo else timezone.make_aware(moment)


def wanted_of(request: Request) -> exporting.Wanted:
    start, end = one_date(request, "startDate"), one_date(request, "endDate")
    wanted = exporting.Wanted(
        data_sets=_list(request, "dataSet"),
        org_units=_list(request, "orgUnit"),
        children=truth(request, "children"),
        periods=_list(request, "period"),
        start=start,
        end=end,
        since=_since(request),
        attributes=_list(request, "attributeOptionCombo"),
        limit=_limit(request),
        every_state=_state(request) == "all",
    )
    errors = {}
    if not wanted.data_sets:
        errors["dataSet"] = _("At least one data set is expected; dhis2/dataSets lists them.")
    if not wanted.org_units:
        errors["orgUnit"] = _("At least one organisation unit is expected; of a place say children=true too.")
    if not wanted.periods and not (start and end) and wanted.since is None:
        errors["period"] = _("A period, startDate and endDate, lastUpdated or lastUpdatedDuration is expected.")
    for text in wanted.periods:
        if periods.read_interval(text) is None and not periods.is_identifier(text):
            errors["period"] = _("Period not valid: “%(text)s”. Write it as 2024, 2024S1 or 2024-01-01/P1Y.") % {
                "text": text[:60]
            }
    if errors:
        raise ValidationError(errors)
    return wanted


def _limit(request: Request) -> int | None:
    raw = request.query_params.get("limit")
    if raw is None:
        return None
    if not (raw.isascii() and raw.isdigit()) or len(raw) > 9:
        raise ValidationError({"limit": _("A whole number from 0 on is expected.")})
    return int(raw)


def _state(request: Request) -> str:
    found = request.query_params.get("state", "approved")
    if found not in ("approved", "all"):
        raise ValidationError({"state": _("One of %(allowed)s is expected.") % {"allowed": "approved, all"}})
    return found
