"""The owner's pages about alerts and the trail, and the trail's hand in the desk's own changes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.apps import apps
from django.contrib import admin
from django.db import transaction
from django.db.models import CharField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, NullIf
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateTimeFilter, TextFilter

from audit import alerts, events, export
from audit.models import UNFINISHED, ActorKind, Alert, AlertState, AuditEvent, Severity
from audit.record import Actor, recording
from audit.verbs import VERBS, sentence
from snoutos.accounts import desk
from snoutos.accounts.desk import FactAdmin, badge, bulk_button, column, list_link, moment, verb_button
from snoutos.accounts.desk.words import Tone
from snoutos.accounts.models import User


def _record(verb: str, *, by: User, **facts: Any) -> None:
    """What the desk itself changes leaves its event beside the change."""
    with transaction.atomic(), recording(actor=Actor.user(by.pk), at=timezone.now()) as trail:
        trail.record(getattr(events, verb.replace(".", "_"))(organization_id=by.organization_id, **facts))


desk.record_with(_record)

_SEVERITY_TONE: dict[str, Tone] = {"critical": "danger", "warning": "warning", "info": "info"}
_STATE_TONE: dict[str, Tone] = {
    "open": "primary",
    "acknowledged": "info",
    "resolved": "success",
    "dismissed": "",
}


# Rows of the apps above, by name only: what an alert or an event is about, when the desk has a page for it.
_ROWS = {
    "account": "messaging.ProviderAccount",
    "automation": "automations.Automation",
    "client": "messaging.Client",
    "delivery": "messaging.Delivery",
    "execution": "automations.Execution",
    "message": "messaging.Message",
    "number": "messaging.MessageNumber",
    "override": "messaging.RoutingOverride",
    "sitter": "messaging.Sitter",
    "receipt": "messaging.WebhookReceipt",
    "thread": "messaging.Thread",
    "window": "messaging.AssignmentWindow",
}


def _link(organization_id: int | None, kind: str, number: int | None) -> Any:
    """A link to the organization's row that an alert or event names; a dash for none."""
    label = _ROWS.get(kind)
    if label is None or not number or organization_id is None:
        return "–"
    model = apps.get_model(label)
    row = model._default_manager.filter(organization=organization_id, pk=number).first()
    if row is not None and kind == "thread":
        where = reverse("admin:conversation", args=[desk.face(row)])
        return format_html('<a href="{}" class="text-link">Open the conversation</a>', where)
    return desk.link(row)


