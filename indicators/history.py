"""The history of a return: who changed what, when, how it came in, before and after, and why. Append-only."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Any

from indicators.models import CorrectionCode, Return, ReturnState, Way


@dataclass(frozen=True)
class CellChange:
    """One cell: a number, a reason for having none, or None for nothing."""

    key: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Event:
    """One change of a return. `state` is the new state in words where it changed; `reason` stands with corrections."""

    when: datetime.datetime
    who: Any
    way: str
    state: str = ""
    cells: list[CellChange] = field(default_factory=list)
    reason: str = ""


def of_return(row: Return, key: str = "") -> list[Event]:
    """What changed, the newest first; with `key` only what that cell went through. One query."""
    found: list[Event] = []
    before: dict[str, Any] = {}
    state = ""
    for event in row.events.select_related("entered_by", "changed_by").order_by("pgh_id"):  # type: ignore[attr-defined]
        now = {**event.values, **event.null_reasons}
        cells = [
            CellChange(one, before.get(one), now.get(one))
            for one in {**before, **now}
            if before.get(one) != now.get(one) and key in ("", one)
        ]
        is_new_state = event.state != state and not key
        if cells or is_new_state:
            corrected = bool(cells) and event.reported is not None
            found.append(
                Event(
                    event.pgh_created_at,
                    event.changed_by or event.entered_by,
                    str(Way(event.changed_from).label),
                    str(ReturnState(event.state).label) if is_new_state else "",
                    cells,
                    _why(event) if corrected else "",
                )
            )
        before, state = now, event.state
    return found[::-1]


def _why(event: Any) -> str:
    label = CorrectionCode(event.correction_code).label if event.correction_code else ""
    return f"{label}: {event.correction_reason}" if label else str(event.correction_reason)
