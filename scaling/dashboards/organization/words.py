"""The answer about one organization, its chips and large numbers."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scaling import formats
from scaling.dashboards import common
from scaling.dashboards.organization.known import Known, counts_of, mean_of
from scaling.dashboards.page import Chip, Headline
from scaling.metrics.alert_facts import stage_on
from scaling.metrics.records import PRIMARY


def _stage_names() -> dict[str, str]:
    return {
        "forming": _("forming"),
        "bonded": _("bonded"),
        "aggregated": _("aggregated"),
        "linked": _("linked"),
    }


def _stage(known: Known) -> str:
    if known.record is None or known.organization.tier != PRIMARY or not known.record.is_active(known.on):
        return ""
    name = stage_on(known.record, known.on)
    return _stage_names().get(name, name)


def answer(known: Known) -> str:
    parts = []
    counts = counts_of(known)
    if len(counts) > 1:
        (first_day, first), (last_day, last) = counts[0], counts[-1]
        parts.append(
            _("From %(first)s members on %(since)s to %(last)s on %(until)s.")
            % {
                "first": formats.number(first),
                "since": formats.day(first_day),
                "last": formats.number(last),
                "until": formats.day(last_day),
            }
        )
    elif counts:
        parts.append(
            _("%(n)s members on %(day)s; there is no earlier count to compare with.")
            % {"n": formats.number(counts[0][1]), "day": formats.day(counts[0][0])}
        )
    else:
        parts.append(_("No approved return says how many members it has."))
    scored = [(day, mean_of(one)) for day, one in known.seen if one.scores]
    if len(scored) > 1:
        parts.append(
            _("Its mean score went from %(first)s to %(last)s of 6.")
            % {"first": formats.number(scored[0][1], 1), "last": formats.number(scored[-1][1], 1)}
        )
    if known.alerts:
        parts.append(
            ngettext("%(n)s alert is open.", "%(n)s alerts are open.", len(known.alerts)) % {"n": len(known.alerts)}
        )
    if counts and known.record is not None and counts[-1][0] < known.on:
        parts.append(_("It was not observed in the round of %(day)s.") % {"day": formats.day(known.on)})
    return " ".join(parts)


def chips(known: Known) -> list[Chip]:
    status = known.profile.status
    tone = "warn" if known.profile.has_ended else ""
    chips = [
        Chip(str(status.get_status_display()) if status else _("no status today"), tone=tone),
        Chip(f"{known.organization.get_kind_display()} · {known.organization.get_tier_display()}"),
        Chip(known.organization.place.shown_name),
        Chip(_("What the register says of it"), "buildings", url=known.url()),
    ]  # fmt: skip
    if known.organization.is_synthetic:
        chips.append(common.synthetic_chip())
    return chips


def headlines(known: Known) -> list[Headline]:
    counts = counts_of(known)
    change = counts[-1][1] - counts[0][1] if counts else 0
    scored = [one for _day, one in known.seen if one.scores]
    live = [one for one in known.profile.linkages if one.holds]  # type: ignore[attr-defined]
    offered = len([one for one in known.profile.services if one.holds])  # type: ignore[attr-defined]
    return [
        Headline(
            _("Stage"),
            _stage(known),
            null=_("told of active primary organizations"),
            note=_("on %(day)s") % {"day": formats.day(known.on)},
            help=_("Forming, bonded, aggregated in an apex for six months, linked upstream."),
        ),
        Headline(
            _("Members"),
            formats.number(counts[-1][1]) if counts else "",
            comparison=_("%(n)s at first") % {"n": formats.number(counts[0][1])} if len(counts) > 1 else "",
            direction="" if not change else "up" if change > 0 else "down",
            null=formats.reason("NOT_REPORTED"),
            note=" · ".join(part for part in (formats.day(counts[-1][0]) if counts else "", _usual(known)) if part),
            indicators=("OP-06",),
        ),
        Headline(
            _("Mean score"),
            formats.number(mean_of(scored[-1]), 1) if scored else "",
            unit=_("of 6"),
            comparison=_("%(n)s at first") % {"n": formats.number(mean_of(scored[0]), 1)} if len(scored) > 1 else "",
            null=formats.reason("NOT_SURVEYED"),
            note=_("mean of its dimensions"),
        ),
        Headline(
            _("Apexes and linkages today"),
            f"{formats.number(len(known.profile.apexes))} · {formats.number(len(live))}",
            note=_("%(n)s services for members") % {"n": offered},
            url=known.url("apexes"), indicators=("SU-18",)),
    ]  # fmt: skip


def _usual(known: Known) -> str:
    """The members of similar organizations, for the line under its own."""
    if known.similar.members is None:
        return ""
    return _("median of similar ones %(n)s") % {"n": formats.number(known.similar.members)}
