"""Upkeep of the catalogue: what is made on the page is asked in the next round everywhere; what was used stays."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from indicators import catalogue, catalogue_upkeep, instruments, returns, rounds, rule_upkeep, scales
from indicators.models import EntryField, Indicator, Return, Round, Rule, Scale, ScaleItem, ScaleVersion
from indicators.returns import Change, RowChange
from indicators.workbooks import write
from programmes.access import RoleName
from programmes.spreadsheets import read as read_tables
from tests import factories
from tests.indicators.scenes import Scene, later_round

pytestmark = pytest.mark.django_db
DAY = datetime.date
WORDS = {"name": "Trees planted", "definition": "Seedlings that stand after a season", "unit": "trees"}
NEW = {**WORDS, "code": "OP-90", "level": "organization", "type": "output", "higher_is_better": "on"}
FIELD = {"part": "", "value_type": "integer", "minimum": "0", "basis": "per_period", "collected_in": ["half_year"]}


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(factories.administrator())
    return client


def url(name: str, *arguments: Any) -> str:
    return reverse(f"indicators:{name}", args=arguments)


def half_year(scene: Scene) -> Round:
    planned = rounds.plan(
        programme=scene.round.programme,
        kind="semi_annual",
        reference_date=DAY(2021, 6, 30),
        period_from=DAY(2021, 1, 1),
        window=(DAY(2021, 7, 1), DAY(2021, 8, 31)),
        by=scene.manager,
    )
    return rounds.open_round(round=planned, by=scene.manager)


# --- indicators ------------------------------------------------------------------------------------------------------
def test_what_is_made_on_the_page_is_asked_everywhere_with_no_code(scene: Scene, admin: Client) -> None:
    made = admin.post(
        url("indicator-new"), {**NEW, "name_fr": "Arbres plantés", "ifad_core_indicators": "3.1.4, 3.1.1"}
    )
    assert made["Location"] == url("indicator", "OP-90")
    assert admin.post(url("field-new", "OP-90"), FIELD).status_code == 302
    women = {**FIELD, "part": "women", "label": "by women", "label_fr": "par des femmes"}
    assert admin.post(url("field-new", "OP-90"), women).status_code == 302
    round_ = half_year(scene)

    officer = Client()
    officer.force_login(scene.officer)
    data = officer.get(url("entry-data", round_.code)).json()
    columns = {column["key"]: column for column in data["columns"]}
    assert columns["OP-90"]["name"] == "Trees planted" and "OP-90.women" in columns
    assert any(rule["left"] == ["OP-90.women"] and rule["right"] == ["OP-90"] for rule in data["book"]["rules"])

    form = url("return", round_.code, "G1")
    assert "Trees planted" in officer.get(form).content.decode()
    refused = officer.post(form, {"value:OP-90": "10", "value:OP-90.women": "11"})
    assert refused.status_code == 422 and "is more than" in refused.content.decode()
    officer.post(form, {"value:OP-90": "1,200", "seen:OP-90": "10", "value:OP-90.women": "700"})
    row = Return.objects.get(round=round_)
    assert row.values == {"OP-90": 1200, "OP-90.women": 700}

    sheet = next(table.rows for table in read_tables(write.of_round(round_), "a.xlsx") if table.name == "data")
    assert next(line for line in sheet if line[0] == "G1")[sheet[0].index("OP-90")] == 1200

    reader = Client(headers={"authorization": factories.token_header(scene.manager)["HTTP_AUTHORIZATION"]})
    told = reader.get(reverse("indicators-detail", args=["OP-90"])).json()
    assert [one["key"] for one in told["fields_entered"]] == ["OP-90", "OP-90.women"]
    assert (told["name"], told["unit"], told["ifad_core_indicators"]) == ("Trees planted", "trees", ["3.1.4", "3.1.1"])
    values = reader.get(reverse("returns-list"), {"round": round_.code}).json()["results"][0]["values"]
    assert values == {"OP-90": 1200, "OP-90.women": 700}
    with translation.override("fr"):
        instrument = instruments.load(round_)
        assert instrument.heading(EntryField.objects.get(key="OP-90.women")) == ("Arbres plantés", "par des femmes")


def test_a_new_rating_has_its_level_and_can_join_the_scale(scene: Scene, admin: Client) -> None:
    rating = {**NEW, "code": "GOV-9", "type": "outcome", "is_rating": "on", "name": "Rules known"}
    refused = admin.post(url("indicator-new"), rating)
    assert refused.status_code == 422 and "belongs to a dimension" in refused.content.decode()
    admin.post(url("indicator-new"), {**rating, "dimension": "governance"})
    field = EntryField.objects.get(key="GOV-9")
    assert (field.value_type, field.minimum, field.maximum, field.collected_in) == ("level", 1, 6, ["outcome"])


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"code": "op 90"}, "capital letters"),
        ({"code": "OP.90"}, "capital letters"),
        ({"code": "OP-06"}, "this code already"),
        ({"code": "A" * 21}, "20 characters"),
        ({"code": ""}, "required"),
        ({"name": "a\0b"}, "Null characters"),
        ({"name": "x" * 201}, "200"),
        ({"name_ar": "x" * 201}, "200"),
        ({"type": "scale_up"}, "computed, never entered"),
        ({"level": "phase", "is_rating": "on", "dimension": "governance"}, "can be a rating"),
        ({"level": "village"}, "valid choice"),
        ({"related": "NOPE"}, "valid choice"),
        ({"since": "2021-02-30"}, "valid date"),
        ({"ifad_core_indicators": "x" * 30}, "20"),
    ],
)
def test_impossible_indicators_are_refused_at_the_field(admin: Client, wrong: dict[str, str], said: str) -> None:
    answer = admin.post(url("indicator-new"), {**NEW, **wrong})
    text = answer.content.decode()
    assert answer.status_code == 422 and said in text
    assert "Seedlings that stand" in text, "what was typed stays"
    assert not Indicator.objects.filter(code__in=["OP-90", "op 90", "OP.90"]).exists()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"part": "Women"}, "small letters"),
        ({"part": "x" * 41}, "40"),
        ({"part": "women"}, "needs a label"),
        ({"part": "rich", "label": "rich", "basis": ""}, "what the count covers"),
        ({"part": "rich", "label": "rich", "minimum": "-1"}, "never negative"),
        ({"part": "rich", "label": "rich", "minimum": "5", "maximum": "2"}, "cannot be less"),
        ({"part": "rich", "label": "rich", "minimum": "1.2.3"}, "not a number"),
        ({"part": "rich", "label": "rich", "value_type": "yes_no"}, "from 0 to 1"),
        ({"part": "rich", "label": "rich", "value_type": "level", "minimum": "1", "maximum": "6"}, "only they"),
        ({"part": "rich", "label": "rich", "collected_in": ["century"]}, "valid choice"),
        ({"part": "rich", "label": "rich", "position": "99999"}, "32767"),
        ({"part": ""}, "exists already"),
    ],
)
def test_impossible_numbers_are_refused_at_the_field(admin: Client, wrong: dict[str, Any], said: str) -> None:
    answer = admin.post(url("field-new", "OP-06"), {**FIELD, **wrong})
    assert answer.status_code == 422 and said in answer.content.decode(), answer.content.decode()[-2500:]
    computed = admin.post(url("field-new", "SU-01"), {**FIELD})
    assert computed.status_code == 422 and "entered for organizations" in computed.content.decode()


def test_a_field_with_values_keeps_its_type(scene: Scene, admin: Client) -> None:
    scene.save({"OP-06": 20})
    field = EntryField.objects.get(key="OP-06")
    same = {**FIELD, "basis": "stock", "collected_in": ["outcome"], "position": "1", "label_es": "socios"}
    answer = admin.post(url("field", "OP-06"), {**same, "value_type": "decimal"})
    assert answer.status_code == 422 and "make a new field" in answer.content.decode()
    assert admin.post(url("field", "OP-06"), same).status_code == 302
    field.refresh_from_db()
    assert (field.collected_in, field.translations["es"]["label"]) == (["outcome"], "socios")


def test_a_new_version_ends_the_old_one_and_used_words_stay(scene: Scene, admin: Client) -> None:
    used = {**WORDS, "name": "Members, counted anew", "since": "2020-06-30"}
    answer = admin.post(url("version-new", "OP-06"), used)
    assert answer.status_code == 422 and "TNWDP-baseline asks" in answer.content.decode()
    old = Indicator.objects.get(code="OP-06").versions.get()
    mended = admin.post(url("version-mend", "OP-06", 1), {**WORDS, "higher_is_better": "on"})
    assert mended.status_code == 422 and "make a new version" in mended.content.decode()
    page = admin.get(url("version-mend", "OP-06", 1))
    initial = {name: value or "" for name, value in page.context["form"].initial.items()}
    initial = {**initial, "higher_is_better": "on" if old.higher_is_better else "", "name_fr": "Adhérents"}
    assert admin.post(url("version-mend", "OP-06", 1), initial).status_code == 302, "translations may change"
    old.refresh_from_db()
    assert old.translations["fr"]["name"] == "Adhérents" and old.name == initial["name"]

    assert admin.post(url("version-new", "OP-06"), {**used, "since": "2021-01-01"}).status_code == 302
    old.refresh_from_db()
    new = Indicator.objects.get(code="OP-06").versions.get(number=2)
    assert (old.valid.upper, new.valid.lower, new.valid.upper) == (DAY(2021, 1, 1), DAY(2021, 1, 1), None)
    assert instruments.load(scene.round).versions["OP-06"] == old, "the round keeps the definition it was asked under"
    assert instruments.load(later_round(scene, scene.round.scale_version)).versions["OP-06"] == new
    early = admin.post(url("version-new", "OP-06"), {**used, "since": "2021-01-01"})
    assert early.status_code == 422 and "give a later day" in early.content.decode()


def test_what_is_retired_is_asked_no_more_and_stays_measured(scene: Scene, admin: Client) -> None:
    scene.save({"OP-06": 20})
    early = admin.post(url("indicator-retire", "OP-06"), {"on": "2020-06-30"})
    assert early.status_code == 422 and "give a later day" in early.content.decode()
    admin.post(url("indicator-retire", "OP-06"), {"on": "2021-01-01"})
    later = rounds.open_round(round=later_round(scene, scene.round.scale_version), by=None)
    assert "OP-06" not in later.instrument and "GOV-1" in later.instrument
    assert instruments.load(scene.round).fields["OP-06"] and Return.objects.get().values == {"OP-06": 20}
    assert "retired" in admin.get(url("catalogue"), {"q": "OP-06"}).content.decode()
    twice = admin.post(url("indicator-retire", "OP-06"), {"on": "2021-05-01"})
    assert twice.status_code == 422 and "already" in twice.content.decode()


def test_what_people_changed_survives_the_next_load(admin: Client) -> None:
    admin.post(url("field", "OP-06.youth"), {**FIELD, "label": "young people", "basis": "stock", "position": "4"})
    admin.post(url("rule", "op-06-growth"), {"severity": "warning", "left": "OP-06", "limit": "40", "is_on": "on"})
    admin.post(url("indicator-retire", "OP-12"), {"on": "2024-01-01"})
    position = {"dimension": "", "position": "3", "ifad_core_indicators": "9.9"}
    admin.post(url("indicator-edit", "OP-15"), position)
    catalogue.load()
    assert EntryField.objects.get(key="OP-06.youth").label == "young people"
    assert Rule.objects.get(code="op-06-growth").limit == 40
    assert Indicator.objects.get(code="OP-12").version_now is None
    assert Indicator.objects.get(code="OP-15").ifad_core_indicators == ["9.9"]


def test_others_do_not_change_the_catalogue(scene: Scene) -> None:
    indicator = Indicator.objects.get(code="OP-06")
    scale = Scale.objects.get()
    for someone in (scene.manager, scene.officer):
        for act in (
            lambda by: catalogue_upkeep.retire(indicator=indicator, on=DAY(2030, 1, 1), by=by),
            lambda by: catalogue_upkeep.new_version(indicator=indicator, since=DAY(2030, 1, 1), by=by),
            lambda by: rule_upkeep.add_rule(
                code="a", kind="growth", severity="warning", left=["OP-06"], limit=1, by=by
            ),
            lambda by: scales.new_version(scale=scale, number="2", valid_from=DAY(2030, 1, 1), by=by),
        ):
            with pytest.raises(PermissionDenied):
                act(someone)


# --- lists -----------------------------------------------------------------------------------------------------------
def test_the_catalogue_is_searched_in_every_language(admin: Client) -> None:
    def codes(**asked: str) -> list[str]:
        return [line["indicator"].code for line in admin.get(url("catalogue"), asked).context["lines"]]

    everything = codes()
    assert len(everything) == Indicator.objects.count()
    assert codes(q="OP-06") == ["OP-06"]
    french = Indicator.objects.get(code="OP-06").versions.get().translations["fr"]["name"]
    assert "OP-06" in codes(q=french.upper())
    assert set(codes(level="phase")) == set(Indicator.objects.filter(level="phase").values_list("code", flat=True))
    assert "GOV-1" in codes(dimension="governance") and "OP-06" not in codes(dimension="governance")
    assert "OP-07" not in codes(asked_in="outcome") and "OP-06" in codes(asked_in="outcome")
    assert codes(type="<script>", level="zzz") == everything
    assert codes(q="x" * 5000) == []


def test_pages_take_a_fixed_number_of_queries(admin: Client) -> None:
    pages = [url("catalogue"), url("rules"), url("scales"), url("scale-version", ScaleVersion.objects.get().pk)]
    for page in pages:
        admin.get(page)
        with CaptureQueriesContext(connection) as queries:
            admin.get(page)
        assert len(queries) <= 14, (page, len(queries))


# --- rules -----------------------------------------------------------------------------------------------------------
RULE = {"code": "op-08-growth", "kind": "growth", "severity": "warning", "left": "OP-08", "limit": "50"}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"code": "op-06-growth"}, "code already"),
        ({"code": "a b"}, "valid"),
        ({"left": "OP-99"}, "no field with the key OP-99"),
        ({"left": "OP-08 OP-08"}, "twice"),
        ({"left": ""}, "the keys that the rule is about"),
        ({"right": "OP-06"}, "Nothing is compared"),
        ({"limit": ""}, "needs a limit"),
        ({"limit": "-5"}, "more than zero"),
        ({"limit": "12345678901"}, "digits"),
        ({"kind": "compare", "limit": "", "right": ""}, "compared with"),
        ({"kind": "compare", "limit": "", "right": "OP-06"}, "how the two sides compare"),
        ({"kind": "balance", "limit": "", "right": "OP-07.joined"}, "what came in, and what went out"),
        ({"kind": "jump", "left": "OP-08"}, "about ratings"),
        ({"kind": "outlier"}, "has no limit"),
        ({"kind": "magic"}, "valid choice"),
        ({"left": "OP-08\0"}, "Null characters"),
    ],
)
def test_impossible_rules_are_refused_at_the_field(admin: Client, wrong: dict[str, str], said: str) -> None:
    answer = admin.post(url("rule-new"), {**RULE, **wrong})
    assert answer.status_code == 422 and said in answer.content.decode()
    assert not Rule.objects.filter(code="op-08-growth").exists()


def test_a_new_rule_holds_at_once_until_it_is_switched_off(scene: Scene, admin: Client) -> None:
    admin.post(
        url("rule-new"),
        {
            "code": "leaders",
            "kind": "compare",
            "severity": "error",
            "left": "OP-08.women",
            "operator": "<=",
            "right": "OP-06.women",
        },
    )
    assert "leaders" in [rule.code for rule in instruments.load(scene.round).rules]
    off = {"severity": "error", "left": "OP-08.women", "operator": "<=", "right": "OP-06.women"}
    admin.post(url("rule", "leaders"), off)
    assert "leaders" not in [rule.code for rule in instruments.load(scene.round).rules]
    held = admin.post(
        url("rule", "op-06-women-within-op-06"), {"severity": "warning", "left": "OP-06.women", "right": "OP-06"}
    )
    assert held.status_code == 422 and "The database holds this rule" in held.content.decode()


def test_a_new_part_comes_with_the_rule_that_the_database_holds(scene: Scene) -> None:
    catalogue_upkeep.add_field(
        indicator=Indicator.objects.get(code="OP-06"),
        part="widowed",
        label="widowed",
        value_type="integer",
        basis="stock",
        collected_in=["outcome"],
        by=None,
    )
    (answer,) = returns.save_rows(
        round=scene.round,
        rows=[RowChange("G1", [Change("OP-06", Decimal(5)), Change("OP-06.widowed", Decimal(6))])],
        by=scene.officer,
    )
    assert "is more than" in answer.errors["OP-06.widowed"]


# --- the scale -------------------------------------------------------------------------------------------------------
def test_a_version_in_use_stays_and_a_copy_is_changed(scene: Scene, admin: Client) -> None:
    old = ScaleVersion.objects.get()
    item = old.items.get(indicator__code="GOV-1")
    form = dict(admin.get(url("scale-item", item.pk)).context["form"].initial)
    refused = admin.post(url("scale-item", item.pk), {**form, "name": "Other"})
    assert refused.status_code == 422 and "make a new version" in refused.content.decode()
    admin.post(url("scale-item-remove", item.pk))
    assert ScaleItem.objects.filter(pk=item.pk).exists()

    code = old.scale.code
    for wrong, said in (
        ({"number": old.number, "valid_from": "2021-01-01"}, "number already"),
        ({"number": "x" * 21, "valid_from": "2021-01-01"}, "20"),
        ({"number": "2", "valid_from": "soon"}, "valid date"),
    ):
        answer = admin.post(url("scale-version-new", code), wrong)
        assert answer.status_code == 422 and said in answer.content.decode()
    made = admin.post(url("scale-version-new", code), {"number": "2", "valid_from": "2021-01-01"})
    new = ScaleVersion.objects.get(number="2")
    assert made["Location"] == url("scale-version", new.pk)
    assert new.items.count() == old.items.count() == 24
    copy = new.items.get(indicator__code="GOV-1")
    assert [one.text for one in copy.anchors.order_by("level")] == [one.text for one in item.anchors.order_by("level")]

    missing = admin.post(url("scale-item", copy.pk), {**form, "anchor_3": " "})
    assert missing.status_code == 422 and "required" in missing.content.decode()
    assert (
        admin.post(url("scale-item", copy.pk), {**form, "anchor_3": "Better words", "anchor_3_es": "Mejor"}).status_code
        == 302
    )
    anchor = copy.anchors.get(level=3)
    assert (anchor.text, anchor.translations["es"]["text"]) == ("Better words", "Mejor")
    assert item.anchors.get(level=3).text != "Better words"
    admin.post(url("scale-item-remove", copy.pk))
    assert new.items.count() == 23
    assert admin.post(url("scale-item-new", new.pk), {"indicator": "GOV-1"}).status_code == 302
    assert new.items.count() == 24


def test_rounds_score_on_the_scale_that_is_valid_on_their_date(scene: Scene) -> None:
    old = ScaleVersion.objects.get()
    new = scales.new_version(scale=old.scale, number="2", valid_from=DAY(2025, 1, 1), by=None)

    def planned(day: datetime.date) -> Round:
        window = (day, day + datetime.timedelta(days=30))
        return rounds.plan(
            programme=scene.round.programme, kind="biennial", reference_date=day, window=window, by=scene.manager
        )

    assert planned(DAY(2024, 6, 30)).scale_version == old, "a version in preparation is not pinned"
    assert planned(DAY(2025, 6, 30)).scale_version == new
    with pytest.raises(ValidationError, match="later day"):
        scales.new_version(scale=old.scale, number="3", valid_from=DAY(2025, 1, 1), by=None)


def test_a_reader_sees_no_forms(scene: Scene) -> None:
    someone: User = factories.person(RoleName.VIEWER, programme="TNWDP")
    client = Client()
    client.force_login(someone)
    for page in (url("catalogue"), url("indicator", "OP-06"), url("rules"), url("scales")):
        text = client.get(page).content.decode()
        assert "/new/" not in text and "/edit/" not in text, page
