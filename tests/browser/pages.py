"""Helpers of browser tests: open a page in a look, draw its pictures, ask axe."""

from __future__ import annotations

import shutil
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Playwright

from tests.deployment.processes import ROOT, wait_for
from tests.deployment.test_local_run import Site

AXE = (ROOT / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")


def launched(playwright: Playwright) -> Browser:
    """The Chromium of this machine."""
    names = ("chromium", "chromium-browser", "google-chrome")
    binary = next((path for name in names if (path := shutil.which(name))), None)
    assert binary, "no Chromium on the PATH"
    return playwright.chromium.launch(
        executable_path=binary,
        args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
    )


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
    wanted = page.evaluate("document.querySelectorAll('[data-chart]').length")
    if not wanted:
        return 0
    for place in range(wanted):
        at = f"document.querySelectorAll('[data-chart]')[{place}]"
        page.evaluate(f"{at}.scrollIntoView()")
        wait_for(
            lambda at=at: page.evaluate(f"{at}.matches('[data-drawn]') && !!{at}.querySelector('.main-svg')"),  # type: ignore[misc]
            60,
            "a picture",
        )
    return int(page.evaluate("document.querySelectorAll('[data-chart][data-drawn]').length"))
