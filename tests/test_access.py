"""The walking test: every address and every viewset action, as each role, inside and outside its scope.

An address that is not expected here fails the test: a new one cannot come in without somebody saying who may see it.
"""

from __future__ import annotations

import datetime
import json
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts.models import User
from indicators import rounds
from indicators.models import (
    EvidenceFile,
    Indicator,
    PhaseResult,
    Return,
    Round,
    RoundDue,
    ScaleVersion,
    SecondAssessment,
    Target,
    WorkbookUpload,
)
from organizations import apex_memberships, linkages, offices, registry, services
from organizations.models import (
    ApexMembership,
    Intervention,
    Linkage,
    ListUpload,
    Office,
    Organization,
    OrganizationStatus,
    Service,
)
from programmes import boundaries, rates
from programmes.access import RoleName, scoped_models
from programmes.models import (
    BoundaryUpload,
    Election,
    ExchangeRate,
    Partner,
    Phase,
    Place,
    PolicyEvent,
    PriceIndex,
    Programme,
    RateUpload,
    SpaceAssessment,
)
from scaling import rebuilds, thresholds
from scaling.api import router
from scaling.iati import reporters
from scaling.models import Alert, ThresholdSetting
from scaling.reports import building, operations
from scaling.webhooks import operations as webhook_operations
from tests import factories

pytestmark = pytest.mark.django_db

#: Who may open an address at all. "open": everybody; "signed in": any account; "role": whoever has a role and scope;
#: "nobody": answers 404. "round…": something of a round, for people of its programme ("write": who may change it,
#: "data": asked by a script, "officer": only for who enters). "organization…": something of an organization, for whoever
#: may see it ("history": who reads who did what, "write": who keeps its register); "registry": who keeps any register.
#: "list…": something of a list that was brought, for who keeps the register of its programme. "programme…": something of
#: a programme, for people of it ("sets", "manages": only the roles in PEOPLE_WHO; "post" where there is nothing to read).
#: "catalogue": every role reads it ("manages": only administrators change it). "context": forms of the enabling space,
#: for who keeps a register (of a side). "rates": rates and prices, for who manages rounds ("post", "get": only that).
#: "boundaries": a file of boundaries, for who manages rounds of its country ("post": only that).
#: "figures": the upkeep of figures and of the codes of DHIS2, for administrators.
#: "webhooks": one's own, for who manages rounds ("post": only that). "dhis2": read by every role, written by who enters.
#: "pack": for who reads its programme ("write": its author and administrators; "plan": the same of a cadence).
#: "takes over": results of a file, for who manages rounds (tests/scaling/test_iati_import.py).
#: "alert": for who reads the programme; a note is for who manages or enters there.
EXPECTED: dict[str, str] = {
    "set_language": "open",
    "scaling:portfolio": "signed in",
    "scaling:programmes": "signed in",
    "scaling:programme": "role",
    "scaling:question": "signed in",
    "scaling:question-table": "signed in",
    "scaling:federation-level": "signed in",
    "scaling:federation-network": "signed in",
    "scaling:alerts": "signed in",
    "scaling:alert": "alert",
    "scaling:thresholds": "signed in",
    "service_worker": "open",
    "organizations:list": "signed in",
    "organizations:register": "registry",
    "organizations:lookup": "data",
    "organizations:profile": "organization",
    "scaling:organization": "organization",
    "scaling:organization-table": "organization",
    "organizations:history": "organization history",
    "organizations:change": "organization write",
    "organizations:status": "organization write",
    "organizations:correct-status": "organization write",
    "organizations:verify-status": "organization write",
    "organizations:take-back-status": "organization write",
    "organizations:merge": "organization write",
    "organizations:join": "organization write",
    "organizations:leave": "organization write",
    "organizations:open-linkage": "organization write",
    "organizations:renew-linkage": "organization write",
    "organizations:end-linkage": "organization write",
    "organizations:transaction": "organization write",
    "organizations:add-service": "organization write",
    "organizations:end-service": "organization write",
    "organizations:record-intervention": "organization write",
    "organizations:add-office": "organization write",
    "organizations:end-office": "organization write",
    "organizations:enrol": "organization write",
    "organizations:end-enrolment": "organization write",
    "indicators:start": "signed in",
    "indicators:work": "signed in",
    "indicators:rounds": "signed in",
    "indicators:round": "round",
    "indicators:entry": "round",
    "indicators:entry-data": "round data",
    "indicators:entry-save": "round write",
    "indicators:entry-submit": "round write",
    "indicators:entry-comment": "round write",
    "indicators:approve-many": "round write",
    "indicators:step-open": "round write",
    "indicators:step-close": "round write",
    "indicators:step-lock": "round write",
    "indicators:step-reopen": "round write",
    "indicators:exit": "round",
    "indicators:return": "round",
    "indicators:decide": "round write",
    "indicators:attach": "round write",
    "indicators:evidence": "round",
    "indicators:second": "round",
    "indicators:second-form": "round",
    "indicators:workbook": "round",
    "indicators:workbook-file": "round",
    "indicators:upload": "round",
    "indicators:marked": "round officer",
    "lists:start": "signed in",
    "lists:list": "list",
    "lists:columns": "list",
    "lists:words": "list",
    "lists:rows": "list",
    "lists:leave-out-wrong": "list write",
    "lists:take-over": "list write",
    "lists:marked": "list",
    "indicators:targets": "signed in",
    "indicators:target": "programme",
    "indicators:target-accept": "programme manages post",
    "indicators:target-set": "programme sets",
    "indicators:target-table": "programme sets",
    "indicators:results": "signed in",
    "indicators:result": "programme",
    "indicators:result-report": "programme manages",
    "indicators:catalogue": "signed in",
    "indicators:rules": "signed in",
    "indicators:scales": "signed in",
    "indicators:indicator": "catalogue",
    "indicators:scale-version": "catalogue",
    "indicators:indicator-new": "catalogue manages",
    "indicators:indicator-edit": "catalogue manages",
    "indicators:indicator-retire": "catalogue manages",
    "indicators:version-new": "catalogue manages",
    "indicators:version-mend": "catalogue manages",
    "indicators:field-new": "catalogue manages",
    "indicators:field": "catalogue manages",
    "indicators:rule-new": "catalogue manages",
    "indicators:rule": "catalogue manages",
    "indicators:scale-version-new": "catalogue manages",
    "indicators:scale-item-new": "catalogue manages",
    "indicators:scale-item": "catalogue manages",
    "indicators:scale-item-remove": "catalogue manages post",
    "scaling:reports": "signed in",
    "scaling:report-file": "pack",
    "scaling:report-cancel": "pack write",
    "scaling:report-delete": "pack write",
    "scaling:report-plan-end": "pack plan",
    "scaling:iati": "signed in",
    "scaling:upkeep": "figures",
    "scaling:upkeep-cancel": "figures post",
    "scaling:webhooks": "webhooks",
    "scaling:webhook": "webhooks",
    "scaling:webhook-rotate": "webhooks post",
    "scaling:webhook-remove": "webhooks post",
    "scaling:webhook-redeliver": "webhooks post",
    "scaling:dhis2": "figures",
    "scaling:dhis2-file": "figures",
    "scaling:dhis2-remove": "figures post",
    "dhis2-data-value-sets": "dhis2",
    "dhis2-data-sets": "role",
    "programmes:boundaries": "signed in",
    "programmes:boundary-file": "boundaries",
    "programmes:boundaries-withdraw": "boundaries post",
    "programmes:rates": "signed in",
    "programmes:rates-changes": "signed in",
    "scaling:missing-rates": "signed in",
    "scaling:not-reported": "signed in",
    "programmes:rates-new": "rates",
    "programmes:rates-row": "rates",
    "programmes:rates-withdraw": "rates post",
    "programmes:rates-template": "rates get",
    "programmes:rates-sheets": "rates",
    "programmes:rates-sheet": "rates",
    "programmes:prices": "signed in",
    "programmes:prices-new": "rates",
    "programmes:prices-row": "rates",
    "programmes:prices-withdraw": "rates post",
    "programmes:prices-template": "rates get",
    "programmes:prices-sheets": "rates",
    "programmes:prices-sheet": "rates",
    "programmes:context": "signed in",
    "programmes:policy-event-new": "context",
    "programmes:policy-event": "context PCDP",
    "programmes:election-new": "context",
    "programmes:election": "context PCDP",
    "programmes:assessment-new": "context",
    "programmes:assessment": "context PCDP",
    "account_login": "open",
    "account_logout": "open",
    "account_inactive": "open",
    "account_reauthenticate": "signed in",
    "account_change_password": "signed in",
    "account_reset_password": "open",
    "account_reset_password_done": "open",
    "account_reset_password_from_key": "open",
    "account_reset_password_from_key_done": "open",
    "usersessions_list": "signed in",
    "account_signup": "nobody",
    "account_email": "nobody",
    "account_set_password": "nobody",
    "account_email_verification_sent": "nobody",
    "accounts:settings": "signed in",
    "accounts:tokens": "signed in",
    "accounts:revoke_token": "signed in",
    "accounts:tour_seen": "signed in",
    "metrics-list": "role",
    "metrics-detail": "role",
    "exports": "role",
    "export": "role",
    "deleted": "role",
    "place-boundary": "role",
    "place-boundaries": "role",
    "report-programme": "role",
    "report-portfolio": "role",
    "report-performance": "role",
    "iati-activity": "role",
    "iati-activities": "role",
    "iati-import": "takes over",
    "api-schema": "open",
    "api-docs": "open",
    "api-root": "role",
}

