"""Figure builders: plain data in, Plotly figure out; one look for page, PNG and PDF. See `base.py`."""

from scaling.figures.bars import (
    Bullet,
    Levels,
    Moment,
    Span,
    Step,
    bullets,
    histogram,
    levels,
    lying_bars,
    stacked_bars,
    timeline,
    waterfall,
)
from scaling.figures.base import IN_TURN, ROLES, Mark, Series
from scaling.figures.dots import Dot, Dumbbell, dumbbells, radar, scatter
from scaling.figures.grids import Flow, Node, country_map, heat_map, sankey
from scaling.figures.lines import Curve, indexed_lines, over_time, slope, stacked_area, step_curve
from scaling.figures.maps import Area, area_map
from scaling.figures.networks import Line, Member, layered

__all__ = [
    "IN_TURN",
    "ROLES",
    "Area",
    "Bullet",
    "Curve",
    "Dot",
    "Dumbbell",
    "Flow",
    "Levels",
    "Line",
    "Mark",
    "Member",
    "Moment",
    "Node",
    "Series",
    "Span",
    "Step",
    "area_map",
    "bullets",
    "country_map",
    "dumbbells",
    "heat_map",
    "histogram",
    "indexed_lines",
    "layered",
    "levels",
    "lying_bars",
    "over_time",
    "radar",
    "sankey",
    "scatter",
    "slope",
    "stacked_area",
    "stacked_bars",
    "step_curve",
    "timeline",
    "waterfall",
]
