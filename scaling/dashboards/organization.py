"""One organization: how is it doing? Its stage, members and scores over the rounds, ties, support, alerts, returns."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from indicators.models import Return, ReturnState
from indicators.words import dimension_label
from organizations import profile as register
from organizations.models import Organization
from organizations.views.pages import visible
from programmes.models import Programme
from scaling import alert_words, figures, formats, observations, readers
from scaling.dashboards import common, definitions, similar
from scaling.dashboards.page import Cell, Chip, Column, Empty, FigureCard, Filter, Headline, Option, Page, Table
from scaling.figures import Dumbbell, Series, Span
from scaling.metrics.alert_facts import stage_on
from scaling.metrics.records import PRIMARY, Record
from scaling.models import Alert

Day = datetime.date
#: The newest returns that are shown.
RETURNS = 60


@dataclass
class Known:
    """What is known of the organization. `seen`: dates of rounds with approved returns → what they say."""

    organization: Organization
    profile: register.Profile
    returns: list[Return]
    programme: Programme | None
    record: Record | None
    on: Day
    similar: similar.Similar
    alerts: list[Alert]
    path: str

    @property
    def seen(self) -> list[tuple[Day, Any]]:
        return [] if self.record is None else sorted(self.record.observed.items())

    @property
    def dimensions(self) -> list[str]:
        return list(dict.fromkeys(name for _day, one in self.seen for name in one.scores))

    def url(self, part: str = "") -> str:
        base = reverse("organizations:profile", args=[self.organization.code])
        return f"{base}#{part}" if part else base


def build(request: HttpRequest, code: str) -> Page:
    """404 outside the asker's scope. A fixed number of queries, whatever the size of its programme."""
    where, error = _where(request)
    known = _known(request, code, where)
    page = Page(
        name="organizations",
        title=known.organization.name,
        question=_("How is %(name)s doing?") % {"name": known.organization.name},
        answer="",
        share_url=request.path if where == similar.WHERE[0] else f"{request.path}?similar={where}",
        filters=[_filter(known, error.get("similar", ""))],
        error=error.get("", ""),
    )
    if error:
        page.status, page.answer = 400, _("This question was not understood.")
        page.empty = Empty(
            _("Nothing is drawn"),
            _("A figure for other filters than the ones asked for would mislead. The sentence at the filter says why."),
            _("Go on without it"),
            request.path,
        )
        return page
    page.answer = _answer(known)
    page.chips = _chips(known)
    page.headlines = _headlines(known)
    page.figures = [_members(known), _scores(known), _compared(known), _life(known)]
    page.tables = [_returns(known), *([_alerts(known)] if known.alerts else [])]
    page.records = [
        Option(_("What the register says of it"), known.url()),
        *(
            [Option(_("Similar organizations: %(kind)s, %(tier)s, in %(place)s") % _like(known), _list_url(known))]
            if known.programme
            else []
        ),
    ]
    page.notes = [
        _("Members and scores come from approved returns; a round without one is a gap, not a zero."),
        _("Similar organizations are of the same kind and tier, in the last outcome round; without this one."),
    ]
    definitions.explain(page, request.user)
    return page


def _like(known: Known) -> dict[str, str]:
    return {
        "kind": str(known.organization.get_kind_display()),
        "tier": str(known.organization.get_tier_display()),
        "place": str(known.programme)
        if known.similar.where == "programme" and known.programme is not None
        else known.organization.place.shown_name,
    }


def _where(request: HttpRequest) -> tuple[str, dict[str, str]]:
    """Among whom similar organizations are looked for; what is wrong with the address, by filter."""
    error: dict[str, str] = {}
    for name in request.GET:
        if name != "similar":
            text = _("Unknown filter “%(name)s”. Known here: %(known)s.")
            error[""] = text % {"name": name[:60], "known": "similar"}
    found = request.GET.getlist("similar") or [similar.WHERE[0]]
    if len(found) > 1:
        error["similar"] = _("One value is expected, not several.")
    elif found[0] not in similar.WHERE:
        error["similar"] = _("One of %(allowed)s is expected.") % {"allowed": ", ".join(similar.WHERE)}
    return found[0] if not error else similar.WHERE[0], error


def _filter(known: Known, error: str) -> Filter:
    labels = similar.labels()
    options = [
        Option(
            labels[one],
            known.path if one == similar.WHERE[0] else f"{known.path}?similar={one}",
            one == known.similar.where,
        )
        for one in similar.WHERE
    ]
    is_set = known.similar.where != similar.WHERE[0]
    return Filter("similar", _("Similar organizations"), labels[known.similar.where], options, None, error, is_set)


