"""`/api/v1/places/{code}/boundary/` and `/boundaries/`: outlines as GeoJSON, compressed, sent again when changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from programmes import boundaries
from programmes.models import Boundary, Place


class GeoJSONRenderer(JSONRenderer):
    media_type = "application/geo+json"
    format = "geojson"


class OutlineSerializer(serializers.Serializer[Any]):
    type = serializers.CharField(help_text="MultiPolygon")
    coordinates = serializers.ListField(
        child=serializers.ListField(), help_text="polygons of rings of [longitude, latitude], WGS84"
    )


class BoundaryPropertiesSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(help_text="code of the place")
    name = serializers.CharField(help_text="in the language of the request")


class BoundarySerializer(serializers.Serializer[Any]):
    type = serializers.CharField(help_text="Feature")
    id = serializers.CharField(help_text="code of the place")
    properties = BoundaryPropertiesSerializer()
    geometry = OutlineSerializer()


class SourceSerializer(serializers.Serializer[Any]):
    source = serializers.CharField()  # type: ignore[assignment]
    licence = serializers.CharField()
    synthetic = serializers.BooleanField()


class BoundariesSerializer(serializers.Serializer[Any]):
    type = serializers.CharField(help_text="FeatureCollection")
    features = BoundarySerializer(many=True)
    sources = SourceSerializer(many=True, help_text="where the boundaries are from and how they may be used")


RowsOf = Callable[[Any, Place], "QuerySet[Boundary]"]
AnswerOf = Callable[["QuerySet[Boundary]"], dict[str, Any]]


class OutlinesView(APIView):
    """What both addresses share: the place, the tag of what is there, the answer."""

    renderer_classes = [JSONRenderer, GeoJSONRenderer]

    @method_decorator(gzip_page)
    def dispatch(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return super().dispatch(*args, **kwargs)

    def outlines(self, request: Request, code: str, rows_of: RowsOf, answer_of: AnswerOf) -> Any:
        if unknown := sorted(set(request.query_params) - {"format"}):
            raise ValidationError(
                {unknown[0][:60]: _("Unknown parameter. Known here: %(known)s.") % {"known": "format"}}
            )
        place = get_object_or_404(Place.objects.visible_to(request.user), code=code)
        rows = rows_of(request.user, place).order_by("place__code")
        said = list(rows.values_list("place__code", "place__name", "place__names", "upload_id"))
        tag = f'"{hashlib.sha256(repr((get_language(), said)).encode()).hexdigest()[:32]}"'
        response = get_conditional_response(request._request, etag=tag)
        if response is None:
            response = Response(answer_of(rows.select_related("place")))
            response["ETag"] = tag
        patch_cache_control(response, private=True, no_cache=True)
        return response


def _of_place(user: Any, place: Place) -> QuerySet[Boundary]:
    return Boundary.objects.visible_to(user).filter(place=place)


def _one(rows: QuerySet[Boundary]) -> dict[str, Any]:
    found = boundaries.features(rows)
    if not found:
        raise NotFound(_("This place has no boundary."))
    return found[0]


def _several(rows: QuerySet[Boundary]) -> dict[str, Any]:
    sources = [
        {"source": source, "licence": licence, "synthetic": invented}
        for source, licence, invented in boundaries.sources(rows)
    ]
    return {"type": "FeatureCollection", "features": boundaries.features(rows), "sources": sources}


class BoundaryView(OutlinesView):
    """The boundary of one place."""

    @extend_schema(operation_id="place_boundary", responses=BoundarySerializer, tags=["places"])
    def get(self, request: Request, code: str) -> Any:
        """A GeoJSON Feature, simplified for drawing; 404 where the place has no boundary."""
        return self.outlines(request, code, _of_place, _one)


class BoundariesInsideView(OutlinesView):
    """Boundaries of the places right inside one."""

    @extend_schema(operation_id="place_boundaries", responses=BoundariesSerializer, tags=["places"])
    def get(self, request: Request, code: str) -> Any:
        """A GeoJSON FeatureCollection, simplified for drawing; empty where none has a boundary."""
        return self.outlines(request, code, boundaries.inside, _several)


__all__ = ["BoundariesInsideView", "BoundaryView"]
