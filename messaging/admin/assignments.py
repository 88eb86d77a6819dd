"""Who looks after a conversation, and when: windows and temporary rules."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from messaging import permissions
from messaging.admin.naming import (
    ThreadField,
    called,
    conversation,
    thread_choices,
    thread_initial,
    with_parties,
)
from messaging.assignments import overrides, windows
from messaging.models import AssignmentWindow, RoutingOverride, Sitter, Thread
from messaging.models.assignments import OverrideTarget
from snoutos import adminkit
from snoutos.adminkit import (
    OwnRelatedFilter,
    TenantAdmin,
    VerbForm,
    badge,
    column,
    moment,
    row_link,
    span,
    verb_button,
)
from snoutos.adminkit.unfold import RangeDateTimeFilter, SelectWidget
from snoutos.adminkit.words import Tone

_STANDINGS: dict[str, tuple[str, Tone]] = {
    "in_force": ("Now", "success"),
    "upcoming": ("Upcoming", "info"),
    "over": ("Over", ""),
    "canceled": ("Canceled", "danger"),
}


def standing(row: AssignmentWindow | RoutingOverride, at: datetime) -> str:
    """`upcoming`, `in_force`, `over` or `canceled` at `at`; half open: it is over at its end."""
    if row.canceled_at is not None:
        return "canceled"
    if row.ends_at <= at:
        return "over"
    return "upcoming" if row.starts_at > at else "in_force"


class StandingFilter(admin.SimpleListFilter):
    """What is in force or ahead comes first; the past is one choice away."""

    title = "state"
    parameter_name = "show"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("over", "Over"), ("canceled", "Canceled"), ("all", "All")]

    def choices(self, changelist: Any) -> Any:
        for value, title in [(None, "Now and upcoming"), *self.lookup_choices]:
            yield {
                "selected": self.value() == value,
                "query_string": changelist.get_query_string(
                    {self.parameter_name: value} if value else {}, [] if value else [self.parameter_name]
                ),
                "display": title,
            }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        at = timezone.now()
        if self.value() == "all":
            return queryset
        if self.value() == "canceled":
            return queryset.filter(canceled_at__isnull=False)
        alive = queryset.filter(canceled_at=None)
        return alive.filter(ends_at__lte=at) if self.value() == "over" else alive.filter(ends_at__gt=at)


class _ScheduleAdmin(TenantAdmin):
    """What windows and overrides share. Both are changed by verbs only, and kept for good."""

    form = VerbForm
    list_select_related = ("sitter",)
    actions = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        threads = Prefetch("thread", queryset=with_parties(Thread.objects.all()))
        return super().get_queryset(request).prefetch_related(threads)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return thread_initial(request, super().get_changeform_initial_data(request))

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "thread":
            kwargs.update(queryset=thread_choices(request), form_class=ThreadField)
        if db_field.name == "sitter":
            kwargs["queryset"] = Sitter.objects.filter(is_active=True)
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "thread":
            field.label = "Conversation"
        return field

    @column("State")
    def state(self, row: Any) -> str:
        now = standing(row, timezone.now())
        # A visit of someone who was switched off puts nobody on duty: the texts come to the owner.
        if now in ("in_force", "upcoming") and row.sitter is not None and not row.sitter.is_active:
            return badge("Sitter inactive", "warning")
        return badge(*_STANDINGS[now])

    @column("When", ordering="starts_at")
    def when(self, row: Any) -> str:
        return span(row.starts_at, row.ends_at)

    @column("Conversation")
    def of(self, row: Any) -> Any:
        return conversation(row.thread)

    @column("Added")
    def made(self, row: Any) -> str:
        by = f" by {row.created_by}" if row.created_by else ""
        return f"{moment(row.created_at)}{by}"

    @column("Canceled")
    def canceled(self, row: Any) -> str:
        if row.canceled_at is None:
            return "–"
        by = f" by {row.canceled_by}" if row.canceled_by else ""
        return f"{moment(row.canceled_at)}{by}"


class WindowForm(VerbForm):
    """Who, for whom, from when to when. Of a visit that runs the start stays, and another sitter takes it over from now on."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None or standing(self.instance, timezone.now()) != "in_force":
            return
        for name in ("thread", "starts_at", "visit_type"):
            if name in self.fields:
                self.fields[name].disabled = True
        if "starts_at" in self.fields:
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


