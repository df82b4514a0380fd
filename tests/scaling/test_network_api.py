"""The 75 values of the domain study through files, tables and the API."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from indicators.models import Round
from indicators.signals import returns_changed
from organizations.models import Organization, ProgrammeEnrolment
from programmes.models import Programme
from scaling import rollups
from scaling.metrics import REGISTER_METRICS
from scaling.network.load import load
from tests import factories
from tests.scaling import network as n
from tests.scaling.network_programme import make_programme

pytestmark = pytest.mark.django_db
EXPECTED = {row["test_id"]: row for row in n.rows("expected_values")}
THEN, BETWEEN, NOW = "net-2018", "net-2020", "net-2022"


def credit_folder(folder: Path) -> Path:
    """The credit of 4.11 is that of an organization outside the network."""
    (folder / "organizations.csv").write_text("code,kind,tier,formed_on\nX,SHG,primary,2010-01-01\n")
    (folder / "observations.csv").write_text("org,round,members\nX,2018,10\nX,2022,10\n")
    lines = [f"X,{line}" for line in (n.FOLDER / "credit.csv").read_text().splitlines()]
    (folder / "credit.csv").write_text("\n".join(["org" + lines[0][1:], *lines[1:]]) + "\n")
    return folder


def drain() -> None:
    while rollups.drain():
        pass


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Both, loaded once for the tests of this file and taken away again."""
    with django_db_blocker.unblock(), transaction.atomic():
        load(n.FOLDER, programme=make_programme())
        load(credit_folder(tmp_path_factory.mktemp("credit")), programme=make_programme("CRED"))
        drain()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def client(loaded: None, db: None) -> Client:
    someone: User = factories.administrator()
    return Client(headers={"authorization": factories.token_header(someone)["HTTP_AUTHORIZATION"]})


def ask(client: Client, name: str, **query: Any) -> dict[str, Any]:
    query = {"programme": "NET", **query}
    answer = client.get(f"/api/v1/metrics/{name}/", query)
    assert answer.status_code == 200, answer.content
    (row,) = answer.json()["results"]
    found: dict[str, Any] = row
    return found


def against(**query: Any) -> dict[str, Any]:
    return {"round": NOW, "against": THEN, **query}


