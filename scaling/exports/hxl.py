"""HXL 1.1: a row of hashtags between headers and data, so that tools of humanitarian data know what a column is.

Columns without a tag are allowed; tags of our own begin with x_. Dates are ISO 8601, countries ISO 3166-1 alpha-3 (our
codes of countries), currencies ISO 4217.
"""

from __future__ import annotations

from collections.abc import Iterable

COUNTRY = "#country+code+v_iso3"
#: What the code, name and kind of a row are, by list.
_OF_LIST = {
    "organizations": {"code": "#org+code", "name": "#org+name", "kind": "#org+type", "tier": "#org+x_tier",
                      "status": "#status", "place": "#loc+code", "formed_on": "#date+start",
                      "registered_on": "#date+registered"},
    "places": {"code": "#loc+code", "name": "#loc+name", "iso3": COUNTRY, "parent": "#loc+parent+code"},
    "programmes": {"code": "#activity+programme+code", "name": "#activity+programme+name", "countries": COUNTRY},
    "phases": {"code": "#activity+phase+code", "label": "#activity+phase+name", "status": "#status",
               "approval": "#date+approved", "effectiveness": "#date+start", "completion": "#date+end",
               "closing": "#date+closed"},
    "partners": {"code": "#org+partner+code", "name": "#org+partner+name", "type": "#org+partner+type",
                 "sector": "#sector"},
    "rounds": {"code": "#x_round+code", "status": "#status", "kind": "#x_round+type"},
    "financing-lines": {"amount": "#value+reported", "corrected_amount": "#value+corrected"},
    "linkages": {"kind": "#x_linkage+type", "value": "#value", "status": "#status"},
    "services": {"kind": "#service+type"},
    "interventions": {"purpose": "#activity+type", "participants": "#reached", "women": "#reached+f",
                      "cost": "#value+cost"},
    "results": {"value": "#indicator+value+num+actual", "corrected_value": "#indicator+value+num+corrected"},
    "targets": {"value": "#indicator+value+num+target", "by_date": "#date+end"},
    "returns-long": {"value": "#indicator+value+num+actual", "field": "#indicator+field+code"},
    "metrics": {"metric": "#indicator+code", "value": "#indicator+value+num", "group": "#x_group+code"},
    "metric": {"metric": "#indicator+code", "value": "#indicator+value+num", "group": "#x_group+code"},
    "exchange-rates": {"usd_per_unit": "#value+x_rate"},
    "price-indices": {"index": "#indicator+value+num"},
}  # fmt: skip
#: What is the same in every list.
_EVERYWHERE = {
    "organization": "#org+code",
    "member": "#org+member+code",
    "apex": "#org+apex+code",
    "partner": "#org+partner+code",
    "partner_organization": "#org+other+code",
    "country": COUNTRY,
    "place": "#loc+code",
    "programme": "#activity+programme+code",
    "programmes": "#activity+programme+code",
    "phase": "#activity+phase+code",
    "phases": "#activity+phase+code",
    "round": "#x_round+code",
    "rounds": "#x_round+code",
    "indicator": "#indicator+code",
    "disaggregation": "#indicator+x_disaggregation",
    "subcategory": "#indicator+x_disaggregation",
    "unit": "#indicator+unit",
    "null_reason": "#indicator+x_null_reason",
    "start": "#date+start",
    "end": "#date+end",
    "date": "#date",
    "value_date": "#date",
    "signed_on": "#date+signed",
    "reference_date": "#date+reference",
    "period_start": "#date+start",
    "period_end": "#date+end",
    "submitted_at": "#date+submitted",
    "approved_at": "#date+approved",
    "currency": "#currency+code",
    "stage": "#x_stage",
    "state": "#status",
    "source": "#meta+source",
    "note": "#description",
    "is_synthetic": "#meta+x_synthetic",
    "synthetic": "#meta+x_synthetic",
    "version": "#meta+version",
    "id": "#meta+id",
}


def tag(resource: str, column: str) -> str:
    """The hashtag of a column; empty where there is none."""
    return _OF_LIST.get(resource, {}).get(column) or _EVERYWHERE.get(column, "")


def tags(resource: str, columns: Iterable[str], fields: frozenset[str] = frozenset()) -> list[str]:
    """The row of a table. `fields`: columns that are fields of the catalogue, as in wide returns."""
    return [
        "#indicator+num+x_" + column.lower().replace("-", "_").replace(".", "+x_") if column in fields
        else tag(resource, column)
        for column in columns
    ]  # fmt: skip
