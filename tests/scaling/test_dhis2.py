"""Data value sets of DHIS2: out and in again, the examples of its documentation, and everything that is not taken."""

from __future__ import annotations

import csv
import datetime
import io
import json
from typing import Any
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from indicators import returns, review, rounds
from indicators.models import EntryField, Return, ReturnComment, ReturnState, Round, ScaleVersion
from organizations import registry
from organizations.models import Organization
from programmes.access import RoleName
from programmes.models import Place, Programme
from scaling.exchange.dhis2 import periods
from scaling.exchange.dhis2.models import Dhis2Code, Dhis2Note
from scaling.exchange.dhis2.periods import Span
from tests import factories
from tests.rest import Program, fields

pytestmark = pytest.mark.django_db
SETS = "dhis2/dataValueSets"
Day = datetime.date


def a_round(kind: str, date: Day, code: str, period: tuple[Day, Day] | None = None) -> Round:
    programme = Programme.objects.get(code="TNWDP")
    found = Round.objects.create(
        programme=programme,
        code=code,
        kind=kind,
        reference_date=date,
        period=DateRange(*period) if period else None,
        window=DateRange(date, date + datetime.timedelta(days=90)),
        scale_version=ScaleVersion.objects.get(),
    )
    rounds.open_round(round=found, by=None)
    found.refresh_from_db()
    return found


@pytest.fixture
def groups(db: None) -> list[Organization]:
    place, programme = Place.objects.get(code="IND-TN"), Programme.objects.get(code="TNWDP")
    return [
        registry.register(
            code=f"G{n}", name=f"Group {n}", kind="shg", place=place, formed_on=Day(2010, 1, 1), promoter="project",
            programme=programme, by=None,
        )
        for n in (1, 2)
    ]  # fmt: skip


@pytest.fixture
def biennial(groups: list[Organization]) -> Round:
    return a_round("biennial", Day(2024, 6, 30), "TNWDP-2024")


@pytest.fixture
def officer(db: None) -> User:
    return factories.person(RoleName.ME_OFFICER, programme="TNWDP")


@pytest.fixture
def program(officer: User) -> Program:
    return Program(officer)


@pytest.fixture
def manager(db: None) -> User:
    return factories.person(RoleName.COUNTRY_PROGRAMME_MANAGER, country="IND")


def send(program: Program, body: Any, kind: str = "application/json", **query: Any) -> Any:
    data = body if isinstance(body, str | bytes) else json.dumps(body)
    return program.client.generic("POST", f"/api/v1/{SETS}", data, content_type=kind, query_params=query)


def read(program: Program, **query: Any) -> Any:
    answer = program.client.get(f"/api/v1/{SETS}", query)
    assert answer.status_code == 200, answer.content
    return b"".join(answer.streaming_content).decode()


def one(element: str = "OP-06", value: str = "18", **more: Any) -> dict[str, Any]:
    return {"dataElement": element, "period": "2024", "orgUnit": "G1", "value": value, **more}


def counts(answer: Any) -> tuple[int, int, int, int]:
    found = answer.json()["response"]["importCount"]
    return found["imported"], found["updated"], found["ignored"], found["deleted"]


def refused(answer: Any) -> list[tuple[str, str, list[int]]]:
    found = answer.json()["response"]["conflicts"]
    return [(each["errorCode"], each["property"], each["indexes"]) for each in found]


# --- periods ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("start", "end", "name", "interval"),
    [
        (Day(2024, 1, 1), Day(2025, 1, 1), "2024", "2024-01-01/P1Y"),
        (Day(2024, 7, 1), Day(2025, 7, 1), "2024July", "2024-07-01/P1Y"),
        (Day(2024, 4, 1), Day(2025, 4, 1), "2024April", "2024-04-01/P1Y"),
        (Day(2024, 10, 1), Day(2025, 10, 1), "2024Oct", "2024-10-01/P1Y"),
        (Day(2024, 1, 1), Day(2024, 7, 1), "2024S1", "2024-01-01/P6M"),
        (Day(2024, 7, 1), Day(2025, 1, 1), "2024S2", "2024-07-01/P6M"),
        (Day(2024, 4, 1), Day(2024, 10, 1), "2024AprilS1", "2024-04-01/P6M"),
        (Day(2024, 10, 1), Day(2025, 4, 1), "2024AprilS2", "2024-10-01/P6M"),
        (Day(2023, 1, 1), Day(2025, 1, 1), None, "2023-01-01/P2Y"),
        (Day(2024, 2, 1), Day(2025, 2, 1), None, "2024-02-01/P1Y"),
        (Day(2024, 1, 15), Day(2024, 3, 1), None, "2024-01-15/P46D"),
    ],
)
def test_periods_as_dhis2_and_adx_write_them(start: Day, end: Day, name: str | None, interval: str) -> None:
    span = Span(start, end)
    assert (periods.identifier(span), periods.interval(span)) == (name, interval)
    assert periods.read_interval(interval) == span
    assert name is None or periods.is_identifier(name)


