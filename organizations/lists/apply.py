"""Write what a list says, through the operations that everybody uses; what they refuse is told at the rows."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError

from organizations import apex_memberships, bulk, linkages, registry
from organizations.apex_memberships import Joining
from organizations.bulk import RowErrors
from organizations.lists.cells import Row, first_day
from organizations.lists.known import Standing
from organizations.lists.likely import FILL, NEW
from organizations.models import ApexMembership, Linkage, Organization, Status
from programmes.models import Programme

#: Field of an operation → field of a list, where they differ.
AT_JOINING = {"on": "apex_since"}
AT_LINKING = {
    "kind": "linkage_kind",
    "form": "linkage_form",
    "causality": "linkage_causality",
    "since": "linkage_since",
    "until": "linkage_until",
}
AT_STATUS = {"on": "status_on"}


@dataclass
class Applied:
    """How many rows became what."""

    made: int = 0
    filled: int = 0
    joined: int = 0
    linked: int = 0
    filled_rows: list[int] = field(default_factory=list)

    @property
    def changes(self) -> int:
        return self.made + self.filled + self.joined + self.linked


def apply(rows: Sequence[Row], *, programme: Programme, by: Any) -> Applied:
    """Inside the caller's transaction. Errors stand at the rows afterwards; a row with an error is not written."""
    done = Applied()
    new = [row for row in rows if row.verdict == NEW and not row.errors]
    made = _tolerant(
        new,
        lambda good: bulk.register_many(rows=[_facts(row, programme) for row in good], programme=programme, by=by),
        {},
    )
    for row, organization in made:
        row.organization = organization
    done.made = len(made)
    same = [row for row in rows if row.verdict == FILL and row.same_as and not row.errors]
    standing = Organization.objects.in_bulk([row.same_as.pk for row in same if row.same_as])
    for row in same:
        row.organization = standing.get(row.same_as.pk) if row.same_as else None
    done.filled_rows = _fill([row for row in same if row.organization], by)
    done.filled = len(done.filled_rows)
    done.joined = _join(rows, by)
    done.linked = _link(rows, by)
    _status(rows, by)
    return done


def _fill(same: list[Row], by: Any) -> list[int]:
    """Numbers of the rows whose organization had something missing."""
    changed: set[int] = set()

    def fill(good: list[Row]) -> None:
        pairs = [(row.organization, _fillable(row)) for row in good if row.organization]
        changed.update(one.pk for one in bulk.fill_missing(rows=pairs, by=by))

    done = _tolerant(same, fill, {})
    return [row.number for row, _nothing in done if row.organization and row.organization.pk in changed]


def _tolerant(
    rows: list[Row], operation: Callable[[list[Row]], Sequence[Any] | None], names: dict[str, str]
) -> list[tuple[Row, Any]]:
    """The operation for as many rows as it takes; the others keep its sentences. (row, its result) of the former."""
    good = list(rows)
    while good:
        try:
            results = operation(good)
        except RowErrors as refused:
            for number, error in refused.errors.items():
                tell(good[number], error, names)
            good = [row for number, row in enumerate(good) if number not in refused.errors]
        else:
            return list(zip(good, results or [None] * len(good), strict=True))
    return []


def tell(row: Row, error: ValidationError, names: dict[str, str]) -> None:
    """An operation's sentences at the row's fields."""
    by_field = error.message_dict if hasattr(error, "error_dict") else {"name": error.messages}
    for key, texts in by_field.items():
        row.errors[names.get(key, key if key != "__all__" else "name")] = " ".join(texts)


def _facts(row: Row, programme: Programme) -> dict[str, Any]:
    values = row.values
    status = values["status"]
    return {
        "code": values["code"],
        "name": values["name"],
        "kind": values["kind"],
        "tier": values["tier"],
        "place": values["place"],
        "formed_on": values["formed_on"].first,
        "formed_precision": values["formed_on"].precision,
        "promoter": values["promoter"],
        "status": status if status == Status.FORMING else Status.ACTIVE,
        "is_synthetic": programme.is_synthetic,
        **({"members_are": values["members_are"]} if values.get("members_are") else {}),
        **_fillable(row),
    }


def _fillable(row: Row) -> dict[str, Any]:
    values = row.values
    facts = {
        "registered_on": first_day(values.get("registered_on")),
        "registration_law": values.get("registration_law"),
        "registration_number": values.get("registration_number"),
        "commodities": values.get("commodities"),
    }
    return {key: value for key, value in facts.items() if value}


def _apex_of(row: Row, standing: dict[int, Organization]) -> Organization | None:
    apex = row.apex
    if isinstance(apex, Row):
        return apex.organization or (standing.get(apex.same_as.pk) if apex.same_as else None)
    return standing.get(apex.pk) if isinstance(apex, Standing) else None


def _join(rows: Sequence[Row], by: Any) -> int:
    """Memberships, once every row of the list is in the register; one that holds already is left alone."""
    wanting = [row for row in rows if row.organization and row.apex and not row.errors]
    targets = [row.apex.same_as if isinstance(row.apex, Row) else row.apex for row in wanting]
    standing = Organization.objects.in_bulk([one.pk for one in targets if one is not None])  # type: ignore[union-attr]
    members = [row.organization.pk for row in wanting if row.organization and row.verdict == FILL]
    held = {
        (member, apex)
        for member, apex in ApexMembership.objects.filter(member__in=members).values_list("member_id", "apex_id")
    }
    joining: list[Row] = []
    apexes: dict[int, Organization] = {}
    for row in wanting:
        apex = _apex_of(row, standing)
        if apex is not None and (row.organization.pk, apex.pk) not in held:  # type: ignore[union-attr]
            apexes[row.number] = apex
            joining.append(row)

    def join(good: list[Row]) -> Sequence[ApexMembership]:
        pairs = [
            Joining(row.organization, apexes[row.number], row.values["apex_since"].first)  # type: ignore[arg-type]
            for row in good
        ]
        return apex_memberships.join_many(rows=pairs, by=by)

    return len(_tolerant(joining, join, AT_JOINING))


def _link(rows: Sequence[Row], by: Any) -> int:
    wanting = [row for row in rows if row.organization and row.values.get("partner") and not row.errors]
    members = [row.organization.pk for row in wanting if row.organization and row.verdict == FILL]
    held = set(Linkage.objects.filter(organization__in=members).values_list("organization_id", "partner_id", "kind"))
    linking = [
        row
        for row in wanting
        if (row.organization.pk, row.values["partner"].pk, row.values["linkage_kind"]) not in held  # type: ignore[union-attr]
    ]

    def link(good: list[Row]) -> Sequence[Linkage]:
        return linkages.open_many(rows=[_linkage(row) for row in good], by=by)

    return len(_tolerant(linking, link, AT_LINKING))


def _linkage(row: Row) -> dict[str, Any]:
    values, until = row.values, row.values.get("linkage_until")
    return {
        "organization": row.organization,
        "partner": values["partner"],
        "kind": values["linkage_kind"],
        "form": values["linkage_form"],
        "causality": values["linkage_causality"],
        "since": values["linkage_since"].first,
        "until": until.last + datetime.timedelta(days=1) if until else None,
    }


def _status(rows: Sequence[Row], by: Any) -> None:
    """Dormant and disbanded organizations were active before: the second status follows the first."""
    for row in rows:
        status = row.values.get("status")
        if row.verdict == NEW and row.organization and not row.errors and status in (Status.DORMANT, Status.DISBANDED):
            on = row.values["status_on"].first
            try:
                registry.change_status(organization=row.organization, status=status, on=on, by=by)
            except ValidationError as error:
                tell(row, error, AT_STATUS)
