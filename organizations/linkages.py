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

from organizations.apex_memberships import contains, lifespans
from organizations.bulk import BATCH, RowErrors, may_write_all
from organizations.models import Linkage, LinkageStatus, LinkageTransaction, Organization
from organizations.refusals import check, in_words, keep, span
from organizations.registry import changed, may_write, not_later_than_today
from organizations.ties import hold, inside_life, is_below
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
    period = span(since, until)
    if (partner is None) == (partner_organization is None):
        raise ValidationError({"partner": _("Name one partner, either from the list or an organization.")})
    if not inside_life(organization, period):
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
        valid=period,
        **fields,
    )
    _outside_its_network(linkage)
    keep(linkage)
    changed(organization)
    return linkage


def _outside_its_network(linkage: Linkage) -> None:
    ours, theirs = linkage.organization, linkage.partner_organization
    if theirs is None:
        return
    if not inside_life(theirs, linkage.valid):
        raise ValidationError(
            {"partner_organization": _("%(name)s does not exist on all of these days.") % {"name": theirs.name}}
        )
    if theirs.pk == ours.pk or is_below(ours, theirs, linkage.valid) or is_below(theirs, ours, linkage.valid):
        raise ValidationError(
            {"partner_organization": _("It is above or below in the same network; that is a membership in an apex.")}
        )


@transaction.atomic
def renew(
    *,
    linkage: Linkage,
    until: datetime.date | None,
    by: Any,
    reference: str = "",
    value: Decimal | None = None,
    currency: str = "",
) -> Linkage:
    """The linkage goes on until `until` (half-open; None: without an end); a new reference and value if they are given.

    Raises ValidationError: a linkage that has no end or that was ended or breached, an end that is not later.
    """
    may_write(by, linkage.organization)
    hold(linkage)
    ends = linkage.valid.upper
    if not linkage.is_live:
        raise ValidationError({"until": _("This linkage has ended; open a new one.")})
    if ends is None:
        raise ValidationError({"until": _("This linkage has no end; there is nothing to renew.")})
    if until is not None and until <= ends:
        raise ValidationError({"until": _("It holds until %(day)s already; a later day is expected.") % {"day": ends}})
    linkage.valid = DateRange(linkage.valid.lower, until)
    _outside_its_network(linkage)
    linkage.status = LinkageStatus.RENEWED
    linkage.renewals += 1
    linkage.reference = reference or linkage.reference
    if value is not None or currency:
        linkage.value, linkage.currency = value, currency
    keep(linkage, since="until", partner_organization="until")
    changed(linkage.organization)
    return linkage


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
            linkage = Linkage(valid=span(since, until), **facts)
            if linkage.partner is None:
                raise ValidationError({"partner": _("Name one partner, either from the list or an organization.")})
            if not contains(lives[linkage.organization.pk], linkage.valid):
                raise ValidationError(
                    {"since": _("%(name)s does not exist on all of these days.") % {"name": linkage.organization.name}}
                )
            # What a check asks besides is whether these exist, one query each: they are objects here.
            check(linkage, exclude=("organization", "partner", "partner_organization", "brokered_by"), unique=False)
            made.append(linkage)
        except ValidationError as error:
            errors[number] = error
    if errors:
        raise RowErrors(errors)
    with in_words():
        Linkage.objects.bulk_create(made, batch_size=BATCH)
    if made:
        changed(*(row["organization"] for row in rows))
    return made


@transaction.atomic
def end(*, linkage: Linkage, on: datetime.date, by: Any, breached: bool = False) -> Linkage:
    """The linkage ends on `on`. Raises ValidationError when it did not hold before."""
    may_write(by, linkage.organization)
    hold(linkage)
    if on <= linkage.valid.lower or (linkage.valid.upper is not None and on > linkage.valid.upper):
        raise ValidationError({"on": _("The linkage does not hold on the day before.")})
    not_later_than_today(on, "on")
    later = linkage.transactions.filter(date__gte=on).order_by("-date").first()
    if later is not None:
        raise ValidationError({"on": _("A transaction of %(day)s comes later.") % {"day": later.date}})
    linkage.valid = DateRange(linkage.valid.lower, on)
    linkage.status = LinkageStatus.BREACHED if breached else LinkageStatus.ENDED
    keep(linkage, update=("valid", "status"))
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
    hold(linkage)
    upper = linkage.valid.upper
    if date < linkage.valid.lower or (upper is not None and date >= upper):
        raise ValidationError({"date": _("The day lies outside the linkage.")})
    if passed_on_to is not None:
        day = DateRange(date, date, "[]")
        if not (is_below(passed_on_to, linkage.organization, day) or is_below(linkage.organization, passed_on_to, day)):
            raise ValidationError({"passed_on_to": _("It is not in the network of the organization on that day.")})
    row = LinkageTransaction(
        linkage=linkage, date=date, type=type, amount=amount, currency=currency, passed_on_to=passed_on_to
    )
    keep(row, exclude=("crosses_network_boundary",))
    changed(linkage.organization)
    return row
