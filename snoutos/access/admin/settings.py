"""The owner's page about the business: its settings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils import timezone

from audit import events
from automations import closing_replies
from messaging import hours as messaging_hours
from snoutos import adminkit
from snoutos.access.admin.hours import HolidaysField, OpeningHoursField
from snoutos.accounts import hours, permissions
from snoutos.accounts.models import NumberLanguage, Organization
from snoutos.adminkit import (
    TenantAdmin,
    TenantForm,
    column,
)
from snoutos.adminkit.unfold import (
    CheckboxesWidget,
    SelectWidget,
)
from snoutos.core.problems import Problem


def _zones() -> list[tuple[str, str]]:
    """Every zone, those of North America first."""
    names = sorted(available_timezones(), key=lambda name: (not name.startswith(("America/", "US/")), name))
    return [(name, name.replace("_", " ")) for name in names]


class OrganizationForm(TenantForm):
    """The settings of the business."""

    timezone = forms.ChoiceField(
        choices=_zones, widget=SelectWidget, help_text="Times are shown in this time zone."
    )
    opening_hours = OpeningHoursField()
    holidays = HolidaysField()
    screening_languages = forms.MultipleChoiceField(
        choices=NumberLanguage.choices,
        required=False,
        widget=CheckboxesWidget,
        help_text="Also finds phone numbers spelled out in these languages. English and Spanish are always on.",
    )

    def clean_emergency_contact(self) -> str:
        contact = " ".join(str(self.cleaned_data["emergency_contact"]).split())
        try:
            messaging_hours.check_emergency_contact(self.instance, contact)
            if not contact:
                closing_replies.require_none(self.instance)
        except Problem as error:
            raise ValidationError(error.sentence) from error
        return contact


# What each setting is called: on the page, and in the search of the menu.
LABELS = {
    "opening_hours": "Opening hours",
    "emergency_contact": "Emergency contact",
    "pool_auto_reply": "Auto-reply to unknown senders",
    "quiet_from": "Quiet hours: from",
    "quiet_until": "Quiet hours: to",
    "unopened_minutes": "Minutes before an unread text comes to you",
    "tell_sitters_of_visits": "Text sitters about new, changed and canceled visits",
    "number_cooldown_days": "Days a number stays paused",
    "own_domains": "Your website and e-mail domains",
    "hold_sitter_photos": "Hold sitters' photos for review",
    "screening_languages": "Languages to read numbers in",
    "staff_may_allow_contacts": "Staff can allow contacts",
}


@admin.register(Organization)
class OrganizationAdmin(TenantAdmin):
    """The one business of whoever is signed in. There is no list: it leads to the settings."""

    form = OrganizationForm
    look = act = permissions.CHANGE_SETTINGS
    empty_says = "Your business' settings show up here."
    empty_next = ("Open the inbox", "admin:inbox")
    fieldsets = (
        ("Business", {"fields": ("name", "timezone")}),
        ("Business hours", {"fields": ("right_now", "opening_hours", "holidays", "emergency_contact")}),
        (
            "Texts",
            {"fields": ("pool_auto_reply", "quiet_from", "quiet_until", "unopened_minutes")},
        ),
        ("Sitters", {"fields": ("tell_sitters_of_visits",)}),
        ("Numbers", {"fields": ("number_cooldown_days",)}),
        (
            "Screening",
            {
                "fields": (
                    "own_domains",
                    "hold_sitter_photos",
                    "screening_languages",
                    "staff_may_allow_contacts",
                )
            },
        ),
    )

    readonly_fields = ("right_now",)

    @column("Right now")
    def right_now(self, organization: Organization) -> str:
        """What the hours that are saved come to."""
        return hours.standing(organization, timezone.now())

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        for name, label in LABELS.items():
            form.base_fields[name].label = label
        form.base_fields["own_domains"].widget.attrs["rows"] = 2
        form.base_fields["own_domains"].help_text += " Separate them with commas."
        return form

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def list_page(self, request: HttpRequest, extra_context: Any) -> HttpResponseBase:
        organization = adminkit.organization_of(request)
        where = adminkit.address(organization) if organization and self.has_view_permission(request) else None
        return HttpResponseRedirect(where) if where else super().list_page(request, extra_context)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponseBase:
        """There is one, and it is called as in the menu."""
        named = {"page_name": "Settings", "subtitle": None, **(extra_context or {})}
        response: HttpResponseBase = super().changeform_view(request, object_id, form_url, named)
        return response

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        self.message_user(request, "Settings saved.")
        return HttpResponseRedirect(request.path)

    def changed(self, request: HttpRequest, obj: Any, fields: Iterable[str], *, created: bool) -> None:
        adminkit.record(request, events.settings_changed, fields=list(fields))
