"""Who may sign in at all."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings


def may_sign_in(user: Any) -> bool:
    """Active people; demonstration people only where Trellis runs on one machine for itself."""
    return bool(user.is_active and (not user.is_demonstration or settings.MODE != "production"))


class EmailBackend(AuthenticationBackend):
    """E-mail and password, as allauth does it (same time for an unknown address)."""

    def user_can_authenticate(self, user: Any) -> bool:
        return may_sign_in(user)

    def get_user(self, user_id: Any) -> Any:
        user = super().get_user(user_id)
        return user if user is not None and may_sign_in(user) else None
