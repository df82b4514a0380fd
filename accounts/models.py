"""People who sign in and the API tokens they give to their programs."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from knox.models import AbstractAuthToken, AuthTokenManager


class Language(models.TextChoices):
    ENGLISH = "en", "English"
    FRENCH = "fr", "Français"
    SPANISH = "es", "Español"
    ARABIC = "ar", "العربية"


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=self.normalize_email(email).strip(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """An administrator of the catalogue pages; scope is given by role assignments (programmes.access)."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):  # type: ignore[django-manager-missing]
    """Somebody who signs in with an e-mail address.

    Personal data: name and address, kept while the account is needed to explain who entered or approved a value.
    """

    email = models.EmailField(_("e-mail address"), max_length=254, unique=True)
    name = models.CharField(_("name"), max_length=150, blank=True)
    language = models.CharField(_("language"), max_length=5, choices=Language.choices, default=Language.ENGLISH)
    is_active = models.BooleanField(_("may sign in"), default=True)  # type: ignore[misc]
    is_staff = models.BooleanField(_("may open the administration pages"), default=False)
    is_demonstration = models.BooleanField(
        _("demonstration sign-in"),
        default=False,
        help_text=_("Works only where Trellis runs on one machine with ./dev run."),
    )
    tour_seen_at = models.DateTimeField(_("saw the tour"), null=True, blank=True, editable=False)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []  # type: ignore[misc]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_once_whatever_the_case"),
            models.CheckConstraint(condition=models.Q(language__in=Language.values), name="user_language_known"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_short_name(self) -> str:
        return self.name or self.email.split("@")[0]


class ApiTokenManager(AuthTokenManager, models.Manager["ApiToken"]):
    pass


class ApiToken(AbstractAuthToken):
    """A token acts as its user and never as more: read-only unless said otherwise, always with an end.

    Only a digest is stored; the token itself is shown once, when it is made.
    """

    name = models.CharField(_("what it is for"), max_length=100)
    can_write = models.BooleanField(_("may write"), default=False)
    last_used = models.DateTimeField(_("last used"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    objects = ApiTokenManager()

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["-created"]
        constraints = [
            models.CheckConstraint(condition=models.Q(expiry__isnull=False), name="api_token_has_an_end"),
            models.CheckConstraint(condition=~models.Q(name=""), name="api_token_says_what_for"),
        ]

    def __str__(self) -> str:
        return f"{self.token_key}… ({self.name})"

    @property
    def is_live(self) -> bool:
        return self.revoked_at is None and self.expiry is not None and self.expiry > timezone.now()
