"""Activity files: shaped as the standard says, true to what is kept here, for who may see it."""

from __future__ import annotations

import datetime
import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from indicators import results, targets
from indicators.models import Indicator
from programmes import financing
from programmes.access import RoleName
from programmes.models import Partner, Phase, Place, Programme
from scaling import demonstration, indicator_lines
from scaling.iati import codes, parsing, reporters
from scaling.iati.models import ReportingOrganization
from tests import factories
from tests.scaling import iati_shape
from tests.scaling.iati_shape import NS

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/iati/"
Day = datetime.date
CASES = ("PCDP", "TNWDP", "MRCP", "TEJASWINI", "NRLM", "REP")


@pytest.fixture
def reporter(db: None) -> ReportingOrganization:
    return reporters.put(
        by=None,
        country=None,
        ref="XM-DAC-41108",
        type="40",
        name="IFAD",
        partner=Partner.objects.get(code="IFAD"),
        flow_type="10",
    )


@pytest.fixture
def demo(reporter: ReportingOrganization) -> Programme:
    return demonstration.load_portfolio()


def fetched(client: Client, code: str) -> Any:
    answer = client.get(f"{ROOT}activities/{code}.xml")
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == "application/xml; charset=utf-8"
    root = parsing.activity_file(answer.content)
    iati_shape.check(root)
    return root


def one(root: Any, path: str) -> Any:
    (found,) = root.findall(path)
    return found


def activity(root: Any, code: str) -> Any:
    (found,) = [each for each in root if each.findtext("iati-identifier") == f"XM-DAC-41108-{code}"]
    return found


# --- the shape -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("code", CASES)
def test_every_case_is_shaped_as_the_standard_says(api: Client, reporter: ReportingOrganization, code: str) -> None:
    root = fetched(api, code)
    phases = Phase.objects.filter(programme__code=code, is_aggregate=False).count()
    assert len(root) == 1 + phases
    assert [each.get("hierarchy") for each in root] == ["1", *["2"] * phases]


def test_the_demonstration_is_too_and_says_that_it_is_invented(api: Client, demo: Programme) -> None:
    root = fetched(api, demo.code)
    assert "Synthetic" in root[0].findtext("description/narrative")
    assert one(root[0], f"{NS}programme").get("synthetic") == "1"


def test_the_network_with_rounds_is_too(api: Client, net: Programme, reporter: ReportingOrganization) -> None:
    targets.set_target(
        programme=net,
        indicator=Indicator.objects.get(code="GOV-1"),
        by_date=Day(2030, 12, 31),
        value=Decimal(5),
        by=None,
    )
    root = fetched(api, "NET")
    ratings = [each for each in root.iter("indicator") if each.get("measure") == codes.Measure.ORDINAL]
    assert ratings, "ratings are ordinal"
    for rating in ratings:
        values = [int(each.get("value")) for each in rating.iter("actual", "baseline") if each.get("value")]
        assert values and all(1 <= value <= 6 for value in values)
    members = next(each for each in root.iter("indicator") if each.find("reference").get("code") == "OP-06")
    assert len(members.findall("baseline")) > 1 and members.find("baseline").find("dimension") is None
    (total, *parts) = members.findall("period[1]/actual")
    assert total.find("dimension") is None and parts, "a total beside its parts"
    assert {(each.find("dimension").get("name"), each.find("dimension").get("value")) for each in parts} > {
        ("sex", "women")
    }
    references = {each.get("code"): each.get("indicator-uri") for each in members.findall("reference")}
    assert references["OP-06"] == "urn:trellis:catalogue:OP-06" and any(
        "ifad-core" in uri for uri in references.values()
    )


def test_all_that_may_be_seen_in_one_file(api: Client, demo: Programme) -> None:
    answer = api.get(f"{ROOT}activities.xml")
    root = parsing.activity_file(b"".join(answer.streaming_content))  # type: ignore[attr-defined]
    iati_shape.check(root)
    found = {each.findtext("iati-identifier") for each in root}
    assert {f"XM-DAC-41108-{code}" for code in CASES} <= found and f"XM-DAC-41108-{demo.code}" not in found
    assert len(found) == len(root)
    counted = b"".join(api.get(f"{ROOT}activities.xml?synthetic=1").streaming_content)  # type: ignore[attr-defined]
    assert f"XM-DAC-41108-{demo.code}".encode() in counted


