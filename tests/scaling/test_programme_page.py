"""Portfolio and Programme on the frame: the box, phases against phases, another programme, as known at a moment."""

from __future__ import annotations

import datetime
import io
import json
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from programmes import financing
from programmes.access import RoleName
from programmes.models import FinancingLine, Partner, Phase, Programme
from scaling import rollups
from scaling.dashboards.page import Page, Table
from scaling.reports import operations, pdf
from scaling.reports.pack import collect
from tests import factories
from tests.scaling.test_recorded_tables import now

pytestmark = pytest.mark.django_db


@pytest.fixture
def everything(client: Client) -> Client:
    client.force_login(factories.administrator())
    return client


def page(client: Client, url: str) -> Page:
    answer = client.get(url)
    assert answer.status_code == 200, answer.content.decode()[:2000]
    found: Page = answer.context["page"]
    return found


def box(found: Page) -> dict[str, list[str]]:
    """Measure → texts of its phases and of the whole."""
    table: Table = found.all_tables["box"]
    return {row[0].text: [f"{one.bound}{one.text}" for one in row[2:]] for row in table.rows}


# --- the box ---------------------------------------------------------------------------------------------------------
def test_the_box_is_that_of_the_note_phase_by_phase(everything: Client) -> None:
    found = page(everything, "/programmes/PCDP/")
    rows = box(found)
    assert rows["IFAD"] == ["20.0", "39.0", "85.0", "144.0"]
    assert rows["World Bank"] == ["40.0", "80.0", "100.0", "220.0"]
    assert rows["Government of Ethiopia"] == ["not reported", "5.0", "5.0", "≥10.0"]
    assert rows["Beneficiaries"] == ["not reported", "14.7", "13.2", "≥27.9"]
    assert rows["Leverage ratio"][:3] == ["≥2.00", "2.56", "1.39"]
    assert rows["Districts covered"][:3] == ["32", "55", "107"]
    assert rows["Persons benefiting"][:3] == ["600,000", "1,900,000", "4,700,000"]
    assert rows["IFAD US$ per person added, on the corrected, cumulative basis"][:3] == ["33.33", "30.00", "30.36"]
    table = found.all_tables["box"]
    assert list(table.groups.values()) == [
        "Financing by financier, and leverage",
        "Coverage",
        "People reached",
        "Other results",
        "Each phase against Phase I",
    ]
    assert [column.label for column in table.columns] == [
        "Measure",
        "Unit",
        "Phase I",
        "Phase II",
        "Phase III",
        "Whole programme",
    ]


def test_organizations_of_a_box_are_told_by_kind(everything: Client) -> None:
    rows = box(page(everything, "/programmes/TNWDP/"))
    assert rows["Organizations created: SHG"] == ["5,207"]
    assert rows["Organizations created: VLC"] == ["not reported"]


def test_the_register_tells_organizations_by_kind_and_members(reader: Client) -> None:
    found = page(reader, "/programmes/NET/")
    rows = box(found)
    kinds = [int(texts[-1]) for name, texts in rows.items() if name.endswith(", active in the register")]
    assert kinds[-1] == sum(kinds[:-1]) > 0, "all kinds are the sum of each"
    members = page(reader, "/questions/membership/?programme=NET").all_tables["members-by-round"].rows[-1]
    assert rows["Members observed in the last round"][-1] in [one.text for one in members]
    assert "members were observed" in found.answer


def test_the_box_can_be_had_as_csv_and_xlsx_with_its_headings(everything: Client) -> None:
    table = page(everything, "/programmes/PCDP/?basis=corrected").all_tables["box"]
    assert parse_qs(urlsplit(table.csv_url).query) == {"programme": ["PCDP"], "basis": ["corrected"]}
    lines = everything.get(table.csv_url).content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Part,Measure,Unit,Phase I,") and len(lines) == 1 + len(table.rows)
    assert lines[1].startswith('"Financing by financier, and leverage",IFAD,US$ million,20')
    book = openpyxl.load_workbook(io.BytesIO(everything.get(table.xlsx_url).content))
    assert book.active is not None and book.active["D2"].value == 20


def test_two_amounts_of_one_financier_are_added_and_none_is_lost(everything: Client) -> None:
    programme = Programme.objects.create(code="TWO", name="Two", instrument="project", is_ifad_financed=True)
    phase = Phase.objects.create(code="TWO-1", programme=programme, label="Phase I", sequence=1)
    partner = Partner.objects.get(code="IFAD")
    for instrument, amount in (("loan", 4_000_000), ("grant", 1_500_000)):
        FinancingLine.objects.create(
            phase=phase, partner=partner, financing_class="anchor", instrument=instrument, amount=amount, currency="USD"
        )
    rollups.recompute_phase(phase.pk)
    assert box(page(everything, "/programmes/TWO/"))["IFAD"] == ["5.5"]


