"""Check the values of a return against the rules of the catalogue. Pure: plain data in, findings out.

`static/trellis/rules.js` does the same in the page and offline; tests/indicators/data/rules.json holds them together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Number = int | float | Decimal
_ZERO = Decimal(0)
#: Fewer levels than these say nothing about how they were given.
ENOUGH_LEVELS = 8

#: What is said, by kind. The page gets them translated, and fills them in the same way.
PATTERNS: dict[str, str | Promise] = {
    "integer": _("A whole number is expected."),
    "level": _("A whole level from 1 to 6 is expected."),
    "yes_no": _("1 for yes or 0 for no is expected."),
    "least": _("A number of %(limit)s at least is expected."),
    "most": _("A number of %(limit)s at most is expected."),
    "unknown": _("There is no field with this code in the round."),
    "part": _("%(left)s (%(a)s) is more than %(right)s (%(b)s). Enter at most %(b)s, or correct %(right)s."),
    "sum": _("%(left)s make %(a)s together, not %(b)s as %(right)s says."),
    "balance": _("With those who joined and left, %(c)s would follow from the last %(b)s, not %(a)s."),
    "jump": _("From %(b)s to %(a)s is more than %(limit)s levels since the last round."),
    "growth": _("%(a)s is more than %(limit)s %% above the last value, %(b)s."),
    "fall": _("%(a)s is more than %(limit)s %% below the last value, %(b)s."),
    "straight_line": _("%(a)s of %(b)s items have the same level."),
    "outlier": _("%(a)s is far from what similar organizations report (%(b)s to %(c)s)."),
    "evidence": _("Level %(limit)s and above needs evidence: say what was seen."),
    "number": _("This is not a number."),
    "long": _("This number has too many digits."),
    "two_ways": _("This can be read in two ways: write %(one)s or %(other)s."),
}


@dataclass(frozen=True)
class Field:
    """An entry field as rules see it. `label` is its full name in the reader's language."""

    key: str
    label: str
    value_type: str
    minimum: Number = 0
    maximum: Number | None = None

    @property
    def is_rating(self) -> bool:
        return self.value_type == "level"


@dataclass(frozen=True)
class RuleSpec:
    """A row of the rules' table; see `indicators.models.rules.Rule`."""

    code: str
    kind: str
    severity: str
    left: tuple[str, ...] = ()
    operator: str = "<="
    right: tuple[str, ...] = ()
    limit: Number | None = None


@dataclass(frozen=True)
class Finding:
    """Something about one key. `severity`: "error" | "blocker" | "warning"."""

    key: str
    rule: str
    severity: str
    message: str

    @property
    def mark(self) -> str:
        """Under which a confirmation is kept."""
        return f"{self.rule}:{self.key}"


@dataclass(frozen=True)
class Sheet:
    """One organization's values with what they are compared with. `fences`: key → (low, high) of similar ones."""

    values: Mapping[str, Number]
    previous: Mapping[str, Number] = field(default_factory=dict)
    fences: Mapping[str, tuple[Number, Number]] = field(default_factory=dict)
    evidence: Mapping[str, str] = field(default_factory=dict)


def check(fields: Mapping[str, Field], rules: Sequence[RuleSpec], sheet: Sheet) -> list[Finding]:
    """Everything that is to be said about a sheet, in the order of the rules. At most one format error for a key."""
    found: list[Finding] = []
    for key, value in sheet.values.items():
        problem = _format(fields.get(key), value)
        if problem:
            found.append(Finding(key, "format", "error", problem))
    broken = {finding.key for finding in found}
    good = Sheet(
        {key: value for key, value in sheet.values.items() if key not in broken},
        sheet.previous,
        sheet.fences,
        sheet.evidence,
    )
    for rule in rules:
        found += _KINDS[rule.kind](fields, rule, good)
    return found


def say(pattern: str, **words: Any) -> str:
    """A sentence of PATTERNS with its numbers."""
    return str(PATTERNS[pattern]) % {name: plain(word) for name, word in words.items()}


def plain(word: Any) -> str:
    """A number without noise; other words as they are."""
    if isinstance(word, int | float | Decimal):
        text = f"{Decimal(str(word)).normalize():f}"
        return "0" if text == "-0" else text
    return str(word)


def _format(field_: Field | None, value: Number) -> str:
    if field_ is None:
        return say("unknown")
    number = Decimal(str(value))
    if field_.value_type in ("integer", "level", "yes_no") and number != number.to_integral_value():
        return say(field_.value_type)
    least = Decimal(str(field_.minimum))
    most = None if field_.maximum is None else Decimal(str(field_.maximum))
    if number < least:
        return say(field_.value_type if field_.value_type in ("level", "yes_no") else "least", limit=least)
    if most is not None and number > most:
        return say(field_.value_type if field_.value_type in ("level", "yes_no") else "most", limit=most)
    return ""


def _label(fields: Mapping[str, Field], keys: Sequence[str]) -> str:
    return " + ".join(fields[key].label if key in fields else key for key in keys)


def _total(keys: Sequence[str], values: Mapping[str, Number]) -> Decimal | None:
    """The sum, when every key has a value."""
    total = _ZERO
    for key in keys:
        value = values.get(key)
        if value is None:
            return None
        total += value if isinstance(value, Decimal) else Decimal(str(value))
    return total


