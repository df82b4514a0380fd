"""API resources of exchange rates and price indices: read by all, written by the operations that the pages call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import django_filters
from drf_spectacular.utils import OpenApiParameter, PolymorphicProxySerializer, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from programmes import rates
from programmes.models import ExchangeRate, PriceIndex, RateKind
from programmes.models.rates import FIRST_YEAR, LAST_YEAR
from programmes.rates import PRICES, RATES, Book
from programmes.rest import ResourceSerializer, ScopedReadOnlyViewSet
from programmes.writing import StrictSerializer, number


class ExchangeRateSerializer(ResourceSerializer):
    class Meta:
        model = ExchangeRate
        fields = ["id", "currency", "kind", "date", "period_end", "usd_per_unit", "source"]


class PriceIndexSerializer(ResourceSerializer):
    class Meta:
        model = PriceIndex
        fields = ["id", "currency", "date", "index", "base_year", "source"]


@extend_schema_field({"type": "string", "pattern": r"^[A-Z]{3}$"})
class Currency(serializers.CharField):
    """Three letters; the operation says which it knows."""


@extend_schema_field({"type": "integer", "minimum": FIRST_YEAR, "maximum": LAST_YEAR})
class BaseYear(serializers.IntegerField):
    """The operation says which years make sense."""


class ExchangeRateEntrySerializer(StrictSerializer):
    currency = Currency()
    kind = serializers.ChoiceField(choices=RateKind.choices, default=RateKind.VALUE_DATE.value)
    date = serializers.DateField()
    period_end = serializers.DateField(allow_null=True, default=None)
    usd_per_unit = number()
    source = serializers.CharField(allow_blank=True)  # type: ignore[assignment]


class PriceIndexEntrySerializer(StrictSerializer):
    currency = Currency()
    date = serializers.DateField()
    index = number()
    base_year = BaseYear()
    source = serializers.CharField(allow_blank=True)  # type: ignore[assignment]


class ExchangeRateRowsSerializer(StrictSerializer):
    """Many at once, all or nothing; `reason` where rows correct what stands there."""

    rows: Any = ExchangeRateEntrySerializer(many=True, allow_empty=False, max_length=rates.MOST_ROWS)  # type: ignore[call-arg]
    reason = serializers.CharField(allow_blank=True, default="")


class PriceIndexRowsSerializer(StrictSerializer):
    """Many at once, all or nothing; `reason` where rows correct what stands there."""

    rows: Any = PriceIndexEntrySerializer(many=True, allow_empty=False, max_length=rates.MOST_ROWS)  # type: ignore[call-arg]
    reason = serializers.CharField(allow_blank=True, default="")


class ExchangeRateCorrectionSerializer(StrictSerializer):
    """`seen` is the value that the correction was made from; another one standing there by now is not overwritten."""

    usd_per_unit = number()
    source = serializers.CharField(allow_blank=True, required=False)  # type: ignore[assignment]
    reason = serializers.CharField(allow_blank=True)
    seen = number(required=False)


class PriceIndexCorrectionSerializer(StrictSerializer):
    """`seen` is the value that the correction was made from; another one standing there by now is not overwritten."""

    index = number()
    source = serializers.CharField(allow_blank=True, required=False)  # type: ignore[assignment]
    reason = serializers.CharField(allow_blank=True)
    seen = number(required=False)


REASON = OpenApiParameter("reason", str, required=True, description="Why it is withdrawn; kept in the history.")


class BookViewSet(ScopedReadOnlyViewSet):
    """List, detail, enter (one, or `rows`), correct and withdraw."""

    book: Book
    entry: type[StrictSerializer]
    many: type[StrictSerializer]
    correction: type[StrictSerializer]
    ordering = ["date", "pk"]
    ordering_fields = ["date", "currency"]

    @property
    def extra_parameters(self) -> tuple[str, ...]:
        return ("reason",) if self.action == "destroy" else ()

    def _answer(self, found: Any, *, many: bool = False) -> Any:
        return self.get_serializer(found, many=many).data

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Enter one, or many at once as {"rows": […]}: all or nothing, errors by `N.field`, N counted from 1."""
        if isinstance(request.data, Mapping) and "rows" in request.data:
            read = self.many(data=request.data)
            read.is_valid(raise_exception=True)
            rows: Any = [(n, row, {}) for n, row in enumerate(read.validated_data["rows"], start=1)]
            done = rates.enter_many(book=self.book, rows=rows, by=request.user, reason=read.validated_data["reason"])
            return Response(
                {"rows": [{"row": one.number, "verdict": one.verdict} for one in done]}, status=status.HTTP_201_CREATED
            )
        one = self.entry(data=request.data)
        one.is_valid(raise_exception=True)
        row = rates.enter(book=self.book, by=request.user, **one.validated_data)
        return Response(self._answer(row), status=status.HTTP_201_CREATED)

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Correct the value, with a reason; what stood there stays in the history."""
        row = self.get_object()
        read = self.correction(data=request.data)
        read.is_valid(raise_exception=True)
        data = read.validated_data
        corrected = rates.correct(
            row=row,
            value=data[self.book.value],
            source=data.get("source", row.source),
            reason=data["reason"],
            seen=data.get("seen"),
            by=request.user,
        )
        return Response(self._answer(corrected))

    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Withdraw, with `?reason=`; it stays in the history."""
        rates.withdraw(row=self.get_object(), reason=request.query_params.get("reason", ""), by=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class TakenOverSerializer(serializers.Serializer[Any]):
    row = serializers.IntegerField()
    verdict = serializers.ChoiceField(choices=[rates.NEW, rates.CHANGED, rates.SAME])


class RowsTakenOverSerializer(serializers.Serializer[Any]):
    rows: Any = TakenOverSerializer(many=True)


def _either(name: str, *kinds: Any) -> Any:
    return PolymorphicProxySerializer(component_name=name, serializers=list(kinds), resource_type_field_name=None)


class ExchangeRateFilter(django_filters.FilterSet):
    date = django_filters.DateFromToRangeFilter()

    class Meta:
        model = ExchangeRate
        fields = ["currency", "kind"]


class PriceIndexFilter(django_filters.FilterSet):
    date = django_filters.DateFromToRangeFilter()

    class Meta:
        model = PriceIndex
        fields = ["currency"]


class ExchangeRateViewSet(BookViewSet):
    queryset = ExchangeRate.objects.all()
    serializer_class = ExchangeRateSerializer
    filterset_class = ExchangeRateFilter
    book, entry = RATES, ExchangeRateEntrySerializer
    many, correction = ExchangeRateRowsSerializer, ExchangeRateCorrectionSerializer

    @extend_schema(
        request=_either("ExchangeRateNew", ExchangeRateEntrySerializer, ExchangeRateRowsSerializer),
        responses={201: _either("ExchangeRateEntered", ExchangeRateSerializer, RowsTakenOverSerializer)},
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Enter one, or many at once as {"rows": […]}: all or nothing, errors by `N.field`, N counted from 1."""
        return super().create(request, *args, **kwargs)

    @extend_schema(request=ExchangeRateCorrectionSerializer, responses=ExchangeRateSerializer)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Correct the value, with a reason; what stood there stays in the history."""
        return super().partial_update(request, *args, **kwargs)

    @extend_schema(parameters=[REASON], responses={204: None})
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Withdraw, with a reason; it stays in the history."""
        return super().destroy(request, *args, **kwargs)


class PriceIndexViewSet(BookViewSet):
    queryset = PriceIndex.objects.all()
    serializer_class = PriceIndexSerializer
    filterset_class = PriceIndexFilter
    book, entry = PRICES, PriceIndexEntrySerializer
    many, correction = PriceIndexRowsSerializer, PriceIndexCorrectionSerializer

    @extend_schema(
        request=_either("PriceIndexNew", PriceIndexEntrySerializer, PriceIndexRowsSerializer),
        responses={201: _either("PriceIndexEntered", PriceIndexSerializer, RowsTakenOverSerializer)},
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Enter one, or many at once as {"rows": […]}: all or nothing, errors by `N.field`, N counted from 1."""
        return super().create(request, *args, **kwargs)

    @extend_schema(request=PriceIndexCorrectionSerializer, responses=PriceIndexSerializer)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Correct the value, with a reason; what stood there stays in the history."""
        return super().partial_update(request, *args, **kwargs)

    @extend_schema(parameters=[REASON], responses={204: None})
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Withdraw, with a reason; it stays in the history."""
        return super().destroy(request, *args, **kwargs)


ROUTES: list[tuple[str, Any]] = [("exchange-rates", ExchangeRateViewSet), ("price-indices", PriceIndexViewSet)]