#: Every resource: what the programme PCDP (Ethiopia) and TNWDP (India) have there, by the code or id in the answer.
#: "all" is reference data that every role reads.
RESOURCES = {
    "places": "all",
    "programmes": "code",
    "phases": "code",
    "partners": "all",
    "financing-lines": "id",
    "policy-events": "id",
    "elections": "id",
    "space-assessments": "id",
    "exchange-rates": "all",
    "price-indices": "all",
    "organizations": "code",
    "apex-memberships": "id",
    "linkages": "id",
    "interventions": "id",
    "indicators": "all",
    "results": "id",
    "rounds": "code",
    "returns": "id",
    "alerts": "id",
    "thresholds": "id",
    "services": "id",
    "targets": "id",
    "jobs": "id",
    "export-files": "id",
    "packs": "id",
    "webhooks": "id",
    "webhook-deliveries": "id",
}

#: Resources that are written through the API too, and how; by whom is tested beside them.
WRITTEN = {
    **{name: {"create", "partial_update", "destroy"} for name in ("exchange-rates", "price-indices", "webhooks")},
    **{name: {"create", "partial_update"} for name in ("organizations", "returns")},
    **{
        name: {"create"} for name in ("apex-memberships", "linkages", "interventions", "services", "results", "targets")
    },
    "export-files": {"create"},
    "packs": {"create", "destroy"},
}

