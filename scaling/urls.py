"""All addresses of the site."""

from django.contrib import admin
from django.urls import include, path
from django.views.i18n import set_language

from scaling import alert_views, federation_views, not_reported, rate_views, report_views, upkeep_views, views
from scaling.exchange.dhis2 import pages as dhis2_pages
from scaling.iati import views as iati_views
from scaling.webhooks import pages as webhook_pages

pages = (
    [
        path("", views.portfolio_page, name="portfolio"),
        path("programmes/", views.programmes_page, name="programmes"),
        path("programmes/<slug:code>/", views.programme_page, name="programme"),
        path("questions/<slug:name>/", views.question_page, name="question"),
        path("questions/<slug:name>/<slug:table>.<slug:kind>", views.question_table, name="question-table"),
        path("questions/federations/level/", federation_views.level, name="federation-level"),
        path("questions/federations/network/", federation_views.network, name="federation-network"),
        path("how-is/<str:code>/", views.organization_page, name="organization"),
        path("how-is/<str:code>/<slug:table>.<slug:kind>", views.organization_table, name="organization-table"),
        path("not-reported/", not_reported.not_reported_page, name="not-reported"),
        path("alerts/", alert_views.alerts_page, name="alerts"),
        path("alerts/<int:pk>/", alert_views.alert_page, name="alert"),
        path("rates/missing/", rate_views.missing_page, name="missing-rates"),
        path("upkeep/", upkeep_views.upkeep_page, name="upkeep"),
        path("upkeep/<int:pk>/cancel/", upkeep_views.cancel, name="upkeep-cancel"),
        path("reports/", report_views.reports_page, name="reports"),
        path("reports/<int:pk>/file/", report_views.report_file, name="report-file"),
        path("reports/<int:pk>/cancel/", report_views.cancel, name="report-cancel"),
        path("reports/<int:pk>/delete/", report_views.delete, name="report-delete"),
        path("reports/cadences/<int:pk>/end/", report_views.end_plan, name="report-plan-end"),
        path("iati/", iati_views.iati_page, name="iati"),
        path("webhooks/", webhook_pages.webhooks_page, name="webhooks"),
        path("webhooks/<int:pk>/", webhook_pages.webhook_page, name="webhook"),
        path("webhooks/<int:pk>/rotate/", webhook_pages.rotate, name="webhook-rotate"),
        path("webhooks/<int:pk>/remove/", webhook_pages.remove, name="webhook-remove"),
        path("webhooks/deliveries/<int:pk>/send-again/", webhook_pages.redeliver, name="webhook-redeliver"),
        path("dhis2/", dhis2_pages.codes_page, name="dhis2"),
        path("dhis2/codes.csv", dhis2_pages.codes_file, name="dhis2-file"),
        path("dhis2/<int:pk>/remove/", dhis2_pages.remove, name="dhis2-remove"),
        path("thresholds/", alert_views.thresholds_page, name="thresholds"),
    ],
    "scaling",
)

urlpatterns = [
    path("language/", set_language, name="set_language"),
    path("", include(pages)),
    path("", include("programmes.urls")),
    path("", include("organizations.urls")),
    path("", include("indicators.urls")),
    path("registry-lists/", include("organizations.lists.urls")),
    path("sw.js", views.service_worker, name="service_worker"),
    path("account/", include("accounts.urls")),
    path("api/", include("scaling.api")),
    path("admin/", admin.site.urls),
]

handler400 = "scaling.errors.bad_request"
handler403 = "scaling.errors.permission_denied"
handler404 = "scaling.errors.not_found"
handler500 = "scaling.errors.server_error"