# --- in --------------------------------------------------------------------------------------------------------------
def test_values_come_in_as_drafts_and_again_change_nothing(biennial: Round, program: Program) -> None:
    body = {
        "dataSet": "TNWDP-biennial",
        "completeDate": "2024-07-01",
        "period": "2024",
        "orgUnit": "G1",
        "attributeOptionCombo": "TNWDP",
        "dataValues": [
            {"dataElement": "OP-06", "value": "18", "comment": "counted twice", "storedBy": "bombali"},
            {"dataElement": "OP-06", "categoryOptionCombo": "women", "value": "12", "followUp": True},
            {"dataElement": "OP-06", "categoryOptionCombo": "indigenous", "value": "0"},
        ],
    }
    answer = send(program, body)
    assert answer.status_code == 200
    found = answer.json()
    assert (found["httpStatus"], found["httpStatusCode"], found["status"]) == ("OK", 200, "OK")
    assert found["response"]["responseType"] == "ImportSummary" and found["response"]["status"] == "SUCCESS"
    assert found["response"]["conflicts"] == [] and found["response"]["dataSetComplete"] == "false"
    assert counts(answer) == (3, 0, 0, 0)
    row = Return.objects.get(round=biennial, organization__code="G1")
    assert (row.state, row.changed_from, row.values) == (
        "draft",
        "api",
        {"OP-06": 18, "OP-06.women": 12, "OP-06.indigenous": 0},
    )
    (comment,) = ReturnComment.objects.filter(of_return=row)
    assert (comment.code, comment.text) == ("OP-06", "counted twice")
    kept = {note.key: (note.follow_up, note.stored_by) for note in Dhis2Note.objects.filter(of_return=row)}
    assert kept == {"OP-06": (False, "bombali"), "OP-06.women": (True, "")}
    assert counts(send(program, body)) == (0, 0, 3, 0)
    assert Return.objects.get(pk=row.pk).version == row.version and ReturnComment.objects.count() == 1
    body["dataValues"][0]["value"] = "19"  # type: ignore[index]
    assert counts(send(program, body)) == (0, 1, 2, 0)


def test_a_dry_run_tells_the_same_and_writes_nothing(biennial: Round, program: Program) -> None:
    body = {"dataValues": [one(comment="a"), one("OP-06", "9", orgUnit="G2"), one("NOPE")]}
    tried = send(program, body, dryRun="true")
    assert not Return.objects.exists() and not ReturnComment.objects.exists() and not Dhis2Note.objects.exists()
    done = send(program, body)
    assert counts(tried) == counts(done) == (2, 0, 1, 0)
    assert refused(tried) == refused(done) == [("E7610", "dataElement", [2])]
    assert done.json()["response"]["status"] == "WARNING" and done.json()["response"]["rejectedIndexes"] == [2]


@pytest.mark.parametrize(
    ("value", "code", "property"),
    [
        (one("NOPE"), "E7610", "dataElement"),
        (one(categoryOptionCombo="nope"), "E7613", "categoryOptionCombo"),
        (one("OP-10"), "E7630", "categoryOptionCombo"),
        (one(orgUnit="NOPE"), "E7612", "orgUnit"),
        (one(orgUnit="IND-TN"), "E7612", "orgUnit"),
        (one(period="yesterday"), "E7611", "period"),
        (one(period="2023"), "E7643", "period"),
        (one(period="202401"), "E7643", "period"),
        (one(period="2024-01-01/P6M"), "E7643", "period"),
        (one(attributeOptionCombo="PCDP"), "E7615", "attributeOptionCombo"),
        (one("OP-07", categoryOptionCombo="joined"), "E7633", "dataElement"),
        (one(value="many"), "E7619", "value"),
        (one(value="1,5"), "E7619", "value"),
        (one(value="NaN"), "E7619", "value"),
        (one(value=""), "E7618", "value"),
        (one(value="-3"), "E7619", "value"),
        (one(value="1.5"), "E7619", "value"),
        (one(value="9" * 31), "E7619", "value"),
    ],
)
def test_what_is_not_taken_is_a_conflict(
    value: dict[str, Any], code: str, property: str, biennial: Round, program: Program
) -> None:
    answer = send(program, {"dataValues": [value]})
    assert answer.status_code == 409, answer.content
    assert refused(answer) == [(code, property, [0])]
    assert answer.json()["status"] == "ERROR" and counts(answer) == (0, 0, 1, 0)
    assert not Return.objects.exists()


