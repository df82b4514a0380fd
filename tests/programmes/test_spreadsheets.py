"""Tables that people bring: what is read, and what is refused with a reason."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from typing import Any

import pytest
import xlsxwriter

from programmes import spreadsheets
from programmes.spreadsheets import Refused, read


def workbook(*rows: list[Any], **parts: bytes) -> bytes:
    """An XLSX of these rows, with further parts in its archive."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet("data")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for i, row in enumerate(rows):
        for j, value in enumerate(row):
            if isinstance(value, datetime.date):
                sheet.write_datetime(i, j, datetime.datetime.combine(value, datetime.time()), day)
            elif isinstance(value, str) and value.startswith("="):
                sheet.write_formula(i, j, value, value=7)
            else:
                sheet.write(i, j, value)
    book.close()
    if parts:
        with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
            for name, content in parts.items():
                archive.writestr(name.replace("__", "/"), content)
    return buffer.getvalue()


def test_a_workbook_is_read_as_values() -> None:
    (table,) = read(workbook(["a", 1, 2.5, None], [datetime.date(2020, 2, 29), True, "=3+4", " x "]), "a.xlsx")
    assert table.name == "data"
    assert table.rows[0] == ["a", 1, 2.5, None][: len(table.rows[0])] + [None] * (len(table.rows[0]) - 4)
    assert table.rows[1][:4] == [datetime.date(2020, 2, 29), True, 7, " x "]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("mark", [";", ",", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_csv_of_every_kind_is_read_alike(encoding: str, mark: str, end: str) -> None:
    text = end.join([mark.join(["Nom", "Créé le", "Membres"]), mark.join(["“Élan”", "", '"1 234"'])]) + end
    (table,) = read(text.encode(encoding), "liste.csv")
    assert table.rows == [["Nom", "Créé le", "Membres"], ["“Élan”", None, "1 234"]]


def test_decimal_commas_do_not_split_a_semicolon_file() -> None:
    (table,) = read(b"a;b\n1,5;2,5\n3,5;4,5\n", "a.csv")
    assert table.rows == [["a", "b"], ["1,5", "2,5"], ["3,5", "4,5"]]


def test_old_formats_are_read(tmp_path: Any) -> None:
    fods = """<?xml version="1.0" encoding="UTF-8"?><office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet><table:table table:name="s">
 <table:table-row><table:table-cell office:value-type="string"><text:p>members</text:p></table:table-cell>
 <table:table-cell office:value-type="float" office:value="12"><text:p>12</text:p></table:table-cell></table:table-row>
 </table:table></office:spreadsheet></office:body></office:document-content>"""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", re.sub(r">\s+<", "><", fods))
    (table,) = read(buffer.getvalue(), "a.ods")
    assert table.rows == [["members", 12]]


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "a.csv", "empty"),
        (b"\0\0\0", "a.csv", "empty"),
        (b"%PDF-1.7 ...", "a.xlsx", "not a spreadsheet"),
        (b"\x89PNG\r\n\x1a\n....", "a.csv", "not a spreadsheet"),
        (b"just a text", "a.xlsx", "not a spreadsheet"),
        (b"a;b\n1;\0\n", "a.csv", "neither"),
        (b'a;b\n"1;2\n', "a.csv", "quotation mark"),
        (b"PK\x03\x04 and nothing more", "a.xlsx", "damaged"),
        (workbook(["a"])[:-200], "a.xlsx", "damaged"),
        (workbook(["a"], xl__vbaProject_bin=b"x").replace(b"vbaProject_bin", b"vbaProject.bin"), "a.xlsx", "macros"),
        (workbook(["a"], xl__externalLinks__one=b"x"), "a.xlsx", "links"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "a.xlsx", "password"),
        (b"\xd0\xcf\x11\xe0" + "_VBA_PROJECT_CUR".encode("utf-16-le"), "a.xls", "macros"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "a.xls", "damaged"),
        (workbook(["a"], bomb=b"0" * (60 * 1024 * 1024)), "a.xlsx", "unpacks"),
        (b"a\n" * (spreadsheets.MOST_ROWS + 1), "a.csv", "rows"),
        (b"," * 2000, "a.csv", "columns"),
    ],
    ids=lambda value: value if isinstance(value, str) else "file",
)
def test_what_is_not_read_says_why(content: bytes, name: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        read(content, name)


def test_a_sheet_of_millions_of_rows_is_refused_before_it_is_built() -> None:
    rows = b"<row r='1'></row>" * 400_000
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", rows)
    with pytest.raises(Refused, match="rows"):
        read(buffer.getvalue(), "a.xlsx")


def test_a_file_too_large_is_refused() -> None:
    with pytest.raises(Refused, match="larger"):
        read(b"a" * (spreadsheets.LARGEST + 1), "a.csv")