# --- what it says ----------------------------------------------------------------------------------------------------
def test_who_takes_part_where_and_since_when(api: Client, demo: Programme) -> None:
    root = fetched(api, demo.code)
    programme, first = root[0], root[1]
    roles = {
        (each.findtext("narrative"), each.get("role"), each.get("type")) for each in programme.iter("participating-org")
    }
    assert ("IFAD", "2", "40") in roles and ("IFAD", "1", "40") in roles
    assert ("Government (synthetic)", "1", "10") in roles
    assert not [each for each in roles if each[0].startswith("Grain buyer")], "crowd-in is no funding of the activity"
    assert (one(programme, "recipient-country").get("code"), one(programme, "recipient-country").get("percentage")) == (
        "KE",
        "100",
    )
    assert {each.get("type"): each.get("iso-date") for each in first.iter("activity-date")} == {
        "2": "2014-01-01",
        "4": "2018-12-31",
    }
    assert {each.get("type"): each.get("iso-date") for each in programme.iter("activity-date")} == {
        "2": "2014-01-01",
        "3": "2023-12-31",
    }
    assert (one(first, "activity-status").get("code"), one(programme, "activity-status").get("code")) == ("3", "2")
    related = {(each.get("ref"), each.get("type")) for each in first.iter("related-activity")}
    assert related == {(f"XM-DAC-41108-{demo.code}", "1"), (f"XM-DAC-41108-{demo.code}.{demo.code}-2", "3")}


def test_several_countries_share_a_hundred_per_cent(api: Client, demo: Programme) -> None:
    demo.countries.set(Place.objects.filter(code__in=["ETH", "IND", "GHA"]))
    places = fetched(api, demo.code)[0].findall("recipient-country")
    assert {each.get("code") for each in places} == {"ET", "GH", "IN"}
    assert sum(Decimal(each.get("percentage")) for each in places) == 100
    assert all("equal parts" in each.findtext("narrative") for each in places)


def test_plans_are_budgets_and_what_was_paid_is_transactions(api: Client, demo: Programme) -> None:
    first = fetched(api, demo.code)[1]
    budgets = {
        (each.find("value").get("currency"), each.find("value").text, each.get("type")): len(
            each.findall(f"{NS}financing")
        )
        for each in first.iter("budget")
    }
    assert budgets == {("USD", "12000000", "1"): 1, ("KES", "580000000", "1"): 3}
    paid = {
        each.findtext("provider-org/narrative"): (
            each.find("transaction-type").get("code"), each.find("value").text, each.find("value").get("value-date")
        )
        for each in first.iter("transaction")
    }  # fmt: skip
    assert paid["IFAD"] == ("3", "11600000", "2014-01-01"), "IFAD reports: its money goes out"
    assert paid["Government (synthetic)"] == ("1", "270000000", "2014-01-01")
    (beside,) = first.findall(f"{NS}financing")
    assert (beside.get("class"), beside.get("why-not-published")) == ("crowd_in", "crowd-in")


def test_agreed_money_is_a_commitment(api: Client, demo: Programme) -> None:
    phase = Phase.objects.get(code=f"{demo.code}-1")
    for code, kind in (("IFAD", "anchor"), ("DEMO-GOV", "cofinancing")):
        financing.record_line(
            phase=phase, partner=Partner.objects.get(code=code), financing_class=kind, stage="agreed", instrument="grant",
            amount=Decimal(5), currency="USD", value_date=Day(2014, 2, 1), by=None,
        )  # fmt: skip
    found = {
        each.find("transaction-type").get("code"): each.find("finance-type").get("code")
        for each in fetched(api, demo.code)[1].iter("transaction")
        if each.find("value").text == "5"
    }
    assert found == {"2": "110", "11": "110"}


