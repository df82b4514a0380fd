"""What a dashboard page is made of: plain data that the components in templates/components/ draw.

A dashboard file asks the rollups, calls the metrics, and fills these; it writes no HTML. All texts arrive translated,
all numbers formatted for the reader's language.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from scaling.dashboards.definitions import Definition


@dataclass(frozen=True)
class Chip:
    """A small mark under the answer: freshness, coverage, a caveat. `tone`: "" | "warn" | "synthetic"."""

    text: str
    icon: str = ""
    tone: str = ""
    url: str = ""


@dataclass(frozen=True)
class Option:
    label: str
    url: str
    selected: bool = False
    note: str = ""


@dataclass(frozen=True)
class Typed:
    """A field in a filter, for what is too long for a list: a day, or a name that `lookup` suggests.

    `kind` is the type of the input; `hidden` are the other filters, which its form sends along.
    """

    name: str
    kind: str
    value: str
    hidden: list[tuple[str, str]]
    label: str
    lookup: str = ""


@dataclass(frozen=True)
class Filter:
    """One "label **value** ▾" button of the filter bar; its options are links, so it works without scripts."""

    name: str
    label: str
    value: str
    options: list[Option]
    typed: Typed | None = None
    #: what is wrong with the value in the address
    error: str = ""
    is_set: bool = False
    #: stands behind "More" as long as it is not set
    is_minor: bool = False


@dataclass(frozen=True)
class Headline:
    """One of the large numbers. `null` is said instead of a value that cannot be computed."""

    label: str
    value: str = ""
    unit: str = ""
    comparison: str = ""
    #: "up" | "down" | "" — a triangle and a word, never the colour alone
    direction: str = ""
    #: "≥" | "≤" | "≈" | ""
    bound: str = ""
    null: str = ""
    url: str = ""
    help: str = ""
    #: a second line that compares with nothing
    note: str = ""
    #: metrics and indicators that it shows, to be defined beside it; `definitions` are filled in by the frame
    metrics: tuple[str, ...] = ()
    indicators: tuple[str, ...] = ()
    definitions: tuple[Definition, ...] = ()


@dataclass(frozen=True)
class Spark:
    """A small line in a table cell, drawn in a box of 72 by 20; `label` says the same in words."""

    points: tuple[tuple[float, float], ...]
    label: str

    @classmethod
    def of(cls, values: list[float], label: str) -> Spark:
        """From zero, so that a line twice as high is twice as much. Needs two values or more."""
        top = max(values) or 1
        step = 64 / (len(values) - 1)
        return cls(
            tuple((round(4 + i * step, 1), round(17 - 14 * value / top, 1)) for i, value in enumerate(values)), label
        )

    @property
    def line(self) -> str:
        return " ".join(f"{x},{y}" for x, y in self.points)


@dataclass(frozen=True)
class Cell:
    """A table cell. `state`: "" | "null" (dotted) | "corrected" (underlined) | "hypothesis"; `hint` explains it."""

    text: str
    state: str = ""
    hint: str = ""
    url: str = ""
    bound: str = ""
    spark: Spark | None = None
    #: the number itself, for files
    value: Decimal | int | None = None

    @property
    def is_plain(self) -> bool:
        """Only a text: most cells are, and need not go through the component."""
        return not (self.url or self.state or self.hint or self.bound or self.spark)


@dataclass(frozen=True)
class Column:
    label: str
    numeric: bool = False
    help: str = ""


@dataclass(frozen=True)
class Table:
    id: str
    columns: list[Column]
    rows: list[list[Cell]]
    caption: str = ""
    title: str = ""
    subtitle: str = ""
    csv_url: str = ""
    xlsx_url: str = ""
    #: shown as a line that opens, for tables that only some readers need
    folded: bool = False
    #: number of a row → the heading of the rows from it on
    groups: Mapping[int, str] = field(default_factory=dict)
    #: metrics and indicators that it shows, as those of a headline
    metrics: tuple[str, ...] = ()
    indicators: tuple[str, ...] = ()
    definitions: tuple[Definition, ...] = ()

    def of(self, *metrics: str, indicators: tuple[str, ...] = ()) -> Table:
        """The same, saying which metrics it shows."""
        return replace(self, metrics=metrics, indicators=indicators)

    @property
    def file_rows(self) -> list[dict[str, Any]]:
        """The same for a file: numbers as numbers, and what is said of a cell in a column beside it."""
        noted = {i for row in self.rows for i, one in enumerate(row) if one.bound or one.hint}
        rows, group = [], ""
        for number, row in enumerate(self.rows):
            group = self.groups.get(number, group)
            line: dict[str, Any] = {_("Part"): group} if self.groups else {}
            for i, (column, one) in enumerate(zip(self.columns, row, strict=True)):
                name = column.label or _("Name")
                line[name] = one.text or (one.spark.label if one.spark else "") if one.value is None else one.value
                if i in noted:
                    line[f"{name} ({_('note')})"] = " ".join(part for part in (one.bound, one.hint) if part)
            rows.append(line)
        return rows

    @property
    def parts(self) -> list[tuple[str, list[list[tuple[Column, Cell]]]]]:
        """Rows whose cells come with their columns, under their headings."""
        found: list[tuple[str, list[list[tuple[Column, Cell]]]]] = []
        for number, row in enumerate(self.rows):
            if not found or number in self.groups:
                found.append((self.groups.get(number, ""), []))
            found[-1][1].append(list(zip(self.columns, row, strict=True)))
        return found


@dataclass(frozen=True)
class Empty:
    """Said instead of a picture or a page: what is missing, why, and what to do next."""

    title: str
    text: str
    action_label: str = ""
    action_url: str = ""


@dataclass(frozen=True)
class FigureCard:
    """A picture with its one-sentence reading and the same data as a table behind it.

    `figure` is a Plotly figure as a dict ({"data": […], "layout": {…}}); colours come from `meta.role` of each trace.
    """

    id: str
    title: str
    reading: str
    table: Table | None = None
    figure: dict[str, Any] | None = None
    subtitle: str = ""
    #: twelfths of the width on a wide screen
    span: int = 6
    height: int = 320
    empty: Empty | None = None
    #: Of a map whose figure names the address of its outlines: the collection itself, for who draws without a browser.
    outlines: Callable[[], dict[str, Any]] | None = None
    #: metrics and indicators that it shows, as those of a headline
    metrics: tuple[str, ...] = ()
    indicators: tuple[str, ...] = ()
    definitions: tuple[Definition, ...] = ()

    def of(self, *metrics: str, indicators: tuple[str, ...] = ()) -> FigureCard:
        """The same, saying which metrics it shows."""
        return replace(self, metrics=metrics, indicators=indicators)

    @property
    def data_id(self) -> str:
        return f"{self.id}-data"

    @property
    def shapes(self) -> dict[str, Any] | None:
        return None if self.outlines is None else self.outlines()

    @property
    def height_step(self) -> int:
        """The height as a class, in steps of 20 pixels: the page's policy allows no inline style."""
        return min(max(round(self.height / 20) * 20, 200), 800)


