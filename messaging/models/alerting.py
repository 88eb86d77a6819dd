"""Where alerts go with the desk closed, and which of them left."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.timezone import now

from audit.models import Alert
from messaging.models.messages import Message
from snoutos.accounts.models import User
from snoutos.accounts.tenancy import PublicModel, TenantForeignKey, TenantModel


class ChannelKind(models.TextChoices):
    """By what an alert leaves."""

    MAIL = "mail", "E-mail"
    TEXT = "text", "Text"


class AlertChannel(TenantModel, PublicModel):
    """A mail address or phone of which we know, or are finding out by a test, that what we send there arrives.

    Which addresses are in use is said by the business' settings (`alerting.channels`); this row is made on first use and outlives them, so
    that an address that comes back need not be proven twice. `code_hash` is the keyed hash of the newest test's code, empty while none is.
    """

    kind = models.CharField(max_length=8, choices=ChannelKind.choices)
    address = models.CharField(max_length=254)
    code_hash = models.CharField(max_length=64, blank=True)
    tested_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    proven_at = models.DateTimeField(null=True)
    proven_by = TenantForeignKey(User, related_name="+", null=True, db_index=False)

    class Meta(TenantModel.Meta):
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["organization", "kind", "address"], name="alertchannel_once_per_address"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=ChannelKind.values), name="alertchannel_has_a_known_kind"
            ),
            models.CheckConstraint(
                condition=Q(code_hash="") | Q(tested_at__isnull=False),
                name="alertchannel_code_has_the_time_of_its_test",
            ),
            models.CheckConstraint(
                condition=Q(proven_at__isnull=True) | Q(proven_by__isnull=False),
                name="alertchannel_proven_names_who_saw_it_arrive",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.public_id}"


class NotificationState(models.TextChoices):
    """See `Notification`."""

    WAITING = "waiting", "Waiting"
    SENDING = "sending", "On the way"
    SENT = "sent", "Sent"
    FAILED = "failed", "Not sent"
    UNKNOWN = "unknown", "May not have been sent"
    SKIPPED = "skipped", "No longer needed"


class Notification(TenantModel):
    """One alert on its way by one channel: the claim that makes it leave at most once.

        waiting → sending | skipped (the alert was over before)
        sending → sent | waiting (proven unsent) | failed | unknown (the connection broke, or the process died: never sent again)

    Rows with the same `letter` leave as one. A text is `sent` as soon as it is in the outbox, whose delivery tells the rest (`message`).
    """

    alert = TenantForeignKey(Alert, related_name="notifications")
    channel = TenantForeignKey(AlertChannel, related_name="notifications", db_index=False)
    letter = models.UUIDField(default=uuid.uuid4)
    state = models.CharField(
        max_length=16, choices=NotificationState.choices, default=NotificationState.WAITING
    )
    reason = models.CharField(max_length=60, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    message = TenantForeignKey(Message, related_name="notifications", null=True)
    created_at = models.DateTimeField(default=now)
    next_try_at = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["alert", "channel"], name="notification_once_per_alert_and_channel"
            ),
            models.CheckConstraint(
                condition=Q(state__in=NotificationState.values), name="notification_has_a_known_state"
            ),
            models.CheckConstraint(
                condition=~Q(state=NotificationState.WAITING) | Q(next_try_at__isnull=False),
                name="notification_waiting_knows_until_when",
            ),
            models.CheckConstraint(
                condition=~Q(state=NotificationState.SENDING) | Q(claimed_at__isnull=False),
                name="notification_sending_is_claimed",
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=False)
                | Q(state__in=[NotificationState.WAITING, NotificationState.SENDING]),
                name="notification_over_has_its_time",
            ),
        ]
        indexes = [
            # Read by the tick that sends letters.
            models.Index(
                fields=["next_try_at"],
                condition=Q(state=NotificationState.WAITING),
                name="notification_waiting",
            ),
            # Read by the sweep of letters whose process died.
            models.Index(
                fields=["claimed_at"],
                condition=Q(state=NotificationState.SENDING),
                name="notification_being_sent",
            ),
            # Read by the pause between two letters to one address.
            models.Index(fields=["channel", "-created_at"], name="notification_of_channel"),
            # Read by the sender: which rows leave as one.
            models.Index(fields=["letter"], name="notification_letter"),
        ]

    def __str__(self) -> str:
        return f"alert {self.alert_id} by channel {self.channel_id}"
