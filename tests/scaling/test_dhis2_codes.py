"""The page of the codes that a DHIS2 uses: one, a sheet of many, and what is refused."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from indicators.models import EntryField
from organizations import registry
from organizations.models import Organization
from programmes.access import RoleName
from programmes.models import Place, Programme
from scaling.exchange.dhis2 import codes, mapping
from scaling.exchange.dhis2.codes import Fields, Schemes
from scaling.exchange.dhis2.models import Dhis2Code
from tests import factories

pytestmark = pytest.mark.django_db
SHEET = """kind,own,code,uid,option_combo,option_combo_uid,dimensions
data_element,OP-06.women,MEMBERS,f7n9E0hX8qk,F,Prlt0C1RF0s,GENDER=FMLE
data_element,OP-06,MEMBERS,f7n9E0hX8qk,,,
org_unit,G1,OU_559,DiszpKrYNg8,,,
org_unit,IND-TN,TAMIL,,,,
data_set,TNWDP/annual,YEARLY,pBOMPrpg1QX,,,
attribute_option_combo,TNWDP,default,,,,
"""


@pytest.fixture
def group(db: None) -> Organization:
    return registry.register(
        code="G1", name="Group", kind="shg", place=Place.objects.get(code="IND-TN"), promoter="project",
        formed_on=datetime.date(2015, 1, 1), programme=Programme.objects.get(code="TNWDP"), by=None,
    )  # fmt: skip


def bring(client: Client, text: str) -> Any:
    return client.post(reverse("scaling:dhis2"), {"file": SimpleUploadedFile("codes.csv", text.encode())})


@pytest.fixture
def client(administrator: User) -> Client:
    found = Client()
    found.force_login(administrator)
    return found


def test_a_sheet_is_brought_downloaded_and_brought_again(client: Client, group: Organization) -> None:
    assert bring(client, SHEET).status_code == 302
    assert Dhis2Code.objects.count() == 6
    row = Dhis2Code.objects.get(field__key="OP-06.women")
    assert (row.code, row.option_combo, row.dimensions) == ("MEMBERS", "F", {"GENDER": "FMLE"})
    assert Dhis2Code.objects.get(place__code="IND-TN").code == "TAMIL"
    text = client.get(reverse("scaling:dhis2-file")).content.decode("utf-8-sig")
    assert sorted(text.splitlines()[1:])[0] == "attribute_option_combo,TNWDP,default,,,,"
    rows = mapping.rows_of(text.encode(), "codes.csv")
    assert mapping.put(rows=rows, by=factories.administrator()) == 0, "the same again changes nothing"
    page = client.get(reverse("scaling:dhis2")).content.decode()
    assert "OU_559" in page and "GENDER=FMLE" in page


def test_one_is_changed_and_removed_on_the_page(client: Client, group: Organization) -> None:
    url = reverse("scaling:dhis2")
    assert client.post(url, {"kind": "org_unit", "own": "G1", "code": "OU_1"}).status_code == 302
    assert client.post(url, {"kind": "org_unit", "own": "G1", "code": "OU_2"}).status_code == 302
    row = Dhis2Code.objects.get()
    assert row.code == "OU_2" and row.organization == group
    wrong = client.post(url, {"kind": "org_unit", "own": "NOPE", "code": "OU_2", "uid": "short"})
    assert wrong.status_code == 422 and set(wrong.context["form"].errors) == {"own", "uid"}
    assert client.post(reverse("scaling:dhis2-remove", args=[row.pk])).status_code == 302
    assert not Dhis2Code.objects.exists()


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("thing,G1,A", "1.kind"),
        ("org_unit,NOPE,A", "1.own"),
        ("org_unit,G1,", "1.code"),
        ("org_unit,G1,A,,F", "1.option_combo"),
        ("org_unit,G1,A,12345678901", "1.uid"),
        ("data_set,TNWDP,A", "1.own"),
        ("data_set,TNWDP/weekly,A", "1.own"),
        ("attribute_option_combo,TNWDP/annual,A", "1.own"),
        ("data_element,OP-06,A,,,,GENDER", "1.dimensions"),
        ("data_element,OP-06,A,,,,value=3", "1.dimensions"),
        ("data_element,OP-06,OP-08", "1.code"),
        ("org_unit,G1,IND-TN", "1.code"),
        ("org_unit,G1,A\norg_unit,G1,B", "2.own"),
        ("org_unit,G1,A\norg_unit,IND-TN,A", "2.code"),
        ("data_element,OP-06,A\ndata_element,OP-08,A", "2.code"),
    ],
)
def test_a_wrong_row_is_named_and_nothing_is_written(line: str, place: str, group: Organization) -> None:
    rows = mapping.rows_of(("kind,own,code,uid,option_combo,option_combo_uid,dimensions\n" + line).encode(), "a.csv")
    with pytest.raises(ValidationError) as refused:
        mapping.put(rows=rows, by=factories.administrator())
    assert set(refused.value.message_dict) == {place}
    assert not Dhis2Code.objects.exists()


def test_a_file_that_is_none_and_a_wrong_row_are_told_on_the_page(client: Client, group: Organization) -> None:
    assert bring(client, "a,b\n1,2\n").status_code == 422
    told = bring(client, SHEET + "org_unit,NOPE,A\n")
    assert told.status_code == 422 and told.context["problems"] == ["Row 8, own: There is no “NOPE” here."]


def test_only_administrators_map(group: Organization) -> None:
    manager = factories.person(RoleName.COUNTRY_PROGRAMME_MANAGER, country="IND")
    for someone in (manager, factories.person(RoleName.ME_OFFICER, programme="TNWDP")):
        with pytest.raises(PermissionDenied):
            mapping.put(rows=[], by=someone)


def test_the_database_keeps_a_row_about_one_thing(group: Organization) -> None:
    field = EntryField.objects.get(key="OP-06")
    for wrong in (
        {"kind": "org_unit", "code": "A"},
        {"kind": "org_unit", "code": "A", "field": field},
        {"kind": "org_unit", "code": "A", "organization": group, "place": group.place},
        {"kind": "data_element", "code": "A", "field": field},
        {"kind": "data_set", "code": "A", "programme": Programme.objects.get(code="TNWDP")},
        {"kind": "org_unit", "code": "", "organization": group},
        {"kind": "org_unit", "code": "A", "organization": group, "uid": "12345678901"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Dhis2Code.objects.create(**wrong)


def test_what_is_not_mapped_goes_by_its_own_code_and_the_mapped_only_by_theirs(group: Organization) -> None:
    administrator = factories.administrator()
    mapping.put(rows=mapping.rows_of(SHEET.encode(), "a.csv"), by=administrator)
    fields = Fields.load(Schemes())
    assert fields.key("MEMBERS", "F", {}) == fields.key("f7n9E0hX8qk", "Prlt0C1RF0s", {}) == "OP-06.women"
    assert fields.key("MEMBERS", "", {"GENDER": "FMLE"}) == "OP-06.women"
    assert fields.key("MEMBERS", "", {}) == fields.key("MEMBERS", "HllvX50cXC0", {}) == "OP-06"
    assert fields.key("OP-06", "women", {}) is None and fields.key("OP-06", "youth", {}) == "OP-06.youth"
    by_code = Fields.load(Schemes(dataElement="code"))
    assert by_code.key("f7n9E0hX8qk", "F", {}) is None
    found = codes.organizations(["G1", "OU_559", "DiszpKrYNg8"], "", administrator)
    assert set(found) == {"OU_559", "DiszpKrYNg8"}


def test_queries_do_not_grow_with_the_codes(client: Client, group: Organization) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            client.get(reverse("scaling:dhis2"))
        return len(found)

    mapping.put(rows=[{"kind": "org_unit", "own": "G1", "code": "A"}], by=factories.administrator())
    one = queries()
    mapping.put(rows=mapping.rows_of(SHEET.encode(), "a.csv"), by=factories.administrator())
    assert queries() == one
