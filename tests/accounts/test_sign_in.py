"""Signing in and out, lockout, passwords, languages, the policy of what scripts may run."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.test import Client, override_settings
from django.urls import reverse

from accounts.models import User
from programmes.access import RoleName
from tests import factories

pytestmark = pytest.mark.django_db

LOGIN = "/account/login/"


def sign_in(client: Client, email: str, password: str = factories.PASSWORD):  # type: ignore[no-untyped-def]
    return client.post(LOGIN, {"login": email, "password": password})


def test_it_signs_in_with_the_address_in_any_case(client: Client) -> None:
    factories.user(email="someone@example.org")
    assert sign_in(client, "SomeOne@Example.org").status_code == 302
    assert client.get("/").status_code == 200


def test_an_unknown_account_gets_the_same_answer_as_a_wrong_password(client: Client) -> None:
    factories.user(email="someone@example.org")
    wrong = sign_in(client, "someone@example.org", "wrong password")
    unknown = sign_in(client, "nobody@example.org", "wrong password")

    def words(text: str) -> str:
        return re.sub(r"(value=\"[^\"]*\"|nobody|someone)", "", text)

    assert wrong.status_code == unknown.status_code == 200
    assert words(wrong.content.decode()) == words(unknown.content.decode())


def test_five_failures_lock_the_account_even_for_the_right_password(client: Client) -> None:
    factories.user(email="someone@example.org")
    for _attempt in range(5):
        sign_in(client, "someone@example.org", "wrong password")
    locked = sign_in(client, "someone@example.org")
    assert locked.status_code == 200
    assert client.get("/").status_code == 302
    assert "Too many" in locked.content.decode()


def test_signing_out_needs_a_post(client: Client) -> None:
    client.force_login(factories.user())
    assert client.get("/account/logout/").status_code == 200
    assert client.get("/account/settings/").status_code == 200
    client.post("/account/logout/")
    assert client.get("/account/settings/").status_code == 302


def test_a_forgotten_password_is_set_anew_through_the_mail(client: Client) -> None:
    someone = factories.user(email="someone@example.org")
    client.post("/account/password/reset/", {"email": "someone@example.org"})
    (message,) = mail.outbox
    link = re.search(r"https?://[^/\s]+(/\S+)", message.body)
    assert link is not None
    form = client.get(link.group(1), follow=True)
    done = client.post(
        form.redirect_chain[-1][0], {"password1": "another long one 22", "password2": "another long one 22"}
    )
    assert done.status_code == 302
    someone.refresh_from_db()
    assert someone.check_password("another long one 22")


def test_an_unknown_address_is_told_the_same_when_it_asks_for_a_new_password(client: Client) -> None:
    known = factories.user(email="someone@example.org")
    first = client.post("/account/password/reset/", {"email": known.email})
    second = client.post("/account/password/reset/", {"email": "nobody@example.org"})
    assert (first.status_code, first["Location"]) == (second.status_code, second["Location"])


def test_a_password_is_changed_only_with_the_old_one_and_not_to_a_weak_one(client: Client) -> None:
    someone = factories.user()
    client.force_login(someone)
    url = "/account/password/change/"
    new = {"password1": "another long one 22", "password2": "another long one 22"}
    assert client.post(url, {"oldpassword": "wrong", **new}).status_code == 200
    weak = {"password1": "password", "password2": "password"}
    assert client.post(url, {"oldpassword": factories.PASSWORD, **weak}).status_code == 200
    assert client.post(url, {"oldpassword": factories.PASSWORD, **new}).status_code == 302


@pytest.mark.parametrize(
    "email", ["a\0b@example.org", "x" * 1_000_000 + "@example.org", "‮evil@example.org", "' OR 1=1 --"]
)
def test_a_bad_address_is_an_error_on_the_form(client: Client, email: str) -> None:
    assert sign_in(client, email).status_code == 200


def test_the_language_of_the_account_is_used_until_another_is_chosen(client: Client) -> None:
    client.force_login(factories.user(language="ar"))
    page = client.get("/account/settings/").content.decode()
    assert '<html lang="ar" dir="rtl">' in page
    client.post(reverse("set_language"), {"language": "fr"})
    assert '<html lang="fr" dir="ltr">' in client.get("/account/settings/").content.decode()


def test_no_page_lets_an_inline_script_run(client: Client) -> None:
    client.force_login(factories.person(RoleName.VIEWER, programme="PCDP"))
    for url in (LOGIN, "/", "/programmes/PCDP/", "/account/tokens/", "/nothing-here/", "/api/v1/docs/"):
        answer = client.get(url)
        policy = dict(
            part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";") if part.strip()
        )
        assert policy["script-src"] == "'self'", url
        assert "unsafe-inline" not in policy["default-src"] + policy["style-src"], url
        assert not re.search(r"<script(?![^>]*(src=|type=\"application/json\"))[^>]*>", answer.content.decode()), url
        assert not re.search(r"\son\w+=", answer.content.decode()), url


@override_settings(MODE="production")
def test_demonstration_people_do_not_exist_in_production(client: Client) -> None:
    factories.user(email="demo@example.org", is_demonstration=True)
    sign_in(client, "demo@example.org")
    assert client.get("/account/settings/").status_code == 302


def test_a_closed_account_is_out_at_once(client: Client) -> None:
    someone = factories.user()
    client.force_login(someone)
    User.objects.filter(pk=someone.pk).update(is_active=False)
    assert client.get("/account/settings/").status_code == 302


def test_markup_in_a_name_is_shown_as_text(client: Client) -> None:
    someone = factories.user(name="<script>alert(1)</script>")
    client.force_login(someone)
    assert "<script>alert(1)" not in client.get("/account/settings/").content.decode()
