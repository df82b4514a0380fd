"""Choosing another organization: suggestions come from the server, and chosen ones become lines."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.pages import open_page
from tests.deployment.processes import wait_for
from tests.deployment.test_local_run import Site

pytestmark = pytest.mark.browser

SUGGESTED = "[...document.querySelectorAll('datalist option')].map(one => one.value)"


def test_an_officer_chooses_by_a_part_of_the_name(browser: Browser, site: Site, signed_in: dict[str, Any]) -> None:
    context, page, complaints = open_page(
        browser, site, signed_in["me officer"], "/organizations/DEMO-G06/apexes/join/"
    )
    page.locator("#id_apex").press_sequentially("UNION 3")
    wait_for(lambda: page.evaluate(SUGGESTED), 20, "suggestions")
    assert page.evaluate(SUGGESTED) == ["Union 3 (synthetic) (DEMO-U3)"]
    page.fill("#id_apex", "Union 3 (synthetic) (DEMO-U3)")
    page.fill("#id_on", "2024-03-01")
    page.click("main .btn-primary")
    page.wait_for_url("**/organizations/DEMO-G06/#apexes")
    assert "Union 3 (synthetic)" in page.inner_text("main")
    assert complaints == []
    context.close()


def test_several_are_gathered_line_by_line_and_a_merger_is_shown_first(
    browser: Browser, site: Site, signed_in: dict[str, Any]
) -> None:
    context, page, complaints = open_page(browser, site, signed_in["me officer"], "/organizations/DEMO-G07/merge/")
    page.select_option("#id_status", "split_into")
    page.fill("#id_on", "2024-03-01")
    for code in ("DEMO-G11", "DEMO-G12"):
        page.locator(".add-one").press_sequentially(code)
        wait_for(lambda: f"({code})" in "".join(page.evaluate(SUGGESTED)), 20, "suggestions")  # noqa: B023
        page.fill(".add-one", page.evaluate(SUGGESTED)[0])
    assert page.input_value("#id_successors").count("\n") == 1
    page.click("button[name=show]")
    page.wait_for_selector("button[name=confirm]")
    shown = page.inner_text("[role=status]")
    assert "Group 11" in shown
    assert "Union 3" in shown
    page.click("text=Leave it as it is")
    page.wait_for_url("**/organizations/DEMO-G07/#life")
    assert complaints == []
    context.close()
