"""Who is assigned to what. What a role may do stands in programmes/access.py."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from programmes.access import ByProgrammeOrCountry, RoleName, ScopedQuerySet
from programmes.vocabulary import always


class RoleAssignment(models.Model):
    """A person's role in a programme or a country, from a day until a day (half-open)."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="role_assignments",
        verbose_name=_("person"),
    )
    role = models.CharField(_("role"), max_length=30, choices=RoleName.choices)
    programme = models.ForeignKey(
        "programmes.Programme",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="role_assignments",
        verbose_name=_("programme"),
    )
    country = models.ForeignKey(
        "programmes.Place",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="role_assignments",
        verbose_name=_("country"),
    )
    valid = DateRangeField(_("valid"), default=always)

    scope = ByProgrammeOrCountry("programme", "country")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("role assignment")
        verbose_name_plural = _("role assignments")
        constraints = [
            models.CheckConstraint(condition=models.Q(role__in=RoleName.values), name="role_assignment_role_known"),
            models.CheckConstraint(
                condition=models.Q(role=RoleName.ADMINISTRATOR, programme__isnull=True, country__isnull=True)
                | models.Q(role=RoleName.COUNTRY_PROGRAMME_MANAGER, programme__isnull=True, country__isnull=False)
                | models.Q(role=RoleName.ME_OFFICER, programme__isnull=False, country__isnull=True)
                | models.Q(
                    role__in=[RoleName.VIEWER, RoleName.API_CLIENT], programme__isnull=True, country__isnull=False
                )
                | models.Q(
                    role__in=[RoleName.VIEWER, RoleName.API_CLIENT], programme__isnull=False, country__isnull=True
                ),
                name="role_assignment_scope_fits_role",
            ),
            models.CheckConstraint(condition=models.Q(valid__isempty=False), name="role_assignment_valid_not_empty"),
            # Two rows without a programme do not meet in the first, without a country not in the second.
            ExclusionConstraint(
                name="role_assignment_programme_no_overlap",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("programme", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
            ExclusionConstraint(
                name="role_assignment_country_no_overlap",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("country", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
            ExclusionConstraint(
                name="role_assignment_administrator_no_overlap",
                expressions=[("user", RangeOperators.EQUAL), ("valid", RangeOperators.OVERLAPS)],
                condition=models.Q(role=RoleName.ADMINISTRATOR),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"
