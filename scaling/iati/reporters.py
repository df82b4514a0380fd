"""Reporting organizations: who reports which programme, and setting it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from programmes import currencies
from programmes.access import Permission, require
from programmes.models import Place, Programme
from scaling.iati.models import REF_PATTERN, ReportingOrganization


class NoReporter(Exception):
    """Nobody is named who reports these programmes."""

    def __init__(self, codes: list[str]) -> None:
        super().__init__(", ".join(codes))
        self.codes = codes

    @property
    def sentence(self) -> str:
        return _(
            "No reporting organization is set for %(programmes)s. An administrator names it on the page IATI: for the "
            "country of the programme, or for everywhere."
        ) % {"programmes": ", ".join(self.codes)}


@transaction.atomic
def put(*, by: Any, country: Place | None, **fields: Any) -> ReportingOrganization:
    """Name who reports the programmes of a country (None: everywhere), or change it. `by` None: a command.

    Raises PermissionDenied, and ValidationError by field.
    """
    if by is not None:
        require(by, Permission.FIGURES_MANAGE)
    errors: dict[str, str] = {}
    if country is not None and not country.is_country:
        errors["country"] = _("A country is expected.")
    if not re.match(REF_PATTERN, fields.get("ref", "")):
        errors["ref"] = _(
            "A registration agency, a hyphen and a number are expected, without spaces or / & | ?, as in XM-DAC-41108."
        )
    if "currency" in fields and fields["currency"] not in currencies.CODES:
        errors["currency"] = _("A currency code of three letters is expected, as in USD.")
    if not re.fullmatch(r"[0-9]{5}", fields.get("sector", "31194")):
        errors["sector"] = _("Five digits are expected, as in 31194.")
    if errors:
        raise ValidationError(errors)
    row = ReportingOrganization.objects.select_for_update().filter(country=country).first()
    row = row or ReportingOrganization(country=country)
    for name, value in fields.items():
        setattr(row, name, value)
    row.full_clean()
    row.save()
    return row


def of_programmes(programmes: Iterable[Programme]) -> dict[int, ReportingOrganization]:
    """Who reports each; of a programme in several countries who reports for everywhere. Wants `countries` prefetched.

    Raises NoReporter naming all programmes that nobody reports.
    """
    held = {
        row.country_id: row for row in ReportingOrganization.objects.select_related("country", "partner").order_by("pk")
    }
    found: dict[int, ReportingOrganization] = {}
    missing = []
    for programme in programmes:
        countries = list(programme.countries.all())
        row = (held.get(countries[0].pk) if len(countries) == 1 else None) or held.get(None)
        if row is None:
            missing.append(programme.code)
        else:
            found[programme.pk] = row
    if missing:
        raise NoReporter(missing)
    return found
