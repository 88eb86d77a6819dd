"""A message on its way to one phone: the outbox row, each call to the provider, and what the provider reported."""

from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.utils.timezone import now

from messaging.models.assignments import AssignmentWindow, RoutingOverride
from messaging.models.consent import Purpose
from messaging.models.messages import Message
from messaging.models.numbers import ProviderAccount, SendingLine
from messaging.models.phones import E164Field
from messaging.models.receipts import WebhookReceipt
from messaging.models.threads import Participant, Thread
from snoutos.accounts.models import User
from snoutos.accounts.tenancy import PublicModel, TenantForeignKey, TenantModel


class DeliveryState(models.TextChoices):
    """See `Delivery`."""

    QUEUED = "queued", "Waiting to be sent"
    SENDING = "sending", "Sending"
    SENT = "sent", "Sent"
    DELIVERED = "delivered", "Delivered"
    UNDELIVERED = "undelivered", "Not delivered"
    FAILED = "failed", "Not sent"
    UNKNOWN = "unknown", "Checking"
    PARKED = "parked", "Probably not sent"
    CANCELED = "canceled", "Canceled"


class Authority(models.TextChoices):
    """On whose word it leaves. `window` ends with the window, `alert` with the alerts it tells of; the others outlive them.

    `confirmation` alone leaves to a phone that opted out, and to no other.
    """

    WINDOW = "window", "The sitter, on duty"
    OWNER = "owner", "The owner"
    RULE = "rule", "An automation or the system"
    RELAY = "relay", "A client's text for the sitter"
    ALERT = "alert", "An alert that is still open"
    CONFIRMATION = "confirmation", "An opt-out, which it confirms"


class Priority(models.IntegerChoices):
    """Lower leaves first. `overdue`: it waited so long behind others that it has its turn now."""

    OVERDUE = 5, "Waiting long"
    PERSON = 10, "A person's text"
    SYSTEM = 20, "The system"
    AUTOMATION = 30, "An automation"


