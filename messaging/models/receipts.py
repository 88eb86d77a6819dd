"""What the provider sent us: kept before anything is done with it. Installation tables: owners see their own on the desk."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.timezone import now

from messaging.models.numbers import ProviderAccount
from snoutos.accounts.models import Organization


class ReceiptKind(models.TextChoices):
    """Which webhook it was."""

    INBOUND = "inbound", "Inbound text"
    STATUS = "status", "Delivery status"
    CALL = "call", "Call"
    CALL_STATUS = "call_status", "End of a call"
    CALL_RECORDED = "call_recorded", "Voicemail"
    CALL_FORWARDED = "call_forwarded", "Outcome of a forwarded call"


class ReceiptState(models.TextChoices):
    """`done` from the start: only a failure changes a receipt.

    done
    failed → done | failed | quarantined      by the sweep, with backoff
    quarantined → done                        by the owner's "Process again" or `manage.py process_receipts`
    unrouted → done                           when the number is added
    unmatched → done                          a status, when the text it is about becomes known
    unactionable                              can never be acted on; kept
    """

    DONE = "done", "Done"
    FAILED = "failed", "Failed, retrying"
    QUARANTINED = "quarantined", "Gave up after several tries"
    UNROUTED = "unrouted", "Waiting for its number"
    UNMATCHED = "unmatched", "Waiting for the text it is about"
    UNACTIONABLE = "unactionable", "Nothing to do"


class WebhookReceipt(models.Model):
    """One request of the provider, whole. `dedupe_key` makes the second delivery of it visible as such."""

    account = models.ForeignKey(ProviderAccount, models.PROTECT, related_name="+")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=ReceiptKind.choices)
    dedupe_key = models.CharField(max_length=120)
    # The request's body as it came: what is done with it is read from here, now and when it is tried again.
    raw = models.BinaryField()
    state = models.CharField(max_length=16, choices=ReceiptState.choices, default=ReceiptState.DONE)
    # The number it was sent to; for a status, the token of the attempt it is about, or its SID while no attempt is known.
    recipient = models.CharField(max_length=64, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    failure = models.TextField(blank=True)
    received_at = models.DateTimeField(default=now)

    class Meta:
        verbose_name = "text not processed"
        verbose_name_plural = "texts not processed"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "kind", "dedupe_key"], name="webhookreceipt_once_per_delivery"
            ),
            models.CheckConstraint(
                condition=~Q(state=ReceiptState.FAILED) | Q(next_try_at__isnull=False),
                name="webhookreceipt_failed_has_next_try",
            ),
        ]
        indexes = [
            # Read by the sweep that tries failed receipts again.
            models.Index(
                fields=["next_try_at"], condition=Q(state=ReceiptState.FAILED), name="webhookreceipt_due"
            ),
            # Read by the sweep that takes texts in whose number came meanwhile.
            models.Index(
                fields=["account", "recipient"],
                condition=Q(state=ReceiptState.UNROUTED),
                name="webhookreceipt_unrouted",
            ),
            # Read when an attempt gets its SID: what was reported about it before.
            models.Index(
                fields=["account", "recipient"],
                condition=Q(state=ReceiptState.UNMATCHED),
                name="webhookreceipt_unmatched",
            ),
            # Read by the sweep: those to be looked at again.
            models.Index(
                fields=["next_try_at"],
                condition=Q(state=ReceiptState.UNMATCHED, next_try_at__isnull=False),
                name="webhookreceipt_rematch",
            ),
            # Read by the owner's inbox and when a number is added.
            models.Index(
                fields=["organization", "recipient"],
                condition=~Q(state=ReceiptState.DONE),
                name="webhookreceipt_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} receipt {self.pk}"


class RejectedRequest(models.Model):
    """A request we refused, kept for diagnosis in a bounded ring (200 rows an account, 8 KiB each)."""

    account = models.ForeignKey(ProviderAccount, models.CASCADE, related_name="+", null=True)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", null=True)
    reason = models.CharField(max_length=40)
    path = models.CharField(max_length=200)
    body = models.BinaryField(max_length=8192)
    # Requests that came in the same second and were not kept themselves.
    more = models.PositiveIntegerField(default=0)
    at = models.DateTimeField(default=now)

    class Meta:
        verbose_name = "blocked webhook call"
        indexes = [
            # Read by the ring: the newest rows of an account.
            models.Index(fields=["account", "-id"], name="rejectedrequest_ring")
        ]

    def __str__(self) -> str:
        return f"{self.reason} at {self.at:%Y-%m-%d %H:%M}"
