"""Load the catalogue, the rating scale and their translations from the files in data/, as often as you like.

What people changed on the pages of the catalogue stays as they left it.
"""

from __future__ import annotations

import csv
import re
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from django.db import models, transaction

from indicators.models import (
    Anchor,
    EntryField,
    Indicator,
    IndicatorLevel,
    IndicatorType,
    IndicatorVersion,
    Rule,
    Scale,
    ScaleItem,
    ScaleVersion,
)

DATA = Path(__file__).parent / "data"
SCALE_CODE = "organizational-strength"

M = TypeVar("M", bound=models.Model)
Translations = dict[tuple[str, str, str], dict[str, str]]


def _rows(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def translations(folder: Path = DATA / "translations") -> Translations:
    """(kind, code, field) → {language: text}, from one file for each language."""
    found: Translations = {}
    for path in sorted(folder.glob("*.csv")):
        for row in _rows(path):
            found.setdefault((row["kind"], row["code"], row["field"]), {})[path.stem] = row["text"]
    return found


def _of(texts: Translations, kind: str, code: str, fields: tuple[str, ...]) -> dict[str, dict[str, str]]:
    """{"fr": {"name": …}} for one row."""
    out: dict[str, dict[str, str]] = {}
    for field in fields:
        for language, text in texts.get((kind, code, field), {}).items():
            out.setdefault(language, {})[field] = text
    return out


@transaction.atomic
def load() -> dict[str, int]:
    """Load everything; returns how many indicators, items and anchors there are."""
    texts = translations()
    scale_rows = _rows(DATA / "rating_scale.csv")
    dimensions = {row["item_code"]: row["dimension"] for row in scale_rows}
    rows = _rows(DATA / "indicators.csv")
    for position, row in enumerate(rows, start=1):
        _indicator(row, position, dimensions.get(row["code"], ""), texts)
    for position, row in enumerate(_rows(DATA / "phase_indicators.csv"), start=len(rows) + 1):
        _phase_indicator(row, position, texts)
    for position, row in enumerate(_rows(DATA / "fields.csv"), start=1):
        _field(row, position, texts)
    for row in _rows(DATA / "rules.csv"):
        _rule(row)
    _scale(scale_rows, texts)
    return {
        "indicators": Indicator.objects.count(),
        "items": ScaleItem.objects.count(),
        "anchors": Anchor.objects.count(),
    }


def _put(model: type[M], key: dict[str, Any], values: dict[str, Any]) -> M:
    """A row as the file has it, unless a person changed it here."""
    row = model._default_manager.filter(**key).first()
    if row is not None and getattr(row, "edited_at", None):
        return row
    return model._default_manager.update_or_create(**key, defaults=values)[0]


def _version(indicator: Indicator, fields: dict[str, Any]) -> None:
    _put(IndicatorVersion, {"indicator": indicator, "number": 1}, fields)


def _indicator(row: dict[str, str], position: int, dimension: str, texts: Translations) -> None:
    code = row["code"]
    core = re.findall(r"\b(?:\d+(?:\.[\da-z]+)*|Policy \d|SF\.\d\.\d)", row["ifad_core_indicator"])
    indicator = _put(
        Indicator,
        {"code": code},
        {
            "level": IndicatorLevel.ORGANIZATION,
            "type": IndicatorType(row["type"]),
            "position": position,
            "dimension": dimension,
            "is_computed": "computed" in row["data_type"],
            "is_rating": bool(dimension),
            "ifad_core_indicators": core,
        },
    )
    _version(
        indicator,
        {
            "name": row["name"],
            "definition": row["definition"],
            "unit": row["unit"],
            "data_type": row["data_type"],
            "frequency": row["frequency"],
            "disaggregation": row["disaggregation"],
            "aggregation_rule": row["aggregation_rule"],
            "checks": row["quality_checks"],
            "source": row["source"],
            "translations": _of(texts, "indicator", code, ("name", "definition", "unit")),
        },
    )


def _phase_indicator(row: dict[str, str], position: int, texts: Translations) -> None:
    indicator = _put(
        Indicator,
        {"code": row["code"]},
        {
            "level": IndicatorLevel.PHASE,
            "type": IndicatorType.OUTPUT,
            "position": position,
            "related": Indicator.objects.filter(code=row["related"]).first(),
        },
    )
    _version(
        indicator,
        {
            "name": row["name"],
            "definition": row["definition"],
            "unit": row["unit"],
            "translations": _of(texts, "phase_indicator", row["code"], ("name", "definition", "unit")),
        },
    )


def _field(row: dict[str, str], position: int, texts: Translations) -> None:
    _put(
        EntryField,
        {"key": row["key"]},
        {
            "indicator": Indicator.objects.get(code=row["key"].split(".")[0]),
            "label": row["label"],
            "value_type": row["value_type"],
            "minimum": Decimal(row["minimum"]),
            "maximum": Decimal(row["maximum"]) if row["maximum"] else None,
            "basis": row["basis"],
            "collected_in": row["collected_in"].split(),
            "position": position,
            "translations": _of(texts, "field", row["key"], ("label",)),
        },
    )


def _rule(row: dict[str, str]) -> None:
    _put(
        Rule,
        {"code": row["code"]},
        {
            "kind": row["kind"],
            "severity": row["severity"],
            "left": row["left"].split(),
            "operator": row["operator"],
            "right": row["right"].split(),
            "limit": Decimal(row["limit"]) if row["limit"] else None,
        },
    )


def _scale(rows: list[dict[str, str]], texts: Translations) -> None:
    scale, _created = Scale.objects.update_or_create(
        code=SCALE_CODE, defaults={"name": "Organizational strength, six anchored levels"}
    )
    position = 0
    for row in rows:
        version, _created = ScaleVersion.objects.get_or_create(scale=scale, number=row["scale_version"])
        if version.edited_at:
            continue
        code = row["item_code"]
        if row["level"] == "1":
            position += 1
        item, _created = ScaleItem.objects.update_or_create(
            version=version,
            indicator=Indicator.objects.get(code=code),
            defaults={
                "position": position,
                "dimension": row["dimension"],
                "name": row["item"],
                "means_of_verification": row["means_of_verification"],
                "translations": _of(texts, "item", code, ("name", "means_of_verification")),
            },
        )
        field = f"level-{row['level']}"
        found = {language: {"text": text} for language, text in texts.get(("anchor", code, field), {}).items()}
        Anchor.objects.update_or_create(
            item=item, level=int(row["level"]), defaults={"text": row["anchor"], "translations": found}
        )