#: Actions on one row. "reads": whoever sees it; "own": its owner; the others by a key of PEOPLE_WHO. What is outside
#: the scope does not exist for any of them.
ACTIONS: dict[str, dict[str, str]] = {
    "organizations": dict.fromkeys(
        ("status", "verify-status", "correct-status", "take-back-status", "enrol", "end-enrolment"), "sets"
    ),
    "apex-memberships": {"leave": "sets"},
    "linkages": {"renew": "sets", "end": "sets", "transactions": "sets"},
    "services": {"end": "sets"},
    "returns": {
        "submit": "enters",
        "approve": "reviews",
        "send-back": "reviews",
        "correct": "reviews",
        "comment": "works",
        "findings": "reads",
    },
    "results": {"correct": "manages"},
    "targets": {"revise": "sets", "accept": "manages"},
    "jobs": {"cancel": "own", "rows": "own"},
    "export-files": {"cancel": "own", "file": "own"},
    "packs": {"cancel": "own", "file": "own"},
    "webhooks": {"rotate": "own"},
    "webhook-deliveries": {"redeliver": "own"},
}
#: Many rows at once; each row is answered for itself, by the same rights (tests/scaling/test_bulk_api.py).
BULK = ("organizations", "apex-memberships", "linkages", "returns")

#: Who may do what an address is for, where that is fewer people than may read.
PEOPLE_WHO = {
    "sets": {"administrator", "manager", "officer"},
    "manages": {"administrator", "manager"},
    "enters": {"officer"},
    "reviews": {"manager"},
    "works": {"manager", "officer"},
}

SIDES = {"PCDP": "ETH", "TNWDP": "IND"}


def all_names() -> set[str]:
    """Names of all addresses but the administration's, which is walked by its own test."""
    found: set[str] = set()

    def walk(patterns: list[Any], space: str) -> None:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                if pattern.app_name == "admin":
                    continue
                walk(pattern.url_patterns, f"{space}{pattern.namespace}:" if pattern.namespace else space)
            else:
                assert isinstance(pattern, URLPattern)
                assert pattern.name, f"{pattern.pattern} has no name, so nothing can be expected of it"
                found.add(f"{space}{pattern.name}")

    walk(get_resolver().url_patterns, "")
    return found


def test_every_address_is_expected() -> None:
    resources = {f"{name}-{action}" for name in RESOURCES for action in ("list", "detail")}
    actions = {f"{name}-{action}" for name, found in ACTIONS.items() for action in found}
    assert all_names() == set(EXPECTED) | resources | actions | {f"{name}-bulk" for name in BULK}


def test_every_resource_is_expected_and_writes_only_what_is_said() -> None:
    assert {prefix for prefix, _viewset, _name in router.registry} == set(RESOURCES)
    for prefix, viewset, _name in router.registry:
        extra = {action.url_path for action in viewset.get_extra_actions()}
        assert extra == set(ACTIONS.get(prefix, {})), "a new action needs an expectation here"
        writes = {name for name in ("create", "update", "partial_update", "destroy") if hasattr(viewset, name)}
        assert writes == WRITTEN.get(prefix, set())


def test_every_model_that_is_served_has_a_scope() -> None:
    scoped = set(scoped_models())
    for _prefix, viewset, _name in router.registry:
        assert viewset.queryset.model in scoped


@pytest.fixture
def two_sides(db: None) -> dict[str, dict[str, set[str]]]:
    """Something in every resource on both sides; returns side → resource → codes or ids that belong to it alone."""
    own: dict[str, dict[str, set[str]]] = {}
    day = datetime.date(2020, 1, 1)
    for code, country_code in SIDES.items():
        programme, country = Programme.objects.get(code=code), Place.objects.get(code=country_code)
        phase = Phase.objects.filter(programme=programme).first()
        assert phase is not None
        common: dict[str, Any] = dict(
            place=country, formed_on=datetime.date(2015, 1, 1), promoter="project", programme=programme, by=None
        )
        group = registry.register(code=f"G-{code}", name="Group", kind="shg", **common)
        union = registry.register(
            code=f"U-{code}", name="Union", kind="union", tier="local_apex", members_are="organizations", **common
        )
        membership = apex_memberships.join(member=group, apex=union, on=day, by=None).membership
        linkage = linkages.open_linkage(
            organization=group,
            partner=Partner.objects.get(code="IFAD"),
            kind="other",
            form="oral",
            causality="direct",
            since=day,
            by=None,
        )
        support = Intervention.objects.create(
            phase=phase, purpose="bonding", method="training", valid=DateRange(day, None)
        )
        round_ = Round.objects.create(
            programme=programme,
            code=f"round-{code}".lower(),
            kind="baseline",
            reference_date=day,
            window=DateRange(day, datetime.date(2020, 3, 1)),
            scale_version=ScaleVersion.objects.get(),
        )
        rounds.open_round(round=round_, by=None)
        row = Return.objects.create(organization=group, round=round_, entered_by=factories.user(), values={"OP-06": 9})
        event = PolicyEvent.objects.create(
            country=country, title="Law", date=day, type="law", stage="adopted", direction="enabling"
        )
        election = Election.objects.create(country=country, level="national", kind="general", date=day)
        space = SpaceAssessment.objects.create(
            programme=programme, date=day, space="political", rating=3, evidence="seen"
        )
        alert = Alert.objects.create(
            rule="stagnation", programme=programme, organization=group, severity="watch", opened_at=timezone.now()
        )
        service = services.add(organization=group, kind="inputs", provider="own", since=day, by=None)
        target = Target.objects.create(
            programme=programme,
            indicator=Indicator.objects.get(code="OP-06"),
            by_date=datetime.date(2031, 12, 31),
            value=10,
            set_on=day,
            is_proposal=True,
        )
        limits = thresholds.set_thresholds(country=country, since=day, values={}, reason="agreed", by=None)
        own[code] = {
            "programmes": {code},
            "phases": set(programme.phases.values_list("code", flat=True)),
            "financing-lines": {
                str(pk) for p in programme.phases.all() for pk in p.financing_lines.values_list("pk", flat=True)
            },
            "policy-events": {str(event.pk)},
            "elections": {str(election.pk)},
            "space-assessments": {str(space.pk)},
            "organizations": {group.code, union.code},
            "apex-memberships": {str(membership.pk)},
            "linkages": {str(linkage.pk)},
            "interventions": {str(support.pk)},
            "results": {str(pk) for pk in programme.results.values_list("pk", flat=True)},
            "rounds": {round_.code},
            "returns": {str(row.pk)},
            "alerts": {str(alert.pk)},
            "thresholds": {str(limits.pk)},
            "services": {str(service.pk)},
            "targets": {str(target.pk)},
            "jobs": set(),
            "export-files": set(),
            "packs": set(),
            "webhooks": set(),
            "webhook-deliveries": set(),
        }
    return own


