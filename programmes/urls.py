"""Addresses of the enabling space, of boundaries of places, of exchange rates and of price indices."""

from django.urls import path

from programmes import boundary_views, rate_upload_views, rate_views, views

app_name = "programmes"

urlpatterns = [
    path("context/", views.context_page, name="context"),
    path("context/policy-events/new/", views.policy_event, name="policy-event-new"),
    path("context/policy-events/<int:pk>/", views.policy_event, name="policy-event"),
    path("context/elections/new/", views.election, name="election-new"),
    path("context/elections/<int:pk>/", views.election, name="election"),
    path("context/ratings/new/", views.assessment, name="assessment-new"),
    path("context/ratings/<int:pk>/", views.assessment, name="assessment"),
    path("places/boundaries/", boundary_views.list_page, name="boundaries"),
    path("places/boundaries/<int:pk>/", boundary_views.file_page, name="boundary-file"),
    path("places/boundaries/of/<str:code>/withdraw/", boundary_views.withdraw, name="boundaries-withdraw"),
    path("rates/changes/", rate_views.changes_page, name="rates-changes"),
]

#: Exchange rates and price indices are kept on the same pages.
for book in ("rates", "prices"):
    urlpatterns += [
        path(f"{book}/", rate_views.list_page, {"of": book}, name=book),
        path(f"{book}/new/", rate_views.new_page, {"of": book}, name=f"{book}-new"),
        path(f"{book}/<int:pk>/", rate_views.row_page, {"of": book}, name=f"{book}-row"),
        path(f"{book}/<int:pk>/withdraw/", rate_views.withdraw, {"of": book}, name=f"{book}-withdraw"),
        path(f"{book}/template/", rate_upload_views.template_file, {"of": book}, name=f"{book}-template"),
        path(f"{book}/sheets/", rate_upload_views.start_page, {"of": book}, name=f"{book}-sheets"),
        path(f"{book}/sheets/<int:pk>/", rate_upload_views.sheet_page, {"of": book}, name=f"{book}-sheet"),
    ]
