"""What `/api/v1/metrics/{name}/` takes and gives for metrics of organizations."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from indicators.models import ScaleItem
from organizations.models import Kind, Tier
from programmes.rest import ExactDecimalField
from programmes.vocabulary import NullReason
from scaling import moments, register_answers
from scaling.answers import UnknownCode, exact
from scaling.metrics import RegisterMetric
from scaling.metrics.cells import LOCAL, REAL, USD
from scaling.metrics.figures import Figure
from scaling.register_answers import BY, NotThis, Question
from scaling.rest.figures import ComponentSerializer, MetricSerializer, bounds, component, described
from scaling.rest.parameters import choice, codes, known_or_refused, one_code, one_date, one_moment

PRICES = (LOCAL, USD, REAL)
MOST_MONTHS = 600

OF_ORGANIZATIONS = [
    OpenApiParameter("kind", str, enum=Kind.values, description="Kind of organization."),
    OpenApiParameter("tier", str, enum=Tier.values, description="Tier of organization."),
    OpenApiParameter("apex", str, description="Code of an apex: itself and every organization below it, each once."),
    OpenApiParameter("organization", str, description="Code of one organization."),
    OpenApiParameter("round", str, description="Code of a round. Default: the last outcome round of each programme."),
    OpenApiParameter("dimension", str, description="Of scores, for instance governance (the default)."),
    OpenApiParameter("months", int, description=f"Horizon of survival, 1 to {MOST_MONTHS}. Default: 24."),
    OpenApiParameter("prices", str, enum=list(PRICES), description="How amounts are told. Default: local."),
]
OF_ORGANIZATIONS_NAMES = frozenset(parameter.name for parameter in OF_ORGANIZATIONS)


class RegisterCoverageSerializer(serializers.Serializer[Any]):
    reported = serializers.IntegerField(help_text="organizations due in the round with an approved return")
    due = serializers.IntegerField(help_text="organizations due in the round")


class RegisterRowSerializer(serializers.Serializer[Any]):
    metric = serializers.CharField()
    by = serializers.ChoiceField(choices=BY)
    group = serializers.CharField(
        allow_null=True, help_text="what the row is about; null for the selection; of cohorts, the own baseline's date"
    )
    programmes = serializers.ListField(child=serializers.CharField())
    rounds = serializers.ListField(child=serializers.CharField())
    on = serializers.ListField(child=serializers.DateField(), help_text="dates that the figure describes")
    known_at = serializers.DateTimeField(allow_null=True, help_text="as known at this moment; null: now")
    against = serializers.CharField(allow_null=True, help_text="null: the own baseline of each organization")
    place = serializers.CharField(allow_null=True)
    kind = serializers.CharField(allow_null=True)
    tier = serializers.CharField(allow_null=True)
    apex = serializers.CharField(allow_null=True)
    organization = serializers.CharField(allow_null=True)
    dimension = serializers.CharField(allow_null=True)
    months = serializers.IntegerField(allow_null=True)
    prices = serializers.CharField(allow_null=True)
    value = ExactDecimalField(max_digits=40, decimal_places=10, allow_null=True)
    unit = serializers.CharField()
    null_reason = serializers.ChoiceField(choices=NullReason.choices, allow_null=True)
    lower_bound = serializers.BooleanField(help_text="the true value is this or more")
    upper_bound = serializers.BooleanField(help_text="the true value is this or less")
    low = ExactDecimalField(
        max_digits=40, decimal_places=10, allow_null=True, help_text="the truth is not below, where that can be said"
    )
    high = ExactDecimalField(max_digits=40, decimal_places=10, allow_null=True)
    caveats = serializers.ListField(child=serializers.CharField())
    components = serializers.DictField(child=ComponentSerializer())
    n = serializers.IntegerField(allow_null=True, help_text="organizations behind the figure")
    n_due = serializers.IntegerField(allow_null=True, help_text="of how many")
    coverage = RegisterCoverageSerializer()
    thresholds = serializers.DictField(
        help_text="the thresholds that the figure goes by: those of the programme's country on the closing date, of "
        "several that differ those for everywhere; decimals are strings"
    )
    synthetic = serializers.BooleanField()
    formula_version = serializers.IntegerField()
    computed_at = serializers.DateTimeField(allow_null=True)
    marks_waiting = serializers.IntegerField(help_text="changes that are not in the figure yet")


class RegisterAnswerSerializer(serializers.Serializer[Any]):
    metric = MetricSerializer()
    results = RegisterRowSerializer(many=True)


def as_row(row: register_answers.Row) -> dict[str, Any]:
    """One answered row as the API gives it."""
    figure, asked = row.outcome.figure, row.question
    depends = row.metric.parameters
    return {
        "metric": row.metric.name,
        "by": asked.by,
        "group": row.group,
        "programmes": list(dict.fromkeys(source.programme.code for source in row.sources)),
        "rounds": [source.closing.code for source in row.sources if source.closing is not None],
        "on": sorted({source.on for source in row.sources}),
        "known_at": asked.known_at,
        "against": asked.against or None,
        **{name: getattr(asked, name) or None for name in ("place", "kind", "tier", "apex", "organization")},
        "dimension": asked.dimension if "dimension" in depends else None,
        "months": int(asked.months) if "months" in depends else None,
        "prices": asked.prices if "prices" in depends else None,
        "value": exact(figure.value),
        "unit": figure.unit or row.metric.unit,
        "null_reason": figure.null_reason or None,
        **bounds(figure),
        "low": _value(row.outcome.low),
        "high": _value(row.outcome.high),
        "caveats": list(figure.caveats),
        "components": {name: component(part) for name, part in row.outcome.components.items()},
        "n": row.outcome.n,
        "n_due": row.outcome.n_due,
        "coverage": {"reported": row.register.reported, "due": row.register.due},
        "thresholds": {
            name: value if isinstance(value, int) else format(value, "f")
            for name, value in dataclasses.asdict(row.thresholds).items()
        },
        "synthetic": row.is_synthetic,
        "formula_version": row.metric.version,
        "computed_at": row.computed_at,
        "marks_waiting": row.marks_waiting,
    }


def _value(figure: Figure | None) -> Decimal | None:
    return None if figure is None else exact(figure.value)


def question_of(request: Request) -> Question:
    """Raises ValidationError with a sentence at the parameter."""
    return Question(
        programmes=tuple(codes(request, "programme")),
        place=one_code(request, "place"),
        kind=choice(request, "kind", ("", *Kind.values)),
        tier=choice(request, "tier", ("", *Tier.values)),
        apex=one_code(request, "apex"),
        organization=one_code(request, "organization"),
        round=one_code(request, "round"),
        against=one_code(request, "against"),
        by=choice(request, "by", BY),
        as_of=one_date(request, "as_of"),
        known_at=one_moment(request, "known_at"),
        dimension=_dimension(request),
        months=_months(request),
        prices=choice(request, "prices", PRICES),
        include_synthetic=choice(request, "synthetic", ("0", "1")) == "1",
    )


def _dimension(request: Request) -> str:
    raw = request.query_params.get("dimension")
    if raw is None:
        return Question.dimension
    known = sorted(set(ScaleItem.objects.values_list("dimension", flat=True)))
    if raw not in known:
        raise ValidationError({"dimension": _("One of %(allowed)s is expected.") % {"allowed": ", ".join(known)}})
    return raw


def _months(request: Request) -> Decimal:
    raw = request.query_params.get("months")
    if raw is None:
        return Question.months
    if not (raw.isascii() and raw.isdigit() and len(raw) < 4 and 1 <= int(raw) <= MOST_MONTHS):
        raise ValidationError(
            {"months": _("A whole number of months from 1 to %(most)d is expected.") % {"most": MOST_MONTHS}}
        )
    return Decimal(raw)


def register_response(request: Request, metric: RegisterMetric) -> Response:
    """The answer for a metric of organizations."""
    question = question_of(request)
    try:
        with known_or_refused("known_at"):
            found = register_answers.rows(user=request.user, metric=metric, question=question)
    except UnknownCode as unknown:
        raise ValidationError({unknown.parameter: moments.not_there(unknown.code, question.known_at)}) from None
    except NotThis as misfit:
        raise ValidationError({misfit.parameter: sentence(misfit.why)}) from None
    except register_answers.TooMany:
        raise ValidationError(
            _(
                "This question goes to the records of more than %(most)d organizations; leave out “against”, “as_of”, "
                "“known_at” and “organization”, or name a smaller programme."
            )
            % {"most": register_answers.MOST_RECORDS}
        ) from None
    results = [as_row(row) for row in found]
    if request.accepted_renderer.format != "json":
        return Response(results)
    return Response({"metric": described(metric), "results": results})


def sentence(why: str) -> str:
    return {
        "planned": _("This round has not opened yet; it has no figures."),
        "before_round": _("This day lies before the date that the round describes."),
        "one_programme": _("Another round to compare with belongs to one programme; name that programme."),
        "later": _("The round to compare with must describe an earlier date."),
    }[why]