def test_a_data_set_outside_the_scope_is_as_unknown_as_any(biennial: Round, program: Program) -> None:
    for name in ("PCDP-biennial", "NOPE"):
        answer = send(program, {"dataSet": name, "dataValues": [one()]})
        assert refused(answer) == [("E7600", "dataSet", [0])]
        told = answer.json()["response"]["conflicts"][0]["value"]
        assert told == f"Data set not found or not accessible: “{name}”."


def test_an_organization_that_is_not_due_is_a_conflict(biennial: Round, program: Program) -> None:
    programme = Programme.objects.get(code="TNWDP")
    registry.register(
        code="YOUNG", name="Young", kind="shg", place=Place.objects.get(code="IND-TN"), formed_on=Day(2024, 6, 1),
        promoter="project", programme=programme, by=None,
    )  # fmt: skip
    assert refused(send(program, {"dataValues": [one(orgUnit="YOUNG")]})) == [("E7636", "orgUnit", [0])]


def test_of_several_values_for_one_cell_none_is_taken(biennial: Round, program: Program) -> None:
    body = {"dataValues": [one(), one(value="19"), one(period="2024-01-01/P12M"), one(orgUnit="G2")]}
    answer = send(program, body)
    assert refused(answer) == [("E7619", "value", [0, 1, 2])]
    assert counts(answer) == (1, 0, 3, 0)
    assert [row.organization.code for row in Return.objects.all()] == ["G2"]


def test_a_value_that_breaks_a_rule_is_refused_and_the_others_are_kept(biennial: Round, program: Program) -> None:
    body = {
        "dataValues": [
            one(value="10"),
            one(value="11", categoryOptionCombo="women"),
            one(value="4", categoryOptionCombo="youth"),
        ]
    }
    answer = send(program, body)
    assert [code for code, _p, _i in refused(answer)] == ["E7619"]
    assert answer.json()["response"]["status"] == "WARNING"
    row = Return.objects.get()
    assert not ("OP-06.women" in row.values and row.values["OP-06.women"] > row.values.get("OP-06", 99))


def test_an_approved_value_is_never_written_over(
    biennial: Round, program: Program, officer: User, manager: User
) -> None:
    send(program, {"dataValues": [one()]})
    row = Return.objects.get()
    review.approve(of=returns.submit(of=row, by=officer), by=manager)
    assert counts(send(program, {"dataValues": [one()]})) == (0, 0, 1, 0)
    answer = send(program, {"dataValues": [one(value="19")]})
    assert answer.status_code == 409 and refused(answer) == [("E7642", "orgUnit", [0])]
    assert Return.objects.get().values == {"OP-06": 18}


def test_a_round_that_is_closed_takes_nothing_new(biennial: Round, program: Program) -> None:
    send(program, {"dataValues": [one()]})
    rounds.close(round=biennial, by=None)
    assert refused(send(program, {"dataValues": [one(value="20")]})) == [("E7643", "period", [0])]
    assert counts(send(program, {"dataValues": [one()]})) == (0, 0, 1, 0)


def test_strategies(biennial: Round, program: Program) -> None:
    body = {"dataValues": [one(), one(value="5", orgUnit="G2")]}
    send(program, {"dataValues": [one(value="17")]})
    assert counts(send(program, body, importStrategy="CREATE")) == (1, 0, 1, 0)
    assert counts(send(program, {"dataValues": [one(), one("GOV-1", "2")]}, importStrategy="UPDATE")) == (0, 1, 1, 0)
    answer = send(program, {"dataValues": [one(value=""), one("GOV-1", "")]}, importStrategy="DELETE")
    assert counts(answer) == (0, 0, 1, 1)
    assert Return.objects.get(organization__code="G1").values == {}
    assert counts(send(program, {"dataValues": [one(orgUnit="G2", deleted=True)]})) == (0, 0, 0, 1)
    assert fields(send(program, body, importStrategy="EVERYTHING")) == {"importStrategy"}