def _list_url(known: Known) -> str:
    one = known.organization
    programme = known.programme.code if known.programme else ""
    place = "" if known.similar.where == "programme" else f"&place={one.place.code}"
    return f"{reverse('organizations:list')}?programme={programme}&kind={one.kind}&tier={one.tier}{place}"


# --- reading ---------------------------------------------------------------------------------------------------------
def _known(request: HttpRequest, code: str, where: str) -> Known:
    organization = visible(request, code)
    today = Day.today()
    profile = register.build(organization, user=request.user, on=today)
    returns = list(
        Return.objects.visible_to(request.user)
        .filter(organization=organization)
        .select_related("round__programme")
        .order_by("-round__reference_date", "round__kind", "-pk")[:RETURNS]
    )
    enrolled = [one.programme for one in reversed(profile.enrolments)]
    programme = enrolled[0] if enrolled else None
    record, on = None, today
    closing = None
    if programme is not None:
        rounds = [one for one in readers.rounds_of(programme.pk, today) if one.is_outcome]
        closing = rounds[-1] if rounds else None
        if closing is not None:
            on = closing.date
            reading = readers.read(programme_id=programme.pk, on=on, closing=closing, only=[organization.pk])
            record = next((one for one in reading.records if one.code == organization.code), None)
    alerts = list(
        Alert.objects.visible_to(request.user)
        .filter(Q(organization=organization), closed_at__isnull=True)
        .select_related("programme")
        .order_by("-opened_at", "pk")[:20]
    )
    like = similar.read(user=request.user, organization=organization, closing=closing, where=where)
    return Known(organization, profile, returns, programme, record, on, like, alerts, request.path)


# --- words -----------------------------------------------------------------------------------------------------------
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


def _count(one: Any) -> int | None:
    found: int | None = one.members if one.members is not None else one.memberships
    return found


def _counts(known: Known) -> list[tuple[Day, int]]:
    return [(day, n) for day, one in known.seen if (n := _count(one)) is not None]


def _answer(known: Known) -> str:
    parts = []
    counts = _counts(known)
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
    scored = [(day, _mean(one)) for day, one in known.seen if one.scores]
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


def _mean(one: Any) -> Decimal:
    return sum(one.scores.values(), Decimal(0)) / len(one.scores)


def _chips(known: Known) -> list[Chip]:
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


def _headlines(known: Known) -> list[Headline]:
    counts = _counts(known)
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
            formats.number(_mean(scored[-1]), 1) if scored else "",
            unit=_("of 6"),
            comparison=_("%(n)s at first") % {"n": formats.number(_mean(scored[0]), 1)} if len(scored) > 1 else "",
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


# --- pictures --------------------------------------------------------------------------------------------------------
def _to_rounds(known: Known, text: str) -> Empty:
    if known.returns:
        one = known.returns[0]
        url = reverse("indicators:return", args=[one.round.code, known.organization.code])
        return Empty(_("Not enough data"), text, _("Its newest return"), url)
    return Empty(_("Not enough data"), text, _("Rounds"), reverse("indicators:rounds"))


def _members(known: Known) -> FigureCard:
    title = _("Members over the rounds")
    groups = {"women": _("women"), "youth": _("youth"), "poorest": _("poorest")}
    seen = [(day, one) for day, one in known.seen if _count(one) is not None]
    columns = [Column(_("Round")), Column(_("Members"), numeric=True)]
    columns += [Column(name, numeric=True) for name in groups.values()]
    rows = [
        [Cell(formats.day(day)), common.counted(_count(one)), *(_group(one, name) for name in groups)]
        for day, one in seen
    ]
    table = Table("members", columns, rows, _("Members in each approved return"), title)
    if len(seen) < 2:
        empty = _to_rounds(known, _("Members over the rounds need two approved returns with a count."))
        return FigureCard("members", title, "", table if rows else None, None, span=6, empty=empty)
    days = [day.isoformat() for day, _one in seen]
    totals = [_count(one) for _day, one in seen]
    lines = [Series(_("members"), "members", [float(n or 0) for n in totals], [formats.number(n or 0) for n in totals])]
    for name, label in groups.items():
        values = [one.groups.get(name) for _day, one in seen]
        if any(value is not None for value in values):
            texts = ["" if value is None else formats.number(value) for value in values]
            lines.append(Series(label, name, [None if v is None else float(v) for v in values], texts))
    change = (totals[-1] or 0) - (totals[0] or 0)
    reading = _("%(change)s members since %(day)s.") % {
        "change": formats.signed(Decimal(change)),
        "day": formats.day(seen[0][0]),
    }
    return FigureCard("members", title, reading, table, figures.over_time(days, lines), span=6, height=320)


