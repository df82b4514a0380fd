"""Results of an activity file as targets and results: a round trip, files of others, and what is refused."""

from __future__ import annotations

import datetime
import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from indicators import results, targets
from indicators.models import Indicator, PhaseResult, Target
from programmes.access import RoleName
from programmes.models import Phase, Programme
from scaling import demonstration
from scaling.iati import parsing, reporters
from tests import factories
from tests.scaling import iati_shape

pytestmark = pytest.mark.django_db
Day = datetime.date
URL = "/api/v1/iati/import/"


@pytest.fixture
def empty(db: None) -> Programme:
    """A programme with two phases and nothing in them."""
    programme = Programme.objects.create(code="NEW", name="New", instrument="project")
    for number in (1, 2, 3):
        Phase.objects.create(programme=programme, code=f"NEW-{number}", sequence=number, label=f"Phase {number}")
    return programme


@pytest.fixture
def reporter(db: None) -> None:
    reporters.put(by=None, country=None, ref="XM-DAC-41108", type="40", name="IFAD")


class Sender:
    def __init__(self, someone: Any = None, *, can_write: bool = True) -> None:
        someone = someone or factories.administrator()
        header = factories.token_header(someone, can_write=can_write)["HTTP_AUTHORIZATION"]
        self.client = Client(headers={"authorization": header})

    def send(
        self, body: bytes | str, query: str = "programme=NEW", kind: str = "application/xml", **headers: str
    ) -> Any:
        return self.client.generic("POST", f"{URL}?{query}", body, content_type=kind, headers=headers)


@pytest.fixture
def sender(db: None) -> Sender:
    return Sender()


def exported(sender: Sender, code: str) -> bytes:
    answer = sender.client.get(f"/api/v1/iati/activities/{code}.xml")
    assert answer.status_code == 200, answer.content
    return bytes(answer.content)


def kept(code: str) -> tuple[set[Any], set[Any]]:
    """Targets and results of a programme, phases by their number."""
    programme = Programme.objects.get(code=code)
    found_targets = set(
        Target.objects.filter(programme=programme).values_list(
            "indicator__code", "phase__sequence", "disaggregation", "by_date", "value", "note"
        )
    )
    found_results = set(
        PhaseResult.objects.filter(programme=programme).values_list(
            "indicator__code", "phase__sequence", "subcategory", "place__code", "value", "null_reason", "qualifier",
            "unit", "basis", "as_printed", "label_as_printed", "source", "note",
        )
    )  # fmt: skip
    return found_targets, found_results


def simple(values: str = '<actual value="7"/>', *, reference: str = "subprojects", title: str = "Subprojects") -> str:
    """A file as others make it, of one activity."""
    return f"""<?xml version="1.0" encoding="UTF-8"?><iati-activities version="2.03"><iati-activity>
<iati-identifier>XX-1-A</iati-identifier><result type="1"><title><narrative>R</narrative></title>
<indicator measure="1"><title><narrative>{title}</narrative></title>
<reference vocabulary="99" code="{reference}"/>
<period><period-start iso-date="2020-01-01"/><period-end iso-date="2021-12-31"/>{values}</period>
</indicator></result></iati-activity></iati-activities>"""


# --- there and back --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("code", ["PCDP", "TNWDP", "TEJASWINI", "MRCP", "DEMO-HILLS"])
def test_export_and_import_give_the_same_targets_and_results(
    sender: Sender, reporter: None, empty: Programme, code: str
) -> None:
    demonstration.load_portfolio()
    programme = Programme.objects.get(code=code)
    phase = Phase.objects.filter(programme=programme, is_aggregate=False).first()
    for number, (name, own, part) in enumerate(
        (("subprojects", phase, ""), ("OP-06", None, ""), ("OP-06", phase, "women"), ("GOV-1", None, ""))
    ):
        targets.set_target(
            programme=programme, indicator=Indicator.objects.get(code=name), phase=own, disaggregation=part,
            by_date=Day(2028, 6, 30), value=Decimal("4.5") + number % 2, note="agreed – “2024”", by=None,
        )  # fmt: skip
    raw = exported(sender, code)
    iati_shape.check(parsing.activity_file(raw))
    told = sender.send(raw)
    assert told.status_code == 200, told.content
    before = kept("NEW")
    assert before == (set(), set()), "a dry run writes nothing"
    assert told.json()["dry_run"] and not told.json()["written"] and told.json()["unmapped"] == []
    done = sender.send(raw, "programme=NEW&dry_run=0").json()
    assert done["written"] and done["counts"] == told.json()["counts"]
    assert kept("NEW") == kept(code)
    again = sender.send(raw, "programme=NEW&dry_run=0").json()
    assert set(again["counts"]) <= {"unchanged", "skipped"} and kept("NEW") == kept(code)