ON_2022, TO_2020 = against(), {"round": BETWEEN, "against": THEN}
LATER = {"as_of": "2022-12-31", "months": "24"}
#: test id → metric and question; what is not the figure itself stands in `PART`.
ASKED: dict[str, tuple[str, dict[str, Any]]] = {
    "FX-01": ("members_baseline", ON_2022),
    "FX-02": ("members_observed", ON_2022),
    "FX-03": ("growth_organic", ON_2022),
    "FX-04": ("growth_new", ON_2022),
    "FX-05": ("growth_lost", ON_2022),
    "FX-06": ("growth_late", ON_2022),
    "FX-07": ("membership_change", ON_2022),
    "FX-08": ("membership_growth_comparable", ON_2022),
    "FX-09": ("membership_growth_naive", ON_2022),
    "FX-10": ("membership_cagr", ON_2022),
    "FX-11": ("organic_growth", ON_2022),
    "FX-12": ("organic_growth_without_zero_base", ON_2022),
    "FX-13": ("median_organization_growth", ON_2022),
    "FX-14": ("gross_memberships", {"round": NOW}),
    "FX-15": ("net_memberships", {"round": NOW}),
    "FX-16": ("net_persons", {"round": NOW}),
    "FX-17": ("net_memberships", {"round": NOW, "apex": "F1"}),
    "FX-18": ("women_share", {"round": THEN}),
    "FX-19": ("women_share", {"round": NOW}),
    "FX-20": ("youth_share", {"round": THEN}),
    "FX-21": ("youth_share", {"round": NOW}),
    "FX-22": ("poorest_share", {"round": THEN}),
    "FX-23": ("poorest_share", {"round": NOW}),
    "FX-24": ("poorest_share_drift", ON_2022),
    "FX-25": ("poorest_share_of_growth", ON_2022),
    "FX-26": ("women_leadership_parity", {"round": NOW, "organization": "G3"}),
    "FX-27": ("aggregation_ratio", {"round": THEN}),
    "FX-28": ("aggregation_ratio", {"round": NOW}),
    "FX-29": ("aggregation_ratio_by_members", {"round": NOW}),
    "FX-30": ("network_depth", {"round": NOW}),
    "FX-31": ("mean_depth", {"round": NOW}),
    "FX-32": ("mean_span", {"round": NOW}),
    "FX-33": ("multi_parent_share", {"round": NOW}),
    "FX-34": ("survival_after_support", LATER),
    "FX-36": ("outcome_change_cross_section", ON_2022),
    "FX-37": ("outcome_change_matched", ON_2022),
    "FX-38": ("share_improved", ON_2022),
    "FX-39": ("share_improved_with_disbanded", ON_2022),
    "FX-40": ("share_satisfactory_then", ON_2022),
    "FX-41": ("share_satisfactory", ON_2022),
    "FX-42": ("round_coverage", {"round": BETWEEN, "tier": "primary"}),
    "FX-43": ("members_estimate", {**TO_2020, "tier": "primary"}),
    "FX-44": ("members_observed", {**TO_2020, "tier": "primary"}),
    "FX-45": ("members_estimate", {**TO_2020, "tier": "primary"}),
    "FX-46": ("membership_change", {**TO_2020, "tier": "primary"}),
    "FX-47": ("membership_growth_comparable", TO_2020),
    "FX-50": ("leverage_ratio_design", {}),
    "FX-51": ("leverage_ratio_domestic", {}),
    "FX-52": ("leverage_ratio_realised", {}),
    "FX-53": ("cofinancing_realisation", {}),
    "FX-54": ("crowd_in_companies", {}),
    "FX-55": ("crowd_in_banks", {}),
    "FX-56": ("crowd_in_ratio", {}),
    "FX-57": ("total_mobilised_ratio", {}),
    "FX-60": ("credit_growth_nominal", {"programme": "CRED", "round": "cred-2022-year", "against": "cred-2018-year"}),
    "FX-61": ("credit_growth_usd", {"programme": "CRED", "round": "cred-2022-year", "against": "cred-2018-year"}),
    "FX-62": ("credit_growth_real", {"programme": "CRED", "round": "cred-2022-year", "against": "cred-2018-year"}),
    "FX-70": ("savings_mobilised", {"round": "net-2022-year", "organization": "G1"}),
    "FX-71": ("credit_to_savings", {"round": NOW, "organization": "G1"}),
    "FX-72": ("loan_fund_utilisation", {"round": NOW, "organization": "G1"}),
    "FX-73": ("portfolio_at_risk", {"round": NOW}),
    "FX-74": ("attendance_rate", {"round": NOW}),
    "FX-75": ("retention_rate", {"round": NOW}),
    "FX-76": ("return_on_savings", {"round": NOW}),
    "FX-80": ("service_coverage", {"round": NOW}),
    "FX-81": ("partners_per_organization", {"round": NOW}),
    "FX-82": ("services_per_organization", {"round": NOW}),
    "FX-83": ("partner_concentration", {"round": NOW}),
    "FX-90": ("months_from_formed_to_bonded", {"round": NOW}),
    "FX-91": ("months_from_formed_to_bonded_completed_only", {"round": NOW}),
    "FX-92": ("stages_out_of_order", {"round": NOW}),
    "FX-93": ("stage_share_linked", {"round": NOW}),
    "FX-94": ("stage_share_linked_direct", {"round": NOW}),
}
PART: dict[str, Callable[[dict[str, Any]], str]] = {"FX-43": lambda row: row["components"]["imputed"]["value"]}


def test_every_value_is_asked_for() -> None:
    assert set(ASKED) | {"FX-35", "FX-95"} == set(EXPECTED)


@pytest.mark.parametrize("test_id", list(ASKED))
def test_the_value_worked_out_by_hand(client: Client, test_id: str) -> None:
    name, query = ASKED[test_id]
    row = ask(client, name, **query)
    found = PART[test_id](row) if test_id in PART else row["value"]
    assert found is not None, row
    expected = Decimal(EXPECTED[test_id]["expected"])
    value = Decimal(found)
    if row["unit"] == "US$" and EXPECTED[test_id]["unit"] == "US$ million":
        value /= 1_000_000
    assert value.quantize(expected, rounding=ROUND_HALF_UP) == expected