def test_without_a_data_set_it_must_be_clear_which_is_meant(biennial: Round, program: Program) -> None:
    a_round("annual", Day(2024, 12, 31), "TNWDP-Y24", (Day(2024, 1, 1), Day(2025, 1, 1)))
    assert refused(send(program, {"dataValues": [one()]})) == [("E7602", "dataSet", [0])]
    assert counts(send(program, {"dataSet": "TNWDP-annual", "dataValues": [one()]})) == (1, 0, 0, 0)
    assert Return.objects.get().round.code == "TNWDP-Y24"
    joined = one("OP-07", "3", categoryOptionCombo="joined")
    assert counts(send(program, {"dataValues": [joined]})) == (1, 0, 0, 0), "only the year asks for it"


def test_a_half_year_has_its_period(groups: list[Organization], program: Program) -> None:
    a_round("semi_annual", Day(2024, 6, 30), "TNWDP-H1", (Day(2024, 1, 1), Day(2024, 7, 1)))
    for n, period in enumerate(("2024S1", "2024-01-01/P6M", "2024-01-01..2024-06-30"), start=1):
        assert send(program, {"dataValues": [one(value=str(n), period=period)]}).status_code == 200, period
    assert Return.objects.get().values == {"OP-06": 3}


def test_truths_are_truths(groups: list[Organization], program: Program) -> None:
    a_round("annual", Day(2024, 12, 31), "TNWDP-Y24", (Day(2024, 1, 1), Day(2025, 1, 1)))
    for text, stored, written in (("true", 1, "true"), ("0", 0, "false"), ("T", 1, "true")):
        assert counts(send(program, {"dataValues": [one("OP-09", text)]}))[2] == 0
        assert Return.objects.get().values == {"OP-09": stored}
        asked = {**ASKED, "dataSet": "TNWDP-annual", "state": "all"}
        assert json.loads(read(program, **asked))["dataValues"][0]["value"] == written
    assert refused(send(program, {"dataValues": [one("OP-09", "2")]})) == [("E7619", "value", [0])]


# --- bad bodies ------------------------------------------------------------------------------------------------------
ENTITY = '<!DOCTYPE a [<!ENTITY b "c">]><adx xmlns="urn:ihe:qrph:adx:2015"><group orgUnit="&b;"/></adx>'
EXTERNAL = '<!DOCTYPE a SYSTEM "http://127.0.0.1/x.dtd"><adx xmlns="urn:ihe:qrph:adx:2015"/>'


@pytest.mark.parametrize(
    ("body", "kind", "named"),
    [
        ({"dataValues": "none"}, "application/json", {"dataValues"}),
        ({"dataValue": []}, "application/json", {"dataValue"}),
        ({"dataValues": [one(colour="red")]}, "application/json", {"dataValues[0].colour"}),
        ({"dataValues": [{"dataElement": "OP-06", "value": "1"}]}, "application/json", {"dataValues[0].period"}),
        ({"dataValues": [one(followUp="perhaps")]}, "application/json", {"dataValues[0].followUp"}),
        ({"dataValues": [one(value=[1])]}, "application/json", {"dataValues[0].value"}),
        ({"dataValues": [one()], "completeDate": "soon"}, "application/json", {"completeDate"}),
        ("[]", "application/json", {""}),
        ("{", "application/json", set()),
        ("OP-06,2024,G1,,,18\n", "application/csv", {""}),
        ("dataelement,period,orgunit\nOP-06,2024\n", "application/csv", {"line 2"}),
        (b"dataelement,period,orgunit\n\xff\xfe,2024,G1\n", "text/csv", {""}),
        ('dataelement,period,orgunit\n"OP-06,2024,G1\n', "application/csv", {""}),
        (ENTITY, "application/adx+xml", {""}),
        (EXTERNAL, "application/xml", {""}),
        ("<adx>", "application/xml", {""}),
        ("<adx/>", "application/xml", {""}),
        ('<adx xmlns="urn:ihe:qrph:adx:2015"><group orgUnit="G1" colour="red"/></adx>', "application/xml", {"group[0].colour"}),
    ],
)  # fmt: skip
def test_a_body_that_cannot_be_read_is_refused_whole(
    body: Any, kind: str, named: set[str], biennial: Round, program: Program
) -> None:
    answer = send(program, body, kind)
    assert answer.status_code == 400, answer.content
    assert fields(answer) == named
    assert not Return.objects.exists()


