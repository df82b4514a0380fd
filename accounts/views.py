"""Account pages of our own: settings and API tokens. Signing in and passwords are allauth's."""

from __future__ import annotations

from typing import NoReturn

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from accounts import tokens
from accounts.forms import SettingsForm, TokenForm
from accounts.models import ApiToken, User


def closed(request: HttpRequest) -> NoReturn:
    """An address that exists in allauth and not here."""
    raise Http404


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def settings_page(request: HttpRequest) -> HttpResponse:
    """Name and language; the language chosen here is the one of this browser too."""
    assert isinstance(request.user, User)
    # A copy of the row: a form that fails must not change the name in the corner of the page.
    form = SettingsForm(request.POST or None, instance=User.objects.get(pk=request.user.pk))
    if request.method == "POST" and form.is_valid():
        user = form.save()
        messages.success(request, _("Saved."))
        response = redirect("accounts:settings")
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            user.language,
            secure=settings.SESSION_COOKIE_SECURE,
            samesite="Lax",
        )
        return response
    return render(request, "accounts/settings.html", {"form": form, "page_name": "settings"})


@login_required
@require_POST
def tour_seen(request: HttpRequest) -> HttpResponse:
    """Whoever ended or skipped the tour is not shown it by itself again. The first time counts."""
    assert isinstance(request.user, User)
    User.objects.filter(pk=request.user.pk, tour_seen_at__isnull=True).update(tour_seen_at=timezone.now())
    return HttpResponse(status=204)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("secret")
def tokens_page(request: HttpRequest) -> HttpResponse:
    """One's own tokens; a new one is shown once, in the answer that makes it."""
    assert isinstance(request.user, User)
    form = TokenForm(request.POST or None)
    secret = ""
    if request.method == "POST" and form.is_valid():
        try:
            _token, secret = tokens.create(user=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            form = TokenForm()
    own = ApiToken.objects.filter(user=request.user)
    response = render(
        request, "accounts/tokens.html", {"form": form, "secret": secret, "tokens": own, "page_name": "tokens"}
    )
    response["Cache-Control"] = "no-store"
    return response


@login_required
@require_POST
def revoke_token(request: HttpRequest, digest: str) -> HttpResponse:
    """End one of one's own tokens; somebody else's does not exist here."""
    token = get_object_or_404(ApiToken, pk=digest, user=request.user)
    tokens.revoke(token=token)
    messages.success(request, _("The token has been revoked."))
    return redirect("accounts:tokens")
