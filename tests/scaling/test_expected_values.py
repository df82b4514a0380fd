"""The figures of the note's boxes through the API: value to the digits given, null with its reason, bounds flagged."""

from __future__ import annotations

import csv
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from django.test import Client

from scaling.metrics import METRICS

ROWS = list(
    csv.DictReader((Path(__file__).parent / "data" / "expected_values.csv").read_text(encoding="utf-8").splitlines())
)


def test_all_143_values_are_here() -> None:
    assert len(ROWS) == 143
    assert len({row["id"] for row in ROWS}) == 143


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_the_api_gives_the_expected_value(api: Client, row: dict[str, str]) -> None:
    answer = api.get(f"/api/v1/metrics/{row['metric']}/?{row['query']}&basis={row['basis']}")
    assert answer.status_code == 200, answer.content
    (found,) = answer.json()["results"]
    assert found["basis"] == row["basis"]
    if row["expected"] == "":
        assert (found["value"], found["null_reason"]) == (None, row["null_reason"])
        return
    assert found["null_reason"] is None, found
    assert isinstance(found["value"], str)
    digits = Decimal(1).scaleb(-int(row["decimals"]))
    assert Decimal(found["value"]).quantize(digits, rounding=ROUND_HALF_UP) == Decimal(row["expected"])
    if row["bound"]:
        other = {"lower": "upper", "upper": "lower"}[row["bound"]]
        assert (found[f"{row['bound']}_bound"], found[f"{other}_bound"]) == (True, False)


def test_the_mean_of_ratios_is_not_offered() -> None:
    assert not [name for name in METRICS if "mean" in name]
