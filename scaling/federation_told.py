"""What rounds tell of federations, from the records and not from what is stored: as it was known at a moment, to which
no stored total belongs. The same numbers as `FederationTotal` and `ApexShape`, for programmes of up to MOST_RECORDS."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from indicators.models import Round
from organizations.models import ProgrammeEnrolment
from scaling import readers, register_rollups
from scaling.metrics import network
from scaling.metrics.observe import edges_on, upward
from scaling.metrics.stored import flatten
from scaling.register_answers import MOST_RECORDS, TooMany

#: Members below an apex that joined it through an organization, and those that are members of the apex itself.
BELOW, DIRECT = "membership|now|total", "reach|direct|total"


@dataclass(frozen=True)
class Shape:
    """As `ApexShape`: steps to the top, direct members, whether others hang on it."""

    depth: int
    span: int
    is_cut: bool


@dataclass
class Told:
    """By id of the apex: members below it, and its place in the graph, of the latest round that tells them."""

    members: dict[int, int] = field(default_factory=dict)
    shapes: dict[int, Shape] = field(default_factory=dict)


def read(rounds: Iterable[int]) -> Told:
    """A reading of each round. Raises TooMany for more organizations than can be read while somebody waits."""
    found = list(Round.objects.filter(pk__in=list(rounds)).order_by("reference_date", "pk"))
    enrolled = ProgrammeEnrolment.objects.filter(programme__in=[one.programme_id for one in found])
    if enrolled.order_by()[: MOST_RECORDS + 1].count() > MOST_RECORDS:
        raise TooMany
    told = Told()
    for one in found:  # the latest last, which is the one that stays
        reading = readers.read(
            programme_id=one.programme_id, on=one.reference_date, closing=register_rollups.round_row(one)
        )
        edges = edges_on(reading.records, reading.on)
        below = register_rollups.federations(register_rollups.positions(reading), edges)
        for apex, positions in below.items():
            members = 0
            known = False
            for register in register_rollups.by_cohort(positions).values():
                flat = flatten(register)
                known = known or BELOW in flat or DIRECT in flat
                members += int(flat.get(BELOW, 0)) + int(flat.get(DIRECT, 0))
            if known and apex in reading.ids:
                told.members[reading.ids[apex]] = members
        ties = upward(reading.records, edges)
        spans, depths, cut = network.spans(ties), network.depths(ties), network.cut_vertices(ties)
        apexes = {record.code for record in reading.records if not record.is_primary}
        for apex in apexes & {node for edge in ties for node in edge}:
            told.shapes[reading.ids[apex]] = Shape(depths.get(apex, 0), spans.get(apex, 0), apex in cut)
    return told


__all__ = ["Shape", "Told", "read"]