def _compare(fields: Mapping[str, Field], rule: RuleSpec, sheet: Sheet) -> list[Finding]:
    left, right = _total(rule.left, sheet.values), _total(rule.right, sheet.values)
    if left is None or right is None or (left == right if rule.operator == "==" else left <= right):
        return []
    pattern = "sum" if rule.operator == "==" else "part"
    message = say(pattern, left=_label(fields, rule.left), a=left, right=_label(fields, rule.right), b=right)
    return [Finding(rule.left[0], rule.code, rule.severity, message)]


def _balance(fields: Mapping[str, Field], rule: RuleSpec, sheet: Sheet) -> list[Finding]:
    now, moved = _total(rule.left, sheet.values), [_total((key,), sheet.values) for key in rule.right]
    before = _total(rule.left, sheet.previous)
    if now is None or before is None or moved[0] is None or moved[1] is None:
        return []
    expected = before + moved[0] - moved[1]
    if expected == now:
        return []
    return [Finding(rule.left[0], rule.code, rule.severity, say("balance", a=now, b=before, c=expected))]


def _jump(fields: Mapping[str, Field], rule: RuleSpec, sheet: Sheet) -> list[Finding]:
    assert rule.limit is not None
    return [
        Finding(key, rule.code, rule.severity, say("jump", a=value, b=sheet.previous[key], limit=rule.limit))
        for key, value in _levels(fields, rule, sheet).items()
        if key in sheet.previous and abs(value - sheet.previous[key]) > rule.limit  # type: ignore[operator]
    ]


def _growth(fields: Mapping[str, Field], rule: RuleSpec, sheet: Sheet) -> list[Finding]:
    assert rule.limit is not None
    found = []
    for key in rule.left:
        now, before = _total((key,), sheet.values), _total((key,), sheet.previous)
        if now is not None and before and now > before * (1 + Decimal(str(rule.limit)) / 100):
            found.append(Finding(key, rule.code, rule.severity, say("growth", a=now, b=before, limit=rule.limit)))
    return found


def _fall(fields: Mapping[str, Field], rule: RuleSpec, sheet: Sheet) -> list[Finding]:
    assert rule.limit is not None
    found = []
    for key in rule.left:
        now, before = _total((key,), sheet.values), _total((key,), sheet.previous)
        if now is not None and before and now < before * (1 - Decimal(str(rule.limit)) / 100):
            found.append(Finding(key, rule.code, rule.severity, say("fall", a=now, b=before, limit=rule.limit)))
    return found


def _straight_line(fields: Mapping[str, Field], rule: RuleSpec, sheet: Sheet) -> list[Finding]:
    assert rule.limit is not None
    levels = _levels(fields, rule, sheet)
    if len(levels) < ENOUGH_LEVELS:
        return []
    (_level, times), *_rest = Counter(levels.values()).most_common(1)
    if times * 100 <= Decimal(str(rule.limit)) * len(levels):
        return []
    return [Finding(next(iter(levels)), rule.code, rule.severity, say("straight_line", a=times, b=len(levels)))]


def _outlier(fields: Mapping[str, Field], rule: RuleSpec, sheet: Sheet) -> list[Finding]:
    found = []
    for key in rule.left:
        value, fence = sheet.values.get(key), sheet.fences.get(key)
        if value is not None and fence is not None and not fence[0] <= value <= fence[1]:
            found.append(Finding(key, rule.code, rule.severity, say("outlier", a=value, b=fence[0], c=fence[1])))
    return found


def _evidence(fields: Mapping[str, Field], rule: RuleSpec, sheet: Sheet) -> list[Finding]:
    assert rule.limit is not None
    return [
        Finding(key, rule.code, rule.severity, say("evidence", limit=rule.limit))
        for key, value in _levels(fields, rule, sheet).items()
        if value >= rule.limit and not str(sheet.evidence.get(key, "")).strip()  # type: ignore[operator]
    ]


def _levels(fields: Mapping[str, Field], rule: RuleSpec, sheet: Sheet) -> dict[str, Number]:
    """The ratings that a rule is about, in the order of the instrument."""
    keys = rule.left or [key for key, one in fields.items() if one.is_rating]
    return {key: sheet.values[key] for key in keys if key in sheet.values}


_KINDS = {
    "compare": _compare,
    "balance": _balance,
    "jump": _jump,
    "growth": _growth,
    "fall": _fall,
    "straight_line": _straight_line,
    "outlier": _outlier,
    "evidence": _evidence,
}


def as_json(fields: Mapping[str, Field], rules: Sequence[RuleSpec]) -> dict[str, Any]:
    """Fields, rules and sentences for the page's script, in the reader's language."""

    def number(value: Any) -> Any:
        return float(value) if isinstance(value, Decimal) else value

    return {
        "fields": {key: {k: number(v) for k, v in asdict(one).items()} for key, one in fields.items()},
        "rules": [{k: number(v) for k, v in asdict(rule).items()} for rule in rules],
        "patterns": {name: str(text) for name, text in PATTERNS.items()},
    }