def test_other_media_types_sizes_and_parameters_are_refused(biennial: Round, program: Program) -> None:
    assert send(program, "x", "text/plain").status_code == 415
    assert send(program, b" " * (20 * 1024 * 1024 + 1), "application/csv").status_code == 413
    assert fields(send(program, {"dataValues": []}, force="true")) == {"force"}
    assert fields(send(program, {"dataValues": []}, dryRun="maybe")) == {"dryRun"}
    assert fields(send(program, {"dataValues": []}, idScheme="name")) == {"idScheme"}


def test_who_enters_nothing_imports_nothing(biennial: Round, manager: User) -> None:
    for someone in (factories.person(RoleName.VIEWER, programme="TNWDP"), manager):
        assert send(Program(someone), {"dataValues": [one()]}).status_code == 403
    outside = factories.person(RoleName.ME_OFFICER, programme="PCDP")
    assert refused(send(Program(outside), {"dataValues": [one()]})) == [("E7612", "orgUnit", [0])]
    assert not Return.objects.exists()


# --- out, and in again -----------------------------------------------------------------------------------------------
@pytest.fixture
def approved(biennial: Round, officer: User, manager: User) -> dict[str, dict[str, Any]]:
    """Two approved returns of the biennial round, with a zero, a decimal, a yes, and a reason for having no value."""
    values = {
        "G1": {"OP-06": 18, "OP-06.women": 12, "OP-06.indigenous": 0, "GOV-1": 3},
        "G2": {"OP-06": 25, "OP-06.women": 5, "GOV-1": 2},
    }
    for code, found in values.items():
        row = returns.save_values(
            organization=Organization.objects.get(code=code), round=biennial, values=found, by=officer,
            null_reasons={"OP-06.youth": "NOT_REPORTED"},
        )  # fmt: skip
        if code == "G1":
            review.comment(of=row, by=officer, text="=counted & <twice>", code="OP-06")
        for mark in [one.mark for one in returns.findings_of(row)]:
            row.confirmed[mark] = "seen"
        row.save()
        review.approve(of=returns.submit(of=row, by=officer), by=manager)
    return values


ASKED = {"dataSet": "TNWDP-biennial", "orgUnit": "IND", "children": "true", "period": "2024"}
KINDS = {
    "json": "application/json", "csv": "application/csv", "xml": "application/xml", "adx": "application/adx+xml",
}  # fmt: skip


@pytest.mark.parametrize("format", list(KINDS))
def test_what_goes_out_comes_in_the_same_and_the_second_time_changes_nothing(
    format: str, approved: dict[str, dict[str, Any]], biennial: Round, program: Program
) -> None:
    text = read(program, **ASKED, format=format)
    again = send(program, text, KINDS[format])
    assert counts(again) == (0, 0, 7, 0) and refused(again) == [], "what is approved stands there already"
    Round.objects.filter(pk=biennial.pk).update(reference_date=Day(2022, 6, 30))  # 2024 is free for an empty round
    empty = a_round("biennial", Day(2024, 6, 30), "TNWDP-2024-again")
    answer = send(program, text, KINDS[format])
    assert counts(answer) == (7, 0, 0, 0) and refused(answer) == [], answer.content
    found = {row.organization.code: row.values for row in Return.objects.filter(round=empty)}
    assert found == approved
    said = ReturnComment.objects.filter(of_return__round=empty).values_list("code", "text")
    assert list(said) == [("OP-06", "=counted & <twice>")]
    assert counts(send(program, text, KINDS[format])) == (0, 0, 7, 0)
    drafts = read(program, **ASKED, state="all", format="json")
    assert len(json.loads(drafts)["dataValues"]) == 7


