"""Filters by their names in an address, and the links between pages that carry them along."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from organizations.models import Kind, Tier
from programmes.vocabulary import FigureBasis
from scaling.metrics.cells import LOCAL, REAL, USD

#: Every filter by its name in the address, in the order of the bar.
NAMES = (
    "country",
    "programme",
    "phase",
    "place",
    "kind",
    "tier",
    "apex",
    "round",
    "as_of",
    "known_at",
    "prices",
    "basis",
    "against",
    "beside",
    "synthetic",
)
#: Filters with a fixed list of values, the first of which is the default and stands in no address.
CHOICES: dict[str, tuple[str, ...]] = {
    "kind": ("", *Kind.values),
    "tier": ("", *Tier.values),
    "prices": (LOCAL, USD, REAL),
    "basis": tuple(FigureBasis.values),
    "synthetic": ("0", "1"),
}
#: What no longer fits when one of them changes.
CLEARS: dict[str, tuple[str, ...]] = {
    "country": ("programme", "phase", "place", "apex", "round", "against", "beside", "organization"),
    "programme": ("phase", "place", "apex", "round", "against", "beside", "organization"),
    "phase": ("round", "against", "as_of"),
    "round": ("as_of", "against"),
    "synthetic": ("programme", "phase", "place", "apex", "round", "against", "beside", "organization"),
}
LONGEST = 200
#: Where the page of a list begins; no filter, so that no link carries it along.
PAGING = "after"


@dataclass(frozen=True)
class Links:
    """Addresses with the same filters, some of them changed. The one place that builds links between pages."""

    path: str
    values: Mapping[str, str] = field(default_factory=dict)

    def here(self, **changed: str) -> str:
        return self.to(self.path, **changed)

    def to(self, path: str, **changed: str) -> str:
        """Another page of the frame; what no longer fits a changed filter is left out."""
        values = dict(self.values)
        for name, value in changed.items():
            if value != values.get(name, ""):
                for dependent in CLEARS.get(name, ()):
                    values.pop(dependent, None)
        values |= changed
        return self.with_only(path, values)

    def in_query(self) -> dict[str, str]:
        """The filters that do not stand in the path."""
        in_path = self.path == reverse("scaling:programmes")
        return {name: value for name, value in self.values.items() if not (in_path and name == "programme")}

    @staticmethod
    def with_only(path: str, values: Mapping[str, str]) -> str:
        """A page with these filters; defaults and empty ones are left out."""
        shown = {name: value for name, value in values.items() if value and value != default(name)}
        if "programme" in shown and path == reverse("scaling:programmes"):
            path = reverse("scaling:programme", kwargs={"code": shown.pop("programme")})
        return path + (f"?{urlencode(shown)}" if shown else "")


def default(name: str) -> str:
    return CHOICES[name][0] if name in CHOICES else ""


def carried(query: QueryDict) -> dict[str, str]:
    """The filters of an address as they stand there, for links of the navigation; checked by the page they lead to."""
    return {name: str(query[name]) for name in NAMES if 0 < len(query.get(name, "")) <= LONGEST}


__all__ = ["CHOICES", "LONGEST", "NAMES", "PAGING", "Links", "carried", "default"]
