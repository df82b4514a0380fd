"""People with roles, for tests of every floor."""

from __future__ import annotations

import itertools
from typing import Any

from accounts import tokens
from accounts.models import User
from programmes import assignments
from programmes.access import RoleName
from programmes.models import Place, Programme

PASSWORD = "a long enough password 1"
_numbers = itertools.count(1)


def user(**fields: Any) -> User:
    return User.objects.create_user(fields.pop("email", f"person{next(_numbers)}@example.org"), PASSWORD, **fields)


def person(role: RoleName, *, programme: str = "", country: str = "") -> User:
    """Somebody with one role, in a programme or country given by code."""
    someone = user(name=str(role.label))
    assignments.assign(
        user=someone,
        role=role,
        by=None,
        programme=Programme.objects.get(code=programme) if programme else None,
        country=Place.objects.get(code=country) if country else None,
    )
    return someone


def administrator() -> User:
    return person(RoleName.ADMINISTRATOR)


def token_header(someone: User, *, can_write: bool = False) -> dict[str, str]:
    _token, secret = tokens.create(user=someone, name="test", days=1, can_write=can_write)
    return {"HTTP_AUTHORIZATION": f"Token {secret}"}
