"""API tokens: make one, revoke one."""

from __future__ import annotations

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import ApiToken, User

LONGEST_DAYS = 366


def create(*, user: User, name: str, days: int, can_write: bool = False) -> tuple[ApiToken, str]:
    """Make a token for `user` that ends after `days` days.

    Returns the stored token and the secret, which can never be read again.
    Raises ValidationError when the name is empty or the days are outside 1..366.
    """
    if not name.strip():
        raise ValidationError({"name": _("Say what the token is for, for instance the program that will use it.")})
    if not 1 <= days <= LONGEST_DAYS:
        raise ValidationError(
            {"days": _("A token lives from 1 to %(days)d days.") % {"days": LONGEST_DAYS}}, code="out_of_range"
        )
    token, secret = ApiToken.objects.create(
        user=user,
        expiry=timedelta(days=days),  # type: ignore[misc]
        name=name.strip(),
        can_write=can_write,
    )
    return token, secret


def revoke(*, token: ApiToken) -> None:
    """End a token at once; the row stays so that it can be told later who held which token."""
    ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=timezone.now())
