"""Who looks after whom, and when: visits for clients, and those that were given in one conversation alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from messaging import permissions
from messaging.admin.naming import called, called_at_length, conversation, with_parties
from messaging.admin.schedule import InOneConversation, ScheduleAdmin, StandingFilter, standing
from messaging.assignments import either, visits
from messaging.bookings import Booking
from messaging.models import AssignmentWindow, Client, Sitter, Thread, Visit
from snoutos import adminkit
from snoutos.adminkit import (
    OwnRelatedFilter,
    VerbForm,
    bullets,
    column,
    row_link,
    verb_button,
)
from snoutos.adminkit.unfold import RangeDateTimeFilter


class VisitForm(VerbForm):
    """Who, for whom, from when to when. Of a visit that runs the start stays, and another sitter takes it over from now on."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None or standing(self.instance, timezone.now()) != "in_force":
            return
        if "starts_at" in self.fields:
            self.fields["starts_at"].disabled = True
            self.fields["starts_at"].help_text = "It has started, so this stays."
        if "sitter" in self.fields:
            self.fields[
                "sitter"
            ].help_text = (
                f"Another sitter takes over from now on; until now it stays {self.instance.sitter}'s."
            )

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        starts, ends = self.cleaned_data.get("starts_at"), self.cleaned_data.get("ends_at")
        if starts and ends and ends <= starts:
            self.add_error("ends_at", "The end must be after the start.")
        return cleaned


