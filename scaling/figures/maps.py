"""Maps: places shaded by a figure, those without one set apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scaling.figures.base import ROLES, finish, meta
from scaling.figures.grids import SCALES

#: As the `sequential` scale, but its pale end still stands out from land that is not spoken of.
SHADES = [[0.0, "#a9cdbf"], [1.0, ROLES["members"]]]


@dataclass(frozen=True)
class Area:
    """A place on a map; `code` as its outline has it. A `value` of None is no data, never a zero."""

    code: str
    name: str
    value: float | None
    text: str
    url: str = ""


def area_map(
    areas: Sequence[Area], *, label: str, nothing: str, outlines: str | Mapping[str, Any] = "", suffix: str = ""
) -> dict[str, Any]:
    """Areas shaded by a value: from pale to strong, or on both sides of zero where there is both.

    `outlines`: the address of a GeoJSON collection whose features have the areas' codes, or the collection itself;
    nothing for countries by ISO 3166-1 alpha-3, whose outlines every page has. `nothing`: the word for no data.
    """
    known = [area for area in areas if area.value is not None]
    values = [float(area.value) for area in known if area.value is not None]
    least, most = min(values, default=0.0), max(values, default=1.0)
    two_sided = least < 0 < most
    if two_sided:
        most = max(most, -least)
        least = -most
    elif least == most:  # one shade, the strong one
        least = min(0.0, most) if most else -1.0
    scale = "diverging" if two_sided else "sequential" if most > 0 or least == 0 else "falling"
    traces = []
    if known:
        traces.append(
            _trace(known, values, label, outlines)
            | {
                "zmin": least,
                "zmax": most,
                "colorscale": SHADES if scale == "sequential" else SCALES[scale],
                "colorbar": {
                    "orientation": "h",
                    "thickness": 10,
                    "len": 0.6,
                    "y": 0,
                    "yanchor": "top",
                    "ticksuffix": suffix,
                    "nticks": 5,
                    "outlinewidth": 0,
                },
                "meta": {"scale": scale, **meta(urls=[area.url for area in known])},
            }
        )
    if unknown := [area for area in areas if area.value is None]:
        pale = ROLES["unseen"]
        traces.append(
            _trace(unknown, [0.0] * len(unknown), nothing, outlines)
            | {
                "showscale": False,
                "showlegend": True,
                "zmin": 0,
                "zmax": 1,
                "colorscale": [[0, pale], [1, pale]],
                "meta": meta("unseen", urls=[area.url for area in unknown]) | {"hatched": True},
            }
        )
    return finish(
        traces,
        geo={
            "projection": {"type": "mercator"},
            "fitbounds": "locations",
            "visible": not outlines,
            "showcoastlines": False,
            "showframe": False,
            "showland": not outlines,
            "showcountries": not outlines,
            "showlakes": False,
            "showocean": False,
        },
        dragmode=False,
        margin={"l": 0, "r": 0, "t": 30, "b": 44},
        meta={"map": True},
    )


def _trace(
    areas: Sequence[Area], values: Sequence[float], label: str, outlines: str | Mapping[str, Any]
) -> dict[str, Any]:
    trace: dict[str, Any] = {
        "type": "choropleth",
        "locations": [area.code for area in areas],
        "z": list(values),
        "text": [area.name for area in areas],
        "customdata": [area.text for area in areas],
        "hovertemplate": "%{text}: %{customdata}<extra></extra>",
        "name": label,
    }
    if outlines:
        return trace | {"locationmode": "geojson-id", "featureidkey": "properties.code", "geojson": outlines}
    return trace | {"locationmode": "ISO-3"}


__all__ = ["Area", "area_map"]
