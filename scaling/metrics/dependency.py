"""Partners and services of an organization, and how much hangs on one buyer (SU-17, SU-18; domain study 4.12).

Means and medians are over all active primary organizations, zeros included.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import ROUND_HALF_UP, Decimal

from scaling.metrics import figures as f
from scaling.metrics import register as r
from scaling.metrics.cells import Dependency, Histogram
from scaling.metrics.register import RegisterSubject, add_metric, register_metric
from scaling.metrics.registry import Outcome, gettext_noop

FOUR_PLACES = Decimal("0.0001")


def concentration(sales: Iterable[Decimal]) -> Decimal | None:
    """Herfindahl-Hirschman index: the sum of squared shares of each buyer in the value of sales, 0 to 1, four places.

    1 is one buyer for all. None without sales.
    """
    values = [value for value in sales if value > 0]
    whole = sum(values, Decimal(0))
    if not whole:
        return None
    return (sum((value * value for value in values), Decimal(0)) / whole**2).quantize(FOUR_PLACES, ROUND_HALF_UP)


def _spread(pick: Callable[[Dependency], Histogram], unit: str, middle: bool) -> Callable[[RegisterSubject], Outcome]:
    def spread(subject: RegisterSubject) -> Outcome:
        found = pick(subject.cell.dependency)
        n = sum(found.values())
        held = sum(number * times for number, times in found.items())
        parts = {unit: r.count(held, unit), "organizations": r.count(n, "organizations")}
        figure = r.median(found, unit, f.NOT_APPLICABLE) if middle else r.mean(found, unit)
        return Outcome(figure, parts, n=n)

    return spread


_WHAT: tuple[tuple[str, str, Callable[[Dependency], Histogram], str, str, str], ...] = (
    (
        "partners_per_organization",
        "partners",
        lambda d: d.partners,
        "SU-17",
        gettext_noop("Partners with whom an active organization itself has a linkage in force, mean."),
        gettext_noop("Half of the active organizations have so many partners of their own or fewer."),
    ),
    (
        "partners_per_organization_with_apex",
        "partners",
        lambda d: d.partners_any,
        "SU-17",
        gettext_noop("Partners of an active organization, its own or through an apex, mean."),
        gettext_noop("Half of the active organizations have so many partners, their own or through an apex, or fewer."),
    ),
    (
        "services_per_organization",
        "services",
        lambda d: d.services,
        "SU-18",
        gettext_noop("Services that an active organization offers its members, mean."),
        gettext_noop("Half of the active organizations offer so many services or fewer."),
    ),
)

for _name, _unit, _pick, _code, _mean, _median in _WHAT:
    for _suffix, _words in (("", _mean), ("_median", _median)):
        add_metric(
            _spread(_pick, _unit, bool(_suffix)),
            name=_name + _suffix,
            family="dependency",
            unit=_unit,
            formula=f"median of {_unit}" if _suffix else f"{_unit} / active organizations",
            definition=_words,
            components=(_unit, "organizations"),
            rests_on=r.REGISTER,
            catalogue_code=_code,
        )


@register_metric(
    family="dependency",
    unit="index",
    formula="sum of squared shares of each buyer in sales",
    definition=gettext_noop(
        "How much hangs on one buyer: 1 is a single buyer. Of several organizations, the mean of their indices."
    ),
    components=("organizations_with_sales",),
    rests_on=r.REGISTER,
    catalogue_code="SU-17",
)
def partner_concentration(subject: RegisterSubject) -> Outcome:
    found = subject.cell.dependency.concentration
    parts = {"organizations_with_sales": r.count(found.n, "organizations")}
    figure = f.divide(r.summed(found, "index"), f.known(found.n), unit="index")
    return Outcome(figure, parts, n=found.n)


@register_metric(
    family="dependency",
    unit="per cent",
    formula="100 × organizations above the threshold of concentration / organizations with sales by buyer",
    definition=gettext_noop("Share of organizations that depend on one buyer: an index above 0.40."),
    components=("concentrated", "organizations_with_sales"),
    rests_on=r.REGISTER,
    catalogue_code="SU-17",
)
def dependent_share(subject: RegisterSubject) -> Outcome:
    found = subject.cell.dependency
    n = found.concentration.n
    parts = {
        "concentrated": r.count(found.concentrated, "organizations"),
        "organizations_with_sales": r.count(n, "organizations"),
    }
    figure = r.percent(found.concentrated, n) if n else f.null(f.NOT_REPORTED, unit="per cent")
    return Outcome(figure, parts, n=n)


@register_metric(
    family="dependency",
    unit="per cent",
    formula="100 × agreements renewed / agreements that ended",
    definition=gettext_noop("Share of the agreements with partners that ended between the dates and were renewed."),
    components=("renewed", "ended"),
    rests_on=r.REGISTER,
    catalogue_code="SU-17",
    needs_opening=True,
)
def renewal_rate(subject: RegisterSubject) -> Outcome:
    """`n` counts agreements. NOT_APPLICABLE when none ended."""
    found = subject.cell.dependency.renewals
    parts = {"renewed": r.count(found.numerator), "ended": r.count(found.denominator)}
    return Outcome(r.percent(found.numerator, found.denominator), parts, n=found.n, n_due=found.n)