class OpenFilter(admin.SimpleListFilter):
    """Alerts that still want something come first; the finished ones are one choice away."""

    title = "state"
    parameter_name = "show"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("finished", "Finished"), ("all", "All")]

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
            {"fields": ("title", "detail", "how_bad", "where_it_stands", "about", "conversation", "then")},
        ),
        ("When", {"fields": ("since", "last", "how_often", "finished")}),
    )
    readonly_fields = (
        "how_bad",
        "where_it_stands",
        "about",
        "conversation",
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
        return _link(alert.organization_id, alert.subject_kind, alert.subject_id)

    @column("Conversation")
    def conversation(self, alert: Alert) -> Any:
        return _link(alert.organization_id, "thread", alert.thread_id)

    @column("What you can do")
    def then(self, alert: Alert) -> Any:
        offered = [(verb, verb.capitalize()) for verb in self.actions_detail if self.offers(verb, alert)]
        return desk.shown_buttons(alert, offered) if offered else "Nothing: it is finished."

    @column("Times", ordering="count")
    def how_often(self, alert: Alert) -> str:
        return "once" if alert.count == 1 else f"{alert.count} times"

    @column("First", ordering="first_at")
    def since(self, alert: Alert) -> str:
        return moment(alert.first_at)

    @column("Last")
    def last(self, alert: Alert) -> str:
        return moment(alert.last_at)

    @column("Finished")
    def finished(self, alert: Alert) -> str:
        if alert.resolved_at is None:
            return "–"
        by = "by itself, its reason has gone" if alert.resolved_automatically else f"by {alert.resolved_by}"
        return f"{moment(alert.resolved_at)} {by}"

    def offers(self, verb: str, obj: Any) -> bool:
        if verb == "acknowledge":
            return bool(obj.state == AlertState.OPEN)
        return obj.state in UNFINISHED and not (verb == "dismiss" and obj.severity == Severity.CRITICAL)

    @verb_button(
        description="Acknowledge",
        text="You have seen it. It stays open until the problem is dealt with.",
        done="Acknowledged.",
        icon="visibility",
    )
    def acknowledge(self, request: HttpRequest, alert: Alert, form: Any) -> None:
        alerts.acknowledge(alert, by=desk.person(request), at=timezone.now())

    @verb_button(
        description="Resolve",
        text="The problem is dealt with. If it comes back, a new alert opens.",
        done="Resolved.",
        icon="check_circle",
    )
    def resolve(self, request: HttpRequest, alert: Alert, form: Any) -> None:
        alerts.resolve(alert, by=desk.person(request), at=timezone.now())

    @verb_button(description="Dismiss", text="Nothing needs to be done.", done="Dismissed.", icon="close")
    def dismiss(self, request: HttpRequest, alert: Alert, form: Any) -> None:
        alerts.dismiss(alert, by=desk.person(request), at=timezone.now())

    @bulk_button("Acknowledge")
    def acknowledge_all(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        by, at = desk.person(request), timezone.now()
        self.each(request, rows, lambda alert: alerts.acknowledge(alert, by=by, at=at), "Acknowledged")

    @bulk_button("Resolve")
    def resolve_all(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        by, at = desk.person(request), timezone.now()
        self.each(request, rows, lambda alert: alerts.resolve(alert, by=by, at=at), "Resolved")

    @bulk_button("Dismiss")
    def dismiss_all(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        by, at = desk.person(request), timezone.now()
        self.each(request, rows, lambda alert: alerts.dismiss(alert, by=by, at=at), "Dismissed")


class VerbFilter(admin.SimpleListFilter):
    """One verb, or a whole family of them (“consent.”)."""

    title = "what happened"
    parameter_name = "verb"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        families = sorted({verb.split(".")[0] for verb in VERBS})
        return [(f"{family}.", family.replace("_", " ").capitalize()) for family in families]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        if not value:
            return queryset
        return queryset.filter(verb__startswith=value) if value.endswith(".") else queryset.filter(verb=value)


class SubjectFilter(TextFilter):  # type: ignore[misc]
    """What it happened to: “thread”, or “thread 42” for one of them."""

    title = "subject"
    parameter_name = "subject"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        kind, _, number = (self.value() or "").strip().lower().partition(" ")
        if not kind:
            return queryset
        found = queryset.filter(subject_kind=kind.replace(" ", "_"))
        if number.strip():
            return found.filter(subject_id=int(number)) if number.strip().isdecimal() else found.none()
        return found


class CorrelationFilter(TextFilter):  # type: ignore[misc]
    """Everything that one request did."""

    title = "correlation id"
    parameter_name = "correlation"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = (self.value() or "").strip()
        if not value:
            return queryset
        try:
            return queryset.filter(correlation_id=UUID(value))
        except ValueError:
            return queryset.none()


@admin.register(AuditEvent)
class AuditEventAdmin(FactAdmin):
    """The trail: what happened, by whom, to what. Nobody can change it, here or anywhere."""

    list_display = ("what", "when", "who", "about")
    list_display_links = ("what",)
    list_filter = (
        VerbFilter,
        ("actor_kind", ChoicesDropdownFilter),
        SubjectFilter,
        CorrelationFilter,
        ("at", RangeDateTimeFilter),
    )
    search_fields = ("verb", "subject_kind")
    search_help_text = "Search by kind of event, such as number.added"
    ordering = ("-id",)
    actions_list = ("download",)
    actions = ()
    fieldsets = (
        (None, {"fields": ("sentence", "when", "who", "about", "page", "conversation")}),
        ("For support", {"fields": ("verb", "correlation_id", "facts")}),
    )
    readonly_fields = ("sentence", "when", "who", "about", "page", "conversation", "facts")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With who did it, for all rows at once."""
        people = User.objects.filter(pk=OuterRef("actor_id"), organization=OuterRef("organization"))
        names = people.annotate(
            called=Coalesce(NullIf("name", Value("")), "email", output_field=CharField())
        ).values("called")
        rows: QuerySet[Any] = super().get_queryset(request).annotate(person=Subquery(names))
        return rows

    def list_page(self, request: HttpRequest, extra_context: Any) -> HttpResponseBase:
        """The list; its download has the same filters."""
        response: Any = super().list_page(request, extra_context)
        for offered in getattr(response, "context_data", {}).get("actions_list", []):
            offered["path"] += f"?{request.GET.urlencode()}"
        return response  # type: ignore[no-any-return]

    @column("What happened", rich=True)
    def what(self, event: AuditEvent) -> tuple[str, str]:
        return sentence(event.verb, event.data), event.verb

    @column("What happened")
    def sentence(self, event: AuditEvent) -> str:
        return sentence(event.verb, event.data)

    @column("When", ordering="id")
    def when(self, event: AuditEvent) -> str:
        return moment(event.at)

    @column("By")
    def who(self, event: AuditEvent) -> str:
        label = ActorKind(event.actor_kind).label
        if event.actor_kind in (ActorKind.USER, ActorKind.API):
            name = getattr(event, "person", None) or label
            return f"{name} (API)" if event.actor_kind == ActorKind.API else name
        return f"{label} {event.actor_id}" if event.actor_id else label

    @column("About")
    def about(self, event: AuditEvent) -> str:
        kind = event.subject_kind.replace("_", " ")
        return f"{kind} {event.subject_id}" if event.subject_id else kind

    @column("Conversation")
    def conversation(self, event: AuditEvent) -> Any:
        return _link(event.organization_id, "thread", event.thread_id)

    @column("Its page")
    def page(self, event: AuditEvent) -> Any:
        return _link(event.organization_id, event.subject_kind, event.subject_id)

    @column("Facts")
    def facts(self, event: AuditEvent) -> Any:
        return desk.bullets(f"{key.replace('_', ' ')}: {value}" for key, value in sorted(event.data.items()))

    @list_link("Download as CSV", icon="download", url_path="csv")
    def download(self, request: HttpRequest) -> HttpResponseBase:
        """The events that the list shows, all pages of them, safe for a spreadsheet. Recorded itself."""
        rows = self.get_changelist_instance(request).get_queryset(request).order_by("-pk")
        desk.record(request, "export.made", kind="audit", rows=rows.count())
        response = StreamingHttpResponse(export.events_csv(rows), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="audit.csv"'
        response["X-Content-Type-Options"] = "nosniff"
        return response
