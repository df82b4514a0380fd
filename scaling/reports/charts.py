"""Charts of Excel from the builders' figures: bars that pile up or lie, lines, dots. Others are left to the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scaling.dashboards.page import FigureCard
from scaling.figures.drawn.axes import is_number
from scaling.figures.drawn.marks import colour_of

#: Rows of a sheet that a chart covers.
ROWS = 17
Trace = Mapping[str, Any]


class Charts:
    """Their numbers stand on a sheet of their own, which is hidden: tables of a page are for people."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.cells: list[tuple[int, int, Any]] = []
        self.row = 0

    def put(self, sheet: Any, row: int, card: FigureCard, *, rtl: bool) -> int:
        """Draw at a row of a sheet; returns how many rows it takes, 0 if Excel has no such chart."""
        assert card.figure is not None
        traces = [trace for trace in card.figure["data"] if not trace.get("meta", {}).get("skip")]
        layout = card.figure["layout"]
        kind = _kind(traces, layout)
        if kind is None:
            return 0
        chart = self.book.add_chart(kind)
        lying = kind["type"] == "bar"
        for trace in traces:
            names, values = (trace["y"], trace["x"]) if lying else (trace["x"], trace["y"])
            chart.add_series(self._series(kind, trace, list(names), list(values)))
        chart.set_title({"name": card.title, "name_font": {"size": 11}})
        chart.set_size({"width": 720, "height": 320})
        chart.set_legend({"position": "bottom"} if len(traces) > 1 else {"none": True})
        measure, names_axis = (chart.set_x_axis, chart.set_y_axis) if lying else (chart.set_y_axis, chart.set_x_axis)
        title = layout.get("xaxis" if lying else "yaxis", {}).get("title", {}).get("text", "")
        measure({"name": title, "major_gridlines": {"visible": True, "line": {"color": "#d9dfdd"}}})
        names_axis({"reverse": lying or rtl, "label_position": "low"})
        sheet.insert_chart(row, 0, chart, {"description": card.reading or card.title})
        return ROWS

    def _series(self, kind: Mapping[str, str], trace: Trace, names: list[Any], values: list[Any]) -> dict[str, Any]:
        for column, line in enumerate((names, values)):
            self.cells += [(self.row + i, column, one) for i, one in enumerate(line) if one is not None]
        last = self.row + len(values) - 1
        colour = colour_of(trace)
        found: dict[str, Any] = {
            "name": trace.get("name") or "",
            "categories": ["_", self.row, 0, last, 0],
            "values": ["_", self.row, 1, last, 1],
        }
        if kind["type"] in ("column", "bar"):
            found |= {"fill": {"color": colour}, "gap": 60}
            if "roles" in trace["meta"]:
                found["points"] = [{"fill": {"color": colour_of(trace, i)}} for i in range(len(values))]
        elif kind["type"] == "line":
            marker = {"type": "circle", "fill": {"color": colour}, "border": {"color": colour}}
            found |= {"line": {"color": colour, "width": 2}, "marker": marker}
        else:
            found |= {"marker": {"type": "circle", "size": 8, "fill": {"color": colour}, "border": {"color": colour}}}
        self.row = last + 2
        return found

    def finish(self) -> None:
        """Write their numbers, on the last sheet."""
        if not self.cells:
            return
        sheet = self.book.add_worksheet("_")
        sheet.hide()
        for row, column, one in self.cells:
            if is_number(one):
                sheet.write_number(row, column, float(one))
            else:
                sheet.write_string(row, column, str(one))


def _kind(traces: list[Trace], layout: Mapping[str, Any]) -> dict[str, str] | None:
    """The chart of Excel that says the same, or None."""
    types = {trace["type"] for trace in traces}
    if types == {"bar"} and not any("base" in trace for trace in traces):
        found = {"type": "bar" if traces[0].get("orientation") == "h" else "column"}
        return found | ({"subtype": "stacked"} if layout.get("barmode") in ("stack", "relative") else {})
    plain = all("fill" not in one and "stackgroup" not in one for one in traces)
    if types != {"scatter"} or not plain or layout.get("meta", {}).get("lying"):
        return None
    if all(is_number(x) for one in traces for x in one["x"]) and layout.get("xaxis", {}).get("type") is None:
        return (
            {"type": "scatter", "subtype": "marker_only"} if all("lines" not in one["mode"] for one in traces) else None
        )
    return {"type": "line"} if all("lines" in one["mode"] for one in traces) else None