def people() -> dict[str, tuple[User, set[str]]]:
    """One person for each role and kind of scope, and the sides they may see."""
    return {
        "administrator": (factories.administrator(), {"PCDP", "TNWDP"}),
        "manager": (factories.person(RoleName.COUNTRY_PROGRAMME_MANAGER, country="ETH"), {"PCDP"}),
        "officer": (factories.person(RoleName.ME_OFFICER, programme="TNWDP"), {"TNWDP"}),
        "viewer of a country": (factories.person(RoleName.VIEWER, country="IND"), {"TNWDP"}),
        "viewer of a programme": (factories.person(RoleName.VIEWER, programme="PCDP"), {"PCDP"}),
        "api client": (factories.person(RoleName.API_CLIENT, programme="TNWDP"), {"TNWDP"}),
        "viewer of nothing here": (factories.person(RoleName.VIEWER, country="GHA"), set()),
        "nobody's": (factories.user(), set()),
    }


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


@pytest.mark.parametrize(
    "name",
    sorted(
        name
        for name, rule in EXPECTED.items()
        if not rule.startswith(
            (
                "round",
                "organization",
                "list",
                "programme",
                "catalogue",
                "context",
                "alert",
                "rates",
                "figures",
                "pack",
                "boundaries",
                "takes over",
                "webhooks",
                "dhis2",
            )
        )
    ),
)
def test_pages_open_for_those_who_may(name: str) -> None:
    arguments = {
        "scaling:programme": ["PCDP"],
        "scaling:question": ["membership"],
        "scaling:question-table": ["membership", "growth", "csv"],
        "account_reset_password_from_key": ["1", "a-b"],
        "accounts:revoke_token": ["0" * 128],
        "metrics-detail": ["total_financing"],
        "export": ["organizations", "csv"],
        "deleted": ["organizations"],
        "report-programme": ["PCDP"],
        "iati-activity": ["PCDP"],
        "place-boundary": ["ETH"],
        "place-boundaries": ["ETH"],
        "organizations:lookup": ["organizations"],
    }.get(name, [])
    if name == "place-boundary":
        outline_of_ethiopia()
    if name.startswith("iati-"):
        reporters.put(by=None, country=None, ref="XM-DAC-41108", type="40", name="IFAD")
    url = reverse(name, args=arguments)
    rule = EXPECTED[name]
    posts = name in ("accounts:revoke_token", "accounts:tour_seen", "set_language")
    inside = factories.person(RoleName.VIEWER, programme="PCDP")
    outside = factories.person(RoleName.VIEWER, country="GHA")
    roleless = factories.user()

    query = {"updated_since": "2020-01-01T00:00:00Z"} if name == "deleted" else {}

    def status(someone: User | None) -> int:
        client = Client()
        if someone is not None:
            client.force_login(someone)
        return client.post(url).status_code if posts else client.get(url, query).status_code

    anonymous = status(None)
    if rule == "open":
        assert anonymous in (200, 302, 503)
    elif rule == "nobody":
        assert [status(who) for who in (None, inside, factories.administrator())] == [404, 404, 404]
    elif rule == "data":
        assert [anonymous, status(roleless), status(inside)] == [401, 200, 200]
    elif rule == "registry":
        keeper = factories.person(RoleName.ME_OFFICER, programme="PCDP")
        assert [anonymous, status(roleless), status(inside), status(keeper)] == [302, 403, 403, 200]
    elif name.startswith(("metrics", "api", "place-", "export", "deleted", "report-", "iati-", "dhis2-")):
        assert [anonymous, status(roleless), status(inside)] == [401, 403, 200]
    else:
        assert anonymous == 302
        if name == "accounts:revoke_token":
            assert status(inside) == 404
        elif name == "accounts:tour_seen":
            assert [status(inside), status(roleless)] == [204, 204]
        elif name == "scaling:programme":
            assert [status(inside), status(outside), status(roleless)] == [200, 404, 404]
        elif name == "scaling:question-table":  # nobody has figures of organizations here
            assert [status(inside), status(roleless)] == [404, 404]
        else:
            assert [status(inside), status(roleless)] == [302 if name == "indicators:start" else 200] * 2


