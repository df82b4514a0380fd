"""The tree of federations: its first level with the page, every other level when it is opened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from organizations.models import Organization
from scaling import federation_tree, formats
from scaling.dashboards.frame import Asked
from scaling.dashboards.questions.federations.days import Asking
from scaling.federation_tree import Branch, Level


@dataclass(frozen=True)
class Leaf:
    """A branch as the template draws it. `open_url`: what stands below it, "" for a leaf."""

    name: str
    code: str
    text: str
    is_cut: bool
    profile_url: str
    picture_url: str
    open_url: str


@dataclass(frozen=True)
class Shown:
    leaves: list[Leaf]
    more_url: str


def level(asked: Asked, asking: Asking, *, below: Organization | None = None, after: str = "") -> Level:
    """What is at the top of the selection, or direct members of `below`. ValueError for an unknown `after`."""
    if below is not None:
        found = federation_tree.below(asked.user, below, on=asking.on)
    else:
        ids = [one.pk for one in asked.selection.programmes]
        found = federation_tree.roots(asked.user, ids, on=asking.on)
    return federation_tree.level(found, asking.rounds, on=asking.on, after=after, told=asking.told)


def shown(asked: Asked, found: Level, *, below: Organization | None = None) -> Shown:
    """A page of a level as it is drawn."""
    here = {} if below is None else {"below": below.code}
    more = _url(asked, after=found.after, **here) if found.after else ""
    return Shown([_leaf(asked, branch) for branch in found.branches], more)


def _url(asked: Asked, **changed: str) -> str:
    return asked.links.to(reverse("scaling:federation-level"), **changed)


def _leaf(asked: Asked, branch: Branch) -> Leaf:
    one: Any = branch.organization
    parts = [str(one.get_tier_display())]
    if branch.members is not None:
        text = ngettext("%(n)s member", "%(n)s members", branch.members)
        parts.append(text % {"n": formats.number(branch.members)})
    else:
        parts.append(_("members not told"))
    if branch.span is not None and branch.has_members:
        text = ngettext("%(n)s organization directly", "%(n)s organizations directly", branch.span)
        parts.append(text % {"n": formats.number(branch.span)})
    if not branch.is_active:
        parts.append(_("not active"))
    return Leaf(
        one.name,
        one.code,
        " · ".join(parts),
        branch.is_cut,
        reverse("organizations:profile", args=[one.code]),
        asked.links.to(asked.page.url, organization=one.code, below="", after="") + "#network-title",
        _url(asked, below=one.code, after="", organization="") if branch.has_members else "",
    )
