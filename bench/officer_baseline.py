"""A scripted officer in a real browser: 200 organizations through a baseline by grid, and through a second round by
workbook, from opening to locked. Prints minutes, requests and bytes.

Needs a Trellis of its own that runs on this machine, since approved returns stay:

    TRELLIS_STATE=/some/empty/folder ./dev run --port 8200
    TRELLIS_STATE=/some/empty/folder .venv/bin/python -m scaling.local with \\
        .venv/bin/python bench/officer_baseline.py http://127.0.0.1:8200 PASSWORD [--organizations 200]
"""

from __future__ import annotations

import argparse
import datetime
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scaling.settings")
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # the browser's driver keeps a loop in this thread

import django

django.setup()

from django.db.backends.postgresql.psycopg_any import DateRange  # noqa: E402
from django.utils import translation  # noqa: E402
from playwright.sync_api import Browser, Error, Page, sync_playwright  # noqa: E402

from indicators import rounds  # noqa: E402
from indicators.instruments import load  # noqa: E402
from indicators.models import Return, Round, ScaleVersion  # noqa: E402
from indicators.workbooks import write  # noqa: E402
from organizations import registry  # noqa: E402
from programmes.models import Place, Programme  # noqa: E402

MINUTE = 60_000


def make(organizations: int) -> list[Round]:
    """A baseline and a biennial round of so many organizations."""
    programme = Programme.objects.get(code="DEMO-HILLS")
    place = Place.objects.filter(code__startswith="KEN-D").order_by("code")[0]
    for number in range(organizations):
        registry.register(
            code=f"OFF-{number:04}",
            name=f"Group {number:04} (synthetic)",
            kind="shg",
            place=place,
            formed_on=datetime.date(2018, 1, 1),
            promoter="project",
            programme=programme,
            is_synthetic=True,
            by=None,
        )
    made = []
    for kind, year in (("baseline", 2023), ("biennial", 2025)):
        day = datetime.date(year, 6, 30)
        round_ = Round.objects.create(
            programme=programme,
            code=f"officer-{kind}",
            kind=kind,
            reference_date=day,
            window=DateRange(day, datetime.date.today() + datetime.timedelta(days=20)),
            scale_version=ScaleVersion.objects.order_by("pk")[0],
        )
        made.append(rounds.open_round(round=round_, by=None))
    return made


class Watched:
    """A signed-in person's page that counts what goes over the line."""

    def __init__(self, browser: Browser, base: str, email: str, password: str) -> None:
        self.base, self.requests, self.up, self.down = base, 0, 0, 0
        self.page: Page = browser.new_context(accept_downloads=True).new_page()
        self.page.goto(f"{base}/account/login/")
        self.page.fill("#id_login", email)
        self.page.fill("#id_password", password)
        self.page.click("main button")
        self.page.wait_for_url(lambda url: "/login/" not in url)
        self.page.on("requestfinished", self.count)

    def count(self, request: Any) -> None:
        sizes = request.sizes()
        self.requests += 1
        self.up += sizes["requestBodySize"] + sizes["requestHeadersSize"]
        self.down += sizes["responseBodySize"] + sizes["responseHeadersSize"]

    def go(self, path: str) -> None:
        self.page.goto(self.base + path)

    def until(self, expression: str, seconds: int = 300) -> None:
        end = time.monotonic() + seconds
        while not self._holds(expression):
            if time.monotonic() > end:
                raise TimeoutError(expression)
            self.page.wait_for_timeout(200)

    def _holds(self, expression: str) -> bool:
        try:
            return bool(self.page.evaluate(expression))
        except Error:  # the page was just loading itself anew
            return False


def level(number: int) -> int:
    return 1 + number % 3