# --- phases, and another programme -----------------------------------------------------------------------------------
def test_a_phase_is_told_against_the_one_that_is_chosen(everything: Client) -> None:
    whole = page(everything, "/programmes/PCDP/")
    later = page(everything, "/programmes/PCDP/?against=PCDP-II")
    assert "From Phase I to Phase III coverage grew 3.3 times" in whole.answer
    assert "From Phase II to Phase III coverage grew 1.9 times and reach 2.5 times" in later.answer
    assert box(later)["Coverage, times"][1:3] == ["1.00", "1.95"]
    shown = next(one for one in later.filters if one.name == "against")
    assert shown.value == "Phase II" and shown.is_set
    second = page(everything, "/programmes/PCDP/?phase=PCDP-II")
    assert [column.label for column in second.all_tables["box"].columns][2:] == [
        "Phase I",
        "Phase II",
        "Whole programme",
    ]
    assert "From Phase I to Phase II" in second.answer


def second_phase() -> None:
    Phase.objects.create(
        programme=Programme.objects.get(code="NET"),
        code="NET-2",
        sequence=2,
        label="II",
        effectiveness=datetime.date(2020, 7, 1),
    )


def test_a_phase_to_compare_with_stands_for_its_last_round(reader: Client) -> None:
    second_phase()
    of_phase = page(reader, "/questions/membership/?programme=NET&round=net-2022&against=NET-1")
    of_round = page(reader, "/questions/membership/?programme=NET&round=net-2022&against=net-2020")
    assert of_phase.answer == of_round.answer != page(reader, "/questions/membership/?programme=NET").answer


def test_a_phase_without_a_round_cannot_be_compared_with_and_says_so(reader: Client) -> None:
    second_phase()
    Phase.objects.filter(code="NET-1").update(
        approval=datetime.date(1990, 1, 1), effectiveness=None, completion=datetime.date(1991, 1, 1), closing=None
    )
    found = page(reader, "/questions/membership/?programme=NET&against=NET-1")
    assert found.empty is not None and "nothing to compare" in found.empty.text


def test_a_phase_that_the_source_does_not_split_leads_to_all(everything: Client) -> None:
    found = page(everything, "/programmes/REP/?phase=REP-II")
    assert found.empty is not None and found.empty.action_url == "/programmes/REP/"


def test_another_programme_stands_beside(everything: Client) -> None:
    table = page(everything, "/programmes/PCDP/?beside=TEJASWINI").all_tables["beside"]
    assert [column.label for column in table.columns] == ["Measure", "PCDP", "Tejaswini"]
    rows = {row[0].text: [one.text for one in row[1:]] for row in table.rows}
    assert rows["Leverage ratio"] == ["1.79", "8.00"] and rows["Districts, latest phase"] == ["107", "39"]


# --- addresses -------------------------------------------------------------------------------------------------------
def test_a_programme_has_one_address_and_no_other_programme_fits_into_it(everything: Client) -> None:
    assert everything.get("/questions/programme/?programme=PCDP").headers["Location"] == "/programmes/?programme=PCDP"
    assert everything.get("/questions/portfolio/?country=ETH").headers["Location"] == "/?country=ETH"
    both = everything.get("/programmes/PCDP/?programme=TNWDP")
    assert both.status_code == 400 and "One value is expected" in both.content.decode()
    shown = page(everything, "/programmes/PCDP/?kind=shg")
    urls = {one.label: one.url for one in next(one for one in shown.filters if one.name == "programme").options}
    assert urls["Tejaswini"] == "/programmes/TEJASWINI/?kind=shg"
    typed = next(one.typed for one in shown.filters if one.name == "as_of")
    assert typed is not None and typed.hidden == [("kind", "shg")]
    several = page(everything, "/programmes/")
    assert several.empty is not None and several.empty.action_url.startswith("/programmes/")


def test_somebody_elses_programme_is_not_there(client: Client) -> None:
    client.force_login(factories.person(RoleName.VIEWER, country="IND"))
    assert client.get("/programmes/PCDP/").status_code == 404
    assert client.get("/programmes/?programme=PCDP").status_code == 400
    assert "PCDP" not in client.get("/").content.decode()


