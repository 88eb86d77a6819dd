"""Where each text went, and why: one sentence, and every rule that was asked."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from routing import permissions
from routing.models import RoutingDecision
from routing.sentences import RULES, sentence, steps
from snoutos import adminkit
from snoutos.adminkit import FactAdmin, OwnRelatedFilter, Step, badge, column, moment, timeline
from snoutos.adminkit.unfold import RangeDateTimeFilter


class TargetFilter(admin.SimpleListFilter):
    """To whom it went."""

    title = "went to"
    parameter_name = "went"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("owner_inbox", "Your inbox"), ("sitter", "A sitter")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(target=self.value()) if self.value() else queryset


@admin.register(RoutingDecision)
class RoutingDecisionAdmin(FactAdmin):
    """Decisions as they were made, with the facts they were made on. They never change."""

    look = permissions.SEE_DECISIONS
    empty_says = "Where each text went, and why, shows up here."
    empty_next = ("Open the inbox", "admin:inbox")
    list_display = ("what", "went_to", "when")
    list_display_links = ("what",)
    list_filter = (TargetFilter, ("sitter", OwnRelatedFilter), ("at", RangeDateTimeFilter))
    list_select_related = ("thread__client", "sitter")
    search_fields = ("thread__client__name", "sitter__name", "thread__participants__e164")
    search_help_text = "Search by client, sitter or phone"
    ordering = ("-id",)
    actions = ()
    fieldsets = (
        (None, {"fields": ("why", "went_to", "whose", "when")}),
        ("Every rule, in order", {"fields": ("trace_is",)}),
        ("For support", {"fields": ("ruleset", "facts", "facts_hash"), "classes": ("collapse",)}),
    )
    readonly_fields = ("why", "went_to", "whose", "when", "trace_is")

    @column("Text", rich=True)
    def what(self, decision: RoutingDecision) -> tuple[str, str]:
        return str(decision.thread.client or "Unknown sender"), self.why(decision)

    @column("Why")
    def why(self, decision: RoutingDecision) -> str:
        return sentence(decision, timezone.get_current_timezone())

    @column("Went to")
    def went_to(self, decision: RoutingDecision) -> str:
        return badge(str(decision.sitter), "success") if decision.sitter else badge("Your inbox", "info")

    @column("Text of")
    def whose(self, decision: RoutingDecision) -> Any:
        return adminkit.link(decision.message, f"{decision.thread.client or 'unknown sender'}: open the text")

    @column("When", ordering="id")
    def when(self, decision: RoutingDecision) -> str:
        return moment(decision.at)

    @column("Rules")
    def trace_is(self, decision: RoutingDecision) -> Any:
        asked = steps(decision, timezone.get_current_timezone())
        return timeline(
            Step(
                decision.at if decided else None,
                f"{RULES.get(rule, rule)}{': decided' if decided else ''}",
                said,
                "success" if decided else "",
            )
            for rule, decided, said in asked
        )
