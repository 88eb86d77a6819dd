"""Business numbers and the provider account they belong to."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone

from messaging import permissions
from messaging.models import MessageNumber, ProviderAccount
from messaging.models.numbers import Health, LineState, NumberRole, NumberState
from messaging.models.phones import display
from messaging.numbers import lifecycle
from messaging.outbound.recovery import owner_actions
from snoutos import adminkit
from snoutos.adminkit import (
    ConfirmForm,
    TenantAdmin,
    TenantForm,
    VerbForm,
    badge,
    column,
    moment,
    verb_button,
)
from snoutos.adminkit.unfold import ChoicesDropdownFilter, PasswordWidget, SelectWidget
from snoutos.adminkit.words import Tone

_STATE: dict[str, Tone] = {"active": "success", "quarantined": "warning", "retired": ""}
_HEALTH: dict[str, Tone] = {"healthy": "success", "watch": "warning", "failing": "danger"}
_HEALTH_WORDS = {
    Health.HEALTHY: "No failed texts in the last 7 days.",
    Health.WATCH: "1 or 2 texts failed in the last 7 days.",
    Health.FAILING: "3 or more texts failed in the last 7 days. Check them under Deliveries.",
}


class RestDialog(ConfirmForm):
    """How long a number rests."""

    days = forms.TypedChoiceField(
        label="For how long",
        coerce=int,
        choices=[(7, "7 days"), (14, "14 days"), (30, "30 days"), (90, "90 days")],
        initial=30,
        widget=SelectWidget,
    )


@admin.register(MessageNumber)
class MessageNumberAdmin(TenantAdmin):
    """A number of the business: what it is for, whether it works, and when it may be used again."""

    form = VerbForm
    look = permissions.SEE_NUMBERS
    empty_says = "Add the number that clients text. Conversations start from there."
    act = permissions.MANAGE_NUMBERS
    list_display = ("what", "role_is", "where_it_stands", "health_is")
    list_display_links = ("what",)
    list_filter = (("role", ChoicesDropdownFilter), ("state", ChoicesDropdownFilter))
    list_select_related = ("sitter",)
    search_fields = ("e164", "label", "sitter__name")
    search_help_text = "Search by number, label or sitter"
    ordering = ("role", "e164", "id")
    actions = ()
    actions_detail = ("quarantine", "activate", "retire")
    add_fieldsets = (
        (
            None,
            {
                "fields": ("e164", "label", "role", "sitter", "account"),
                "description": "Texts this number already got are processed when you add it.",
            },
        ),
    )
    fieldsets = (
        (None, {"fields": ("number", "label", "role", "sitter")}),
        ("State", {"fields": ("where_it_stands", "rests_until", "health_is", "health_means")}),
        ("Provider", {"fields": ("account_is", "since")}),
    )
    readonly_fields = (
        "number",
        "where_it_stands",
        "rests_until",
        "health_is",
        "health_means",
        "account_is",
        "since",
    )

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        helps = {
            "role": "Front desk: anyone can text it. Sitter: one sitter's own number. "
            ""
            "Pool: shared by sitters' phones; texts from unknown senders come to you.",
            "sitter": "Only for numbers with the role Sitter.",
            "label": "What you call it, such as “Main line”.",
        }
        for name, text in helps.items():
            if name in form.base_fields:
                form.base_fields[name].help_text = text
        return form

    def has_change_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        retired = isinstance(obj, MessageNumber) and obj.state == NumberState.RETIRED
        return super().has_change_permission(request, obj) and not retired

    @column("Number", ordering="e164", rich=True)
    def what(self, number: MessageNumber) -> tuple[str, str]:
        owner = f"{number.sitter}'s number" if number.sitter else ""
        return display(number.e164), " · ".join(part for part in (number.label, owner) if part)

    @column("Number")
    def number(self, number: MessageNumber) -> str:
        return display(number.e164)

    @column("Role", ordering="role")
    def role_is(self, number: MessageNumber) -> str:
        return str(NumberRole(number.role).label)

    @column("State", ordering="state")
    def where_it_stands(self, number: MessageNumber) -> str:
        return badge(NumberState(number.state).label, _STATE[number.state])

    @column("Paused until")
    def rests_until(self, number: MessageNumber) -> str:
        return moment(number.quarantined_until) if number.state == NumberState.QUARANTINED else "–"

    @column("Health", ordering="health")
    def health_is(self, number: MessageNumber) -> str:
        return badge(Health(number.health).label, _HEALTH[number.health])

    @column("What it means")
    def health_means(self, number: MessageNumber) -> str:
        return _HEALTH_WORDS[Health(number.health)]

    @column("Account")
    def account_is(self, number: MessageNumber) -> str:
        return str(number.account.label or number.account.get_provider_display())

    @column("Added")
    def since(self, number: MessageNumber) -> str:
        return moment(number.created_at)

    def offers(self, verb: str, obj: Any) -> bool:
        states = {
            "quarantine": (NumberState.ACTIVE,),
            "activate": (NumberState.QUARANTINED,),
            "retire": (NumberState.ACTIVE, NumberState.QUARANTINED),
        }
        return obj.state in states[verb]

    def store(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        asked, by, at = form.cleaned_data, adminkit.person(request), timezone.now()
        if not change:
            made = lifecycle.add(
                account=asked["account"],
                e164=asked["e164"],
                role=asked["role"],
                label=asked["label"],
                sitter=asked["sitter"],
                by=by,
                at=at,
            )
            obj.__dict__.update(made.__dict__)
            return
        if {"role", "sitter"} & set(form.changed_data):
            lifecycle.set_role(obj, role=asked["role"], sitter=asked["sitter"], by=by, at=at)
        if "label" in form.changed_data:
            MessageNumber.objects.filter(pk=obj.pk).update(label=asked["label"])
            self.changed(request, obj, ["label"], created=False)

    @verb_button(
        description="Pause number",
        text="No texts go out from it while it's paused, and queued ones are canceled. Texts to it come to you.",
        done="Number paused.",
        icon="pause_circle",
        form=RestDialog,
    )
    def quarantine(self, request: HttpRequest, number: MessageNumber, form: Any) -> None:
        at = timezone.now()
        until: datetime = at + timedelta(days=form.cleaned_data["days"])
        lifecycle.quarantine(number, until=until, by=adminkit.person(request), at=at)

    @verb_button(
        description="Use again",
        text="Texts can go out from it again.",
        done="Number in use again.",
        icon="play_circle",
    )
    def activate(self, request: HttpRequest, number: MessageNumber, form: Any) -> None:
        lifecycle.activate(number, by=adminkit.person(request), at=timezone.now())

    @verb_button(
        description="Release number",
        text="This is for good: nothing is sent from it again, and queued texts are canceled. Its history "
        "stays. Also release it in your provider account.",
        done="Number released.",
        icon="delete_forever",
    )
    def retire(self, request: HttpRequest, number: MessageNumber, form: Any) -> None:
        lifecycle.retire(number, by=adminkit.person(request), at=timezone.now())


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
