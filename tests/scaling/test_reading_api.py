"""Reading at scale: pages of any order, what changed since a moment, what was deleted, related rows inline."""

from __future__ import annotations

import datetime
import itertools
from typing import Any
from urllib.parse import quote

import psycopg2
import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.test.utils import CaptureQueriesContext

from indicators.models import Indicator, Target
from organizations import apex_memberships, linkages, registry
from organizations.models import ApexMembership, Linkage, Organization
from programmes.access import RoleName
from programmes.models import Partner, Place, PolicyEvent, Programme
from scaling.api import router
from scaling.rest import changes
from scaling.rest.keyset import columns_of
from tests import factories
from tests.organizations.test_impossible import make
from tests.rest import Program, fields
from tests.scaling.test_recorded_tables import now

pytestmark = pytest.mark.django_db
Day = datetime.date
DAY = Day(2020, 1, 1)


def all_of(api: Client, url: str, key: str = "next") -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    while url:
        answer = api.get(url)
        assert answer.status_code == 200, answer.content
        rows += answer.json()["results"]
        url = answer.json()[key]
    return rows


# --- pages -----------------------------------------------------------------------------------------------------------
@pytest.fixture
def events(db: None) -> None:
    """Many rows of equal values, and some without."""
    country = Place.objects.get(code="ETH")
    PolicyEvent.objects.bulk_create(
        [
            PolicyEvent(
                country=country, title=f"{n}", date=DAY + datetime.timedelta(days=n // 40), type="law",
                stage="adopted", direction="enabling",
            )
            for n in range(130)
        ]
    )  # fmt: skip


def test_rows_of_equal_values_come_once_each_and_back_again(api: Client, events: None) -> None:
    forward = [row["id"] for row in all_of(api, "/api/v1/policy-events/?page_size=7&ordering=-date")]
    assert len(forward) == len(set(forward)) == PolicyEvent.objects.count()
    url, last = "/api/v1/policy-events/?page_size=7&ordering=-date", ""
    while url:
        last, url = url, api.get(url).json()["next"]
    back: list[int] = []
    while last:
        page = api.get(last).json()
        back = [row["id"] for row in page["results"]] + back
        last = page["previous"]
    assert back == forward


@pytest.mark.parametrize("ordering", ["value", "-value", "signed_on", "-signed_on"])
def test_what_has_no_value_has_its_place_too(api: Client, ordering: str) -> None:
    group = make("G-1")
    for n, value in enumerate([None, 5, None, 7, 5, None]):
        Linkage.objects.create(
            organization=group, partner=Partner.objects.get(code="IFAD"), kind="other", form="oral",
            causality="direct", valid=DateRange(DAY, None), reference=str(n), value=value,
            currency="INR" if value else "", signed_on=DAY if value == 5 else None,
        )  # fmt: skip
    whole = [row["id"] for row in api.get(f"/api/v1/linkages/?ordering={ordering}").json()["results"]]
    paged = [row["id"] for row in all_of(api, f"/api/v1/linkages/?ordering={ordering}&page_size=1")]
    assert len(whole) == 6 and paged == whole


def test_a_page_skips_and_counts_nothing(api: Client, events: None) -> None:
    second = api.get("/api/v1/policy-events/?page_size=50").json()["next"]
    with CaptureQueriesContext(connection) as queries:
        api.get(second)
    (sql,) = [query["sql"] for query in queries if 'FROM "programmes_policyevent"' in query["sql"]]
    assert "OFFSET" not in sql and "COUNT(" not in sql and "LIMIT 51" in sql and "date" in sql.partition("WHERE")[2]


def test_a_deep_page_begins_in_the_index(api: Client) -> None:
    columns = columns_of(Organization, ("code",))
    assert [c.name for c in columns] == ["code"]  # unique: nothing else is compared
    second = api.get("/api/v1/organizations/?page_size=1")
    make("A-1"), make("A-2")
    second = api.get("/api/v1/organizations/?page_size=1").json()["next"]
    with CaptureQueriesContext(connection) as queries:
        assert api.get(second).json()["results"][0]["code"] == "A-2"
    (sql,) = [q["sql"] for q in queries if '"code" > ' in q["sql"]]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        cursor.execute(f"EXPLAIN {sql}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Index Cond: ((code)::text > " in plan, plan


@pytest.mark.parametrize("url", [f"/api/v1/{prefix}/" for prefix, _viewset, _name in router.registry])
def test_every_order_of_every_list_has_pages(api: Client, url: str, events: None) -> None:
    viewset: Any = next(v for prefix, v, _name in router.registry if url == f"/api/v1/{prefix}/")
    for name in viewset.ordering_fields:
        for term in (name, f"-{name}"):
            page = api.get(url, {"ordering": term, "page_size": 2})
            assert page.status_code == 200, (term, page.content)
            if page.json()["next"]:
                assert api.get(page.json()["next"]).status_code == 200


def test_a_cursor_of_another_order_is_refused(api: Client, events: None) -> None:
    cursor = api.get("/api/v1/policy-events/?page_size=5").json()["next"].partition("cursor=")[2].partition("&")[0]
    for query in (f"ordering=-date&cursor={cursor}", f"cursor={cursor[:-4]}", "cursor=e30", "cursor=W10"):
        assert fields(api.get(f"/api/v1/policy-events/?{query}")) == {"cursor"}, query
    assert fields(api.get(f"/api/v1/places/?cursor={cursor}")) == {"cursor"}


# --- what changed ----------------------------------------------------------------------------------------------------
SYNCED = [prefix for prefix, viewset, _name in router.registry if changes.trail_of(viewset.queryset.model)]


def told(moment: datetime.datetime) -> str:
    return quote(moment.isoformat())


def test_lists_that_tell_what_changed() -> None:
    assert {
        "organizations", "apex-memberships", "linkages", "interventions", "services", "returns", "results", "targets",
        "financing-lines", "programmes", "phases", "places", "partners", "rounds", "exchange-rates", "price-indices",
    } == set(SYNCED)  # fmt: skip


@pytest.mark.parametrize("resource", SYNCED)
def test_nothing_changed_is_nothing_and_no_change_is_lost(api: Client, resource: str) -> None:
    everything = all_of(api, f"/api/v1/{resource}/?updated_since=2000-01-01T00:00:00Z&page_size=1000")
    assert len(everything) == len(all_of(api, f"/api/v1/{resource}/?page_size=1000"))
    answer = api.get(f"/api/v1/{resource}/?updated_since={told(now())}").json()
    assert answer["results"] == [] and answer["next_since"].endswith("Z")
    assert api.get(answer["deleted"]).json()["results"] == []


def test_a_row_changed_is_told_and_so_is_one_whose_status_changed(api: Client) -> None:
    changed, ended, _same = make("G-1"), make("G-2"), make("G-3")
    since = now()
    Organization.objects.filter(pk=changed.pk).update(name="Another")
    registry.change_status(organization=ended, status="dormant", on=Day(2021, 1, 1), by=None)
    answer = api.get(f"/api/v1/organizations/?updated_since={told(since)}").json()
    assert [row["code"] for row in answer["results"]] == ["G-1", "G-2"]
    assert api.get(f"/api/v1/organizations/?updated_since={quote(answer['next_since'])}").json()["results"] == []


def test_pages_carry_the_mark_of_the_first(api: Client) -> None:
    since = now()
    for n in range(3):
        make(f"G-{n}")
    first = api.get(f"/api/v1/organizations/?updated_since={told(since)}&page_size=2").json()
    now()
    Organization.objects.filter(code="G-0").update(name="Changed while the client reads")
    second = api.get(first["next"]).json()
    assert [row["code"] for row in second["results"]] == ["G-2"]
    assert second["next_since"] == first["next_since"]
    again = api.get(f"/api/v1/organizations/?updated_since={quote(first['next_since'])}").json()
    assert [row["code"] for row in again["results"]] == ["G-0"]


def test_deleted_rows_are_told_to_who_could_see_them(api: Client) -> None:
    group, union = make("G-1"), make("U-1", kind="union", tier="local_apex", members_are="organizations")
    membership = apex_memberships.join(member=group, apex=union, on=DAY, by=None).membership
    target = Target.objects.create(
        programme=Programme.objects.get(code="TNWDP"), indicator=Indicator.objects.get(code="OP-06"),
        by_date=Day(2031, 12, 31), value=10, set_on=DAY,
    )  # fmt: skip
    since, keys = now(), {"apex-memberships": membership.pk, "targets": target.pk}
    membership.delete(), target.delete()
    inside = Program(factories.person(RoleName.VIEWER, programme="TNWDP"))
    of_country = Program(factories.person(RoleName.VIEWER, country="IND"))
    outside = Program(factories.person(RoleName.VIEWER, programme="PCDP"))
    for resource, key in keys.items():
        url = f"deleted/{resource}/?updated_since={told(since)}"
        for who in (inside, of_country):
            assert [(row["id"], row["code"]) for row in who.get(url).json()["results"]] == [(key, None)], resource
        assert outside.get(url).json()["results"] == []
        assert [row["id"] for row in api.get(f"/api/v1/{url}").json()["results"]] == [key]
    assert api.get(f"/api/v1/deleted/apex-memberships/?updated_since={told(now())}").json()["results"] == []


def test_an_organization_that_is_gone_with_its_enrolment_is_still_told_by_code(api: Client) -> None:
    group = make("GONE")
    membership_of_nobody = ApexMembership.objects.count()
    since = now()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("DELETE FROM organizations_programmeenrolment WHERE organization_id = %s", [group.pk])
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM organizations_organizationstatus WHERE organization_id = %s", [group.pk])
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
        cursor.execute("DELETE FROM organizations_organization WHERE id = %s", [group.pk])
    assert membership_of_nobody == 0
    inside = Program(factories.person(RoleName.VIEWER, programme="TNWDP"))
    (row,) = inside.get(f"deleted/organizations/?updated_since={told(since)}").json()["results"]
    assert row["code"] == "GONE" and row["deleted_at"]
    outside = Program(factories.person(RoleName.VIEWER, programme="PCDP"))
    assert outside.get(f"deleted/organizations/?updated_since={told(since)}").json()["results"] == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("updated_since=yesterday", "updated_since"),
        ("updated_since=2020-01-01", "updated_since"),
        ("updated_since=2020-01-01T00:00:00", "updated_since"),
        ("updated_since=2999-01-01T00:00:00Z", "updated_since"),
        ("updated_since=0001-01-01T00:00:00%2B14:00", "updated_since"),
        ("until=2020-01-01T00:00:00Z", "until"),
        ("updated_since=2020-01-02T00:00:00Z&until=2020-01-01T00:00:00Z", "until"),
        ("updated_since=2020-01-02T00:00:00Z&until=2998-01-01T00:00:00Z", "until"),
    ],
)
def test_a_moment_that_makes_no_sense_is_refused(api: Client, query: str, field: str) -> None:
    assert fields(api.get(f"/api/v1/organizations/?{query}")) == {field}
    assert fields(api.get(f"/api/v1/deleted/organizations/?{query}")) in ({field}, {"until"})


