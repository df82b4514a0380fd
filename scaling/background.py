"""Work in the background that a row asks for: packs, bulk writes, exports as files.

The row says what is to be done; a lock of the database says whether somebody is at it (`held.py`), and goes with the
worker that held it. So a worker may be killed at any moment: the beat finds an open row that nobody holds and begins
again, a few times, and then says that it failed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import OperationalError
from django.db.models import F, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from scaling.held import held

log = logging.getLogger(__name__)
#: A row that stopped so many workers is not tried again.
MOST_TRIES = 3
OPEN = ("queued", "running")


class Stopped(Exception):
    """Cancelled or deleted meanwhile: what has been made is not kept."""


class Refused(Exception):
    """It cannot be done; the sentence is for who asked."""


def tell(task: str, *args: Any) -> None:
    """Tell a worker, by the name of a task. When none can be told the beat does it all the same."""
    from scaling import tasks

    try:
        getattr(tasks, task).delay(*args)
    except Exception:
        log.warning("The broker cannot be reached; %s waits for the beat.", task, exc_info=True)


@dataclass(frozen=True)
class Work:
    """A kind of such rows: `state`, `tries`, `language`, `problem`, `ended_at`.

    `rows`: those of the kind, as `do` wants them. `do` ends a row and says whether it did; it raises Stopped and
    Refused. `space` keeps its locks apart from others. `often_stopped`: what is said after MOST_TRIES, as a function
    since it is said in the language of the row. `begins`: what else is set when a try begins. `owned`: by what a try
    knows that the row is still its own, beside that it runs.
    """

    rows: Callable[[], QuerySet[Any]]
    do: Callable[[Any], bool]
    space: int
    often_stopped: Callable[[], str]
    begins: Callable[[], dict[str, Any]] = dict
    owned: Callable[[Any], dict[str, Any]] = lambda row: {}

    def run_all(self) -> int:
        """Every row that waits or was left behind, the oldest first; how many were brought to an end."""
        waiting = self.rows().filter(state__in=OPEN).order_by("pk").values_list("pk", flat=True)
        return sum(self.run(pk) for pk in list(waiting))

    def run(self, pk: int) -> bool:
        """Do one if it is open and nobody is at it. May be called again at any time. Whether it was brought to an
        end."""
        with held(self.space, pk) as mine:
            return mine and self._run(pk)

    def _run(self, pk: int) -> bool:
        open_one = self.rows().filter(pk=pk, state__in=OPEN)
        if not open_one.update(state="running", tries=F("tries") + 1, **self.begins()):
            return False
        row = self.rows().get(pk=pk)
        with translation.override(row.language):
            try:
                if row.tries > MOST_TRIES:
                    raise Refused(self.often_stopped())
                return self.do(row)
            except Stopped:
                return False
            except Refused as why:
                return self.end(row, "failed", str(why))
            except OperationalError:  # the database went away; the beat begins again
                raise
            except Exception:
                log.exception("%s %s could not be done", row._meta.label, pk)
                text = _("Something went wrong that we did not foresee; it is in the log of the server.")
                return self.end(row, "failed", text)

    def mine(self, row: Any) -> QuerySet[Any]:
        """The row, as long as this try is the one at it."""
        return self.rows().filter(pk=row.pk, state="running", **self.owned(row))

    def end(self, row: Any, state: str, problem: str = "", **more: Any) -> bool:
        """Whether it was still this try's to end."""
        return bool(self.mine(row).update(state=state, ended_at=timezone.now(), problem=problem[:500], **more))
