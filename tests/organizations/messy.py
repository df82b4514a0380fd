"""Lists as people bring them, made in code."""

from __future__ import annotations

import datetime
import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from organizations.lists import operations
from organizations.lists.layout import columns, guess_fields
from organizations.models import ListState, ListUpload
from programmes.models import Place, Programme

Cells = Sequence[Any]

#: A title, a row of merged headings over the row of headings, a total, headings that come again, marks of direction.
MESSY: list[Cells] = [
    ["List of groups, Salem and Erode, 2019"],
    [],
    ["Group", None, None, "Location", None, "Registration", None, None, "Formation", None, None, None],
    ["No", "Name", "Type", "Village", "District", "Number", "Act", "Date", "Date formed", "Promoted by", "Federation", "Member since"],
    [1, "Malar SHG", "SHG", "Attur", "Salem", "R-1", "Societies Act", datetime.date(2015, 3, 1), datetime.date(2014, 5, 31), "NGO", "Salem Union", "06/2016"],
    [2, "\u200fRoja  SHG\u200e", "self help grp", "Attur", "Salem", None, None, None, "31/12/2014", "govt", "salem union", "2017"],
    [3, "Mullai SHG", "S.H.G.", "Bhavani", "Erode", None, None, None, "٠٣/٠٤/٢٠١٥", "ngo", None, None],
    ["No", "Name", "Type", "Village", "District", "Number", "Act", "Date", "Date formed", "Promoted by", "Federation", "Member since"],
    [4, "Salem Union", "Union", "Salem", None, None, None, None, 2013, "Project", None, None],
    ["Total", "Total", None, None, None, 4, None, None, None, None, None, None],
]  # fmt: skip


def xlsx(rows: Sequence[Cells], *, sheet: str = "Groups", merged: Sequence[tuple[int, int, int, int]] = ()) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    page = book.add_worksheet(sheet)
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    for i, row in enumerate(rows):
        for j, value in enumerate(row):
            if isinstance(value, str):
                page.write_string(i, j, value)
            elif isinstance(value, datetime.date):
                page.write_datetime(i, j, value, day)  # type: ignore[arg-type]
            elif value is not None:
                page.write(i, j, value)
    for top, left, bottom, right in merged:
        page.merge_range(top, left, bottom, right, rows[top][left])
    book.close()
    return buffer.getvalue()


#: Which cells of MESSY are merged.
MERGED = ((0, 0, 0, 11), (2, 0, 2, 2), (2, 3, 2, 4), (2, 5, 2, 7), (2, 8, 2, 11))


def places() -> None:
    """Two districts of Tamil Nadu with a village each."""
    state = Place.objects.get(code="IND-TN")
    for district, village in (("Salem", "Attur"), ("Erode", "Bhavani")):
        above = Place.objects.create(code=f"TN-{district}", name=district, level=state.level + 1, parent=state)
        Place.objects.create(code=f"TN-{village}", name=village, level=state.level + 2, parent=above)


def bring(
    content: bytes | Sequence[Cells], by: User, *, name: str = "list.xlsx", programme: str = "TNWDP"
) -> ListUpload:
    """Received and read, its columns not chosen yet."""
    data = content if isinstance(content, bytes) else xlsx(content)
    kept = operations.receive(
        programme=Programme.objects.get(code=programme), upload=SimpleUploadedFile(name, data), by=by, language="en"
    )
    return prepared(kept)


def prepared(upload: ListUpload) -> ListUpload:
    operations.prepare(upload.pk)
    return ListUpload.objects.select_related("programme").get(pk=upload.pk)


def guessed(upload: ListUpload) -> dict[int, str]:
    first = next(one["first"] for one in upload.outline if one["name"] == upload.sheet)
    found = columns(first, upload.header_row)
    return guess_fields(found, operations.remembered_columns(upload.programme))


def checked(content: bytes | Sequence[Cells], by: User, *, name: str = "list.xlsx", **defaults: str) -> ListUpload:
    """Received, read, its columns as guessed, checked."""
    upload = bring(content, by, name=name)
    assert upload.state == ListState.COLUMNS, upload.message
    return with_columns(upload, by, **defaults)


def with_columns(upload: ListUpload, by: User, **defaults: str) -> ListUpload:
    operations.choose_columns(
        upload=upload,
        sheet=upload.sheet,
        header_row=upload.header_row,
        mapping=guessed(upload),
        defaults=defaults,
        by=by,
    )
    return prepared(upload)


def messages(upload: ListUpload) -> dict[int, dict[str, str]]:
    """Row → label of the field → sentence."""
    return {
        line["row"]: {one["label"]: one["text"] for one in line["messages"]}
        for line in upload.plan["lines"]
        if line["messages"]
    }
