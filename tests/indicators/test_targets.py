"""Targets and results of phases: set, proposed, accepted, revised, corrected, in pages; what must not be is said."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from indicators import results, targets
from indicators.models import Indicator, PhaseResult, PhaseResultCorrection, Target
from programmes import numbers
from programmes.access import RoleName
from programmes.models import Phase, Programme
from tests import factories

pytestmark = pytest.mark.django_db
DAY = datetime.date(2028, 12, 31)


@pytest.fixture
def programme() -> Programme:
    return Programme.objects.get(code="TNWDP")


@pytest.fixture
def manager() -> User:
    return factories.person(RoleName.COUNTRY_PROGRAMME_MANAGER, country="IND")


@pytest.fixture
def officer() -> User:
    return factories.person(RoleName.ME_OFFICER, programme="TNWDP")


def signed_in(someone: User) -> Client:
    client = Client()
    client.force_login(someone)
    return client


def set_one(programme: Programme, by: Any, **more: Any) -> Target:
    wanted: dict[str, Any] = {
        "indicator": Indicator.objects.get(code="OP-06"),
        "by_date": DAY,
        "value": Decimal(500),
        **more,
    }
    return targets.set_target(programme=programme, by=by, **wanted)


def in_force(programme: Programme) -> Decimal | None:
    (chain,) = targets.chains(Target.objects.filter(programme=programme)).values()
    return chain.in_force.value if chain.in_force else None


# --- operations ------------------------------------------------------------------------------------------------------
def test_a_revision_keeps_what_was_set_before(programme: Programme, manager: User) -> None:
    first = set_one(programme, manager)
    second = targets.revise(target=first, value=Decimal(600), by=manager, note="two districts more")
    (chain,) = targets.chains(Target.objects.all()).values()
    assert [(one.value, one.set_by, one.note) for one in chain.history] == [
        (500, manager, ""),
        (600, manager, "two districts more"),
    ]
    assert chain.in_force == second and chain.pending is None
    with pytest.raises(ValidationError, match="revised this target meanwhile"):
        targets.revise(target=first, value=Decimal(700), by=manager)
    with pytest.raises(ValidationError, match="value it has already"):
        targets.revise(target=second, value=Decimal(600), by=manager)


def test_what_an_officer_proposes_counts_once_it_is_accepted(
    programme: Programme, manager: User, officer: User
) -> None:
    proposed = set_one(programme, officer)
    assert proposed.is_proposal and in_force(programme) is None
    with pytest.raises(PermissionDenied):
        targets.accept(target=proposed, by=officer)
    targets.accept(target=proposed, by=manager)
    proposed.refresh_from_db()
    assert (in_force(programme), proposed.set_by, proposed.accepted_by) == (500, officer, manager)
    another = targets.revise(target=proposed, value=Decimal(450), by=officer)
    assert in_force(programme) == 500, "a proposal changes nothing yet"
    targets.revise(target=another, value=Decimal(480), by=manager)
    assert in_force(programme) == 480
    with pytest.raises(ValidationError, match="no longer a proposal"):
        targets.accept(target=another, by=manager)


def test_others_set_no_targets(programme: Programme) -> None:
    for someone in (
        factories.person(RoleName.VIEWER, programme="TNWDP"),
        factories.person(RoleName.ME_OFFICER, programme="MRCP"),
        factories.person(RoleName.COUNTRY_PROGRAMME_MANAGER, country="GHA"),
    ):
        with pytest.raises(PermissionDenied):
            set_one(programme, someone)


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"value": Decimal(-1)}, "value", "cannot be negative"),
        ({"value": Decimal(10) ** 15}, "value", "too many digits"),
        ({"by_date": datetime.date(1, 1, 1)}, "by_date", "between 1970 and 2100"),
        ({"by_date": datetime.date(9999, 12, 31)}, "by_date", "between 1970 and 2100"),
        ({"disaggregation": "wizards"}, "disaggregation", "only these parts: direct, disabled"),
        ({"phase": "PCDP-I"}, "phase", "another programme"),
        ({"indicator": "GOV-1", "value": Decimal(7)}, "value", "from 1 to 6"),
    ],
)
def test_impossible_targets_are_refused_in_words(
    programme: Programme, manager: User, wrong: dict[str, Any], field: str, said: str
) -> None:
    if "phase" in wrong:
        wrong = {"phase": Phase.objects.get(code=wrong["phase"])}
    if "indicator" in wrong:
        wrong = {**wrong, "indicator": Indicator.objects.get(code=wrong["indicator"])}
    with pytest.raises(ValidationError) as refused:
        set_one(programme, manager, **wrong)
    assert said in refused.value.message_dict[field][0]


def test_the_same_target_is_set_once_and_never_overwritten(programme: Programme, manager: User) -> None:
    target = set_one(programme, manager)
    with pytest.raises(ValidationError, match="for this date already"):
        set_one(programme, manager, value=Decimal(1))
    set_one(programme, manager, disaggregation="women", value=Decimal(250))
    for change in ({"value": 1}, {"phase": Phase.objects.get(code="PCDP-I")}, {"accepted_by": None, "revises": target}):
        with pytest.raises(IntegrityError), transaction.atomic():
            if "revises" in change:
                Target.objects.create(
                    programme=programme,
                    indicator=target.indicator,
                    by_date=datetime.date(2029, 1, 1),
                    value=1,
                    set_on=DAY,
                    revises=target,
                )
            else:
                Target.objects.filter(pk=target.pk).update(**change)


# --- pages -----------------------------------------------------------------------------------------------------------
def test_a_target_is_proposed_and_accepted_in_pages(programme: Programme, manager: User, officer: User) -> None:
    client, url = signed_in(officer), reverse("indicators:target-set", args=["TNWDP"])
    form = {"indicator": "OP-06", "phase": "", "by_date": "2028-12-31", "value": "1,500", "note": "as planned"}
    for wrong, said in (
        ({"value": "many"}, "is not a number"),
        ({"value": ""}, "This field is required"),
        ({"value": "1\0"}, "Null characters"),
        ({"indicator": "NOPE\0"}, "Null characters"),
        ({"indicator": "NOPE"}, "valid choice"),
        ({"by_date": "2028-02-30"}, "valid date"),
        ({"phase": "PCDP-I"}, "valid choice"),
        ({"disaggregation": "<b>"}, "valid"),
        ({"note": "x" * 301}, "300"),
    ):
        answer = client.post(url, {**form, **wrong})
        assert answer.status_code == 422, wrong
        assert said in answer.content.decode(), wrong
        assert "as planned" in answer.content.decode() or "note" in wrong, "what was typed stays"
    assert client.post(url, form).status_code == 302
    target = Target.objects.get()
    assert (target.value, target.is_proposal, target.note) == (1500, True, "as planned")
    listed = signed_in(manager).get(reverse("indicators:targets"), {"programme": "TNWDP"}).content.decode()
    assert "1 proposal waits" in listed and "1,500" in listed
    signed_in(manager).post(reverse("indicators:target-accept", args=[target.pk]))
    target.refresh_from_db()
    assert target.accepted_by == manager
    page = reverse("indicators:target", args=[target.pk])
    revised = signed_in(manager).post(page, {"value": "1600", "note": "good year"})
    assert revised["Location"] == reverse("indicators:target", args=[Target.objects.order_by("-pk")[0].pk])
    again = signed_in(manager).post(page, {"value": "1700"})
    assert again.status_code == 422 and "revised this target meanwhile" in again.content.decode()
    assert "good year" in client.get(page).content.decode(), "the old address shows the whole history"


def test_the_table_saves_all_or_nothing(programme: Programme, manager: User) -> None:
    set_one(programme, manager)
    set_one(programme, manager, disaggregation="women", value=Decimal(300))
    client = signed_in(manager)
    url = reverse("indicators:target-table", args=["TNWDP"]) + "?kind=output&date=2028-12-31&date=2029-12-31&date=x"
    page = client.get(url).content.decode()
    assert 'name="value:OP-06:women:2028-12-31" value="300"' in page
    sent = {
        "seen:OP-06::2028-12-31": "500",
        "value:OP-06::2028-12-31": "550",
        "seen:OP-06:women:2028-12-31": "300",
        "value:OP-06:women:2028-12-31": "300",
        "seen:OP-01::2029-12-31": "",
        "value:OP-01::2029-12-31": "2000",
        "note": "yearly plan",
    }
    for wrong, said in (
        ({"value:OP-06:women:2028-12-31": "a lot"}, "is not a number"),
        ({"value:OP-06:women:2028-12-31": ""}, "revised, not emptied"),
        ({"value:OP-06:women:2028-12-31": "-4"}, "cannot be negative"),
        ({"seen:OP-06:women:2028-12-31": "290"}, "Somebody else set"),
        ({"note": "a\0"}, "cannot be stored"),
    ):
        answer = client.post(url, {**sent, **wrong})
        assert answer.status_code == 422 and said in answer.content.decode(), wrong
        assert 'value="2000"' in answer.content.decode(), "what was typed stays"
        assert Target.objects.count() == 2
    assert client.post(url, sent).status_code == 302
    found = {(one.indicator.code, one.disaggregation, one.value, one.note) for one in Target.objects.all()}
    assert found == {
        ("OP-06", "", 500, ""),
        ("OP-06", "women", 300, ""),
        ("OP-06", "", 550, "yearly plan"),
        ("OP-01", "", 2000, "yearly plan"),
    }


def test_a_written_number_is_read_back_in_every_language() -> None:
    for language in ("en", "fr", "es", "ar"):
        for value in (Decimal("1.234"), Decimal(1000000), Decimal("0.0500"), Decimal(-3)):
            assert numbers.read(numbers.written(value, language), language) == value


def test_results_stand_side_by_side_with_their_corrections(manager: User) -> None:
    client = signed_in(factories.person(RoleName.VIEWER, programme="TNWDP"))
    page = client.get(reverse("indicators:results"), {"programme": "TNWDP"}).content.decode()
    assert "5,207" in page and "Report a figure" not in page
    assert "PCDP" not in page
    only = client.get(reverse("indicators:results"), {"programme": "PCDP", "phase": "zzz", "show": "<script>"})
    assert only.status_code == 200 and "<script>alert" not in only.content.decode()
    result = PhaseResult.objects.filter(programme__code="TNWDP", value__isnull=False).first()
    assert result is not None
    url = reverse("indicators:result", args=[result.pk])
    form = {"kind": "documented", "value": "77", "basis": "", "reason": "completion report", "source": "page 9"}
    manages = signed_in(manager)
    for wrong, said in (
        ({"value": ""}, "corrected value, the corrected basis, or both"),
        ({"reason": " "}, "This field is required"),
        ({"source": ""}, "needs its source"),
        ({"value": "-1"}, "cannot be negative"),
        ({"url": "javascript:alert(1)"}, "valid URL"),
        ({"kind": "wish"}, "valid choice"),
    ):
        answer = manages.post(url, {**form, **wrong})
        assert answer.status_code == 422 and said in answer.content.decode(), wrong
    assert manages.post(url, form).status_code == 302
    assert manages.post(url, {**form, "value": "78"}).status_code == 302
    kept = PhaseResultCorrection.objects.filter(result=result, kind="documented").order_by("pk")
    assert [one.value for one in kept][-2:] == [77, 78] and kept.filter(superseded_at__isnull=True).count() == 1
    result.refresh_from_db()
    assert result.value != 78, "what was reported stays"
    listed = client.get(reverse("indicators:results"), {"programme": "TNWDP", "show": "corrected"}).content.decode()
    assert "78" in listed


def test_a_figure_is_reported_in_a_page(manager: User) -> None:
    url, client = reverse("indicators:result-report", args=["MRCP"]), signed_in(manager)
    used = PhaseResult.objects.filter(programme__code="MRCP").values("indicator")
    free = Indicator.objects.filter(level="phase", is_computed=False).exclude(pk__in=used)[0]
    form = {"indicator": free.code, "value": "12", "qualifier": "exact", "unit": "groups", "basis": "stock"}
    for wrong, said in (
        ({"value": ""}, "or the reason why there is none"),
        ({"null_reason": "REFUSED"}, "either a value or a reason"),
        ({"indicator": "OP-06"}, "valid choice"),
        ({"unit": ""}, "required"),
        ({"place": "ETH"}, "valid choice"),
        ({"value": "1" * 16}, "too many digits"),
    ):
        answer = client.post(url, {**form, **wrong})
        assert answer.status_code == 422 and said in answer.content.decode(), wrong
    assert client.post(url, form).status_code == 302
    assert PhaseResult.objects.get(programme__code="MRCP", indicator=free).value == 12
    twice = client.post(url, form)
    assert twice.status_code == 422 and "reported already" in twice.content.decode()
    with pytest.raises(PermissionDenied):
        results.report(
            programme=Programme.objects.get(code="MRCP"),
            phase=None,
            indicator=free,
            value=Decimal(1),
            unit="groups",
            basis="stock",
            by=factories.person(RoleName.ME_OFFICER, programme="MRCP"),
        )


def test_lists_take_the_same_queries_however_long(programme: Programme, manager: User) -> None:
    client = signed_in(manager)
    for name in ("targets", "results"):
        url = reverse(f"indicators:{name}") + "?programme=TNWDP"
        client.get(url)
        counts = []
        for year in (2030, 2031, 2032):
            for code in ("OP-06", "OP-01", "OP-08"):
                if name == "targets":
                    set_one(
                        programme,
                        manager,
                        indicator=Indicator.objects.get(code=code),
                        by_date=datetime.date(year, 6, 30),
                    )
            with CaptureQueriesContext(
                connection,
            ) as queries:
                client.get(url)
            counts.append(len(queries))
        assert len(set(counts)) == 1 and counts[0] <= 16, (name, counts)
