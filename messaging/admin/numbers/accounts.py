"""The business' account at the provider: connected with credentials that the provider accepts, and with no others."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from messaging import permissions
from messaging.models import ProviderAccount
from messaging.models.numbers import LineState
from messaging.numbers import accounts, services
from messaging.numbers.accounts import Proven
from messaging.numbers.services import PreparedService
from messaging.outbound.recovery import owner_actions
from messaging.providers.base import Credentials
from snoutos import adminkit
from snoutos.adminkit import TenantAdmin, TenantForm, badge, column, moment, row_link, verb_button
from snoutos.adminkit.unfold import PasswordWidget
from snoutos.core.problems import Problem

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

    def clean_messaging_service_sid(self) -> str:
        return str(self.cleaned_data["messaging_service_sid"]).strip()

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        for name in _SECRETS:
            self.cleaned_data[name] = self.cleaned_data.get(name) or self._stored[name]
        if self.cleaned_data.get("api_key_sid") and not self.cleaned_data["api_key_secret"]:
            raise ValidationError({"api_key_secret": "An API key needs its secret."})
        return cleaned

    @property
    def credentials(self) -> Credentials:
        """What was typed, and what is saved where nothing was."""
        given = {name: self.cleaned_data.get(name, "") for name in accounts.SECRETS}
        return Credentials(account_sid=self.cleaned_data.get("sid") or self.instance.sid, **given)

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
    list_display = ("what", "line", "accepted")
    list_display_links = ("what",)
    ordering = ("id",)
    actions = ()
    _rest = (
        (
            "Credentials",
            {
                "fields": ("auth_token", "previous_auth_token", "api_key_sid", "api_key_secret"),
                "description": "From your provider's console. SnoutOS tries them at the provider before it saves them: encrypted, "
                "and never shown again.",
            },
        ),
        (
            "Messaging service",
            {
                "fields": ("messaging_service_sid",),
                "description": "Only if your numbers are in a messaging service at the provider. SnoutOS has its texts sent here before "
                "it saves it; texts of the numbers in it then name the service beside their own number.",
            },
        ),
    )
    fieldsets = ((None, {"fields": ("label", "sid", "line", "accepted", "compared")}), *_rest)
    # What isn't connected yet has nothing to tell.
    add_fieldsets = ((None, {"fields": ("label", "sid")}), *_rest)
    readonly_fields = ("line", "accepted", "compared")
    actions_detail = ("check_account", "compare", "open_line", "forget_previous")

    def offers(self, verb: str, obj: Any) -> bool:
        if verb == "open_line":
            return bool(obj.line_state != LineState.OPEN)
        if verb == "compare":
            return True
        if verb == "check_account":
            return bool(obj.line_state == LineState.OPEN)
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
        accounts.change(account, previous_auth_token="", by=adminkit.person(request), at=timezone.now())

    @verb_button(
        description="Check with the provider",
        text="SnoutOS asks the provider whether it accepts the credentials that are saved. Nothing else changes.",
        done="The provider accepts the credentials.",
        icon="verified",
        asks_provider=True,
    )
    def check_account(self, request: HttpRequest, account: ProviderAccount, form: Any) -> None:
        accounts.check(account, by=adminkit.person(request), at=timezone.now())

    @row_link("Compare…", icon="compare_arrows", may=permissions.COMPARE_PROVIDER)
    def compare(self, request: HttpRequest, account: ProviderAccount) -> str:
        return f"{reverse('admin:provider_compare')}?account={account.public_id}"

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        always = ("line", "accepted", "compared")
        return (*always, "sid") if obj is not None else always

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponseBase:
        """The provider is asked before the transaction that saves begins."""
        if request.method == "POST" and self.has_act_permission(request):
            self._ask_provider(request, object_id)
        response: HttpResponseBase = super().changeform_view(request, object_id, form_url, extra_context)
        return response

    def _ask_provider(self, request: HttpRequest, object_id: str | None) -> None:
        """Whether it takes credentials that were typed: the proof, or what to tell the owner, goes with the request."""
        account = self.get_object(request, unquote(object_id)) if object_id else None
        form = self.get_form(request, account, change=account is not None)(request.POST, instance=account)
        if not form.is_valid():
            return
        changed, service = set(form.changed_data), form.cleaned_data["messaging_service_sid"]
        try:
            if {"sid", *accounts.SECRETS} & changed:
                request._proven = accounts.prove(form.credentials, at=timezone.now())  # type: ignore[attr-defined]
            if service and "messaging_service_sid" in changed:
                request._service = services.prepare(form.credentials, service)  # type: ignore[attr-defined]
        except Problem as refusal:
            request._refusal = refusal.sentence  # type: ignore[attr-defined]

    def store(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        proven: Proven | None = getattr(request, "_proven", None)
        plain = {name: form.cleaned_data[name] for name in ("label", "previous_auth_token")}
        by = adminkit.person(request)
        if change:
            accounts.change(obj, proven=proven, **plain, by=by, at=timezone.now())
            self._store_service(request, obj, form)
            return
        if proven is None:
            # What was typed differs from what the provider was asked about: there is no way here but a fault of ours.
            raise ValueError("An account is connected only with a proof.")
        made = accounts.connect(proven, organization=obj.organization, **plain, by=by)
        obj.__dict__.update(made.__dict__)
        self._store_service(request, obj, form)

    def _store_service(self, request: HttpRequest, account: ProviderAccount, form: Any) -> None:
        prepared: PreparedService | None = getattr(request, "_service", None)
        if prepared is not None:
            services.use(account, prepared, by=adminkit.person(request), at=timezone.now())
        elif not form.cleaned_data["messaging_service_sid"]:
            services.stop_using(account, by=adminkit.person(request), at=timezone.now())

    def _after_saving(self, request: HttpRequest, obj: Any, what: str) -> HttpResponse:
        proven: Proven | None = getattr(request, "_proven", None)
        if proven is not None:
            told = [
                f"The provider accepts them for “{proven.name}”."
                if proven.name
                else "The provider accepts them."
            ]
            told += [f"Balance: {proven.balance}."] if proven.balance else []
            self.message_user(request, " ".join(told))
        return super()._after_saving(request, obj, what)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        helps = {
            "label": "What you call it.",
            "auth_token": "The account's auth token.",
            "previous_auth_token": "The old token, while you're changing it: it keeps working until you remove it.",
            "api_key_sid": "Only if you send with an API key instead of the token.",
            "messaging_service_sid": "It starts with MG. Leave it empty if you have none.",
        }
        for name, text in helps.items():
            if name in form.base_fields:
                form.base_fields[name].help_text = text
        return form

    @column("Account", rich=True)
    def what(self, account: ProviderAccount) -> tuple[str, str]:
        return account.label or account.get_provider_display(), account.sid

    @column("Credentials")
    def accepted(self, account: ProviderAccount) -> str:
        if account.proven_at is None:
            return badge("Not checked yet", "warning")
        return f"Accepted by the provider {moment(account.proven_at)}"

    @column("Compared with the provider")
    def compared(self, account: ProviderAccount) -> str:
        if account.compared_at is None:
            return "Not yet: SnoutOS does it every night"
        return f"{moment(account.compared_at)}"

    @column("Sending")
    def line(self, account: ProviderAccount) -> str:
        if account.line_state == LineState.STOPPED:
            return badge("Stopped: the provider rejects the account", "danger")
        if account.line_state == LineState.PAUSED:
            return badge("Waiting: the provider isn't answering", "warning")
        return badge("Open", "success")