def test_what_has_no_day_is_told_beside_and_never_dropped(api: Client, reporter: ReportingOrganization) -> None:
    root = fetched(api, "TEJASWINI")
    phase = activity(root, "TEJASWINI.TEJASWINI-1")
    assert not phase.findall("budget")
    money = {each.get("partner"): each for each in phase.findall(f"{NS}financing")}
    health = money["GOV-IND-HEALTH"]
    assert (health.get("amount"), health.get("why-not-published")) == ("160000000", "no-value-date")
    assert (health[0].get("amount"), health[0].get("kind")) == ("160000", "documented"), "the correction stands beside"
    date = one(phase, "activity-date")
    assert date.find(f"{NS}not-stated") is not None and "states no date" in date.findtext("narrative")
    undated = {
        (found.find("reference").get("code"), each.get("part"), each.get("place")): each.get("value")
        for found in phase.iter("indicator")
        for each in found.findall(f"{NS}undated")
    }
    assert (
        undated["coverage_districts", None, "IND-MH"] == "33"
        and undated["organizations_created", "SHG", None] == "66304"
    )
    assert [each.get("type") for each in phase.findall("description")] == ["2", "4"]
    dash = activity(fetched(api, "PCDP"), "PCDP.PCDP-I").findall(f"{NS}financing")
    assert {each.get("partner"): each.get("why-not-published") for each in dash}["GOV-ETH"] == "NOT_REPORTED"


def test_totals_that_are_not_split_stand_in_the_programme(api: Client, reporter: ReportingOrganization) -> None:
    root = fetched(api, "REP")
    assert root[0].findall(f"{NS}financing") and not any(each.findall(f"{NS}financing") for each in root[1:])
    assert root[0].findall("result") and not any(each.findall("result") for each in root[1:])


def test_copies_and_originals_are_related_as_far_as_they_may_be_seen(reporter: ReportingOrganization) -> None:
    def related(country: str) -> set[str]:
        someone = factories.person(RoleName.VIEWER, **{"country" if len(country) == 3 else "programme": country})
        client = Client(headers={"authorization": factories.token_header(someone)["HTTP_AUTHORIZATION"]})
        return {
            each.get("ref") for each in fetched(client, "MRCP")[0].iter("related-activity") if each.get("type") == "3"
        }

    assert related("IND") == {"XM-DAC-41108-TNWDP", "XM-DAC-41108-TEJASWINI", "XM-DAC-41108-NRLM"}
    assert related("MRCP") == set()


def dated_pcdp() -> Phase:
    phase = Phase.objects.get(code="PCDP-II")
    phase.effectiveness, phase.completion = Day(2009, 1, 1), Day(2013, 12, 31)
    phase.save()
    return phase


def test_results_have_titles_in_the_languages_there_are_and_say_what_was_corrected(
    api: Client, reporter: ReportingOrganization
) -> None:
    phase = dated_pcdp()
    indicator = Indicator.objects.get(code="beneficiaries")
    targets.set_target(
        programme=phase.programme,
        phase=phase,
        indicator=indicator,
        by_date=Day(2013, 12, 31),
        value=Decimal(2_000_000),
        by=None,
    )
    own = activity(fetched(api, "PCDP"), "PCDP.PCDP-II")
    found = next(each for each in own.iter("indicator") if each.find("reference").get("code") == "beneficiaries")
    languages = [each.get(iati_shape.LANG) for each in found.findall("title/narrative")]
    assert languages[0] == "en" and {"fr", "es", "ar"} < set(languages)
    assert (found.get("measure"), found.get("ascending")) == ("1", "1")
    period = one(found, "period")
    assert [period.find(each).get("iso-date") for each in ("period-start", "period-end")] == [
        "2009-01-01",
        "2013-12-31",
    ]
    assert (period.find("target").get("value"), period.find("actual").get("value")) == ("2000000", "1900000")
    assert "Corrected (documented) to cumulative" in period.findtext("actual/comment/narrative")
    assert one(period, f"actual/{NS}result").get("as-printed") == "1,900,000"


def test_no_value_is_no_zero(api: Client, reporter: ReportingOrganization) -> None:
    phase = dated_pcdp()
    results.report(
        programme=phase.programme, phase=phase, indicator=Indicator.objects.get(code="wage_jobs_created"), value=None,
        unit="jobs", basis="per_period", null_reason="NOT_SURVEYED", by=None,
    )  # fmt: skip
    own = activity(fetched(api, "PCDP"), "PCDP.PCDP-II")
    found = next(each for each in own.iter("indicator") if each.find("reference").get("code") == "wage_jobs_created")
    actual = one(found, "period/actual")
    assert actual.get("value") is None and "not surveyed" in actual.findtext("comment/narrative")


