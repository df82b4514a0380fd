"""A list that somebody brings: read, matched, compared, shown, taken over."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from organizations import apex_memberships, bulk, registry
from organizations.lists import operations
from organizations.models import (
    ApexMembership,
    ColumnMemory,
    Linkage,
    ListState,
    Organization,
    OrganizationStatus,
    ProgrammeEnrolment,
    ValueMemory,
)
from programmes import spreadsheets
from programmes.access import RoleName
from programmes.models import Place, Programme
from tests import factories
from tests.organizations import messy

pytestmark = pytest.mark.django_db
DAY = datetime.date
HEADINGS = ["Name", "Kind", "Village", "Formed", "Promoter"]
ALL = {"kind": "shg", "promoter": "project", "formed_on": "2014", "place": "IND-TN"}


@pytest.fixture
def officer(db: None) -> User:
    messy.places()
    return factories.person(RoleName.ME_OFFICER, programme="TNWDP")


def taken_over(upload: Any, by: User) -> int:
    return operations.commit(upload=upload, by=by)


def standing(code: str, name: str, place: str = "TN-Attur", **fields: Any) -> Organization:
    values: dict[str, Any] = {"kind": "shg", "formed_on": DAY(2014, 5, 31), "promoter": "project", **fields}
    return registry.register(
        code=code,
        name=name,
        place=Place.objects.get(code=place),
        programme=Programme.objects.get(code="TNWDP"),
        by=None,
        **values,
    )


def test_a_messy_list_goes_all_the_way(officer: User) -> None:
    content = messy.xlsx(messy.MESSY, merged=messy.MERGED)
    upload = messy.bring(content, officer)
    assert (upload.sheet, upload.header_row) == ("Groups", 4)
    read_as = {number: key for number, key in messy.guessed(upload).items() if key}
    assert read_as == {
        1: "name",
        2: "kind",
        3: "place",
        4: "parent_place",
        5: "registration_number",
        6: "registration_law",
        7: "registered_on",
        8: "formed_on",
        9: "promoter",
        10: "apex",
        11: "apex_since",
    }
    operations.choose_columns(
        upload=upload, sheet="Groups", header_row=4, mapping={**read_as, 0: ""}, defaults={}, by=officer
    )
    upload = messy.prepared(upload)
    assert upload.plan["rows"] == 4 and upload.plan["skipped"] == 2, (
        "headings that come again and the total are no rows"
    )
    asked = {(one["field"], one["key"]): one for one in upload.plan["asked"]}
    assert set(asked) == {("kind", "self help grp"), ("kind", "s h g")}
    assert asked[("kind", "self help grp")]["near"][0][0] == "shg" and not Organization.objects.exists()
    with pytest.raises(ValidationError, match="decided"):
        taken_over(upload, officer)
    operations.choose_values(upload=upload, values=dict.fromkeys(asked, "shg"), by=officer)
    upload = messy.prepared(upload)
    assert upload.plan["counts"] == {"new": 2, "error": 2}
    assert upload.plan["order"]["used"] == "dmy", "31/12/2014 shows that the day comes first"

    # A union is of the primary tier as long as nobody says otherwise, and then takes no members.
    assert {"Apex (code or name)"} == {label for row in messy.messages(upload).values() for label in row}


def apex_list(**changes: Any) -> list[list[Any]]:
    """An apex that stands after its members."""
    row = {"since": "2016-06-01", "tier": "local apex", **changes}
    return [
        ["Code", "Name", "Kind", "Tier", "Village", "Formed", "Promoter", "Apex", "Member since"],
        ["G1", "Malar", "shg", None, "Attur", "2014", "ngo", "Salem Union", row["since"]],
        ["G2", "Roja", "shg", None, "Attur", "2014", "ngo", "U1", row["since"]],
        ["U1", "Salem Union", "union", row["tier"], "Salem", "2013", "project", None, None],
    ]


def test_an_apex_may_stand_after_its_members_and_is_found_by_code_or_name(officer: User) -> None:
    upload = messy.checked(apex_list(), officer)
    assert upload.plan["counts"] == {"new": 3} and upload.plan["joined"] == 2
    assert not Organization.objects.exists(), "the trial was taken back"
    assert taken_over(upload, officer) == 5
    first = Organization.objects.get(code="G1")
    assert (first.formed_on, first.formed_precision, first.place.code) == (DAY(2014, 1, 1), "year", "TN-Attur")
    rows = ApexMembership.objects.values_list("member__code", "apex__code", "valid")
    assert {(member, apex, valid.lower) for member, apex, valid in rows} == {
        ("G1", "U1", DAY(2016, 6, 1)),
        ("G2", "U1", DAY(2016, 6, 1)),
    }
    assert OrganizationStatus.objects.count() == ProgrammeEnrolment.objects.count() == 3
    assert taken_over(upload, officer) == 0, "a second time nothing happens"


def test_the_same_file_a_second_time_changes_nothing(officer: User) -> None:
    for rows in (apex_list(), [row[1:] for row in apex_list()[:2]] + [["Salem Union", *apex_list()[3][2:]]]):
        ApexMembership.objects.all().delete()
        Organization.objects.all().delete()
        taken_over(messy.checked(rows, officer), officer)
        before = list(Organization.objects.order_by("pk").values())
        again = messy.checked(rows, officer)
        assert again.plan["changes"] == 0 and set(again.plan["counts"]) == {"fill"}
        assert taken_over(again, officer) == 0
        assert list(Organization.objects.order_by("pk").values()) == before


def test_columns_and_words_are_remembered_for_the_programme(officer: User) -> None:
    rows = [["Titulo raro", "Kind", "Village", "Formed", "Promoter"], ["A", "grupito", "Attur", "2014", "ngo"]]
    upload = messy.bring(rows, officer)
    mapping = {**messy.guessed(upload), 0: "name"}
    operations.choose_columns(upload=upload, sheet=upload.sheet, header_row=1, mapping=mapping, defaults={}, by=officer)
    upload = messy.prepared(upload)
    operations.choose_values(upload=upload, values={("kind", "grupito"): "farmer_group"}, by=officer)
    assert ColumnMemory.objects.get(header="titulo raro").field == "name"
    assert ValueMemory.objects.get().choice == "farmer_group"
    later = messy.checked([["TÍTULO  raro", *rows[0][1:]], ["B", "Grupito", "Attur", "2015", "ngo"]], officer)
    assert later.plan["counts"] == {"new": 1} and later.plan["asked"][0]["chosen"] == "farmer_group"
    elsewhere = messy.bring(rows, factories.person(RoleName.ME_OFFICER, programme="PCDP"), programme="PCDP")
    assert 0 not in messy.guessed(elsewhere), "another programme has its own words"


def test_rows_of_a_word_may_be_left_out_and_this_is_not_remembered(officer: User) -> None:
    rows = [HEADINGS, ["A", "???", "Attur", "2014", "ngo"], ["B", "shg", "Attur", "2014", "ngo"]]
    upload = messy.checked(rows, officer)
    (word,) = upload.plan["asked"]
    operations.choose_values(upload=upload, values={(word["field"], word["key"]): "-"}, by=officer)
    upload = messy.prepared(upload)
    assert upload.plan["counts"] == {"new": 1, "out": 1} and not ValueMemory.objects.exists()
    assert taken_over(upload, officer) == 1 and Organization.objects.get().name == "B"


def test_a_place_of_a_common_name_is_told_by_the_place_above_or_asked(officer: User) -> None:
    Place.objects.create(code="TN-X", name="Attur", level=9, parent=Place.objects.get(code="TN-Erode"))
    rows = [
        ["Name", "Village", "District"],
        ["A", "Attur", "Erode"],
        ["B", "Attur", None],
        ["C", "Attur", "Madurai"],
        ["D", "Aturr", "Salem"],
    ]
    upload = messy.checked(rows, officer, **{key: ALL[key] for key in ("kind", "promoter", "formed_on")})
    assert upload.plan["counts"] == {"new": 1, "waiting": 3}
    near = {one["text"]: [code for code, _label in one["near"]] for one in upload.plan["asked"]}
    assert set(near["Attur"]) >= {"TN-X", "TN-Attur"} and "TN-Attur" in near["Aturr < Salem"]
    choices = {(one["field"], one["key"]): "Attur · Salem · Tamil Nadu" for one in upload.plan["asked"]}
    operations.choose_values(upload=upload, values=choices, by=officer)
    upload = messy.prepared(upload)
    taken_over(upload, officer)
    codes = dict(Organization.objects.values_list("name", "place__code"))
    assert codes == {"A": "TN-X", "B": "TN-Attur", "C": "TN-Attur", "D": "TN-Attur"}


def test_likely_duplicates_wait_for_a_decision(officer: User) -> None:
    standing("OLD-1", "Sri Lakshmi Self Help Group")
    standing("OLD-2", "Kaveri", place="TN-Salem", registration_number="R 77")
    rows = [
        ["Code", "Name", "Village", "Registration number"],
        [None, "Sri Laxmi Self Help Group", "Attur", None],
        ["OLD-1", "Quite another", "Attur", None],
        [None, "Newname", "Bhavani", "r-77"],
        [None, "Kaveri", "Attur", None],
        [None, "Sri Lakshmi Self Help Group 2", "Attur", None],
        [None, "Twin", "Attur", None],
        [None, "TWIN ", "Attur", None],
    ]
    upload = messy.checked(rows, officer, **{key: ALL[key] for key in ("kind", "promoter", "formed_on")})
    why = {
        one["row"]: [(like["token"], like["why"]) for like in one["candidates"]] for one in upload.plan["duplicates"]
    }
    assert why == {
        2: [("OLD-1", "a very similar name in the same place")],
        3: [("OLD-1", "the same code")],
        4: [("OLD-2", "the same registration number")],
        5: [("OLD-2", "the same name in the same place")],
        8: [("row:7", "the same name in the same place")],
    }
    assert upload.plan["counts"] == {"new": 2, "undecided": 5}
    with pytest.raises(ValidationError, match="decided"):
        taken_over(upload, officer)
    with pytest.raises(ValidationError, match="row 3"):  # its code is taken: it cannot be new
        operations.choose_rows(upload=upload, rows={3: "new"}, by=officer)
    with pytest.raises(ValidationError, match="row 2"):  # not what was offered
        operations.choose_rows(upload=upload, rows={2: "fill:OLD-2"}, by=officer)
    operations.choose_rows(
        upload=upload, rows={2: "same:OLD-1", 3: "out", 4: "fill:OLD-2", 5: "new", 8: "out"}, by=officer
    )
    upload = messy.prepared(upload)
    assert upload.plan["counts"] == {"same": 1, "out": 2, "fill": 1, "new": 3}
    taken_over(upload, officer)
    assert set(Organization.objects.values_list("name", "code")) == {
        ("Sri Lakshmi Self Help Group", "OLD-1"),
        ("Kaveri", "OLD-2"),
        ("Kaveri", "TNWDP-0001"),
        ("Sri Lakshmi Self Help Group 2", "TNWDP-0002"),
        ("Twin", "TNWDP-0003"),
    }


def test_what_is_missing_is_filled_in_and_what_stands_there_stays(officer: User) -> None:
    old = standing("OLD-1", "Malar", registration_number="R-1")
    union = standing("U1", "Union", kind="union", tier="local_apex", members_are="organizations")
    rows = [
        ["Code", "Name", "Village", "Reg No", "Act", "Crops", "Apex", "Member since"],
        ["old-1", "MALAR", "Attur", "R-2", "Societies Act", "rice; maize, rice", "U1", "2018"],
    ]
    upload = messy.checked(rows, officer, **{key: ALL[key] for key in ("kind", "promoter", "formed_on")})
    assert upload.plan["counts"] == {"fill": 1} and upload.plan["filled"] == upload.plan["joined"] == 1
    taken_over(upload, officer)
    old.refresh_from_db()
    assert (old.name, old.registration_number, old.registration_law) == ("Malar", "R-1", "Societies Act")
    assert old.commodities == ["rice", "maize"] and old.version == 2
    assert ApexMembership.objects.get().apex == union


def test_dormant_and_disbanded_organizations_were_active_before(officer: User) -> None:
    rows = [
        ["Name", "Village", "Formed", "Status", "Status since"],
        ["A", "Attur", "2014", "dormant", "2019-02-01"],
        ["B", "Attur", "2014", "dissous", None],
        ["C", "Attur", "2014", "closed", "2013"],
        ["D", "Attur", "2014", "merged into another", "2016"],
    ]
    upload = messy.checked(rows, officer, kind="shg", promoter="ngo")
    assert set(messy.messages(upload)) == {3, 4, 5}
    assert list(messy.messages(upload)[4]) == ["Status since"]
    operations.choose_rows(upload=upload, rows={}, by=officer, leave_out_wrong=True)
    upload = messy.prepared(upload)
    assert upload.plan["counts"] == {"new": 1, "out": 3}
    taken_over(upload, officer)
    assert [row.status for row in OrganizationStatus.objects.order_by("valid")] == ["active", "dormant"]


def test_linkages_come_with_partner_kind_form_and_days(officer: User) -> None:
    rows = [
        ["Name", "Village", "Bank", "Linkage type", "Linked since", "Linkage until"],
        ["A", "Attur", "IFAD", "loan", "05/2018", "2020"],
        ["B", "Attur", "IFAD", "loan", "2018", "2017-12-31"],
        ["C", "Attur", "ifad bank of nowhere", "loan", "2018", None],
        ["D", "Attur", "IFAD", "loan", "1999", None],
    ]
    upload = messy.checked(rows, officer, kind="shg", promoter="ngo", formed_on="2014", linkage_form="account",
                           linkage_causality="facilitated")  # fmt: skip
    found = messy.messages(upload)
    assert found[3] == {"Last day of the linkage": "This day must come after the first day."}
    assert "does not exist" in found[5]["Linkage since"]
    assert upload.plan["counts"] == {"new": 1, "error": 2, "waiting": 1}
    operations.choose_values(upload=upload, values={("partner", "ifad bank of nowhere"): "-"}, by=officer)
    operations.choose_rows(upload=messy.prepared(upload), rows={}, by=officer, leave_out_wrong=True)
    taken_over(messy.prepared(upload), officer)
    linkage = Linkage.objects.get()
    assert (linkage.kind, linkage.form, linkage.causality) == ("finance_credit", "account", "facilitated")
    assert (linkage.valid.lower, linkage.valid.upper) == (DAY(2018, 5, 1), DAY(2021, 1, 1))


def test_marks_come_back_beside_everything_that_was_typed(officer: User) -> None:
    rows = [
        ["Remarks", "Name", "Village", "Formed"],
        ["=1+1", "A", "Attur", "31/02/2014"],
        ["kept", "B", "Attur", DAY(2015, 1, 31)],
        [None, None, "Attur", 2015],
    ]
    upload = messy.checked(rows, officer, kind="shg", promoter="ngo")
    assert set(messy.messages(upload)) == {2, 4}
    (table,) = spreadsheets.read(operations.with_marks(upload=upload, by=officer), "a.xlsx")
    assert [row[:4] for row in table.rows] == rows
    assert "not a day of the calendar" in str(table.rows[1][4]) and table.rows[2][4] is None
    assert "name is missing" in str(table.rows[3][4])
    with pytest.raises(ValidationError, match="wrong"):
        taken_over(upload, officer)
    assert not Organization.objects.exists()


def test_a_change_meanwhile_is_told_and_nothing_is_written(officer: User) -> None:
    upload = messy.checked(apex_list(), officer)
    standing("U1", "Taken meanwhile", place="TN-Bhavani")
    with pytest.raises(ValidationError):
        taken_over(upload, officer)
    assert Organization.objects.count() == 1


def test_a_decision_makes_an_earlier_check_void(officer: User) -> None:
    upload = messy.checked(apex_list(), officer)
    operations.choose_rows(upload=upload, rows={}, by=officer)
    with pytest.raises(ValidationError, match="not been checked"):
        taken_over(upload, officer)
    upload = messy.prepared(upload)
    assert upload.state == ListState.READY and upload.revision == 3


def test_only_who_keeps_the_register_of_the_programme_may_bring_and_take_over(officer: User) -> None:
    upload = messy.checked(apex_list(), officer)
    for stranger in (
        factories.person(RoleName.VIEWER, programme="TNWDP"),
        factories.person(RoleName.ME_OFFICER, programme="PCDP"),
    ):
        for step in (
            lambda by: messy.bring(apex_list(), by),
            lambda by: operations.commit(upload=upload, by=by),
            lambda by: operations.choose_rows(upload=upload, rows={}, by=by),
            lambda by: operations.choose_values(upload=upload, values={}, by=by),
            lambda by: operations.with_marks(upload=upload, by=by),
        ):
            with pytest.raises(PermissionDenied):
                step(stranger)
    assert not Organization.objects.exists()


def test_an_organization_out_of_scope_is_not_offered_and_its_code_is_taken(officer: User) -> None:
    registry.register(
        code="FAR-1",
        name="Malar",
        kind="shg",
        place=Place.objects.get(code="ETH"),
        formed_on=DAY(2014, 1, 1),
        promoter="ngo",
        programme=Programme.objects.get(code="PCDP"),
        by=None,
    )
    rows = [["Code", "Name", "Village"], ["FAR-1", "Malar", "Attur"]]
    upload = messy.checked(rows, officer, kind="shg", promoter="ngo", formed_on="2014")
    assert upload.plan["duplicates"] == []
    assert messy.messages(upload) == {2: {"Code": "The code “FAR-1” is taken."}}


def test_many_rows_take_a_fixed_number_of_queries(officer: User) -> None:
    def rows(count: int, start: int) -> list[list[Any]]:
        heading = ["Code", "Name", "Tier", "Village", "Apex", "Member since", "Bank", "Linkage type", "Linked since"]
        apex = [f"U{start}", f"Union {start}", "local apex", "Salem", None, None, None, None, None]
        groups = [
            [f"G{start + n}", f"Group {start + n}", None, "Attur", f"U{start}", "2016", "IFAD", "loan", "2017"]
            for n in range(count)
        ]
        return [heading, *groups, apex]

    found = []
    for count, start in ((3, 0), (60, 1000)):
        upload = messy.bring(rows(count, start), officer)
        with CaptureQueriesContext(connection) as queries:
            upload = messy.with_columns(
                upload, officer, kind="shg", promoter="ngo", formed_on="2014", linkage_form="oral",
                linkage_causality="direct",
            )  # fmt: skip
            assert operations.commit(upload=upload, by=officer) == 3 * count + 1, messy.messages(upload)
        found.append(len(queries))
    assert found[0] == found[1] < 130


def test_hundreds_of_groups_join_the_unions_of_the_same_list(officer: User) -> None:
    heading = ["Name", "Kind", "Tier", "Village", "District", "Formed", "Promoter", "Apex", "Member since"]
    rows: list[list[Any]] = [heading]
    for n in range(300):
        place = ("Attur", "Salem") if n % 2 else ("Bhavani", "Erode")
        rows.append([f"Group {n} of the hills", "SHG", None, *place, f"{1 + n % 28}/{1 + n % 12}/2014", "ngo",
                     f"Union {n % 10}", "2016"])  # fmt: skip
    rows += [[f"Union {n}", "union", "local apex", "Salem", None, "2012", "project", None, None] for n in range(10)]
    upload = messy.checked(rows, officer)
    assert upload.plan["counts"] == {"new": 310} and upload.plan["joined"] == 300
    assert operations.commit(upload=upload, by=officer) == 610


def test_join_many_tells_what_join_tells(officer: User) -> None:
    group = standing("G", "Group")
    union = standing("U", "Union", tier="local_apex", kind="union")
    upper = standing("F", "Federation", tier="local_apex", kind="federation")
    for member, apex, on in (
        (group, group, DAY(2016, 1, 1)),
        (union, group, DAY(2016, 1, 1)),
        (group, union, DAY(2001, 1, 1)),
    ):
        with pytest.raises(ValidationError) as one:
            apex_memberships.join(member=member, apex=apex, on=on, by=None)
        with pytest.raises(bulk.RowErrors) as many:
            apex_memberships.join_many(rows=[apex_memberships.Joining(member, apex, on)], by=None)
        assert many.value.errors[0].message_dict == one.value.message_dict
    circle = [
        apex_memberships.Joining(union, upper, DAY(2016, 1, 1)),
        apex_memberships.Joining(upper, union, DAY(2016, 1, 1)),
    ]
    with pytest.raises(bulk.RowErrors) as refused:
        apex_memberships.join_many(rows=circle, by=None)
    assert list(refused.value.errors) == [1] and not ApexMembership.objects.exists()
    apex_memberships.join(member=union, apex=upper, on=DAY(2016, 1, 1), by=None)
    with pytest.raises(bulk.RowErrors):
        apex_memberships.join_many(rows=circle[1:], by=None)
    with pytest.raises(bulk.RowErrors, match="1 rows"):
        apex_memberships.join_many(rows=circle[:1], by=None)