def test_the_stages_of_2022(client: Client) -> None:
    found = ask(client, "stage_share_linked", round=NOW)["components"]
    counts = [found[stage]["value"] for stage in ("forming", "bonded", "aggregated", "linked")]
    assert " / ".join(counts) == EXPECTED["FX-95"]["note"]


def test_cells_and_records_answer_the_same(client: Client) -> None:
    """A federation that holds everybody, cut by nothing: from its total. Each kind: from its cells. One by one: from
    the records."""
    for name in REGISTER_METRICS:
        whole = ask(client, name, round=NOW)
        day_after = ask(client, name, round=NOW, as_of="2022-06-30")
        assert whole["value"] == day_after["value"], name
        for kind in ("shg", "cooperative"):
            cells = ask(client, name, round=NOW, kind=kind, apex="F1", tier="primary")
            assert cells["null_reason"] or cells["value"] is not None
    assert ask(client, "net_memberships", round=NOW, apex="F1")["value"] == "183"
    cut = [ask(client, "net_memberships", round=NOW, apex="F1", kind=kind)["value"] for kind in ("shg", "cooperative")]
    assert [*cut, ask(client, "net_memberships", round=NOW, apex="F1", tier="meso_apex")["value"]] == ["88", "90", "5"]


def test_one_row_for_each_kind_adds_up_to_the_whole(client: Client) -> None:
    rows = client.get("/api/v1/metrics/members_observed/", {"programme": "NET", "round": NOW, "by": "kind"}).json()
    found = {row["group"]: row["value"] for row in rows["results"] if row["value"] is not None}
    assert found == {"shg": "88", "cooperative": "130", "pastoral": "33"}


def test_rounds_and_cohorts_are_told_apart(client: Client) -> None:
    url = "/api/v1/metrics/members_observed/"
    rows = client.get(url, {"programme": "NET", "by": "round", "tier": "primary"}).json()["results"]
    assert {row["group"]: row["value"] for row in rows} == {THEN: "153", BETWEEN: "220", NOW: "251"}
    rows = client.get(url, {"programme": "NET", "round": NOW, "by": "cohort"}).json()["results"]
    found = {row["group"]: row["value"] for row in rows if row["value"] is not None}
    assert found == {"2018-06-30": "198", "2020-06-30": "53"}


def test_against_own_baselines_nobody_is_late(client: Client) -> None:
    """G5 and G7 have a baseline of their own in 2020, so they grow against it; a rate for one year means nothing."""
    row = ask(client, "membership_change", round=NOW)
    parts = {name: row["components"][name]["value"] for name in ("organic", "new", "lost", "late", "unseen")}
    assert parts == {"organic": "96", "new": "0", "lost": "-40", "late": "0", "unseen": "0"}
    assert ask(client, "membership_cagr", round=NOW)["null_reason"] == "BASIS_MISMATCH"
    assert ask(client, "membership_cagr", **ON_2022)["value"] is not None


def test_a_past_day_gives_what_was_true_then(client: Client) -> None:
    assert ask(client, "network_depth", as_of="2019-05-01")["value"] == "1"
    before = ask(client, "members_observed", as_of="2021-09-29", tier="primary")
    assert (before["value"], before["rounds"]) == ("220", [BETWEEN])
    after = ask(client, "members_observed", as_of="2021-09-30", tier="primary")
    assert after["value"] == "184"  # the water users' association had 36 members and was dissolved that day


def test_a_row_says_how_fresh_and_how_complete_it_is(client: Client) -> None:
    row = ask(client, "members_observed", round=NOW)
    assert row["coverage"] == {"reported": 11, "due": 11} and row["computed_at"]
    assert (row["n"], row["marks_waiting"]) == (7, 0)
    ids = {Round.objects.get(code=NOW).pk}
    returns_changed.send(sender=Round, return_ids=set(), round_ids=ids)
    assert ask(client, "members_observed", round=NOW)["marks_waiting"] == 1


