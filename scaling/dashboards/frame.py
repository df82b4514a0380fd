"""The frame of every question page: filters, the figures behind them, freshness, coverage, links down to the records.

A page's `build(asked, page)` says the answer and fills pictures and tables; everything around it is done here, so that
fourteen pages look, link and fail alike.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from organizations.models import Organization
from programmes.access import Permission, may
from scaling import formats, moments, recorded, register_answers, register_sets, rollups
from scaling.answers import UnknownCode, Workspace
from scaling.dashboards import common, definitions, filters, selection
from scaling.dashboards.page import Cell, Chip, Column, Empty, Note, Page, Table
from scaling.dashboards.registry import QuestionPage
from scaling.dashboards.selection import Links, Selection
from scaling.register_api import sentence
from scaling.register_questions import NotThis, Question
from scaling.register_sets import Reading, RegisterSet


class NotEnoughData(Exception):
    """Raised by a page's `build` when nothing can be drawn; carries what is said instead."""

    def __init__(self, answer: str, empty: Empty) -> None:
        super().__init__(answer)
        self.answer, self.empty = answer, empty


@dataclass
class Asked:
    """What a page is asked: by whom, for which selection, with the figures of it read when they are first wanted."""

    request: HttpRequest
    page: QuestionPage
    selection: Selection
    links: Links
    #: Place → the area it is shown in, where a page groups otherwise than one level below the selected place.
    areas: Mapping[str, str] | None = None
    #: Asked by a pack, of the moment that it keeps.
    for_pack: bool = False

    @classmethod
    def of(cls, request: HttpRequest, page: QuestionPage, known_at: datetime.datetime | None = None) -> Asked:
        """`known_at`: asked by a pack; else by the address."""
        found = selection.read(request, takes=page.takes, own=page.own)
        if known_at is not None:
            found.known_at = known_at
        return cls(request, page, found, Links(page.url, found.values), for_pack=known_at is not None)

    @property
    def user(self) -> Any:
        return self.request.user

    # --- figures ---------------------------------------------------------------------------------------------------
    @cached_property
    def reading(self) -> Reading:
        """Organizations of the selection now, and over the rounds. Raises NotEnoughData with the next step."""
        self.require_programme()
        return self._read(self.selection.question)

    @cached_property
    def counted(self) -> Reading | None:
        """The same of the programmes that have an outcome round, for pages that have other figures to show; None where
        there is none, without a query."""
        rounds = {one.programme_id for one in self.selection.rounds}
        codes = tuple(one.code for one in self.selection.programmes if one.pk in rounds)
        try:
            return self._read(replace(self.selection.question, programmes=codes)) if codes else None
        except NotEnoughData:
            return None

    def _read(self, question: Question) -> Reading:
        phase = self.selection.against_phase
        if phase is not None and not self.selection.against_round:
            text = _(
                "No outcome round before the last describes a date in %(phase)s: there is nothing to compare with."
            )
            raise NotEnoughData(
                _("There are no figures of organizations for this selection yet."),
                Empty(
                    _("Not enough data"),
                    text % {"phase": common.phase_label(phase.label) or phase.code},
                    _("Rounds"),
                    reverse("indicators:rounds"),
                ),
            )
        areas = self.selection.areas_below() if self.areas is None else self.areas
        found = register_sets.read(user=self.user, question=question, history=True, areas=areas)
        if found.now.is_empty:
            raise NotEnoughData(_("There are no figures of organizations for this selection yet."), self._no_rounds())
        return found

    def require_programme(self) -> None:
        """Raises NotEnoughData with the next step where no programme is selected: for pages without `reading`."""
        if not self.selection.programmes:
            raise NotEnoughData(_("There is nothing to show yet."), self._no_programme())

    @property
    def now(self) -> RegisterSet:
        return self.reading.now

    @property
    def register(self) -> RegisterSet | None:
        """`now` of `counted`."""
        return None if self.counted is None else self.counted.now

    @property
    def history(self) -> RegisterSet | None:
        return self.reading.history

    @cached_property
    def beside(self) -> RegisterSet | None:
        """The other programme to compare with, if one was chosen and has figures."""
        question = self.selection.beside()
        if question is None:
            return None
        found = register_sets.read(user=self.user, question=question).now
        return None if found.is_empty else found

    @cached_property
    def workspace(self) -> Workspace:
        """What metrics of phases need (financing, reach, coverage), on the selected figure basis."""
        return Workspace.load(user=self.user, basis=self.selection["basis"], known_at=self.selection.known_at)

    @contextmanager
    def known(self) -> Iterator[None]:
        """Inside it records are read as they were known at the moment that is asked for, and the selection is of what
        there was then. Who asks may see it as of today: roles are those of today, and so are the programmes.

        Raises UnknownCode for what was chosen and was not on record, and what `recorded.known` raises.
        """
        with recorded.known(self.selection.known_at):
            self.selection.recall(self.page.takes)
            yield

    def untold(self, label: str) -> str:
        """Why records of a table of `recorded.BESIDE` cannot be told of the moment, "" where they can."""
        try:
            recorded.require(self.selection.known_at, label)
        except recorded.NotOnRecord as gap:
            return moments.refused(gap)
        return ""

    @property
    def metrics(self) -> list[str]:
        """Names of the metrics that were asked for so far."""
        known = self.__dict__
        readings = [one for one in (known.get("reading"), known.get("counted")) if one is not None]
        sets = [part for one in readings for part in (one.now, one.history)]
        sets += [known.get("beside"), known.get("workspace")]
        return sorted(set().union(*(one.used for one in sets if one is not None)))

    # --- links down ------------------------------------------------------------------------------------------------
    def organizations_url(self, **changed: str) -> str:
        """The list of organizations behind a mark or a row: the same filters, some of them changed."""
        known = {name: self.selection[name] for name in ("programme", "place", "kind", "tier", "apex")} | changed
        if not known["programme"] and self.selection.programme is not None:
            known["programme"] = self.selection.programme.code
        shown = {name: value for name, value in known.items() if value}
        return reverse("organizations:list") + (f"?{urlencode(shown)}" if shown else "")

    def api_url(self, metric: str, by: str = "selection") -> str:
        """The same figure from the API."""
        names = ("place", "kind", "tier", "apex", "against", "as_of")
        asked = [("programme", one.code) for one in self.selection.programmes]
        told = {name: self.selection[name] for name in names} | {"against": self.selection.against_round}
        if self.selection.known_at is not None:
            told["known_at"] = self.selection.known_at.isoformat()
        asked += [(name, value) for name, value in told.items() if value]
        if closing := self.selection.question.round:
            asked.append(("round", closing))
        if by != "selection":
            asked.append(("by", by))
        return reverse("metrics-detail", kwargs={"name": metric}) + f"?{urlencode(asked)}"

    def table_url(self, table: str, kind: str) -> str:
        """A table of this page as a file, with the same filters."""
        path = reverse("scaling:question-table", kwargs={"name": self.page.name, "table": table, "kind": kind})
        return self.links.to(path)

    def table(
        self,
        name: str,
        columns: list[Column],
        rows: list[list[Cell]],
        *,
        title: str,
        caption: str,
        subtitle: str = "",
        folded: bool = False,
        groups: Mapping[int, str] | None = None,
    ) -> Table:
        """A table of this page, to be downloaded as CSV and XLSX; `name` is a slug, once on the page."""
        csv, xlsx = self.table_url(name, "csv"), self.table_url(name, "xlsx")
        return Table(name, columns, rows, caption, title, subtitle, csv, xlsx, folded, groups or {})

    def round_url(self, code: str) -> str:
        return reverse("indicators:round", kwargs={"code": code})

    @property
    def packed(self) -> str:
        """The programme that a pack of these filters would be about, if it is one."""
        return "" if self.selection.programme is None else self.selection.programme.code

    # --- saying that something is missing --------------------------------------------------------------------------
    def not_split_by_kind(self) -> Empty:
        """For a picture by kind where a federation is selected, of which only the total is stored."""
        text = _("The total of a federation is not split by kind. Choose a kind, or look at the whole programme.")
        return Empty(_("Not split by kind"), text, _("The whole programme"), self.links.here(apex=""))

    def missing(self, reason: str, what: str) -> Empty:
        """“Not enough data” for a picture: which data, why, and where they are entered.

        `reason` is the null reason of the figure, `what` the data in words (“members at the baseline”).
        """
        text = _("%(what)s: %(reason)s.") % {"what": what, "reason": formats.reason(reason)}
        rounds = self.now.rounds
        if reason == "MISSING_BASELINE":
            return Empty(_("Not enough data"), text, _("Rounds"), reverse("indicators:rounds"))
        if rounds:
            last = rounds[-1]
            label = _("Round of %(day)s: who has reported what") % {"day": formats.day(last.date)}
            return Empty(_("Not enough data"), text, label, self.round_url(last.code))
        return Empty(_("Not enough data"), text, _("Rounds"), reverse("indicators:rounds"))

    @property
    def waits_for_computing(self) -> bool:
        """Whether nothing in the address asks for records: what cells cannot answer then, they will once computed."""
        asks = any(self.selection[name] for name in ("as_of", "against", "apex")) or self.selection.known_at is not None
        return not asks and rollups.marks_waiting()[0] > 0

    def not_computed_yet(self) -> Empty:
        waiting = rollups.marks_waiting()[0]
        text = ngettext(
            "%(count)d change waits to be computed; these figures are there when it is done. One programme alone may "
            "be there already.",
            "%(count)d changes wait to be computed; these figures are there when it is done. One programme alone may "
            "be there already.",
            waiting,
        ) % {"count": waiting}
        if len(self.selection.programmes) == 1:
            return Empty(_("Not computed yet"), text, _("Rounds"), reverse("indicators:rounds"))
        first = self.selection.programmes[0]
        label = _("Show %(programme)s") % {"programme": str(first)}
        return Empty(_("Not computed yet"), text, label, self.links.here(programme=first.code))

    def one_programme(self) -> Empty:
        """For a line over the rounds, where several programmes are selected or the figures are of another day."""
        text = _("A line over the rounds is drawn for one programme, against own baselines, on the date of a round.")
        if len(self.selection.programmes) > 1:
            first = self.selection.programmes[0]
            label = _("Show %(programme)s") % {"programme": str(first)}
            return Empty(_("Not drawn for this selection"), text, label, self.links.here(programme=first.code))
        link = self.links.here(against="", as_of="", apex="")
        return Empty(_("Not drawn for this selection"), text, _("Without these filters"), link)

    def _no_programme(self) -> Empty:
        if self.selection.visible:
            text = _("No programme fits these filters.")
            return Empty(_("No programme here"), text, _("Show everything"), self.page.url)
        # The same words as in templates/components/no_programme.html.
        if self.user.has_perm("programmes.add_programme"):
            text = _(
                "There is no programme that you may see. Everything else hangs on one: phases, organizations, rounds."
            )
            url = reverse("admin:programmes_programme_add")
            return Empty(_("No programme here"), text, _("Enter a programme"), url)
        text = _("No programme has been assigned to you yet. An administrator can do that.")
        url = reverse("indicators:catalogue")
        return Empty(_("No programme here"), text, _("Meanwhile: what is measured, and how"), url)

    def _no_rounds(self) -> Empty:
        """Figures of organizations need organizations, an outcome round and its returns: the first that is missing."""
        programmes = self.selection.programmes
        synthetic = [one for one in self.selection.visible.values() if one.is_synthetic]
        if synthetic and self.selection["synthetic"] != "1" and not self.selection["programme"]:
            text = _(
                "These figures come from approved returns of outcome rounds (baseline, then every two years). None of "
                "these programmes has such a round."
            )
            label = _("See it with synthetic demonstration data")
            return Empty(_("Not enough data"), text, label, Links.with_only(self.page.url, {"synthetic": "1"}))
        if not Organization.objects.filter(enrolments__programme__in=programmes).exists():
            text = _("Organizations come first, then a round in which they report: none is on the register here yet.")
            if any(may(self.user, Permission.REGISTRY_WRITE, programme=one) for one in programmes):
                label, url = _("Register an organization"), reverse("organizations:register")
            else:
                label, url = _("The register"), self.organizations_url()
            return Empty(_("Not enough data"), text, label, url)
        text = _(
            "These figures come from approved returns of outcome rounds (baseline, then every two years). No such "
            "round has opened yet."
        )
        plans = (Permission.ROUNDS_MANAGE, Permission.RETURNS_ENTER)
        planning = any(may(self.user, right, programme=one) for right in plans for one in programmes)
        label = _("Plan a round") if planning else _("Rounds")
        return Empty(_("Not enough data"), text, label, reverse("indicators:rounds"))


