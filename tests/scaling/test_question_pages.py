"""The frame of the pages that answer a question: filters, what is wrong with them, links, files, freshness, nothing
there. Each page is walked; what a single page says is tested in a file of its own."""

from __future__ import annotations

import gzip
import io
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from indicators.models import Round
from organizations.models import Organization
from programmes.access import RoleName
from programmes.models import Programme
from scaling import register_answers, rollups
from scaling.dashboards import frame, registry, selection
from scaling.dashboards.selection import Links
from scaling.models import DirtyMark, MarkKind
from tests import factories
from tests.scaling.network_programme import make_programme

pytestmark = pytest.mark.django_db
PAGES = sorted(registry.pages())
NET = "/questions/membership/?programme=NET"


def words(answer: Any) -> str:
    text = re.sub(r"<script.*?</script>|<[^>]+>", " ", answer.content.decode(), flags=re.S)
    return re.sub(r"\s+", " ", text)


def links(answer: Any, start: str) -> list[str]:
    return [
        url.replace("&amp;", "&") for url in re.findall(rf'href="({re.escape(start)}[^"]*)"', answer.content.decode())
    ]


# --- every page ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_its_question_and_answers_it(reader: Client, name: str) -> None:
    page = registry.pages()[name]
    answer = reader.get(page.url, {"programme": "NET"})
    assert answer.status_code == 200
    built = answer.context["page"]
    assert built.answer.strip()
    assert built.question == ("What did Network NET bring together?" if name == "programme" else str(page.question))
    assert "computed" in words(answer)
    for card in built.figures:
        assert card.reading or card.empty, card.id
        assert card.table is None or card.table.csv_url.startswith(f"/questions/{name}/")
    identifiers = re.findall(r'\bid="([^"]+)"', answer.content.decode())
    assert len(identifiers) == len(set(identifiers))


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(
    "query", ["", "programme=PCDP", "synthetic=1", "kind=pastoral&programme=NET", "place=IND&programme=NET"]
)
def test_a_page_without_figures_says_what_is_missing_and_what_to_do(reader: Client, name: str, query: str) -> None:
    answer = reader.get(f"{registry.pages()[name].url}?{query}")
    assert answer.status_code == 200
    built = answer.context["page"]
    assert built.answer and (built.figures or built.empty.action_url)
    for card in built.figures:
        assert card.figure or (card.empty and card.empty.text and card.empty.action_url), card.id


@pytest.mark.parametrize("name", PAGES)
def test_somebody_without_a_role_gets_a_next_step(client: Client, name: str) -> None:
    client.force_login(factories.user())
    assert "An administrator can do that" in words(client.get(registry.pages()[name].url))


def test_what_is_missing_first_is_named_with_the_way_to_enter_it(client: Client) -> None:
    """Organizations come first: to the form for who keeps the register, to the list for who reads it."""
    make_programme("BARE")

    def told(who: Any) -> tuple[str, str]:
        client.force_login(who)
        empty = client.get("/questions/membership/?programme=BARE").context["page"].empty
        return empty.text, empty.action_url

    viewer, officer = (factories.person(role, programme="BARE") for role in (RoleName.VIEWER, RoleName.ME_OFFICER))
    assert "none is on the register" in told(officer)[0]
    assert told(officer)[1] == "/register-organization/" and told(viewer)[1] == "/organizations/?programme=BARE"


