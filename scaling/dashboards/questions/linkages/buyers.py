"""How much hangs on one buyer: the index of each organization with sales in the last twelve months."""

from __future__ import annotations

import datetime
from collections import defaultdict
from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from organizations.models import LinkageTransaction, TransactionType
from scaling import figures, formats
from scaling.dashboards.common import counted
from scaling.dashboards.frame import Asked
from scaling.dashboards.page import Cell, Column, Empty, FigureCard
from scaling.dashboards.questions.linkages import agreed
from scaling.dashboards.questions.linkages.agreed import Agreed, Buyers
from scaling.metrics.dependency import concentration
from scaling.register_sql.linkage_totals import CLASSES

YEAR = datetime.timedelta(days=365)


def read(asked: Asked, found: Agreed) -> Buyers:
    """Of the organizations that sold through a linkage in the year up to the day, in one currency."""
    if found.buyers is not None:
        return found.buyers
    known = [] if found.too_many else _indices(asked, found)
    counts = [0] * (len(CLASSES) + 1)
    for index in known:
        counts[sum(index >= edge for edge in CLASSES)] += 1
    limit = asked.now.row("dependent_share").thresholds.concentration
    return Buyers(tuple(counts), sum(1 for index in known if index > limit))


def _indices(asked: Asked, found: Agreed) -> list[Decimal]:
    rows = (
        LinkageTransaction.objects.filter(
            linkage__in=agreed.linkages(asked, found.on).order_by().values("pk"),
            type=TransactionType.SALE,
            date__gt=found.on - YEAR,
            date__lte=found.on,
        )
        .order_by()
        .values_list("linkage__organization", "currency", "linkage__partner", "linkage__partner_organization")
        .annotate(amount=Sum("amount"))
    )
    sold: dict[int, dict[str, list[Decimal]]] = defaultdict(lambda: defaultdict(list))
    for organization, currency, _partner, _other, amount in rows:
        sold[organization][currency].append(amount)
    known = (concentration(next(iter(one.values()))) for one in sold.values() if len(one) == 1)
    return [index for index in known if index is not None]


def card(asked: Asked, found: Agreed, known: Buyers) -> FigureCard:
    title = _("Dependence on one buyer")
    limit = asked.now.row("dependent_share").thresholds.concentration
    counts = list(known.counts)
    lows = (Decimal(0), *CLASSES[:-1])
    labels = [f"{formats.number(low, 1)} – {formats.number(high, 1)}" for low, high in zip(lows, CLASSES, strict=True)]
    labels.append(_("1: one buyer"))
    texts = [ngettext("%(n)s organization", "%(n)s organizations", n) % {"n": formats.number(n)} for n in counts]
    table = asked.table(
        "buyers",
        [Column(_("Index of concentration")), Column(_("Organizations"), numeric=True)],
        [[Cell(label), counted(n)] for label, n in zip(labels, counts, strict=True)],
        caption=_("Organizations with sales by the concentration of their buyers"),
        title=title,
    )
    if not known.n:
        text = _("No sale through a linkage is on record in the year before %(day)s; it is entered at the linkage.") % {
            "day": formats.day(found.on)
        }
        empty = Empty(_("Not enough data"), text, _("Organizations"), asked.organizations_url())
        return FigureCard("buyers", title, "", table, None, span=6, empty=empty)
    reading = ngettext(
        "%(above)s of %(n)s organization with sales is above %(limit)s; %(one)s sells to a single buyer.",
        "%(above)s of %(n)s organizations with sales are above %(limit)s; %(one)s sell to a single buyer.",
        known.n,
    ) % {
        "above": formats.number(known.above),
        "n": formats.number(known.n),
        "limit": formats.number(limit, 2),
        "one": formats.number(counts[-1]),
    }
    roles = ["plain" if high <= limit else "loss" for high in CLASSES] + ["loss"]
    figure = figures.histogram(labels, counts, texts, roles=roles, axis=_("sum of squared shares of buyers"))
    return FigureCard("buyers", title, reading, table, figure, _("sales of the last twelve months, every tier"), 6, 320)
