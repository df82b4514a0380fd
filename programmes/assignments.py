"""Give somebody a role in a programme or a country, and take it back."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from programmes.access import Permission, RoleName, require
from programmes.models import Place, Programme, RoleAssignment


@transaction.atomic
def assign(
    *,
    user: Any,
    role: RoleName | str,
    by: Any,
    programme: Programme | None = None,
    country: Place | None = None,
    since: datetime.date | None = None,
) -> RoleAssignment:
    """Give `user` a role from `since` on (today if not said).

    Raises PermissionDenied when `by` may not manage people there, ValidationError when role and scope do not fit or
    the person holds the role there already.
    """
    if by is not None:
        require(by, Permission.PEOPLE_MANAGE, programme=programme, country=country)
        if role == RoleName.ADMINISTRATOR:
            require(by, Permission.CATALOGUE_MANAGE)
    assignment = RoleAssignment(
        user=user,
        role=role,
        programme=programme,
        country=country,
        valid=DateRange(since or datetime.date.today(), None),
    )
    assignment.full_clean()
    assignment.save()
    return assignment


@transaction.atomic
def end(*, assignment: RoleAssignment, by: Any, on: datetime.date | None = None) -> None:
    """End a role on a day (half-open: on that day it no longer holds). The row stays as history."""
    if by is not None:
        require(by, Permission.PEOPLE_MANAGE, programme=assignment.programme, country=assignment.country)
    day = on or datetime.date.today()
    if assignment.valid.lower is not None and day <= assignment.valid.lower:
        assignment.delete()
        return
    assignment.valid = DateRange(assignment.valid.lower, day)
    assignment.full_clean()
    assignment.save(update_fields=["valid"])
