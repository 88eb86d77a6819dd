"""A receipt that was not taken in, taken in again because somebody asked for it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from audit.record import Actor, current, recording
from messaging import events
from messaging.errors import NotPossibleNow
from messaging.inbound import receipts
from messaging.models import WebhookReceipt
from messaging.models.receipts import ReceiptState
from snoutos.accounts.models import User

OPEN = (ReceiptState.FAILED, ReceiptState.QUARANTINED, ReceiptState.UNROUTED)


def process_again(receipt: WebhookReceipt, *, by: User | None, at: datetime) -> bool:
    """Take in a receipt that failed, was set aside or waits for its number. Whether it is done now; if not, it says why.

    The same text is never taken in twice: a receipt that is done stays as it is. Commits before it returns, so that what a new failure
    left on the receipt stays: never inside a transaction that may be rolled back. `by` None: an operator at the machine. Raises
    NotPossibleNow when it is done, can never be acted on, or somebody else is at it.
    """
    with transaction.atomic():
        held = (
            WebhookReceipt.objects.select_for_update(skip_locked=True, no_key=True)
            .filter(pk=receipt.pk, state__in=OPEN)
            .first()
        )
        if held is None:
            raise NotPossibleNow
        with recording(actor=Actor.person(by), at=at):
            current().record(
                events.webhook_inbound_replayed(
                    organization_id=held.organization_id, receipt_id=held.pk, state=held.state
                )
            )
        return receipts.process_again(held)
