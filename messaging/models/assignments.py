"""Assignment windows and routing overrides: who looks after a thread, and when.

They live here because deliveries point to what authorised them; they change through `messaging.assignments` only.
"""

from __future__ import annotations

from datetime import timedelta

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.timezone import now

from messaging.models.people import Sitter
from messaging.models.threads import Thread
from snoutos.accounts.models import User
from snoutos.accounts.tenancy import PublicModel, TenantForeignKey, TenantModel

LONGEST_OVERRIDE = timedelta(days=7)


def _one_at_a_time(name: str, sentence: str) -> ExclusionConstraint:
    """No two rows of a thread, not canceled, may hold at the same instant. Ranges are half open: back to back is fine.

    `int8range` compares the thread without the btree_gist extension, which not every PostgreSQL has.
    """
    same_thread = Func(
        F("thread_id"), F("thread_id"), Value("[]"), function="int8range", output_field=BigIntegerRangeField()
    )
    same_time = Func(F("starts_at"), F("ends_at"), function="tstzrange", output_field=DateTimeRangeField())
    return ExclusionConstraint(
        name=name,
        index_type="gist",
        expressions=[(same_thread, RangeOperators.OVERLAPS), (same_time, RangeOperators.OVERLAPS)],
        condition=Q(canceled_at__isnull=True),
        violation_error_message=sentence,
    )


class VisitType(models.TextChoices):
    """What kind of visit it is, as people and automations read it."""

    DROP_IN = "drop_in", "Drop-in"
    OVERNIGHT = "overnight", "Overnight"
    OTHER = "other", "Other"


class AssignmentWindow(TenantModel, PublicModel):
    """The sitter looks after the thread in [starts_at, ends_at). Ended early or canceled, never deleted."""

    thread = TenantForeignKey(Thread, related_name="windows", db_index=False)
    sitter = TenantForeignKey(Sitter, related_name="windows", db_index=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    visit_type = models.CharField(max_length=16, choices=VisitType.choices, default=VisitType.OTHER)
    created_by = TenantForeignKey(User, related_name="+", null=True, blank=True, db_index=False)
    created_at = models.DateTimeField(default=now, editable=False)
    canceled_at = models.DateTimeField(null=True, editable=False)
    canceled_by = TenantForeignKey(User, related_name="+", null=True, editable=False, db_index=False)

    class Meta(TenantModel.Meta):
        verbose_name = "visit"
        constraints = [
            *TenantModel.Meta.constraints,
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="assignmentwindow_ends_after_it_starts",
                violation_error_message="The visit must end after it starts.",
            ),
            _one_at_a_time(
                "assignmentwindow_no_overlap_per_thread",
                "Another sitter is already booked for part of that time.",
            ),
        ]
        indexes = [
            # Read by access and the schedule: a sitter's windows by time.
            models.Index(fields=["sitter", "starts_at"], name="assignmentwindow_of_sitter"),
            # Read by the routing loader: a thread's windows that are not over.
            models.Index(fields=["thread", "ends_at"], name="assignmentwindow_of_thread"),
            # Read by the calendar: a business' visits that are not over by a day. Few lie far ahead.
            models.Index(
                fields=["organization", "ends_at"],
                condition=Q(canceled_at__isnull=True),
                name="assignmentwindow_calendar",
            ),
        ]

    def __str__(self) -> str:
        return f"window {self.pk}"


class OverrideTarget(models.TextChoices):
    """Where an override sends a conversation."""

    OWNER_INBOX = "owner_inbox", "Owner inbox"
    SITTER = "sitter", "Sitter"


class RoutingOverride(TenantModel, PublicModel):
    """For a thread and a limited time, route elsewhere. Needs a reason; at most seven days; removed, never deleted."""

    thread = TenantForeignKey(Thread, related_name="overrides", db_index=False)
    target = models.CharField(max_length=16, choices=OverrideTarget.choices)
    sitter = TenantForeignKey(Sitter, related_name="+", null=True, blank=True, db_index=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=300)
    created_by = TenantForeignKey(User, related_name="+", null=True, blank=True, db_index=False)
    created_at = models.DateTimeField(default=now, editable=False)
    canceled_at = models.DateTimeField("removed at", null=True, editable=False)
    canceled_by = TenantForeignKey(User, related_name="+", null=True, editable=False, db_index=False)
    expiry_announced_at = models.DateTimeField(null=True, editable=False)

    class Meta(TenantModel.Meta):
        verbose_name = "redirect"
        constraints = [
            *TenantModel.Meta.constraints,
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="override_ends_after_it_starts",
                violation_error_message="The redirect must end after it starts.",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__lte=F("starts_at") + LONGEST_OVERRIDE),
                name="override_lasts_seven_days_at_most",
                violation_error_message="A redirect can last up to 7 days.",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="override_has_a_reason",
                violation_error_message="Say why: it shows with every redirected text.",
            ),
            models.CheckConstraint(
                condition=Q(target=OverrideTarget.SITTER, sitter__isnull=False)
                | Q(target=OverrideTarget.OWNER_INBOX, sitter__isnull=True),
                name="override_to_a_sitter_names_one",
                violation_error_message="Choose a sitter or your inbox.",
            ),
            _one_at_a_time(
                "override_no_overlap_per_thread", "This conversation already has a redirect at that time."
            ),
        ]
        indexes = [
            # Read by the tick that announces expiry.
            models.Index(
                fields=["ends_at"],
                condition=Q(canceled_at__isnull=True, expiry_announced_at__isnull=True),
                name="override_expiry",
            ),
            # Read by the routing loader: a thread's overrides that are not over.
            models.Index(fields=["thread", "ends_at"], name="override_of_thread"),
        ]

    def __str__(self) -> str:
        return f"override {self.pk}"