@pytest.fixture
def of_a_round(two_sides: dict[str, dict[str, set[str]]]) -> dict[str, list[Any]]:
    """Arguments of every address of a round of PCDP, by name."""
    round_ = Round.objects.get(code="round-pcdp")
    ended = registry.register(
        code="ENDED",
        name="Ended",
        kind="shg",
        place=Place.objects.get(code="ETH"),
        formed_on=datetime.date(2015, 1, 1),
        promoter="project",
        programme=round_.programme,
        by=None,
    )
    RoundDue.objects.create(round=round_, organization=ended, is_due=False, reason="ended")
    row = Return.objects.get(round=round_)
    paper = EvidenceFile(
        of_return=row,
        code="GOV-1",
        name="a.pdf",
        content_type="application/pdf",
        size=5,
        sha256="0",
        uploaded_by=factories.user(),
    )
    paper.file.save("a", ContentFile(b"%PDF-"))
    upload = WorkbookUpload.objects.create(round=round_, user=factories.user(), name="a.xlsx", state="refused")
    SecondAssessment.objects.create(round=round_, organization=row.organization, seed=1, drawn_by=factories.user())
    with_organization = {"indicators:return", "indicators:decide", "indicators:attach", "indicators:second-form"}
    return {
        name: ["round-pcdp", "G-PCDP"]
        if name in with_organization
        else ["round-pcdp", "ENDED"]
        if name == "indicators:exit"
        else [paper.pk]
        if name == "indicators:evidence"
        else ["round-pcdp", upload.pk]
        if name in ("indicators:upload", "indicators:marked")
        else ["round-pcdp"]
        for name, rule in EXPECTED.items()
        if rule.startswith("round")
    }


def test_what_belongs_to_a_round_is_for_people_of_its_programme(of_a_round: dict[str, list[Any]]) -> None:
    """Each address as each kind of person: outside the scope nothing exists; inside, roles that may not are refused."""
    everybody = people()
    before = list(Return.objects.values_list("pk", "state", "version"))
    for name, arguments in of_a_round.items():
        url, rule = reverse(name, args=arguments), EXPECTED[name]
        for who, (someone, sides) in {**everybody, "anonymous": (None, set())}.items():
            if who in ("administrator", "manager") and rule == "round write":
                continue  # may change it: tests of the operations and of the pages
            client = Client()
            if someone is not None:
                client.force_login(someone)
            if rule == "round write":
                answer = client.post(url, data="{}", content_type="application/json")
            else:
                answer = client.get(url)
            if someone is None:
                assert answer.status_code == (401 if name.startswith("indicators:entry-") else 302), (name, who)
                assert "sign" in answer.content.decode().lower() or "/account/login/" in answer["Location"]
            elif "PCDP" not in sides:
                assert answer.status_code == 404, (name, who)
            elif rule == "round officer":
                assert answer.status_code == 403, (name, who)
            elif rule == "round write":
                assert answer.status_code in (302, 400, 403, 404), (name, who)
            else:
                assert answer.status_code == 200, (name, who, answer.content)
    assert list(Return.objects.values_list("pk", "state", "version")) == before, "nobody changed anything"


@pytest.fixture
def of_an_organization(two_sides: dict[str, dict[str, set[str]]]) -> dict[str, list[Any]]:
    """Arguments of every address of the group of PCDP, by name."""
    group = Organization.objects.get(code="G-PCDP")
    day = datetime.date(2020, 1, 1)
    service = group.services.get()
    office = offices.add(organization=group, person="P1", consent_on=day, title="Chair", since=day, by=None)
    rows = {
        "status": group.statuses.get().pk,
        "leave": group.apex_memberships.get().pk,
        "linkage": group.linkages.get().pk,
        "transaction": group.linkages.get().pk,
        "end-service": service.pk,
        "end-office": office.pk,
        "end-enrolment": group.enrolments.get().pk,
    }
    return {
        name: ["G-PCDP"]
        + (["returns", "csv"] if name == "scaling:organization-table" else [])
        + [pk for what, pk in rows.items() if what in name and "open" not in name and name != "organizations:status"]
        for name, rule in EXPECTED.items()
        if rule.startswith("organization")
    }


def test_an_organization_is_for_people_of_its_programmes(of_an_organization: dict[str, list[Any]]) -> None:
    """Each address as each kind of person: outside the scope nothing exists; who only reads is refused a change."""
    everybody = people()

    def standing() -> list[Any]:
        return [
            list(model.objects.order_by("pk").values_list())
            for model in (Organization, OrganizationStatus, ApexMembership, Linkage, Service, Office)
        ]

    before = standing()
    for name, arguments in of_an_organization.items():
        url, rule = reverse(name, args=arguments), EXPECTED[name]
        for who, (someone, sides) in {**everybody, "anonymous": (None, set())}.items():
            client = Client()
            if someone is not None:
                client.force_login(someone)
            posts_only = name == "organizations:take-back-status"
            answers = [] if posts_only else [client.get(url).status_code]
            if rule == "organization write":
                answers.append(client.post(url).status_code)
            if someone is None:
                expected = [302, 302]
            elif "PCDP" not in sides:
                expected = [404, 404]
            elif rule == "organization" or who in ("administrator", "manager"):
                expected = [200, 422]
            else:
                expected = [403, 403]
            if posts_only:
                assert answers == [302 if expected[1] == 422 else expected[1]], (name, who)
            else:
                assert answers == expected[: len(answers)], (name, who)
    assert standing() == before, "nobody changed anything"


def test_suggestions_stay_inside_the_scope(two_sides: dict[str, dict[str, set[str]]]) -> None:
    for who, (someone, sides) in people().items():
        client = Client()
        client.force_login(someone)
        found = client.get(reverse("organizations:lookup", args=["organizations"]), {"q": "group"}).json()["results"]
        assert {one["value"] for one in found} == {f"Group (G-{side})" for side in sides}, who