def test_totals_of_several_phases_go_to_their_carrier(sender: Sender, reporter: None, empty: Programme) -> None:
    Phase.objects.create(programme=empty, code="NEW-ALL", sequence=0, label="all", is_aggregate=True)
    assert sender.send(exported(sender, "REP"), "programme=NEW&dry_run=0").json()["written"]
    assert kept("NEW") == kept("REP")


# --- files of others -------------------------------------------------------------------------------------------------
def test_a_file_of_others_is_taken_by_reference_or_title(sender: Sender, empty: Programme) -> None:
    body = simple('<target value="10"><comment><narrative>why</narrative></comment></target><actual value="7"/>')
    done = sender.send(body, "programme=NEW&dry_run=0").json()
    assert done["counts"] == {"created": 2}, done
    target, result = Target.objects.get(programme=empty), PhaseResult.objects.get(programme=empty)
    assert (target.value, target.by_date, target.note, target.phase) == (10, Day(2021, 12, 31), "why", None)
    assert (result.value, result.basis, result.unit, result.source) == (7, "not_stated", "subprojects", "IATI XX-1-A")
    by_title = sender.send(simple(reference="X1", title="SUBPROJECTS")).json()
    assert by_title["rows"][0]["indicator"] == "subprojects" and by_title["unmapped"] == []


def test_what_is_not_known_is_told_with_suggestions_and_mapped_by_the_sender(sender: Sender, empty: Programme) -> None:
    body = simple('<target value="100"/>', reference="2.1.4", title="Members")
    told = sender.send(body, "programme=NEW&dry_run=0")
    assert told.status_code == 422 and told["Content-Type"] == "application/problem+json"
    (unmapped,) = told.json()["unmapped"]
    assert unmapped["key"] == "2.1.4" and "OP-06" in unmapped["suggestions"]
    assert not Target.objects.filter(programme=empty).exists()
    done = sender.send(body, "programme=NEW&dry_run=0&indicator=2.1.4=OP-06&phase=XX-1-A=NEW-2").json()
    assert done["counts"] == {"created": 1}
    assert Target.objects.get(programme=empty).phase == Phase.objects.get(code="NEW-2")
    left = sender.send(body, "programme=NEW&dry_run=0&indicator=Members=-").json()
    assert left["counts"] == {"skipped": 1} and left["unmapped"] == []


def test_conflicts_are_told_and_nothing_is_written(sender: Sender, empty: Programme) -> None:
    assert sender.send(simple('<target value="10"/><actual value="7"/>'), "programme=NEW&dry_run=0").status_code == 200
    body = simple('<target value="12"/><actual value="8"/>')
    refused = sender.send(body, "programme=NEW&dry_run=0")
    assert refused.status_code == 422 and refused.json()["counts"] == {"conflict": 2}
    assert [row["stored"] for row in refused.json()["rows"]] == ["10.0000", "7.0000"]
    kept_ones = sender.send(body, "programme=NEW&dry_run=0&conflicts=keep").json()
    assert kept_ones["counts"] == {"skipped": 2} and kept_ones["rows"][0]["errors"]
    target_only = simple('<target value="12"/>')
    revised = sender.send(target_only, "programme=NEW&dry_run=0&conflicts=revise").json()
    assert revised["counts"] == {"revised": 1}
    assert list(Target.objects.filter(programme=empty).order_by("pk").values_list("value", flat=True)) == [10, 12]


