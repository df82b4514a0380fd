"""What metrics and indicators mean, for the “?” beside a figure, a picture or a table: in words and as a formula.

The words of a metric are those of its declaration, which the API and the packs give too; those of an indicator are the
catalogue's, of the version in force.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from django.urls import reverse
from django.utils.translation import gettext as _

from indicators.models import IndicatorVersion
from scaling.dashboards import formulas
from scaling.dashboards.page import FigureCard, Headline, Page, Table
from scaling.metrics import METRICS, REGISTER_METRICS
from scaling.metrics.register import RegisterMetric
from scaling.metrics.registry import Metric


@dataclass(frozen=True)
class Definition:
    """A metric or an indicator. `formula`: in the reader's language; empty for what is counted and not computed.
    `source`: its code in the catalogue; `source_name`, `source_text`, `source_url`: what stands there."""

    name: str
    text: str
    unit: str = ""
    formula: str = ""
    source: str = ""
    source_name: str = ""
    source_text: str = ""
    source_url: str = ""


def of_metrics(names: Iterable[str]) -> list[Definition]:
    """Of these metrics, by family and name. KeyError for a metric that there is not."""
    every: dict[str, Metric | RegisterMetric] = {**METRICS, **REGISTER_METRICS}
    found = [every[name] for name in set(names)]
    return [
        Definition(
            metric.name,
            _(metric.definition),
            _(metric.unit) if metric.unit else "",
            formulas.translated(metric.formula),
            metric.catalogue_code,
        )
        for metric in sorted(found, key=lambda one: (one.family, one.name))
    ]


def _of_indicators(codes: set[str], user: Any) -> dict[str, Definition]:
    """By code, in one query whatever their number; none where none is asked for."""
    if not codes:
        return {}
    today = datetime.date.today()
    rows = IndicatorVersion.objects.visible_to(user).filter(indicator__code__in=codes, valid__contains=today)
    found = {}
    for row in rows.select_related("indicator"):
        code, name, text = row.indicator.code, row.text("name"), row.text("definition")
        url = reverse("indicators:indicator", kwargs={"code": code})
        found[code] = Definition(f"{code} · {name}", text, row.text("unit"), "", code, name, text, url)
    return found


Defined = TypeVar("Defined", Headline, FigureCard, Table)


def explain(page: Page, user: Any) -> None:
    """Put beside every figure, picture and table what the metrics and indicators mean that it names."""
    parts: list[Headline | FigureCard | Table] = [*page.headlines, *page.figures, *page.tables]
    metrics = {one.name: one for one in of_metrics(name for part in parts for name in part.metrics)}
    codes = {one.source for one in metrics.values() if one.source}
    indicators = _of_indicators(codes | {code for part in parts for code in part.indicators}, user)

    def defined(part: Defined) -> Defined:
        if not part.metrics and not part.indicators:
            return part
        found = [_with_source(metrics[name], indicators) for name in part.metrics]
        found += [indicators[code] for code in part.indicators if code in indicators]
        return replace(part, definitions=tuple(found))

    page.headlines = [defined(one) for one in page.headlines]
    page.figures = [defined(one) for one in page.figures]
    page.tables = [defined(one) for one in page.tables]


def _with_source(metric: Definition, indicators: dict[str, Definition]) -> Definition:
    source = indicators.get(metric.source)
    if source is None:
        return metric
    return replace(metric, source_name=source.source_name, source_text=source.source_text, source_url=source.source_url)


__all__ = ["Definition", "explain", "of_metrics"]