def test_a_list_is_for_who_keeps_the_register_of_its_programme(two_sides: dict[str, dict[str, set[str]]]) -> None:
    """Each address of a list as each kind of person: for whoever does not keep that register it does not exist."""
    kept = ListUpload.objects.create(
        programme=Programme.objects.get(code="PCDP"),
        user=factories.user(),
        name="a.csv",
        state="ready",
        outline=[{"name": "a", "rows": 1, "cut": False, "first": [["Name"]]}],
        sheet="a",
    )
    kept.file.save("a", ContentFile(b"Name"))
    before = Organization.objects.count()
    for name in [name for name, rule in EXPECTED.items() if rule.startswith("list")]:
        url, posts = reverse(name, args=[kept.pk]), EXPECTED[name] == "list write"
        for who, (someone, sides) in {**people(), "anonymous": (None, set())}.items():
            client = Client()
            if someone is not None:
                client.force_login(someone)
            answer = client.post(url) if posts else client.get(url)
            if someone is None:
                assert answer.status_code == 302 and "/account/login/" in answer["Location"]
            elif who in ("administrator", "manager"):
                assert answer.status_code in (200, 302), (name, who)
            else:
                assert "PCDP" not in sides or "viewer" in who
                assert answer.status_code == 404, (name, who)
            ListUpload.objects.filter(pk=kept.pk).update(state="ready", committed_at=None)
    assert Organization.objects.count() == before


def of_a_programme(side: str) -> dict[str, list[Any]]:
    """Arguments of every address of something in a programme, by name."""
    programme = Programme.objects.get(code=side)
    target = Target.objects.create(
        programme=programme,
        indicator=Indicator.objects.get(code="OP-06"),
        by_date=datetime.date(2030, 12, 31),
        value=10,
        set_on=datetime.date(2026, 1, 1),
        is_proposal=True,
    )
    result = PhaseResult.objects.filter(programme=programme).first()
    assert result is not None
    own = {"indicators:target": target.pk, "indicators:target-accept": target.pk, "indicators:result": result.pk}
    return {name: [own.get(name, side)] for name, rule in EXPECTED.items() if rule.startswith("programme")}


@pytest.mark.parametrize("side", sorted(SIDES))
def test_what_belongs_to_a_programme_is_for_its_people(side: str) -> None:
    """Outside the scope nothing exists; inside, roles that may not are refused, by reading and by sending."""
    everybody: dict[str, tuple[User | None, set[str]]] = {**people(), "anonymous": (None, set())}
    for name, arguments in of_a_programme(side).items():
        url, words = reverse(name, args=arguments), EXPECTED[name].split()[1:]
        may = PEOPLE_WHO[words[0]] if words else set(everybody)
        for who, (someone, sides) in everybody.items():
            client = Client()
            if someone is not None:
                client.force_login(someone)
            inside = side in sides
            expected = 302 if someone is None else 404 if not inside else 200 if who in may else 403
            if "post" not in words:
                assert client.get(url).status_code == expected, (name, who)
            if expected != 200:
                assert client.post(url).status_code == expected, (name, who)
    assert Target.objects.get().is_proposal, "nobody accepted it"


def test_the_catalogue_is_read_by_every_role_and_kept_by_administrators() -> None:
    version = ScaleVersion.objects.get()
    item = version.items.order_by("position")[0]
    arguments: dict[str, list[Any]] = {
        "indicators:scale-version": [version.pk],
        "indicators:indicator-new": [],
        "indicators:version-mend": ["OP-06", 1],
        "indicators:field": ["OP-06.women"],
        "indicators:rule-new": [],
        "indicators:rule": ["op-06-growth"],
        "indicators:scale-version-new": [version.scale.code],
        "indicators:scale-item-new": [version.pk],
        "indicators:scale-item": [item.pk],
        "indicators:scale-item-remove": [item.pk],
    }
    everybody: dict[str, tuple[User | None, set[str]]] = {**people(), "anonymous": (None, set())}
    for name, rule in EXPECTED.items():
        if not rule.startswith("catalogue"):
            continue
        url, words = reverse(name, args=arguments.get(name, ["OP-06"])), rule.split()[1:]
        for who, (someone, _sides) in everybody.items():
            client = Client()
            if someone is not None:
                client.force_login(someone)
            if someone is None:
                expected = {302}
            elif who == "nobody's":
                expected = {403, 404}
            else:
                expected = {200} if who == "administrator" or not words else {403}
            if "post" not in words:
                assert client.get(url).status_code in expected, (name, who)
            if words and who != "administrator":
                assert client.post(url).status_code in expected, (name, who)
    assert version.items.count() == 24, "nobody removed anything"


def test_the_enabling_space_is_kept_by_who_keeps_a_register(two_sides: dict[str, dict[str, set[str]]]) -> None:
    kinds = {"policy-event": "policy-events", "election": "elections", "assessment": "space-assessments"}
    writers = PEOPLE_WHO["sets"]
    everybody: dict[str, tuple[User | None, set[str]]] = {**people(), "anonymous": (None, set())}
    for name, rule in EXPECTED.items():
        if not rule.startswith("context"):
            continue
        side = rule.partition(" ")[2]
        own = sorted(two_sides[side][kinds[name.split(":")[1]]]) if side else []
        url = reverse(name, args=own)
        for who, (someone, sides) in everybody.items():
            client = Client()
            if someone is not None:
                client.force_login(someone)
            hidden = side and side not in sides
            expected = 302 if someone is None else 404 if hidden else 200 if who in writers else 403
            assert client.get(url).status_code == expected, (name, who)
            if expected != 200:
                assert client.post(url).status_code == expected, (name, who)