def test_what_has_no_trail_says_so(api: Client) -> None:
    since = "updated_since=2020-01-01T00:00:00Z"
    assert fields(api.get(f"/api/v1/elections/?{since}")) == {"updated_since"}
    assert fields(api.get("/api/v1/deleted/organizations/")) == {"updated_since"}
    for resource in ("elections", "nothing"):
        assert api.get(f"/api/v1/deleted/{resource}/?{since}").status_code == 404
    make("G-1")
    assert fields(api.get(f"/api/v1/organizations/G-1/?{since}")) == {"updated_since"}


def lengthen(event: Any) -> None:
    """A trail as long as that of years: its first event many times over."""
    table = event._meta.db_table
    columns = [
        f'"{one.column}"' for one in event._meta.concrete_fields if one.column not in ("pgh_id", "pgh_created_at")
    ]
    told = ", ".join(columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO {table} ({told}, pgh_created_at)
                SELECT {told}, timestamptz '2001-01-01' + n * interval '1 hour'
                FROM (SELECT * FROM {table} LIMIT 1) e, generate_series(1, 20000) n"""
        )
        cursor.execute(f"ANALYZE {table}")


@pytest.mark.parametrize("resource", ["linkages", "organizations"])
def test_changes_are_found_by_the_index(api: Client, resource: str) -> None:
    group, union = make("G-1"), make("U-1", kind="union", tier="local_apex", members_are="organizations")
    apex_memberships.join(member=group, apex=union, on=DAY, by=None)
    linkages.open_linkage(
        organization=group, partner=Partner.objects.get(code="IFAD"), kind="other", form="oral", causality="direct",
        since=DAY, by=None,
    )  # fmt: skip
    viewset: Any = next(v for prefix, v, _name in router.registry if prefix == resource)
    events = [
        changes.trail_of(one) for one in (viewset.queryset.model, *(m for m, _f in getattr(viewset, "told_by", ())))
    ]
    for event in events:
        lengthen(event)
    with CaptureQueriesContext(connection) as queries:
        api.get(f"/api/v1/{resource}/?updated_since={told(now())}")
    (sql,) = [q["sql"] for q in queries if "pgh_created_at" in q["sql"]]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    for event in events:
        (index,) = [one.name for one in event._meta.indexes if one.fields[:1] == ["pgh_created_at"]]
        assert f"{index} on {event._meta.db_table}" in plan, plan


def test_a_transaction_that_commits_late_is_not_missed() -> None:
    """One stamps its change, another commits after it and is read, then the first commits."""
    place, other = Place.objects.get(code="GHA"), Place.objects.get(code="IND")
    api = Program(factories.administrator())
    since = now().isoformat()
    options = connection.get_connection_params()
    options.pop("cursor_factory", None), options.pop("context", None)
    late = psycopg2.connect(**options)
    try:
        with late.cursor() as cursor:
            cursor.execute("UPDATE programmes_place SET name = 'Late' WHERE id = %s", [place.pk])
            now()
            Place.objects.filter(pk=other.pk).update(name="Soon")
            first = api.get(f"places/?updated_since={quote(since)}").json()
            late.commit()
            second = api.get(f"places/?updated_since={quote(first['next_since'])}").json()
            third = api.get(f"places/?updated_since={quote(second['next_since'])}").json()
    finally:
        late.rollback()
        with late.cursor() as cursor:  # this one is committed, whatever becomes of the test
            cursor.execute("UPDATE programmes_place SET name = %s WHERE id = %s", [place.name, place.pk])
        late.commit()
        late.close()
    names = [{row["code"]: row["name"] for row in answer["results"]} for answer in (first, second, third)]
    assert "GHA" not in names[0] and names[1]["GHA"] == "Late" and names[2] == {}
    assert (names[0] | names[1])["IND"] == "Soon"


# --- related rows ----------------------------------------------------------------------------------------------------
def test_related_rows_stand_beside_the_codes_in_one_query_each(api: Client) -> None:
    for n in range(4):
        linkages.open_linkage(
            organization=make(f"G-{n}"), partner=Partner.objects.get(code="IFAD"), kind="other", form="oral",
            causality="direct", since=DAY, by=None,
        )  # fmt: skip

    def queries(query: str) -> int:
        with CaptureQueriesContext(connection) as found:
            assert api.get(f"/api/v1/linkages/?{query}").status_code == 200
        return len(found)

    queries("page_size=1")
    assert (
        queries("expand=organization,partner") == queries("") + 2 == queries("expand=organization,partner&page_size=1")
    )
    (row, *_rest) = api.get("/api/v1/linkages/?expand=organization,partner&fields=id,organization").json()["results"]
    assert set(row) == {"id", "organization", "expanded"} and row["organization"] == "G-0"
    assert row["expanded"]["organization"]["name"] == Organization.objects.get(code="G-0").name
    assert row["expanded"]["partner"]["code"] == "IFAD"
    one = api.get(f"/api/v1/linkages/{row['id']}/?expand=organization").json()
    assert one["expanded"]["organization"]["code"] == "G-0"


def test_every_name_that_a_list_expands_is_told(api: Client) -> None:
    walked = 0
    for prefix, viewset, _name in router.registry:
        for name in getattr(viewset.serializer_class, "expands", {}):
            assert api.get(f"/api/v1/{prefix}/", {"expand": name}).status_code == 200
            walked += 1
    assert walked > 15


def test_expanding_shows_nothing_outside_the_scope() -> None:
    own = make("OWN")
    other = registry.register(
        code="OTHER", name="Hidden", kind="cooperative", place=Place.objects.get(code="IND-MH"),
        formed_on=Day(2015, 1, 1), promoter="project", programme=Programme.objects.get(code="MRCP"), by=None,
    )  # fmt: skip
    linkages.open_linkage(
        organization=own,
        partner_organization=other,
        kind="offtake",
        form="oral",
        causality="direct",
        since=DAY,
        by=None,
    )
    someone = Program(factories.person(RoleName.VIEWER, programme="TNWDP"))
    answer = someone.get("linkages/?expand=organization,partner_organization")
    (row,) = answer.json()["results"]
    assert row["expanded"]["organization"]["code"] == "OWN" and row["expanded"]["partner_organization"] is None
    assert b"Hidden" not in answer.content


def test_an_unknown_name_is_refused_with_the_known_ones(api: Client) -> None:
    for query, known in (("linkages/?expand=password", "partner_organization"), ("returns/?expand=", "round")):
        answer = api.get(f"/api/v1/{query}")
        assert fields(answer) == {"expand"} and known in answer.json()["detail"]
    assert fields(api.get("/api/v1/elections/?expand=country")) == {"expand"}


def test_lists_are_not_sent_twice(api: Client) -> None:
    url = "/api/v1/partners/?page_size=3&expand=country"
    tags = [api.get(one)["ETag"] for one in itertools.repeat(url, 2)]
    assert tags[0] == tags[1]
    assert api.get(url, headers={"if-none-match": tags[0]}).status_code == 304
    Partner.objects.filter(name=api.get(url).json()["results"][0]["name"]).update(name="0 Another")
    assert api.get(url, headers={"if-none-match": tags[0]}).status_code == 200