def block(keys: list[str], rows: int) -> str:
    """What an officer copies from a spreadsheet: one line for each organization, one column for each field."""
    lines = []
    for number in range(rows):
        members = 10 + number % 15
        cells = {"OP-06": members, "OP-06.women": members // 2, "OP-06.men": members - members // 2,
                 "OP-06.youth": members // 4, "OP-08": 3, "OP-08.women": 1}  # fmt: skip
        lines.append("\t".join(str(cells.get(key, level(number) if "-" in key and "." not in key else "N"))
                               for key in keys))  # fmt: skip
    return "\r\n".join(lines)


PASTE = """(text) => {
    const { grid, columns } = window.trellisEntry;
    const clipboard = new DataTransfer();
    clipboard.setData("text/plain", text);
    document.activeElement.dispatchEvent(new ClipboardEvent("paste", {clipboardData: clipboard, bubbles: true}));
}"""
SAVED = "window.trellisEntry.outbox.waiting === 0 && window.trellisEntry.outbox.line === 'up'"


def by_grid(officer: Watched, round_: Round) -> None:
    """Paste the blocks, type twenty rows by hand, submit."""
    page = officer.page
    officer.go(f"/rounds/{round_.code}/entry/")
    officer.until("window.trellisEntry !== undefined")
    keys = page.evaluate("window.trellisEntry.grid.columns.map(c => c.key)")
    rows = page.evaluate("window.trellisEntry.rows.length")
    wanted = [key for key in keys if key.startswith(("OP-06", "OP-08")) or (key.count("-") == 1 and "." not in key)]
    wanted = [key for key in wanted if not key.startswith("OQ")]
    start = 0
    while start < len(wanted):  # runs of columns that stand together
        end = start
        while end + 1 < len(wanted) and keys.index(wanted[end + 1]) == keys.index(wanted[end]) + 1:
            end += 1
        page.evaluate("c => window.trellisEntry.grid.move(0, c)", keys.index(wanted[start]))
        page.evaluate(PASTE, block(wanted[start : end + 1], rows))
        start = end + 1
    for number in range(20):
        page.evaluate("([r, c]) => window.trellisEntry.grid.move(r, c)", [number, keys.index("OP-06.poorest")])
        page.keyboard.type("2")
        page.keyboard.press("Enter")
    officer.until(SAVED)
    page.evaluate("""() => { const { outbox, rows } = window.trellisEntry;
        for (const row of rows) for (const mark of ["rating-straight-line:GOV-1", "op-06-outlier:OP-06"])
            outbox.put(`${row.code}|!${mark}`, {content: "looked at", seen: undefined, text: "looked at"}); }""")
    officer.until(SAVED)
    page.click("[data-submit-all]")
    page.wait_for_timeout(1500)


def by_workbook(officer: Watched, round_: Round) -> None:
    """Download, fill in, upload, look, take over, submit."""
    page = officer.page
    officer.go(f"/rounds/{round_.code}/workbook/")
    with page.expect_download() as download:
        page.click(f"a[href$='/rounds/{round_.code}/workbook/file/']")
    folder = Path(tempfile.mkdtemp())
    download.value.save_as(folder / "blank.xlsx")
    with translation.override("en"):
        rows = write.rows_of(round_)
        for number, row in enumerate(rows):
            members = 12 + number % 15
            row.typed = {"OP-06": members, "OP-06.women": members // 2, "OP-06.men": members - members // 2}
            row.typed |= {key: level(number + at) for at, key in enumerate(load(round_).fields) if key[-2:-1] == "-"
                          and not key.startswith(("OP", "OQ"))}  # fmt: skip
        (folder / "filled.xlsx").write_bytes(write.write(load(round_), rows))
    page.set_input_files("input[type=file]", folder / "filled.xlsx")
    page.click("main form button")
    officer.until("!document.querySelector('progress')", 180)
    page.click("main form button.btn-primary")
    page.wait_for_load_state()
    shutil.rmtree(folder)
    officer.go(f"/rounds/{round_.code}/entry/")
    officer.until("window.trellisEntry !== undefined")
    page.evaluate("""() => { const { outbox, rows } = window.trellisEntry;
        for (const row of rows) for (const mark of ["op-06-outlier:OP-06", "rating-straight-line:GOV-1"])
            outbox.put(`${row.code}|!${mark}`, {content: "looked at", seen: undefined, text: "looked at"}); }""")
    officer.until(SAVED)
    page.click("[data-submit-all]")
    page.wait_for_timeout(1500)


def approve_and_lock(manager: Watched, round_: Round) -> None:
    page = manager.page
    manager.go(f"/rounds/{round_.code}/?state=submitted")
    page.click("form[action$='/approve/'] button.btn-primary")
    page.wait_for_load_state()
    for step in ("close", "lock"):
        manager.go(f"/rounds/{round_.code}/")
        page.click(f"form[action$='/steps/{step}/'] button")
        page.wait_for_load_state()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("base")
    parser.add_argument("password")
    parser.add_argument("--organizations", type=int, default=200)
    options = parser.parse_args()
    baseline, biennial = make(options.organizations)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu", "--no-first-run"]
        )
        manager = Watched(browser, options.base, "manager@trellis.example", options.password)
        for name, way, round_ in (("grid", by_grid, baseline), ("workbook", by_workbook, biennial)):
            officer = Watched(browser, options.base, "officer@trellis.example", options.password)
            begun = time.monotonic()
            way(officer, round_)
            entered = time.monotonic()
            states = dict.fromkeys(("draft", "submitted"), 0)
            for state in Return.objects.filter(round=round_).values_list("state", flat=True):
                states[state] = states.get(state, 0) + 1
            approve_and_lock(manager, round_)
            ended = time.monotonic()
            approved = Return.objects.filter(round=round_, state="approved").count()
            round_.refresh_from_db()
            sys.stdout.write(
                f"{name}: {(entered - begun) / 60:.2f} min to enter and submit, {(ended - entered) / 60:.2f} min to"
                f" approve and lock; {officer.requests} requests of the officer, {officer.up / 1000:.0f} kB up,"
                f" {officer.down / 1000:.0f} kB down; {states}; {approved} approved; round {round_.status}\n"
            )
        browser.close()


if __name__ == "__main__":
    main()