def test_an_indicator_that_should_fall_is_not_ascending(api: Client, reporter: ReportingOrganization) -> None:
    dated_pcdp()
    version = Indicator.objects.get(code="subprojects").versions.get()
    type(version).objects.filter(pk=version.pk).update(higher_is_better=False)
    own = activity(fetched(api, "PCDP"), "PCDP.PCDP-II")
    found = next(each for each in own.iter("indicator") if each.find("reference").get("code") == "subprojects")
    assert found.get("ascending") == "0"


def test_text_that_xml_cannot_hold_is_marked(api: Client, reporter: ReportingOrganization) -> None:
    Programme.objects.filter(code="PCDP").update(goal="a\x0bb <c> & “d” \ufffe")
    assert fetched(api, "PCDP")[0].findtext("description/narrative").startswith("a\ufffdb <c> & “d” \ufffd")


# --- who reports -----------------------------------------------------------------------------------------------------
def test_without_a_reporter_it_says_what_to_do(api: Client) -> None:
    for path in ("activities/PCDP.xml", "activities.xml"):
        answer = api.get(ROOT + path)
        assert answer.status_code == 409 and "PCDP" in answer.json()["detail"], answer.content
        assert answer["Content-Type"] == "application/problem+json"


def test_a_country_may_have_its_own(api: Client, reporter: ReportingOrganization) -> None:
    reporters.put(
        by=None, country=Place.objects.get(code="ETH"), ref="ET-GOV-7", type="10", name="Ministère", language="fr",
        currency="ETB",
    )  # fmt: skip
    root = fetched(api, "PCDP")
    assert one(root[0], "reporting-org").get("ref") == "ET-GOV-7"
    assert (root[0].get(iati_shape.LANG), root[0].get("default-currency")) == ("fr", "ETB")
    assert "source" in root[1].findtext("activity-date/narrative")
    assert one(fetched(api, "TNWDP")[0], "reporting-org").get("ref") == "XM-DAC-41108"


@pytest.mark.parametrize(
    ("field", "value"), [("ref", "41108"), ("ref", "XM DAC-1"), ("currency", "US$"), ("sector", "311"), ("type", "99")]
)
def test_a_reporter_is_refused_by_field(reporter: ReportingOrganization, field: str, value: str) -> None:
    right = {"ref": "XM-DAC-41108", "type": "40", "name": "IFAD"}
    with pytest.raises(ValidationError) as refused:
        reporters.put(by=None, country=None, **{**right, field: value})
    assert set(refused.value.message_dict) == {field}
    with pytest.raises(IntegrityError), transaction.atomic():
        ReportingOrganization.objects.filter(pk=reporter.pk).update(**{field: value})


def test_administrators_name_who_reports_on_the_page(client: Client) -> None:
    manager = factories.person(RoleName.COUNTRY_PROGRAMME_MANAGER, country="ETH")
    sent = {
        "country": "ETH", "ref": "XM-DAC-41108", "name": "IFAD", "type": "40", "role": "2", "currency": "USD",
        "language": "en", "sector": "43040",
    }  # fmt: skip
    client.force_login(manager)
    assert client.post(reverse("scaling:iati"), sent).status_code == 403
    with pytest.raises(PermissionDenied):
        reporters.put(by=manager, country=None, ref="XM-DAC-41108", type="40", name="IFAD")
    client.force_login(factories.administrator())
    assert client.post(reverse("scaling:iati"), {**sent, "ref": "no"}).status_code == 422
    assert client.post(reverse("scaling:iati"), sent).status_code == 302
    again = client.post(reverse("scaling:iati"), {**sent, "sector": "31194"})
    assert again.status_code == 302, again.context["form"].errors
    assert ReportingOrganization.objects.get().sector == "31194"
    shown = client.get(reverse("scaling:iati"), {"country": "ETH"}).content.decode()
    assert "PCDP.xml" in shown and "TNWDP.xml" not in shown and 'value="31194"' in shown


