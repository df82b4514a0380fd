"""Upkeep of the quality rules: add one, change one, switch one off.

Some rules say what the database holds anyway (parts within their total, women and men make it): those stay as they are,
as switching them off would only turn a sentence into a refusal.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from indicators.models import EntryField, Indicator, Rule, RuleKind, Severity
from programmes.access import Permission, require

#: Kinds that need a limit, and what it counts.
LIMITED = frozenset({RuleKind.JUMP, RuleKind.GROWTH, RuleKind.FALL, RuleKind.STRAIGHT_LINE, RuleKind.EVIDENCE})
#: Kinds that speak of ratings; without keys they mean all of them.
OF_RATINGS = frozenset({RuleKind.JUMP, RuleKind.STRAIGHT_LINE, RuleKind.EVIDENCE})
#: The level from which the database wants evidence before a return is submitted.
EVIDENCE_FROM = 4


def holds_in_database(rule: Rule) -> bool:
    """Whether the trigger on returns refuses the same."""
    if rule.kind == RuleKind.EVIDENCE:
        return not rule.left and rule.limit == EVIDENCE_FROM
    if rule.kind != RuleKind.COMPARE or len(rule.right) != 1 or "." in rule.right[0]:
        return False
    total = rule.right[0]
    if rule.operator == "<=":
        return len(rule.left) == 1 and rule.left[0].startswith(f"{total}.")
    return sorted(rule.left) == [f"{total}.men", f"{total}.women"]


def hold_parts_within_total(indicator: Indicator) -> None:
    """Rules for what the database refuses, so that it is said in words before."""
    keys = set(indicator.fields.values_list("key", flat=True))
    total = indicator.code
    if total not in keys:
        return
    there = {
        (tuple(sorted(left)), operator)
        for left, operator, right in Rule.objects.filter(kind=RuleKind.COMPARE, right=[total]).values_list(
            "left", "operator", "right"
        )
    }
    wanted = [([key], "<=") for key in sorted(keys - {total})]
    if {f"{total}.women", f"{total}.men"} <= keys:
        wanted.append(([f"{total}.women", f"{total}.men"], "=="))
    for left, operator in wanted:
        if (tuple(sorted(left)), operator) in there:
            continue
        name = left[0].replace(".", "-") + "-within" if operator == "<=" else f"{total}-sexes-add-up"
        Rule.objects.create(
            code=_free_code(name.lower().replace("_", "-")),
            kind=RuleKind.COMPARE,
            severity=Severity.ERROR,
            left=left,
            operator=operator,
            right=[total],
            edited_at=timezone.now(),
        )


def _free_code(code: str) -> str:
    taken = set(Rule.objects.filter(code__startswith=code).values_list("code", flat=True))
    return next(one for one in (code, *(f"{code}-{n}" for n in range(2, len(taken) + 3))) if one not in taken)


def _check(rule: Rule) -> None:
    errors: dict[str, str] = {}
    known = dict(EntryField.objects.values_list("key", "value_type"))
    for field, keys in (("left", rule.left), ("right", rule.right)):
        unknown = [key for key in keys if key not in known]
        if unknown:
            errors[field] = _("There is no field with the key %(key)s.") % {"key": unknown[0][:60]}
        elif len(set(keys)) < len(keys):
            errors[field] = _("A key stands here twice.")
    if rule.kind == RuleKind.COMPARE:
        if not rule.left:
            errors.setdefault("left", _("Name the keys whose sum is compared."))
        if not rule.right:
            errors.setdefault("right", _("Name the keys that it is compared with."))
        if not rule.operator:
            errors["operator"] = _("Say how the two sides compare.")
    elif rule.kind == RuleKind.BALANCE:
        if len(rule.left) != 1:
            errors.setdefault("left", _("Name the one key of the stock."))
        if len(rule.right) != 2:
            errors.setdefault("right", _("Name two keys: what came in, and what went out."))
    else:
        if rule.right:
            errors.setdefault("right", _("Nothing is compared in a rule of this kind; leave it empty."))
        if rule.kind in OF_RATINGS:
            if any(known.get(key) != "level" for key in rule.left):
                errors.setdefault("left", _("A rule of this kind is about ratings."))
        elif not rule.left:
            errors.setdefault("left", _("Name the keys that the rule is about."))
    if rule.kind in LIMITED and rule.limit is None:
        errors["limit"] = _("A rule of this kind needs a limit.")
    elif rule.kind not in LIMITED and rule.limit is not None:
        errors["limit"] = _("A rule of this kind has no limit; leave it empty.")
    elif rule.limit is not None and rule.limit <= 0:
        errors["limit"] = _("The limit is more than zero.")
    if errors:
        raise ValidationError(errors)


@transaction.atomic
def add_rule(
    *,
    code: str,
    kind: str,
    severity: str,
    by: Any,
    left: list[str] | None = None,
    operator: str = "",
    right: list[str] | None = None,
    limit: Decimal | None = None,
) -> Rule:
    """A new rule; it holds at once in grid, form, workbook and API wherever a round asks all its keys.

    Raises PermissionDenied, and ValidationError by field.
    """
    if by is not None:
        require(by, Permission.CATALOGUE_MANAGE)
    rule = Rule(
        code=code,
        kind=kind,
        severity=severity,
        left=left or [],
        operator=operator if kind == RuleKind.COMPARE else "",
        right=right or [],
        limit=limit,
        edited_at=timezone.now(),
    )
    if Rule.objects.filter(code=code).exists():
        raise ValidationError({"code": _("There is a rule with this code already.")})
    _check(rule)
    rule.full_clean()
    rule.save()
    return rule


@transaction.atomic
def change_rule(
    *,
    rule: Rule,
    severity: str,
    by: Any,
    left: list[str],
    operator: str,
    right: list[str],
    limit: Decimal | None,
    is_on: bool,
) -> Rule:
    """Change a rule, or switch it off. Code and kind stay, as confirmations of warnings are kept under them.

    Raises PermissionDenied, and ValidationError by field.
    """
    if by is not None:
        require(by, Permission.CATALOGUE_MANAGE)
    if holds_in_database(rule):
        raise ValidationError(_("The database holds this rule as well; it stays as it is."))
    rule.severity, rule.left, rule.right, rule.limit, rule.is_on = severity, left, right, limit, is_on
    rule.operator = operator if rule.kind == RuleKind.COMPARE else ""
    rule.edited_at = timezone.now()
    _check(rule)
    rule.full_clean()
    rule.save()
    return rule
