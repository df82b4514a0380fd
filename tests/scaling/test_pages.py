"""The two dashboard pages: what they say, how many queries they take, what they do with bad addresses."""

from __future__ import annotations

import gzip
import re
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from indicators.models import Return, Target
from organizations.models import Organization
from programmes.access import RoleName
from programmes.models import PolicyEvent, Programme
from scaling.dashboards.questions import portfolio
from scaling.dashboards.questions.programme import words
from scaling.metrics import figures
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(client: Client) -> Client:
    someone = factories.person(RoleName.COUNTRY_PROGRAMME_MANAGER, country="ETH")
    client.force_login(someone)
    return client


@pytest.fixture
def everything(client: Client) -> Client:
    client.force_login(factories.administrator())
    return client


def text(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<script.*?</script>|<[^>]+>", " ", answer.content.decode(), flags=re.S))


def test_the_programme_page_answers_in_one_sentence(manager: Client) -> None:
    words = text(manager, "/programmes/PCDP/")
    assert "coverage grew 3.3 times and reach 7.8 times" in words
    assert "rose from ≥\xa02.00 to 2.56 and fell to 1.39" in manager.get("/programmes/PCDP/").content.decode()
    assert "2 amounts are not reported" in words
    assert "3 of 3 phases reported" in words


def test_a_correction_is_shown_beside_what_was_printed(everything: Client) -> None:
    printed = text(everything, "/programmes/TNWDP/")
    corrected = text(everything, "/programmes/TNWDP/?basis=corrected")
    assert "44.2" in printed and "30.6" in corrected
    assert "The note prints the total cost (30.6) on the IFAD line" in printed


def test_the_hypothesis_says_that_it_is_one(everything: Client) -> None:
    assert "shows an unconfirmed hypothesis" in text(everything, "/programmes/MRCP/?basis=hypothesis")
    assert "unconfirmed" not in text(everything, "/programmes/MRCP/?basis=corrected").replace(
        "with our unconfirmed", ""
    )


def test_the_national_mission_is_replication_and_has_no_leverage(everything: Client) -> None:
    words = text(everything, "/programmes/NRLM/")
    assert "50.7 times what IFAD put into the originals" in words
    assert "Leverage" not in words


def test_unsplit_totals_stand_for_their_phases(everything: Client) -> None:
    assert "totals of 3 phases, not split by the source" in text(everything, "/programmes/REP/")


def test_the_portfolio_shows_only_what_may_be_seen(manager: Client) -> None:
    words = text(manager, "/")
    assert "1 programme in 1 country" in words
    assert "TNWDP" not in words


def test_the_portfolio_of_all_is_a_ratio_of_sums(everything: Client) -> None:
    words = text(everything, "/")
    assert "1,075.1 million" in words and "2.44" in words


def test_synthetic_programmes_are_left_out_unless_asked_for_and_marked(everything: Client, tmp_path: object) -> None:
    call_command("load_demonstration", "--sign-ins", f"{tmp_path}/sign-ins.json", verbosity=0)
    assert "Demo Hills" not in text(everything, "/").split("Filters")[0]
    shown = text(everything, "/?synthetic=1")
    assert "Demo Hills" in shown and "synthetic demonstration data" in shown
    assert "synthetic demonstration data" in text(everything, "/programmes/DEMO-HILLS/")
    made = Organization.objects.filter(enrolments__programme__code="DEMO-HILLS")
    assert made.count() == 29 and all(made.values_list("is_synthetic", flat=True))
    states = Return.objects.values_list("round__kind", "state").distinct()
    assert {state for kind, state in states if kind != "semi_annual"} == {"approved", "submitted", "returned"}
    assert {state for kind, state in states if kind == "semi_annual"} == {"draft", "submitted", "returned"}
    call_command("load_demonstration", "--sign-ins", f"{tmp_path}/sign-ins.json", verbosity=0)
    assert made.count() == 29
    assert Target.objects.filter(is_proposal=True).count() == 1 and Target.objects.count() == 9
    assert PolicyEvent.objects.filter(title__contains="synthetic").count() == PolicyEvent.objects.count() == 9


def test_an_empty_programme_says_what_to_do_next(everything: Client) -> None:
    Programme.objects.create(code="EMPTY", name="Empty", instrument="project")
    words = text(everything, "/programmes/EMPTY/")
    assert "Not enough data" in words and "An administrator can enter them" in words


def test_somebody_without_a_role_gets_an_empty_page_with_a_next_step(client: Client) -> None:
    client.force_login(factories.user())
    assert "An administrator can do that" in text(client, "/")


@pytest.mark.parametrize(
    "query", ["basis=wrong", "synthetic=2", "nope=1", "basis=" + "x" * 3000, "basis=corrected%00", "basis=%E2%80%AE"]
)
def test_a_bad_filter_is_told_and_never_breaks(everything: Client, query: str) -> None:
    for url in ("/", "/programmes/PCDP/"):
        assert everything.get(f"{url}?{query}").status_code == 400


def test_a_country_that_is_not_there_is_told_beside_its_filter(everything: Client) -> None:
    answer = everything.get("/?country=XXX")
    assert answer.status_code == 400
    assert [one.error for one in answer.context["page"].filters if one.error] == ["There is no “XXX” that you may see."]


@pytest.mark.parametrize(("url", "most"), [("/", 18), ("/programmes/PCDP/", 26)])
def test_a_page_takes_a_fixed_number_of_queries(everything: Client, url: str, most: int) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert everything.get(url).status_code == 200
        return len(queries)

    first = count()
    for number in range(5):
        programme = Programme.objects.create(code=f"P{number}", name=f"More {number}", instrument="project")
        programme.countries.set(Programme.objects.get(code="PCDP").countries.all())
    assert count() <= first
    assert first <= most


@pytest.mark.parametrize("url", ["/", "/programmes/PCDP/"])
@pytest.mark.parametrize("language", ["en", "fr", "es", "ar"])
def test_a_page_is_light_in_every_language(everything: Client, url: str, language: str) -> None:
    everything.cookies["trellis_language"] = language
    page = everything.get(url).content
    assert f'lang="{language}"'.encode() in page
    assert len(gzip.compress(page)) < 20_000


def test_a_portfolio_without_money_of_ifad_says_so_in_a_sentence() -> None:
    """A reason is not put where a number of dollars belongs."""
    programmes = [Programme.objects.get(code="PCDP")]
    rows: Any = {
        "total_financing": SimpleNamespace(figure=figures.known(Decimal("12.5"))),
        "leverage_ratio_design": SimpleNamespace(figure=figures.null(figures.NOT_APPLICABLE)),
    }
    assert portfolio._money(programmes, programmes, rows) == (
        "1 programme in 1 country brings together US$ 12.5 million; there is no leverage to tell (not applicable)."
    )


def test_a_programme_without_leverage_says_so_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    told = {
        "total_financing": figures.known(Decimal("12.5")),
        "leverage_ratio_design": figures.null(figures.NOT_REPORTED),
    }
    monkeypatch.setattr(words, "answer", lambda _space, metric, _phases: SimpleNamespace(figure=told[metric.name]))
    programme = Programme.objects.get(code="PCDP")
    asked: Any = None
    said = words._money(asked, asked, programme, list(programme.phases.all()[:1]))
    assert said.endswith("brought together US$ 12.5 million; there is no leverage to tell (not reported).")
