"""The workbook's round trip: download, fill in, upload, see, take over."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import pytest
import xlsxwriter
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from indicators import returns
from indicators.models import Return, WorkbookUpload
from indicators.models.workbooks import UploadState
from indicators.returns import Change, RowChange
from indicators.workbooks import plan, write
from organizations import registry
from programmes.access import RoleName
from programmes.models import Place
from programmes.spreadsheets import read as read_tables
from tests import factories
from tests.indicators.scenes import Scene

pytestmark = pytest.mark.django_db
Grid = list[list[Any]]


def downloaded(scene: Scene) -> Grid:
    """The data sheet as a person has it open, hidden parts included."""
    tables = read_tables(write.of_round(scene.round), "a.xlsx")
    return next(table.rows for table in tables if table.name == "data")


def put(grid: Grid, code: str, key: str, value: Any) -> None:
    row = next(row for row in grid[1:] if row[0] == code)
    row[grid[0].index(key)] = value


def xlsx(grid: Grid) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet("anything")
    for i, row in enumerate(grid):
        for j, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(i, j, value)
            elif value is not None:
                sheet.write(i, j, value)
    book.close()
    return buffer.getvalue()


def uploaded(scene: Scene, grid: Grid | bytes, name: str = "back.xlsx", language: str = "en") -> WorkbookUpload:
    content = grid if isinstance(grid, bytes) else xlsx(grid)
    kept = plan.receive(
        round=scene.round, upload=SimpleUploadedFile(name, content), by=scene.officer, language=language
    )
    plan.prepare(kept.pk)
    kept.refresh_from_db()
    return kept


def counts(upload: WorkbookUpload) -> dict[str, int]:
    assert upload.state == UploadState.READY, upload.message
    found: dict[str, int] = upload.plan["counts"]
    return found


def test_what_was_filled_in_is_told_first_and_taken_over_once(scene: Scene) -> None:
    grid = downloaded(scene)
    put(grid, "G1", "OP-06", 20)
    put(grid, "G1", "OP-06.women", "12")
    put(grid, "G1", "OP-08", "N")
    put(grid, "G1", "GOV-1", 4)
    put(grid, "G1", "evidence:GOV-1", "=minutes of May")
    upload = uploaded(scene, grid)
    assert counts(upload) == {"new": 4, "changed": 1} and not Return.objects.exists()
    assert plan.commit(upload=upload, by=scene.officer) == 1
    row = Return.objects.get()
    assert row.values == {"OP-06": 20, "OP-06.women": 12, "GOV-1": 4}
    assert row.null_reasons == {"OP-08": "NOT_SURVEYED"} and row.evidence == {"GOV-1": "=minutes of May"}
    assert plan.commit(upload=WorkbookUpload.objects.get(), by=scene.officer) == 0
    again = uploaded(scene, downloaded(scene))
    assert counts(again) == {} and again.plan["unchanged_rows"] == 1
    same = uploaded(scene, grid)
    assert plan.commit(upload=same, by=scene.officer) >= 0
    row.refresh_from_db()
    assert row.version == 1, "the same file a second time changes nothing"


def test_numbers_are_read_in_the_language_of_the_workbook(scene: Scene) -> None:
    for text, language, expected in (
        ("1 020", "fr", 1020),
        ("1.020", "es", 1020),
        ("١٬٠٢٠", "ar", 1020),
        (1020.0, "en", 1020),
    ):
        grid = downloaded(scene)
        grid[0][0] = f"trellis|1|{scene.round.code}|{language}"
        put(grid, "G1", "OP-06", text)
        upload = uploaded(scene, grid, language=language)
        assert upload.plan["lines"][0]["after"] == str(expected), text


@pytest.mark.parametrize("text", ["12 members", "12%", "(12)", "=1+1", "NaN", True, -1, 2.5, "1e309", "why"])
def test_a_cell_that_is_wrong_comes_back_marked_with_what_was_typed(scene: Scene, text: Any) -> None:
    grid = downloaded(scene)
    put(grid, "G1", "OP-06", text)
    put(grid, "G1", "OP-08", 3)
    upload = uploaded(scene, grid)
    assert counts(upload)["error"] == 1 and upload.plan["lines"][0]["message"]
    with pytest.raises(ValidationError, match="wrong"):
        plan.commit(upload=upload, by=scene.officer)
    assert not Return.objects.exists()
    tables = read_tables(plan.with_marks(upload), "a.xlsx")
    back = next(table.rows for table in tables if table.name == "data")
    row = next(row for row in back if row[0] == "G1")
    assert str(row[back[0].index("OP-06")]) == str(text) and row[back[0].index("OP-08")] == 3
    put(back, "G1", "OP-06", 12)
    mended = uploaded(scene, back)
    assert counts(mended) == {"new": 2}
    plan.commit(upload=mended, by=scene.officer)
    assert Return.objects.get().values == {"OP-06": 12, "OP-08": 3}


def test_rules_hold_in_the_workbook_as_everywhere(scene: Scene) -> None:
    grid = downloaded(scene)
    put(grid, "G1", "OP-06", 15)
    put(grid, "G1", "OP-06.women", 17)
    (line,) = [line for line in uploaded(scene, grid).plan["lines"] if line["verdict"] == "error"]
    assert line["key"] == "OP-06.women" and "more than" in line["message"]


def test_a_blank_empties_what_stood_there_and_a_zero_is_a_value(scene: Scene) -> None:
    scene.save({"OP-06": 20, "OP-08": 3})
    grid = downloaded(scene)
    put(grid, "G1", "OP-06", 0)
    put(grid, "G1", "OP-08", None)
    plan.commit(upload=uploaded(scene, grid), by=scene.officer)
    assert Return.objects.get().values == {"OP-06": 0}


def test_what_somebody_changed_meanwhile_is_chosen_not_overwritten(scene: Scene) -> None:
    scene.save({"OP-06": 20})
    grid = downloaded(scene)
    returns.save_rows(round=scene.round, rows=[RowChange("G1", [Change("OP-06", Decimal(22))])], by=scene.officer)
    put(grid, "G1", "OP-06", 25)
    put(grid, "G1", "OP-08", 3)
    upload = uploaded(scene, grid)
    assert counts(upload) == {"conflict": 1, "new": 1} and "22" in upload.plan["lines"][0]["message"]
    with pytest.raises(ValidationError, match="Choose"):
        plan.commit(upload=upload, by=scene.officer)
    assert Return.objects.get().values == {"OP-06": 22}
    other = uploaded(scene, grid)
    plan.commit(upload=other, by=scene.officer, conflicts="theirs")
    assert Return.objects.get().values == {"OP-06": 22, "OP-08": 3}
    plan.commit(upload=upload, by=scene.officer, conflicts="mine")
    assert Return.objects.get().values == {"OP-06": 25, "OP-08": 3}


def test_moved_renamed_and_extra_columns_are_found_by_their_keys(scene: Scene) -> None:
    grid = downloaded(scene)
    put(grid, "G1", "OP-06", 20)
    moved = [[*reversed(row)] for row in grid]
    moved[1] = [cell if cell == "#" else "my own words" for cell in moved[1]]
    for row in moved:
        row.append(None)
    moved[0][-1] = "remarks"
    moved[2][-1] = "a note to myself"
    upload = uploaded(scene, moved)
    assert counts(upload) == {"new": 1} and upload.plan["ignored"] == ["remarks"]


def test_a_csv_of_the_data_sheet_comes_back_too(scene: Scene) -> None:
    grid = downloaded(scene)
    put(grid, "G1", "OP-06", "1 020")
    lines = [";".join('"' + str("" if cell is None else cell).replace('"', '""') + '"' for cell in row) for row in grid]
    assert counts(uploaded(scene, "\r\n".join(lines).encode("utf-8-sig"), "back.csv")) == {"new": 1}


def test_files_that_are_not_the_rounds_workbook_are_refused(scene: Scene) -> None:
    other = downloaded(scene)
    other[0][0] = "trellis|1|another-round|en"
    old = downloaded(scene)
    old[0][0] = f"trellis|0|{scene.round.code}|en"
    blind = downloaded(scene)
    blind = [[cell for i, cell in enumerate(row) if blind[0][i] != "seen:OP-06"] for row in blind]
    twice = downloaded(scene)
    twice = [[*row, row[4]] for row in twice]
    for grid, said in (
        (other, "belongs to the round"),
        (old, "another version"),
        ([["Group", "Members"], ["G1", 20]], "not the workbook"),
        (blind, "hidden column"),
        (twice, "there twice"),
        (b"%PDF-1.7", "not a spreadsheet"),
    ):
        upload = uploaded(scene, grid)
        assert upload.state == UploadState.REFUSED and said in upload.message, said


def test_strange_and_repeated_organizations_are_told(scene: Scene) -> None:
    grid = downloaded(scene)
    stranger = ["NOBODY", *grid[2][1:]]
    grid += [stranger, list(grid[2])]
    put(grid, "NOBODY", "OP-06", 3)
    put(grid, "G1", "OP-06", 20)
    messages = " ".join(line["message"] for line in uploaded(scene, grid).plan["lines"])
    assert "NOBODY is not due" in messages and "G1 is there twice" in messages


def test_only_officers_of_the_programme_bring_workbooks(scene: Scene) -> None:
    url = reverse("indicators:workbook", args=[scene.round.code])
    for someone, status in (
        (scene.manager, 403),
        (factories.person(RoleName.VIEWER, programme="TNWDP"), 403),
        (factories.person(RoleName.ME_OFFICER, programme="MRCP"), 404),
    ):
        client = Client()
        client.force_login(someone)
        answer = client.post(url, {"file": SimpleUploadedFile("a.xlsx", b"PK")})
        assert answer.status_code == status
    with pytest.raises(PermissionDenied):
        plan.receive(round=scene.round, upload=SimpleUploadedFile("a", b"a"), by=scene.manager, language="en")
    assert not WorkbookUpload.objects.exists()


def test_the_pages_lead_from_download_to_taking_over(scene: Scene) -> None:
    registry.register(
        code="G2",
        name="Late",
        kind="shg",
        place=Place.objects.get(code="IND-TN"),
        formed_on=scene.group.formed_on,
        promoter="project",
        programme=scene.round.programme,
        by=None,
    )
    client = Client()
    client.force_login(scene.officer)
    page = reverse("indicators:workbook", args=[scene.round.code])
    assert client.get(page).status_code == 200
    file = client.get(reverse("indicators:workbook-file", args=[scene.round.code]))
    assert file["Content-Disposition"].endswith('.xlsx"')
    tables = read_tables(file.content, "a.xlsx")
    grid = next(table.rows for table in tables if table.name == "data")
    assert [row[0] for row in grid[2:]] == ["G1"], "only who is due has a row"
    put(grid, "G1", "OP-06", 20)
    assert client.post(page).status_code == 422
    sent = client.post(page, {"file": SimpleUploadedFile("back.xlsx", xlsx(grid))})
    assert "being read" in client.get(sent["Location"]).content.decode()
    client.get(sent["Location"] + "?now=1")
    shown = client.get(sent["Location"]).content.decode()
    assert "1 new" in shown and "OP-06" not in shown.split("<tbody>")[0]
    client.post(sent["Location"])
    assert Return.objects.get().values == {"OP-06": 20}
