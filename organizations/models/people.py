"""The optional register of persons. The model works with counts alone; this exists where consent was given.

Personal data: the least that exact net reach and leadership figures need; kept while the membership is needed for
them; read only by roles with the permission `personal_read`.
"""

from __future__ import annotations

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from organizations.models.base import inside_life, known, of_organization
from programmes.access import ByLinkedRows, ScopedQuerySet
from programmes.trails import tracked


class Sex(models.TextChoices):
    FEMALE = "female", _("female")
    MALE = "male", _("male")


class PovertyClass(models.TextChoices):
    POOREST = "poorest", _("poorest")
    POOR = "poor", _("poor")
    OTHER = "other", _("other")


class Person(models.Model):
    code = models.CharField(_("code"), max_length=40, unique=True)
    country = models.ForeignKey(
        "programmes.Place", on_delete=models.PROTECT, related_name="+", verbose_name=_("country")
    )
    birth_year = models.PositiveSmallIntegerField(_("year of birth"), null=True, blank=True)
    sex = models.CharField(_("sex"), max_length=10, choices=Sex.choices, blank=True)
    poverty_class = models.CharField(_("poverty class"), max_length=10, choices=PovertyClass.choices, blank=True)
    consent_on = models.DateField(_("consent given"))

    scope = ByLinkedRows(
        "organizations.PersonMembership",
        link="person",
        programme="organization__enrolments__programme",
        country="country",
    )
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("persons")
        constraints = [
            known("sex", Sex, "person_sex_known", blank=True),
            known("poverty_class", PovertyClass, "person_poverty_class_known", blank=True),
            models.CheckConstraint(
                condition=models.Q(birth_year__isnull=True) | models.Q(birth_year__gte=1900, birth_year__lte=2100),
                name="person_birth_year_plausible",
            ),
        ]

    def __str__(self) -> str:
        return self.code


@tracked()
class PersonMembership(models.Model):
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("person"))
    organization = models.ForeignKey(
        "organizations.Organization",
        on_delete=models.CASCADE,
        related_name="person_memberships",
        verbose_name=_("organization"),
    )
    valid = DateRangeField(_("valid"))
    exit_reason = models.CharField(_("reason for leaving"), max_length=200, blank=True)

    scope = of_organization("organization")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership of a person")
        verbose_name_plural = _("memberships of persons")
        constraints = [
            ExclusionConstraint(
                name="person_membership_no_overlap",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("organization", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(condition=models.Q(valid__isempty=False), name="person_membership_not_empty"),
        ]
        triggers = [
            inside_life("person_membership_inside_life"),
            pgtrigger.Trigger(
                name="person_membership_not_in_inter_professional",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    IF (SELECT o.kind = 'inter_professional' OR o.members_are = 'organizations'
                        FROM organizations_organization o WHERE o.id = NEW.organization_id) THEN
                        RAISE EXCEPTION 'the members of this organization are organizations, not persons'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'person_membership_of_persons';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.organization}"


@tracked()
class Office(models.Model):
    """A person holds an office in an organization."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="offices", verbose_name=_("person"))
    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.CASCADE, related_name="offices", verbose_name=_("organization")
    )
    title = models.CharField(_("title"), max_length=100)
    is_elected = models.BooleanField(_("elected"), default=True)
    valid = DateRangeField(_("valid"))

    scope = of_organization("organization")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("office")
        verbose_name_plural = _("offices")
        constraints = [
            ExclusionConstraint(
                name="office_no_overlap",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("organization", RangeOperators.EQUAL),
                    ("title", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(condition=models.Q(valid__isempty=False), name="office_valid_not_empty"),
        ]
        triggers = [inside_life("office_inside_life")]

    def __str__(self) -> str:
        return f"{self.title} · {self.organization}"