def test_rates_and_prices_are_kept_by_who_manages_rounds() -> None:
    day, by = datetime.date(2020, 1, 1), factories.user()
    rate = rates.put(book=rates.RATES, currency="ETB", date=day, usd_per_unit=Decimal("0.03"), source="bank")
    index = rates.put(book=rates.PRICES, currency="ETB", date=day, index=Decimal(1), source="bank")
    own = {"rates": rate.pk, "prices": index.pk}
    sheets = {of: RateUpload.objects.create(of=of, user=by, name="a.csv", rows=[]).pk for of in own}
    everybody: dict[str, tuple[User | None, set[str]]] = {**people(), "anonymous": (None, set())}
    for name, rule in EXPECTED.items():
        if not rule.startswith("rates"):
            continue
        of, _, page = name.removeprefix("programmes:").partition("-")
        arguments = {"row": [own[of]], "withdraw": [own[of]], "sheet": [sheets[of]]}.get(page, [])
        url, words = reverse(name, args=arguments), rule.split()[1:]
        for who, (someone, _sides) in everybody.items():
            client = Client()
            if someone is not None:
                client.force_login(someone)
            may = who in PEOPLE_WHO["manages"]
            if "post" not in words:
                assert client.get(url).status_code == (302 if someone is None else 200 if may else 403), (name, who)
            if "get" not in words:
                assert client.post(url).status_code == (302 if someone is None else 422 if may else 403), (name, who)
    assert [model.objects.count() for model in (ExchangeRate, PriceIndex)] == [1, 1]


def test_boundaries_are_for_who_manages_rounds_of_the_country() -> None:
    upload = outline_of_ethiopia()
    everybody: dict[str, tuple[User | None, set[str]]] = {**people(), "anonymous": (None, set())}
    outsider = factories.person(RoleName.COUNTRY_PROGRAMME_MANAGER, country="IND")
    everybody["manager elsewhere"] = (outsider, {"TNWDP"})
    for name, rule in EXPECTED.items():
        if not rule.startswith("boundaries"):
            continue
        posts = "post" in rule.split()
        url = reverse(name, args=["ETH" if posts else upload.pk])
        for who, (someone, _sides) in everybody.items():
            client = Client()
            if someone is not None:
                client.force_login(someone)
            may = who in ("administrator", "manager")
            if posts:
                assert client.get(url).status_code == 405, (name, who)
            else:
                assert client.get(url).status_code == (302 if someone is None else 200 if may else 404), (name, who)
            done = 302 if posts else 422
            assert client.post(url).status_code == (302 if someone is None else done if may else 404), (name, who)
    for who, (someone, _sides) in everybody.items():
        client = Client()
        if someone is not None:
            client.force_login(someone)
        writes = who in ("administrator", "manager", "manager elsewhere")
        expected = 302 if someone is None else 422 if writes else 403
        assert client.post(reverse("programmes:boundaries")).status_code == expected, who


def outline_of_ethiopia() -> BoundaryUpload:
    """Ethiopia gets a boundary; returns a second file of it that is not taken over."""
    ring = [[36, 8], [37, 8], [37, 9], [36, 8]]
    area = {"type": "Polygon", "coordinates": [ring]}
    found = {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "properties": {"code": "ETH"}, "geometry": area}],
    }
    by, place = factories.administrator(), Place.objects.get(code="ETH")
    options = {"source": "survey", "licence": "open", "by": by, "country": place}
    taken = boundaries.receive(upload=ContentFile(json.dumps(found).encode(), "a.json"), **options)  # type: ignore[arg-type]
    boundaries.commit(upload=taken, by=by, seen=boundaries.look(taken)[1])
    return boundaries.receive(upload=ContentFile(json.dumps(found).encode(), "b.json"), **options)  # type: ignore[arg-type]


def test_the_upkeep_of_figures_is_for_administrators() -> None:
    row = rebuilds.start(by=None)
    everybody: dict[str, tuple[User | None, set[str]]] = {**people(), "anonymous": (None, set())}
    for who, (someone, _sides) in everybody.items():
        client = Client()
        if someone is not None:
            client.force_login(someone)
        may = 302 if someone is None else 200 if who == "administrator" else 403
        assert client.get(reverse("scaling:upkeep")).status_code == may, who
        if who != "administrator":
            assert client.post(reverse("scaling:upkeep")).status_code == may, who
            assert client.post(reverse("scaling:upkeep-cancel", args=[row.pk])).status_code == may, who
    row.refresh_from_db()
    assert row.ended_at is None


def test_codes_of_dhis2_are_for_administrators() -> None:
    for who, (someone, _sides) in people().items():
        client = Client()
        client.force_login(someone)
        may = who == "administrator"
        assert client.get(reverse("scaling:dhis2")).status_code == (200 if may else 403), who
        assert client.post(reverse("scaling:dhis2")).status_code == (422 if may else 403), who
        assert client.get(reverse("scaling:dhis2-file")).status_code == (200 if may else 403), who
        assert client.post(reverse("scaling:dhis2-remove", args=[1])).status_code == (404 if may else 403), who


def test_data_values_of_dhis2_are_read_by_every_role_and_written_by_who_enters() -> None:
    url = reverse("dhis2-data-value-sets")
    for who, (someone, sides) in people().items():
        header = factories.token_header(someone, can_write=True)["HTTP_AUTHORIZATION"]
        client = Client(headers={"authorization": header})
        asked = {"dataSet": "PCDP-biennial", "orgUnit": "ETH", "children": "true", "period": "2024"}
        expected = 403 if who == "nobody's" else 200 if "PCDP" in sides else 400
        assert client.get(url, asked).status_code == expected, who
        sent = client.post(url, {"dataValues": []}, "application/json")
        assert sent.status_code == (200 if who == "officer" else 403), who


