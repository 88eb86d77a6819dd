"""The owner's pages about the trail."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.apps import apps
from django.contrib import admin
from django.db.models import CharField, OuterRef, QuerySet, Subquery, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce, NullIf
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse

from audit import events, export, permissions
from audit.admin.links import subject_link
from audit.models import ActorKind, AuditEvent
from audit.registry import VERBS
from audit.sentences import sentence
from snoutos import adminkit
from snoutos.accounts.models import User
from snoutos.adminkit import FactAdmin, column, list_link, moment
from snoutos.adminkit.unfold import ChoicesDropdownFilter, RangeDateTimeFilter, TextFilter


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
            return subject_link(event.organization_id, "api_key", event.credential_id)
        return f"browser session {event.credential_id:012x}" if event.credential_id else "–"

    @column("About")
    def about(self, event: AuditEvent) -> str:
        kind = event.subject_kind.replace("_", " ")
        return f"{kind} {event.subject_id}" if event.subject_id else kind

    @column("Conversation")
    def conversation(self, event: AuditEvent) -> Any:
        return subject_link(event.organization_id, "thread", event.thread_id)

    @column("Open")
    def page(self, event: AuditEvent) -> Any:
        return subject_link(event.organization_id, event.subject_kind, event.subject_id)

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
