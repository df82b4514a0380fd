"""The one place that decides who may see and do what.

A role is a description in words and the permissions that make it true. A scope is a set of programmes and countries.
Every model that a request can reach names its `scope` rule, and every queryset that a request reaches has gone
through `visible_to(user)`. What is out of scope does not exist for the asker: 404, never 403.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

M = TypeVar("M", bound=models.Model)


class Permission(StrEnum):
    """What one may do inside a scope."""

    READ = "read"
    REGISTRY_WRITE = "registry_write"
    RETURNS_ENTER = "returns_enter"
    RETURNS_REVIEW = "returns_review"
    ROUNDS_MANAGE = "rounds_manage"
    CATALOGUE_MANAGE = "catalogue_manage"
    PEOPLE_MANAGE = "people_manage"
    FIGURES_MANAGE = "figures_manage"
    AUDIT_READ = "audit_read"
    PERSONAL_READ = "personal_read"


class RoleName(models.TextChoices):
    ADMINISTRATOR = "administrator", _("administrator")
    COUNTRY_PROGRAMME_MANAGER = "country_programme_manager", _("country programme manager")
    ME_OFFICER = "me_officer", _("M&E officer")
    VIEWER = "viewer", _("viewer")
    API_CLIENT = "api_client", _("API client")


@dataclass(frozen=True)
class Role:
    name: RoleName
    description: str | Promise
    permissions: frozenset[Permission]


ROLES: dict[str, Role] = {
    role.name.value: role
    for role in (
        Role(
            RoleName.ADMINISTRATOR,
            _("Sets up programmes, instruments and people everywhere; enters and approves nothing."),
            frozenset(Permission) - {Permission.RETURNS_ENTER, Permission.RETURNS_REVIEW},
        ),
        Role(
            RoleName.COUNTRY_PROGRAMME_MANAGER,
            _("Reads everything in their countries, approves what others entered, manages rounds and people there."),
            frozenset(
                {
                    Permission.READ,
                    Permission.REGISTRY_WRITE,
                    Permission.RETURNS_REVIEW,
                    Permission.ROUNDS_MANAGE,
                    Permission.PEOPLE_MANAGE,
                    Permission.AUDIT_READ,
                    Permission.PERSONAL_READ,
                }
            ),
        ),
        Role(
            RoleName.ME_OFFICER,
            _("Keeps the register of their programmes, enters returns and submits them; approves nothing."),
            frozenset(
                {
                    Permission.READ,
                    Permission.REGISTRY_WRITE,
                    Permission.RETURNS_ENTER,
                    Permission.AUDIT_READ,
                    Permission.PERSONAL_READ,
                }
            ),
        ),
        Role(RoleName.VIEWER, _("Reads the programmes or countries given to them."), frozenset({Permission.READ})),
        Role(
            RoleName.API_CLIENT,
            _("A program that reads through the API with a token; never more than its user may see."),
            frozenset({Permission.READ}),
        ),
    )
}


@dataclass(frozen=True)
class Scope:
    """Where a person holds a permission: everywhere, or in these programmes and these countries (ids)."""

    everything: bool = False
    programmes: frozenset[int] = field(default_factory=frozenset)
    countries: frozenset[int] = field(default_factory=frozenset)
    #: Countries of the programmes above: their own policy events and places of work concern the reader too.
    countries_of_programmes: frozenset[int] = field(default_factory=frozenset)
    #: Who asks, for rows that are theirs alone.
    person: int | None = None

    @property
    def is_empty(self) -> bool:
        return not (self.everything or self.programmes or self.countries)


NOWHERE = Scope()


def _roles_in_force(user: Any) -> list[tuple[str, int | None, int | None]]:
    """Read once for each user object, that is once a request."""
    cached: list[tuple[str, int | None, int | None]] | None = user.__dict__.get("_trellis_roles")
    if cached is None:
        assignment = apps.get_model("programmes", "RoleAssignment")
        rows = assignment._default_manager.filter(user=user, valid__contains=datetime.date.today())
        cached = list(rows.values_list("role", "programme_id", "country_id"))
        user.__dict__["_trellis_roles"] = cached
    return cached


def _resolve(user: Any) -> dict[Permission, Scope]:
    """All scopes of a person, in two queries."""
    rows = _roles_in_force(user)
    programme = apps.get_model("programmes", "Programme")
    pairs: list[tuple[int, int]] = []
    if any(programme_id or country_id for _role, programme_id, country_id in rows):
        pairs = list(programme._default_manager.filter(countries__isnull=False).values_list("pk", "countries__pk"))
    scopes: dict[Permission, Scope] = {}
    for permission in Permission:
        granted = [row for row in rows if permission in ROLES[row[0]].permissions]
        if any(role == RoleName.ADMINISTRATOR for role, _p, _c in granted):
            scopes[permission] = Scope(everything=True, person=user.pk)
            continue
        countries = {country_id for _role, _p, country_id in granted if country_id is not None}
        programmes = {programme_id for _role, programme_id, _c in granted if programme_id is not None}
        programmes |= {programme_id for programme_id, place_id in pairs if place_id in countries}
        scopes[permission] = Scope(
            programmes=frozenset(programmes),
            countries=frozenset(countries),
            countries_of_programmes=frozenset(place for prog, place in pairs if prog in programmes) | countries,
            person=user.pk,
        )
    return scopes


def scope_of(user: Any, permission: Permission = Permission.READ) -> Scope:
    """Where `user` holds `permission` today. Resolved once for each user object, that is once a request."""
    if user is None or not user.is_authenticated or not user.is_active:
        return NOWHERE
    cached: dict[Permission, Scope] | None = user.__dict__.get("_trellis_scopes")
    if cached is None:
        cached = user.__dict__["_trellis_scopes"] = _resolve(user)
    return cached[permission]


def roles_of(user: Any) -> list[str]:
    """Names of the roles in force, strongest first, each once."""
    if user is None or not user.is_authenticated:
        return []
    held = {role for role, _p, _c in _roles_in_force(user)}
    return [name for name in RoleName.values if name in held]


def holders(permission: Permission, programme: Any, *, everywhere: bool = False) -> list[Any]:
    """Active people who hold `permission` on a programme today, by the programme itself or by its country; with
    `everywhere` also who holds it on all of them."""
    assignment = apps.get_model("programmes", "RoleAssignment")
    names = [name for name, role in ROLES.items() if permission in role.permissions]
    where = models.Q(programme=programme) | models.Q(country__in=programme.countries.all())
    if everywhere and RoleName.ADMINISTRATOR in names:
        where |= models.Q(role=RoleName.ADMINISTRATOR)
    rows = assignment._default_manager.filter(
        where, role__in=names, valid__contains=datetime.date.today(), user__is_active=True
    ).select_related("user")
    return list({row.user_id: row.user for row in rows}.values())


# --- scope rules: how the rows of a model hang on programmes and countries -------------------------------------------
class ScopeRule(Protocol):
    def restrict(self, scope: Scope) -> models.Q | None:
        """The condition for rows inside the scope; None stands for no row at all."""
        ...


@dataclass(frozen=True)
class Everyone:
    """Reference data without a home: places, partners, the catalogue. Whoever may read anything may read it."""

    def restrict(self, scope: Scope) -> models.Q | None:
        return None if scope.is_empty else models.Q()


@dataclass(frozen=True)
class ByProgramme:
    path: str

    def restrict(self, scope: Scope) -> models.Q | None:
        return models.Q(**{f"{self.path}__in": scope.programmes}) if scope.programmes else None


@dataclass(frozen=True)
class ByCountry:
    path: str

    def restrict(self, scope: Scope) -> models.Q | None:
        seen = scope.countries_of_programmes
        return models.Q(**{f"{self.path}__in": seen}) if seen else None


@dataclass(frozen=True)
class ByCountryOrEverywhere:
    """Rows of a country, and rows without one, which hold everywhere and so concern all who read anything."""

    path: str

    def restrict(self, scope: Scope) -> models.Q | None:
        if scope.is_empty:
            return None
        return models.Q(**{f"{self.path}__isnull": True}) | models.Q(
            **{f"{self.path}__in": scope.countries_of_programmes}
        )


@dataclass(frozen=True)
class ByProgrammeOrCountry:
    """`for_programmes_too`: rows of a country concern all who read a programme there, as its policy events do."""

    programme_path: str
    country_path: str
    for_programmes_too: bool = False

    def restrict(self, scope: Scope) -> models.Q | None:
        if scope.is_empty:
            return None
        countries = scope.countries_of_programmes if self.for_programmes_too else scope.countries
        return models.Q(**{f"{self.programme_path}__in": scope.programmes}) | models.Q(
            **{f"{self.country_path}__in": countries}
        )


@dataclass(frozen=True)
class ByPerson:
    """Rows that belong to who made them, as long as they have a role."""

    path: str

    def restrict(self, scope: Scope) -> models.Q | None:
        return None if scope.is_empty or scope.person is None else models.Q(**{self.path: scope.person})


@dataclass(frozen=True)
class ByLinkedRows:
    """Rows that several programmes share (an organization): a row of `model` links them, so that none comes twice.

    `model` is "app.Model", `link` its field that points at the row, `programme` its field that names the programme,
    `row` the path from the scoped model to the row, `country` the path to the row's country (may be empty).
    """

    model: str
    link: str
    programme: str = "programme"
    row: str = "pk"
    country: str = ""

    def restrict(self, scope: Scope) -> models.Q | None:
        if scope.is_empty:
            return None
        links = apps.get_model(self.model)._default_manager.filter(**{f"{self.programme}__in": scope.programmes})
        condition = models.Q(**{f"{self.row}__in": links.values(self.link)})
        if self.country and scope.countries:
            condition |= models.Q(**{f"{self.country}__in": scope.countries})
        return condition


class ScopedQuerySet(models.QuerySet[M]):
    """A queryset that knows who asks."""

    def visible_to(self, user: Any, permission: Permission = Permission.READ) -> ScopedQuerySet[M]:
        """Rows that `user` holds `permission` on; none for somebody without a role."""
        scope = scope_of(user, permission)
        if scope.everything:
            return self
        condition = self.model.scope.restrict(scope)  # type: ignore[attr-defined]
        return self.none() if condition is None else self.filter(condition)


def may(user: Any, permission: Permission, *, programme: Any = None, country: Any = None) -> bool:
    """Does `user` hold `permission` on this programme or country (or anywhere, if neither is named)?"""
    scope = scope_of(user, permission)
    if scope.everything:
        return True
    if programme is None and country is None:
        return not scope.is_empty
    return (programme is not None and programme.pk in scope.programmes) or (
        country is not None and country.pk in scope.countries
    )


def require(user: Any, permission: Permission, *, programme: Any = None, country: Any = None) -> None:
    """Raises PermissionDenied with a sentence when `user` does not hold `permission` there."""
    if not may(user, permission, programme=programme, country=country):
        raise PermissionDenied(_("Your role does not allow this here."))


def scoped_models() -> Iterable[type[models.Model]]:
    """Models that can be reached from a request, by their `scope` rule."""
    return (model for model in apps.get_models() if hasattr(model, "scope"))
