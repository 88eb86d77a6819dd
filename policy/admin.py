"""What screening found, and what the owner lets through."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from audit import events as audit_events
from messaging.models.messages import AuthorKind
from messaging.models.phones import display
from policy import events, exports, permissions
from policy.agreement import by_kind
from policy.detector import RULESET_VERSION
from policy.models import Action, AllowedContact, FindingKind, Resolution, ScreeningRule, Violation
from snoutos import adminkit
from snoutos.adminkit import (
    FactAdmin,
    OwnRelatedFilter,
    TenantAdmin,
    badge,
    bullets,
    column,
    list_link,
    moment,
)
from snoutos.adminkit.unfold import ChoicesDropdownFilter
from snoutos.adminkit.words import Tone

_ACTION: dict[str, Tone] = {"allow": "", "warn": "info", "redact": "warning", "hold": "danger"}
_RESOLUTION: dict[str, Tone] = {
    "approved": "success",
    "edited": "success",
    "rejected": "danger",
    "dismissed": "",
    "canceled": "",
}


class ResolutionFilter(admin.SimpleListFilter):
    """Whether somebody has decided."""

    title = "decision"
    parameter_name = "decided"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("no", "Undecided"), *[(value, str(label)) for value, label in Resolution.choices]]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "no":
            return queryset.filter(Q(resolution="") & Q(action=Action.HOLD))
        return queryset.filter(resolution=self.value()) if self.value() else queryset


@admin.register(Violation)
class ViolationAdmin(FactAdmin):
    """What screening found in a text and what became of it. Decided in the review queue, never here."""

    look = permissions.SEE_VIOLATIONS
    empty_says = "What screening finds in a text shows up here."
    empty_next = ("Open the review", "admin:review")
    list_display = ("what", "done", "decided", "when")
    list_display_links = ("what",)
    list_filter = (("action", ChoicesDropdownFilter), ResolutionFilter, ("sitter", OwnRelatedFilter))
    list_select_related = ("sitter", "thread__client", "resolved_by")
    search_fields = ("sitter__name", "thread__client__name", "thread__participants__e164")
    search_help_text = "Search by sitter, client or phone"
    ordering = ("-id",)
    actions_list = ("agreement", "download")
    actions = ()
    fieldsets = (
        (None, {"fields": ("whose", "done", "decided", "when")}),
        ("What was found", {"fields": ("found",)}),
        ("For support", {"fields": ("rule_version",), "classes": ("collapse",)}),
    )
    readonly_fields = ("whose", "done", "decided", "when", "found")

    @column("Found", rich=True)
    def what(self, violation: Violation) -> tuple[str, str]:
        kinds = sorted({_kind(finding["kind"]) for finding in violation.findings})
        author = violation.sitter or AuthorKind(violation.author_kind).label
        return ", ".join(kinds) or "Screening failed", f"in a text of {author}"

    @column("Done", ordering="action")
    def done(self, violation: Violation) -> str:
        return badge(Action(violation.action).label, _ACTION[violation.action])

    @column("Decided", ordering="resolution")
    def decided(self, violation: Violation) -> Any:
        if violation.resolution:
            return badge(Resolution(violation.resolution).label, _RESOLUTION[violation.resolution])
        return badge("Waiting for review", "warning") if violation.action == Action.HOLD else "–"

    @column("When", ordering="id")
    def when(self, violation: Violation) -> str:
        if violation.resolved_at is None:
            return moment(violation.created_at)
        by = f" by {violation.resolved_by}" if violation.resolved_by else ""
        return f"{moment(violation.created_at)}, decided {moment(violation.resolved_at)}{by}"

    @column("Text")
    def whose(self, violation: Violation) -> Any:
        author = violation.sitter or AuthorKind(violation.author_kind).label
        return adminkit.link(
            violation.message, f"A text of {author}, with {violation.thread.client or 'unknown sender'}"
        )

    def list_page(self, request: HttpRequest, extra_context: Any) -> HttpResponseBase:
        """The list; its download has the same filters."""
        response: Any = super().list_page(request, extra_context)
        for offered in getattr(response, "context_data", {}).get("actions_list", []):
            offered["path"] += f"?{request.GET.urlencode()}"
        return response  # type: ignore[no-any-return]

    @list_link("How screening did", icon="query_stats", url_path="agreement", may=permissions.SEE_VIOLATIONS)
    def agreement(self, request: HttpRequest) -> HttpResponseBase:
        """By kind, what the list shows: how much was found, and how often people agreed."""
        rows = self.get_changelist_instance(request).get_queryset(request).order_by()
        context = {
            **self.admin_site.each_context(request),
            "title": "How screening did",
            "rows": by_kind(rows),
            "rules": RULESET_VERSION,
            "back": f"{reverse('admin:policy_violation_changelist')}?{request.GET.urlencode()}",
        }
        return TemplateResponse(request, "policy/agreement.html", context)

    @list_link("Download as CSV", icon="download", url_path="csv", may=permissions.EXPORT_VIOLATIONS)
    def download(self, request: HttpRequest) -> HttpResponseBase:
        """The violations that the list shows, all pages of them, without a word of the texts. Recorded."""
        rows = self.get_changelist_instance(request).get_queryset(request).order_by("-pk")
        adminkit.record(request, audit_events.export_made, kind="violations", rows=rows.count())
        response = StreamingHttpResponse(exports.violations_csv(rows), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="violations.csv"'
        response["X-Content-Type-Options"] = "nosniff"
        return response

    @column("Findings")
    def found(self, violation: Violation) -> Any:
        return bullets(_words(finding) for finding in violation.findings)


def _kind(kind: str) -> str:
    return str(FindingKind(kind).label) if kind in FindingKind.values else kind


def _words(finding: dict[str, Any]) -> str:
    """“Phone number, characters 12 to 24, quite sure: written in words”."""
    score = float(finding.get("score", 0))
    sure = "sure" if score >= 0.9 else "very likely" if score >= 0.6 else "possible"
    reasons = ", ".join(str(reason).replace("_", " ") for reason in finding.get("reasons", []))
    where = f"characters {int(finding['start']) + 1} to {finding['end']}"
    return f"{_kind(finding['kind'])}, {where}, {sure}{f': {reasons}' if reasons else ''}"


@admin.register(AllowedContact)
class AllowedContactAdmin(TenantAdmin):
    """Numbers and domains that anybody may write in a text."""

    look = permissions.SEE_ALLOWED
    empty_says = "Add your own website, e-mail or number, so that screening lets it through."
    act = permissions.CHANGE_ALLOWED
    list_display = ("what", "kind_is", "added")
    list_display_links = ("what",)
    list_filter = (("kind", ChoicesDropdownFilter),)
    list_select_related = ("added_by",)
    search_fields = ("value", "note")
    search_phones = ("value",)
    search_help_text = "Search by number, domain or note"
    ordering = ("kind", "value")
    actions = ()
    add_fieldsets = ((None, {"fields": ("kind", "value", "note")}),)
    fieldsets = ((None, {"fields": ("kind", "value", "note", "added")}),)
    readonly_fields = ("added",)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        if "value" in form.base_fields:
            form.base_fields["value"].label = "Number or domain"
            form.base_fields["value"].help_text = "Such as (415) 555-0100 or example.com."
            form.base_fields["note"].help_text = "Whose it is. Only you and your staff see this."
        return form

    @column("Allowed", ordering="value", rich=True)
    def what(self, contact: AllowedContact) -> tuple[str, str]:
        return display(contact.value) if contact.kind == "phone" else contact.value, contact.note

    @column("Kind", ordering="kind")
    def kind_is(self, contact: AllowedContact) -> str:
        return contact.get_kind_display()

    @column("Added")
    def added(self, contact: AllowedContact) -> str:
        by = f" by {contact.added_by}" if contact.added_by else ""
        return f"{moment(contact.created_at)}{by}"

    def has_delete_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        return self.has_act_permission(request)

    def store(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            obj.added_by = adminkit.person(request)
        super().store(request, obj, form, change)

    def changed(self, request: HttpRequest, obj: Any, fields: Iterable[str], *, created: bool) -> None:
        if created:
            adminkit.record(request, events.policy_allowed_added, entry_id=obj.pk, kind=obj.kind)
        else:
            super().changed(request, obj, fields, created=created)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self.changed(request, obj, ["removed"], created=False)
        super().delete_model(request, obj)


@admin.register(ScreeningRule)
class ScreeningRuleAdmin(TenantAdmin):
    """The owner's choices for screening. Without one, the strict defaults hold."""

    look = act = permissions.CHANGE_RULES
    empty_says = (
        "Your texts are screened by the usual rules. Add one to change what happens to a kind of contact."
    )
    list_display = ("what", "done")
    list_display_links = ("what",)
    list_filter = (("author_kind", ChoicesDropdownFilter),)
    ordering = ("author_kind", "finding_kind")
    actions = ()
    fieldsets = (
        (
            None,
            {
                "fields": ("author_kind", "finding_kind", "action"),
                "description": "A sitter's text with a phone number is always held for review.",
            },
        ),
    )

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        for name, label in (
            ("author_kind", "Written by"),
            ("finding_kind", "What is found"),
            ("action", "Then"),
        ):
            if name in form.base_fields:
                form.base_fields[name].label = label
        return form

    @column("Rule", rich=True)
    def what(self, rule: ScreeningRule) -> tuple[str, str]:
        return rule.get_finding_kind_display(), f"in a text of: {rule.get_author_kind_display().lower()}"

    @column("Then", ordering="action")
    def done(self, rule: ScreeningRule) -> str:
        return badge(Action(rule.action).label, _ACTION[rule.action])

    def has_delete_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        return self.has_act_permission(request)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self.changed(request, obj, ["removed"], created=False)
        super().delete_model(request, obj)
