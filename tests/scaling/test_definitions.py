"""What figures mean stands beside them: in words, as a formula, with the catalogue's definition."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from indicators.models import IndicatorVersion
from scaling.dashboards import definitions, formulas, registry
from scaling.metrics import METRICS, REGISTER_METRICS
from tests import factories
from tests.scaling.test_question_pages import NET

pytestmark = pytest.mark.django_db
#: Pages whose figures are counted from records and are no metric: their help stands in words.
WITHOUT_METRICS = {"enabling-space"}


def notes(answer: Any) -> dict[str, str]:
    """Title → text of every note that a “?” opens."""
    found = re.findall(r'popover role="dialog".*?</button>\s*</div>', answer.content.decode(), flags=re.S)
    texts = [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", one)) for one in found]
    titles = re.findall(r'-what-title">(.*?)</p>', answer.content.decode())
    return dict(zip(titles, texts, strict=True))


def test_a_headline_tells_its_definition_its_formula_and_its_indicator(reader: Client) -> None:
    answer = reader.get(NET)
    note = notes(answer)["Comparable growth"]
    metric = REGISTER_METRICS["membership_growth_comparable"]
    assert metric.definition.split(":")[0] in note and "membership_growth_comparable" in note
    assert metric.formula.split("(")[0].strip() in note
    version = IndicatorVersion.objects.get(indicator__code=metric.catalogue_code)
    assert version.definition in note
    assert f'href="/catalogue/indicators/{metric.catalogue_code}/"' in answer.content.decode()


def test_every_question_mark_opens_a_note_that_can_be_closed_by_keyboard(reader: Client) -> None:
    text = reader.get(NET).content.decode()
    opened = set(re.findall(r'popovertarget="([^"]+)" aria-label', text))
    assert opened and opened == set(re.findall(r'id="([^"]+-what)" popover', text))
    assert opened == set(re.findall(r'popovertarget="([^"]+)" popovertargetaction="hide"', text))


@pytest.mark.parametrize("name", sorted(set(registry.pages()) - WITHOUT_METRICS))
def test_pages_define_what_they_show(reader: Client, name: str) -> None:
    page = reader.get(registry.pages()[name].url, {"programme": "NET"}).context["page"]
    defined = [one for one in (*page.headlines, *page.figures, *page.tables) if one.definitions]
    named = {metric for one in defined for metric in one.metrics}
    assert named <= METRICS.keys() | REGISTER_METRICS.keys()
    assert defined or not (page.figures and any(one.figure for one in page.figures))


def test_definitions_are_those_of_the_catalogue_in_the_language_of_the_reader(reader: Client) -> None:
    reader.cookies["trellis_language"] = "fr"
    version = IndicatorVersion.objects.get(indicator__code=REGISTER_METRICS["net_persons"].catalogue_code)
    assert version.text("definition", "fr") in " ".join(notes(reader.get(NET)).values()).replace("&#x27;", "'").replace(
        "&quot;", '"'
    )


def test_the_two_pages_of_phases_define_theirs(client: Client) -> None:
    client.force_login(factories.administrator())
    for url in ("/", "/programmes/PCDP/"):
        found = " ".join(notes(client.get(url)).values())
        assert "leverage_ratio_design" in found and METRICS["leverage_ratio_design"].definition[:30] in found


# --- formulas in the reader's language -------------------------------------------------------------------------------
FORMULAS = sorted({one.formula for one in (*METRICS.values(), *REGISTER_METRICS.values())})


def test_every_word_of_every_formula_is_there_for_translators() -> None:
    assert set(formulas.PARTS) == {part for one in FORMULAS for part in formulas.parts(one)}
    assert len(formulas.PARTS) == len(set(formulas.PARTS))


def test_words_of_a_formula_are_translated_and_signs_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    for one in FORMULAS:
        assert "".join(formulas.split(one)) == one == formulas.translated(one)
    monkeypatch.setattr(formulas, "_", lambda part: part.upper())
    growth = REGISTER_METRICS["membership_growth_comparable"].formula
    assert formulas.translated(growth) == "100 × (M(t) - LATE - B) / B, B = M(t0) + UNSEEN"
    assert formulas.translated("100 × product of (1 - disbanded / days) up to n months") == (
        "100 × PRODUCT OF (1 - DISBANDED / DAYS) UP TO N MONTHS"
    )
    assert formulas.translated("bank_accounts / loan-fund cash / 30.4375") == "bank_accounts / LOAN-FUND CASH / 30.4375"
    (told,) = definitions.of_metrics(["round_coverage"])
    assert told.formula == "100 × APPROVED RETURNS / RETURNS DUE"
    assert REGISTER_METRICS["round_coverage"].formula == "100 × approved returns / returns due", "the API's stays"
