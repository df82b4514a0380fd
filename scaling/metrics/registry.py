"""The list of metrics. A function with the decorator `@metric` is on it, and so in the API, by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from scaling.metrics.figures import Figure
from scaling.metrics.subjects import Subject


def gettext_noop(message: str) -> str:
    """Marks a text for translation without needing Django here; the API translates it when it is shown."""
    return message


@dataclass(frozen=True)
class Outcome:
    """What a metric gives: the figure and the components it was made of, each a figure with its own doubt.

    Metrics of organizations also tell how many organizations stand behind the figure (`n`) of how many that were due
    (`n_due`), and between which bounds the truth lies (`low`, `high`) where that can be said.
    """

    figure: Figure
    components: Mapping[str, Figure]
    n: int | None = None
    n_due: int | None = None
    low: Figure | None = None
    high: Figure | None = None


@dataclass(frozen=True)
class Metric:
    """`formula` is written in component names; `definition` says in words what it tells; `version` rises with it."""

    name: str
    family: str
    unit: str
    formula: str
    definition: str
    components: tuple[str, ...]
    catalogue_code: str
    needs_against: bool
    function: Callable[[Subject], Outcome]
    version: int = 1

    def compute(self, subject: Subject) -> Outcome:
        return self.function(subject)


METRICS: dict[str, Metric] = {}


def register(
    *,
    name: str,
    family: str,
    unit: str,
    formula: str,
    definition: str,
    components: tuple[str, ...],
    function: Callable[[Subject], Outcome],
    catalogue_code: str = "",
    needs_against: bool = False,
) -> Metric:
    """Put a metric on the list. A name can be taken once."""
    if name in METRICS:
        raise ValueError(f"there is a metric {name} already")
    METRICS[name] = Metric(name, family, unit, formula, definition, components, catalogue_code, needs_against, function)
    return METRICS[name]


def metric(
    *,
    family: str,
    unit: str,
    formula: str,
    definition: str,
    components: tuple[str, ...],
    catalogue_code: str = "",
    needs_against: bool = False,
) -> Callable[[Callable[[Subject], Outcome]], Callable[[Subject], Outcome]]:
    """Decorator: the function's name is the metric's name."""

    def put(function: Callable[[Subject], Outcome]) -> Callable[[Subject], Outcome]:
        register(
            name=function.__name__,
            family=family,
            unit=unit,
            formula=formula,
            definition=definition,
            components=components,
            function=function,
            catalogue_code=catalogue_code,
            needs_against=needs_against,
        )
        return function

    return put
