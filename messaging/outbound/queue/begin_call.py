"""The moment a text leaves: the commit of `claimed → calling`, under the locks that everything forbidding it takes too."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from audit.models import AlertState
from audit.record import Actor, recording
from messaging import canceling, locks
from messaging.consent.standing import is_opted_out
from messaging.errors import MessagingError
from messaging.models import Delivery, Notification, SendAttempt
from messaging.models.deliveries import AttemptState, Authority
from messaging.models.messages import AuthorKind
from messaging.models.numbers import NumberState
from messaging.models.threads import ThreadState
from messaging.numbers import registration
from messaging.outbound.outcome import unsent
from messaging.outbound.queue import permission, quiet_hours


@dataclass(frozen=True, slots=True)
class BegunCall:
    """An attempt that may call the provider now, with the frozen delivery it is for."""

    attempt: SendAttempt
    delivery: Delivery


def begin(attempt: SendAttempt) -> BegunCall | None:
    """Move `attempt` to `calling`, or abandon it when something forbids the text by now. Commits before it returns.

    None: the text does not leave. A forbidden one is canceled with its reason; one in quiet hours is queued for their end.
    """
    with transaction.atomic(), recording(actor=Actor.system()):
        delivery: Delivery = Delivery.objects.select_related("line", "participant").get(
            pk=attempt.delivery_id
        )
        number_state = _of_number(delivery.line.number_id)
        locks.phone_shared(delivery.organization_id, delivery.recipient)
        # A relay that is forbidden makes the client's text the owner's: it takes the thread as such a change does.
        is_relay = delivery.authority == Authority.RELAY
        thread_state = (
            locks.thread(delivery.thread_id).state if is_relay else locks.thread_shared(delivery.thread_id)
        )
        delivery = locks.delivery(delivery.pk)
        held = locks.attempt(attempt.pk)
        if held.state != AttemptState.CLAIMED or delivery.current_attempt_id != held.pk:
            return None
        forbidden = _forbidden(delivery, number_state, thread_state)
        if forbidden:
            unsent.give_up(held)
            canceling.cancel(delivery, forbidden, timezone.now())
            return None
        later = quiet_hours.until(delivery, timezone.now()) if delivery.obeys_quiet_hours else None
        if later is not None:
            unsent.give_up(held)
            unsent.requeue(delivery, at=later)
            return None
        held.state, held.called_at = AttemptState.CALLING, Now()
        held.save(update_fields=["state", "called_at"])
        return BegunCall(held, delivery)


def _of_number(number_id: int) -> str:
    """The number's state, held; another word when carriers do not take what it sends."""
    state, brand, campaign = locks.number_to_send(number_id)
    is_barred = state == NumberState.ACTIVE and registration.bars(brand, campaign)
    return "unregistered" if is_barred else state


def _forbidden(delivery: Delivery, number_state: str, thread_state: str) -> str:
    """Why the text may not leave any more; empty when it may."""
    if delivery.revoked:
        return delivery.revoked
    if number_state != NumberState.ACTIVE:
        return f"number_{number_state}"
    if thread_state != ThreadState.OPEN:
        return "thread_closed"
    confirms = delivery.authority == Authority.CONFIRMATION
    if is_opted_out(delivery.organization_id, delivery.recipient) != confirms:
        return "confirmed_otherwise" if confirms else "opted_out"
    if delivery.authority == Authority.ALERT and not _is_still_alarming(delivery):
        return "alert_over"
    participant = delivery.participant
    if participant.is_blocked:
        return "party_blocked"
    if participant.left_at is not None:
        return "party_left"
    refusal = _automatic_refusal(delivery)
    return refusal.code if refusal is not None else ""


def _automatic_refusal(delivery: Delivery) -> MessagingError | None:
    if not _is_automatic(delivery):
        return None
    by_rule = delivery.message.author_kind == AuthorKind.AUTOMATION
    return permission.automatic_refusal(
        delivery.participant, timezone.now(), delivery.purpose, by_rule=by_rule
    )


def _is_automatic(delivery: Delivery) -> bool:
    """Whether nobody wrote it. A person's text is known by its authority, without a question to the database."""
    if delivery.authority not in (Authority.RULE, Authority.ALERT):
        return False
    return canceling.automatic(Delivery.objects.filter(pk=delivery.pk)).exists()


def _is_still_alarming(delivery: Delivery) -> bool:
    """Whether nobody has dealt with at least one of the alerts that the text tells of."""
    told = Notification.objects.filter(message=delivery.message_id)
    return told.filter(alert__state=AlertState.OPEN).exists()