def test_what_is_not_computed_yet_is_no_question_that_was_not_understood(
    reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many organizations just brought in: their cells wait, and their records are too many to be read meanwhile."""

    def too_many(*_args: Any, **_given: Any) -> None:
        raise register_answers.TooMany

    monkeypatch.setattr(frame.register_sets, "read", too_many)
    page = reader.get(NET).context["page"]
    assert page.status == 400 and "20,000" in page.error, "nothing waits: the question is too large"
    rollups.mark(MarkKind.ROUND, Round.objects.filter(programme__code="NET").values_list("pk", flat=True))
    answer = reader.get(NET)
    assert answer.status_code == 200 and "still being computed" in words(answer)
    assert reader.get(f"{NET}&as_of=2023-01-01").status_code == 400


def test_the_first_administrator_is_led_to_the_first_programme(client: Client) -> None:
    first = User.objects.create_superuser("first@example.org", factories.PASSWORD)
    client.force_login(first)
    assert client.get("/").context["page"].empty.action_url == "/admin/programmes/programme/add/"
    for path in ("/targets/", "/results/", "/reports/"):
        assert "/admin/programmes/programme/add/" in client.get(path).content.decode(), path


@pytest.mark.parametrize("name", PAGES)
def test_a_page_takes_as_many_queries_for_many_programmes_as_for_one(reader: Client, name: str) -> None:
    url = f"{registry.pages()[name].url}?programme=NET"

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert reader.get(url).status_code == 200
        return len(queries)

    count()
    first = count()
    for number in range(4):
        make_programme(f"MORE{number}")
    assert count() <= first <= 37


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("language", ["en", "fr", "es", "ar"])
def test_a_page_is_light_in_every_language(reader: Client, name: str, language: str) -> None:
    reader.cookies["trellis_language"] = language
    page = reader.get(f"{registry.pages()[name].url}?programme=NET").content
    assert f'lang="{language}"'.encode() in page
    assert len(gzip.compress(page)) < 24_000


@pytest.mark.parametrize("name", PAGES)
def test_every_table_of_a_page_can_be_had_as_csv_and_as_xlsx(reader: Client, name: str) -> None:
    page = registry.pages()[name]
    built = reader.get(page.url, {"programme": "NET"}).context["page"]
    assert built.all_tables
    for table in built.all_tables.values():
        assert parse_qs(urlsplit(table.csv_url).query) == {"programme": ["NET"]}
        lines = reader.get(table.csv_url).content.decode("utf-8-sig").splitlines()
        assert len(lines) == 1 + len(table.rows)
        book = openpyxl.load_workbook(io.BytesIO(reader.get(table.xlsx_url).content))
        assert book.active is not None and book.active.max_row == len(lines)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_never_shows_the_other_side(net: Programme, client: Client, name: str) -> None:
    client.force_login(factories.person(RoleName.VIEWER, country="IND"))
    url = registry.pages()[name].url
    html = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", client.get(url).content.decode())
    assert "NET" not in html  # the token, which is drawn by chance, may spell anything
    for query in ({"programme": "NET"}, {"round": "net-2022"}, {"apex": "F1"}, {"beside": "NET"}, {"country": "XNA"}):
        refused, unknown = client.get(url, query), client.get(url, dict.fromkeys(query, "NOPE"))
        code = next(iter(query.values()))
        assert refused.status_code == unknown.status_code == 400
        assert refused.context["page"].filters_set == unknown.context["page"].filters_set
        errors = [one.error for one in refused.context["page"].filters if one.error]
        assert errors == [one.error.replace("NOPE", code) for one in unknown.context["page"].filters if one.error]


# --- filters ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("query", "at", "said"),
    [
        ("kind=shgs", "kind", "One of shg"),
        ("tier=top", "tier", "One of primary"),
        ("programme=NOPE", "programme", "There is no “NOPE”"),
        ("country=ETH&programme=NET", "programme", "does not work in this country"),
        ("phase=PCDP-I", "phase", "There is no “PCDP-I”"),
        ("round=net-1999", "round", "no round “net-1999”"),
        ("round=net-2022&phase=NET-1", "round", "outside the phase"),
        ("round=net-2020&against=net-2022", "against", "earlier date"),
        ("round=net-2020&as_of=2019-01-01", "as_of", "before the date"),
        ("as_of=30.6.2022", "as_of", "2022-06-30"),
        ("as_of=2022-02-31", "as_of", "2022-06-30"),
        ("place=NOWHERE", "place", "There is no “NOWHERE”"),
        ("apex=F9", "apex", "There is no “F9”"),
        ("beside=NET", "beside", "another programme"),
        ("against=NET-1", "against", "must come before"),
        ("phase=NET-1&against=NET-1", "against", "must come before"),
        ("known_at=yesterday", "known_at", "2022-06-30T17:00:00Z"),
        ("known_at=2999-01-01", "known_at", "not over yet"),
        ("known_at=2001-01-01", "known_at", "are on record since"),
        ("kind=shg&kind=union", "kind", "One value"),
        ("kind=" + "x" * 3000, "kind", "At most 200"),
        ("apex=%E2%80%AE", "apex", "There is no"),
    ],
)
def test_a_bad_value_is_told_beside_its_filter_and_the_rest_is_kept(
    reader: Client, query: str, at: str, said: str
) -> None:
    known = "" if "programme=" in query else "programme=NET&"
    answer = reader.get(f"/questions/membership/?{known}tier=primary&{query}" if at != "tier" else f"{NET}&{query}")
    assert answer.status_code == 400
    page = answer.context["page"]
    assert {one.name for one in page.filters if one.error} == {at}
    (error,) = [one.error for one in page.filters if one.error]
    assert said in error
    assert f'aria-describedby="filter-{at}-error"' in answer.content.decode()
    assert not page.figures and page.empty
    kept = parse_qs(urlsplit(page.empty.action_url).query)
    assert at not in kept
    assert at == "tier" or kept["tier"] == ["primary"]
    assert reader.get(page.empty.action_url).status_code == 200


def test_an_unknown_filter_is_refused_with_the_known_ones(reader: Client) -> None:
    answer = reader.get(f"{NET}&colour=red")
    assert answer.status_code == 400
    assert "Unknown filter “colour”" in words(answer) and "as_of" in words(answer)
    assert reader.get("/questions/nothing/").status_code == 404


def test_only_values_that_exist_are_offered(reader: Client) -> None:
    shown = {one.name: [option.label for option in one.options] for one in reader.get(NET).context["page"].filters}
    kinds = set(Organization.objects.filter(enrolments__programme__code="NET").values_list("kind", flat=True))
    assert len(shown["kind"]) == 1 + len(kinds)
    assert len(shown["round"]) >= 4 and "the last" in shown["round"]


def test_filters_go_along_and_what_no_longer_fits_is_dropped() -> None:
    links = Links("/here/", {"programme": "NET", "round": "net-2022", "kind": "shg", "prices": "usd"})
    assert links.here() == "/here/?programme=NET&round=net-2022&kind=shg&prices=usd"
    assert links.here(programme="PCDP") == "/here/?programme=PCDP&kind=shg&prices=usd"
    assert links.here(prices="local", kind="") == "/here/?programme=NET&round=net-2022"
    assert (
        links.to("/there/", programme="PCDP", round="pcdp-1")
        == "/there/?programme=PCDP&kind=shg&prices=usd&round=pcdp-1"
    )


def test_the_navigation_carries_the_filters_and_says_each_question(reader: Client) -> None:
    answer = reader.get(f"{NET}&kind=shg&basis=corrected")
    for name in PAGES:
        page = registry.pages()[name]
        (url,) = re.findall(rf'href="([^"]+)" title="{re.escape(str(page.question))}"', answer.content.decode())
        kept = {"programme": "NET", "kind": "shg", "basis": "corrected"}
        assert url.replace("&amp;", "&") == Links.with_only(page.url, kept)
    (portfolio,) = set(links(answer, "/?"))
    assert reader.get(portfolio).status_code == 200
    (programme,) = set(links(answer, "/programmes/"))
    assert programme == "/programmes/NET/?kind=shg&basis=corrected"
    back = links(reader.get(programme), "/questions/membership/")
    assert any("programme=NET" in url and "kind=shg" in url for url in back)


def test_a_filter_that_a_page_does_not_take_is_kept_and_said(reader: Client) -> None:
    answer = reader.get(f"{NET}&prices=usd")
    assert "Prices: not applied on this page" in words(answer)
    assert all("prices=usd" in option.url for one in answer.context["page"].filters for option in one.options)


def test_a_phase_stands_for_its_last_round(reader: Client) -> None:
    of_phase = reader.get(f"{NET}&phase=NET-1").context["page"]
    of_round = reader.get(f"{NET}&round=net-2020").context["page"]
    last = reader.get(NET).context["page"]
    assert of_phase.answer == of_round.answer != last.answer


def test_a_name_from_the_suggestions_is_as_good_as_a_code(reader: Client) -> None:
    by_name = reader.get(NET, {"programme": "NET", "apex": "Federation one (F1)"}).context["page"]
    by_code = reader.get(NET, {"programme": "NET", "apex": "F1"}).context["page"]
    assert by_name.answer == by_code.answer != reader.get(NET).context["page"].answer


def test_places_are_grouped_one_level_below_the_selected_one(reader: Client, rf: Any) -> None:
    request = rf.get("/questions/membership/", {"programme": "NET"})
    request.user = factories.administrator()
    found = selection.read(request, takes={"place"})
    assert set(found.areas_below()) == {area.code for area in found.areas.values()}
    top = {area.code for area in found.areas.values() if area.level <= 1}
    assert set(found.areas_below().values()) <= top


# --- freshness, coverage, what was left out --------------------------------------------------------------------------
def test_a_change_that_waits_is_said(reader: Client) -> None:
    round_pk = reader.get(NET).context["page"] and Programme.objects.get(code="NET").rounds.get(code="net-2022").pk
    DirtyMark.objects.create(kind="round", object_id=round_pk)
    assert "1 change waits" in words(reader.get(NET))


def test_the_api_gives_the_same_figures_at_the_address_that_is_shown(reader: Client) -> None:
    page = reader.get(f"{NET}&round=net-2022&against=net-2018").context["page"]
    (url,) = [one.url for one in page.records if "membership_growth_comparable" in one.url]
    header = factories.token_header(factories.administrator())["HTTP_AUTHORIZATION"]
    (row,) = Client(headers={"authorization": header}).get(url).json()["results"]
    assert row["against"] == "net-2018" and row["programmes"] == ["NET"]


def test_the_organizations_behind_are_reached_with_the_same_filters(reader: Client) -> None:
    page = reader.get(f"{NET}&kind=shg").context["page"]
    url = page.records[0].url
    assert parse_qs(urlsplit(url).query) == {"programme": ["NET"], "kind": ["shg"]}
    assert reader.get(url).status_code == 200


def test_a_name_that_would_be_a_formula_stays_text(reader: Client, net: Programme) -> None:
    net.acronym = "=1+1"
    net.save()
    lines = reader.get("/questions/membership/members-by-round.csv?programme=NET").content.decode("utf-8-sig")
    assert "'=1+1" in lines and ",=1+1" not in lines
    assert reader.get("/questions/membership/nothing.csv?programme=NET").status_code == 404
    assert reader.get("/questions/membership/growth.pdf?programme=NET").status_code == 404
    assert reader.get("/questions/membership/growth.csv?programme=NOPE").status_code == 400
