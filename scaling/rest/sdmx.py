"""SDMX-CSV 2.0 of metrics: a row for each figure, with its dimensions as codes.

Two dataflows, because figures of phases and of organizations have other dimensions. `_T` stands where a row is about
all that was selected, and the attributes name it. Countries are ISO 3166-1 alpha-3, units of money ISO 4217, periods
ISO 8601 (`2019-01-01/P1826D`: a start and how long; a date for a register on a day).
"""

from __future__ import annotations

import csv
import datetime
import io
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from rest_framework import renderers

from programmes.models import Phase, ProgrammeCountry
from programmes.vocabulary import NullReason
from scaling.metrics import REGISTER_METRICS
from scaling.rest.renderers import csv_cell, rows_of

MEDIA = "application/vnd.sdmx.data+csv"
AGENCY, VERSION = "TRELLIS", "1.0"
TOTAL = "_T"
HEAD = ("STRUCTURE", "STRUCTURE_ID", "ACTION")
DIMENSIONS = {
    "PHASE_METRICS": ("METRIC", "REF_AREA", "PROGRAMME", "PHASE", "AGAINST", "BASIS"),
    "ORGANIZATION_METRICS": (
        "METRIC", "REF_AREA", "PROGRAMME", "ROUND", "AGAINST", "GROUPING", "GROUP", "KIND", "TIER", "APEX",
        "ORGANIZATION", "DIMENSION", "MONTHS", "PRICES",
    ),
}  # fmt: skip
ATTRIBUTES = (
    "OBS_STATUS", "UNIT_MEASURE", "NULL_REASON", "LOWER_BOUND", "UPPER_BOUND", "PROGRAMMES", "PERIODS", "CAVEATS",
    "SYNTHETIC", "FORMULA_VERSION", "KNOWN_AT",
)  # fmt: skip
#: CL_OBS_STATUS: L was not collected, M cannot exist, Q is withheld, O is missing for another reason.
_MISSING = {
    NullReason.NOT_REPORTED: "L", NullReason.NOT_SURVEYED: "L", NullReason.NOT_APPLICABLE: "M",
    NullReason.SUPPRESSED_SMALL_N: "Q",
}  # fmt: skip


class SDMXRenderer(renderers.BaseRenderer):
    """`format=sdmx-csv` or `Accept: application/vnd.sdmx.data+csv;version=2.0.0`."""

    media_type = MEDIA
    format = "sdmx-csv"
    charset = None
    render_style = "binary"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        response = (renderer_context or {}).get("response")
        if response is not None:
            response["Content-Type"] = f"{MEDIA};version=2.0.0;labels=id;charset=utf-8"
            response["Content-Disposition"] = 'attachment; filename="metric.sdmx.csv"'
        name = (renderer_context or {}).get("kwargs", {}).get("name", "")
        flow = "ORGANIZATION_METRICS" if name in REGISTER_METRICS else "PHASE_METRICS"
        return to_sdmx(flow, rows_of(data or []))


def to_sdmx(flow: str, rows: list[Mapping[str, Any]]) -> bytes:
    """Rows of one metric; no byte order mark, which its readers do not expect."""
    told, seen = _Told(rows), DIMENSIONS[flow]
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*HEAD, *seen, "TIME_PERIOD", "OBS_VALUE", *ATTRIBUTES])
    for row in rows:
        cells = told.organizations(row) if flow == "ORGANIZATION_METRICS" else told.phases(row)
        cells |= told.common(row)
        writer.writerow(
            ["dataflow", f"{AGENCY}:{flow}({VERSION})", "I"]
            + [csv_cell(cells[name]) for name in (*seen, "TIME_PERIOD", "OBS_VALUE", *ATTRIBUTES)]
        )
    return out.getvalue().encode()


def _one(codes: Iterable[str]) -> str:
    """The code of one thing; the total where there are several or none."""
    found = list(codes)
    return found[0] if len(found) == 1 else TOTAL


class _Told:
    """Dimensions of rows; countries and dates are read once for all of them."""

    def __init__(self, rows: list[Mapping[str, Any]]) -> None:
        programmes = {code for row in rows for code in row["programmes"]}
        self.countries: dict[str, set[str]] = defaultdict(set)
        found = ProgrammeCountry.objects.filter(programme__code__in=programmes)
        for code, country in found.values_list("programme__code", "place__iso3"):
            self.countries[code].add(country)
        phases = {code for row in rows for code in row.get("phases", ())}
        self.dates = {
            phase.code: (phase.effectiveness or phase.approval, phase.completion or phase.closing)
            for phase in Phase.objects.filter(code__in=phases)
        }

    def common(self, row: Mapping[str, Any]) -> dict[str, Any]:
        reason = row["null_reason"]
        return {
            "METRIC": row["metric"],
            "PROGRAMME": _one(row["programmes"]),
            "AGAINST": row["against"] or TOTAL,
            "OBS_VALUE": row["value"],
            "OBS_STATUS": "A" if row["value"] is not None else _MISSING.get(reason, "O"),
            "UNIT_MEASURE": row["unit"],
            "NULL_REASON": reason,
            "LOWER_BOUND": row["lower_bound"],
            "UPPER_BOUND": row["upper_bound"],
            "PROGRAMMES": ";".join(row["programmes"]),
            "CAVEATS": ";".join(row["caveats"]),
            "SYNTHETIC": row["synthetic"],
            "FORMULA_VERSION": row["formula_version"],
            "KNOWN_AT": row["known_at"].isoformat() if row["known_at"] else None,
        }

    def _area(self, row: Mapping[str, Any]) -> str:
        return _one(sorted(set().union(*(self.countries[code] for code in row["programmes"]))))

    def phases(self, row: Mapping[str, Any]) -> dict[str, Any]:
        dates = [self.dates[code] for code in row["phases"] if code in self.dates]
        starts, ends = [start for start, _end in dates if start], [end for _start, end in dates if end]
        return {
            "REF_AREA": self._area(row),
            "PHASE": _one(row["phases"]),
            "BASIS": row["basis"],
            "TIME_PERIOD": _period(min(starts, default=None), max(ends, default=None)),
            "PERIODS": ";".join(row["phases"]),
        }

    def organizations(self, row: Mapping[str, Any]) -> dict[str, Any]:
        days = sorted(row["on"])
        by = row["by"]
        return {
            "REF_AREA": row["group"] if by == "place" else row["place"] or self._area(row),
            "ROUND": _one(row["rounds"]),
            "GROUPING": by,
            "GROUP": row["group"] or TOTAL,
            **{name.upper(): row[name] or TOTAL for name in ("kind", "tier", "apex", "organization", "dimension")},
            "MONTHS": row["months"] or TOTAL,
            "PRICES": row["prices"] or TOTAL,
            "TIME_PERIOD": days[-1] if days else None,
            "PERIODS": ";".join(day.isoformat() for day in days),
        }


def _period(start: datetime.date | None, end: datetime.date | None) -> str:
    """A start and how long, both ends counted; the start alone where no end is known."""
    if start is None or end is None or end < start:
        return (start or end or "") and (start or end).isoformat()  # type: ignore[union-attr]
    return f"{start.isoformat()}/P{(end - start).days + 1}D"