# --- who may, how much it takes --------------------------------------------------------------------------------------
def test_what_is_out_of_scope_does_not_exist(reporter: ReportingOrganization) -> None:
    someone = factories.person(RoleName.VIEWER, programme="PCDP")
    client = Client(headers={"authorization": factories.token_header(someone)["HTTP_AUTHORIZATION"]})
    assert client.get(f"{ROOT}activities/TNWDP.xml").status_code == 404
    assert client.get(f"{ROOT}activities/NOPE.xml").status_code == 404
    found = parsing.parse(b"".join(client.get(f"{ROOT}activities.xml").streaming_content))  # type: ignore[attr-defined]
    assert {each.findtext("iati-identifier").split(".")[0] for each in found} == {"XM-DAC-41108-PCDP"}
    refused = client.get(f"{ROOT}activities.xml", {"programme": "TNWDP"})
    assert refused.status_code == 400 and refused.json()["errors"][0]["field"] == "programme"


def test_what_has_not_changed_is_not_sent_again(api: Client, reporter: ReportingOrganization) -> None:
    url = f"{ROOT}activities/PCDP.xml"
    tag = api.get(url)["ETag"]
    assert api.get(url, headers={"if-none-match": tag}).status_code == 304
    Programme.objects.filter(code="PCDP").update(goal="another")
    assert api.get(url, headers={"if-none-match": tag}).status_code == 200


def test_the_number_of_queries_does_not_grow(api: Client, reporter: ReportingOrganization) -> None:
    def count(path: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            answer = api.get(ROOT + path)
            if answer.streaming:
                b"".join(answer.streaming_content)
        assert answer.status_code == 200
        return len(queries)

    count("activities/NRLM.xml")
    assert count("activities/PCDP.xml") <= 26
    assert count("activities.xml") <= count("activities/PCDP.xml") + 1


def test_too_many_returns_are_for_the_command(
    api: Client, net: Programme, reporter: ReportingOrganization, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(indicator_lines, "MOST_RECORDS", 1)
    assert "export_iati" in api.get(f"{ROOT}activities/NET.xml").json()["detail"]
    call_command("export_iati", str(tmp_path / "net.xml"), programme=["NET"], stdout=io.StringIO())
    iati_shape.check(parsing.activity_file((tmp_path / "net.xml").read_bytes()))


# --- commands --------------------------------------------------------------------------------------------------------
SCHEMA = """<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema"><xsd:element name="iati-activities"><xsd:complexType>
<xsd:sequence><xsd:any processContents="skip" minOccurs="1" maxOccurs="unbounded"/></xsd:sequence>
<xsd:attribute name="version" use="required"/><xsd:anyAttribute processContents="skip"/></xsd:complexType></xsd:element>
</xsd:schema>"""


def test_a_file_is_held_against_a_schema(reporter: ReportingOrganization, tmp_path: Path) -> None:
    (tmp_path / "iati-activities-schema.xsd").write_text(
        SCHEMA.replace("<xsd:anyAttribute", '<xsd:attribute name="generated-datetime"/><xsd:anyAttribute')
    )
    good, bad = tmp_path / "good.xml", tmp_path / "bad.xml"
    call_command("export_iati", str(good), programme=["PCDP"], stdout=io.StringIO())
    bad.write_text("<iati-activities/>")
    said = io.StringIO()
    call_command("validate_iati", str(good), xsd=tmp_path, stdout=said)
    assert said.getvalue().strip() == f"{good}: valid"
    faults = io.StringIO()
    with pytest.raises(CommandError, match="1 of 2"):
        call_command("validate_iati", str(good), str(bad), xsd=tmp_path, stdout=io.StringIO(), stderr=faults)
    assert "version" in faults.getvalue() and "line 1" in faults.getvalue()


@pytest.mark.parametrize("options", [{"programme": ["NOPE"]}, {"programme": ["PCDP"]}])
def test_the_command_says_what_is_missing(options: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no programme NOPE" if "NOPE" in options["programme"] else "PCDP"):
        call_command("export_iati", str(tmp_path / "a.xml"), **options)
