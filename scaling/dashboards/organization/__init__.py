"""One organization: how is it doing? Its stage, members and scores over the rounds, ties, support, alerts, returns."""

from __future__ import annotations

import datetime

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from organizations.models import Organization
from organizations.views.pages import visible
from scaling import formats, moments, recorded
from scaling.dashboards import common, definitions, similar
from scaling.dashboards.filters import labels as filter_labels
from scaling.dashboards.organization import known as reading
from scaling.dashboards.organization import life, pictures, tables, words
from scaling.dashboards.organization.known import RETURNS, Asked, Known
from scaling.dashboards.page import Empty, Filter, Note, Option, Page, Typed

TAKES = ("similar", "known_at")


def build(request: HttpRequest, code: str) -> Page:
    """404 outside the asker's scope, which is that of today. A fixed number of queries, whatever the size of its
    programme."""
    organization = visible(request, code)
    asked, errors = _asked(request)
    page = Page(
        name="organizations",
        title=organization.name,
        question=_("How is %(name)s doing?") % {"name": organization.name},
        answer="",
        share_url=request.path + asked.query(),
    )
    if not errors:
        try:
            with recorded.known(asked.moment):
                _fill(request, page, organization, asked, errors)
        except (recorded.NotOnRecord, recorded.Unsettled) as gap:
            errors["known_at"] = moments.refused(gap)
    page.filters = _filters(request.path, asked, errors)
    if errors:
        return _refuse(request, page, errors)
    if asked.moment is not None:
        page.banner = Note(
            _("As known on %(moment)s. What was entered, corrected or approved later is not in these figures.")
            % {"moment": formats.moment(asked.moment)},
            _("Show what is known now"),
            request.path + asked.query(known_at=""),
        )
    definitions.explain(page, request.user)
    return page


def _fill(request: HttpRequest, page: Page, organization: Organization, asked: Asked, errors: dict[str, str]) -> None:
    then = Organization.objects.filter(pk=organization.pk).select_related("place", "country").first()
    if then is None:
        errors["known_at"] = moments.not_there(organization.code, asked.moment)
        return
    known = reading.read(request, then, asked)
    page.answer = words.answer(known)
    page.chips = words.chips(known)
    if asked.moment is not None:
        page.chips.append(common.as_known(asked.moment))
    page.headlines = words.headlines(known)
    page.figures = [pictures.members(known), pictures.scores(known), pictures.compared(known), life.card(known)]
    page.tables = [tables.returns(known), *([tables.alerts(known)] if known.alerts else [])]
    page.records = [Option(_("What the register says of it"), known.url())]
    if known.programme:
        text = _("Similar organizations: %(kind)s, %(tier)s, in %(place)s") % known.like
        page.records.append(Option(text, known.list_url()))
    page.notes = [
        _("Members and scores come from approved returns; a round without one is a gap, not a zero."),
        _("Similar organizations are of the same kind and tier, in the last outcome round; without this one."),
    ]
    try:
        recorded.require(asked.moment, "scaling.Alert")
    except recorded.NotOnRecord as gap:
        page.notes.append(moments.refused(gap))


def _refuse(request: HttpRequest, page: Page, errors: dict[str, str]) -> Page:
    page.error, page.status, page.answer = errors.get("", ""), 400, _("This question was not understood.")
    page.empty = Empty(
        _("Nothing is drawn"),
        _("A figure for other filters than the ones asked for would mislead. The sentence at the filter says why."),
        _("Go on without it"),
        request.path,
    )
    return page


def _asked(request: HttpRequest) -> tuple[Asked, dict[str, str]]:
    """What the address asks for; what is wrong with it, by filter."""
    errors: dict[str, str] = {}
    for name in request.GET:
        if name not in TAKES:
            text = _("Unknown filter “%(name)s”. Known here: %(known)s.")
            errors[""] = text % {"name": name[:60], "known": ", ".join(TAKES)}
        elif len(request.GET.getlist(name)) > 1:
            errors[name] = _("One value is expected, not several.")
    where = request.GET.get("similar") or similar.WHERE[0]
    if where not in similar.WHERE:
        errors.setdefault("similar", _("One of %(allowed)s is expected.") % {"allowed": ", ".join(similar.WHERE)})
        where = similar.WHERE[0]
    text, moment = request.GET.get("known_at", ""), None
    if text and "known_at" not in errors:
        try:
            moment = moments.read(text)
        except moments.NotAMoment as why:
            errors["known_at"] = str(why)
    today = datetime.date.today() if moment is None else timezone.localdate(moment)
    return Asked(where, "" if moment is None else text, moment, today), errors


def _filters(path: str, asked: Asked, errors: dict[str, str]) -> list[Filter]:
    names = similar.labels()
    options = [Option(names[one], path + asked.query(similar=one), one == asked.where) for one in similar.WHERE]
    is_set = asked.where != similar.WHERE[0]
    day = asked.known_at if moments.DAY.fullmatch(asked.known_at) else ""
    hidden = [("similar", asked.where)] if is_set else []
    typed = Typed("known_at", "date", day, hidden, _("Day"))
    shown = _("now") if asked.moment is None else formats.moment(asked.moment)
    now = [Option(_("now"), path + asked.query(known_at=""), asked.moment is None)]
    return [
        Filter(
            "similar", _("Similar organizations"), names[asked.where], options, None, errors.get("similar", ""), is_set
        ),
        Filter(
            "known_at", filter_labels()["known_at"], shown, now, typed, errors.get("known_at", ""),
            asked.moment is not None, is_minor=True,
        ),
    ]  # fmt: skip


__all__ = ["RETURNS", "Known", "build"]