def test_what_cannot_be_taken_is_said_value_by_value(sender: Sender, empty: Programme) -> None:
    cases = {
        '<target value="ten"/>': ("failed", "value"),
        '<target value="NaN"/>': ("failed", "value"),
        '<target value="1e400"/>': ("failed", "value"),
        "<target/>": ("skipped", ""),
        '<actual value="-4"/>': ("failed", "value"),
        '<actual value="4"><dimension name="shoe size" value="44"/></actual>': ("skipped", ""),
        '<actual value="4"><location ref="a"/></actual>': ("skipped", ""),
        '<actual value="4"><dimension name="place" value="NOWHERE"/></actual>': ("failed", "place"),
    }
    for values, (status, field) in cases.items():
        (row,) = sender.send(simple(values)).json()["rows"]
        assert (row["status"], list(row["errors"])) == (status, [field]), values
        assert len(row["errors"][field][0]) > 10
    (row,) = sender.send(simple(reference="OP-06")).json()["rows"]
    assert row["status"] == "failed" and "organizations" in row["errors"]["indicator"][0]
    (row,) = sender.send(simple('<target value="9"/>', reference="GOV-1")).json()["rows"]
    assert row["status"] == "failed" and list(row["errors"]) == ["value"]
    no_end = simple('<target value="1"/>').replace("2021-12-31", "2021-13-31")
    assert sender.send(no_end).json()["rows"][0]["status"] == "failed"


def test_one_that_fails_takes_all_back(sender: Sender, empty: Programme) -> None:
    refused = sender.send(simple('<target value="1"/><actual value="-1"/>'), "programme=NEW&dry_run=0")
    assert refused.status_code == 422 and refused.json()["counts"] == {"created": 1, "failed": 1}
    assert kept("NEW") == (set(), set())


