"""Events that happened, occurrences to react to, seals that sign events off, alerts that need a look.

Threads and subjects are plain numbers, not foreign keys: audit stands below the apps it records.
No row here holds a body, a name, a phone or an address: ids, enums, counts and times only.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now

from audit.db_fields import TransactionIdField
from snoutos.accounts.credentials import API_KEY, SESSION
from snoutos.accounts.models import Organization, User
from snoutos.accounts.tenancy import PublicModel, TenantForeignKey, TenantModel


class ActorKind(models.TextChoices):
    """Who did it. For `api` the id is that of the key's user."""

    USER = "user", "Person"
    CLIENT = "client", "Client"
    SITTER = "sitter", "Sitter"
    PROVIDER = "provider", "Provider"
    SYSTEM = "system", "SnoutOS"
    AUTOMATION = "automation", "Automation"
    API = "api", "API"


class AuditEvent(models.Model):
    """One thing that happened. Append-only: the database refuses UPDATE, DELETE and TRUNCATE to everybody.

    An installation table: the organization is empty for what belongs to none. Ids commit out of order, so
    nobody may follow events by id as if they were a queue; that is what occurrences are for.
    """

    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    at = models.DateTimeField(db_default=Now())
    actor_kind = models.CharField(max_length=16, choices=ActorKind.choices)
    actor_id = models.BigIntegerField(null=True, blank=True)
    # With what: `session` or `api_key`; empty for what nobody was signed in for, and for all before it was kept.
    credential_kind = models.CharField(max_length=8, db_default="", default="", blank=True)
    credential_id = models.BigIntegerField(null=True, blank=True)
    verb = models.CharField(max_length=64)
    subject_kind = models.CharField(max_length=32)
    subject_id = models.BigIntegerField(null=True, blank=True)
    thread_id = models.BigIntegerField(null=True, blank=True)
    correlation_id = models.UUIDField(default=uuid.uuid4)
    data = models.JSONField(default=dict)
    # The writing transaction: the sealer takes only events that can no longer be joined by earlier ones.
    xid = TransactionIdField(db_default=Func(function="pg_current_xact_id"), editable=False)

    class Meta:
        verbose_name_plural = "audit trail"
        indexes = [
            # Reader: export.timeline, the conversation page.
            models.Index(fields=["organization", "thread_id", "id"], name="auditevent_timeline"),
            # Reader: the audit page, filtered by verb.
            models.Index(fields=["organization", "verb", "id"], name="auditevent_by_verb"),
            # Reader: the audit page and its export, newest first.
            models.Index(fields=["organization", "id"], name="auditevent_by_organization"),
            # Reader: "everything this request did".
            models.Index(fields=["correlation_id"], name="auditevent_by_correlation"),
            # Reader: seal.seal, from the last seal's horizon on.
            models.Index(fields=["xid", "id"], name="auditevent_by_transaction"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(actor_kind__in=ActorKind.values), name="auditevent_has_a_known_actor"
            ),
            models.CheckConstraint(condition=~Q(verb=""), name="auditevent_has_a_verb"),
            models.CheckConstraint(
                condition=Q(credential_kind="", credential_id__isnull=True)
                | Q(credential_kind__in=[SESSION, API_KEY], credential_id__isnull=False),
                name="auditevent_names_a_known_credential_or_none",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verb} #{self.pk}"


class Look(TenantModel):
    """When somebody last looked at something with a credential, so that the trail tells of it once a span (`audit.looks`)."""

    user = TenantForeignKey(User, related_name="+")
    credential_kind = models.CharField(max_length=8, blank=True)
    credential_id = models.BigIntegerField()
    subject_kind = models.CharField(max_length=32)
    subject_id = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["user", "credential_kind", "credential_id", "subject_kind", "subject_id"],
                name="look_once_per_credential_and_subject",
            ),
            models.CheckConstraint(
                condition=Q(credential_kind__in=["", SESSION, API_KEY]),
                name="look_was_with_a_known_credential",
            ),
        ]
        indexes = [
            # Reader: looks.forget.
            models.Index(fields=["at"], name="look_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.subject_kind} {self.subject_id} by {self.user_id}"


class AuditSeal(models.Model):
    """A signed-off set of events: `hash` covers the members, this row and the seal before. Append-only.

    Every event of `cluster` with a transaction before `horizon` is in this seal or an earlier one; every
    transaction from `snapshot_end` on began after it. `cluster` tells a restored database, whose transactions
    are counted anew.
    """

    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    count = models.PositiveIntegerField()
    cluster = models.CharField(max_length=32)
    horizon = TransactionIdField()
    snapshot_end = TransactionIdField()
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    class Meta:
        constraints = [
            # A chain, never a tree.
            models.UniqueConstraint(fields=["previous_hash"], name="auditseal_follows_one_seal"),
            models.CheckConstraint(
                condition=Q(count__gte=1) & Q(first_id__lte=F("last_id")), name="auditseal_has_members"
            ),
        ]

    def __str__(self) -> str:
        return f"Seal {self.pk}: {self.count} events"


class AuditSealMember(models.Model):
    """An event's place in a seal. Append-only. The id is a plain number: a removed event leaves its proof."""

    seal = models.ForeignKey(AuditSeal, models.PROTECT, related_name="members")
    event_id = models.BigIntegerField()
    digest = models.BinaryField(max_length=32)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event_id"], name="auditsealmember_event_sealed_once"),
        ]

    def __str__(self) -> str:
        return f"Event {self.event_id} in seal {self.seal_id}"


class Occurrence(TenantModel):
    """Something automations may react to, written with the change itself; one per organization and key.

    `due_at` lies ahead for time triggers, whose key holds the planned instant. `payload` holds ids only.
    `depth` counts the automations that led here, so that loops can be cut. `tries` counts how often matching it failed; then it waits until
    `try_again_at`, and `due_at` stays what was planned.
    """

    kind = models.CharField(max_length=64)
    key = models.CharField(max_length=200)
    payload = models.JSONField(default=dict)
    thread_id = models.BigIntegerField(null=True, blank=True)
    due_at = models.DateTimeField(db_default=Now())
    depth = models.PositiveSmallIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(db_default=0)
    try_again_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta(TenantModel.Meta):
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["organization", "key"], name="occurrence_once_per_key"),
            models.CheckConstraint(
                condition=~Q(kind="") & ~Q(key=""), name="occurrence_has_a_kind_and_a_key"
            ),
        ]
        indexes = [
            # Reader: the automations' claim of due rows.
            models.Index(fields=["due_at", "id"], condition=Q(done_at__isnull=True), name="occurrence_due"),
            # Reader: trying an automation on the last 30 days.
            models.Index(fields=["organization", "kind", "due_at"], name="occurrence_by_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.key})"


class Severity(models.TextChoices):
    """From bad to mild."""

    CRITICAL = "critical", "Critical"
    WARNING = "warning", "Warning"
    INFO = "info", "Info"


class AlertState(models.TextChoices):
    """open → acknowledged | resolved | dismissed; acknowledged → resolved | dismissed."""

    OPEN = "open", "Open"
    ACKNOWLEDGED = "acknowledged", "Acknowledged"
    RESOLVED = "resolved", "Resolved"
    DISMISSED = "dismissed", "Dismissed"


UNFINISHED = (AlertState.OPEN, AlertState.ACKNOWLEDGED)
FINISHED = (AlertState.RESOLVED, AlertState.DISMISSED)


class Alert(TenantModel, PublicModel):
    """Something the owner should look at. Repeats are counted on the open one; severity never falls by them.

    `title` and `detail` are sentences for owners without personal data. `subject_id` is 0 for an alert
    without a subject.
    """

    kind = models.CharField(max_length=64)
    severity = models.CharField(max_length=16, choices=Severity.choices)
    subject_kind = models.CharField(max_length=32)
    subject_id = models.BigIntegerField(default=0)
    thread_id = models.BigIntegerField(null=True, blank=True)
    title = models.CharField(max_length=160)
    detail = models.CharField(max_length=400, blank=True)
    count = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    state = models.CharField(max_length=16, choices=AlertState.choices, default=AlertState.OPEN)
    resolved_by = TenantForeignKey(User, null=True, blank=True, related_name="+")
    resolved_automatically = models.BooleanField(default=False)
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["organization", "kind", "subject_kind", "subject_id"],
                condition=Q(state__in=UNFINISHED),
                name="alert_unique_while_open",
            ),
            models.CheckConstraint(
                condition=Q(severity__in=Severity.values), name="alert_has_a_known_severity"
            ),
            models.CheckConstraint(condition=Q(state__in=AlertState.values), name="alert_has_a_known_state"),
            models.CheckConstraint(condition=~Q(title=""), name="alert_has_a_title"),
            models.CheckConstraint(
                condition=Q(count__gte=1) & Q(first_at__lte=F("last_at")), name="alert_happened_at_least_once"
            ),
            models.CheckConstraint(
                condition=~Q(severity=Severity.CRITICAL, state=AlertState.DISMISSED),
                name="alert_critical_is_never_dismissed",
            ),
            models.CheckConstraint(
                condition=Q(state__in=UNFINISHED)
                | (
                    Q(resolved_at__isnull=False)
                    & (Q(resolved_by__isnull=False) | Q(resolved_automatically=True))
                ),
                name="alert_resolved_has_resolver_and_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=FINISHED)
                | Q(resolved_at__isnull=True, resolved_by__isnull=True, resolved_automatically=False),
                name="alert_open_has_no_resolver",
            ),
        ]
        indexes = [
            # Reader: the owner's list of open alerts, and its badge.
            models.Index(
                fields=["organization", "-last_at"],
                condition=Q(state__in=UNFINISHED),
                name="alert_unfinished",
            ),
        ]

    def __str__(self) -> str:
        return self.title