def test_webhooks_are_for_who_manages_rounds_and_for_their_owner(settings: Any) -> None:
    settings.WEBHOOKS_TO_THIS_MACHINE = True
    everybody = people()
    owner = everybody["manager"][0]
    row, _secret = webhook_operations.create(by=owner, url="http://127.0.0.1:9/", events=["round.closed"])
    other = factories.person(RoleName.COUNTRY_PROGRAMME_MANAGER, country="IND")
    everybody["manager elsewhere"] = (other, {"TNWDP"})
    for who, (someone, _sides) in everybody.items():
        client = Client()
        client.force_login(someone)
        manages = "manager" in who or who == "administrator"
        own = who in ("manager", "administrator")
        assert client.get(reverse("scaling:webhooks")).status_code == (200 if manages else 403), who
        expected = 200 if own else 404 if manages else 403
        assert client.get(reverse("scaling:webhook", args=[row.pk])).status_code == expected, who
        if not own:
            for name in ("webhook-rotate", "webhook-remove", "webhook-redeliver"):
                assert client.post(reverse(f"scaling:{name}", args=[row.pk])).status_code == expected, (name, who)
        header = factories.token_header(someone, can_write=True)["HTTP_AUTHORIZATION"]
        program = Client(headers={"authorization": header, "if-match": "*"})
        answer = program.get(reverse("webhooks-detail", args=[row.pk]))
        assert answer.status_code == (200 if own else 403 if who == "nobody's" else 404), who
        if not manages:
            body = {"url": "http://127.0.0.1:9/", "events": ["round.closed"]}
            sent = program.post(reverse("webhooks-list"), body, "application/json")
            assert sent.status_code == 403, who
    row.refresh_from_db()
    assert row.version == 1


def test_a_pack_is_for_who_reads_its_programme_and_ended_by_its_author() -> None:
    author = factories.person(RoleName.VIEWER, programme="PCDP")
    what: dict[str, Any] = {
        "programme": Programme.objects.get(code="PCDP"), "selection": {}, "language": "en", "format": "xlsx"
    }  # fmt: skip
    pack, plan = (
        operations.ask(by=author, **what),
        operations.plan(by=author, cadence="monthly", **what),
    )
    assert building.make(pack.pk)
    everybody: dict[str, tuple[User | None, set[str]]] = {**people(), "anonymous": (None, set())}
    for who, (someone, sides) in everybody.items():
        client = Client()
        if someone is not None:
            client.force_login(someone)
            listed = [row.pk for row, _words, _own in client.get(reverse("scaling:reports")).context["rows"]]
            assert listed == ([pack.pk] if "PCDP" in sides else []), who
        expected = 302 if someone is None else 200 if "PCDP" in sides else 404
        assert client.get(reverse("scaling:report-file", args=[pack.pk])).status_code == expected, who
        if who == "administrator":
            continue  # may end it: tests of the operations
        expected = 403 if expected == 200 else expected
        for name, pk in (("report-cancel", pack.pk), ("report-delete", pack.pk), ("report-plan-end", plan.pk)):
            answer = client.post(reverse(f"scaling:{name}", args=[pk]))
            assert answer.status_code == expected, (name, who)
    pack.refresh_from_db()
    plan.refresh_from_db()
    assert pack.state == "done"


def test_an_alert_is_read_by_who_reads_its_programme_and_noted_by_who_works_there(
    two_sides: dict[str, dict[str, set[str]]],
) -> None:
    everybody: dict[str, tuple[User | None, set[str]]] = {**people(), "anonymous": (None, set())}
    for side in SIDES:
        (pk,) = two_sides[side]["alerts"]
        url = reverse("scaling:alert", args=[pk])
        for who, (someone, sides) in everybody.items():
            client = Client()
            if someone is not None:
                client.force_login(someone)
            expected = 302 if someone is None else 404 if side not in sides else 200
            assert client.get(url).status_code == expected, (side, who)
            if expected == 200:
                expected = 422 if who in PEOPLE_WHO["sets"] else 403
            assert client.post(url, {"note": " "}).status_code == expected, (side, who)
    assert not Alert.objects.filter(acknowledged_at__isnull=False).exists()


def test_thresholds_are_set_by_who_manages_rounds_of_the_country(two_sides: dict[str, dict[str, set[str]]]) -> None:
    url, before = reverse("scaling:thresholds"), ThresholdSetting.objects.count()
    for who, (someone, _sides) in people().items():
        client = Client()
        client.force_login(someone)
        for country in ("", "IND", "ETH"):
            sent = client.post(url, {"country": country, "since": "2030-01-01"})
            assert sent.status_code == (422 if who in PEOPLE_WHO["manages"] else 403), (who, country)
            if who == "manager":
                refused = "country" in sent.context["form"].errors
                assert refused == (country != "ETH"), "theirs is Ethiopia"
    assert ThresholdSetting.objects.count() == before


def test_administration_is_for_administrators_only() -> None:
    for someone in (factories.person(RoleName.COUNTRY_PROGRAMME_MANAGER, country="ETH"), factories.user()):
        client = Client()
        client.force_login(someone)
        assert client.get("/admin/").status_code == 302
        assert client.get("/admin/programmes/programme/").status_code == 302
    staff = factories.user(is_staff=True, is_superuser=True)
    client = Client()
    client.force_login(staff)
    index = client.get("/admin/")
    assert index.status_code == 200
    for app in index.context["available_apps"]:
        for model in app["models"]:
            assert client.get(model["admin_url"]).status_code == 200, model["admin_url"]