def _group(one: Any, name: str) -> Cell:
    return common.counted(one.groups[name]) if name in one.groups else Cell(formats.reason("NOT_REPORTED"), "null")


def _scores(known: Known) -> FigureCard:
    title, subtitle = _("Scores over the rounds"), _("1 to 6, mean of the rated items of a dimension")
    seen = [(day, one) for day, one in known.seen if one.scores]
    if not seen:
        empty = _to_rounds(known, _("No approved return of an outcome round has rated it."))
        return FigureCard("scores", title, "", None, None, subtitle, 6, empty=empty)
    names = [dimension_label(name) for name in known.dimensions]
    days = [formats.day(day) for day, _one in seen]
    values = [
        [float(one.scores[name]) if name in one.scores else None for _day, one in seen] for name in known.dimensions
    ]
    texts = [["" if v is None else formats.number(Decimal(str(v)), 1) for v in line] for line in values]
    rows = [
        [Cell(name), *(_score(v, t) for v, t in zip(line, said, strict=True))]
        for name, line, said in zip(names, values, texts, strict=True)
    ]
    columns = [Column(_("Dimension")), *(Column(day, numeric=True) for day in days)]
    table = Table("scores", columns, rows, _("Scores of each dimension in each round"), title)
    last = {name: line[-1] for name, line in zip(names, values, strict=True) if line[-1] is not None}
    best, worst = max(last, key=lambda n: last[n] or 0), min(last, key=lambda n: last[n] or 0)
    reading = _("Strongest in %(best)s (%(high)s), weakest in %(worst)s (%(low)s).") % {
        "best": best,
        "high": formats.number(Decimal(str(last[best])), 1),
        "worst": worst,
        "low": formats.number(Decimal(str(last[worst])), 1),
    }
    figure = figures.heat_map(days, names, values, texts, scale="levels", least=1, most=6, written=True)
    return FigureCard("scores", title, reading, table, figure, subtitle, 6, 36 * len(names) + 100)


def _score(value: float | None, text: str) -> Cell:
    return Cell(_("not rated"), "null") if value is None else Cell(text, value=Decimal(str(value)))


def _compared(known: Known) -> FigureCard:
    """Its last scores beside the median of similar organizations."""
    title = _("Beside similar organizations")
    subtitle = _("%(kind)s, %(tier)s, in %(place)s: median of those rated") % _like(known)
    seen = [one for _day, one in known.seen if one.scores]
    rows, texts = [], []
    for name in known.dimensions if seen else []:
        middle, own = known.similar.scores.get(name), seen[-1].scores.get(name)
        if middle is None or own is None:
            continue
        gap = formats.signed(own - middle, 1)
        label = dimension_label(name)
        rows.append(Dumbbell(label, float(middle), float(own), formats.number(middle, 1), formats.number(own, 1), gap))
        numbers = [Cell(formats.number(value, 1), value=value) for value in (middle, own)]
        texts.append([Cell(label), *numbers, Cell(gap, value=own - middle), common.counted(known.similar.rated[name])])
    if not rows:
        return FigureCard("compared", title, "", None, None, subtitle, 6, empty=_too_few(known))
    columns = [
        Column(_("Dimension")),
        Column(_("Similar ones"), numeric=True, help=_("median")),
        Column(_("This one"), numeric=True),
        Column(_("Difference"), numeric=True),
        Column(_("Rated"), numeric=True, help=_("similar organizations")),
    ]
    table = Table("compared", columns, texts, _("Its last scores beside the median of similar organizations"), title)
    above = sum(1 for row in rows if (row.second or 0) > (row.first or 0))
    reading = _("Above the median of %(n)s similar organizations in %(above)s of %(all)s dimensions.") % {
        "n": formats.number(known.similar.n),
        "above": above,
        "all": len(rows),
    }
    if known.similar.is_sample:
        reading += " " + _("They are drawn by chance from more.")
    figure = figures.dumbbells(rows, (_("similar ones"), _("this one")), span=(1, 6))
    return FigureCard("compared", title, reading, table, figure, subtitle, 6, 40 * len(rows) + 120)


