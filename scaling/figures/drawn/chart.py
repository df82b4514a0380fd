"""Pictures with two axes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from scaling.figures.drawn import marks as made
from scaling.figures.drawn.axes import Axis
from scaling.figures.drawn.canvas import INK, LINE, MUTED, PAPER, SIZE, Canvas, breadth, broken, is_dark

ROW = 18.0
Place = Callable[[float], float]


def draw(canvas: Canvas, traces: Sequence[Mapping[str, Any]], layout: Mapping[str, Any]) -> None:
    own = {kind: [trace for trace in traces if trace["type"] == kind] for kind in ("bar", "scatter", "heatmap")}
    axes = _axes(traces, layout)
    x, y = axes
    marks = made.Marks()
    for trace in own["heatmap"]:
        made.heat(marks, trace, x, y)
    made.bars(marks, own["bar"], x, y, str(layout.get("barmode", "group")))
    made.scatter(marks, own["scatter"], x, y)
    lying = bool(layout.get("meta", {}).get("lying"))
    for which, axis in enumerate(axes):
        measures_bars = bool(own["bar"]) and lying == (which == 0) and axis.kind == "linear"
        from_zero = measures_bars or axis.setting.get("rangemode") == "tozero"
        from_zero = from_zero or (any(trace.get("stackgroup") for trace in own["scatter"]) and which == 1)
        axis.reach(marks.reach(which), from_zero=from_zero)
    frame = _Frame(canvas, x, y, layout, _legend(traces, layout))
    frame.grid(lying)
    frame.put(marks)
    frame.notes()


def _axes(traces: Sequence[Mapping[str, Any]], layout: Mapping[str, Any]) -> tuple[Axis, Axis]:
    """A base of bars is a value of the axis that they lie along."""
    values: dict[str, list[Any]] = {"x": [], "y": []}
    for trace in traces:
        for name in ("x", "y"):
            values[name] += trace[name]
    return Axis(layout.get("xaxis", {}), values["x"]), Axis(layout.get("yaxis", {}), values["y"])


def _legend(traces: Sequence[Mapping[str, Any]], layout: Mapping[str, Any]) -> list[tuple[str, str, bool]]:
    """Name, colour, whether its mark is open; in the order of `legendrank`."""
    if layout.get("showlegend") is False:
        return []
    shown = [trace for trace in traces if trace.get("name") and trace.get("showlegend", trace["type"] == "bar")]
    entries = []
    for trace in sorted(shown, key=lambda one: one.get("legendrank", 1000)):
        is_open = str(trace.get("marker", {}).get("symbol", "")).endswith("-open")
        entries.append((trace["name"], made.colour_of(trace), is_open))
    return entries


class _Frame:
    """The field between the margins, and what stands around it."""

    def __init__(
        self, canvas: Canvas, x: Axis, y: Axis, layout: Mapping[str, Any], legend: list[tuple[str, str, bool]]
    ) -> None:
        self.canvas, self.x_axis, self.y_axis, self.layout = canvas, x, y, layout
        notes = [note for note in layout.get("annotations", ()) if note.get("xref") != "paper"]
        after = [breadth(note["text"]) + 16 for note in notes if note.get("xanchor") == "left" and "xshift" in note]
        before = [breadth(note["text"]) + 16 for note in notes if note.get("xanchor") == "right"]
        ends = layout.get("meta", {}).get("labels") == "end"
        names = [breadth(word) for _place, word in y.ticks()]
        titled = bool(self._title(y))
        self.left = min(max([*names, *(before if ends else [])], default=0) + 14, canvas.width * 0.42) + 18 * titled
        self.right = canvas.width - (min(max(after, default=0), canvas.width * 0.34) if ends else 0) - 14
        rows = max((len(broken(word)) for _place, word in x.ticks()), default=1)
        self.on_top = x.setting.get("side") == "top"
        under = rows * 14 + 8 + (16 if self._title(x) else 0)
        self.top = 12 + self._put_legend(legend) + (under if self.on_top else 0)
        self.bottom = canvas.height - (8 if self.on_top else under)

    @staticmethod
    def _title(axis: Axis) -> str:
        return str(axis.setting.get("title", {}).get("text") or "")

    def x(self, number: float) -> float:
        return self.left + self.x_axis.at(number) * (self.right - self.left)

    def y(self, number: float) -> float:
        return self.bottom - self.y_axis.at(number) * (self.bottom - self.top)

    def _put_legend(self, entries: list[tuple[str, str, bool]]) -> float:
        """Rows above the field; returns their height."""
        at, row = 10.0, 0
        for name, colour, is_open in entries:
            wide = breadth(name) + 30
            if at + wide > self.canvas.width and at > 10:
                at, row = 10.0, row + 1
            self.canvas.dot(at + 5, 10 + row * ROW, 5, colour, is_open=is_open)
            self.canvas.text(at + 15, 10 + row * ROW, name)
            at += wide
        return (row + 1) * ROW if entries else 0.0

    def grid(self, lying: bool) -> None:
        canvas, is_field = self.canvas, bool(self.layout.get("meta", {}).get("grid"))
        for place, word in self.x_axis.ticks():
            if lying and not is_field:
                canvas.line([(self.x(place), self.top), (self.x(place), self.bottom)], LINE)
            lines = len(broken(word))
            beside = self.top - 4 - lines * 7 if self.on_top else self.bottom + 6 + lines * 7
            canvas.text(self.x(place), beside, word, anchor="middle", colour=MUTED)
        for place, word in self.y_axis.ticks():
            if not lying and self.y_axis.setting.get("showgrid") is not False:
                canvas.line([(self.left, self.y(place)), (self.right, self.y(place))], LINE)
            canvas.text(self.left - 8, self.y(place), word, anchor="end", colour=MUTED)
        for axis in (self.x_axis, self.y_axis):
            if axis.kind == "linear" and min(axis.low, axis.high) < 0 < max(axis.low, axis.high):
                ends = (
                    [(self.x(0), self.top), (self.x(0), self.bottom)]
                    if axis is self.x_axis
                    else [(self.left, self.y(0)), (self.right, self.y(0))]
                )
                canvas.line(ends, MUTED, 0.8)
        if title := self._title(self.x_axis):
            canvas.text((self.left + self.right) / 2, canvas.height - 8, title, anchor="middle", colour=MUTED)
        if title := self._title(self.y_axis):
            canvas.text(6, max(self.top - 10, 8), title, colour=MUTED, size=11)

    def put(self, marks: made.Marks) -> None:
        canvas = self.canvas
        for outline, colour, opacity in marks.bands:
            canvas.area([(self.x(a), self.y(b)) for a, b in outline], colour, opacity)
        for x0, y0, x1, y1, colour, word in marks.boxes:
            canvas.rect(self.x(x0), self.y(y0), self.x(x1), self.y(y1), colour)
            if word:
                middle = self.x((x0 + x1) / 2), self.y((y0 + y1) / 2)
                canvas.text(*middle, word, anchor="middle", colour=PAPER if is_dark(colour) else INK)
        for points, colour, width in marks.lines:
            canvas.line([(self.x(a), self.y(b)) for a, b in points], colour, width)
        for a, b, radius, colour, is_open, opacity in marks.dots:
            canvas.dot(self.x(a), self.y(b), radius, colour, is_open=is_open, opacity=opacity)
        for a, b, text, where in marks.words:
            down, _space, side = where.partition(" ")
            shift = {"top": -SIZE * 0.8, "bottom": SIZE * 0.8}.get(down, 0.0)
            anchor, beside = {"right": ("start", 12.0), "left": ("end", -12.0)}.get(side, ("middle", 0.0))
            canvas.text(self.x(a) + beside, self.y(b) + shift, text, anchor=anchor)

    def notes(self) -> None:
        """Lines across with their words, and words at the ends of lines."""
        for shape in self.layout.get("shapes", ()):
            ends = [(self._at(shape, "x", f"x{i}"), self._at(shape, "y", f"y{i}")) for i in (0, 1)]
            dashed = shape.get("line", {}).get("dash") == "dot"
            self.canvas.line(ends, MUTED, float(shape.get("line", {}).get("width", 1)), dashed=dashed)
        for note in self.layout.get("annotations", ()):
            anchor = {"left": "start", "right": "end"}.get(note.get("xanchor", "center"), "middle")
            down = {"top": SIZE * 0.6, "bottom": -SIZE * 0.7}.get(note.get("yanchor", "middle"), 0.0)
            x = self._at(note, "x", "x") + float(note.get("xshift", 0))
            self.canvas.text(
                x, self._at(note, "y", "y") + down - float(note.get("yshift", 0)), note["text"], anchor=anchor
            )

    def _at(self, thing: Mapping[str, Any], axis: str, name: str) -> float:
        """A place in the measure of the axis, or as a part of the field."""
        if thing.get(f"{axis}ref") == "paper":
            begin, end = (self.left, self.right) if axis == "x" else (self.bottom, self.top)
            return begin + float(thing[name]) * (end - begin)
        number = (self.x_axis if axis == "x" else self.y_axis).number(thing[name])
        return (self.x if axis == "x" else self.y)(number or 0.0)
