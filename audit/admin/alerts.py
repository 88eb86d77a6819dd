"""The owner's pages about alerts."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html_join

from audit import alert_lifecycle, permissions
from audit.admin.links import subject_link
from audit.models import UNFINISHED, Alert, AlertState, Severity
from audit.registry import SUBJECTS, alert_kind
from snoutos import adminkit
from snoutos.adminkit import FactAdmin, badge, bulk_button, column, moment, verb_button
from snoutos.adminkit.unfold import ChoicesDropdownFilter
from snoutos.adminkit.words import Tone

_SEVERITY_TONE: dict[str, Tone] = {"critical": "danger", "warning": "warning", "info": "info"}
_STATE_TONE: dict[str, Tone] = {
    "open": "primary",
    "acknowledged": "info",
    "resolved": "success",
    "dismissed": "",
}


def _solvers(request: HttpRequest, alert: Alert) -> list[tuple[str, str, bool]]:
    """The buttons of the page about `alert`'s subject that deal with it, as that page offers them to whoever looks: address, words, and
    whether it asks in a dialog.
    """
    kind, subject = alert_kind(alert.kind), SUBJECTS.get(alert.subject_kind)
    if alert.state not in UNFINISHED or kind is None or not kind.solved_by or subject is None:
        return []
    page: Any = admin.site._registry.get(apps.get_model(subject.model))
    if not isinstance(page, adminkit.TenantAdmin) or not page.has_view_permission(request):
        return []
    row = page.get_queryset(request).filter(pk=alert.subject_id).first()
    if row is None:
        return []
    key = adminkit.face(row)
    return [
        (reverse(f"admin:{one.action_name}", args=[key]), str(one.description), one.dialog is not None)
        for one in page.get_actions_detail(request, key)
        if one.method.original_function_name in kind.solved_by
    ]


class OpenFilter(admin.SimpleListFilter):
    """Alerts that still want something come first; the finished ones are one choice away."""

    title = "state"
    parameter_name = "show"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("finished", "Closed"), ("all", "All")]

    def choices(self, changelist: Any) -> Any:
        yield {
            "selected": self.value() is None,
            "query_string": changelist.get_query_string(remove=[self.parameter_name]),
            "display": "Open",
        }
        for value, title in self.lookup_choices:
            yield {
                "selected": self.value() == str(value),
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": title,
            }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "all":
            return queryset
        return (
            queryset.exclude(state__in=UNFINISHED) if self.value() else queryset.filter(state__in=UNFINISHED)
        )


@admin.register(Alert)
class AlertAdmin(FactAdmin):
    """What the owner should look at. An alert is acknowledged, resolved or dismissed; it is never edited."""

    look = permissions.SEE_ALERTS
    empty_says = "Nothing needs you right now. Alerts show up here, and wherever you want to hear of them."
    empty_next = ("Choose where alerts go", "admin:alerting")
    list_display = ("what", "how_bad", "how_often", "since", "where_it_stands")
    list_display_links = ("what",)
    list_filter = (OpenFilter, ("severity", ChoicesDropdownFilter))
    search_fields = ("title", "detail")
    search_help_text = "Search alerts"
    ordering = ("-last_at", "-id")
    actions = ("acknowledge_all", "resolve_all", "dismiss_all")
    actions_detail = ("acknowledge", "resolve", "dismiss")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "title",
                    "detail",
                    "how_bad",
                    "where_it_stands",
                    "about",
                    "conversation",
                    "solves",
                    "then",
                )
            },
        ),
        ("When", {"fields": ("since", "last", "how_often", "finished")}),
    )
    readonly_fields = (
        "how_bad",
        "where_it_stands",
        "about",
        "conversation",
        "solves",
        "then",
        "since",
        "last",
        "how_often",
        "finished",
    )

    @column("Alert", rich=True)
    def what(self, alert: Alert) -> tuple[str, str]:
        return alert.title, alert.detail

    @column("Severity", ordering="severity")
    def how_bad(self, alert: Alert) -> str:
        return badge(Severity(alert.severity).label, _SEVERITY_TONE[alert.severity])

    @column("State", ordering="state")
    def where_it_stands(self, alert: Alert) -> str:
        return badge(AlertState(alert.state).label, _STATE_TONE[alert.state])

    @column("About")
    def about(self, alert: Alert) -> Any:
        if alert.subject_kind == "thread":
            return "The conversation"
        return subject_link(alert.organization_id, alert.subject_kind, alert.subject_id)

    @column("Conversation")
    def conversation(self, alert: Alert) -> Any:
        return subject_link(alert.organization_id, "thread", alert.thread_id)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """With what deals with it, for whoever looks."""
        alert = super().get_object(request, object_id, from_field)
        alert.solvers = _solvers(request, alert)
        return alert

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Without the line of what solves it where nothing does."""
        groups = super().get_fieldsets(request, obj)
        if obj is None or self._ways(obj):
            return groups
        return [
            (title, {**group, "fields": [name for name in group["fields"] if name != "solves"]})
            for title, group in groups
        ]

    @column("What solves it")
    def solves(self, alert: Alert) -> Any:
        return format_html_join(" ", "{}", ((one,) for one in self._ways(alert)))

    def _ways(self, alert: Alert) -> list[Any]:
        """The page or the buttons that deal with it."""
        kind = alert_kind(alert.kind)
        if alert.state in UNFINISHED and kind is not None and kind.solved_at is not None:
            words, page = kind.solved_at
            return [adminkit.linked(reverse(page), words)]
        solvers = getattr(alert, "solvers", [])
        dialogs = [(url, title) for url, title, asks in solvers if asks]
        shown = [adminkit.linked(url, title) for url, title, asks in solvers if not asks]
        return [*shown, adminkit.buttons_to(dialogs)] if dialogs else shown

    @column("What you can do")
    def then(self, alert: Alert) -> Any:
        offered = [(verb, verb.capitalize()) for verb in self.actions_detail if self.offers(verb, alert)]
        return adminkit.shown_buttons(alert, offered) if offered else "Nothing: it's closed."

    @column("Count", ordering="count")
    def how_often(self, alert: Alert) -> str:
        return "once" if alert.count == 1 else f"{alert.count} times"

    @column("Since", ordering="first_at")
    def since(self, alert: Alert) -> str:
        return moment(alert.first_at)

    @column("Last seen")
    def last(self, alert: Alert) -> str:
        return moment(alert.last_at)

    @column("Closed")
    def finished(self, alert: Alert) -> str:
        if alert.resolved_at is None:
            return "–"
        by = (
            "automatically, once the cause was fixed"
            if alert.resolved_automatically
            else f"by {alert.resolved_by}"
        )
        return f"{moment(alert.resolved_at)} {by}"

    def offers(self, verb: str, obj: Any) -> bool:
        if verb == "acknowledge":
            return bool(obj.state == AlertState.OPEN)
        return obj.state in UNFINISHED and not (verb == "dismiss" and obj.severity == Severity.CRITICAL)

    @verb_button(
        description="Acknowledge",
        text="Mark as seen. It stays open until it's resolved.",
        done="Acknowledged.",
        may=permissions.ACKNOWLEDGE,
        icon="visibility",
    )
    def acknowledge(self, request: HttpRequest, alert: Alert, form: Any) -> None:
        alert_lifecycle.acknowledge(alert, by=adminkit.person(request), at=timezone.now())

    @verb_button(
        description="Resolve",
        text="The problem is fixed. If it comes back, you get a new alert.",
        done="Resolved.",
        may=permissions.RESOLVE,
        icon="check_circle",
    )
    def resolve(self, request: HttpRequest, alert: Alert, form: Any) -> None:
        alert_lifecycle.resolve(alert, by=adminkit.person(request), at=timezone.now())

    @verb_button(
        description="Dismiss",
        text="Nothing to do.",
        done="Dismissed.",
        may=permissions.DISMISS,
        icon="close",
    )
    def dismiss(self, request: HttpRequest, alert: Alert, form: Any) -> None:
        alert_lifecycle.dismiss(alert, by=adminkit.person(request), at=timezone.now())

    @bulk_button("Acknowledge", may=permissions.ACKNOWLEDGE)
    def acknowledge_all(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        by, at = adminkit.person(request), timezone.now()
        self.each(
            request, rows, lambda alert: alert_lifecycle.acknowledge(alert, by=by, at=at), "Acknowledged"
        )

    @bulk_button("Resolve", may=permissions.RESOLVE)
    def resolve_all(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        by, at = adminkit.person(request), timezone.now()
        self.each(request, rows, lambda alert: alert_lifecycle.resolve(alert, by=by, at=at), "Resolved")

    @bulk_button("Dismiss", may=permissions.DISMISS)
    def dismiss_all(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        by, at = adminkit.person(request), timezone.now()
        self.each(request, rows, lambda alert: alert_lifecycle.dismiss(alert, by=by, at=at), "Dismissed")
