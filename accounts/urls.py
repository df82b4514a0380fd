"""Account pages: the allauth views that are used here, and our own. Nobody signs up by himself."""

from allauth.account import views as allauth_views
from allauth.usersessions import views as session_views
from django.urls import include, path, re_path

from accounts import views

own = (
    [
        path("settings/", views.settings_page, name="settings"),
        path("tour/", views.tour_seen, name="tour_seen"),
        path("tokens/", views.tokens_page, name="tokens"),
        path("tokens/<str:digest>/revoke/", views.revoke_token, name="revoke_token"),
    ],
    "accounts",
)

urlpatterns = [
    path("", include(own)),
    path("login/", allauth_views.login, name="account_login"),
    path("logout/", allauth_views.logout, name="account_logout"),
    path("inactive/", allauth_views.account_inactive, name="account_inactive"),
    path("reauthenticate/", allauth_views.reauthenticate, name="account_reauthenticate"),
    path("password/change/", allauth_views.password_change, name="account_change_password"),
    path("password/reset/", allauth_views.password_reset, name="account_reset_password"),
    path("password/reset/done/", allauth_views.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        allauth_views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        allauth_views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("sessions/", session_views.list_usersessions, name="usersessions_list"),
    # allauth asks for the addresses of these by name; there is nothing at them.
    path("signup/", views.closed, name="account_signup"),
    path("email/", views.closed, name="account_email"),
    path("password/set/", views.closed, name="account_set_password"),
    path("confirm-email/", views.closed, name="account_email_verification_sent"),
]
