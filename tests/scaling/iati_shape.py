"""The shape of an activity file, from the standard: the order of children, attributes, code lists."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from lxml import etree

from scaling.iati import codes

NS = f"{{{codes.NAMESPACE}}}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"

#: Element → its children in their order.
ORDER: dict[str, list[str]] = {
    "iati-activities": ["iati-activity"],
    "iati-activity": [
        "iati-identifier",
        "reporting-org",
        "title",
        "description",
        "participating-org",
        "other-identifier",
        "activity-status",
        "activity-date",
        "contact-info",
        "activity-scope",
        "recipient-country",
        "recipient-region",
        "location",
        "sector",
        "tag",
        "country-budget-items",
        "humanitarian-scope",
        "policy-marker",
        "collaboration-type",
        "default-flow-type",
        "default-finance-type",
        "default-aid-type",
        "default-tied-status",
        "budget",
        "planned-disbursement",
        "capital-spend",
        "transaction",
        "document-link",
        "related-activity",
        "legacy-data",
        "conditions",
        "result",
        "crs-add",
        "fss",
    ],
    "budget": ["period-start", "period-end", "value"],
    "transaction": [
        "transaction-type",
        "transaction-date",
        "value",
        "description",
        "provider-org",
        "receiver-org",
        "disbursement-channel",
        "sector",
        "recipient-country",
        "recipient-region",
        "flow-type",
        "finance-type",
        "aid-type",
        "tied-status",
    ],
    "result": ["title", "description", "document-link", "reference", "indicator"],
    "indicator": ["title", "description", "document-link", "reference", "baseline", "period"],
    "baseline": ["location", "dimension", "document-link", "comment"],
    "period": ["period-start", "period-end", "target", "actual"],
    "target": ["location", "dimension", "comment", "document-link"],
    "actual": ["location", "dimension", "comment", "document-link"],
}
#: Children that each must have.
NEEDED: dict[str, set[str]] = {
    "iati-activity": {
        "iati-identifier",
        "reporting-org",
        "title",
        "description",
        "participating-org",
        "activity-status",
        "activity-date",
    },
    "budget": {"period-start", "period-end", "value"},
    "transaction": {"transaction-type", "transaction-date", "value"},
    "result": {"title", "indicator"},
    "indicator": {"title"},
    "period": {"period-start", "period-end"},
    "title": {"narrative"},
    "description": {"narrative"},
    "comment": {"narrative"},
    "reporting-org": {"narrative"},
}
#: Element → attributes that must be there, and what they may be.
CODED: dict[str, dict[str, Any]] = {
    "reporting-org": {"type": codes.OrganisationType.values, "ref": None},
    "participating-org": {"role": codes.OrganisationRole.values},
    "activity-status": {"code": codes.ActivityStatus.values},
    "activity-date": {"type": codes.DateType.values, "iso-date": datetime.date},
    "transaction-type": {"code": codes.TransactionType.values},
    "transaction-date": {"iso-date": datetime.date},
    "budget": {"type": codes.BudgetType.values, "status": codes.BudgetStatus.values},
    "value": {"value-date": datetime.date, "currency": None},
    "period-start": {"iso-date": datetime.date},
    "period-end": {"iso-date": datetime.date},
    "related-activity": {"ref": None, "type": codes.RelatedType.values},
    "result": {"type": codes.ResultType.values},
    "indicator": {"measure": codes.Measure.values, "ascending": ["0", "1"], "aggregation-status": ["0", "1"]},
    "reference": {"vocabulary": [codes.OWN_VOCABULARY], "code": None},
    "baseline": {"year": int, "value": Decimal},
    "dimension": {"name": codes.DIMENSION_NAMES, "value": None},
    "sector": {"code": None, "vocabulary": [codes.DAC_SECTORS]},
    "recipient-country": {"code": None},
    "activity-scope": {"code": [codes.NATIONAL, codes.MULTI_NATIONAL]},
    "default-flow-type": {"code": codes.FlowType.values},
    "default-finance-type": {"code": codes.FINANCE.values()},
    "finance-type": {"code": codes.FINANCE.values()},
    "default-aid-type": {"code": [codes.PROJECT_TYPE]},
}


def check(root: Any) -> None:
    """Fails where a document is not shaped as the standard says."""
    assert root.tag == "iati-activities" and root.get("version") == "2.03"
    assert datetime.datetime.fromisoformat(root.get("generated-datetime")).tzinfo is not None
    for element in root.iter():
        if element.tag.startswith(NS):
            continue
        path = f"{element.tag} in line {element.sourceline}: {etree.tostring(element)[:300]!r}"
        names = [child.tag for child in element]
        standard = [name for name in names if not name.startswith(NS)]
        assert names[: len(standard)] == standard, f"own elements come last: {path}"
        if element.tag in ORDER:
            places = [ORDER[element.tag].index(name) for name in standard]
            assert places == sorted(places), path
        assert NEEDED.get(element.tag, set()) <= set(standard), path
        for name, allowed in CODED.get(element.tag, {}).items():
            _attribute(element.get(name), allowed, f"{name} of {path}")
        _texts(element, path)


def _attribute(value: str | None, allowed: Any, path: str) -> None:
    assert value, path
    if allowed is datetime.date:
        datetime.date.fromisoformat(value)
    elif allowed in (int, Decimal):
        allowed(value)
    elif allowed is not None:
        assert value in set(allowed), path


def _texts(element: Any, path: str) -> None:
    narratives = element.findall("narrative")
    assert all(one.text and one.text.strip() for one in narratives), path
    languages = [one.get(LANG) for one in narratives]
    assert len(languages) == len(set(languages)), f"one narrative for a language: {path}"
    if element.tag in ("target", "actual") and element.get("value") is not None:
        assert Decimal(element.get("value")).is_finite(), path
    if element.tag in ("transaction-date", "value"):
        day = datetime.date.fromisoformat(element.get("iso-date") or element.get("value-date"))
        assert day <= datetime.date.today(), f"no value of the future: {path}"
    if element.tag == "value":
        assert Decimal(element.text) >= 0, path
