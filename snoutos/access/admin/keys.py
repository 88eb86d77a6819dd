"""The owner's pages about API keys."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from snoutos import adminkit
from snoutos.access import events
from snoutos.accounts import api_keys, permissions
from snoutos.accounts.models import ApiKey, User
from snoutos.adminkit import (
    FactAdmin,
    VerbForm,
    badge,
    column,
    moment,
    verb_button,
)
from snoutos.adminkit.unfold import (
    CheckboxesWidget,
)


class ApiKeyForm(VerbForm):
    """A new key of a system or a sitter."""

    scopes = forms.MultipleChoiceField(choices=api_keys.Scope.choices, widget=CheckboxesWidget, label="Can")

    def clean_expires_at(self) -> Any:
        expires_at = self.cleaned_data.get("expires_at")
        if expires_at and expires_at <= timezone.now():
            raise ValidationError("Choose a time in the future, or leave empty.")
        return expires_at


@admin.register(ApiKey)
class ApiKeyAdmin(FactAdmin):
    """Keys of systems and people. Those of systems and sitters are issued here, the others on "Your keys" (`desk.views.keys`); shown
    once, revoked for good, never changed.
    """

    form = ApiKeyForm
    look = act = permissions.MANAGE_API_KEYS
    empty_says = "An app or a booking system gets in with a key. Your own are under Your keys."
    empty_next = ("Your keys", "admin:own_keys")
    list_display = ("what", "whose", "state", "used")
    list_display_links = ("what",)
    list_select_related = ("user",)
    search_fields = ("name", "prefix")
    search_help_text = "Search by name or the key's first letters"
    ordering = ("-id",)
    actions = ()
    actions_detail = ("revoke",)
    add_fieldsets = ((None, {"fields": ("name", "user", "scopes", "expires_at")}),)
    fieldsets = (
        (None, {"fields": ("name", "starts_with", "whose", "may", "state", "used", "made", "expires")}),
    )
    readonly_fields = ("starts_with", "whose", "may", "state", "used", "made", "expires")

    @column("Key", ordering="name", rich=True)
    def what(self, key: ApiKey) -> tuple[str, str]:
        return key.name, self.starts_with(key)

    @column("Starts with")
    def starts_with(self, key: ApiKey) -> str:
        return f"snout_{key.prefix}…"

    @column("Belongs to")
    def whose(self, key: ApiKey) -> str:
        return str(key.user)

    @column("Can")
    def may(self, key: ApiKey) -> str:
        return ", ".join(str(api_keys.Scope(scope).label) for scope in key.scopes) or "–"

    @column("State")
    def state(self, key: ApiKey) -> str:
        if key.revoked_at:
            return badge("Revoked", "danger")
        if key.expires_at and key.expires_at <= timezone.now():
            return badge("Expired")
        return badge("In use", "success")

    @column("Last used", ordering="last_used_at")
    def used(self, key: ApiKey) -> str:
        return moment(key.last_used_at)

    @column("Created")
    def made(self, key: ApiKey) -> str:
        return moment(key.created_at)

    @column("Expires")
    def expires(self, key: ApiKey) -> str:
        return moment(key.expires_at)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_act_permission(request)

    def offers(self, verb: str, obj: Any) -> bool:
        return obj.revoked_at is None

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "user":
            whose = User.objects.filter(is_active=True, role__in=api_keys.HANDED_OVER)
            kwargs["queryset"] = whose.order_by("name", "email")
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        field.label = "For"
        field.help_text = (
            "An integration or a sitter; you give them the key. It can never do more than they can. "
            "Owners and staff create their own under Your keys."
        )
        return field

    def store(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        asked = form.cleaned_data
        issued = api_keys.issue_by(
            adminkit.person(request),
            user=asked["user"],
            name=asked["name"],
            scopes=asked["scopes"],
            expires_at=asked["expires_at"],
        )
        adminkit.record(request, events.api_key_issued, key_id=issued.key.pk, user_id=issued.key.user_id)
        obj.__dict__.update(issued.key.__dict__)
        obj.secret = issued.secret

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": f"New API key: {obj.name}",
            "secret": obj.secret,
            "done": adminkit.address(obj),
        }
        return TemplateResponse(request, "accounts/key.html", context, headers={"Cache-Control": "no-store"})

    @verb_button(
        description="Revoke",
        text="Anything using this key stops working right away. You can't undo this.",
        done="Revoked.",
        icon="block",
    )
    def revoke(self, request: HttpRequest, key: ApiKey, form: Any) -> None:
        if api_keys.revoke(key, timezone.now()):
            adminkit.record(request, events.api_key_revoked, key_id=key.pk)