def test_the_navigation_names_the_records_of_the_enabling_space_apart(everything: Client) -> None:
    words = everything.get("/").content.decode()
    assert words.count(">Enabling space<") <= 1 and "Policy events and ratings" in words
    labels = [entry.label for section in everything.get("/").context["navigation"] for entry in section.entries]
    assert len(labels) == len(set(labels))


# --- Portfolio -------------------------------------------------------------------------------------------------------
def test_the_portfolio_is_narrowed_to_what_is_chosen_and_says_so(everything: Client) -> None:
    one = page(everything, "/?programme=PCDP")
    assert [row[0].text for row in one.all_tables["programmes"].rows] == ["PCDP"]
    assert any(chip.url == "/" and "every programme" in chip.text for chip in one.chips)
    india = page(everything, "/?country=IND")
    assert {row[0].text for row in india.all_tables["financing-by-programme"].rows} == {"MRCP", "Tejaswini", "TNWDP"}
    where = page(everything, "/").all_tables["financing-by-country"].rows
    assert {row[0].url for row in where} >= {"/?country=IND", "/?country=ETH", "/?country=GHA"}


def test_the_portfolio_counts_members_where_organizations_report(reader: Client) -> None:
    found = page(reader, "/?programme=NET")
    members = page(reader, "/programmes/NET/").headlines
    assert found.headlines[2] in members and found.headlines[2].label == "Members of organizations"
    labels = [column.label for column in found.all_tables["programmes"].columns]
    assert "Members observed" in labels and any("organizations due" in one.text for one in found.chips)


# --- as known at a moment --------------------------------------------------------------------------------------------
def test_what_was_corrected_later_is_not_in_a_page_of_then(everything: Client) -> None:
    line = FinancingLine.objects.get(phase__code="PCDP-II", partner__code="IFAD")
    then = now()
    financing.correct_amount(
        line=line, amount=Decimal(50_000_000), kind="documented", reason="a slip", source="the agreement", by=None
    )
    while rollups.drain():
        pass
    later = page(everything, "/programmes/PCDP/?basis=corrected")
    found = page(everything, f"/programmes/PCDP/?basis=corrected&known_at={then.isoformat().replace('+', '%2B')}")
    assert box(later)["IFAD"][1] == "50.0" and box(found)["IFAD"][1] == "39.0"
    assert later.banner is None and found.banner is not None and "As known on" in found.banner.text
    assert found.banner.url == "/programmes/PCDP/?basis=corrected"
    assert 'class="alert alert-warning banner"' in everything.get(found.share_url).content.decode()
    portfolio = page(everything, f"/?basis=corrected&known_at={then.isoformat().replace('+', '%2B')}")
    assert portfolio.banner is not None and portfolio.answer != page(everything, "/?basis=corrected").answer


def test_a_page_of_a_moment_gives_the_figures_of_the_page_of_now(reader: Client) -> None:
    then = now().isoformat().replace("+", "%2B")
    for name in ("membership", "inclusion", "pathway", "finance"):
        url = f"/questions/{name}/?programme=NET"
        today, moment = page(reader, url), page(reader, f"{url}&known_at={then}")
        assert moment.answer == today.answer and moment.headlines == today.headlines, name


# --- in a pack -------------------------------------------------------------------------------------------------------
def test_a_pack_of_a_programme_holds_portfolio_programme_and_the_box_and_nothing_of_others(everything: Client) -> None:
    by = factories.administrator()
    row = operations.ask(by=by, programme=Programme.objects.get(code="PCDP"), selection={}, language="en", format="pdf")
    found = collect(row)
    assert [one.name for one in found.pages[:2]] == ["portfolio", "programme"]
    sources: dict[str, Any] = json.loads(pdf.sources(found)["pack.json"])
    made = next(one for one in sources["pages"][1]["tables"] if one["title"] == "The box as a table")
    assert made["groups"]["0"] == "Financing by financier, and leverage" and made["rows"][0][2:5] == [
        "20.0",
        "39.0",
        "85.0",
    ]
    league = found.pages[0].all_tables["programmes"]
    assert [line[0].text for line in league.rows] == ["PCDP"]
    assert "TNWDP" not in json.dumps(sources["pages"][:2])
    assert pdf.write(found).startswith(b"%PDF")


def test_pages_take_a_fixed_number_of_queries_however_many_programmes_have_rounds(reader: Client) -> None:
    def count(url: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert reader.get(url).status_code == 200
        return len(queries)

    for url, most in (("/", 34), ("/programmes/NET/", 36)):
        count(url)
        first = count(url)
        for number in range(3):
            Programme.objects.create(code=f"M{url.count('/')}{number}", name=f"More {number}", instrument="project")
        assert count(url) <= first <= most
