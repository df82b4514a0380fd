"""Token authentication for REST clients: expired and revoked tokens are refused, use is remembered."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from knox.auth import TokenAuthentication as KnoxTokenAuthentication
from rest_framework.exceptions import AuthenticationFailed

from accounts.backends import may_sign_in
from accounts.models import ApiToken, User

#: Writing "last used" on each call would turn every read into a write.
REMEMBER_USE_EVERY = timedelta(minutes=5)


class TokenAuthentication(KnoxTokenAuthentication):
    """`Authorization: Token trl_…`."""

    def authenticate_credentials(self, token: bytes) -> tuple[User, ApiToken]:
        try:
            token.decode("ascii")
        except UnicodeDecodeError:
            raise AuthenticationFailed(_("Invalid token.")) from None
        if b"\0" in token:
            raise AuthenticationFailed(_("Invalid token."))
        user, found = super().authenticate_credentials(token)
        if found.revoked_at is not None:
            raise AuthenticationFailed(_("This token has been revoked."))
        if not may_sign_in(user):
            raise AuthenticationFailed(_("User inactive or deleted."))
        now = timezone.now()
        if found.last_used is None or now - found.last_used > REMEMBER_USE_EVERY:
            ApiToken.objects.filter(pk=found.pk).update(last_used=now)
        return user, found

    def _cleanup_token(self, auth_token: Any) -> bool:
        """An expired token is refused but stays on the list, where its owner can see that it has ended."""
        return auth_token.expiry is None or auth_token.expiry < timezone.now()


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "accounts.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Token trl_…`, made on the page “API tokens”.",
        }
