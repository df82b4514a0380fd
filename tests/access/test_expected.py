"""Every address and every viewset action is expected, and opens for those who may; a new one cannot come in unseen."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from programmes.access import RoleName, scoped_models
from scaling.api import router
from scaling.iati import reporters
from tests import factories
from tests.access.expected import ACTIONS, BULK, EXPECTED, RESOURCES, WRITTEN, all_names
from tests.access.scenes import outline_of_ethiopia

pytestmark = pytest.mark.django_db


def test_every_address_is_expected() -> None:
    resources = {f"{name}-{action}" for name in RESOURCES for action in ("list", "detail")}
    actions = {f"{name}-{action}" for name, found in ACTIONS.items() for action in found}
    assert all_names() == set(EXPECTED) | resources | actions | {f"{name}-bulk" for name in BULK}


def test_every_resource_is_expected_and_writes_only_what_is_said() -> None:
    assert {prefix for prefix, _viewset, _name in router.registry} == set(RESOURCES)
    for prefix, viewset, _name in router.registry:
        extra = {action.url_path for action in viewset.get_extra_actions()}
        assert extra == set(ACTIONS.get(prefix, {})), "a new action needs an expectation here"
        writes = {name for name in ("create", "update", "partial_update", "destroy") if hasattr(viewset, name)}
        assert writes == WRITTEN.get(prefix, set())


def test_every_model_that_is_served_has_a_scope() -> None:
    scoped = set(scoped_models())
    for _prefix, viewset, _name in router.registry:
        assert viewset.queryset.model in scoped


@pytest.mark.parametrize(
    "name",
    sorted(
        name
        for name, rule in EXPECTED.items()
        if not rule.startswith(
            (
                "round",
                "organization",
                "list",
                "programme",
                "catalogue",
                "context",
                "alert",
                "rates",
                "figures",
                "pack",
                "boundaries",
                "takes over",
                "webhooks",
                "dhis2",
            )
        )
    ),
)
def test_pages_open_for_those_who_may(name: str) -> None:
    arguments = {
        "scaling:programme": ["PCDP"],
        "scaling:question": ["membership"],
        "scaling:question-table": ["membership", "growth", "csv"],
        "account_reset_password_from_key": ["1", "a-b"],
        "accounts:revoke_token": ["0" * 128],
        "metrics-detail": ["total_financing"],
        "export": ["organizations", "csv"],
        "deleted": ["organizations"],
        "report-programme": ["PCDP"],
        "iati-activity": ["PCDP"],
        "place-boundary": ["ETH"],
        "place-boundaries": ["ETH"],
        "organizations:lookup": ["organizations"],
    }.get(name, [])
    if name == "place-boundary":
        outline_of_ethiopia()
    if name.startswith("iati-"):
        reporters.put(by=None, country=None, ref="XM-DAC-41108", type="40", name="IFAD")
    url = reverse(name, args=arguments)
    rule = EXPECTED[name]
    posts = name in ("accounts:revoke_token", "accounts:tour_seen", "set_language")
    inside = factories.person(RoleName.VIEWER, programme="PCDP")
    outside = factories.person(RoleName.VIEWER, country="GHA")
    roleless = factories.user()

    query = {"updated_since": "2020-01-01T00:00:00Z"} if name == "deleted" else {}

    def status(someone: User | None) -> int:
        client = Client()
        if someone is not None:
            client.force_login(someone)
        return client.post(url).status_code if posts else client.get(url, query).status_code

    anonymous = status(None)
    if rule == "open":
        assert anonymous in (200, 302, 503)
    elif rule == "nobody":
        assert [status(who) for who in (None, inside, factories.administrator())] == [404, 404, 404]
    elif rule == "data":
        assert [anonymous, status(roleless), status(inside)] == [401, 200, 200]
    elif rule == "registry":
        keeper = factories.person(RoleName.ME_OFFICER, programme="PCDP")
        assert [anonymous, status(roleless), status(inside), status(keeper)] == [302, 403, 403, 200]
    elif name.startswith(("metrics", "api", "place-", "export", "deleted", "report-", "iati-", "dhis2-")):
        assert [anonymous, status(roleless), status(inside)] == [401, 403, 200]
    else:
        assert anonymous == 302
        if name == "accounts:revoke_token":
            assert status(inside) == 404
        elif name == "accounts:tour_seen":
            assert [status(inside), status(roleless)] == [204, 204]
        elif name == "scaling:programme":
            assert [status(inside), status(outside), status(roleless)] == [200, 404, 404]
        elif name == "scaling:question-table":  # nobody has figures of organizations here
            assert [status(inside), status(roleless)] == [404, 404]
        else:
            assert [status(inside), status(roleless)] == [302 if name == "indicators:start" else 200] * 2


def test_administration_is_for_administrators_only() -> None:
    for someone in (factories.person(RoleName.COUNTRY_PROGRAMME_MANAGER, country="ETH"), factories.user()):
        client = Client()
        client.force_login(someone)
        assert client.get("/admin/").status_code == 302
        assert client.get("/admin/programmes/programme/").status_code == 302
    staff = factories.user(is_staff=True, is_superuser=True)
    client = Client()
    client.force_login(staff)
    index = client.get("/admin/")
    assert index.status_code == 200
    for app in index.context["available_apps"]:
        for model in app["models"]:
            assert client.get(model["admin_url"]).status_code == 200, model["admin_url"]
