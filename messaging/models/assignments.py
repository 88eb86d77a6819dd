"""Visits, their windows in conversations, and routing overrides: who looks after whom, and when.

They live here because deliveries point to what authorised them; they change through `messaging.assignments` only.
"""

from __future__ import annotations

from datetime import timedelta

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.timezone import now

from messaging.models.people import Client, Sitter
from messaging.models.threads import Thread
from snoutos.accounts.models import User
from snoutos.accounts.tenancy import PublicModel, TenantForeignKey, TenantModel

LONGEST_OVERRIDE = timedelta(days=7)


def _one_at_a_time(
    name: str, sentence: str, *, of: str = "thread_id", unless: Q | None = None
) -> ExclusionConstraint:
    """No two rows of a thread (or what `of` names), not canceled, may hold at the same instant. Ranges are half open: back to back is fine.

    `int8range` compares the ids without the btree_gist extension, which not every PostgreSQL has.
    """
    same_thread = Func(F(of), F(of), Value("[]"), function="int8range", output_field=BigIntegerRangeField())
    same_time = Func(F("starts_at"), F("ends_at"), function="tstzrange", output_field=DateTimeRangeField())
    return ExclusionConstraint(
        name=name,
        index_type="gist",
        expressions=[(same_thread, RangeOperators.OVERLAPS), (same_time, RangeOperators.OVERLAPS)],
        condition=Q(canceled_at__isnull=True) & (unless if unless is not None else Q()),
        violation_error_message=sentence,
    )


class VisitType(models.TextChoices):
    """What kind of visit it is, as people and automations read it."""

    DROP_IN = "drop_in", "Drop-in"
    WALK = "walk", "Walk"
    OVERNIGHT = "overnight", "Overnight"
    OTHER = "other", "Other"


class Visit(TenantModel, PublicModel):
    """The sitter looks after the client in [starts_at, ends_at), in each of their open care threads: one window in each.

    Ended early or canceled, never deleted.
    """

    client = TenantForeignKey(Client, related_name="visits", db_index=False)
    sitter = TenantForeignKey(Sitter, related_name="visits", db_index=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    visit_type = models.CharField(max_length=16, choices=VisitType.choices, default=VisitType.DROP_IN)
    created_by = TenantForeignKey(User, related_name="+", null=True, blank=True, db_index=False)
    created_at = models.DateTimeField(default=now, editable=False)
    canceled_at = models.DateTimeField(null=True, editable=False)
    canceled_by = TenantForeignKey(User, related_name="+", null=True, editable=False, db_index=False)
    # Two cards that are merged may both have had a visit at one time: what was over by then is no more than history.
    was_over_when_merged = models.BooleanField(default=False, editable=False)

    class Meta(TenantModel.Meta):
        constraints = [
            *TenantModel.Meta.constraints,
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="visit_ends_after_it_starts",
                violation_error_message="The visit must end after it starts.",
            ),
            models.CheckConstraint(
                condition=Q(visit_type__in=VisitType.values), name="visit_has_a_known_type"
            ),
            _one_at_a_time(
                "visit_no_overlap_per_client",
                "Another sitter is already booked for part of that time.",
                of="client_id",
                unless=Q(was_over_when_merged=False),
            ),
        ]
        indexes = [
            # Read by the schedule: a sitter's visits by time.
            models.Index(fields=["sitter", "starts_at"], name="visit_of_sitter"),
            # Read when a conversation opens: a client's visits that are not over.
            models.Index(fields=["client", "ends_at"], name="visit_of_client"),
            # Read by the calendar: a business' visits that are not over by a day. Few lie far ahead.
            models.Index(
                fields=["organization", "ends_at"],
                condition=Q(canceled_at__isnull=True),
                name="visit_calendar",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_visit_type_display()} visit"


class AssignmentWindow(TenantModel, PublicModel):
    """The sitter looks after the thread in [starts_at, ends_at). Ended early or canceled, never deleted.

    With a visit it is what the visit means for this thread, and changes with it. Without one it stands alone: it was made for the
    conversation, not for the client.
    """

    visit = TenantForeignKey(
        Visit, related_name="windows", null=True, blank=True, editable=False, db_index=False
    )
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
        verbose_name = "visit in one conversation"
        verbose_name_plural = "visits in one conversation"
        constraints = [
            *TenantModel.Meta.constraints,
            # Its index finds a visit's windows.
            models.UniqueConstraint(
                fields=["visit", "thread"],
                condition=Q(canceled_at__isnull=True, visit__isnull=False),
                name="assignmentwindow_one_per_visit_and_thread",
            ),
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
