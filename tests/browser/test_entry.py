"""The entry grid in a real browser: nothing that was typed is lost, whatever happens to line, tab and server."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.pages import open_page
from tests.deployment.processes import ROOT, wait_for, working_in
from tests.deployment.test_local_run import Site, sign_ins

pytestmark = pytest.mark.browser

GRID = "/rounds/demo-hills-outputs/entry/"
DATA = ROOT / "tests" / "indicators" / "data"


@pytest.fixture
def sheet(browser: Browser, site: Site, signed_in: dict[str, Any]) -> Iterator[Page]:
    context, page, _complaints = open_page(browser, site, signed_in["me officer"], GRID)
    ready(page)
    yield page
    context.close()


def until(page: Page, expression: str) -> None:
    """Playwright's own waiting evaluates strings in the page, which the page's policy forbids."""
    wait_for(lambda: bool(page.evaluate(expression)), 40, expression)


def ready(page: Page) -> None:
    until(page, "window.trellisEntry !== undefined")


def choose(page: Page, code: str, key: str) -> None:
    page.evaluate(
        """([code, key]) => {
            const { grid, rows } = window.trellisEntry;
            const row = rows.findIndex(r => r.code === code);
            if (row < 0) throw new Error(`${code} is not in this round`);
            grid.move(row, grid.columns.findIndex(c => c.key === key));
        }""",
        [code, key],
    )


def enter(page: Page, code: str, key: str, text: str) -> None:
    choose(page, code, key)
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def all_saved(page: Page) -> None:
    until(page, "window.trellisEntry.outbox.waiting === 0 && window.trellisEntry.outbox.line === 'up'")


def stored(page: Page, code: str, key: str) -> Any:
    """What the server has, asked anew."""
    return page.evaluate(
        """async ([code, key]) => {
            const data = await (await fetch("data/", {cache: "reload"})).json();
            return data.rows.find(r => r.code === code).contents[key] ?? null;
        }""",
        [code, key],
    )


def marks(page: Page, code: str, key: str) -> set[str]:
    choose(page, code, key)
    return set((page.locator("td.here").get_attribute("class") or "").split())


def test_the_page_reads_numbers_and_rules_as_the_server_does(sheet: Page) -> None:
    numbers = json.loads((DATA / "numbers.json").read_text(encoding="utf-8"))
    for text, language, expected in numbers:
        found = sheet.evaluate("([text, language]) => trellisNumbers.read(text, language)", [text, language])
        assert found.get("error", found.get("number")) == expected, (text, language)
    from indicators.rules import as_json
    from tests.indicators.test_rules import FIELDS, RULES

    for case in json.loads((DATA / "rules.json").read_text(encoding="utf-8")):
        given = {name: case[name] for name in ("values", "previous", "fences", "evidence") if name in case}
        found = sheet.evaluate("([book, sheet]) => trellisRules.check(book, sheet)", [as_json(FIELDS, RULES), given])
        assert [[f["key"], f["rule"], f["severity"], f["message"]] for f in found] == case["found"], case["name"]


def test_typing_saves_and_the_keyboard_moves(sheet: Page) -> None:
    choose(sheet, "DEMO-G02", "OP-06")
    sheet.keyboard.type("21")
    sheet.keyboard.press("Tab")
    sheet.keyboard.type("11")
    sheet.keyboard.press("Enter")
    sheet.keyboard.press("ArrowUp")
    all_saved(sheet)
    assert (stored(sheet, "DEMO-G02", "OP-06"), stored(sheet, "DEMO-G02", "OP-06.women")) == (21, 11)
    assert "saved" in marks(sheet, "DEMO-G02", "OP-06")
    sheet.keyboard.press("n")
    all_saved(sheet)
    assert stored(sheet, "DEMO-G02", "OP-06") == "NOT_SURVEYED"
    sheet.keyboard.press("Control+z")
    all_saved(sheet)
    assert stored(sheet, "DEMO-G02", "OP-06") == 21


def test_what_breaks_a_rule_stays_typed_and_is_told(sheet: Page) -> None:
    enter(sheet, "DEMO-G03", "OP-06", "15")
    enter(sheet, "DEMO-G03", "OP-06.women", "17")
    enter(sheet, "DEMO-G03", "OP-10.meetings", "12 meetings")
    until(sheet, "window.trellisEntry.outbox.sendable.length === 0")
    for again in range(2):
        if again:
            sheet.reload()
            ready(sheet)
        assert "error" in marks(sheet, "DEMO-G03", "OP-06.women")
        assert "more than" in sheet.locator("[data-beside]").inner_text()
        assert sheet.locator("td.here").inner_text().startswith("17")
    assert stored(sheet, "DEMO-G03", "OP-06") == 15 and stored(sheet, "DEMO-G03", "OP-06.women") is None
    enter(sheet, "DEMO-G03", "OP-06", "20")  # now seventeen fit, and go by themselves
    all_saved(sheet)
    assert stored(sheet, "DEMO-G03", "OP-06.women") == 17


def test_a_block_is_pasted_copied_filled_down_and_taken_back(sheet: Page) -> None:
    choose(sheet, "DEMO-G05", "OP-06")
    sheet.evaluate(
        """() => {
            const clipboard = new DataTransfer();
            clipboard.setData("text/plain", "1,020\\t520\\t500\\r\\nN\\t\\t\\r\\n");
            document.activeElement.dispatchEvent(new ClipboardEvent("paste", {clipboardData: clipboard, bubbles: true}));
        }"""
    )
    all_saved(sheet)
    assert [stored(sheet, "DEMO-G05", f"OP-06{part}") for part in ("", ".women", ".men")] == [1020, 520, 500]
    assert stored(sheet, "DEMO-G06", "OP-06") == "NOT_SURVEYED"
    choose(sheet, "DEMO-G05", "OP-10.meetings")
    sheet.keyboard.type("4")
    sheet.keyboard.press("Enter")
    choose(sheet, "DEMO-G05", "OP-10.meetings")
    for _ in range(2):
        sheet.keyboard.press("Shift+ArrowDown")
    sheet.keyboard.press("Control+d")
    all_saved(sheet)
    below = sheet.evaluate("() => window.trellisEntry.rows.map(r => r.code).slice(window.trellisEntry.grid.at.row - 1)")
    assert [stored(sheet, code, "OP-10.meetings") for code in below[:2]] == [4, 4]
    sheet.keyboard.press("Control+z")
    all_saved(sheet)
    assert stored(sheet, below[0], "OP-10.meetings") != 4


def test_with_the_line_down_entry_goes_on_and_goes_out_by_itself(sheet: Page) -> None:
    until(sheet, "navigator.serviceWorker.ready.then(() => true)")
    wait_for(
        lambda: sheet.evaluate("caches.open('trellis-entry-1').then(c => c.keys()).then(k => k.length)") > 8,
        20,
        "the cache",
    )
    context = sheet.context
    context.set_offline(True)
    enter(sheet, "DEMO-G08", "OP-06", "33")
    sheet.wait_for_selector("[data-line].down")
    assert re.search(r"line is down\. 1 change", sheet.locator("[data-line]").inner_text())
    enter(sheet, "DEMO-G08", "OP-06.women", "40")
    assert "error" in marks(sheet, "DEMO-G08", "OP-06.women"), "rules are checked with the line down too"
    enter(sheet, "DEMO-G08", "OP-06.women", "30")
    sheet.close()  # the tab is closed with the line down, and the page opened again
    again = context.new_page()
    again.goto(f"{sheet.url}")
    ready(again)
    assert again.evaluate("window.trellisEntry.outbox.waiting") == 2
    context.set_offline(False)
    all_saved(again)
    assert (stored(again, "DEMO-G08", "OP-06"), stored(again, "DEMO-G08", "OP-06.women")) == (33, 30)


def test_news_from_the_line_takes_no_keystroke_away(sheet: Page) -> None:
    choose(sheet, "DEMO-G17", "OP-06")
    sheet.keyboard.type("2")
    sheet.evaluate("window.trellisEntry.outbox.onChange()")  # an attempt failed, or another tab sent something
    sheet.keyboard.type("5")
    sheet.keyboard.press("Enter")
    all_saved(sheet)
    assert stored(sheet, "DEMO-G17", "OP-06") == 25


def test_a_tab_closed_in_the_middle_of_a_number_keeps_it(sheet: Page) -> None:
    choose(sheet, "DEMO-G14", "OP-06")
    sheet.keyboard.type("27")
    context = sheet.context
    sheet.close()
    again = context.new_page()
    again.goto(sheet.url)
    ready(again)
    all_saved(again)
    assert stored(again, "DEMO-G14", "OP-06") == 27


def test_two_people_in_one_cell_see_both_values_and_choose(
    browser: Browser,
    site: Site,
    signed_in: dict[str, Any],
    sheet: Page,
) -> None:
    context, other, _complaints = open_page(browser, site, signed_in["me officer"], GRID)
    ready(other)
    enter(sheet, "DEMO-G11", "OP-06", "20")
    all_saved(sheet)
    enter(other, "DEMO-G11", "OP-06", "22")
    other.wait_for_selector("td.conflict")
    choose(other, "DEMO-G11", "OP-06")
    said = other.locator("[data-beside]").inner_text()
    assert "20" in said and "22" in said
    assert stored(other, "DEMO-G11", "OP-06") == 20, "nothing is overwritten before somebody chose"
    other.get_by_role("button", name="Keep mine").click()
    all_saved(other)
    assert stored(other, "DEMO-G11", "OP-06") == 22
    context.close()


def test_changes_go_through_a_file(sheet: Page, tmp_path: Path) -> None:
    sheet.context.set_offline(True)
    enter(sheet, "DEMO-G12", "OP-06", "31")
    with sheet.expect_download() as download:
        sheet.click("[data-save-file]")
    download.value.save_as(tmp_path / "kept.json")
    sheet.evaluate("window.trellisEntry.outbox.entries.clear(); localStorage.clear()")
    sheet.context.set_offline(False)
    sheet.reload()
    ready(sheet)
    assert stored(sheet, "DEMO-G12", "OP-06") is None
    sheet.set_input_files("[data-load-file]", tmp_path / "kept.json")
    wait_for(lambda: stored(sheet, "DEMO-G12", "OP-06") == 31, 20, "the change from the file")


def test_hundreds_of_rows_are_drawn_as_they_come_into_view(sheet: Page) -> None:
    drawn = sheet.evaluate(
        """() => {
            const { grid, rows } = window.trellisEntry;
            for (let i = 0; i < 2000; i += 1) rows.push({...rows[0], code: `X${i}`});
            grid.reset();
            grid.move(rows.length - 1, 0);
            return [grid.body.rows.length, document.querySelector("td.here") !== null];
        }"""
    )
    assert drawn[0] < 80 and drawn[1]


def test_a_killed_server_loses_nothing(browser: Browser, tmp_path: Path) -> None:
    own = Site.prepared(tmp_path / "data")
    own.start()
    context: BrowserContext = browser.new_context()
    try:
        officer = next(row for row in sign_ins(own) if row["role"] == "me officer")
        page = context.new_page()
        page.goto(f"{own.base}/account/login/")
        page.fill("#id_login", officer["email"])
        page.fill("#id_password", officer["password"])
        page.click("main button")
        page.wait_for_url(f"{own.base}/work/")
        page.goto(own.base + GRID)
        ready(page)
        assert own.process is not None
        own.process.kill()
        own.process.wait(20)
        wait_for(lambda: not working_in(own.state), 90, "the end of the server")
        enter(page, "DEMO-G02", "OP-06", "41")
        page.wait_for_selector("[data-line].down")
        own.start()
        all_saved(page)
        assert stored(page, "DEMO-G02", "OP-06") == 41
    finally:
        context.close()
        own.stop()
