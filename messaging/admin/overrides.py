"""Redirects: for a limited time, texts of a conversation go elsewhere."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from messaging import permissions
from messaging.admin.naming import called
from messaging.admin.schedule import InOneConversation, StandingFilter, standing
from messaging.assignments import overrides
from messaging.models import RoutingOverride
from messaging.models.assignments import OverrideTarget
from snoutos import adminkit
from snoutos.adminkit import VerbForm, column, verb_button
from snoutos.adminkit.unfold import SelectWidget

_HOURS = {"1": "For 1 hour", "4": "For 4 hours", "24": "For 24 hours"}


class OverrideForm(VerbForm):
    """Where to, for how long, and why."""

    lasts = forms.ChoiceField(
        label="How long",
        choices=[*_HOURS.items(), ("until", "Until the time below")],
        initial="4",
        widget=SelectWidget,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "ends_at" in self.fields:
            self.fields["ends_at"].required = False
            self.fields["ends_at"].label = "Until"
            self.fields["ends_at"].help_text = "Up to 7 days ahead."

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        asked = self.cleaned_data
        if asked.get("target") == OverrideTarget.SITTER and not asked.get("sitter"):
            self.add_error("sitter", "Choose a sitter.")
        if asked.get("target") == OverrideTarget.OWNER_INBOX:
            asked["sitter"] = None
        if asked.get("lasts") == "until" and not asked.get("ends_at") and "ends_at" not in self.errors:
            self.add_error("ends_at", "Choose until when.")
        return cleaned


@admin.register(RoutingOverride)
class RoutingOverrideAdmin(InOneConversation):
    """For a limited time, send a conversation elsewhere. It ends by itself and can be removed."""

    form = OverrideForm
    look = permissions.SEE_OVERRIDES
    empty_says = "Redirect a conversation to send its texts elsewhere for a while."
    empty_next = ("Choose a conversation", "admin:inbox")
    act = permissions.SET_OVERRIDE
    list_display = ("what", "when", "why", "state")
    list_display_links = ("what",)
    list_filter = (StandingFilter,)
    search_fields = ("reason", "thread__client__name", "thread__participants__e164")
    search_help_text = "Search by reason, client or phone"
    ordering = ("-starts_at", "-id")
    actions_detail = ("remove",)
    add_fieldsets = (
        (
            None,
            {
                "fields": ("thread", "target", "sitter", "lasts", "ends_at", "reason"),
                "description": "Starts now and goes before any visit.",
            },
        ),
    )
    fieldsets = ((None, {"fields": ("of", "goes_to", "when", "state", "why", "made", "canceled")}),)
    readonly_fields = ("of", "goes_to", "when", "state", "why", "made", "canceled")

    def has_change_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        """It is removed and made anew, never edited."""
        return False

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        labels = {"target": "Texts go to", "sitter": "Sitter", "reason": "Why"}
        for name, label in labels.items():
            if name in form.base_fields:
                form.base_fields[name].label = label
        return form

    @column("Conversation", rich=True)
    def what(self, override: RoutingOverride) -> tuple[str, str]:
        return called(override.thread), f"to {self.goes_to(override)}"

    @column("Texts go to")
    def goes_to(self, override: RoutingOverride) -> str:
        return str(override.sitter) if override.sitter else "your inbox"

    @column("Why")
    def why(self, override: RoutingOverride) -> str:
        return override.reason

    def offers(self, verb: str, obj: Any) -> bool:
        return standing(obj, timezone.now()) in ("in_force", "upcoming")

    def store(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        asked, at = form.cleaned_data, timezone.now()
        hours = asked["lasts"]
        made = overrides.set_override(
            thread=asked["thread"],
            target=asked["target"],
            sitter=asked["sitter"],
            ends_at=asked["ends_at"] if hours == "until" else at + timedelta(hours=int(hours)),
            reason=asked["reason"],
            by=adminkit.person(request),
            at=at,
        )
        obj.__dict__.update(made.__dict__)

    @verb_button(
        description="Remove",
        text="Texts follow the visits again from now on.",
        done="Redirect removed.",
        may=permissions.REMOVE_OVERRIDE,
        icon="undo",
    )
    def remove(self, request: HttpRequest, override: RoutingOverride, form: Any) -> None:
        overrides.remove(override, by=adminkit.person(request), at=timezone.now())