def _too_few(known: Known) -> Empty:
    text = _("A comparison needs ratings of it and of %(n)s similar organizations in the last outcome round.")
    text %= {"n": similar.FEW}
    if known.similar.where == "place" and known.programme is not None:
        label = _("Compare with its whole programme")
        return Empty(_("Not enough data"), text, label, f"{known.path}?similar=programme")
    return _to_rounds(known, text)


def _life(known: Known) -> FigureCard:
    title, subtitle = _("Its life, ties and support"), _("statuses, apexes, linkages, services, support")
    today = Day.today()
    spans: list[Span] = []

    def put(row: str, valid: Any, role: str, text: str) -> None:
        start = valid.lower or known.organization.formed_on
        end = valid.upper if valid.upper is not None and valid.upper <= today else today
        if start < end:
            spans.append(Span(row, start, end, role, text, row))

    for status in known.profile.statuses:
        role = "unseen" if status.status != "active" else "members"
        put(_("Status"), status.valid, role, str(status.get_status_display()))
    for tie in known.profile.up:
        put(_("Apexes"), tie.valid, "aggregated", tie.apex.name)
    for link in known.profile.linkages:
        partner = link.partner.name if link.partner else ""
        put(_("Linkages"), link.valid, "private", f"{link.get_kind_display()} {partner}".strip())
    for service in known.profile.services:
        put(_("Services"), service.valid, "coverage", str(service.get_kind_display()))
    for done in known.profile.interventions:
        put(_("Support"), done.valid, "government", f"{done.get_purpose_display()}: {done.get_method_display()}")
    rows = [
        [
            Cell(span.row),
            Cell(span.text),
            Cell(formats.day(span.start)),
            Cell(formats.day(span.end) if span.end and span.end < today else _("goes on")),
        ]
        for span in spans
    ]
    columns = [Column(_("Of")), Column(_("What")), Column(_("From")), Column(_("Until"))]
    table = Table("life", columns, rows, _("Statuses, apexes, linkages, services and support with their days"), title)
    if not spans:
        text = _("Nothing with days is on record.")
        empty = Empty(_("Not enough data"), text, _("What the register says of it"), known.url())
        return FigureCard("life", title, "", None, None, subtitle, 6, empty=empty)
    reading = _("%(apexes)s apexes, %(linkages)s linkages and %(support)s times support on record.") % {
        "apexes": len(known.profile.up),
        "linkages": len(known.profile.linkages),
        "support": len(known.profile.interventions),
    }
    return FigureCard("life", title, reading, table, figures.timeline(spans, until=today), subtitle, 6, 340)


# --- tables ----------------------------------------------------------------------------------------------------------
def _returns(known: Known) -> Table:
    rows = []
    for one in known.returns:
        url = reverse("indicators:return", args=[one.round.code, known.organization.code])
        members = one.values.get(observations.MEMBERS)
        rows.append(
            [
                Cell(formats.day(one.round.reference_date), url=url),
                Cell(str(one.round.get_kind_display())),
                Cell(str(one.round.programme)),
                Cell(str(ReturnState(one.state).label), url=url),
                Cell(formats.reason("NOT_REPORTED"), "null") if members is None else common.counted(int(members)),
                Cell(_("yes") if one.reported is not None else "–", hint=one.correction_reason),
            ]
        )
    columns = [
        Column(_("Round")),
        Column(_("Kind")),
        Column(_("Programme")),
        Column(_("State")),
        Column(_("Members"), numeric=True),
        Column(_("Corrected")),
    ]
    return Table("returns", columns, rows, _("Its returns, the newest first"), _("Its returns by round"))


def _alerts(known: Known) -> Table:
    rows = [
        [
            Cell(str(alert_words.name_of(one.rule)), url=reverse("scaling:alert", args=[one.pk])),
            Cell(str(one.get_severity_display())),
            Cell(formats.day(one.opened_at.date())),
            Cell("; ".join(f"{label}: {text}" for label, text in alert_words.shown(one.figures))),
        ]
        for one in known.alerts
    ]
    columns = [Column(_("Alert")), Column(_("Severity")), Column(_("Since")), Column(_("Figures"))]
    return Table("alerts", columns, rows, _("Alerts that are open"), _("Open alerts"))
