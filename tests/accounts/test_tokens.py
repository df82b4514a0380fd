"""API tokens: hashed, ending, revocable, read-only unless said otherwise, and never more than their user."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts import tokens
from accounts.models import ApiToken
from programmes.access import RoleName
from tests import factories

pytestmark = pytest.mark.django_db
URL = "/api/v1/programmes/"


def ask(secret: str, method: str = "get") -> int:
    return getattr(Client(headers={"authorization": f"Token {secret}"}), method)(URL).status_code


@pytest.fixture
def made() -> tuple[ApiToken, str]:
    someone = factories.person(RoleName.API_CLIENT, programme="PCDP")
    return tokens.create(user=someone, name="notebook", days=30)


def test_only_a_digest_is_stored(made: tuple[ApiToken, str]) -> None:
    token, secret = made
    assert secret.startswith("trl_") and len(secret) > 40
    assert secret not in (token.digest, token.token_key)
    assert ask(secret) == 200
    token.refresh_from_db()
    assert token.last_used is not None


def test_an_ended_or_revoked_token_is_refused_and_stays_on_the_list(made: tuple[ApiToken, str]) -> None:
    token, secret = made
    tokens.revoke(token=token)
    assert ask(secret) == 401
    other, other_secret = tokens.create(user=token.user, name="old", days=1)
    ApiToken.objects.filter(pk=other.pk).update(expiry=timezone.now() - timedelta(seconds=1))
    assert ask(other_secret) == 401
    assert ApiToken.objects.filter(user=token.user).count() == 2


def test_a_token_of_a_closed_account_is_refused(made: tuple[ApiToken, str]) -> None:
    token, secret = made
    token.user.is_active = False
    token.user.save()
    assert ask(secret) == 401


def test_a_read_only_token_cannot_write_and_nothing_here_can_be_written_anyway(made: tuple[ApiToken, str]) -> None:
    token, secret = made
    assert ask(secret, "post") == 403
    _other, writing = tokens.create(user=token.user, name="writes", days=1, can_write=True)
    assert ask(writing, "post") == 405


@pytest.mark.parametrize("secret", ["", "x", "trl_" + "0" * 64, "é" * 20, "a b", "\x00"])
def test_a_wrong_token_is_a_401(secret: str) -> None:
    answer = Client().get(
        URL, headers={"authorization": f"Token {secret}".encode("latin-1", "replace").decode("latin-1")}
    )
    assert answer.status_code == 401
    assert answer.json()["status"] == 401


def test_a_token_in_the_address_is_not_taken(made: tuple[ApiToken, str]) -> None:
    assert Client().get(URL, {"token": made[1]}).status_code == 401


def test_a_token_has_a_purpose_and_an_end(made: tuple[ApiToken, str]) -> None:
    user = made[0].user
    for name, days in ((" ", 5), ("x", 0), ("x", 367)):
        with pytest.raises(ValidationError):
            tokens.create(user=user, name=name, days=days)
    with pytest.raises(IntegrityError), transaction.atomic():
        ApiToken.objects.filter(pk=made[0].pk).update(expiry=None)


def test_the_secret_is_shown_once(client: Client) -> None:
    client.force_login(factories.user())
    shown = client.post("/account/tokens/", {"name": "notebook", "days": "90"})
    assert "trl_" in shown.content.decode() and shown["Cache-Control"] == "no-store"
    token = ApiToken.objects.get()
    again = client.get("/account/tokens/").content.decode()
    assert again.count("trl_") == 1 and token.token_key in again


def test_the_form_says_what_would_be_right(client: Client) -> None:
    client.force_login(factories.user())
    for days in ("0", "9999999999999999999", "x", "NaN", "-1", ""):
        answer = client.post("/account/tokens/", {"name": "kept as typed", "days": days})
        assert answer.status_code == 200 and "kept as typed" in answer.content.decode()
    assert not ApiToken.objects.exists()


def test_somebody_elses_token_cannot_be_revoked(client: Client, made: tuple[ApiToken, str]) -> None:
    client.force_login(factories.user())
    assert client.post(f"/account/tokens/{made[0].digest}/revoke/").status_code == 404
    assert ask(made[1]) == 200
    client.force_login(made[0].user)
    assert client.post(f"/account/tokens/{made[0].digest}/revoke/").status_code == 302
    assert ask(made[1]) == 401
