"""DRF's permission check; what it answers is decided in programmes/access.py."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from programmes.access import scope_of


class ScopedPermission(BasePermission):
    """Signed in, with some role; a token writes only if it may. Which rows is the queryset's matter."""

    message = _("You have no role here yet; an administrator can give you one.")

    def has_permission(self, request: Request, view: Any) -> bool:
        if not request.user or not request.user.is_authenticated:
            return False
        if request.method not in SAFE_METHODS and not getattr(request.auth, "can_write", True):
            self.message = _("This token may only read.")
            return False
        return not scope_of(request.user).is_empty
