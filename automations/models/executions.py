"""One reaction of an automation to one occurrence, each action of it, and the events that other systems report."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.timezone import now

from audit.models import Occurrence
from automations.models.rules import Automation, AutomationVersion
from messaging.models import Client, Message, Thread
from snoutos.accounts.models import User
from snoutos.accounts.tenancy import PublicModel, TenantForeignKey, TenantModel


class ExecutionState(models.TextChoices):
    """See `Execution`."""

    PENDING = "pending", "Starting"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    NOT_MET = "not_met", "Conditions not met"
    SKIPPED = "skipped", "Skipped"
    FAILED = "failed", "Failed"
    CANCELED = "canceled", "Canceled"


UNFINISHED = (ExecutionState.PENDING, ExecutionState.RUNNING)


class Execution(TenantModel, PublicModel):
    """One automation's reaction to one occurrence. At most one each, by constraint.

        pending → running (its conditions are met) | not_met | skipped (too late, gone) | canceled
        running → done | failed | canceled

    It runs the version that was active when the occurrence came due. `due_at` says when it goes on, by the database's clock; a wait is a
    later `due_at`. `conditions` holds which conditions were met, in order; what they mean stands in the version.
    """

    automation = TenantForeignKey(Automation, related_name="executions", db_index=False)
    version = TenantForeignKey(AutomationVersion, related_name="executions", db_index=False)
    occurrence = TenantForeignKey(Occurrence, related_name="+", db_index=False)
    thread = TenantForeignKey(Thread, related_name="+", null=True, db_index=False)
    state = models.CharField(max_length=16, choices=ExecutionState.choices, default=ExecutionState.PENDING)
    reason = models.CharField(max_length=40, blank=True)
    conditions = models.JSONField(default=list)
    depth = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True, default=now)
    created_at = models.DateTimeField(default=now)
    finished_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        verbose_name = "run"
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["automation", "occurrence"], name="execution_once_per_automation_and_occurrence"
            ),
            models.CheckConstraint(
                condition=Q(state__in=ExecutionState.values), name="execution_has_a_known_state"
            ),
            models.CheckConstraint(
                condition=Q(state__in=UNFINISHED, due_at__isnull=False, finished_at__isnull=True)
                | (~Q(state__in=UNFINISHED) & Q(due_at__isnull=True, finished_at__isnull=False)),
                name="execution_unfinished_has_a_due_time",
            ),
            models.CheckConstraint(
                condition=~Q(
                    state__in=[ExecutionState.SKIPPED, ExecutionState.FAILED, ExecutionState.CANCELED]
                )
                | ~Q(reason=""),
                name="execution_stopped_has_a_reason",
            ),
        ]
        indexes = [
            # Read by the tick: what goes on now.
            models.Index(fields=["due_at", "id"], condition=Q(state__in=UNFINISHED), name="execution_due"),
            # Read by the log of an automation, newest first, and by its figures of the last 24 hours.
            models.Index(fields=["automation", "-id"], name="execution_of_automation"),
            # Read by the figures: what failed lately.
            models.Index(
                fields=["finished_at"], condition=Q(state=ExecutionState.FAILED), name="execution_failed"
            ),
            # Read by the conversation's page.
            models.Index(
                fields=["thread", "-id"], condition=Q(thread__isnull=False), name="execution_of_thread"
            ),
        ]

    def __str__(self) -> str:
        return f"execution {str(self.public_id)[:8]}"


class StepState(models.TextChoices):
    """See `Step`."""

    PENDING = "pending", "Not yet"
    CALLING = "calling", "Calling"
    DONE = "done", "Done"
    SKIPPED = "skipped", "Skipped"
    FAILED = "failed", "Failed"


class Step(TenantModel, PublicModel):
    """One action of an execution, in order.

        pending → done | skipped (something forbids it, and that is no fault) | failed
        pending → calling → done | failed | pending (to be tried again)     a call to another system, or e-mail

    What a step changes here is committed with its state, so it happens once. A call to another system cannot be: it is repeated after a
    crash with the same `public_id` as its key.
    """

    execution = TenantForeignKey(Execution, related_name="steps", db_index=False)
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=32)
    state = models.CharField(max_length=16, choices=StepState.choices, default=StepState.PENDING)
    reason = models.CharField(max_length=60, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    # A text it sent, or a note it wrote.
    message = TenantForeignKey(Message, related_name="+", null=True)
    # Whom a text went to, for the daily limit; the business' day it counts for is by `sent_at`.
    client = TenantForeignKey(Client, related_name="+", null=True, db_index=False)
    sent_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["execution", "position"], name="step_unique_position_of_execution"
            ),
            models.CheckConstraint(condition=Q(state__in=StepState.values), name="step_has_a_known_state"),
            models.CheckConstraint(
                condition=~Q(state__in=[StepState.SKIPPED, StepState.FAILED]) | ~Q(reason=""),
                name="step_stopped_has_a_reason",
            ),
        ]
        indexes = [
            # Read by the limits: what automations sent lately, in the business and to one client.
            models.Index(
                fields=["organization", "sent_at"], condition=Q(sent_at__isnull=False), name="step_sent"
            ),
            models.Index(
                fields=["client", "sent_at"],
                condition=Q(sent_at__isnull=False, client__isnull=False),
                name="step_sent_to_client",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.position} of execution {self.execution_id}"


class ExternalEvent(TenantModel, PublicModel):
    """Something that happened in another system: a dotted name and its JSON, with the conversation it is about where it names one."""

    name = models.CharField(max_length=64)
    data = models.JSONField(default=dict)
    thread = TenantForeignKey(Thread, related_name="+", null=True, db_index=False)
    reported_by = TenantForeignKey(User, related_name="+", db_index=False)
    depth = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=now)

    class Meta(TenantModel.Meta):
        constraints = [
            *TenantModel.Meta.constraints,
            models.CheckConstraint(condition=~Q(name=""), name="externalevent_has_a_name"),
        ]
        indexes = [
            # Read by "try on the last 30 days", and by the sweep that forgets old ones.
            models.Index(fields=["organization", "created_at"], name="externalevent_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {str(self.public_id)[:8]}"
