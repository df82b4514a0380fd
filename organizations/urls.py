"""Addresses of the register."""

from django.urls import path

from organizations.views import listing, lives, lookup, profile, ties

app_name = "organizations"

ONE = "organizations/<str:code>/"

# Nothing fixed stands where a code may stand.
urlpatterns = [
    path("organizations/", listing.organizations_page, name="list"),
    path("register-organization/", listing.register_page, name="register"),
    path("lookup/<slug:what>/", lookup.lookup, name="lookup"),
    path(ONE, profile.profile_page, name="profile"),
    path(f"{ONE}history/", profile.history_page, name="history"),
    path(f"{ONE}change/", lives.change_page, name="change"),
    path(f"{ONE}status/", lives.status_page, name="status"),
    path(f"{ONE}status/<int:pk>/correct/", lives.correct_status_page, name="correct-status"),
    path(f"{ONE}status/<int:pk>/verify/", lives.verify_status_page, name="verify-status"),
    path(f"{ONE}status/<int:pk>/take-back/", lives.take_back_status, name="take-back-status"),
    path(f"{ONE}merge/", lives.merge_page, name="merge"),
    path(f"{ONE}apexes/join/", ties.join_page, name="join"),
    path(f"{ONE}apexes/<int:pk>/leave/", ties.leave_page, name="leave"),
    path(f"{ONE}linkages/open/", ties.open_linkage_page, name="open-linkage"),
    path(f"{ONE}linkages/<int:pk>/renew/", ties.renew_linkage_page, name="renew-linkage"),
    path(f"{ONE}linkages/<int:pk>/end/", ties.end_linkage_page, name="end-linkage"),
    path(f"{ONE}linkages/<int:pk>/transaction/", ties.transaction_page, name="transaction"),
    path(f"{ONE}services/add/", ties.add_service_page, name="add-service"),
    path(f"{ONE}services/<int:pk>/end/", ties.end_service_page, name="end-service"),
    path(f"{ONE}support/record/", ties.record_intervention_page, name="record-intervention"),
    path(f"{ONE}offices/add/", ties.add_office_page, name="add-office"),
    path(f"{ONE}offices/<int:pk>/end/", ties.end_office_page, name="end-office"),
    path(f"{ONE}programmes/enrol/", ties.enrol_page, name="enrol"),
    path(f"{ONE}programmes/<int:pk>/end/", ties.end_enrolment_page, name="end-enrolment"),
]
