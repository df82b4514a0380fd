"""What the walking tests expect: who may open which address, and what each resource of the API can do.

An address that is not here fails `test_expected.py`: a new one cannot come in without somebody saying who may see it.
"""

from __future__ import annotations

from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

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
