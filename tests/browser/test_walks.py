"""Every page as every role where there is nothing yet, or next to nothing: it opens, fits 360 pixels, axe finds nothing,
and where something is missing it says what, with a way to where it is entered that this person may go."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.installations import ROLES, Place, Web, new_database, served
from tests.browser.walking import Seen, Walker

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """On a database beside those of the other tests."""
    template = os.environ.get("TRELLIS_TEST_TEMPLATE") or "template1"
    with (
        new_database(os.environ["DATABASE_URL"], f"walks-{os.getpid()}", template) as database,
        served(database, tmp_path_factory.mktemp("walks")) as site,
    ):
        yield site


def walked(walker: Walker, place: Place) -> list[Seen]:
    return [seen for role in place.sessions for seen in walker.walk(place, role)]


def test_every_page_as_every_role_with_no_data_and_with_little(browser: Browser, web: Web) -> None:
    """One walk, in the order in which an installation fills."""
    walker = Walker(browser, web.base)
    (empty,) = web.fill("fresh")
    nothing = walked(walker, empty)
    assert [wrong for seen in nothing for wrong in seen.wrong] == []
    told = {seen.path: seen.empty for seen in nothing}
    for path in ("/", "/questions/membership/", "/questions/enabling-space/", "/targets/", "/rounds/", "/reports/"):
        assert [url for _text, url, _why in told[path]] == ["/admin/programmes/programme/add/"], path

    just_made, little = web.fill("little")
    begun = walked(walker, just_made)
    assert {seen.role for seen in begun} == set(ROLES)
    assert [wrong for seen in begun for wrong in seen.wrong] == []
    first = {seen.role: seen.empty for seen in begun if seen.path == "/questions/membership/?programme=JUST-MADE"}
    for role, ((text, url, _why),) in first.items():
        reads_only = role in ("viewer", "api_client")
        assert "none is on the register" in text
        assert url == ("/organizations/?programme=JUST-MADE" if reads_only else "/register-organization/"), role

    some = walked(walker, little)
    assert [wrong for seen in some for wrong in seen.wrong] == []
    shown = [seen for seen in some if seen.path == "/questions/membership/?programme=LITTLE"]
    assert len(shown) == len(ROLES) and all(seen.status == 200 for seen in shown)
