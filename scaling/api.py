"""All API resources, one line for each package."""

from __future__ import annotations

from typing import Any

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny
from rest_framework.routers import DefaultRouter

import indicators.api
import organizations.api
import programmes.api
import scaling.alerts_api
from programmes.boundaries_api import BoundariesInsideView, BoundaryView
from scaling.client_reports_api import PerformanceReportView, PortfolioReportView, ProgrammeReportView
from scaling.exchange.dhis2.api import DataSetsView, DataValueSetsView
from scaling.exports import api as exports
from scaling.exports import file_api
from scaling.iati.api import IMPORT, ActivitiesView, ActivityView
from scaling.metrics_api import MetricListView, MetricView
from scaling.reports import api as packs_api
from scaling.rest import bulk, changes, job_api
from scaling.rest.deleted_api import DeletedView
from scaling.rest.idempotency import once
from scaling.webhooks import api as webhooks_api


class Router(DefaultRouter):
    """The list of resources answers only to those who may read them; `format=` is a parameter, not a suffix."""

    include_format_suffixes = False


router = Router()
for package in (
    programmes.api, organizations.api, indicators.api, scaling.alerts_api, job_api, file_api, packs_api, webhooks_api
):  # fmt: skip
    for prefix, viewset in package.ROUTES:
        router.register(prefix, once(viewset), basename=prefix)

LISTS: dict[str, Any] = {prefix: viewset for prefix, viewset, _name in router.registry}
DeletedView.models = {
    name: viewset.queryset.model for name, viewset in LISTS.items() if changes.trail_of(viewset.queryset.model)
}

exports.VIEWSETS |= LISTS

#: The schema says how to ask, nothing of what is stored.
OPEN = {"permission_classes": [AllowAny], "throttle_classes": []}

urlpatterns = [
    path("v1/metrics/", MetricListView.as_view(), name="metrics-list"),
    path("v1/metrics/<str:name>/", MetricView.as_view(), name="metrics-detail"),
    path("v1/reports/programme/<str:code>/", ProgrammeReportView.as_view(), name="report-programme"),
    path("v1/reports/portfolio/", PortfolioReportView.as_view(), name="report-portfolio"),
    path("v1/reports/indicator-performance/", PerformanceReportView.as_view(), name="report-performance"),
    path("v1/iati/activities.xml", ActivitiesView.as_view(), name="iati-activities"),
    path("v1/iati/activities/<slug:code>.xml", ActivityView.as_view(), name="iati-activity"),
    path("v1/iati/import/", IMPORT, name="iati-import"),
    path("v1/places/<str:code>/boundary/", BoundaryView.as_view(), name="place-boundary"),
    path("v1/places/<str:code>/boundaries/", BoundariesInsideView.as_view(), name="place-boundaries"),
    path("v1/exports/", exports.ExportListView.as_view(), name="exports"),
    path("v1/exports/<slug:resource>.<slug:kind>", exports.ExportView.as_view(), name="export"),
    path("v1/deleted/<str:resource>/", DeletedView.as_view(), name="deleted"),
    # DHIS2 writes its addresses without a slash at the end.
    path("v1/dhis2/dataValueSets", once(DataValueSetsView).as_view(), name="dhis2-data-value-sets"),
    path("v1/dhis2/dataSets", DataSetsView.as_view(), name="dhis2-data-sets"),
    path("v1/schema/", SpectacularAPIView.as_view(**OPEN), name="api-schema"),
    path("v1/docs/", SpectacularSwaggerSplitView.as_view(url_name="api-schema", **OPEN), name="api-docs"),
    *(path(f"v1/{name}/bulk/", view, name=f"{name}-bulk") for name, view in bulk.VIEWS.items()),
    path("v1/", include(router.urls)),
]