def test_json_as_dhis2_writes_it(approved: Any, program: Program) -> None:
    found = json.loads(read(program, dataSet="TNWDP-biennial", orgUnit="G1", period="2024"))
    assert (found["dataSet"], found["period"], found["orgUnit"]) == ("TNWDP-biennial", "2024", "G1")
    first = found["dataValues"][0]
    assert first.pop("lastUpdated").endswith("+0000")
    assert first == {
        "dataElement": "OP-06", "period": "2024", "orgUnit": "G1", "categoryOptionCombo": "default",
        "attributeOptionCombo": "TNWDP", "value": "18", "comment": "=counted & <twice>", "followUp": False,
    }  # fmt: skip
    assert [one["value"] for one in found["dataValues"]] == ["18", "12", "0", "3"]


def test_csv_as_dhis2_writes_it(approved: Any, program: Program) -> None:
    rows = list(csv.reader(io.StringIO(read(program, **ASKED, format="csv"))))
    header = "dataelement,period,orgunit,catoptcombo,attroptcombo,value,storedby,lastupdated,comment,flwup"
    assert rows[0] == header.split(",")
    assert rows[1][:7] == ["OP-06", "2024", "G1", "default", "TNWDP", "18", ""]
    assert rows[1][8] == "'=counted & <twice>", "no spreadsheet runs it"


def test_adx_groups_by_organisation_unit_and_says_dimensions(approved: Any, program: Program) -> None:
    field = EntryField.objects.get(key="OP-06.women")
    Dhis2Code.objects.create(
        kind="data_element", field=field, code="MEMBERS", option_combo="F", dimensions={"GENDER": "FMLE"}
    )
    text = read(program, **ASKED, format="adx")
    root = ElementTree.fromstring(text)
    adx = "{urn:ihe:qrph:adx:2015}"
    assert root.tag == f"{adx}adx"
    groups = root.findall(f"{adx}group")
    assert [(one.get("orgUnit"), one.get("period"), one.get("dataSet")) for one in groups] == [
        ("G1", "2024-01-01/P1Y", "TNWDP-biennial"),
        ("G2", "2024-01-01/P1Y", "TNWDP-biennial"),
    ]
    assert groups[0].get("completeDate") == datetime.date.today().isoformat()
    women = next(one for one in groups[0] if one.get("dataElement") == "MEMBERS")
    assert dict(women.attrib) == {"dataElement": "MEMBERS", "GENDER": "FMLE", "value": "12"}
    assert counts(send(program, text, "application/adx+xml")) == (0, 0, 7, 0)
    two_years = text.replace("2024-01-01/P1Y", "2023-01-01/P2Y")
    assert counts(send(program, two_years, "application/adx+xml")) == (0, 0, 7, 0)


def test_drafts_stay_here_unless_they_are_asked_for(biennial: Round, program: Program) -> None:
    send(program, {"dataValues": [one()]})
    assert json.loads(read(program, **ASKED))["dataValues"] == []
    assert len(json.loads(read(program, **ASKED, state="all"))["dataValues"]) == 1


def test_narrowed_by_time_limit_and_change(approved: Any, program: Program) -> None:
    def n(**query: str) -> int:
        asked = {**ASKED, **query}
        if not query.get("period"):
            asked.pop("period")
        return len(json.loads(read(program, **asked))["dataValues"])

    assert n(startDate="2024-01-01", endDate="2024-12-31") == 7
    assert n(startDate="2024-02-01", endDate="2024-12-31") == 0
    assert n(lastUpdatedDuration="1d") == 7 and n(lastUpdated="2100-01-01") == 0
    assert n(period="2024", limit="3") == 3 and n(period="2024", limit="0") == 0
    assert n(period="2022") == 0 and n(period="2024", attributeOptionCombo="TNWDP") == 7


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({}, {"dataSet", "orgUnit", "period"}),
        ({**ASKED, "orgUnit": "NOPE"}, {"orgUnit"}),
        ({**ASKED, "children": "false"}, {"orgUnit"}),
        ({**ASKED, "dataSet": "PCDP-biennial"}, {"dataSet"}),
        ({**ASKED, "period": "yesterday"}, {"period"}),
        ({**ASKED, "limit": "-1"}, {"limit"}),
        ({**ASKED, "lastUpdatedDuration": "soon"}, {"lastUpdatedDuration"}),
        ({**ASKED, "state": "none"}, {"state"}),
        ({**ASKED, "includeDeleted": "true"}, {"includeDeleted"}),
        ({**ASKED, "orgUnitIdScheme": "uid"}, {"orgUnit"}),
        ({**ASKED, "dataElementIdScheme": "uid", "dataSetIdScheme": "code"}, {"dataElementIdScheme"}),
    ],
)
def test_what_cannot_be_answered_says_why(
    query: dict[str, str], named: set[str], approved: Any, program: Program
) -> None:
    answer = program.client.get(f"/api/v1/{SETS}", query)
    assert answer.status_code == 400, answer.content
    assert fields(answer) == named