class Delivery(TenantModel, PublicModel):
    """One message on its way to one phone. Sender, recipient, account and body are frozen when it is made.

        queued → sending | canceled
        sending → queued | sent | failed | unknown | canceled (its attempt abandoned)
        unknown → sent | parked
        parked → queued (sent again on the owner's word) | canceled (left)
        queued, canceled, failed, parked → sent       only with an attempt that was accepted late
        sent → delivered | undelivered | failed       one of these becomes another only by the provider's answer to our question
        sent → queued | failed (dead letter)          only with its accepted attempt returned; then it has none any more

    A trigger holds these moves. Dead letter = failed with reason `retries_exhausted`. Why and what to do, in words: `messaging.wording`.
    """

    EXHAUSTED = "retries_exhausted"

    message = TenantForeignKey(Message, related_name="deliveries")
    thread = TenantForeignKey(Thread, related_name="deliveries")
    participant = TenantForeignKey(Participant, related_name="+", db_index=False)
    account = TenantForeignKey(ProviderAccount, related_name="+", db_index=False)
    line = TenantForeignKey(SendingLine, related_name="deliveries", db_index=False)
    sender = E164Field()
    recipient = E164Field()
    body = models.TextField(blank=True)
    media_count = models.PositiveSmallIntegerField(default=0)
    body_hash = models.CharField(max_length=64)
    segments = models.PositiveSmallIntegerField(default=1)
    authority = models.CharField(max_length=16, choices=Authority.choices)
    window = TenantForeignKey(AssignmentWindow, related_name="+", null=True, db_index=False)
    override = TenantForeignKey(RoutingOverride, related_name="+", null=True, db_index=False)
    obeys_quiet_hours = models.BooleanField(default=False)
    # What a text that nobody wrote is for; a person's goes out whatever it is.
    purpose = models.CharField(
        max_length=16, choices=Purpose.choices, default=Purpose.SERVICE, db_default=Purpose.SERVICE
    )
    priority = models.SmallIntegerField(choices=Priority.choices, default=Priority.PERSON)
    state = models.CharField(max_length=16, choices=DeliveryState.choices, default=DeliveryState.QUEUED)
    ready = models.BooleanField(default=True)
    next_attempt_at = models.DateTimeField(null=True, default=now)
    retries = models.PositiveSmallIntegerField(default=0)
    current_attempt = TenantForeignKey("messaging.SendAttempt", related_name="+", null=True, db_index=False)
    accepted_attempt = TenantForeignKey("messaging.SendAttempt", related_name="+", null=True, db_index=False)
    status_rank = models.PositiveSmallIntegerField(default=0)
    # Why it may not leave any more although it was claimed; checked under the lock when it is about to.
    revoked = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=40, blank=True)
    error_code = models.CharField(max_length=16, blank=True)
    retry_of = TenantForeignKey("self", related_name="retries_made", null=True)
    decided_by = TenantForeignKey(User, related_name="+", null=True, db_index=False)
    created_at = models.DateTimeField(default=now)
    sent_at = models.DateTimeField(null=True)
    # Accepted and without a final word: when the provider is asked next, how often it was, and since when we say that nobody confirmed it.
    ask_at = models.DateTimeField(null=True)
    asked = models.PositiveSmallIntegerField(default=0)
    unconfirmed_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        verbose_name_plural = "deliveries"
        constraints = [
            *TenantModel.Meta.constraints,
            models.CheckConstraint(
                condition=Q(state__in=DeliveryState.values), name="delivery_has_a_known_state"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["sent", "delivered", "undelivered"])
                | Q(accepted_attempt__isnull=False),
                name="delivery_sent_has_accepted_attempt",
            ),
            models.CheckConstraint(
                condition=~Q(state="sending") | Q(current_attempt__isnull=False),
                name="delivery_sending_has_claim",
            ),
            models.CheckConstraint(
                condition=~Q(state="queued") | Q(next_attempt_at__isnull=False),
                name="delivery_queued_has_due_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["failed", "canceled", "undelivered"]) | ~Q(reason=""),
                name="delivery_failed_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(ask_at__isnull=True) | Q(state="sent"),
                name="delivery_asked_about_only_while_sent",
            ),
            models.CheckConstraint(
                condition=Q(unconfirmed_at__isnull=True) | Q(state="sent"),
                name="delivery_unconfirmed_only_while_sent",
            ),
        ]
        indexes = [
            # Read by the claim: the first text of a line that may leave now.
            models.Index(
                fields=["line", "priority", "id"],
                condition=Q(state="queued", ready=True),
                name="delivery_claimable",
            ),
            # Read by the tick that makes retries ready when their time has come.
            models.Index(
                fields=["next_attempt_at"], condition=Q(state="queued", ready=False), name="delivery_waiting"
            ),
            # Read by the owner's list of what did not arrive.
            models.Index(
                fields=["organization", "-id"],
                condition=Q(state__in=["failed", "undelivered", "parked", "unknown"]),
                name="delivery_troubled",
            ),
            # Read by consent and quarantine when they cancel what is queued to a phone.
            models.Index(
                fields=["organization", "recipient"], condition=Q(state="queued"), name="delivery_queued_to"
            ),
            # Read by the tick that gives a turn to what waited long behind others' texts.
            models.Index(
                fields=["line", "next_attempt_at"],
                condition=Q(state="queued", ready=True, priority__gt=10),
                name="delivery_overtaken",
            ),
            # Read by the tick that asks about sent texts nobody reported on.
            models.Index(
                fields=["account", "ask_at"], condition=Q(ask_at__isnull=False), name="delivery_to_ask_about"
            ),
            # Read by the tick that says after a day that nobody confirmed them.
            models.Index(
                fields=["sent_at"],
                condition=Q(state="sent", unconfirmed_at__isnull=True),
                name="delivery_without_an_end",
            ),
            # Read by the owner's list of them.
            models.Index(
                fields=["organization", "-id"],
                condition=Q(unconfirmed_at__isnull=False),
                name="delivery_unconfirmed",
            ),
            # Read by number health: what a line sent lately.
            models.Index(fields=["line", "created_at"], name="delivery_of_line"),
        ]

    def __str__(self) -> str:
        return f"delivery {str(self.public_id)[:8]}"

    @property
    def is_dead_letter(self) -> bool:
        """Whether every retry was used up."""
        return self.state == DeliveryState.FAILED and self.reason == self.EXHAUSTED

    @property
    def is_unconfirmed(self) -> bool:
        """Whether the provider took it a day ago or more and nobody ever said what became of it."""
        return self.unconfirmed_at is not None


class AttemptState(models.TextChoices):
    """See `SendAttempt`."""

    CLAIMED = "claimed", "Claimed"
    CALLING = "calling", "Calling"
    ACCEPTED = "accepted", "Accepted"
    REFUSED = "refused", "Refused, proven not sent"
    REJECTED = "rejected", "Rejected for good"
    UNKNOWN = "unknown", "Outcome unknown"
    ABSENT = "absent", "Not found at the provider"
    ACCEPTED_LATE = "accepted_late", "Accepted, found late"
    RETURNED = "returned", "Accepted, then not sent"
    ABANDONED = "abandoned", "Given up before the call"


