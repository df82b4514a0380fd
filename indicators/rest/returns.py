"""Returns through the API: enter, submit, send back, approve, correct, say something about one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from indicators import returns, review
from indicators.models import CorrectionCode, Return, ReturnState, Round, RoundStatus, Severity, Way
from indicators.models.returns import Method
from indicators.returns import Change, RowAnswer, RowChange
from organizations.models import Organization
from programmes.access import Permission, may
from programmes.texts import problem_of
from programmes.writing import ChangeSerializer, Choice, Code, StrictSerializer, WritesMixin

#: No return has so many cells.
MOST_CELLS = 2000


@extend_schema_field({"type": "number"})
class Value(serializers.Field[Any, Any, Any, Any]):
    """A JSON number; null empties the cell (`null_reasons` says that there is no value and why)."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, bool) or not isinstance(data, int | float):
            raise ValidationError(_("A number is expected."))
        try:
            return returns.number(data)
        except DjangoValidationError as error:
            raise ValidationError(error.messages) from None

    def to_representation(self, value: Any) -> Any:
        return value


class Cells(serializers.DictField):
    """Keys of cells, or marks of warnings, and what stands there."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if isinstance(data, Mapping):
            if len(data) > MOST_CELLS:
                raise ValidationError(_("At most %(most)d entries are expected.") % {"most": MOST_CELLS})
            wrong = {str(key)[:60]: why for key in data if (why := problem_of(key, longest=120))}
            if wrong:
                raise ValidationError(wrong)
        return super().to_internal_value(data)


def _texts() -> Cells:
    return Cells(child=serializers.CharField(allow_blank=True, max_length=4000), required=False)


class ContentsSerializer(serializers.Serializer[Any]):
    """What is entered; cells that are not named stay as they are."""

    values = Cells(child=Value(allow_null=True), required=False)
    null_reasons = Cells(child=Choice(choices=[str(one) for one in returns.ENTERED_REASONS]), required=False)
    evidence = _texts()
    confirmed = Cells(
        child=serializers.CharField(allow_blank=True, max_length=1000),
        required=False,
        help_text="Mark of a warning (see findings) → note why the value is right.",
    )
    method = Choice(choices=Method.choices, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        both = sorted(set(attrs.get("values", {})) & set(attrs.get("null_reasons", {})))
        if both:
            raise ValidationError(
                {f"values.{key}": _("Give either a value or a reason for not having one.") for key in both}
            )
        return attrs


class ReturnNewSerializer(ContentsSerializer, StrictSerializer):
    """Round and organization are what makes it the same one."""

    organization = Code(Organization)
    round = Code(Round, select=("programme",))


class ReturnChangeSerializer(ContentsSerializer, ChangeSerializer):
    pass


class SubmitSerializer(ChangeSerializer):
    pass


class ApproveSerializer(ChangeSerializer):
    pass


class SendBackSerializer(ChangeSerializer):
    comment = serializers.CharField(required=False, allow_blank=True, max_length=4000, default="")
    code = serializers.CharField(
        required=False, allow_blank=True, max_length=60, default="", help_text="About which value."
    )


class CommentSerializer(StrictSerializer):
    text = serializers.CharField(max_length=4000)
    code = serializers.CharField(
        required=False, allow_blank=True, max_length=60, default="", help_text="About which value."
    )


class CorrectSerializer(ChangeSerializer):
    """`code` and `reason` say why the approved values were wrong."""

    values = Cells(child=Value(), required=False)
    null_reasons = Cells(child=Choice(choices=[str(one) for one in returns.ENTERED_REASONS]), required=False)
    evidence = _texts()
    code = Choice(choices=CorrectionCode.choices)
    reason = serializers.CharField(max_length=300)


class FindingSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    rule = serializers.CharField()
    severity = serializers.ChoiceField(choices=Severity.choices)
    message = serializers.CharField()
    mark = serializers.CharField(help_text="Confirms a warning: {confirmed: {mark: note}}.")


def row_change(organization: str, data: Mapping[str, Any]) -> RowChange:
    """The body of a return as a change of its cells."""
    changes = [Change(key, value) for key, value in data.get("values", {}).items()]
    changes += [Change(key, str(reason)) for key, reason in data.get("null_reasons", {}).items()]
    return RowChange(organization, changes, data.get("evidence", {}), data.get("confirmed", {}))


def raise_problems(answer: RowAnswer) -> None:
    """Raises ValidationError for what could not be saved, at the cells."""
    if answer.refusal:
        raise DjangoValidationError({"organization" if answer.row is None else "state": answer.refusal})
    if answer.errors:
        raise DjangoValidationError(dict(answer.errors))


def says(row: Return, data: Mapping[str, Any]) -> bool:
    """Does a return hold all that is sent?"""
    wanted = row_change("", data)
    return (
        all(returns.content_of(row, one.key) == one.content for one in wanted.changes)
        and all(row.evidence.get(key, "") == text.strip() for key, text in wanted.evidence.items())
        and all(row.confirmed.get(mark, "") == note.strip() for mark, note in wanted.confirm.items())
        and data.get("method", row.method) == row.method
    )


class ReturnWrites(WritesMixin):
    """The writing side of the viewset of returns."""

    #: Actions that add something beside the row, and so need no version of it.
    adding = ("comment",)

    def actions_on(self, row: Any) -> list[str]:
        programme, user = row.round.programme, self.request.user
        enters = may(user, Permission.RETURNS_ENTER, programme=programme)
        reviews = may(user, Permission.RETURNS_REVIEW, programme=programme)
        names: list[str] = []
        if enters and row.round.takes_entries and row.state != ReturnState.APPROVED:
            names.append("update")
            if row.state in (ReturnState.DRAFT, ReturnState.RETURNED):
                names.append("submit")
        if reviews and row.round.status != RoundStatus.LOCKED:
            if row.state == ReturnState.SUBMITTED:
                names.append("send-back")
                if user.pk not in {row.entered_by_id, *row.entered_by_ids}:
                    names.append("approve")
            if row.state == ReturnState.APPROVED:
                names.append("correct")
        return [*names, "comment"] if enters or reviews else names

    def _save(self, organization: Organization, round: Round, data: Mapping[str, Any]) -> Return:
        (answer,) = returns.save_rows(
            round=round,
            rows=[row_change(organization.code, data)],
            by=self.request.user,
            way=Way.API,
            method=data.get("method", ""),
        )
        raise_problems(answer)
        found = Return.objects.filter(round=round, organization=organization).first()
        if found is None:
            raise DjangoValidationError({"values": _("Nothing has been entered.")})
        return found

    @extend_schema(request=ReturnNewSerializer)
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The first values of an organization in a round, as a draft. The same again is a 200, others are a 409."""
        data = self.read(ReturnNewSerializer)
        organization, round_ = data.pop("organization"), data.pop("round")
        with transaction.atomic():
            # Two people who begin the same return wait for each other here.
            Round.objects.select_for_update(of=("self",), no_key=True).get(pk=round_.pk)
            found = Return.objects.filter(round=round_, organization=organization).first()
            if found is not None:
                return self.repeated(found, says(found, data))
            return self.answer(self._save(organization, round_, data), status.HTTP_201_CREATED)

    @extend_schema(request=ReturnChangeSerializer)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change values of a draft; all of the request or nothing. A submitted one becomes a draft again."""
        return self.change(ReturnChangeSerializer, lambda row, **data: self._save(row.organization, row.round, data))

    @extend_schema(request=SubmitSerializer)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, **kwargs: Any) -> Response:
        """Hand it in for review; warnings must be confirmed, papers named."""
        return self.change(SubmitSerializer, lambda row: returns.submit(of=row, by=request.user, way=Way.API))

    @extend_schema(request=ApproveSerializer)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, **kwargs: Any) -> Response:
        """Approve what somebody else entered."""
        return self.change(ApproveSerializer, lambda row: review.approve(of=row, by=request.user, way=Way.API))

    @extend_schema(request=SendBackSerializer)
    @action(detail=True, methods=["post"], url_path="send-back")
    def send_back(self, request: Request, **kwargs: Any) -> Response:
        """Return it to the officer with a comment."""
        return self.change(
            SendBackSerializer, lambda row, **data: review.send_back(of=row, by=request.user, way=Way.API, **data)
        )

    @extend_schema(request=CorrectSerializer)
    @action(detail=True, methods=["post"])
    def correct(self, request: Request, **kwargs: Any) -> Response:
        """Change approved values with a coded reason; what was approved first stays in `reported`."""

        def correct(row: Return, values: Mapping[str, Any] | None = None, **data: Any) -> None:
            review.correct(of=row, by=request.user, values=values or {}, way=Way.API, **data)

        return self.change(CorrectSerializer, correct)

    @extend_schema(request=CommentSerializer, responses={201: CommentSerializer})
    @action(detail=True, methods=["post"])
    def comment(self, request: Request, **kwargs: Any) -> Response:
        """Say something about a return or one of its values. Send an Idempotency-Key: the same text twice is two."""
        said = review.comment(of=self.get_object(), by=request.user, **self.read(CommentSerializer))  # type: ignore[attr-defined]
        return Response({"text": said.text, "code": said.code}, status=status.HTTP_201_CREATED)

    @extend_schema(responses=FindingSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def findings(self, request: Request, **kwargs: Any) -> Response:
        """What the rules say about the values that stand there; warnings are confirmed by their mark."""
        found = returns.findings_of(self.get_object())  # type: ignore[attr-defined]
        names = ("key", "rule", "severity", "message")
        return Response([{**{name: asdict(one)[name] for name in names}, "mark": one.mark} for one in found])
