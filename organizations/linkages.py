"""Linkages with upstream partners: open, end, renew, record what moved."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext_lazy as _

from organizations.apex_memberships import contains, inside_life, is_below, lifespans
from organizations.models import Linkage, LinkageStatus, LinkageTransaction, Organization
from organizations.registry import BATCH, RowErrors, changed, may_write, may_write_all
from programmes.models import Partner


@transaction.atomic
def open_linkage(
    *,
    organization: Organization,
    kind: str,
    form: str,
    causality: str,
    since: datetime.date,
    by: Any,
    until: datetime.date | None = None,
    partner: Partner | None = None,
    partner_organization: Organization | None = None,
    **fields: Any,
) -> Linkage:
    """An arrangement with a partner, or with an organization of another network.

    Raises ValidationError by field: no partner or two, a partner of the same network (I-08), a day outside the
    organization's life (I-03), an amount without currency (I-10).
    """
    may_write(by, organization)
    _check_days(since, until)
    span = DateRange(since, until)
    if (partner is None) == (partner_organization is None):
        raise ValidationError({"partner": _("Name one partner, either from the list or an organization.")})
    if partner_organization is not None and (
        partner_organization.pk == organization.pk
        or is_below(organization, partner_organization, span)
        or is_below(partner_organization, organization, span)
    ):
        raise ValidationError(
            {"partner_organization": _("It is above or below in the same network; that is a membership in an apex.")}
        )
    if not inside_life(organization, span):
        raise ValidationError(
            {"since": _("%(name)s does not exist on all of these days.") % {"name": organization.name}}
        )
    linkage = Linkage(
        organization=organization,
        partner=partner,
        partner_organization=partner_organization,
        kind=kind,
        form=form,
        causality=causality,
        valid=span,
        **fields,
    )
    linkage.full_clean()
    linkage.save()
    changed(organization)
    return linkage


def _check_days(since: datetime.date, until: datetime.date | None) -> None:
    if until is not None and until <= since:
        raise ValidationError({"until": _("The linkage ends before it begins.")})


@transaction.atomic
def open_many(*, rows: Sequence[dict[str, Any]], by: Any) -> list[Linkage]:
    """`open_linkage` for many rows with partners of the list, each a dict of what it takes. All or none.

    Raises RowErrors by position, with the ValidationError that `open_linkage` would raise for that row.
    """
    may_write_all(by, [row["organization"] for row in rows])
    lives = lifespans([row["organization"].pk for row in rows])
    made, errors = [], {}
    for number, row in enumerate(rows):
        facts = dict(row)
        since, until = facts.pop("since"), facts.pop("until", None)
        try:
            _check_days(since, until)
            linkage = Linkage(valid=DateRange(since, until), **facts)
            if linkage.partner is None:
                raise ValidationError({"partner": _("Name one partner, either from the list or an organization.")})
            if not contains(lives[linkage.organization.pk], linkage.valid):
                raise ValidationError(
                    {"since": _("%(name)s does not exist on all of these days.") % {"name": linkage.organization.name}}
                )
            linkage.clean_fields(exclude={"organization", "partner", "partner_organization", "brokered_by"})
            made.append(linkage)
        except ValidationError as error:
            errors[number] = error
    if errors:
        raise RowErrors(errors)
    Linkage.objects.bulk_create(made, batch_size=BATCH)
    if made:
        changed(*(row["organization"] for row in rows))
    return made


@transaction.atomic
def end(*, linkage: Linkage, on: datetime.date, by: Any, breached: bool = False) -> Linkage:
    """The linkage ends on `on`. Raises ValidationError when it did not hold before."""
    may_write(by, linkage.organization)
    if on <= linkage.valid.lower or (linkage.valid.upper is not None and on > linkage.valid.upper):
        raise ValidationError({"on": _("The linkage does not hold on the day before.")})
    linkage.valid = DateRange(linkage.valid.lower, on)
    linkage.status = LinkageStatus.BREACHED if breached else LinkageStatus.ENDED
    linkage.full_clean()
    linkage.save(update_fields=["valid", "status"])
    changed(linkage.organization)
    return linkage


@transaction.atomic
def record_transaction(
    *,
    linkage: Linkage,
    date: datetime.date,
    type: str,
    amount: Decimal,
    currency: str,
    by: Any,
    passed_on_to: Organization | None = None,
) -> LinkageTransaction:
    """Money that moved. What is passed on inside the network names to whom, and is not counted again (I-12, I-13).

    Raises ValidationError: a day outside the linkage, passing on to somebody outside the network.
    """
    may_write(by, linkage.organization)
    upper = linkage.valid.upper
    if date < linkage.valid.lower or (upper is not None and date >= upper):
        raise ValidationError({"date": _("The day lies outside the linkage.")})
    if passed_on_to is not None:
        day = DateRange(date, date + datetime.timedelta(days=1))
        if not (is_below(passed_on_to, linkage.organization, day) or is_below(linkage.organization, passed_on_to, day)):
            raise ValidationError({"passed_on_to": _("It is not in the network of the organization on that day.")})
    row = LinkageTransaction(
        linkage=linkage, date=date, type=type, amount=amount, currency=currency, passed_on_to=passed_on_to
    )
    row.full_clean(exclude=["crosses_network_boundary"])
    row.save()
    changed(linkage.organization)
    return row
