"""The pages in a real browser, on a real Trellis with its demonstration data: signed in as each role, light and dark,
wide and 360 px, in every language; nothing overflows, nothing is blocked, axe finds nothing serious."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.deployment.processes import ROOT, wait_for, working_in
from tests.deployment.test_local_run import Site, sign_ins

pytestmark = pytest.mark.browser

AXE = (ROOT / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    found = Site(tmp_path_factory.mktemp("browser") / "data")
    found.start()
    yield found
    found.stop()
    wait_for(lambda: not working_in(found.state), 90, "the end of all processes")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    binary = next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
    )
    assert binary, "no Chromium on the PATH"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=binary,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
        )
        yield launched
        launched.close()


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
        page.wait_for_url(f"{site.base}/")
        states[person["role"]] = context.storage_state()
        context.close()
    return states


def open_page(
    browser: Browser,
    site: Site,
    state: Any,
    path: str,
    *,
    language: str = "en",
    theme: str = "light",
    width: int = 1440,
) -> tuple[BrowserContext, Page, list[str]]:
    context = browser.new_context(storage_state=state, viewport={"width": width, "height": 900})
    context.add_cookies([{"name": "trellis_language", "value": language, "url": site.base}])
    context.add_init_script(f"localStorage.setItem('trellis-theme', '{theme}')")
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request",
        lambda request: (
            None if request.url.startswith((site.base, "data:", "blob:")) else complaints.append(request.url)
        ),
    )
    page.goto(site.base + path)
    return context, page, complaints


def drawn(page: Page) -> int:
    """Scrolls through the page, so that every picture is drawn; how many were."""
    page.evaluate("document.querySelectorAll('[data-chart]').forEach(c => c.scrollIntoView())")
    wanted = page.evaluate("document.querySelectorAll('[data-chart]').length")
    wait_for(
        lambda: (
            page.evaluate("document.querySelectorAll('[data-chart][data-drawn] .main-svg').length > 0") or not wanted
        ),
        60,
        "a picture",
    )
    page.wait_for_timeout(500)
    return int(page.evaluate("document.querySelectorAll('[data-chart][data-drawn]').length"))


LOOKS = [
    ("en", "light", 1440),
    ("en", "dark", 1440),
    ("en", "light", 360),
    ("fr", "light", 1440),
    ("es", "light", 360),
    ("ar", "light", 1440),
    ("ar", "dark", 360),
]
PAGES = [
    "/",
    "/programmes/PCDP/",
    "/programmes/NRLM/",
    "/programmes/DEMO-HILLS/",
    "/account/settings/",
    "/account/tokens/",
]


@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_every_page_looks_right(
    browser: Browser, site: Site, signed_in: dict[str, Any], language: str, theme: str, width: int
) -> None:
    for path in PAGES:
        context, page, complaints = open_page(
            browser, site, signed_in["country programme manager"], path, language=language, theme=theme, width=width
        )
        assert drawn(page) == page.evaluate("document.querySelectorAll('[data-chart]').length")
        assert page.evaluate("document.documentElement.lang") == language
        assert page.evaluate("document.documentElement.dir") == ("rtl" if language == "ar" else "ltr")
        assert page.evaluate("document.documentElement.dataset.bsTheme") == theme
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), path
        assert complaints == [], path
        page.evaluate(AXE)
        found = page.evaluate(
            "axe.run().then(r => r.violations.map(v => [v.impact, v.id, v.nodes[0].html.slice(0, 160)]))"
        )
        assert [one for one in found if one[0] in ("serious", "critical")] == [], (path, found)
        context.close()


def test_each_role_sees_its_own_portfolio(browser: Browser, site: Site, signed_in: dict[str, Any]) -> None:
    expected = {
        "administrator": {"PCDP", "TNWDP", "MRCP", "Tejaswini", "NRLM", "REP"},
        "country programme manager": {"PCDP", "TNWDP", "MRCP", "Tejaswini", "NRLM", "REP"},
        "me officer": {"PCDP"},
        "viewer": {"REP"},
        "api client": {"TNWDP", "MRCP", "Tejaswini", "NRLM"},
    }
    assert set(expected) == set(signed_in)
    for role, programmes in expected.items():
        context, page, complaints = open_page(browser, site, signed_in[role], "/")
        names = page.locator("#table-programmes tbody th a").all_inner_texts()
        assert set(names) == programmes, role
        assert complaints == []
        context.close()


def test_a_picture_has_a_table_a_download_and_follows_the_theme(
    browser: Browser, site: Site, signed_in: dict[str, Any], tmp_path: Path
) -> None:
    context, page, _complaints = open_page(browser, site, signed_in["country programme manager"], "/programmes/PCDP/")
    drawn(page)
    assert not page.locator("#financing-table").is_visible()
    page.keyboard.press("Tab")
    page.locator("[data-table-of=financing]").focus()
    page.keyboard.press("Enter")
    assert page.locator("#financing-table").is_visible()
    assert "not reported" in page.locator("#financing-table").inner_text()
    with page.expect_download() as picture:
        page.click("[data-png-of=financing]")
    picture.value.save_as(tmp_path / "picture.png")
    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")
    with page.expect_download() as table:
        page.click("[data-csv-of=financing]")
    table.value.save_as(tmp_path / "table.csv")
    assert "39.0" in (tmp_path / "table.csv").read_text(encoding="utf-8-sig")
    colour = "document.querySelector('#financing .bars path').style.fill"
    light = page.evaluate(colour)
    page.click("[data-theme-switch]")
    wait_for(lambda: page.evaluate(colour) != light, 5, "the other colours")
    context.close()


def test_a_filter_is_part_of_the_address(browser: Browser, site: Site, signed_in: dict[str, Any]) -> None:
    context, page, _complaints = open_page(browser, site, signed_in["country programme manager"], "/programmes/TNWDP/")
    before = page.locator(".answer").inner_text()
    page.click("details.filter:nth-of-type(2) summary")
    page.click("details.filter[open] a[href*='basis=corrected']")
    page.wait_for_url("**/programmes/TNWDP/?basis=corrected")
    assert page.locator(".answer").inner_text() != before
    context.close()


def test_planted_markup_never_runs(browser: Browser, site: Site, signed_in: dict[str, Any]) -> None:
    context, page, _complaints = open_page(browser, site, signed_in["viewer"], "/account/settings/")
    page.fill("#id_name", '<img src=x onerror="window.planted=1"><script>window.planted=1</script>')
    page.click("main button")
    page.wait_for_load_state()
    assert page.evaluate("window.planted") is None
    assert "<script>" in page.input_value("#id_name")
    context.close()
