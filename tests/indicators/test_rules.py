"""Quality rules: each kind, and that the page's script finds the same (tests/browser/test_entry_rules.py)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from indicators.rules import Field, RuleSpec, Sheet, check

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "data" / "rules.json").read_text(encoding="utf-8"))

LEVELS = [f"R-{number}" for number in range(1, 10)]
FIELDS = {
    "M": Field("M", "Members", "integer"),
    "M.women": Field("M.women", "Members: women", "integer"),
    "M.men": Field("M.men", "Members: men", "integer"),
    "IN": Field("IN", "Joined", "integer"),
    "OUT": Field("OUT", "Left", "integer"),
    "S": Field("S", "Savings", "decimal", 0, 1000),
    "Y": Field("Y", "Registered", "yes_no", 0, 1),
    **{key: Field(key, f"Item {key}", "level", 1, 6) for key in LEVELS},
}
RULES = [
    RuleSpec("women-within", "compare", "error", ("M.women",), "<=", ("M",)),
    RuleSpec("sexes", "compare", "error", ("M.women", "M.men"), "==", ("M",)),
    RuleSpec("balance", "balance", "warning", ("M",), "", ("IN", "OUT")),
    RuleSpec("jump", "jump", "warning", limit=2),
    RuleSpec("growth", "growth", "warning", ("M",), limit=100),
    RuleSpec("fall", "fall", "warning", ("M",), limit=50),
    RuleSpec("straight", "straight_line", "warning", limit=90),
    RuleSpec("outlier", "outlier", "warning", ("S",)),
    RuleSpec("evidence", "evidence", "blocker", limit=4),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_sheet_is_told_what_is_wrong_with_it(case: dict[str, Any]) -> None:
    sheet = Sheet(
        case["values"],
        case.get("previous", {}),
        {key: tuple(fence) for key, fence in case.get("fences", {}).items()},
        case.get("evidence", {}),
    )
    found = [[one.key, one.rule, one.severity, one.message] for one in check(FIELDS, RULES, sheet)]
    assert found == case["found"]