@dataclass(frozen=True)
class Note:
    """A sentence, and where one can do something about it."""

    text: str
    label: str = ""
    url: str = ""


@dataclass
class Page:
    """Everything a dashboard template draws."""

    #: name of the page in the navigation ("portfolio", "programme")
    name: str
    title: str
    question: str
    answer: str
    chips: list[Chip] = field(default_factory=list)
    filters: list[Filter] = field(default_factory=list)
    headlines: list[Headline] = field(default_factory=list)
    figures: list[FigureCard] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    #: to the other pages of a long table
    pager: list[Option] = field(default_factory=list)
    #: down to the records that the figures are made of
    records: list[Option] = field(default_factory=list)
    #: what was left out of the figures, and why
    left_out: list[Note] = field(default_factory=list)
    #: something is wrong with the address as a whole
    error: str = ""
    status: int = 200
    empty: Empty | None = None
    #: said above everything: figures of another moment than now
    banner: Note | None = None
    #: what only the template of this page draws
    own: dict[str, Any] = field(default_factory=dict)
    #: the page's own address with its filters, to share
    share_url: str = ""
    #: where a pack of all pages with these filters is asked for
    pack_url: str = ""
    #: names of the metrics that its figures are
    metrics: list[str] = field(default_factory=list)

    @property
    def all_tables(self) -> dict[str, Table]:
        """Every table of the page by its id, those behind pictures too."""
        behind = [card.table for card in self.figures if card.table is not None]
        return {table.id: table for table in (*behind, *self.tables)}

    @property
    def minor_filters(self) -> list[Filter]:
        return [one for one in self.filters if one.is_minor and not (one.is_set or one.error)]

    @property
    def main_filters(self) -> list[Filter]:
        return [one for one in self.filters if one not in self.minor_filters]

    @property
    def filters_set(self) -> list[Filter]:
        return [one for one in self.filters if one.is_set]
