"""The resources of the API, as each role, inside and outside its scope."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from programmes.access import RoleName
from tests import factories
from tests.access.expected import ACTIONS, PEOPLE_WHO, RESOURCES, SIDES
from tests.access.scenes import people

pytestmark = pytest.mark.django_db


def test_each_role_reads_its_own_side_and_never_the_other(two_sides: dict[str, dict[str, set[str]]]) -> None:
    walked = 0
    for who, (someone, sides) in people().items():
        client = Client(headers={"authorization": factories.token_header(someone)["HTTP_AUTHORIZATION"]})
        for resource, key in RESOURCES.items():
            listed = client.get(reverse(f"{resource}-list"), {"page_size": 1000})
            walked += 1
            if who == "nobody's":
                assert listed.status_code == 403
                continue
            assert listed.status_code == 200, (who, resource, listed.content)
            if key == "all":
                continue
            found = {str(row[key]) for row in listed.json()["results"]}
            for side in SIDES:
                own = two_sides[side][resource]
                if side in sides:
                    assert own <= found, (who, resource, side)
                else:
                    assert not own & found, (who, resource, side)
                for one in own:
                    answer = client.get(reverse(f"{resource}-detail", args=[one]))
                    walked += 1
                    assert answer.status_code == (200 if side in sides else 404), (who, resource, one)
    assert walked > 500


def test_each_action_is_for_who_may_and_for_nobody_outside_the_scope(
    two_sides: dict[str, dict[str, set[str]]],
) -> None:
    """Empty bodies, any version: who may is told what is missing (400) or answered, who may not never is."""
    walked = 0
    for who, (someone, sides) in people().items():
        header = factories.token_header(someone, can_write=True)["HTTP_AUTHORIZATION"]
        client = Client(headers={"authorization": header, "if-match": "*"})
        for resource, actions in ACTIONS.items():
            for side, action in [(side, action) for side in SIDES for action in actions]:
                for one in sorted(two_sides[side][resource])[:1]:
                    rule, url = actions[action], reverse(f"{resource}-{action}", args=[one])
                    answer = client.get(url) if rule == "reads" else client.post(url, "{}", "application/json")
                    walked += 1
                    told = (who, resource, action, answer.content)
                    if who == "nobody's":
                        assert answer.status_code == 403, told
                    elif side not in sides:
                        assert answer.status_code == 404, told
                    elif rule == "reads":
                        assert answer.status_code == 200, told
                    elif who in PEOPLE_WHO[rule]:
                        assert answer.status_code in (200, 400), told
                    else:
                        assert answer.status_code in (400, 403), told
    assert walked > 200


def test_filters_do_not_reach_over_the_scope(two_sides: dict[str, dict[str, set[str]]]) -> None:
    someone = factories.person(RoleName.VIEWER, programme="PCDP")
    client = Client(headers={"authorization": factories.token_header(someone)["HTTP_AUTHORIZATION"]})
    for resource, query in (
        ("organizations", {"programme": "TNWDP"}),
        ("organizations", {"apex": "U-TNWDP"}),
        ("organizations", {"country": "IND"}),
        ("financing-lines", {"programme": "TNWDP"}),
        ("results", {"programme": "TNWDP"}),
        ("returns", {"programme": "TNWDP"}),
        ("apex-memberships", {"apex": "U-TNWDP"}),
        ("alerts", {"programme": "TNWDP"}),
        ("alerts", {"organization": "G-TNWDP"}),
        ("alerts", {"place": "IND"}),
        ("thresholds", {"country": "IND"}),
    ):
        assert client.get(reverse(f"{resource}-list"), query).json()["results"] == [], resource


def test_metrics_answer_only_for_what_may_be_seen() -> None:
    someone = factories.person(RoleName.VIEWER, programme="PCDP")
    client = Client(headers={"authorization": factories.token_header(someone)["HTTP_AUTHORIZATION"]})
    url = reverse("metrics-detail", args=["total_financing"])
    (row,) = client.get(url).json()["results"]
    assert row["programmes"] == ["PCDP"]
    for query in ({"programme": "TNWDP"}, {"phase": "TNWDP-1"}, {"phase": "PCDP-II", "against": "TNWDP-1"}):
        refused = client.get(url, query)
        unknown = client.get(url, dict.fromkeys(query, "NOPE"))
        assert refused.status_code == unknown.status_code == 400
        assert "TNWDP" in refused.json()["detail"] or "NOPE" in unknown.json()["detail"]


def test_metrics_of_organizations_answer_only_for_what_may_be_seen(two_sides: dict[str, dict[str, set[str]]]) -> None:
    url = reverse("metrics-detail", args=["aggregation_ratio"])
    for who, (someone, sides) in people().items():
        client = Client(headers={"authorization": factories.token_header(someone)["HTTP_AUTHORIZATION"]})
        if who == "nobody's":
            assert client.get(url).status_code == 403
            continue
        (row,) = client.get(url).json()["results"]
        assert set(row["programmes"]) & set(SIDES) == sides, who
        for side in SIDES:
            for query in (
                {"programme": side},
                {"round": f"round-{side.lower()}"},
                {"apex": f"U-{side}"},
                {"organization": f"G-{side}"},
            ):
                answer = client.get(url, query)
                assert answer.status_code == (200 if side in sides else 400), (who, query)
                if side not in sides:
                    unknown = client.get(url, dict.fromkeys(query, "NOPE")).json()
                    code = next(iter(query.values()))
                    assert answer.json()["detail"] == unknown["detail"].replace("NOPE", code)