@pytest.mark.parametrize(
    ("query", "at"),
    [
        ({"round": "nope"}, "round"),
        ({"against": "cred-2018"}, "against"),
        ({"round": THEN, "against": NOW}, "against"),
        ({"round": NOW, "as_of": "2022-06-29"}, "as_of"),
        ({"as_of": "2022-02-30"}, "as_of"),
        ({"kind": "club"}, "kind"),
        ({"tier": "high"}, "tier"),
        ({"apex": "G99"}, "apex"),
        ({"organization": "\u202eG1"}, "organization"),
        ({"place": "NOPE"}, "place"),
        ({"by": "phase"}, "by"),
        ({"months": "0"}, "months"),
        ({"months": "٢٤"}, "months"),
        ({"months": "2" * 400}, "months"),
        ({"prices": "euro"}, "prices"),
        ({"dimension": "luck"}, "dimension"),
        ({"basis": "printed"}, "basis"),
        ({"phase": "NET-1"}, "phase"),
        ({"round": "a,b"}, "round"),
        ({"colour": "red"}, "colour"),
        ({"place": "x" * 501}, "place"),
        ({"apex": "\x00"}, "NUL"),
    ],
)
def test_a_bad_parameter_is_a_problem_with_a_sentence(client: Client, query: dict[str, str], at: str) -> None:
    answer = client.get("/api/v1/metrics/survival_after_support/", {"programme": "NET", **query})
    assert answer.status_code == 400, answer.content
    assert at in answer.content.decode()


def test_a_metric_of_phases_does_not_know_organizations(client: Client) -> None:
    for query in ({"round": NOW}, {"tier": "primary"}, {"months": "24"}):
        assert client.get("/api/v1/metrics/leverage_ratio_design/", query).status_code == 400


def test_every_metric_answers_every_question(client: Client) -> None:
    for name in REGISTER_METRICS:
        for query in ({}, {"by": "kind"}, {"by": "cohort"}, {"apex": "C1"}, {"against": THEN}, {"prices": "usd"}):
            answer = client.get(f"/api/v1/metrics/{name}/", {"programme": "NET", "round": NOW, **query})
            assert answer.status_code == 200, (name, query, answer.content)
            for row in answer.json()["results"]:
                assert (row["value"] is None) == (row["null_reason"] is not None)
        assert client.get(f"/api/v1/metrics/{name}/").status_code == 200


def test_two_programmes_count_a_shared_organization_once(client: Client) -> None:
    ask_both = {"programme": "NET,CRED", "as_of": "2022-06-30", "tier": "primary"}
    before = ask(client, "aggregation_ratio", **ask_both)["n_due"]
    one = Organization.objects.get(code="G1")
    ProgrammeEnrolment.objects.create(
        organization=one, programme=Programme.objects.get(code="CRED"), valid=DateRange(one.formed_on, None)
    )
    drain()
    assert ask(client, "aggregation_ratio", **ask_both)["n_due"] == before == 8
    rows = client.get("/api/v1/metrics/aggregation_ratio/", {**ask_both, "by": "programme"}).json()["results"]
    assert {row["group"]: row["n_due"] for row in rows} == {"NET": 7, "CRED": 2}


def test_a_metric_of_organizations_as_csv(client: Client) -> None:
    query = {"programme": "NET", "round": NOW, "by": "kind", "format": "csv"}
    table = client.get("/api/v1/metrics/members_observed/", query).content.decode("utf-8-sig")
    rows = {row["group"]: row for row in csv.DictReader(io.StringIO(table))}
    assert rows["shg"]["value"] == "88" and rows["shg"]["coverage.due"] == "4"


def test_the_number_of_queries_is_fixed(client: Client) -> None:
    def count(name: str, **query: str) -> int:
        client.get(f"/api/v1/metrics/{name}/", {"programme": "NET", **query})
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/api/v1/metrics/{name}/", {"programme": "NET", **query})
        return len(queries)

    assert count("members_observed", round=NOW) <= 12
    assert count("members_observed", round=NOW, by="kind") == count("members_observed", round=NOW)
    assert count("members_observed", round=NOW, against=THEN) <= 32


# --- the files -------------------------------------------------------------------------------------------------------
def test_loading_again_changes_nothing(client: Client) -> None:
    network = load(n.FOLDER, programme=Programme.objects.get(code="NET"))
    assert not any(network.new.values())