def understood(asked: Asked, answer: Callable[[], None]) -> None:
    """Answer, as of the moment that is asked for; what cannot be answered becomes an error of the selection. Raises
    NotEnoughData."""
    errors = asked.selection.errors
    try:
        with asked.known():
            answer()
    except UnknownCode as unknown:
        errors[unknown.parameter] = moments.not_there(unknown.code, asked.selection.known_at)
    except NotThis as misfit:
        errors[misfit.parameter] = sentence(misfit.why)
    except register_answers.TooMany:
        if asked.waits_for_computing:
            raise NotEnoughData(_("These figures are still being computed."), asked.not_computed_yet()) from None
        errors[""] = _(
            "This selection goes to the records of more than %(most)s organizations, which takes too long while "
            "you wait. Leave out the day, the moment or the round to compare with, or choose one programme."
        ) % {"most": formats.number(register_answers.MOST_RECORDS)}
    except (recorded.NotOnRecord, recorded.Unsettled) as gap:
        if asked.for_pack:
            raise
        errors["known_at"] = moments.refused(gap)


def build(request: HttpRequest, entry: QuestionPage, known_at: datetime.datetime | None = None) -> Page:
    """A question page, whatever the address holds. `known_at`: with what was known then."""
    asked = Asked.of(request, entry, known_at)
    page = Page(
        name=entry.name, title=str(entry.title), question=str(entry.question), answer="", share_url=asked.links.here()
    )
    if not asked.selection.errors:
        try:
            understood(asked, lambda: entry.build(asked, page))
        except NotEnoughData as lack:
            page.answer, page.empty = lack.answer, lack.empty
            page.figures, page.headlines, page.tables, page.own = [], [], [], {}
    if asked.selection.errors:
        _refuse(asked, page)
    elif known_at is None and asked.selection.known_at is not None:
        page.banner = Note(
            _("As known on %(moment)s. What was entered, corrected or approved later is not in these figures.")
            % {"moment": formats.moment(asked.selection.known_at)},
            _("Show what is known now"),
            asked.links.here(known_at=""),
        )
    _around(asked, page)
    definitions.explain(page, asked.user)
    return page


def _refuse(asked: Asked, page: Page) -> None:
    """Nothing is drawn for a question that was not understood; the other filters are kept."""
    page.answer = _("This question was not understood.")
    page.error = asked.selection.errors.get("", "")
    page.status = 400
    page.figures, page.headlines, page.tables, page.left_out, page.own = [], [], [], [], {}
    page.empty = Empty(
        _("Nothing is drawn"),
        _("A figure for other filters than the ones asked for would mislead. The sentence at the filter says why."),
        _("Go on without it"),
        asked.links.here(**{name: "" for name in asked.selection.errors if name}),
    )


def _around(asked: Asked, page: Page) -> None:
    # what only this page asks for stands first
    page.filters += filters.build(asked.selection, asked.links, asked.page.takes)
    chosen = {**asked.links.values, "programme": asked.packed}
    page.pack_url = Links.with_only(reverse("scaling:reports"), chosen)
    page.metrics = asked.metrics
    labels = filters.labels()
    for name in filters.not_applied(asked.selection, asked.page.takes):
        text = _("%(filter)s: not applied on this page") % {"filter": labels[name]}
        page.chips.append(Chip(text, "funnel"))


__all__ = ["Asked", "NotEnoughData", "build", "understood"]
