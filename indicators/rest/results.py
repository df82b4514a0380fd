"""Results reported for phases, and targets, through the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from indicators import results, targets
from indicators.models import Indicator, PhaseResult, Target
from programmes.access import Permission, may
from programmes.models import CorrectionKind, Phase, Place, Programme
from programmes.vocabulary import CountBasis, NullReason, Qualifier
from programmes.writing import ChangeSerializer, Choice, Code, StrictSerializer, WritesMixin, number


def _text(longest: int) -> serializers.CharField:
    return serializers.CharField(required=False, allow_blank=True, max_length=longest)


class PhaseResultNewSerializer(StrictSerializer):
    """Programme, phase, indicator, subcategory and place are what makes it the same one."""

    programme = Code(Programme)
    phase = Code(Phase, required=False, allow_null=True, default=None)
    indicator = Code(Indicator)
    subcategory = _text(40)
    place = Code(Place, required=False, allow_null=True)
    value = number(allow_null=True)
    null_reason = Choice(choices=NullReason.choices, required=False, allow_blank=True)
    qualifier = Choice(choices=Qualifier.choices, required=False)
    unit = serializers.CharField(max_length=60)
    basis = Choice(choices=CountBasis.choices)
    as_printed = _text(100)
    label_as_printed = _text(200)
    source = _text(300)  # type: ignore[assignment]
    note = _text(500)


class PhaseResultCorrectSerializer(ChangeSerializer):
    kind = Choice(choices=CorrectionKind.choices)
    value = number(required=False, allow_null=True)
    basis = Choice(choices=CountBasis.choices, required=False, allow_blank=True)
    reason = serializers.CharField(max_length=500)
    source = _text(300)  # type: ignore[assignment]
    url = _text(400)


_RESULT_FACTS = (
    "value",
    "null_reason",
    "qualifier",
    "unit",
    "basis",
    "as_printed",
    "label_as_printed",
    "source",
    "note",
)


class PhaseResultWrites(WritesMixin):
    def actions_on(self, row: Any) -> list[str]:
        return ["correct"] if may(self.request.user, Permission.ROUNDS_MANAGE, programme=row.programme) else []

    @extend_schema(request=PhaseResultNewSerializer)
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Report one figure of a phase. The same again is a 200, another value a 409: it is corrected instead."""
        data = self.read(PhaseResultNewSerializer)
        found = PhaseResult.objects.filter(
            programme=data["programme"],
            phase=data["phase"],
            indicator=data["indicator"],
            subcategory=data.get("subcategory", ""),
            place=data.get("place"),
        ).first()
        if found is not None:
            return self.repeated(
                found, all(getattr(found, name) == data[name] for name in _RESULT_FACTS if name in data)
            )
        return self.answer(results.report(by=request.user, **data), status.HTTP_201_CREATED)

    @extend_schema(request=PhaseResultCorrectSerializer)
    @action(detail=True, methods=["post"])
    def correct(self, request: Request, **kwargs: Any) -> Response:
        """Put a corrected value or basis beside the reported one, which stays."""
        return self.change(
            PhaseResultCorrectSerializer, lambda row, **data: results.correct(result=row, by=request.user, **data)
        )


class TargetNewSerializer(StrictSerializer):
    """Indicator, programme, phase, disaggregation and date are what makes it the same one."""

    programme = Code(Programme)
    indicator = Code(Indicator)
    phase = Code(Phase, required=False, allow_null=True)
    disaggregation = _text(40)
    by_date = serializers.DateField()
    value = number()
    note = _text(300)


class ReviseSerializer(ChangeSerializer):
    value = number()
    note = _text(300)


class AcceptSerializer(ChangeSerializer):
    pass


class TargetWrites(WritesMixin):
    """A revision is a row of its own: the answer to a revision is that row."""

    #: Actions that make another row.
    making = ("revise",)

    def actions_on(self, row: Any) -> list[str]:
        if hasattr(row, "revised_by"):
            return []
        if may(self.request.user, Permission.ROUNDS_MANAGE, programme=row.programme):
            return ["revise", *(["accept"] if row.is_proposal else [])]
        return ["revise"] if may(self.request.user, Permission.RETURNS_ENTER, programme=row.programme) else []

    @extend_schema(request=TargetNewSerializer)
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The first target of an indicator by a date; a proposal where the caller only enters returns."""
        data = self.read(TargetNewSerializer)
        found = Target.objects.filter(
            programme=data["programme"],
            indicator=data["indicator"],
            phase=data.get("phase"),
            disaggregation=data.get("disaggregation", ""),
            by_date=data["by_date"],
            revised_by__isnull=True,
        ).first()
        if found is not None:
            return self.repeated(found, found.value == data["value"] and found.note == data.get("note", found.note))
        return self.answer(targets.set_target(by=request.user, **data), status.HTTP_201_CREATED)

    @extend_schema(request=ReviseSerializer)
    @action(detail=True, methods=["post"])
    def revise(self, request: Request, **kwargs: Any) -> Response:
        """A new value that follows, in a row of its own, which is answered; what was stays as history."""
        return self.change(ReviseSerializer, lambda row, **data: targets.revise(target=row, by=request.user, **data))

    @extend_schema(request=AcceptSerializer)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, **kwargs: Any) -> Response:
        """Make a proposal count."""
        return self.change(AcceptSerializer, lambda row: targets.accept(target=row, by=request.user))