def test_storing_names_are_for_who_reads_who_did_what(biennial: Round, program: Program) -> None:
    send(program, {"dataValues": [one(storedBy="bombali")]})
    viewer = Program(factories.person(RoleName.VIEWER, programme="TNWDP"))
    told = json.loads(read(program, **ASKED, state="all"))["dataValues"][0]
    hidden = json.loads(read(viewer, **ASKED, state="all"))["dataValues"][0]
    assert told["storedBy"] == "bombali" and "storedBy" not in hidden


def test_data_sets_tell_what_their_periods_truly_describe(biennial: Round, program: Program) -> None:
    a_round("semi_annual", Day(2024, 6, 30), "TNWDP-H1", (Day(2024, 1, 1), Day(2024, 7, 1)))
    found = {one["dataSet"]: one for one in program.get("dhis2/dataSets").json()}
    assert found["TNWDP-biennial"]["periods"] == [
        {"period": "2024", "round": "TNWDP-2024", "start": "2024-06-30", "end": "2024-07-01", "status": "open"}
    ]
    assert found["TNWDP-semi_annual"]["periods"][0]["period"] == "2024S1"
    outside = Program(factories.person(RoleName.VIEWER, programme="PCDP"))
    assert not any(one["programme"] == "TNWDP" for one in outside.get("dhis2/dataSets").json())


# --- the documentation's own examples, their identifiers mapped ------------------------------------------------------
@pytest.fixture
def mapped(groups: list[Organization]) -> Round:
    elements = {"OP-08": "f7n9E0hX8qk", "OP-06": "Ix2HsbDMLea", "OP-15": "eY5ehpbEsB7"}
    for key, uid in elements.items():
        Dhis2Code.objects.create(
            kind="data_element",
            field=EntryField.objects.get(key=key),
            code=f"DE_{key}",
            uid=uid,
            option_combo="default",
        )
    for group, uid in zip(groups, ("DiszpKrYNg8", "FNnj3jKGS7i"), strict=True):
        Dhis2Code.objects.create(kind="org_unit", organization=group, code=f"OU_{group.code}", uid=uid)
    programme = Programme.objects.get(code="TNWDP")
    Dhis2Code.objects.create(
        kind="data_set", programme=programme, round_kind="annual", code="(TB/HIV)VCCT", uid="pBOMPrpg1QX"
    )
    Dhis2Code.objects.create(kind="attribute_option_combo", programme=programme, code="default", uid="HllvX50cXC0")
    return a_round("annual", Day(2014, 12, 31), "TNWDP-Y14", (Day(2014, 1, 1), Day(2015, 1, 1)))


