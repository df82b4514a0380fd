"""What the OpenAPI document says of bodies, parameters and links, and that rows without a home are told as it says."""

from __future__ import annotations

import datetime
from dataclasses import asdict
from typing import Any

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.utils import timezone
from openapi_spec_validator import validate

from programmes.models import Programme
from scaling.metrics.thresholds import Thresholds
from scaling.models import Alert, ThresholdSetting

pytestmark = pytest.mark.django_db


@pytest.fixture
def document(client: Client) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/api/v1/schema/?format=json").json()
    return found


def parameters(document: dict[str, Any], address: str, method: str = "get") -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in document["paths"][address][method]["parameters"]}


def test_it_is_an_openapi_document(document: dict[str, Any]) -> None:
    validate(document)


def test_a_body_that_is_read_strictly_is_told_so(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for name in ("OrganizationNewRequest", "LinkageNewRequest", "SubmitRequest", "OrganizationsBulkRequest"):
        assert schemas[name]["additionalProperties"] is False, name
    assert schemas["OrganizationsBulkRequest"]["properties"]["rows"]["minItems"] == 1
    assert {"usd_per_unit", "reason"} <= set(schemas["ExchangeRateCorrectionRequest"]["required"]), "PATCH has its own"


def test_decimals_may_be_sent_as_texts(document: dict[str, Any]) -> None:
    value = document["components"]["schemas"]["TargetNewRequest"]["properties"]["value"]
    assert set(value["type"]) == {"number", "string"} and value["pattern"]


def test_lists_of_names_say_which_names(document: dict[str, Any]) -> None:
    found = parameters(document, "/api/v1/linkages/")
    assert found["fields"]["schema"]["items"]["enum"][:2] == ["id", "organization"]
    assert found["fields"]["explode"] is False and found["ordering"]["explode"] is False
    assert set(found["ordering"]["schema"]["items"]["enum"]) == {"value", "signed_on", "-value", "-signed_on"}
    assert found["page_size"]["schema"] == {"type": "integer", "minimum": 1, "maximum": 1000}
    assert "ordering" not in parameters(document, "/api/v1/jobs/"), "it has no order to choose"
    assert "fields" not in parameters(document, "/api/v1/deleted/{resource}/")


def test_a_key_is_told_where_it_is_taken(document: dict[str, Any]) -> None:
    assert "Idempotency-Key" in parameters(document, "/api/v1/linkages/", "post")
    assert "Idempotency-Key" not in parameters(document, "/api/v1/webhooks/", "post")
    assert "Idempotency-Key" not in parameters(document, "/api/v1/webhooks/{id}/rotate/", "post")


def test_what_is_made_links_to_what_can_be_done_with_it(document: dict[str, Any]) -> None:
    made = document["paths"]["/api/v1/returns/"]["post"]["responses"]["201"]["links"]
    assert made["returns_submit_create"]["parameters"] == {
        "path.id": "$response.body#/id",
        "header.If-Match": "$response.header.ETag",
    }
    listed = document["paths"]["/api/v1/organizations/"]["get"]["responses"]["200"]["links"]
    assert listed["organizations_retrieve"]["parameters"] == {"path.code": "$response.body#/results/0/code"}
    operations = {one["operationId"] for item in document["paths"].values() for one in item.values()}
    for item in document["paths"].values():
        for operation in item.values():
            for answer in operation["responses"].values():
                assert {link["operationId"] for link in answer.get("links", {}).values()} <= operations


def test_a_threshold_for_everywhere_tells_no_country(api: Client) -> None:
    valid = DateRange(datetime.date(2020, 1, 1), None)
    ThresholdSetting.objects.create(country=None, valid=valid, reason="for all", **asdict(Thresholds()))
    (told,) = api.get("/api/v1/thresholds/").json()["results"]
    assert "country" in told and told["country"] is None


def test_an_alert_of_a_programme_tells_no_organization(api: Client) -> None:
    programme = Programme.objects.get(code="PCDP")
    row = Alert.objects.create(rule="poorest_drift", programme=programme, severity="watch", opened_at=timezone.now())
    told = api.get(f"/api/v1/alerts/{row.pk}/").json()
    assert "organization" in told and told["organization"] is None and told["place"] is None
