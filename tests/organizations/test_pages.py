"""The pages of the register: an officer keeps all of it here; what is wrong is said at its field."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import InternalError
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from organizations import linkages, offices, registry
from organizations.models import (
    ApexMembership,
    Intervention,
    Linkage,
    LinkageTransaction,
    Office,
    Organization,
    Service,
    Status,
)
from programmes.access import RoleName
from programmes.models import Partner, Phase, Place, Programme
from tests import factories
from tests.organizations.test_impossible import DAY, apex, join, make

pytestmark = pytest.mark.django_db

FACTS: dict[str, str] = dict(
    programme="TNWDP",
    code="NEW-1",
    name="Thanjavur Women’s Group",
    kind="shg",
    tier="primary",
    members_are="persons",
    place="IND-TN",
    formed_on="2016-03-01",
    formed_precision="month",
    promoter="self",
    status="active",
    commodities="rice, groundnut",
)


def client_of(role: RoleName, **scope: str) -> Client:
    client = Client()
    client.force_login(factories.person(role, **scope))
    return client


@pytest.fixture
def officer(db: None) -> Client:
    return client_of(RoleName.ME_OFFICER, programme="TNWDP")


def url(name: str, *arguments: Any) -> str:
    return reverse(f"organizations:{name}", args=arguments)


def codes(answer: Any) -> list[str]:
    return [row.code for row in answer.context["page_of"].rows]


# --- the list --------------------------------------------------------------------------------------------------------
def test_the_list_finds_without_accents_and_capitals_and_inside_the_scope(officer: Client) -> None:
    group = make("G-1")
    registry.change(organization=group, version=1, by=None, name="Société Élan 100%")
    make("G-2")
    ethiopian = dict(place=Place.objects.get(code="ETH"), programme=Programme.objects.get(code="PCDP"))
    registry.register(
        code="E", name="Elan", kind="shg", formed_on=DAY(2015, 1, 1), promoter="self", by=None, **ethiopian
    )
    for text in ("elan", "SOCIETE", "g-1", "100%"):
        assert codes(officer.get(url("list"), {"q": text})) == ["G-1"], text
    for text in ("%", "_", "\\", "\u202e", "' OR 1=1", "x" * 200):
        assert officer.get(url("list"), {"q": text}).status_code == 200, text
    assert codes(officer.get(url("list"), {"q": "_"})) == []


def test_the_list_is_narrowed_by_every_filter(officer: Client) -> None:
    union, group, alone = apex("U"), make("G"), make("A", kind="cooperative")
    join(group, union, DAY(2019, 1, 1))
    registry.change_status(organization=alone, status=Status.DORMANT, on=DAY(2020, 1, 1), by=None)
    for query, expected in (
        ({"programme": "TNWDP"}, ["A", "G", "U"]),
        ({"place": "IND"}, ["A", "G", "U"]),
        ({"place": "IND-TN"}, ["A", "G", "U"]),
        ({"place": "IND-MH"}, []),
        ({"kind": "cooperative"}, ["A"]),
        ({"tier": "local_apex"}, ["U"]),
        ({"status": "dormant"}, ["A"]),
        ({"apex": "U"}, ["G"]),
        ({"alone": "on"}, ["A", "U"]),
        ({"alone": "on", "status": "active"}, ["U"]),
    ):
        assert sorted(codes(officer.get(url("list"), query))) == expected, query
    for wrong in ({"kind": "nonsense"}, {"programme": "PCDP"}, {"place": "nowhere"}, {"apex": "G-PCDP"}):
        answer = officer.get(url("list"), wrong)
        assert answer.status_code == 200
        assert codes(answer) == []
        assert answer.context["form"].errors, wrong


def test_the_list_is_leafed_through_both_ways(officer: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("organizations.listing.PAGE", 2)
    for code in "ABCDE":
        make(code)
    seen, address = [], url("list")
    while address:
        answer = officer.get(address)
        seen.append(codes(answer))
        last, address = address, answer.context["next_url"] and url("list") + answer.context["next_url"]
    assert seen == [["A", "B"], ["C", "D"], ["E"]]
    back = officer.get(url("list") + officer.get(last).context["previous_url"])
    assert codes(back) == ["C", "D"]
    first = officer.get(url("list") + back.context["previous_url"])
    assert codes(first) == ["A", "B"]
    assert first.context["previous_url"] == ""
    assert codes(officer.get(url("list"), {"after": "unknown"})) == ["A", "B"]


def test_the_list_costs_the_same_for_many_as_for_few(officer: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert officer.get(url("list"), {"tier": "primary"}).status_code == 200
        return len(caught)

    union = apex("U")
    join(make("A"), union, DAY(2019, 1, 1))
    few = queries()
    for number in range(8):
        join(make(f"B{number}"), union, DAY(2019, 1, 1))
    assert queries() == few <= 14


# --- register and change ---------------------------------------------------------------------------------------------
def test_an_officer_registers_an_organization(officer: Client) -> None:
    answer = officer.post(url("register"), FACTS)
    assert answer.status_code == 302, answer.context["form"].errors
    made = Organization.objects.get(code="NEW-1")
    assert (made.place.code, made.commodities, made.enrolments.get().programme.code) == (
        "IND-TN",
        ["rice", "groundnut"],
        "TNWDP",
    )
    page = officer.get(answer["Location"]).content.decode()
    assert "Thanjavur Women’s Group" in page
    assert "March 2016" in page


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"code": ""}, "code"),
        ({"code": "with space"}, "code"),
        ({"code": "x" * 41}, "code"),
        ({"code": "a\0b"}, "code"),
        ({"code": "\u200fA"}, "code"),
        ({"name": "n" * 201}, "name"),
        ({"name": "bad\u202ename"}, "name"),
        ({"programme": "PCDP"}, "programme"),
        ({"place": "Atlantis"}, "place"),
        ({"place": "ETH"}, "place"),
        ({"formed_on": "2016-02-30"}, "formed_on"),
        ({"formed_on": "2999-01-01"}, "formed_on"),
        ({"formed_on": "2090-01-01"}, "formed_on"),
        ({"kind": "inter_professional"}, "kind"),
        ({"kind": "nonsense"}, "kind"),
        ({"registered_on": "2010-01-01"}, "registered_on"),
        ({"commodities": "x" * 61}, "commodities"),
        ({"status": "disbanded"}, "status"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(
    officer: Client, wrong: dict[str, str], field: str
) -> None:
    answer = officer.post(url("register"), {**FACTS, **wrong})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert "groundnut" in answer.content.decode() or "commodities" in wrong
    assert not Organization.objects.filter(name__startswith="Thanjavur").exists()


def test_a_place_is_found_by_its_name_and_in_the_words_of_a_suggestion(officer: Client) -> None:
    place = Place.objects.get(code="IND-TN")
    for number, text in enumerate((place.name, place.name.upper(), f"{place.name} (IND-TN)", "\u200eIND-TN\u200f")):
        assert officer.post(url("register"), {**FACTS, "code": f"N{number}", "place": text}).status_code == 302, text
    answer = officer.post(url("register"), {**FACTS, "code": "N9", "place": place.name[:4]})
    assert place.code in answer.context["form"].errors["place"][0]


def test_a_second_editor_sees_both_values_and_can_put_theirs(officer: Client) -> None:
    group = make("G")
    form = officer.get(url("change", "G")).context["form"]
    data = {name: form[name].value() for name in form.fields}
    data = {name: value for name, value in data.items() if value is not None}
    registry.change(organization=group, version=1, by=None, name="Theirs")
    answer = officer.post(url("change", "G"), {**data, "name": "Mine"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Theirs" in page
    assert 'value="Mine"' in page
    assert 'name="version" value="2"' in page
    assert officer.post(url("change", "G"), {**data, "name": "Mine", "version": "2"}).status_code == 302
    assert Organization.objects.get(code="G").name == "Mine"


# --- the profile -----------------------------------------------------------------------------------------------------
def test_the_profile_shows_what_held_on_a_day(officer: Client) -> None:
    union, group = apex("U"), make("G")
    join(group, union, DAY(2018, 1, 1), DAY(2019, 1, 1))
    members = lambda day: officer.get(url("profile", "U"), {"as_of": day}).context["profile"].down_count  # noqa: E731
    assert [members(day) for day in ("2017-12-31", "2018-01-01", "2018-12-31", "2019-01-01")] == [0, 1, 1, 0]
    before = officer.get(url("profile", "G"), {"as_of": "2014-12-31"}).content.decode()
    assert "not formed yet" in before
    for wrong in ("yesterday", "2020-13-01", "20200101", "9" * 50):
        assert "A date such as" in officer.get(url("profile", "G"), {"as_of": wrong}).content.decode(), wrong


def test_the_profile_names_nobody_outside_the_scope() -> None:
    group = make("G")
    other = registry.register(
        code="OTHER",
        name="Secret Union",
        kind="federation",
        tier="local_apex",
        place=Place.objects.get(code="IND-MH"),
        formed_on=DAY(2015, 1, 1),
        promoter="self",
        programme=Programme.objects.get(code="MRCP"),
        by=None,
    )
    join(group, other, DAY(2018, 1, 1), DAY(2019, 1, 1))
    linkages.open_linkage(
        organization=group,
        partner_organization=other,
        kind="offtake",
        form="oral",
        causality="direct",
        since=DAY(2020, 1, 1),
        by=None,
    )
    offices.add(
        organization=group, person="P-77", consent_on=DAY(2020, 1, 1), title="Chair", since=DAY(2020, 1, 1), by=None
    )
    narrow = client_of(RoleName.ME_OFFICER, programme="TNWDP")
    for page in ("profile", "history"):
        assert "Secret" not in narrow.get(url(page, "G")).content.decode(), page
        assert "P-77" in narrow.get(url(page, "G")).content.decode(), page
    assert "P-77" not in client_of(RoleName.VIEWER, programme="TNWDP").get(url("profile", "G")).content.decode()
    assert "Secret Union" in client_of(RoleName.VIEWER, country="IND").get(url("profile", "G")).content.decode()


def test_the_profile_costs_the_same_for_many_rows_as_for_few(officer: Client) -> None:
    union = apex("U")

    def another(number: int) -> int:
        join(make(f"G{number}"), union, DAY(2019, 1, 1))
        row = linkages.open_linkage(
            organization=union,
            partner=Partner.objects.get(code="IFAD"),
            kind="offtake",
            form="oral",
            causality="direct",
            since=DAY(2019, 1, 1),
            by=None,
        )
        linkages.record_transaction(linkage=row, date=DAY(2020, 1, 1), type="sale", amount=5, currency="INR", by=None)
        with CaptureQueriesContext(connection) as caught:
            assert officer.get(url("profile", "U")).status_code == 200
        return len(caught)

    first = another(0)
    assert [another(number) for number in range(1, 4)] == [first] * 3


# --- one year of upkeep ----------------------------------------------------------------------------------------------
def test_an_officer_does_all_upkeep_on_pages(officer: Client) -> None:
    group, union, other = make("G"), apex("U"), make("O")
    phase = Phase.objects.filter(programme__code="TNWDP", is_aggregate=False).first()
    assert phase is not None

    def send(name: str, *arguments: Any, **data: Any) -> None:
        address = url(name, *arguments)
        assert officer.get(address).status_code == 200, name
        answer = officer.post(address, data)
        assert answer.status_code == 302, (name, answer.context and answer.context["form"].errors)

    send("join", "G", apex="U", on="2018-01-01", role="full")
    joined = ApexMembership.objects.get()
    send("leave", "G", joined.pk, on="2019-01-01", reason="fees")
    assert f"{url('join', 'G')}?apex=U" in officer.get(url("profile", "G")).content.decode()
    send("join", "G", apex="Organization U (U)", on="2020-01-01", role="associate")
    send("open-linkage", "G", kind="offtake", form="oral", partner="IFAD", since="2019-01-01", until="2020-01-01",
         value="1,000.5", currency="inr", covers="itself", causality="direct")  # fmt: skip
    row = Linkage.objects.get()
    assert (row.value, row.currency) == (1000.5, "INR")
    send("renew-linkage", "G", row.pk, until="2023-01-01")
    send("transaction", "G", row.pk, date="2021-01-01", type="sale", amount="20", currency="INR")
    send("transaction", "G", row.pk, date="2021-01-02", type="sale", amount="5", currency="INR", passed_on_to="U")
    send("end-linkage", "G", row.pk, on="2022-01-01", breached="on")
    assert Linkage.objects.get().status == "breached"
    assert LinkageTransaction.objects.count() == 2
    send("add-service", "G", kind="inputs", provider="partner", partner="IFAD", since="2019-01-01")
    send("end-service", "G", Service.objects.get().pk, on="2020-01-01")
    send("record-intervention", "G", phase=phase.code, purpose="bonding", method="training", since="2020-01-01",
         organizations="G\nOrganization O (O), \nU, G", participants="30", women="12")  # fmt: skip
    assert sorted(Intervention.objects.get().organizations.values_list("code", flat=True)) == ["G", "O", "U"]
    send("add-office", "G", person="P1", consent_on="2020-01-01", title="Chair", since="2020-01-01", is_elected="on")
    send("end-office", "G", Office.objects.get().pk, on="2021-01-01")
    send("status", "G", status="dormant", on="2022-06-01", reason="no meetings")
    last = group.statuses.order_by("valid").last()
    assert last is not None
    send("verify-status", "G", last.pk, on="2022-07-01", evidence="visit")
    send("correct-status", "G", last.pk, value="dormant", since="2022-05-01", reason="no meetings")
    assert officer.post(url("take-back-status", "G", last.pk)).status_code == 302
    assert group.statuses.get().status == "active"
    assert other.pk and union.pk
    page = officer.get(url("profile", "G")).content.decode()
    assert "fees" in page
    assert "renewed 1 time" in page
    history = officer.get(url("history", "G"))
    assert {str(change.what) for change in history.context["changes"]} >= {
        "apex membership",
        "linkage",
        "office",
        "service",
    }
    assert {change.who for change in history.context["changes"] if change.what == "service"} == {"M&E officer"}


def test_a_merger_is_shown_before_it_happens(officer: Client) -> None:
    group, union = make("G"), apex("U")
    make("NEXT")
    join(group, union, DAY(2019, 1, 1))
    data = dict(status="merged_into", on="2022-01-01", successors="NEXT", reason="too small")
    shown = officer.post(url("merge", "G"), data)
    page = shown.content.decode()
    assert shown.status_code == 200
    assert "Organization NEXT" in page
    assert "Organization U" in page
    assert group.statuses.get().status == "active", "nothing has happened yet"
    assert officer.post(url("merge", "G"), {**data, "confirm": "1"}).status_code == 302
    assert group.statuses.order_by("-valid")[0].status == "merged_into"
    assert "Organization NEXT" in officer.get(url("profile", "G")).content.decode()
    assert officer.get(url("merge", "G")).status_code == 302, "it has ended"
    for wrong, field in (
        ({"successors": "NOBODY"}, "successors"),
        ({"successors": "G"}, "successors"),
        ({"successors": "O, NEXT"}, "successors"),
        ({"on": "2010-01-01"}, "on"),
        ({"on": ""}, "on"),
    ):
        answer = officer.post(url("merge", "O"), {**data, **wrong}) if Organization.objects.filter(code="O") else None
        answer = answer or officer.post(url("merge", make("O").code), {**data, **wrong})
        assert answer.status_code == 422
        assert field in answer.context["form"].errors, wrong


def test_another_organization_outside_the_scope_is_as_unknown_as_none(officer: Client) -> None:
    make("G")
    registry.register(
        code="FOREIGN",
        name="Foreign",
        kind="federation",
        tier="local_apex",
        place=Place.objects.get(code="ETH"),
        formed_on=DAY(2015, 1, 1),
        promoter="self",
        programme=Programme.objects.get(code="PCDP"),
        by=None,
    )
    said = [
        officer.post(url("join", "G"), {"apex": text, "on": "2020-01-01", "role": "full"})
        .context["form"]
        .errors["apex"]
        for text in ("FOREIGN", "Foreign", "NOBODY", "%", "\u202e")
    ]
    assert said[0] == said[1] == said[2] == said[3]
    assert said[4] == ["This field is required."]


def test_suggestions_are_few_and_say_where(officer: Client) -> None:
    for number in range(20):
        make(f"G{number}")
    found = officer.get(url("lookup", "organizations"), {"q": "organization g1"}).json()["results"]
    assert 0 < len(found) <= 12
    assert found[0]["value"].endswith(")")
    assert "Tamil Nadu" in found[0]["note"]
    assert officer.get(url("lookup", "organizations")).json() == {"results": []}
    assert officer.get(url("lookup", "secrets")).status_code == 404
    assert officer.get(url("lookup", "partners"), {"q": "ifad"}).json()["results"]


def test_history_cannot_be_rewritten() -> None:
    group = make("G")
    event = group.events.get()  # type: ignore[attr-defined]
    with pytest.raises(InternalError, match="Cannot"), transaction.atomic():
        event.name = "Other"
        event.save()
    with pytest.raises(InternalError, match="Cannot"), transaction.atomic():
        event.delete()
    assert datetime.date.today() >= event.pgh_created_at.date() - datetime.timedelta(days=1)
