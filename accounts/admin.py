from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.forms import ReadOnlyPasswordHashField

from accounts.models import ApiToken, User


class UserForm(forms.ModelForm):  # type: ignore[type-arg]
    password = ReadOnlyPasswordHashField()

    class Meta:
        model = User
        fields = ["email", "name", "language", "is_active", "is_staff", "is_superuser", "password"]


@admin.register(User)
class UserAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """People are invited: they set their own password through the link of "forgotten password"."""

    form = UserForm
    list_display = ("email", "name", "language", "is_active", "is_staff", "is_demonstration")
    list_filter = ("is_active", "is_staff", "language")
    search_fields = ("email", "name")

    def save_model(self, request: Any, obj: User, form: Any, change: bool) -> None:
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)


@admin.register(ApiToken)
class ApiTokenAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("token_key", "user", "name", "can_write", "created", "expiry", "last_used", "revoked_at")
    list_select_related = ("user",)
    fields = ("user", "name", "token_key", "can_write", "expiry", "revoked_at")
    readonly_fields = ("user", "name", "token_key", "can_write", "expiry")

    def has_add_permission(self, request: Any) -> bool:
        return False
