"""Addresses of the enabling space."""

from django.urls import path

from programmes import views

app_name = "programmes"

urlpatterns = [
    path("context/", views.context_page, name="context"),
    path("context/policy-events/new/", views.policy_event, name="policy-event-new"),
    path("context/policy-events/<int:pk>/", views.policy_event, name="policy-event"),
    path("context/elections/new/", views.election, name="election-new"),
    path("context/elections/<int:pk>/", views.election, name="election"),
    path("context/ratings/new/", views.assessment, name="assessment-new"),
    path("context/ratings/<int:pk>/", views.assessment, name="assessment"),
]
