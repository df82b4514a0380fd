"""A real Trellis with its demonstration data, and a real browser, for each file of browser tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.pages import launched
from tests.deployment.processes import wait_for, working_in
from tests.deployment.test_local_run import Site, sign_ins


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    found = Site.prepared(tmp_path_factory.mktemp("browser") / "data")
    found.start()
    yield found
    found.stop()
    wait_for(lambda: not working_in(found.state), 90, "the end of all processes")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = launched(playwright)
        yield found
        found.close()


@pytest.fixture(scope="module")
def signed_in(site: Site, browser: Browser) -> dict[str, Any]:
    """Role → the cookies of somebody with that role."""
    states: dict[str, Any] = {}
    for person in sign_ins(site):
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{site.base}/account/login/")
        page.fill("#id_login", person["email"])
        page.fill("#id_password", person["password"])
        page.click("main button")
        page.wait_for_url(f"{site.base}/work/" if person["role"] == "me officer" else f"{site.base}/")
        if person["role"] == "country programme manager":
            # The tour begins at the first sign-in, and whoever skips it is not shown it again.
            page.locator("#tour").wait_for()
            with page.expect_response("**/account/tour/") as answer:
                page.keyboard.press("Escape")
            assert answer.value.status == 204
        states[person["role"]] = context.storage_state()
        context.close()
    return states