JSON_SET = {
    "dataSet": "pBOMPrpg1QX", "completeDate": "2014-02-03", "period": "2014", "orgUnit": "DiszpKrYNg8",
    "dataValues": [
        {"dataElement": "f7n9E0hX8qk", "value": "1"}, {"dataElement": "Ix2HsbDMLea", "value": "2"},
        {"dataElement": "eY5ehpbEsB7", "value": "3"},
    ],
}  # fmt: skip
XML_SET = """<dataValueSet xmlns="http://dhis2.org/schema/dxf/2.0" dataSet="pBOMPrpg1QX"
  completeDate="2014-02-03" period="2014" orgUnit="DiszpKrYNg8">
  <dataValue dataElement="f7n9E0hX8qk" value="1"/>
  <dataValue dataElement="Ix2HsbDMLea" value="2"/>
  <dataValue dataElement="eY5ehpbEsB7" value="3"/>
</dataValueSet>"""
CSV_SET = """"dataelement","period","orgunit","categoryoptioncombo","attributeoptioncombo","value"
"f7n9E0hX8qk","2014","DiszpKrYNg8","bRowv6yZOF2","bRowv6yZOF2","1"
"Ix2HsbDMLea","2014","DiszpKrYNg8","bRowv6yZOF2","bRowv6yZOF2","2"
"eY5ehpbEsB7","2014","DiszpKrYNg8","bRowv6yZOF2","bRowv6yZOF2","3"
"""
ADX_SET = """<adx xmlns="urn:ihe:qrph:adx:2015" exported="2015-02-08T19:30:00Z">
  <group orgUnit="OU_G1" period="2014-01-01/P1Y" completeDate="2015-07-01" dataSet="(TB/HIV)VCCT">
    <dataValue dataElement="DE_OP-08" value="1"/>
    <dataValue dataElement="DE_OP-06" value="2"/>
    <dataValue dataElement="DE_OP-15" value="3"/>
  </group>
</adx>"""


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (JSON_SET, "application/json"),
        (XML_SET, "application/xml"),
        (CSV_SET, "application/csv"),
        (ADX_SET, "application/adx+xml"),
    ],
)
def test_the_examples_of_the_documentation(body: Any, kind: str, mapped: Round, program: Program) -> None:
    answer = send(program, body, kind)
    assert counts(answer) == (3, 0, 0, 0), answer.content
    assert Return.objects.get(round=mapped).values == {"OP-08": 1, "OP-06": 2, "OP-15": 3}
    assert counts(send(program, body, kind)) == (0, 0, 3, 0)
    by_uid = json.loads(
        read(program, dataSet="pBOMPrpg1QX", orgUnit="DiszpKrYNg8", period="2014", state="all", orgUnitIdScheme="uid",
             categoryOptionComboIdScheme="uid", dataSetIdScheme="uid", attributeOptionComboIdScheme="uid")
    )  # fmt: skip
    assert by_uid["dataValues"][0]["dataElement"] == "DE_OP-06"
    assert by_uid["dataValues"][0]["orgUnit"] == "DiszpKrYNg8"
    assert by_uid["dataValues"][0]["categoryOptionCombo"] == "HllvX50cXC0"


def test_the_bulk_example_with_an_organisation_unit_that_is_not_there(mapped: Round, program: Program) -> None:
    units = ("DiszpKrYNg8", "FNnj3jKGS7i", "Jkhdsf8sdf4")
    values = [{"dataElement": "f7n9E0hX8qk", "period": "2014", "orgUnit": unit, "value": "12"} for unit in units]
    answer = send(program, {"dataValues": values})
    assert counts(answer) == (2, 0, 1, 0) and answer.status_code == 200
    (conflict,) = answer.json()["response"]["conflicts"]
    assert conflict["object"] == "Jkhdsf8sdf4" and conflict["objects"] == {"orgUnit": "Jkhdsf8sdf4"}
    assert (conflict["errorCode"], conflict["property"], conflict["indexes"]) == ("E7612", "orgUnit", [2])
    assert refused(send(program, {"dataElementIdScheme": "code", "dataValues": values[:1]}))[0][0] == "E7610"
    payload_first = send(program, {"dataElementIdScheme": "uid", "dataValues": values[:1]}, dataElementIdScheme="code")
    assert counts(payload_first) == (0, 0, 1, 0) and refused(payload_first) == []


def test_queries_do_not_grow_with_the_values(biennial: Round, program: Program, officer: User) -> None:
    def queries(body: Any) -> int:
        with CaptureQueriesContext(connection) as found:
            assert send(program, body).status_code == 200
        return len(found)

    def body(keys: list[str], total: str) -> dict[str, Any]:
        parts = [one(value="1", categoryOptionCombo=key, comment=f"{key} {total}") for key in keys]
        whole = [one(value=total, comment=total)]
        return {"dataValues": [{**each, "orgUnit": unit} for unit in ("G1", "G2") for each in [*parts, *whole]]}

    send(program, body(["women"], "8"))
    few = queries(body(["women"], "9"))
    send(program, body(["women", "men"], "2"))
    assert queries(body(["women", "youth", "poorest", "indigenous", "disabled"], "2")) <= few

    def reading() -> int:
        with CaptureQueriesContext(connection) as found:
            read(program, **ASKED, state="all")
        return len(found)

    before = reading()
    Return.objects.filter(organization__code="G2").update(state=ReturnState.DRAFT)
    assert reading() == before