class _BookingAdmin(ScheduleAdmin):
    """What both sorts of visits share: their buttons, and that one that is over stays as it is."""

    form = VisitForm
    look = permissions.SEE_WINDOWS
    act = permissions.MOVE_WINDOW
    list_display = ("what", "when", "state")
    list_display_links = ("what",)
    list_filter = (StandingFilter, ("sitter", OwnRelatedFilter), ("starts_at", RangeDateTimeFilter))
    search_help_text = "Search by sitter, client or phone"
    ordering = ("starts_at", "id")
    actions_detail = ("hand_over", "end", "cancel")

    def has_change_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        settled = isinstance(obj, Visit | AssignmentWindow) and standing(obj, timezone.now()) in (
            "over",
            "canceled",
        )
        return super().has_change_permission(request, obj) and not settled

    @column("Sitter")
    def looked_after_by(self, row: Booking) -> Any:
        return adminkit.link(row.sitter)

    @column("Visit")
    def kind(self, row: Booking) -> str:
        return row.get_visit_type_display()

    def offers(self, verb: str, obj: Any) -> bool:
        now = standing(obj, timezone.now())
        fits = {"end": ("in_force",), "cancel": ("upcoming",)}
        return now in fits.get(verb, ("in_force", "upcoming"))

    def store(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        asked, by, at = form.cleaned_data, adminkit.person(request), timezone.now()
        moved = {
            name: asked[name] for name in ("sitter", "starts_at", "ends_at") if name in form.changed_data
        }
        if moved:
            either.move(obj, **moved, by=by, at=at)

    @row_link("Hand over…", icon="swap_horiz", may=permissions.HAND_OVER_WINDOW)
    def hand_over(self, request: HttpRequest, row: Booking) -> str:
        return reverse("admin:visit_hand_over", args=[row.public_id])

    @verb_button(
        description="End now",
        text="The client's texts come to you from now on. Texts the sitter wrote that haven't gone out are canceled.",
        done="Visit ended.",
        may=permissions.END_WINDOW,
        icon="stop_circle",
    )
    def end(self, request: HttpRequest, row: Booking, form: Any) -> None:
        either.end(row, by=adminkit.person(request), at=timezone.now())

    @verb_button(
        description="Cancel this visit",
        text="The sitter won't get this client's texts at that time.",
        done="Visit canceled.",
        may=permissions.CANCEL_WINDOW,
        icon="event_busy",
    )
    def cancel(self, request: HttpRequest, row: Booking, form: Any) -> None:
        either.cancel(row, by=adminkit.person(request), at=timezone.now())


@admin.register(Visit)
class VisitAdmin(_BookingAdmin):
    """The sitter looks after the client in this time, in all the client's conversations."""

    empty_says = "Give a sitter a visit, and the client's texts go to them while it lasts."
    adds = permissions.CREATE_WINDOW
    list_select_related: Any = ("sitter", "client")
    search_fields = ("sitter__name", "client__name", "client__phones__e164")
    add_fieldsets = (
        (
            None,
            {
                "fields": ("client", "sitter", "starts_at", "ends_at", "visit_type"),
                "description": "During the visit the sitter gets the client's texts, from each of their phones, and can write to them.",
            },
        ),
    )
    fieldsets = (
        (None, {"fields": ("whom", "state", "sitter", "starts_at", "ends_at")}),
        ("More", {"fields": ("conversations", "kind", "made", "canceled")}),
    )
    readonly_fields = ("whom", "state", "conversations", "kind", "made", "canceled")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """With the client, the sitter and the times that the address names: the calendar's free times lead here."""
        initial: dict[str, Any] = super().get_changeform_initial_data(request)
        organization = adminkit.organization_of(request)
        for name, rows in (
            ("client", adminkit.own_rows(Client, organization)),
            ("sitter", adminkit.own_rows(Sitter, organization).filter(is_active=True)),
        ):
            if name in initial:
                asked = str(initial.pop(name))
                initial[name] = next((row.pk for row in rows if str(row.public_id) == asked), None)
        for name in ("starts_at", "ends_at"):
            if name in initial:
                initial[name] = _instant(str(initial[name]))
        return initial

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is not None and not self.has_change_permission(request, obj):
            shown = ("whom", "state", "looked_after_by", "when", "conversations", "kind", "made", "canceled")
            return ((None, {"fields": shown}),)
        return super().get_fieldsets(request, obj)

    @column("Sitter and client", rich=True)
    def what(self, visit: Visit) -> tuple[str, str]:
        return str(visit.sitter), f"for {visit.client.name}, {visit.get_visit_type_display()}"

    @column("Client")
    def whom(self, visit: Visit) -> Any:
        return adminkit.link(visit.client)

    @column("Conversations")
    def conversations(self, visit: Visit) -> Any:
        reached = Thread.objects.filter(windows__visit=visit, windows__canceled_at=None).distinct()
        found = [
            conversation(thread, called_at_length(thread)) for thread in with_parties(reached).order_by("pk")
        ]
        return bullets(found) if found else "None yet. It reaches those that come."

    def store(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            super().store(request, obj, form, change)
            return
        names = ("client", "sitter", "starts_at", "ends_at", "visit_type")
        asked = {name: form.cleaned_data[name] for name in names}
        made = visits.create(**asked, by=adminkit.person(request), at=timezone.now())
        obj.__dict__.update(made.__dict__)


@admin.register(AssignmentWindow)
class AssignmentWindowAdmin(InOneConversation, _BookingAdmin):
    """A visit in one conversation alone: from before visits were a client's, or by the API."""

    empty_says = "Visits are given to clients now. Those that are in one conversation alone are listed here."
    empty_next = ("Open the calendar", "admin:calendar")
    search_fields = ("sitter__name", "thread__client__name", "thread__participants__e164")
    fieldsets = (
        (None, {"fields": ("of", "state", "sitter", "starts_at", "ends_at")}),
        ("More", {"fields": ("kind", "made", "canceled")}),
    )
    readonly_fields = ("of", "state", "kind", "made", "canceled")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request).select_related("visit", "sitter")
        match = request.resolver_match
        is_list = match is not None and str(match.url_name).endswith("_changelist")
        return rows.filter(visit=None) if is_list else rows

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        part = isinstance(obj, AssignmentWindow) and obj.visit_id is not None
        return super().has_change_permission(request, obj) and not part

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is not None and not self.has_change_permission(request, obj):
            part = ("part_of",) if obj.visit_id is not None else ()
            shown = ("of", *part, "state", "looked_after_by", "when", "kind", "made", "canceled")
            return ((None, {"fields": shown}),)
        return super().get_fieldsets(request, obj)

    @column("Sitter and client", rich=True)
    def what(self, window: AssignmentWindow) -> tuple[str, str]:
        return str(window.sitter), f"for {called(window.thread)}, {window.get_visit_type_display()}"

    @column("Part of")
    def part_of(self, window: AssignmentWindow) -> Any:
        return adminkit.link(window.visit, "the client's visit")

    def offers(self, verb: str, obj: Any) -> bool:
        """What belongs to a client's visit is changed there, for all its conversations."""
        return obj.visit_id is None and super().offers(verb, obj)


def _instant(text: str) -> datetime | None:
    """The moment that an address names; None for what is none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
