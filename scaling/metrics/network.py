"""The graph of apex memberships (SU-07; domain study 4.7): depth, span, parents, cut vertices.

The first half works on a plain list of edges (member, apex) and knows nothing of organizations; the metrics below read
the histograms that it fills. The graph has no cycle, so that the longest way up exists.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from scaling.metrics import register as r
from scaling.metrics.register import RegisterSubject, register_metric
from scaling.metrics.registry import Outcome, gettext_noop

Edge = tuple[str, str]


def parents_of(edges: Iterable[Edge]) -> dict[str, set[str]]:
    """Apexes of each member."""
    parents: dict[str, set[str]] = defaultdict(set)
    for member, apex in edges:
        parents[member].add(apex)
    return dict(parents)


def spans(edges: Iterable[Edge]) -> dict[str, int]:
    """Direct members of each apex that has any."""
    members: dict[str, set[str]] = defaultdict(set)
    for member, apex in edges:
        members[apex].add(member)
    return {apex: len(found) for apex, found in members.items()}


def depths(edges: Iterable[Edge]) -> dict[str, int]:
    """Edges on the longest way up from each node that the edges name; a root has 0. Raises ValueError on a cycle."""
    above = parents_of(edges)
    below: dict[str, set[str]] = defaultdict(set)
    for member, apexes in above.items():
        for apex in apexes:
            below[apex].add(member)
    waiting = {node: len(above.get(node, ())) for node in {*above, *below}}
    ready = [node for node, left in waiting.items() if not left]
    depth = dict.fromkeys(waiting, 0)
    done = 0
    while ready:
        apex = ready.pop()
        done += 1
        for member in below.get(apex, ()):
            depth[member] = max(depth[member], depth[apex] + 1)
            waiting[member] -= 1
            if not waiting[member]:
                ready.append(member)
    if done < len(waiting):
        raise ValueError("the apex memberships form a cycle")
    return depth


def neighbours(edges: Iterable[Edge]) -> dict[str, set[str]]:
    """Whom each node is tied to, above or below."""
    near: dict[str, set[str]] = defaultdict(set)
    for member, apex in edges:
        near[member].add(apex)
        near[apex].add(member)
    return dict(near)


def below(apex: str, edges: Iterable[Edge]) -> set[str]:
    """Everything under an apex, each node once whatever the number of ways up."""
    members: dict[str, set[str]] = defaultdict(set)
    for member, parent in edges:
        members[parent].add(member)
    found: set[str] = set()
    waiting = [apex]
    while waiting:
        for member in members.get(waiting.pop(), ()):
            if member not in found and member != apex:
                found.add(member)
                waiting.append(member)
    return found


def cut_vertices(edges: Iterable[Edge]) -> set[str]:
    """Nodes whose end would separate others that are now connected (articulation points; direction does not matter).

    Depth-first with a stack of its own: a federation of many tiers must not reach Python's limit of recursion.
    """
    near = neighbours(edges)
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    cut: set[str] = set()
    for root in sorted(near):
        if root in order:
            continue
        order[root] = lowest[root] = len(order)
        branches = 0
        stack = [(root, "", iter(sorted(near[root])))]
        while stack:
            node, came_from, rest = stack[-1]
            following = next(rest, None)
            if following is None:
                stack.pop()
                if came_from:
                    lowest[came_from] = min(lowest[came_from], lowest[node])
                    if came_from != root and lowest[node] >= order[came_from]:
                        cut.add(came_from)
            elif following not in order:
                order[following] = lowest[following] = len(order)
                branches += node == root
                stack.append((following, node, iter(sorted(near[following]))))
            elif following != came_from:
                lowest[node] = min(lowest[node], order[following])
        if branches > 1:
            cut.add(root)
    return cut


def _size(histogram: Mapping[int, int]) -> int:
    return sum(histogram.values())


@register_metric(
    family="network",
    unit="edges",
    formula="max of the longest way up",
    definition=gettext_noop("Steps from a primary organization to the top of its federation, where they are most."),
    components=("primary_organizations",),
    rests_on=r.REGISTER,
    catalogue_code="SU-07",
)
def network_depth(subject: RegisterSubject) -> Outcome:
    found = subject.cell.structure.depths
    n = _size(found)
    parts = {"primary_organizations": r.count(n)}
    if not n:
        return Outcome(r.mean({}, "edges"), parts, n=0)
    return Outcome(r.count(max(depth for depth, times in found.items() if times), "edges"), parts, n=n)


@register_metric(
    family="network",
    unit="edges",
    formula="sum of the longest ways up / active primary organizations",
    definition=gettext_noop("Mean number of steps to the top; an organization without an apex has none."),
    components=("primary_organizations",),
    rests_on=r.REGISTER,
    catalogue_code="SU-07",
)
def mean_depth(subject: RegisterSubject) -> Outcome:
    found = subject.cell.structure.depths
    return Outcome(r.mean(found, "edges"), {"primary_organizations": r.count(_size(found))}, n=_size(found))


@register_metric(
    family="network",
    unit="organizations",
    formula="direct member organizations / apexes",
    definition=gettext_noop(
        "Mean number of member organizations of an apex. Inter-professional associations are left out, because most of "
        "their members are outside the register."
    ),
    components=("memberships", "apexes"),
    rests_on=r.REGISTER,
    catalogue_code="SU-07",
)
def mean_span(subject: RegisterSubject) -> Outcome:
    found = subject.cell.structure.spans
    memberships = sum(span * times for span, times in found.items())
    parts = {"memberships": r.count(memberships), "apexes": r.count(_size(found))}
    return Outcome(r.mean(found, "organizations"), parts, n=_size(found), n_due=_size(found))


@register_metric(
    family="network",
    unit="per cent",
    formula="100 × organizations with several apexes / organizations with an apex",
    definition=gettext_noop("Share of primary organizations in a federation that belong to more than one apex."),
    components=("several", "federated"),
    rests_on=r.REGISTER,
    catalogue_code="SU-07",
)
def multi_parent_share(subject: RegisterSubject) -> Outcome:
    found = subject.cell.structure.parents
    several = sum(times for parents, times in found.items() if parents > 1)
    parts = {"several": r.count(several), "federated": r.count(_size(found))}
    return Outcome(r.percent(several, _size(found)), parts, n=_size(found))


@register_metric(
    family="network",
    unit="organizations",
    formula="active primary organizations without an apex",
    definition=gettext_noop("Active primary organizations that belong to no federation."),
    components=("orphans", "primary_organizations"),
    rests_on=r.REGISTER,
    catalogue_code="SU-07",
)
def organizations_without_apex(subject: RegisterSubject) -> Outcome:
    found = subject.cell.structure.depths
    orphans = r.count(found.get(0, 0), "organizations")
    return Outcome(orphans, {"orphans": orphans, "primary_organizations": r.count(_size(found))}, n=_size(found))


@register_metric(
    family="network",
    unit="apexes",
    formula="apexes without a member organization",
    definition=gettext_noop("Active apexes that no organization belongs to: shells, or records to be closed."),
    components=("without_members", "apexes"),
    rests_on=r.REGISTER,
    catalogue_code="SU-07",
)
def apexes_without_members(subject: RegisterSubject) -> Outcome:
    found = subject.cell.structure.spans
    shells = r.count(found.get(0, 0), "apexes")
    parts = {"without_members": shells, "apexes": r.count(_size(found))}
    return Outcome(shells, parts, n=_size(found), n_due=_size(found))


@register_metric(
    family="network",
    unit="apexes",
    formula="apexes whose end would separate organizations that are connected",
    definition=gettext_noop("Apexes on which the connection of others hangs: the network depends on them."),
    components=("cut_apexes", "apexes"),
    rests_on=r.REGISTER,
    catalogue_code="SU-07",
)
def apexes_that_connect(subject: RegisterSubject) -> Outcome:
    apexes = _size(subject.cell.structure.spans)
    cut = r.count(subject.cell.structure.cut_apexes, "apexes")
    return Outcome(cut, {"cut_apexes": cut, "apexes": r.count(apexes)}, n=apexes, n_due=apexes)
