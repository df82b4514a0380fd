"""The bad-input corpus of numbers and texts, through each way in: grid, form, workbook, CSV, single save.

Whatever comes, the answer is a sentence at the place, what fitted is kept, nothing is stored that was not meant, and no
way answers with a 500. How the browser reads numbers is held to the same cases in tests/browser/test_entry.py.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from indicators import returns
from indicators.models import Return, ReturnComment
from indicators.models.workbooks import UploadState
from tests.indicators.scenes import Scene
from tests.indicators.test_workbooks import downloaded, put, uploaded, xlsx

pytestmark = pytest.mark.django_db
HUGE = "x" * 1_000_000


@dataclass
class Given:
    """What became of one cell: the sentence, empty where it was taken."""

    sentence: str


def by_form(scene: Scene, key: str, text: Any, evidence: str = "") -> Given:
    client = Client()
    client.force_login(scene.officer)
    page = reverse("indicators:return", args=[scene.round.code, "G1"])
    answer = client.post(page, {f"value:{key}": str(text), f"seen:{key}": "", f"evidence:{key}": evidence})
    assert answer.status_code in (302, 422)
    if answer.status_code == 302:
        return Given("")
    shown = answer.content.decode()
    # Levels are chosen, not typed.
    if key.startswith("OP") and len(str(text)) < 100 and str(text).isprintable() and not set(str(text)) & set("<>&'\""):
        assert str(text).strip() in shown, "what was typed stays"
    (_before, said) = shown.split('<ul class="errors"><li>', 1)
    return Given(said.split("</li>")[0])


def by_grid(scene: Scene, key: str, text: Any, evidence: str = "") -> Given:
    client = Client()
    client.force_login(scene.officer)
    row: dict[str, Any] = {"organization": "G1", "changes": [{"key": key, "content": text, "seen": None}]}
    if evidence:
        row["evidence"] = {key: evidence}
    body = json.dumps({"key": str(uuid.uuid4()), "rows": [row]})
    answer = client.post(
        reverse("indicators:entry-save", args=[scene.round.code]), body, content_type="application/json"
    )
    assert answer.status_code in (200, 400)
    if answer.status_code == 400:
        return Given(answer.json()["detail"])
    return Given(answer.json()["rows"][0]["errors"].get(key, ""))


def by_workbook(scene: Scene, key: str, text: Any, evidence: str = "") -> Given:
    grid = downloaded(scene)
    put(grid, "G1", key, text)
    if evidence:
        put(grid, "G1", f"evidence:{key}", evidence)
    return _taken_over(scene, uploaded(scene, xlsx(grid)))


def by_csv(scene: Scene, key: str, text: Any, evidence: str = "") -> Given:
    grid = downloaded(scene)
    put(grid, "G1", key, text)
    if evidence:
        put(grid, "G1", f"evidence:{key}", evidence)
    lines = [";".join('"' + str("" if c is None else c).replace('"', '""') + '"' for c in row) for row in grid]
    return _taken_over(scene, uploaded(scene, "\n".join(lines).encode(), "back.csv"))


def _taken_over(scene: Scene, upload: Any) -> Given:
    from indicators.workbooks import plan

    if upload.state == UploadState.REFUSED:
        return Given(upload.message)
    wrong = [line["message"] for line in upload.plan["lines"] if line["verdict"] == "error"]
    if wrong:
        with pytest.raises(ValidationError):
            plan.commit(upload=upload, by=scene.officer)
        return Given(wrong[0])
    plan.commit(upload=upload, by=scene.officer)
    return Given("")


def by_call(scene: Scene, key: str, text: Any, evidence: str = "") -> Given:
    try:
        returns.save_values(
            organization=scene.group,
            round=scene.round,
            values={key: text},
            evidence={key: evidence} if evidence else {},
            by=scene.officer,
        )
    except ValidationError as error:
        return Given(error.message_dict[key][0])
    return Given("")


Way = Callable[..., Given]
WAYS: dict[str, Way] = {
    "form": by_form,
    "grid": by_grid,
    "workbook": by_workbook,
    "csv": by_csv,
    "call": by_call,
}


@pytest.fixture(params=list(WAYS))
def way(request: pytest.FixtureRequest) -> Way:
    return WAYS[request.param]


TEXTS = ["NaN", "Infinity", "1e309", "1e-400", "9" * 40, "1.234,56", "12%", "(12)", "12 members", "=1+1", "TRUE",
         "31/02/2020", "<script>alert(1)</script>", "'; DROP TABLE x; --", "{{ 7 }}", "../../etc", "1 2 3",
         "\u202e21", "1\u200b2"]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_no_number_is_refused_with_a_sentence_by_every_way(scene: Scene, way: Way, text: str) -> None:
    assert way(scene, "OP-06", text).sentence
    assert not Return.objects.filter(values__has_key="OP-06").exists()


@pytest.mark.parametrize(
    ("key", "number"),
    [("OP-06", -1), ("OP-06", 2.5), ("GOV-1", 0), ("GOV-1", 7), ("GOV-1", 3.5), ("OQ-04", 2), ("OP-06", 1e300)],
)
def test_numbers_out_of_range_are_refused_by_every_way(scene: Scene, way: Way, key: str, number: float) -> None:
    assert way(scene, key, number).sentence
    assert not Return.objects.filter(values__has_key=key).exists()


def test_a_zero_is_taken_by_every_way_and_a_blank_is_nothing(scene: Scene, way: Way) -> None:
    assert not way(scene, "OP-06", 0).sentence
    assert Return.objects.get().values == {"OP-06": 0}


@pytest.mark.parametrize("name", ["form", "grid", "workbook", "csv"])
def test_a_blank_is_not_a_zero(scene: Scene, name: str) -> None:
    WAYS[name](scene, "OP-06", None if name == "grid" else "")
    assert not Return.objects.filter(values__has_key="OP-06").exists()


@pytest.mark.parametrize("name", list(WAYS))
def test_a_part_larger_than_its_whole_is_refused_by_every_way(scene: Scene, name: str) -> None:
    scene.save({"OP-06": 15})
    found = Return.objects.get()
    if name == "call":
        with pytest.raises(ValidationError, match="more than"):
            scene.save({"OP-06.women": 17})
    else:
        assert "more than" in WAYS[name](scene, "OP-06.women", 17).sentence
    found.refresh_from_db()
    assert found.values == {"OP-06": 15}


# XML of a workbook holds no control characters and a cell no more than 32,767; UTF-8 holds no half of a surrogate pair.
UNKEPT = [(name, text) for name in ("form", "grid", "csv", "call") for text in (HUGE, "a\0b", "a\x07b")]
UNKEPT += [("workbook", "x" * 30_000), ("grid", "\ud800"), ("call", "\ud800")]


@pytest.mark.parametrize(("name", "evidence"), UNKEPT, ids=range(len(UNKEPT)))
def test_a_text_that_cannot_be_kept_whole_is_refused_not_cut(scene: Scene, name: str, evidence: str) -> None:
    assert WAYS[name](scene, "GOV-1", 3, evidence).sentence
    assert not Return.objects.filter(evidence__has_key="GOV-1").exists()


@pytest.mark.parametrize("text", ["", "   ", HUGE, "a\0b", "\ud800"])
def test_a_comment_that_cannot_be_kept_whole_is_refused(scene: Scene, text: str) -> None:
    scene.save({"OP-06": 20})
    client = Client()
    client.force_login(scene.officer)
    url = reverse("indicators:entry-comment", args=[scene.round.code])
    body = json.dumps({"organization": "G1", "key": "OP-06", "text": text})
    answer = client.post(url, body, content_type="application/json")
    assert answer.status_code == 400 and answer.json()["detail"]
    if "\ud800" not in text:
        decide = reverse("indicators:decide", args=[scene.round.code, "G1"])
        assert client.post(decide, {"comment": "", "text": text, "key": "OP-06"}).status_code == 302
    assert not ReturnComment.objects.exists()


@pytest.mark.parametrize(
    "text", ["right \u202e left", "zero\u200bwidth", "e\u0301 and é", "😀", "<b>bold</b>", "'quoted", "=SUM(A1)"]
)
def test_odd_but_honest_texts_are_kept_as_they_are(scene: Scene, way: Way, text: str) -> None:
    assert not way(scene, "GOV-1", 3, text).sentence
    kept = Return.objects.get().evidence["GOV-1"]
    assert kept == text
    client = Client()
    client.force_login(scene.officer)
    shown = client.get(reverse("indicators:return", args=[scene.round.code, "G1"])).content.decode()
    assert "<b>bold</b>" not in shown


BODIES: list[Any] = [
    b"",
    b"\xff\xfe",
    b"[" * 100_000,
    b'{"key": "x", "rows": []}',
    b'{"rows": NaN}',
    *(
        {"key": "0" * 32, "rows": rows}
        for rows in (
            7,
            [7],
            [{"organization": 7}],
            [{"organization": "G\0"}],
            [{"organization": "\ud800"}],
            [{"organization": "G1", "changes": {}}],
            [{"organization": "G1", "changes": [{"key": "OP-06\0", "content": 1}]}],
            [{"organization": "G1", "changes": [{"key": "OP-06", "content": [1]}]}],
            [{"organization": "G1", "changes": [{"key": "OP-06", "content": True}]}],
            [{"organization": "G1", "changes": [{"key": "OP-06", "content": "\ud800"}]}],
            [{"organization": "G1", "evidence": {"GOV-1": 7}}],
            [{"organization": "G1", "confirm": {"\0": "x"}}],
            [{"organization": "G1"}] * 2000,
        )
    ),
]


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_a_batch_that_is_none_is_refused_whole(scene: Scene, body: Any) -> None:
    client = Client()
    client.force_login(scene.officer)
    url = reverse("indicators:entry-save", args=[scene.round.code])
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = client.post(url, content, content_type="application/json")
    assert answer.status_code == 400 and answer.json()["detail"]
    assert not Return.objects.exists()
    submit = reverse("indicators:entry-submit", args=[scene.round.code])
    assert client.post(submit, content, content_type="application/json").status_code in (200, 400)
