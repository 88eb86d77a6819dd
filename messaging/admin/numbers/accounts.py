"""The account at the provider: its credentials and whether texts go out over it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone

from messaging import permissions
from messaging.models import ProviderAccount
from messaging.models.numbers import LineState
from messaging.outbound.recovery import owner_actions
from snoutos import adminkit
from snoutos.adminkit import TenantAdmin, TenantForm, badge, column, verb_button
from snoutos.adminkit.unfold import PasswordWidget

_SECRETS = ("auth_token", "previous_auth_token", "api_key_secret")


class AccountForm(TenantForm):
    """Credentials go in and never come out: an empty field keeps what is stored."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._stored = {name: getattr(self.instance, name) or "" for name in _SECRETS}
        for name in _SECRETS:
            field = self.fields.get(name)
            if field is None:
                continue
            self.initial.pop(name, None)
            field.required = name == "auth_token" and not self._stored[name]
            field.widget = PasswordWidget(attrs={"autocomplete": "new-password"})
            kept = "Saved. Leave empty to keep it." if self._stored[name] else ""
            field.help_text = " ".join(part for part in (str(field.help_text), kept) if part)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        for name in _SECRETS:
            self.cleaned_data[name] = self.cleaned_data.get(name) or self._stored[name]
        if self.cleaned_data.get("api_key_sid") and not self.cleaned_data["api_key_secret"]:
            raise ValidationError({"api_key_secret": "An API key needs its secret."})
        return cleaned

    @property
    def changed_data(self) -> list[str]:
        """A secret left empty is not a change."""
        return [name for name in super().changed_data if name not in _SECRETS or self.data.get(name)]


@admin.register(ProviderAccount)
class ProviderAccountAdmin(TenantAdmin):
    """The account at the provider. Its tokens are written here and never shown again."""

    form = AccountForm
    look = act = permissions.MANAGE_PROVIDER
    empty_says = "Connect your provider account, so that texts can go out and come in."
    list_display = ("what", "line")
    list_display_links = ("what",)
    ordering = ("id",)
    actions = ()
    fieldsets = (
        (None, {"fields": ("label", "sid", "line")}),
        (
            "Credentials",
            {
                "fields": ("auth_token", "previous_auth_token", "api_key_sid", "api_key_secret"),
                "description": "From your provider's console. Saved encrypted and never shown again.",
            },
        ),
    )
    readonly_fields = ("line",)
    actions_detail = ("open_line", "forget_previous")

    def offers(self, verb: str, obj: Any) -> bool:
        if verb == "open_line":
            return bool(obj.line_state != LineState.OPEN)
        return bool(obj.previous_auth_token)

    @verb_button(
        description="Resume sending",
        text="SnoutOS asks the provider whether the current credentials work. If they do, waiting texts go out now.",
        done="The credentials work: texts are going out again.",
        icon="play_arrow",
        asks_provider=True,
    )
    def open_line(self, request: HttpRequest, account: ProviderAccount, form: Any) -> None:
        owner_actions.reopen(account, by=adminkit.person(request), at=timezone.now())

    @verb_button(
        description="Remove the old token",
        text="Only the current token works from now on. Do this once the provider uses the new one.",
        done="Old token removed.",
        icon="key_off",
    )
    def forget_previous(self, request: HttpRequest, account: ProviderAccount, form: Any) -> None:
        account.previous_auth_token = ""
        account.save(update_fields=["previous_auth_token"])
        self.changed(request, account, ["previous_auth_token"], created=False)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("line", "sid") if obj is not None else ("line",)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        helps = {
            "label": "What you call it.",
            "auth_token": "The account's auth token.",
            "previous_auth_token": "The old token, while you're changing it: it keeps working until you remove it.",
            "api_key_sid": "Only if you send with an API key instead of the token.",
        }
        for name, text in helps.items():
            if name in form.base_fields:
                form.base_fields[name].help_text = text
        return form

    @column("Account", rich=True)
    def what(self, account: ProviderAccount) -> tuple[str, str]:
        return account.label or account.get_provider_display(), account.sid

    @column("Sending")
    def line(self, account: ProviderAccount) -> str:
        if account.line_state == LineState.STOPPED:
            return badge("Stopped: the provider rejects the account", "danger")
        if account.line_state == LineState.PAUSED:
            return badge("Waiting: the provider isn't answering", "warning")
        return badge("Open", "success")
