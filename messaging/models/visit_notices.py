"""What sitters are still to hear about their visits."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.timezone import now

from messaging.models.assignments import AssignmentWindow, Visit
from messaging.models.people import Sitter
from snoutos.accounts.tenancy import TenantForeignKey, TenantModel


class VisitNotice(TenantModel):
    """`sitter` is to hear that a visit is new to them, changed or no longer theirs: what they knew of it, nothing of a new one.

    One for a sitter and a visit, however often it changes before they are told; gone once they are.
    """

    sitter = TenantForeignKey(Sitter, models.CASCADE, related_name="+", db_index=False)
    visit = TenantForeignKey(Visit, models.CASCADE, related_name="+", null=True, db_index=False)
    window = TenantForeignKey(AssignmentWindow, models.CASCADE, related_name="+", null=True, db_index=False)
    was_starts_at = models.DateTimeField(null=True)
    was_ends_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=now, editable=False)
    due_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["sitter", "visit"],
                condition=Q(visit__isnull=False),
                name="visitnotice_one_per_sitter_and_visit",
            ),
            models.UniqueConstraint(
                fields=["sitter", "window"],
                condition=Q(window__isnull=False),
                name="visitnotice_one_per_sitter_and_window",
            ),
            models.CheckConstraint(
                condition=Q(visit__isnull=True, window__isnull=False)
                | Q(visit__isnull=False, window__isnull=True),
                name="visitnotice_is_about_one",
            ),
            models.CheckConstraint(
                condition=Q(was_starts_at__isnull=True, was_ends_at__isnull=True)
                | Q(
                    was_starts_at__isnull=False, was_ends_at__isnull=False, was_ends_at__gt=F("was_starts_at")
                ),
                name="visitnotice_knew_both_times_or_none",
            ),
        ]
        indexes = [
            # Read by the tick that tells them.
            models.Index(fields=["due_at"], name="visitnotice_due"),
        ]

    def __str__(self) -> str:
        return f"notice {self.pk}"
