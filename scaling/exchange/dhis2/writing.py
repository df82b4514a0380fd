"""The four ways in which data values are written: DHIS2's JSON, CSV and XML, and ADX. Each yields text as it goes."""

from __future__ import annotations

import csv
import datetime
import io
import json
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from django.utils import timezone

from scaling.exchange.dhis2 import codes
from scaling.exchange.dhis2.exporting import Export, Row, Wanted
from scaling.rest.renderers import harmless

HEADER = "dataelement,period,orgunit,catoptcombo,attroptcombo,value,storedby,lastupdated,comment,flwup"


def _moment(when: datetime.datetime | None) -> str:
    return when.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000" if when else ""


def _plain(row: Row) -> dict[str, Any]:
    found = {
        "dataElement": row.named[0],
        "period": row.period,
        "orgUnit": row.org_unit,
        "categoryOptionCombo": row.named[1],
        "attributeOptionCombo": row.attribute,
        "value": row.value,
        "storedBy": row.stored_by,
        "lastUpdated": _moment(row.updated),
        "comment": row.comment,
        "followUp": row.follow_up,
    }
    return {name: value for name, value in found.items() if value != ""}


def _common(wanted: Wanted) -> dict[str, str]:
    """What holds for the whole set, where one of it is asked for."""
    asked = {"dataSet": wanted.data_sets, "period": wanted.periods, "orgUnit": wanted.org_units}
    if wanted.children:
        del asked["orgUnit"]
    return {name: found[0] for name, found in asked.items() if len(found) == 1}


def as_json(export: Export) -> Iterator[str]:
    head = json.dumps(_common(export.wanted), ensure_ascii=False)[:-1]
    yield f'{head}{"," if len(head) > 1 else ""}"dataValues":['
    for n, row in enumerate(export.rows()):
        yield ("," if n else "") + json.dumps(_plain(row), ensure_ascii=False)
    yield "]}"


def as_csv(export: Export) -> Iterator[str]:
    yield HEADER + "\r\n"
    for row in export.rows():
        out = io.StringIO()
        flag = "true" if row.follow_up else "false"
        csv.writer(out).writerow(
            [row.named[0], row.period, row.org_unit, row.named[1], row.attribute, row.value, row.stored_by,
             _moment(row.updated), harmless(row.comment), flag]
        )  # fmt: skip
        yield out.getvalue()


def _attributes(found: Iterable[tuple[str, str]]) -> str:
    return "".join(f" {name}={quoteattr(text)}" for name, text in found if text)


def as_xml(export: Export) -> Iterator[str]:
    common = _attributes(_common(export.wanted).items())
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<dataValueSet xmlns="http://dhis2.org/schema/dxf/2.0"{common}>\n'
    for row in export.rows():
        found = {**_plain(row), "followUp": "true" if row.follow_up else "false"}
        yield f"<dataValue{_attributes(found.items())}/>\n"
    yield "</dataValueSet>\n"


def as_adx(export: Export) -> Iterator[str]:
    """Groups of one organisation unit and period."""
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n<adx xmlns="urn:ihe:qrph:adx:2015" '
        f'exported="{timezone.now().isoformat(timespec="seconds")}">\n'
    )

    def of(row: Row) -> tuple[tuple[str, str], ...]:
        return (
            ("orgUnit", row.org_unit),
            ("period", row.interval),
            ("dataSet", row.data_set),
            ("attributeOptionCombo", row.attribute),
            ("completeDate", row.completed.isoformat() if row.completed else ""),
        )

    for group, rows in groupby(export.rows(), of):
        yield f"<group{_attributes(group)}>\n"
        for row in rows:
            parts = row.element.dimensions or (
                {} if row.element.combo == codes.DEFAULT else {"categoryOptionCombo": row.named[1]}
            )
            told = _attributes([("dataElement", row.named[0]), *parts.items(), ("value", row.value)])
            note = f"><annotation>{escape(row.comment)}</annotation></dataValue>" if row.comment else "/>"
            yield f"<dataValue{told}{note}\n"
        yield "</group>\n"
    yield "</adx>\n"


WRITERS: dict[str, Callable[[Export], Iterator[str]]] = {
    "json": as_json, "csv": as_csv, "xml": as_xml, "adx": as_adx,
}  # fmt: skip
