"""The owner's pages about alerts and the trail."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.apps import apps
from django.contrib import admin
from django.db.models import CharField, OuterRef, QuerySet, Subquery, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce, NullIf
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html_join

from audit import alert_lifecycle, events, export, permissions
from audit.models import UNFINISHED, ActorKind, Alert, AlertState, AuditEvent, Severity
from audit.registry import SUBJECTS, VERBS, alert_kind
from audit.sentences import sentence
from snoutos import adminkit
from snoutos.accounts.models import User
from snoutos.adminkit import FactAdmin, badge, bulk_button, column, list_link, moment, verb_button
from snoutos.adminkit.unfold import ChoicesDropdownFilter, RangeDateTimeFilter, TextFilter
from snoutos.adminkit.words import Tone

_SEVERITY_TONE: dict[str, Tone] = {"critical": "danger", "warning": "warning", "info": "info"}
_STATE_TONE: dict[str, Tone] = {
    "open": "primary",
    "acknowledged": "info",
    "resolved": "success",
    "dismissed": "",
}


def _link(organization_id: int | None, kind: str, number: int | None) -> Any:
    """A link to the organization's row that an alert or event names; a dash for none."""
    subject = SUBJECTS.get(kind)
    if subject is None or not subject.has_page or not number or organization_id is None:
        return "–"
    model = apps.get_model(subject.model)
    row = model._default_manager.filter(organization=organization_id, pk=number).first()
    if row is not None and kind == "thread":
        where = reverse("admin:conversation", args=[adminkit.face(row)])
        return adminkit.linked(where, "Open the conversation")
    return adminkit.link(row)


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
        return _link(alert.organization_id, alert.subject_kind, alert.subject_id)

    @column("Conversation")
    def conversation(self, alert: Alert) -> Any:
        return _link(alert.organization_id, "thread", alert.thread_id)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """With what deals with it, for whoever looks."""
        alert = super().get_object(request, object_id, from_field)
        alert.solvers = _solvers(request, alert)
        return alert

    @column("What solves it")
    def solves(self, alert: Alert) -> Any:
        kind = alert_kind(alert.kind)
        if alert.state in UNFINISHED and kind is not None and kind.solved_at is not None:
            words, page = kind.solved_at
            return adminkit.linked(reverse(page), words)
        solvers = getattr(alert, "solvers", [])
        dialogs = [(url, title) for url, title, asks in solvers if asks]
        shown = [adminkit.linked(url, title) for url, title, asks in solvers if not asks]
        shown += [adminkit.buttons_to(dialogs)] if dialogs else []
        return format_html_join(" ", "{}", ((one,) for one in shown)) or "–"

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

    look = permissions.SEE_TRAIL
    empty_says = "Everything that is done and decided shows up here, and can't be changed."
    empty_next = ("Open the inbox", "admin:inbox")
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
    search_help_text = "Search by event, such as number.added"
    ordering = ("-id",)
    actions_list = ("download",)
    actions = ()
    fieldsets = (
        (None, {"fields": ("sentence", "when", "who", "credential", "about", "page", "conversation")}),
        ("For support", {"fields": ("verb", "correlation_id", "facts")}),
    )
    readonly_fields = ("sentence", "when", "who", "credential", "about", "page", "conversation", "facts")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With who did it and which automation it is about, for all rows at once."""
        people = User.objects.filter(pk=OuterRef("actor_id"), organization=OuterRef("organization"))
        names = people.annotate(
            called=Coalesce(NullIf("name", Value("")), "email", output_field=CharField())
        ).values("called")
        ran = apps.get_model("automations.Automation")._default_manager.annotate(key=Cast("pk", CharField()))
        automations = ran.filter(key=OuterRef("about_automation"), organization=OuterRef("organization"))
        rows: QuerySet[Any] = super().get_queryset(request)
        named: QuerySet[Any] = rows.annotate(about_automation=KT("data__automation_id")).annotate(
            person=Subquery(names), automation=Subquery(automations.values("name"))
        )
        return named

    def list_page(self, request: HttpRequest, extra_context: Any) -> HttpResponseBase:
        """The list; its download has the same filters."""
        response: Any = super().list_page(request, extra_context)
        for offered in getattr(response, "context_data", {}).get("actions_list", []):
            offered["path"] += f"?{request.GET.urlencode()}"
        return response  # type: ignore[no-any-return]

    @column("What happened", rich=True)
    def what(self, event: AuditEvent) -> tuple[str, str]:
        return self.sentence(event), event.verb

    @column("What happened")
    def sentence(self, event: AuditEvent) -> str:
        return sentence(event.verb, event.data, automation=getattr(event, "automation", None) or "")

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

    @column("With")
    def credential(self, event: AuditEvent) -> Any:
        if event.credential_kind == "api_key":
            return _link(event.organization_id, "api_key", event.credential_id)
        return f"browser session {event.credential_id:012x}" if event.credential_id else "–"

    @column("About")
    def about(self, event: AuditEvent) -> str:
        kind = event.subject_kind.replace("_", " ")
        return f"{kind} {event.subject_id}" if event.subject_id else kind

    @column("Conversation")
    def conversation(self, event: AuditEvent) -> Any:
        return _link(event.organization_id, "thread", event.thread_id)

    @column("Open")
    def page(self, event: AuditEvent) -> Any:
        return _link(event.organization_id, event.subject_kind, event.subject_id)

    @column("Details")
    def facts(self, event: AuditEvent) -> Any:
        return adminkit.bullets(
            f"{key.replace('_', ' ')}: {value}" for key, value in sorted(event.data.items())
        )

    @list_link("Download as CSV", icon="download", url_path="csv", may=permissions.EXPORT_TRAIL)
    def download(self, request: HttpRequest) -> HttpResponseBase:
        """The events that the list shows, all pages of them, safe for a spreadsheet. Recorded itself."""
        rows = self.get_changelist_instance(request).get_queryset(request).order_by("-pk")
        adminkit.record(request, events.export_made, kind="audit", rows=rows.count())
        response = StreamingHttpResponse(export.events_csv(rows), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="audit.csv"'
        response["X-Content-Type-Options"] = "nosniff"
        return response
