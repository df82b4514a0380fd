"""The guided tour: it begins once by itself, for managers, and never again after it was ended."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from accounts.models import User
from programmes.access import RoleName
from scaling import tour
from tests import factories

pytestmark = pytest.mark.django_db


def begins(client: Client) -> bool:
    text = client.get("/").content.decode()
    (opening,) = re.findall(r'<div class="tour"[^>]*>', text)
    return "data-begins" in opening


def test_it_begins_at_the_first_sign_in_of_a_manager_and_not_after_it_was_ended(client: Client) -> None:
    manager = factories.person(RoleName.COUNTRY_PROGRAMME_MANAGER, country="ETH")
    client.force_login(manager)
    assert begins(client) and begins(client), "looking at the page alone does not end it"
    assert client.post("/account/tour/").status_code == 204
    assert not begins(client)
    seen = User.objects.get(pk=manager.pk).tour_seen_at
    client.post("/account/tour/")
    assert User.objects.get(pk=manager.pk).tour_seen_at == seen, "the first time counts"


@pytest.mark.parametrize("role", [RoleName.ME_OFFICER, RoleName.VIEWER])
def test_others_begin_it_from_the_help_menu_alone(client: Client, role: RoleName) -> None:
    client.force_login(factories.person(role, programme="PCDP"))
    assert not begins(client)
    assert 'href="/#tour" data-tour-begin' in client.get("/").content.decode()


def test_it_is_ended_by_post_of_whoever_signed_in(client: Client) -> None:
    assert client.post("/account/tour/").status_code == 302
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(factories.person(RoleName.VIEWER, programme="PCDP"))
    assert strict.get("/account/tour/").status_code == 405
    assert strict.post("/account/tour/").status_code == 403


def test_its_steps_point_at_what_the_portfolio_has(client: Client) -> None:
    client.force_login(factories.person(RoleName.COUNTRY_PROGRAMME_MANAGER, country="ETH"))
    text = client.get("/").content.decode()
    assert len(tour.steps()) == 6
    for piece in ('class="answer"', 'class="headlines"', '<details class="bar"', "card figure", 'class="side-body"',
                  "data-help", "menu-button"):  # fmt: skip
        assert piece in text, piece
    for step in tour.steps():
        assert step.title and step.text and step.target in text.replace("&gt;", ">")
    assert "trellis/tour.js" in text and "<ol hidden>" in text
