"""Walking through an installation as somebody: each page is opened, and what is wrong with it is told."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from playwright.sync_api import Browser, Page

from tests.browser.installations import Place
from tests.browser.pages import AXE, drawn

QUESTIONS = (
    "on-track", "membership", "map", "pathway", "federations", "sustainability", "outcomes", "contribution", "inclusion",
    "services", "finance", "linkages", "enabling-space", "data-quality",
)  # fmt: skip
ALL = frozenset({"administrator", "country_programme_manager", "me_officer", "viewer", "api_client"})
MANAGING = frozenset({"administrator", "country_programme_manager"})
REGISTERING = MANAGING | {"me_officer"}
SETTING_UP = frozenset({"administrator"})
#: Address → who may open it. What others get stands in `expected`.
PLAIN: dict[str, frozenset[str]] = {
    "/": ALL,
    "/programmes/": ALL,
    **{f"/questions/{name}/": ALL for name in QUESTIONS},
    "/not-reported/": ALL,
    "/alerts/": ALL,
    "/iati/": ALL,
    "/thresholds/": ALL,
    "/reports/": ALL,
    "/rates/missing/": ALL,
    "/upkeep/": SETTING_UP,
    "/dhis2/": SETTING_UP,
    "/webhooks/": MANAGING,
    "/work/": ALL,
    "/rounds/": ALL,
    "/targets/": ALL,
    "/results/": ALL,
    "/catalogue/": ALL,
    "/catalogue/rules/": ALL,
    "/catalogue/scales/": ALL,
    "/catalogue/indicators/OP-06/": ALL,
    "/catalogue/new/": SETTING_UP,
    "/context/": ALL,
    "/context/policy-events/new/": REGISTERING,
    "/places/boundaries/": ALL,
    "/rates/": ALL,
    "/prices/": ALL,
    "/organizations/": ALL,
    "/register-organization/": REGISTERING,
    "/registry-lists/": ALL,
    "/account/settings/": ALL,
    "/account/tokens/": ALL,
    "/account/sessions/": ALL,
    "/account/password/change/": ALL,
}
OF_A_PROGRAMME: dict[str, frozenset[str]] = {
    "/programmes/{programme}/": ALL,
    **{f"/questions/{name}/?programme={{programme}}": ALL for name in QUESTIONS},
    "/not-reported/?programme={programme}": ALL,
    "/targets/?programme={programme}": ALL,
    "/results/?programme={programme}": ALL,
    "/targets/{programme}/set/": REGISTERING,
    "/results/{programme}/report/": MANAGING,
}
OF_A_ROUND: dict[str, frozenset[str]] = {
    "/rounds/{round}/": ALL,
    "/rounds/{round}/entry/": ALL,
    "/rounds/{round}/workbook/": ALL,
    "/rounds/{round}/second/": ALL,
    "/rounds/{round}/returns/{organization}/": ALL,
}
OF_AN_ORGANIZATION: dict[str, frozenset[str]] = {
    "/how-is/{organization}/": ALL,
    "/organizations/{organization}/": ALL,
    "/organizations/{organization}/history/": REGISTERING,
    "/organizations/{organization}/change/": REGISTERING,
    "/organizations/{organization}/status/": REGISTERING,
    "/organizations/{organization}/merge/": REGISTERING,
    "/organizations/{organization}/apexes/join/": REGISTERING,
    "/organizations/{organization}/linkages/open/": REGISTERING,
    "/organizations/{organization}/services/add/": REGISTERING,
    "/organizations/{organization}/support/record/": REGISTERING,
}
OF_AN_APEX: dict[str, frozenset[str]] = {"/how-is/{apex}/": ALL, "/organizations/{apex}/": ALL}

#: What a page says of itself: its status, how much it scrolls sideways, what is missing and where that leads.
STATE = """() => ({
    status: performance.getEntriesByType('navigation')[0].responseStatus,
    wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    empty: [...document.querySelectorAll('main .empty')].filter(one => one.checkVisibility()).map(one => [
        one.innerText.trim(), one.querySelector('a') ? one.querySelector('a').getAttribute('href') : ""])
})"""
VIOLATIONS = "axe.run().then(found => found.violations.map(one => `${one.impact} ${one.id}: ${one.nodes[0].html.slice(0, 160)}`))"
#: What differs from one opening to the next in a page that is the same.
VARYING = re.compile(r'name="csrfmiddlewaretoken" value="\w+"|\d+ (second|minute)s? ago')


@dataclass
class Seen:
    """One page as somebody saw it."""

    role: str
    path: str
    status: int
    expected: int
    milliseconds: float
    complaints: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    #: pixels by which the page is wider than the screen
    wide: int = 0
    #: empty states: what they say, where they lead, and what is wrong with that
    empty: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def wrong(self) -> list[str]:
        found = [*self.complaints, *self.violations]
        if self.status != self.expected:
            found.append(f"answered {self.status}, not {self.expected}")
        if self.wide > 0:
            found.append(f"{self.wide} pixels too wide")
        found += [f"says “{text}” and leads to {url or 'nothing'}: {why}" for text, url, why in self.empty if why]
        return [f"{self.role} {self.path}: {one}" for one in found]


def addresses(place: Place) -> dict[str, frozenset[str]]:
    """Every page that there is in this installation, and who may open it."""
    there = [
        (PLAIN, True),
        (OF_A_PROGRAMME, place.programme),
        (OF_A_ROUND, place.round),
        (OF_AN_ORGANIZATION, place.organization),
        (OF_AN_APEX, place.apex),
    ]
    return {path.format(**vars(place)): who for pages, is_there in there if is_there for path, who in pages.items()}


class Walker:
    """Opens pages of one installation in one look. A content that was looked at, as whomever, is not drawn again: it is
    asked for, its status is told, and its links are followed as who walks now. `again`: it is drawn all the same."""

    def __init__(
        self, browser: Browser, base: str, *, width: int = 360, theme: str = "light", language: str = "en",
        pictures: Path | None = None, again: bool = False,
    ) -> None:  # fmt: skip
        self.browser, self.base, self.width, self.theme, self.language = browser, base, width, theme, language
        self.pictures, self.again = pictures, again
        #: content → its empty states
        self.known: dict[str, list[tuple[str, str]]] = {}
        #: address → status, for who walks now
        self.answers: dict[str, int] = {}

    def walk(self, place: Place, role: str) -> Iterator[Seen]:
        context = self.browser.new_context(viewport={"width": self.width, "height": 900})
        context.add_cookies(
            [
                {"name": "trellis_session", "value": place.sessions[role], "url": self.base},
                {"name": "trellis_language", "value": self.language, "url": self.base},
            ]
        )
        context.add_init_script(f"localStorage.setItem('trellis-theme', '{self.theme}')")
        page = context.new_page()
        self.answers = {}
        heard: list[str] = []
        page.on("console", lambda message: heard.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: heard.append(str(error)))
        for path, who in addresses(place).items():
            heard.clear()
            yield self._look(page, role, path, 200 if role in who else 403, heard)
        context.close()

    def _dead_end(self, page: Page, path: str, url: str) -> str:
        """Why the link of an empty state helps nobody, or nothing."""
        here = self.base + path
        target = urljoin(here, url)
        if not url or target == here:
            return "nowhere to go"
        if target not in self.answers:
            self.answers[target] = page.request.get(target, timeout=120_000).status
        return "" if self.answers[target] == 200 else f"it answers {self.answers[target]}"

    def _look(self, page: Page, role: str, path: str, expected: int, heard: list[str]) -> Seen:
        began = time.perf_counter()
        if not self.again:
            answer = page.request.get(self.base + path)
            known = self.known.get(_content(answer.text()))
            if known is not None:
                seen = Seen(role, path, answer.status, expected, (time.perf_counter() - began) * 1000)
                seen.empty = [(text, url, self._dead_end(page, path, url)) for text, url in known]
                return seen
        response = page.goto(self.base + path)
        assert response is not None
        drawn(page)
        taken = (time.perf_counter() - began) * 1000
        state: dict[str, Any] = page.evaluate(STATE)
        # A refusal is told in the console too.
        complaints = [one for one in heard if state["status"] == 200 or str(state["status"]) not in one]
        told = [(text, url) for text, url in state["empty"]] if state["status"] == 200 else []
        content, violations = _content(response.text()), []
        if content not in self.known:
            self.known[content] = told
            page.evaluate(AXE)
            violations = page.evaluate(VIOLATIONS)
        if self.pictures is not None:
            page.evaluate("scrollTo(0, 0)")
            name = re.sub(r"\W+", "-", path).strip("-") or "portfolio"
            page.screenshot(path=self.pictures / f"{name}.png", full_page=True)
        empty = [(text, url, self._dead_end(page, path, url)) for text, url in told]
        return Seen(role, path, state["status"], expected, taken, complaints, violations, state["wide"], empty)


def _content(html: str) -> str:
    """What stands in the middle of a page, without what differs from one opening to the next."""
    return VARYING.sub("", html[html.index("<main") : html.index("</main>")])
