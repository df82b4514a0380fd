"""The demonstration as every role: each page that it may open does, and nothing there leads where it may not go. In a file
of its own, since files are what is shared out among the processes of a test run."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.installations import Place
from tests.browser.walking import Walker
from tests.deployment.test_local_run import Site

pytestmark = pytest.mark.browser

#: Role → a programme of the demonstration that it reads.
OWN = {"administrator": "PCDP", "country programme manager": "DEMO-HILLS", "me officer": "DEMO-HILLS", "viewer": "REP",
       "api client": "MRCP"}  # fmt: skip


def test_every_page_opens_for_every_role_that_may(browser: Browser, site: Site, signed_in: dict[str, Any]) -> None:
    """With the case programmes and the demonstration; nothing that is missing leads to where this person may not go."""
    walker = Walker(browser, site.base)
    wrong = []
    for role, programme in OWN.items():
        session = next(one["value"] for one in signed_in[role]["cookies"] if one["name"] == "trellis_session")
        name = role.replace(" ", "_")
        codes = ("demo-hills-outputs", "DEMO-G01", "DEMO-U1") if programme == "DEMO-HILLS" else ()
        wrong += [one for seen in walker.walk(Place({name: session}, programme, *codes), name) for one in seen.wrong]
    assert wrong == []
