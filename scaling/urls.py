"""All addresses of the site."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("api/", include("scaling.api")),
    path("admin/", admin.site.urls),
]

handler400 = "scaling.errors.bad_request"
handler403 = "scaling.errors.permission_denied"
handler404 = "scaling.errors.not_found"
handler500 = "scaling.errors.server_error"
