"""CSV files of a network: rows that know where they stand, values that are read or refused by file, line and column."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from programmes.texts import problem_of

LONGEST = 200


class FileError(Exception):
    """A value that cannot be loaded. The message says file, line and column."""

    def __init__(self, file: str, line: int, column: str, message: str) -> None:
        super().__init__(f"{file}, line {line}, column {column}: {message}")
        self.file, self.line, self.column, self.message = file, line, column, message


@dataclass(frozen=True)
class Line:
    """A row of a file; `at` counts from 1, the header being line 1."""

    file: str
    at: int
    cells: dict[str, str]

    def wrong(self, column: str, message: str) -> FileError:
        return FileError(self.file, self.at, column, message)

    def has(self, column: str) -> bool:
        return bool(self.cells.get(column))

    def text(self, column: str, *, longest: int = LONGEST) -> str:
        """A text that is there. Raises FileError for an empty, too long or impossible one."""
        found = self.cells.get(column, "")
        if not found:
            raise self.wrong(column, "a value is expected")
        if len(found) > longest:
            raise self.wrong(column, f"at most {longest} characters are expected")
        if problem := problem_of(found):
            raise self.wrong(column, str(problem))
        return found

    def day(self, column: str) -> datetime.date:
        raw = self.text(column)
        try:
            if len(raw) != 10:
                raise ValueError
            return datetime.date.fromisoformat(raw)
        except ValueError:
            raise self.wrong(column, f"a date such as 2022-06-30 is expected, not “{raw[:40]}”") from None

    def day_or_none(self, column: str) -> datetime.date | None:
        return self.day(column) if self.has(column) else None

    def number(self, column: str) -> Decimal:
        raw = self.text(column)
        try:
            found = Decimal(raw)
        except InvalidOperation:
            found = Decimal("NaN")
        if not found.is_finite() or abs(found) >= Decimal(10) ** 15:
            raise self.wrong(column, f"a number is expected, not “{raw[:40]}”")
        return found

    def count(self, column: str) -> int:
        found = self.number(column)
        if found < 0 or found != found.to_integral_value():
            raise self.wrong(column, f"a whole number from 0 is expected, not “{self.cells[column][:40]}”")
        return int(found)

    def one_of(self, column: str, known: Iterable[str]) -> str:
        raw, allowed = self.text(column), list(known)
        if raw not in allowed:
            raise self.wrong(column, f"one of {', '.join(allowed)} is expected, not “{raw[:40]}”")
        return raw


class Folder:
    """The files of a network; a file that is not there has no lines."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def lines(self, name: str, required: Iterable[str] = ()) -> list[Line]:
        """All lines of `name`.csv. Raises FileError for a column that is missing or a file that is no CSV in UTF-8."""
        path = self.path / f"{name}.csv"
        if not path.exists():
            return []
        try:
            with open(path, encoding="utf-8-sig", newline="") as file:
                reader = csv.DictReader(file, strict=True)
                header = list(reader.fieldnames or ())
                for column in required:
                    if column not in header:
                        raise FileError(path.name, 1, column, "this column is missing")
                return [self._line(path.name, reader.line_num, row, header) for row in reader]
        except UnicodeDecodeError:
            raise FileError(path.name, 1, "–", "the file is not in UTF-8") from None
        except csv.Error as error:
            raise FileError(path.name, reader.line_num, "–", f"this is no CSV: {error}") from None

    @staticmethod
    def _line(file: str, number: int, row: dict[str | None, str], header: list[str]) -> Line:
        if None in row or any(value is None for value in row.values()):
            raise FileError(file, number, "–", f"{len(header)} columns are expected")
        return Line(file, number, {str(name): value.strip() for name, value in row.items()})

    def header(self, name: str) -> list[str]:
        path = self.path / f"{name}.csv"
        if not path.exists():
            return []
        with open(path, encoding="utf-8-sig", newline="") as file:
            return next(csv.reader(file), [])
