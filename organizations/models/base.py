"""What the models of this floor share: scope, money checks, history, the trigger that keeps facts inside a life."""

from __future__ import annotations

import pgtrigger
from django.db import models

from programmes.access import ByLinkedRows

ENROLMENT = "organizations.ProgrammeEnrolment"


def of_organization(path: str) -> ByLinkedRows:
    """Scope of rows that hang on an organization by `path`."""
    return ByLinkedRows(ENROLMENT, link="organization", row=path, country=f"{path}__country")


def known(field: str, choices: type[models.TextChoices], name: str, *, blank: bool = False) -> models.CheckConstraint:
    """The database knows the values of a choice too."""
    condition = models.Q(**{f"{field}__in": choices.values})
    if blank:
        condition |= models.Q(**{field: ""})
    return models.CheckConstraint(condition=condition, name=name)


def money(name: str, amount: str = "value") -> list[models.CheckConstraint]:
    """An amount has a currency, and is not negative (I-10)."""
    return [
        models.CheckConstraint(
            condition=models.Q(**{f"{amount}__isnull": True, "currency": ""})
            | models.Q(**{f"{amount}__isnull": False, "currency__regex": r"^[A-Z]{3}$"}),
            name=f"{name}_amount_with_currency",
        ),
        models.CheckConstraint(
            condition=models.Q(**{f"{amount}__isnull": True}) | models.Q(**{f"{amount}__gte": 0}),
            name=f"{name}_amount_not_negative",
        ),
    ]


def inside_life(
    name: str, *, span: str = "NEW.valid", columns: tuple[str, ...] = ("organization_id",)
) -> pgtrigger.Trigger:
    """Refuses a row dated before the formation or after the end of the organization (I-03)."""
    checks = "\n".join(
        f"""
        IF NOT {span} <@ organizations_lifespan(NEW.{column}) THEN
            RAISE EXCEPTION 'dated before the formation or after the end of the organization'
                USING ERRCODE = 'check_violation', CONSTRAINT = '{name}';
        END IF;"""
        for column in columns
    )
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        func=f"{checks}\nRETURN NEW;",
    )
