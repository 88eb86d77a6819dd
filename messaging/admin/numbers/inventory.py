"""Business numbers: the list, one number, and what is done with it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from messaging import permissions
from messaging.admin.calls import CallsOfNumber
from messaging.admin.numbers.adding import AddsOwnedNumbers
from messaging.admin.numbers.registering import ShowsRegistration
from messaging.admin.numbers.together import DoneTogether
from messaging.admin.numbers.using import UseOfNumber
from messaging.models import MessageNumber
from messaging.models.numbers import Health, NumberRole, NumberState
from messaging.models.phones import display
from messaging.numbers import cooldown, filtering, lifecycle
from snoutos import adminkit
from snoutos.accounts import hours
from snoutos.adminkit import (
    VerbForm,
    badge,
    card,
    column,
    moment,
    row_link,
    verb_button,
)
from snoutos.adminkit.unfold import ChoicesDropdownFilter
from snoutos.adminkit.words import Tone

_STATE: dict[str, Tone] = {"active": "success", "quarantined": "warning", "retired": ""}
_HEALTH: dict[str, Tone] = {"healthy": "success", "watch": "warning", "failing": "danger"}
_HEALTH_WORDS = {
    Health.HEALTHY: "No failed texts in the last 7 days.",
    Health.WATCH: "Texts didn't reach 1 or 2 phones in the last 7 days.",
    Health.FAILING: "Texts didn't reach 3 or more phones in the last 7 days. Check them under Deliveries.",
}


@admin.register(MessageNumber)
class MessageNumberAdmin(CallsOfNumber, ShowsRegistration, DoneTogether, UseOfNumber, AddsOwnedNumbers):
    """A number of the business: what it is for, whether it works, and when it may be used again."""

    form = VerbForm
    look = permissions.SEE_NUMBERS
    empty_says = "Buy the number that clients text, or add one that your provider account owns. Conversations start from there."
    act = permissions.MANAGE_NUMBERS
    list_display = (
        "what",
        "where_it_stands",
        "health_is",
        "registration_is",
        "proof_is",
        "conversations",
        "lately",
    )
    list_display_links = ("what",)
    list_filter = (("role", ChoicesDropdownFilter), ("state", ChoicesDropdownFilter))
    list_select_related = ("sitter", "account__organization", "call_member", "closed_member", "organization")
    search_fields = ("e164", "label", "sitter__name")
    search_help_text = "Search by number, label or sitter"
    ordering = ("role", "e164", "id")
    actions = ("labels_together", "roles_together", "pause_together", "webhooks_together")
    actions_list = ("from_provider", "buy_number", "compare")
    actions_detail = (
        "calls",
        "pace",
        "lift_filtering",
        "prove",
        "set_webhooks",
        "check_registration",
        "quarantine",
        "activate",
        "closed_calls",
        "retire",
        "give_up",
    )
    add_fieldsets = (
        (
            None,
            {
                "fields": ("e164", "label", "role", "sitter", "account"),
                "description": "A number your provider account owns. SnoutOS has its texts sent here, and processes those it already got.",
            },
        ),
    )
    fieldsets = (
        (None, {"fields": ("number", "label", "role", "sitter")}),
        ("Use", {"fields": ("conversations", "volume", "last_used", "paced")}),
        ("Calls", {"fields": ("calls_are", "callers_hear")}),
        ("After hours", {"fields": ("closed_calls_are", "closed_callers_hear")}),
        ("Missed calls", {"fields": ("missed_callers_get",)}),
        (
            "State",
            {
                "fields": (
                    "where_it_stands",
                    "rests_until",
                    "why",
                    "health_is",
                    "health_means",
                    "automations_are",
                    "shared_words",
                )
            },
        ),
        (
            "Registration with US carriers",
            {
                "fields": (
                    "registration_is",
                    "registration_means",
                    "brand_is",
                    "campaign_is",
                    "registration_read",
                )
            },
        ),
        (
            "Provider",
            {"fields": ("account_is", "webhooks", "reached", "how_to_prove", "service_is", "since")},
        ),
        ("History", {"fields": ("history",)}),
    )
    readonly_fields = (
        "number",
        "calls_are",
        "callers_hear",
        "closed_calls_are",
        "closed_callers_hear",
        "missed_callers_get",
        "where_it_stands",
        "rests_until",
        "why",
        "health_is",
        "health_means",
        "automations_are",
        "shared_words",
        "registration_is",
        "registration_means",
        "brand_is",
        "campaign_is",
        "registration_read",
        "account_is",
        "webhooks",
        "reached",
        "how_to_prove",
        "service_is",
        "since",
        "conversations",
        "volume",
        "last_used",
        "paced",
        "history",
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
        """On a phone, where the other columns are left out, with what they say."""
        owner = f"{number.sitter}'s number" if number.sitter else ""
        words = " · ".join(part for part in (NumberRole(number.role).label, number.label, owner) if part)
        is_used, last = self.lately(number)
        return display(number.e164), card(
            words,
            self.where_it_stands(number),
            self.health_is(number),
            self.registration_is(number),
            self.proof_is(number),
            f"{self.conversations(number)} open",
            f"{is_used} in 7 days",
            last,
        )

    @column("Number")
    def number(self, number: MessageNumber) -> str:
        return display(number.e164)

    @column("State", ordering="state")
    def where_it_stands(self, number: MessageNumber) -> str:
        return badge(NumberState(number.state).label, _STATE[number.state])

    @column("Paused until")
    def rests_until(self, number: MessageNumber) -> str:
        if number.state != NumberState.QUARANTINED:
            return "–"
        if number.quarantined_until is None:
            return "No end. Pause it once more: that starts its cooldown."
        return moment(number.quarantined_until)

    @column("Why")
    def why(self, number: MessageNumber) -> str:
        return number.state_reason or "–"

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

    @column("Automations")
    def automations_are(self, number: MessageNumber) -> str:
        if number.filtered_at is None:
            return "–"
        return badge("Paused: carriers block texts from this number", "danger")

    @column("Words the blocked texts share")
    def shared_words(self, number: MessageNumber) -> str:
        if number.filtered_at is None:
            return "–"
        return filtering.shared_wording(number) or "None. Compare them under Deliveries."

    def offers(self, verb: str, obj: Any) -> bool:
        paused = obj.state == NumberState.QUARANTINED
        makes_sense: dict[str, bool] = {
            "pace": obj.state != NumberState.RETIRED,
            "calls": obj.state != NumberState.RETIRED,
            "closed_calls": obj.state != NumberState.RETIRED
            and not hours.of(obj.organization).is_always_open,
            "quarantine": obj.state == NumberState.ACTIVE or (paused and obj.quarantined_until is None),
            "activate": paused and not cooldown.is_known(obj),
            "retire": obj.state != NumberState.RETIRED,
            "set_webhooks": obj.state != NumberState.RETIRED,
            "check_registration": obj.state != NumberState.RETIRED,
            "prove": obj.state != NumberState.RETIRED and obj.webhooks_proven_at is None,
            "lift_filtering": obj.filtered_at is not None,
            "give_up": obj.state == NumberState.RETIRED and obj.given_up_at is None,
        }
        return makes_sense[verb]

    def store(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        asked, by, at = form.cleaned_data, adminkit.person(request), timezone.now()
        if not change:
            made = self.add_prepared(request, asked)
            obj.__dict__.update(made.__dict__)
            return
        if {"role", "sitter"} & set(form.changed_data):
            lifecycle.set_role(obj, role=asked["role"], sitter=asked["sitter"], by=by, at=at)
        if "label" in form.changed_data:
            lifecycle.set_label(obj, label=asked["label"], by=by, at=at)

    @row_link("Pause number…", icon="pause_circle", may=permissions.MANAGE_NUMBERS)
    def quarantine(self, request: HttpRequest, number: MessageNumber) -> str:
        return reverse("admin:number_pause", args=[number.public_id])

    @verb_button(
        description="Use again",
        text="Nobody has texted with this number, so it can be used again right away.",
        done="Number in use again.",
        icon="play_circle",
    )
    def activate(self, request: HttpRequest, number: MessageNumber, form: Any) -> None:
        lifecycle.activate(number, by=adminkit.person(request), at=timezone.now())

    @verb_button(
        description="Let automations text again",
        text="Change what they say first: carriers look at the words, so the same texts are blocked again.",
        done="Automations may text from this number again.",
        icon="smart_toy",
    )
    def lift_filtering(self, request: HttpRequest, number: MessageNumber, form: Any) -> None:
        filtering.lift(number, by=adminkit.person(request), at=timezone.now())

    @row_link("Release number…", icon="delete_forever", may=permissions.MANAGE_NUMBERS)
    def retire(self, request: HttpRequest, number: MessageNumber) -> str:
        return reverse("admin:number_release", args=[number.public_id])
