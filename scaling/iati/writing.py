"""Activity files: a programme and its phases as IATI 2.03, each child in the order of the standard."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from decimal import Decimal

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from lxml import etree

from programmes.models import FinancingClass, FinancingLine, Partner, Phase
from programmes.models.programmes import Instrument, PhaseStatus
from scaling.iati import codes, money, results
from scaling.iati.codes import ActivityStatus, DateType, OrganisationRole, RelatedType
from scaling.iati.elements import NAMES, XML_LANG, Element, add, narrative, own, texts
from scaling.iati.models import ReportingOrganization
from scaling.iati.reading import Told
from scaling.indicator_line import Line
from scaling.indicator_lines import span

Day = datetime.date
MEDIA = "application/xml"


def document(told: Iterable[Told]) -> Iterator[bytes]:
    """A file in pieces: its head, each programme with its phases, its end."""
    now = timezone.now().replace(microsecond=0).isoformat()
    names = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMES.items())
    yield b'<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<iati-activities version="{codes.VERSION}" generated-datetime="{now}" {names}>\n'.encode()
    for one in told:
        yield b"".join(activities(one))
    yield b"</iati-activities>\n"


def activities(told: Told) -> Iterator[bytes]:
    """The activity of a programme, then one for each phase; texts of our own in the language of the reporter."""
    with translation.override(told.reporter.language):
        for element in (_programme(told), *(_phase(told, phase) for phase in told.phases)):
            etree.indent(element)
            text: bytes = etree.tostring(element, encoding="UTF-8")
            # The names are declared once, at the root.
            yield text.replace(f' xmlns:trellis="{codes.NAMESPACE}"'.encode(), b"", 1) + b"\n"


def identifier(reporter: ReportingOrganization, code: str, phase: str = "") -> str:
    """Codes have no point in them: a phase never has the identifier of another programme."""
    return f"{reporter.ref}-{code}.{phase}" if phase else f"{reporter.ref}-{code}"


# --- the two kinds of activities -------------------------------------------------------------------------------------
def _programme(told: Told) -> Element:
    programme, reporter = told.programme, told.reporter
    lines = told.money[told.carrier.pk] if told.carrier else []
    all_lines = [line for own_lines in told.money.values() for line in own_lines]
    activity = _head(told, programme.code, "", programme.name)
    texts(activity, "description", " ".join(_described(told)), type="1")
    undated_at = len(activity)
    partners = _funding(all_lines)
    if programme.lead_financier is not None:
        partners.setdefault(programme.lead_financier_id or 0, programme.lead_financier)
    _organizations(activity, partners.values(), reporter)
    phases = told.phases or ([told.carrier] if told.carrier else [])
    stated = _status_and_dates(activity, [_status_of(phase) for phase in phases], phases, told)
    _where(activity, told)
    _defaults(activity, told, lines or all_lines)
    placed = [money.placed(line, told.carrier) for line in lines] if told.carrier else []
    if told.carrier is not None:
        money.budgets(activity, told.carrier, placed)
    money.transactions(activity, placed, reporter)
    for phase in told.phases:
        add(
            activity,
            "related-activity",
            ref=identifier(reporter, programme.code, phase.code),
            type=RelatedType.CHILD.value,
        )
    for link in told.replications:
        other = link.original if link.programme_id == programme.pk else link.programme
        ref = identifier(told.reporters.get(other.pk, reporter), other.code)
        related = add(activity, "related-activity", ref=ref, type=RelatedType.SIBLING.value)
        way = "replicates" if link.programme_id == programme.pk else "replicated-by"
        own(related, way, since=link.since, note=link.note)
    of_it = [one for one in told.lines if one.phase is None or one.phase.is_aggregate]
    _finish(activity, of_it, placed, reporter, undated_at, stated)
    own(activity, "programme", code=programme.code, synthetic=programme.is_synthetic or None)
    if told.carrier is not None:
        own(activity, "phase", code=told.carrier.code, sequence=0, label=told.carrier.label, carries_totals=True)
    return activity


def _phase(told: Told, phase: Phase) -> Element:
    reporter = told.reporter
    lines = told.money[phase.pk]
    activity = _head(told, told.programme.code, phase.code, f"{told.programme.name}: {phase.label or phase.code}")
    said = [phase.objective] if phase.objective else [f"{told.programme.name}: {phase.label or phase.code}"]
    texts(activity, "description", " ".join([*said, *_synthetic(told)]), type="2" if phase.objective else "1")
    undated_at = len(activity)
    _organizations(activity, _funding(lines).values(), reporter)
    stated = _status_and_dates(activity, [_status_of(phase)], [phase], told)
    _where(activity, told)
    _defaults(activity, told, lines)
    placed = [money.placed(line, phase) for line in lines]
    money.budgets(activity, phase, placed)
    money.transactions(activity, placed, reporter)
    parent = identifier(reporter, told.programme.code)
    add(activity, "related-activity", ref=parent, type=RelatedType.PARENT.value)
    for other in told.phases:
        if other.pk != phase.pk:
            sibling = identifier(reporter, told.programme.code, other.code)
            add(activity, "related-activity", ref=sibling, type=RelatedType.SIBLING.value)
    of_it = [one for one in told.lines if one.phase is not None and one.phase.pk == phase.pk]
    _finish(activity, of_it, placed, reporter, undated_at, stated)
    own(activity, "phase", code=phase.code, sequence=phase.sequence, label=phase.label)
    return activity


def _finish(
    activity: Element,
    lines: list[Line],
    placed: list[money.Placed],
    reporter: ReportingOrganization,
    undated_at: int,
    status_stated: bool,
) -> None:
    """Results and what the standard has no place for; a description says that there is such."""
    undated = results.results(activity, lines, reporter.language)
    money.elsewhere(activity, placed)
    if undated or any(one.why_not for one in placed):
        text = _(
            "Some amounts or results have no date, value or place in the standard; they stand, with the reason, in "
            "elements of the namespace %(name)s."
        )
        note = etree.Element("description", type="4")
        narrative(note, text % {"name": codes.NAMESPACE})
        activity.insert(undated_at, note)
    if not status_stated:
        own(activity, "status-not-stated")


# --- parts -----------------------------------------------------------------------------------------------------------
def _head(told: Told, code: str, phase: str, title: str) -> Element:
    reporter = told.reporter
    activity = etree.Element("iati-activity", nsmap=NAMES)  # type: ignore[arg-type]
    activity.set(XML_LANG, reporter.language)
    activity.set("default-currency", reporter.currency)
    activity.set("hierarchy", "2" if phase else "1")
    add(activity, "iati-identifier").text = identifier(reporter, code, phase)
    org = add(activity, "reporting-org", ref=reporter.ref, type=reporter.type, secondary_reporter=reporter.secondary)
    narrative(org, reporter.name)
    texts(activity, "title", title)
    return activity


def _synthetic(told: Told) -> list[str]:
    return [_("Synthetic demonstration data: none of it exists.")] if told.programme.is_synthetic else []


def _described(told: Told) -> list[str]:
    programme = told.programme
    said = [programme.goal] if programme.goal else []
    if programme.model_scaled:
        said.append(_("What is scaled up: %(model)s") % {"model": programme.model_scaled})
    return [*(said or [programme.name]), *_synthetic(told)]


def _funding(lines: Iterable[FinancingLine]) -> dict[int, Partner]:
    """Who pays for the activity; what others invest beside it is not its funding."""
    return {line.partner_id: line.partner for line in lines if line.financing_class != FinancingClass.CROWD_IN}


def _organizations(activity: Element, partners: Iterable[Partner], reporter: ReportingOrganization) -> None:
    org = add(activity, "participating-org", ref=reporter.ref, type=reporter.type, role=reporter.role)
    narrative(org, reporter.name)
    for partner in partners:
        same = partner.pk == reporter.partner_id
        if same and reporter.role == OrganisationRole.FUNDING:
            continue
        org = add(
            activity,
            "participating-org",
            ref=reporter.ref if same else None,
            type=codes.organisation_type(partner),
            role=OrganisationRole.FUNDING.value,
        )
        narrative(org, partner.name)


def _status_of(phase: Phase) -> ActivityStatus | None:
    """What the programme says; where it says nothing, what its milestones say, if there are any."""
    if phase.status != PhaseStatus.UNKNOWN:
        return codes.STATUS[PhaseStatus(phase.status)]
    today = timezone.localdate()
    if phase.closing and phase.closing < today:
        return ActivityStatus.CLOSED
    if phase.completion and phase.completion < today:
        return ActivityStatus.FINALISATION
    if phase.effectiveness:
        return ActivityStatus.IMPLEMENTATION if phase.effectiveness <= today else ActivityStatus.PIPELINE
    return None


def _status_and_dates(
    activity: Element, statuses: list[ActivityStatus | None], phases: list[Phase], told: Told
) -> bool:
    """An activity goes on while one of its phases does. Whether its status is stated."""
    order = (
        ActivityStatus.IMPLEMENTATION,
        ActivityStatus.PIPELINE,
        ActivityStatus.FINALISATION,
        ActivityStatus.CLOSED,
        ActivityStatus.CANCELLED,
    )
    status = next((one for one in order if one in statuses), None)
    add(activity, "activity-status", code=(status or ActivityStatus.IMPLEMENTATION).value)
    today = timezone.localdate()
    spans = [span(phase) for phase in phases]
    starts, ends = [start for start, _end in spans if start], [end for _start, end in spans if end]
    if starts:
        start = min(starts)
        begun = start <= today and any(phase.effectiveness == start for phase in phases)
        add(activity, "activity-date", type=(DateType.START if begun else DateType.START_PLANNED).value, iso_date=start)
    if ends and len(ends) == len(spans):
        end = max(ends)
        over = end <= today and status in (ActivityStatus.FINALISATION, ActivityStatus.CLOSED)
        add(activity, "activity-date", type=(DateType.END if over else DateType.END_PLANNED).value, iso_date=end)
    if not starts and not (ends and len(ends) == len(spans)):
        date = add(activity, "activity-date", type=DateType.START_PLANNED.value, iso_date=told.recorded)
        narrative(date, _("The source states no date; this is the day on which the activity was first recorded here."))
        own(date, "not-stated")
    return status is not None


def _where(activity: Element, told: Told) -> None:
    countries = sorted(told.programme.countries.all(), key=lambda one: one.code)
    if countries:
        add(activity, "activity-scope", code=codes.NATIONAL if len(countries) == 1 else codes.MULTI_NATIONAL)
    share = (Decimal(100) / max(len(countries), 1)).quantize(Decimal("0.01"))
    unknown = []
    for number, country in enumerate(countries):
        part = share if number < len(countries) - 1 else 100 - share * (len(countries) - 1)
        code = codes.alpha2(country.iso3)
        if code is None:
            unknown.append((country.name, part))
            continue
        place = add(activity, "recipient-country", code=code, percentage=part)
        equal = _(" (equal parts: how it is split over countries is not known)") if len(countries) > 1 else ""
        narrative(place, country.name + equal)
    for name, part in unknown or ([] if countries else [(_("The country is not stated."), Decimal(100))]):
        place = add(activity, "recipient-region", code="998", vocabulary="1", percentage=part)
        narrative(place, name)
    add(activity, "sector", vocabulary=codes.DAC_SECTORS, code=told.reporter.sector)


def _defaults(activity: Element, told: Told, lines: list[FinancingLine]) -> None:
    """What is known of all the money."""
    if told.reporter.flow_type:
        add(activity, "default-flow-type", code=told.reporter.flow_type)
    if finance := money.default_finance(lines):
        add(activity, "default-finance-type", code=finance)
    if told.programme.instrument != Instrument.NATIONAL_PROGRAMME:
        add(activity, "default-aid-type", code=codes.PROJECT_TYPE)
