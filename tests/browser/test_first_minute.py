"""The first minute in a real browser: the guided tour and the notes that say what a figure means, by keyboard, on a small
screen and in Arabic."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.pages import AXE, open_page
from tests.deployment.test_local_run import Site

pytestmark = pytest.mark.browser


def inside(page: Page, selector: str) -> bool:
    """Whether it lies within the screen."""
    box, view = page.locator(selector).bounding_box(), page.viewport_size
    assert box is not None and view is not None
    return box["x"] >= 0 and box["y"] >= 0 and box["x"] + box["width"] <= view["width"] and (
        box["y"] + box["height"] <= view["height"]
    )  # fmt: skip


def findings(page: Page) -> list[Any]:
    page.evaluate(AXE)
    return list(page.evaluate("axe.run().then((found) => found.violations.map((one) => one.id))"))


@pytest.mark.parametrize(
    ("language", "theme", "width"), [("en", "light", 1440), ("en", "dark", 360), ("ar", "light", 360)]
)
def test_the_tour_is_taken_by_keyboard_and_not_shown_again(
    browser: Browser, site: Site, signed_in: dict[str, Any], language: str, theme: str, width: int
) -> None:
    state = signed_in["country programme manager"]
    context, page, heard = open_page(browser, site, state, "/", language=language, theme=theme, width=width)
    assert not page.is_visible("#tour"), "it was skipped at the first sign-in"
    page.focus("[data-help]")
    page.keyboard.press("Enter")
    page.locator("[data-tour-begin]").press("Enter")
    seen = []
    for step in range(6):
        page.locator("#tour").wait_for()
        assert page.evaluate("document.activeElement.id") == "tour", "a screen reader reads the step"
        seen.append(page.inner_text("#tour-title"))
        assert inside(page, "#tour")
        assert page.locator(".tour-here").count() == 1 and page.locator(".tour-here").is_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        if step in (0, 5):
            assert findings(page) == []
        page.focus('[data-tour="next"]')
        if step < 5:
            page.keyboard.press("Enter")
    assert len(set(seen)) == 6
    with page.expect_response("**/account/tour/") as answer:
        page.keyboard.press("Enter")
    assert answer.value.status == 204
    assert not page.is_visible("#tour") and page.locator(".tour-here").count() == 0
    assert page.evaluate("document.activeElement.matches('[data-help]')")
    page.reload()
    assert not page.is_visible("#tour")
    assert heard == []
    context.close()


def test_the_tour_begins_from_the_help_menu_of_any_page(
    browser: Browser, site: Site, signed_in: dict[str, Any]
) -> None:
    context, page, heard = open_page(browser, site, signed_in["viewer"], "/catalogue/")
    page.click("[data-help]")
    page.click("[data-tour-begin]")
    page.locator("#tour").wait_for()
    with page.expect_response("**/account/tour/"):
        page.keyboard.press("Escape")
    assert page.url == f"{site.base}/" and heard == []
    context.close()


@pytest.mark.parametrize(("language", "width"), [("en", 1440), ("ar", 360)])
def test_a_note_says_what_a_figure_means(
    browser: Browser, site: Site, signed_in: dict[str, Any], language: str, width: int
) -> None:
    path = "/questions/membership/?programme=DEMO-HILLS"
    context, page, heard = open_page(
        browser, site, signed_in["country programme manager"], path, language=language, width=width
    )
    mark = page.locator(".headline .explain").nth(1)
    mark.focus()
    page.keyboard.press("Enter")
    note = page.locator(":popover-open")
    note.wait_for()
    assert "membership_growth_comparable" in note.inner_text() and inside(page, ":popover-open")
    assert findings(page) == []
    page.keyboard.press("Escape")
    assert page.locator(":popover-open").count() == 0
    assert mark.evaluate("(one) => one === document.activeElement")
    assert heard == []
    context.close()