OPEN_ATTEMPTS = [AttemptState.CLAIMED, AttemptState.CALLING, AttemptState.UNKNOWN]


class SendAttempt(TenantModel, PublicModel):
    """One call to the provider for a delivery; never overwritten.

        claimed → calling | abandoned
        calling → accepted | refused | rejected | unknown
        unknown → accepted | absent
        absent → accepted_late
        accepted, accepted_late → returned      only with the provider's report that proves it unsent

    A trigger holds these moves, and refuses a new attempt unless every other one of the delivery is proven unsent
    (`attempt_only_after_proven_unsent`). A lane is (account, sender, recipient): one open attempt each, so that what the provider
    lists can be matched; an unknown one yields its lane after two minutes.
    """

    delivery = TenantForeignKey(Delivery, related_name="attempts", db_index=False)
    number = models.PositiveSmallIntegerField()
    account = TenantForeignKey(ProviderAccount, related_name="+", db_index=False)
    sender = E164Field()
    recipient = E164Field()
    body_hash = models.CharField(max_length=64)
    state = models.CharField(max_length=16, choices=AttemptState.choices, default=AttemptState.CLAIMED)
    token = models.CharField(max_length=64, unique=True)
    fence = models.BigIntegerField()
    lease_until = models.DateTimeField()
    lane_yielded = models.BooleanField(default=False)
    provider_sid = models.CharField(max_length=64, blank=True)
    http_status = models.PositiveSmallIntegerField(null=True)
    error_code = models.CharField(max_length=16, blank=True)
    reason = models.CharField(max_length=60, blank=True)
    claimed_at = models.DateTimeField(default=now)
    called_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    unknown_at = models.DateTimeField(null=True)
    looked_up = models.PositiveSmallIntegerField(default=0)
    next_look_up_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["delivery", "number"], name="attempt_unique_number_of_delivery"),
            models.UniqueConstraint(
                fields=["account", "provider_sid"],
                condition=~Q(provider_sid=""),
                name="attempt_unique_provider_sid",
            ),
            models.UniqueConstraint(
                fields=["delivery"],
                condition=Q(state__in=OPEN_ATTEMPTS),
                name="attempt_one_open_per_delivery",
            ),
            models.UniqueConstraint(
                fields=["account", "sender", "recipient"],
                condition=Q(state__in=OPEN_ATTEMPTS, lane_yielded=False),
                name="attempt_one_open_per_lane",
            ),
            models.UniqueConstraint(
                fields=["account", "sender", "recipient", "body_hash"],
                condition=Q(state__in=OPEN_ATTEMPTS),
                name="attempt_one_open_per_lane_and_body",
            ),
            models.CheckConstraint(
                condition=Q(state__in=AttemptState.values), name="attempt_has_a_known_state"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["accepted", "accepted_late", "returned"]) | ~Q(provider_sid=""),
                name="attempt_accepted_has_a_sid",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["unknown", "absent", "accepted_late"]) | Q(unknown_at__isnull=False),
                name="attempt_unknown_has_its_time",
            ),
        ]
        indexes = [
            # Read by the reaper: leases that ran out.
            models.Index(
                fields=["lease_until"], condition=Q(state__in=["claimed", "calling"]), name="attempt_leased"
            ),
            # Read by the figures: what came of the last hour's calls. Costs an insert next to nothing.
            BrinIndex(fields=["claimed_at"], autosummarize=True, name="attempt_by_time"),
            # Read by the reconciler, account by account.
            models.Index(
                fields=["account", "next_look_up_at"],
                condition=Q(next_look_up_at__isnull=False),
                name="attempt_to_look_up",
            ),
        ]

    def __str__(self) -> str:
        return f"attempt {self.number} of delivery {self.delivery_id}"


class DeliveryReport(TenantModel):
    """One status the provider reported for an attempt. Append-only."""

    attempt = TenantForeignKey(SendAttempt, related_name="reports")
    status = models.CharField(max_length=24)
    rank = models.PositiveSmallIntegerField()
    error_code = models.CharField(max_length=16, blank=True)
    provider_sid = models.CharField(max_length=64)
    receipt = models.ForeignKey(WebhookReceipt, models.PROTECT, null=True, related_name="+", db_index=False)
    reported_at = models.DateTimeField(default=now)

    class Meta(TenantModel.Meta):
        constraints = [*TenantModel.Meta.constraints]

    def __str__(self) -> str:
        return f"{self.status} for attempt {self.attempt_id}"
