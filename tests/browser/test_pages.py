"""The pages in a real browser, on a real Trellis with its demonstration data: signed in as each role, light and dark,
wide and 360 px, in every language; nothing overflows, nothing is blocked, axe finds nothing serious."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.pages import AXE, drawn, open_page
from tests.deployment.processes import wait_for
from tests.deployment.test_local_run import Site

pytestmark = pytest.mark.browser

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
    "/questions/membership/?programme=DEMO-HILLS",
    "/questions/membership/?programme=DEMO-HILLS&kind=wrong",
    "/questions/map/?programme=DEMO-HILLS",
    "/places/boundaries/",
    "/questions/inclusion/?programme=DEMO-HILLS",
    "/questions/services/?programme=DEMO-HILLS",
    "/questions/pathway/?programme=DEMO-HILLS",
    "/questions/federations/?programme=DEMO-HILLS",
    "/questions/linkages/?programme=DEMO-HILLS",
    "/questions/outcomes/?programme=DEMO-HILLS",
    "/questions/contribution/?programme=DEMO-HILLS",
    "/questions/finance/?programme=DEMO-HILLS",
    "/questions/sustainability/?programme=DEMO-HILLS",
    "/questions/data-quality/?programme=DEMO-HILLS",
    "/not-reported/?programme=DEMO-HILLS",
    "/how-is/DEMO-G01/",
    "/questions/on-track/?programme=DEMO-HILLS",
    "/how-is/DEMO-U1/",
    "/how-is/DEMO-G01/?similar=programme",
    "/?synthetic=1",
    "/programmes/PCDP/?against=PCDP-II&beside=TEJASWINI",
    "/questions/enabling-space/?programme=DEMO-HILLS",
    "/alerts/",
    "/iati/",
    "/thresholds/",
    "/targets/?programme=DEMO-HILLS",
    "/targets/DEMO-HILLS/table/?kind=output",
    "/results/?programme=TNWDP",
    "/catalogue/",
    "/catalogue/indicators/OP-06/",
    "/catalogue/rules/",
    "/context/",
    "/account/settings/",
    "/account/tokens/",
    "/account/sessions/",
    "/account/password/change/",
    "/no-such-page/",
]
#: Pages of the M&E officer.
ENTRY = [
    "/work/",
    "/rounds/",
    "/rounds/demo-hills-outputs/",
    "/rounds/demo-hills-outputs/entry/",
    "/rounds/demo-hills-outputs/workbook/",
    "/rounds/demo-hills-outputs/returns/DEMO-G01/",
    "/rounds/demo-hills-2022/returns/DEMO-G08/",
]
#: Pages of the register.
REGISTER = [
    "/organizations/",
    "/organizations/?q=group&place=nowhere",
    "/register-organization/",
    "/organizations/DEMO-G01/",
    "/organizations/DEMO-F1/?as_of=2021-06-30",
    "/organizations/DEMO-G09/",
    "/organizations/DEMO-G01/history/",
    "/organizations/DEMO-G01/change/",
    "/organizations/DEMO-G01/merge/",
    "/organizations/DEMO-G01/support/record/",
]
#: What somebody sees who has not signed in.
DOORS = ["/account/login/", "/account/password/reset/", "/account/password/reset/done/", "/no-such-page/"]


#: Addresses that are answered with an error page, and its status.
REFUSED = {"/no-such-page/": 404, "/questions/membership/?programme=DEMO-HILLS&kind=wrong": 400}
#: One page of each make, for the looks that do not walk them all.
SOME = {"/", "/questions/membership/?programme=DEMO-HILLS", "/programmes/PCDP/", "/targets/DEMO-HILLS/table/?kind=output", "/catalogue/", "/context/", "/work/",
        "/rounds/demo-hills-outputs/", "/rounds/demo-hills-outputs/entry/", "/organizations/", "/organizations/DEMO-G01/",
        "/rounds/demo-hills-2022/returns/DEMO-G08/", "/account/login/", "/account/settings/"}  # fmt: skip
#: The widest and the narrowest, the plainest and the most mirrored: these walk every page.
WALK_ALL = {("en", "light", 1440), ("ar", "dark", 360)}


@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_every_page_looks_right(
    browser: Browser, site: Site, signed_in: dict[str, Any], language: str, theme: str, width: int
) -> None:
    for state, paths in (
        (signed_in["country programme manager"], PAGES),
        (signed_in["me officer"], ENTRY + REGISTER),
        (None, DOORS),
    ):
        walked = [path for path in paths if path in SOME or (language, theme, width) in WALK_ALL]
        context, page, heard = open_page(browser, site, state, walked[0], language=language, theme=theme, width=width)
        for path in walked:
            if path != walked[0]:
                heard.clear()
                page.goto(site.base + path)
            assert drawn(page) == page.evaluate("document.querySelectorAll('[data-chart]').length")
            assert page.evaluate("document.documentElement.lang") == language, path
            assert page.evaluate("document.documentElement.dir") == ("rtl" if language == "ar" else "ltr")
            assert page.evaluate("document.documentElement.dataset.bsTheme") == theme
            assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), path
            if path in REFUSED:
                status = page.evaluate("performance.getEntriesByType('navigation')[0].responseStatus")
                assert status == REFUSED[path]
                heard[:] = [one for one in heard if str(status) not in one]
            assert heard == [], path
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
        page.click("a[href*='/financing-by-phase.csv']")
    table.value.save_as(tmp_path / "table.csv")
    assert "\nPhase II,39,80,5,14.7,138.7," in (tmp_path / "table.csv").read_text(encoding="utf-8-sig")
    colour = "document.querySelector('#financing .bars path').style.fill"
    light = page.evaluate(colour)
    page.click("[data-theme-switch]")
    wait_for(lambda: page.evaluate(colour) != light, 5, "the other colours")
    context.close()


def test_a_filter_is_part_of_the_address(browser: Browser, site: Site, signed_in: dict[str, Any]) -> None:
    context, page, _complaints = open_page(browser, site, signed_in["country programme manager"], "/programmes/TNWDP/")
    before = page.locator(".answer").inner_text()
    page.click('details.filter:has-text("Figures") > summary')
    page.click("details.filter[open] a[href*='basis=corrected']")
    page.wait_for_url("**/programmes/TNWDP/?basis=corrected")
    assert page.locator(".answer").inner_text() != before
    context.close()


def test_a_chart_is_read_and_entered_by_keyboard(browser: Browser, site: Site, signed_in: dict[str, Any]) -> None:
    address = "/questions/membership/?programme=DEMO-HILLS"
    context, page, complaints = open_page(browser, site, signed_in["country programme manager"], address)
    drawn(page)
    page.locator("#kinds").focus()
    assert page.locator("#kinds-spoken").inner_text() == ""
    page.keyboard.press("ArrowRight")
    first = page.locator("#kinds-spoken").inner_text()
    page.keyboard.press("ArrowRight")
    second = page.locator("#kinds-spoken").inner_text()
    assert first != second and "%" in first and "%" in second
    page.keyboard.press("Home")
    assert page.locator("#kinds-spoken").inner_text() == first
    page.keyboard.press("Enter")
    page.wait_for_url("**/questions/membership/?programme=DEMO-HILLS&kind=*")
    page.go_back()
    drawn(page)
    with page.expect_download() as drawing:
        page.click("[data-svg-of=kinds]")
    assert drawing.value.suggested_filename == "kinds.svg"
    with page.expect_download() as table:
        page.click("a[href*='growth-by-kind.xlsx']")
    assert table.value.suggested_filename == "membership-growth-by-kind.xlsx"
    assert complaints == []
    context.close()


def test_a_click_on_a_bar_goes_into_it(browser: Browser, site: Site, signed_in: dict[str, Any]) -> None:
    address = "/questions/membership/?programme=DEMO-HILLS"
    context, page, _complaints = open_page(browser, site, signed_in["country programme manager"], address)
    drawn(page)
    bar = page.locator("#kinds .bars .point path").first
    bar.scroll_into_view_if_needed()
    box = bar.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_url("**/questions/membership/?programme=DEMO-HILLS&kind=*")
    context.close()


def test_the_filter_bar_folds_where_there_is_no_room(browser: Browser, site: Site, signed_in: dict[str, Any]) -> None:
    address = "/questions/membership/?programme=DEMO-HILLS"
    someone = signed_in["country programme manager"]
    context, page, _complaints = open_page(browser, site, someone, address, width=360)
    assert "Demo Hills" in page.locator("details.bar > summary").inner_text()
    assert not page.locator(".filters >> text=Round").first.is_visible()
    page.locator("details.bar > summary").focus()
    page.keyboard.press("Enter")
    page.locator("details.filter summary", has_text="Kind").focus()
    page.keyboard.press("Enter")
    page.locator("details.filter[open] a", has_text="cooperative").press("Enter")
    page.wait_for_url("**kind=cooperative")
    context.close()


@pytest.mark.parametrize(
    "path",
    [
        "/?synthetic=1",
        "/programmes/DEMO-HILLS/",
        "/programmes/PCDP/",
        "/questions/membership/?programme=DEMO-HILLS",
        "/questions/data-quality/?programme=DEMO-HILLS",
    ],
)
def test_a_page_on_paper_has_no_navigation_and_cuts_nothing(
    browser: Browser, site: Site, signed_in: dict[str, Any], path: str
) -> None:
    # A4 less its margins is 184 mm, 695 pixels.
    context, page, _complaints = open_page(browser, site, signed_in["country programme manager"], path, width=695)
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    charts = "document.querySelectorAll('[data-chart]')"
    wait_for(lambda: page.evaluate(f"[...{charts}].every(one => one.querySelector('.main-svg'))"), 60, "the pictures")
    for gone in (".top", ".side", ".bar", ".tools", ".skip"):
        assert not page.locator(gone).first.is_visible(), gone
    wide = page.evaluate(
        "[...document.querySelectorAll('main table, main .main-svg')].filter(one => one.checkVisibility() &&"
        " (one.getBoundingClientRect().right > innerWidth + 1 || one.getBoundingClientRect().left < -1))"
        ".map(one => one.id || one.className.baseVal)"
    )
    assert wide == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    links = "[...document.querySelectorAll('main a')].map(one => getComputedStyle(one, '::after').content)"
    assert set(page.evaluate(links)) <= {"none", "normal"}, "addresses are not printed"
    assert page.pdf(format="A4").startswith(b"%PDF")
    context.close()


def test_planted_markup_never_runs(browser: Browser, site: Site, signed_in: dict[str, Any]) -> None:
    context, page, _complaints = open_page(browser, site, signed_in["viewer"], "/account/settings/")
    page.fill("#id_name", '<img src=x onerror="window.planted=1"><script>window.planted=1</script>')
    page.click("main button")
    page.wait_for_load_state()
    assert page.evaluate("window.planted") is None
    assert "<script>" in page.input_value("#id_name")
    context.close()