# --- what is no such file --------------------------------------------------------------------------------------------
BOMB = """<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>
<iati-activities version="2.03"><iati-activity><iati-identifier>&c;</iati-identifier></iati-activity></iati-activities>"""
REFUSED: dict[str, tuple[bytes, str]] = {
    "entities": (BOMB.encode(), "entities"),
    "a file of the server": (
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><iati-activities version="2.03">&x;</iati-activities>',
        "entities",
    ),
    "an entity that is not declared": (b'<iati-activities version="2.03">&x;</iati-activities>', "not XML"),
    "depth": (b"<iati-activities>" + b"<a>" * 20_000 + b"</a>" * 20_000 + b"</iati-activities>", "deep"),
    "depth without end": (b"<a>" * 100_000, "deep"),
    "another encoding": (simple().replace("UTF-8", "ISO-8859-1").encode("latin-1"), "UTF-8"),
    "UTF-16": (simple().replace("UTF-8", "UTF-16").encode("utf-16"), "UTF-8"),
    "UTF-7": (simple().replace("UTF-8", "UTF-7").encode(), "UTF-8"),
    "bytes that are no text": (simple(title="caf\xe9").encode("latin-1"), "UTF-8"),
    "NUL": (simple(title="a\0b").encode(), "line"),
    "no end": (simple().encode()[:200], "line"),
    "nothing": (b"  ", "empty"),
    "JSON": (b'{"a": 1}', "line 1"),
    "another document": (b"<svg/>", "svg"),
    "an old version": (b'<iati-activities version="1.05"><iati-activity/></iati-activities>', "1.05"),
    "no activity": (b'<iati-activities version="2.03"/>', "no activity"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_no_honest_file_has_is_refused(sender: Sender, empty: Programme, name: str) -> None:
    raw, said = REFUSED[name]
    answer = sender.send(raw, "programme=NEW&dry_run=0")
    assert answer.status_code == 400, answer.content
    assert answer["Content-Type"] == "application/problem+json" and said in answer.json()["detail"]
    assert "root:" not in answer.content.decode()
    assert kept("NEW") == (set(), set())


def test_too_large_too_many_and_of_another_kind(
    sender: Sender, empty: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sender.send(b" " * (parsing.MOST_BYTES + 1)).status_code == 413
    assert sender.send(simple(), kind="application/json").status_code == 415
    assert sender.send(simple().encode(), kind="application/xml; charset=latin-1").status_code == 400
    assert sender.send(simple(), kind="text/xml").status_code == 200
    assert sender.send(b"\xef\xbb\xbf" + simple().encode()).status_code == 200
    monkeypatch.setattr("scaling.iati.api.MOST_FACTS", 1)
    assert "import_iati" in sender.send(simple('<target value="1"/><actual value="2"/>')).json()["detail"]
    monkeypatch.setattr(parsing, "MOST_ELEMENTS", 5)
    assert "elements" in sender.send(simple()).json()["detail"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "programme"),
        ("programme=NOPE", "programme"),
        ("programme=NEW&dry_run=maybe", "dry_run"),
        ("programme=NEW&conflicts=win", "conflicts"),
        ("programme=NEW&indicator=X", "indicator"),
        ("programme=NEW&indicator=subprojects=NOPE", "indicator"),
        ("programme=NEW&indicator=unheard-of=OP-06", "indicator"),
        ("programme=NEW&phase=XX-1-A=PCDP-I", "phase"),
        ("programme=NEW&phase=XX-2=NEW-1", "phase"),
        ("programme=NEW&colour=red", "colour"),
    ],
)
def test_parameters_are_read_strictly(sender: Sender, empty: Programme, query: str, field: str) -> None:
    answer = sender.send(simple(), query)
    assert answer.status_code == 400, answer.content
    assert [error["field"] for error in answer.json()["errors"]] == [field]


# --- who, how often, how much ----------------------------------------------------------------------------------------
def test_only_who_manages_rounds_takes_over(empty: Programme) -> None:
    def status(someone: Any, query: str = "programme=PCDP", **options: Any) -> int:
        return int(Sender(someone, **options).send(simple(), query).status_code)

    assert status(factories.person(RoleName.COUNTRY_PROGRAMME_MANAGER, country="ETH")) == 200
    assert status(factories.person(RoleName.ME_OFFICER, programme="PCDP")) == 403
    assert status(factories.person(RoleName.VIEWER, programme="PCDP")) == 403
    assert status(factories.person(RoleName.COUNTRY_PROGRAMME_MANAGER, country="IND")) == 400, "it does not exist"
    assert status(factories.administrator(), can_write=False) == 403
    assert status(factories.user()) == 403


def test_sent_again_with_its_key_it_happens_once(sender: Sender, empty: Programme) -> None:
    first, second = (
        sender.send(simple(), "programme=NEW&dry_run=0", **{"idempotency-key": "k1"}) for _time in range(2)
    )
    assert first.json() == second.json() and second["Idempotency-Replayed"] == "true"


def test_reading_takes_no_query_for_each_value(sender: Sender, empty: Programme) -> None:
    """What stands there already is looked up at once; only what is written costs queries."""

    def count(n: int) -> int:
        periods = "".join(f'<target value="{number}"/>' for number in range(n))
        with CaptureQueriesContext(connection) as queries:
            told = sender.send(simple(periods), "programme=NEW&conflicts=keep").json()
        assert len(told["rows"]) == n
        return len(queries)

    targets.set_target(
        programme=empty, indicator=Indicator.objects.get(code="subprojects"), by_date=Day(2021, 12, 31),
        value=Decimal(1000), by=None,
    )  # fmt: skip
    count(1)
    assert count(300) == count(1) <= 24


def test_the_command_does_the_same(empty: Programme, tmp_path: Path) -> None:
    path, someone = tmp_path / "a.xml", factories.administrator()
    path.write_text(simple(reference="XX"))
    options: dict[str, Any] = {"programme": "NEW", "by": someone.email}
    out, err = io.StringIO(), io.StringIO()
    call_command("import_iati", str(path), **options, stdout=out)
    assert "dry run" in out.getvalue() and kept("NEW") == (set(), set())
    call_command("import_iati", str(path), **options, write=True, stdout=out)
    assert "Written" in out.getvalue() and len(kept("NEW")[1]) == 1
    path.write_text(simple('<actual value="8"/>'))
    with pytest.raises(CommandError, match="Nothing was written"):
        call_command("import_iati", str(path), **options, write=True, stdout=out, stderr=err)
    assert "line 5: result conflict" in err.getvalue()
    for wrong in ({"programme": "NOPE"}, {"by": "nobody@example.org"}, {"indicator": ["X"]}):
        with pytest.raises(CommandError):
            call_command("import_iati", str(path), **{**options, **wrong}, stdout=out)
    path.write_bytes(BOMB.encode())
    with pytest.raises(CommandError, match="entities"):
        call_command("import_iati", str(path), **options)


def test_results_of_a_phase_of_the_same_code_stay_in_it(sender: Sender, reporter: None) -> None:
    """A file of this very programme finds all that it says."""
    results.report(
        programme=Programme.objects.get(code="PCDP"), phase=Phase.objects.get(code="PCDP-I"),
        indicator=Indicator.objects.get(code="people_trained"), value=Decimal(5), unit="persons", basis="per_period",
        by=None,
    )  # fmt: skip
    found = sender.send(exported(sender, "PCDP"), "programme=PCDP").json()
    assert set(found["counts"]) == {"unchanged"}, found["counts"]
