"""Tables that people bring: XLSX, XLS, XLSB, ODS and CSV, read as values, within limits, or refused with a reason."""

from __future__ import annotations

import csv
import datetime
import io
import zipfile
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

Cell = str | int | float | bool | datetime.date | datetime.datetime | None

MEGABYTE = 1024 * 1024
LARGEST = 20 * MEGABYTE
LARGEST_UNPACKED = 200 * MEGABYTE
#: A sheet of repeated text shrinks about a hundredfold; a bomb a thousandfold.
MOST_SHRUNK = 200
MOST_PARTS = 5000
MOST_ROWS = 100_000
MOST_COLUMNS = 1000
DELIMITERS = ";,\t"


class Refused(ValueError):
    """A file that is not read; `str()` is the sentence for the person who brought it."""


@dataclass(frozen=True)
class Table:
    """One sheet. Rows may differ in length; formulas stand as their values, whole numbers as int."""

    name: str
    rows: list[list[Cell]] = field(default_factory=list)


def read(content: bytes, filename: str) -> list[Table]:
    """All sheets of a file, judged by what it begins with and not by its name. Raises Refused."""
    if len(content) > LARGEST:
        raise Refused(_("The file is larger than %(mb)s MB.") % {"mb": LARGEST // MEGABYTE})
    if not content.strip(b"\0 \r\n\t"):
        raise Refused(_("The file is empty."))
    if content.startswith(b"PK\x03\x04"):
        _check_zip(content)
        return _sheets(content)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        _check_ole(content)
        return _sheets(content)
    named = filename.lower().endswith((".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"))
    if named or content.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8")):
        raise Refused(_("“%(name)s” is not a spreadsheet, whatever its name says.") % {"name": filename[-80:]})
    return [Table(filename[-80:], _csv(_text(content)))]


# --- workbooks -------------------------------------------------------------------------------------------------------
def _check_zip(content: bytes) -> None:
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError):
        raise Refused(_("The file is damaged or was cut off on its way.")) from None
    unpacked, packed = sum(part.file_size for part in parts), sum(part.compress_size for part in parts)
    names = {part.filename for part in parts}
    if (
        len(parts) > MOST_PARTS
        or unpacked > LARGEST_UNPACKED
        or (unpacked > 10 * MEGABYTE and unpacked > MOST_SHRUNK * max(packed, 1))
    ):
        raise Refused(_("The file unpacks to far more than a workbook of this kind holds."))
    if any(part.flag_bits & 1 for part in parts):
        raise Refused(_("The file is protected by a password. Save it without one and try again."))
    if any(name.endswith("vbaProject.bin") or name.startswith("Basic/") for name in names):
        raise Refused(_("The file carries macros. Save it as a workbook without macros and try again."))
    if any("/externalLinks/" in name for name in names):
        raise Refused(_("The file has links to other files. Break the links, keep the values and try again."))
    if "META-INF/manifest.xml" in names and b"encryption-data" in _part(archive, "META-INF/manifest.xml", MEGABYTE):
        raise Refused(_("The file is protected by a password. Save it without one and try again."))
    for name in names:
        if name.startswith("xl/worksheets/") and name.endswith(".xml"):
            _count_rows(archive, name)


def _part(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """The beginning of one part."""
    try:
        with archive.open(name) as stream:
            return stream.read(most)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise Refused(_("The file is damaged or was cut off on its way.")) from None


def _count_rows(archive: zipfile.ZipFile, name: str) -> None:
    """Rows are counted in the stream, before anything is built from them."""
    rows, tail = 0, b""
    try:
        with archive.open(name) as stream:
            while chunk := stream.read(MEGABYTE):
                rows += (tail + chunk).count(b"<row ") + (tail + chunk).count(b"<row>")
                tail = chunk[-4:]
                if rows > MOST_ROWS:
                    raise Refused(_("A sheet has more than %(n)s rows.") % {"n": MOST_ROWS})
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError) as error:
        raise Refused(_("The file is damaged or was cut off on its way.")) from error


def _check_ole(content: bytes) -> None:
    def named(name: str) -> bool:
        return name.encode("utf-16-le") in content

    if named("EncryptedPackage") or named("EncryptionInfo"):
        raise Refused(_("The file is protected by a password. Save it without one and try again."))
    if named("_VBA_PROJECT"):
        raise Refused(_("The file carries macros. Save it as a workbook without macros and try again."))


def _sheets(content: bytes) -> list[Table]:
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        tables = []
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            if sheet.total_height > MOST_ROWS or sheet.total_width > MOST_COLUMNS:
                raise Refused(
                    _("A sheet may have %(rows)s rows and %(columns)s columns at most.")
                    % {"rows": MOST_ROWS, "columns": MOST_COLUMNS}
                )
            rows = sheet.to_python(skip_empty_area=False)
            tables.append(Table(name, [[_cell(value) for value in row] for row in rows]))
    except CalamineError as error:
        if "password" in str(error).lower():
            raise Refused(_("The file is protected by a password. Save it without one and try again.")) from error
        raise Refused(_("The file is damaged or was cut off on its way.")) from error
    return tables


def _cell(value: object) -> Cell:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, datetime.timedelta | datetime.time):
        return str(value)
    if value == "":
        return None
    return value  # type: ignore[return-value]


# --- CSV -------------------------------------------------------------------------------------------------------------
def _text(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif content.startswith(b"\xef\xbb\xbf"):
        encodings = ["utf-8-sig"]
    else:
        encodings = ["utf-8", "cp1252", "latin-1"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text
    raise Refused(_("The file is neither a spreadsheet nor a text that can be read."))


def _csv(text: str) -> list[list[Cell]]:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    rows: list[list[Cell]] = []
    try:
        for row in csv.reader(io.StringIO(text), delimiter=_delimiter(text), strict=True):
            rows.append([cell if cell.strip() else None for cell in row])
            if len(rows) > MOST_ROWS or len(row) > MOST_COLUMNS:
                raise Refused(
                    _("A sheet may have %(rows)s rows and %(columns)s columns at most.")
                    % {"rows": MOST_ROWS, "columns": MOST_COLUMNS}
                )
    except csv.Error as error:
        if "field limit" in str(error):
            raise Refused(
                _("A cell in line %(n)s has more than %(most)s characters.")
                % {"n": len(rows) + 1, "most": csv.field_size_limit()}
            ) from error
        raise Refused(
            _("Line %(n)s cannot be read: a quotation mark is open or stands in the wrong place.")
            % {"n": len(rows) + 1}
        ) from error
    return rows


def _delimiter(text: str) -> str:
    """The one that splits the first lines into the most, and equally many, columns."""
    lines = [line for line in text.split("\n", 30)[:30] if line.strip()]

    def score(mark: str) -> tuple[int, int]:
        counts = [line.count(mark) for line in lines]
        most = max(counts, default=0)
        return (sum(1 for count in counts if count == most and most), most)

    return max(DELIMITERS, key=score)