def _instant(text: str) -> datetime | None:
    """The moment that an address names; None for what is none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


@admin.register(AssignmentWindow)
class AssignmentWindowAdmin(_ScheduleAdmin):
    """The sitter looks after the conversation in this time. Two at once are refused."""

    form = WindowForm
    look = permissions.SEE_WINDOWS
    empty_says = "Give a sitter a visit, and the client's texts go to them while it lasts."
    act = permissions.MOVE_WINDOW
    adds = permissions.CREATE_WINDOW
    list_display = ("what", "when", "state")
    list_display_links = ("what",)
    list_filter = (StandingFilter, ("sitter", OwnRelatedFilter), ("starts_at", RangeDateTimeFilter))
    search_fields = ("sitter__name", "thread__client__name", "thread__participants__e164")
    search_help_text = "Search by sitter, client or phone"
    ordering = ("starts_at", "id")
    actions_detail = ("hand_over", "end", "cancel")
    add_fieldsets = (
        (
            None,
            {
                "fields": ("thread", "sitter", "starts_at", "ends_at", "visit_type"),
                "description": "During the visit the sitter gets the client's texts and can write to them.",
            },
        ),
    )
    fieldsets = (
        (None, {"fields": ("of", "state", "sitter", "starts_at", "ends_at")}),
        ("More", {"fields": ("kind", "made", "canceled")}),
    )
    readonly_fields = ("of", "state", "kind", "made", "canceled")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """With the sitter and the times that the address names: the calendar's free times lead here."""
        initial = super().get_changeform_initial_data(request)
        if "sitter" in initial:
            rows = adminkit.own_rows(Sitter, adminkit.organization_of(request)).filter(is_active=True)
            asked = str(initial.pop("sitter"))
            initial["sitter"] = next((row.pk for row in rows if str(row.public_id) == asked), None)
        for name in ("starts_at", "ends_at"):
            if name in initial:
                initial[name] = _instant(str(initial[name]))
        return initial

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is not None and not self.has_change_permission(request, obj):
            return (
                (None, {"fields": ("of", "state", "looked_after_by", "when", "kind", "made", "canceled")}),
            )
        return super().get_fieldsets(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        settled = isinstance(obj, AssignmentWindow) and standing(obj, timezone.now()) in ("over", "canceled")
        return super().has_change_permission(request, obj) and not settled

    @column("Sitter and client", rich=True)
    def what(self, window: AssignmentWindow) -> tuple[str, str]:
        return str(window.sitter), f"for {called(window.thread)}, {window.get_visit_type_display()}"

    @column("Sitter")
    def looked_after_by(self, window: AssignmentWindow) -> Any:
        return adminkit.link(window.sitter)

    @column("Visit")
    def kind(self, window: AssignmentWindow) -> str:
        return window.get_visit_type_display()

    def offers(self, verb: str, obj: Any) -> bool:
        now = standing(obj, timezone.now())
        fits = {"end": ("in_force",), "cancel": ("upcoming",)}
        return now in fits.get(verb, ("in_force", "upcoming"))

    def store(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        asked, by, at = form.cleaned_data, adminkit.person(request), timezone.now()
        if change:
            moved = {
                name: asked[name] for name in ("sitter", "starts_at", "ends_at") if name in form.changed_data
            }
            if moved:
                windows.move(obj, **moved, by=by, at=at)
            return
        made = windows.create(
            thread=asked["thread"],
            sitter=asked["sitter"],
            starts_at=asked["starts_at"],
            ends_at=asked["ends_at"],
            visit_type=asked["visit_type"],
            by=by,
            at=at,
        )
        obj.__dict__.update(made.__dict__)

    @row_link("Hand over…", icon="swap_horiz", may=permissions.HAND_OVER_WINDOW)
    def hand_over(self, request: HttpRequest, window: AssignmentWindow) -> str:
        return reverse("admin:visit_hand_over", args=[window.public_id])

    @verb_button(
        description="End now",
        text="The client's texts come to you from now on. Texts the sitter wrote that haven't gone out are canceled.",
        done="Visit ended.",
        may=permissions.END_WINDOW,
        icon="stop_circle",
    )
    def end(self, request: HttpRequest, window: AssignmentWindow, form: Any) -> None:
        windows.end(window, by=adminkit.person(request), at=timezone.now())

    @verb_button(
        description="Cancel this visit",
        text="The sitter won't get this client's texts at that time.",
        done="Visit canceled.",
        may=permissions.CANCEL_WINDOW,
        icon="event_busy",
    )
    def cancel(self, request: HttpRequest, window: AssignmentWindow, form: Any) -> None:
        windows.cancel(window, by=adminkit.person(request), at=timezone.now())


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
class RoutingOverrideAdmin(_ScheduleAdmin):
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
