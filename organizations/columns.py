"""Columns of the register's exports that SQL has to say for itself (programmes/columns.py)."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, CharField, OuterRef, Subquery, Value, When

from organizations.models import ApexMembership, Organization, OrganizationStatus, ProgrammeEnrolment
from organizations.models.organizations import FAMILIES
from programmes.columns import Columns
from programmes.models import Programme


def _family(view: Any) -> Any:
    whens = [When(kind__in=sorted(kinds), then=Value(name)) for name, kinds in FAMILIES.items()]
    return Case(*whens, default=Value("other"), output_field=CharField())


def _status(view: Any) -> Any:
    rows = OrganizationStatus.objects.filter(organization=OuterRef("pk"), valid__contains=view.as_of)
    return Subquery(rows.values("status")[:1])


def _apexes(view: Any) -> Any:
    rows = ApexMembership.objects.filter(
        member=OuterRef("pk"),
        valid__contains=view.as_of,
        apex__in=Organization.objects.visible_to(view.request.user),
    )
    return ArraySubquery(rows.order_by("apex__code").values("apex__code"))


def _programmes(view: Any) -> Any:
    rows = ProgrammeEnrolment.objects.filter(
        organization=OuterRef("pk"),
        valid__contains=view.as_of,
        programme__in=Programme.objects.visible_to(view.request.user),
    )
    return ArraySubquery(rows.order_by("programme__code").values("programme__code"))


def _partner_organization(view: Any) -> Any:
    rows = Organization.objects.visible_to(view.request.user).filter(pk=OuterRef("partner_organization_id"))
    return Subquery(rows.values("code")[:1])


ORGANIZATION: Columns = {"family": _family, "status": _status, "apexes": _apexes, "programmes": _programmes}
LINKAGE: Columns = {"partner_organization": _partner_organization}
