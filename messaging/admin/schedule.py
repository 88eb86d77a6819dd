"""What the pages about visits and redirects share: both are changed by verbs only, and kept for good."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from messaging.admin.naming import ThreadField, conversation, thread_choices, thread_initial, with_parties
from messaging.bookings import Booking
from messaging.models import RoutingOverride, Sitter, Thread
from snoutos.adminkit import TenantAdmin, VerbForm, badge, column, moment, span
from snoutos.adminkit.words import Tone

_STANDINGS: dict[str, tuple[str, Tone]] = {
    "in_force": ("Now", "success"),
    "upcoming": ("Upcoming", "info"),
    "over": ("Over", ""),
    "canceled": ("Canceled", "danger"),
}


def standing(row: Booking | RoutingOverride, at: datetime) -> str:
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


class ScheduleAdmin(TenantAdmin):
    """Rows that hold from-to."""

    form = VerbForm
    list_select_related: Any = ("sitter",)
    actions = ()

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "sitter":
            kwargs["queryset"] = Sitter.objects.filter(is_active=True)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

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


class InOneConversation(ScheduleAdmin):
    """Rows of one conversation."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        threads = Prefetch("thread", queryset=with_parties(Thread.objects.all()))
        return super().get_queryset(request).prefetch_related(threads)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return thread_initial(request, super().get_changeform_initial_data(request))

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "thread":
            kwargs.update(queryset=thread_choices(request), form_class=ThreadField)
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "thread":
            field.label = "Conversation"
        return field

    @column("Conversation")
    def of(self, row: Any) -> Any:
        return conversation(row.thread)
