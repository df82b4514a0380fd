"""How figures and metrics look in the API, whatever they are about."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from programmes.rest import ExactDecimalField
from programmes.vocabulary import NullReason
from scaling import answers
from scaling.metrics import Metric, RegisterMetric
from scaling.metrics.figures import Bound, Figure

SUBJECTS = ("phase", "organization")


class ComponentSerializer(serializers.Serializer[Any]):
    value = ExactDecimalField(max_digits=40, decimal_places=10, allow_null=True)
    unit = serializers.CharField()
    basis = serializers.CharField(help_text="per_period, cumulative, stock, not_stated or empty")
    null_reason = serializers.ChoiceField(choices=NullReason.choices, allow_null=True)
    lower_bound = serializers.BooleanField()
    upper_bound = serializers.BooleanField()


class MetricSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    family = serializers.CharField()
    unit = serializers.CharField()
    formula = serializers.CharField()
    definition = serializers.CharField()
    components = serializers.ListField(child=serializers.CharField())
    catalogue_code = serializers.CharField()
    version = serializers.IntegerField()
    subject = serializers.ChoiceField(choices=SUBJECTS, help_text="phases, or organizations")
    url = serializers.CharField(help_text="where it is computed")
    parameters = serializers.ListField(
        child=serializers.CharField(), help_text="which of dimension, months, prices the figure depends on"
    )


def described(metric: Metric | RegisterMetric) -> dict[str, Any]:
    parameters = metric.parameters if isinstance(metric, RegisterMetric) else ()
    return {
        "name": metric.name,
        "family": metric.family,
        "unit": metric.unit,
        "formula": metric.formula,
        "definition": _(metric.definition),
        "components": list(metric.components),
        "catalogue_code": metric.catalogue_code,
        "version": metric.version,
        "subject": "organization" if isinstance(metric, RegisterMetric) else "phase",
        "parameters": list(parameters),
        "url": f"/api/v1/metrics/{metric.name}/",
    }


def bounds(figure: Figure) -> dict[str, bool]:
    unsure = figure.bound == Bound.UNSURE
    return {
        "lower_bound": figure.bound == Bound.LOWER or unsure,
        "upper_bound": figure.bound == Bound.UPPER or unsure,
    }


def component(figure: Figure) -> dict[str, Any]:
    return {
        "value": answers.exact(figure.value),
        "unit": figure.unit,
        "basis": figure.basis,
        "null_reason": figure.null_reason or None,
        **bounds(figure),
    }
