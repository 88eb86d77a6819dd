"""What the owner does about a text that did not arrive, and about an account whose texts are stopped."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from audit.record import Actor, current, recording
from messaging import alerts, canceling, events, locks, publish
from messaging.errors import MessagingError, NobodyThere, NotPossibleNow, PictureNeverCame, TooEarly
from messaging.models import Delivery, Participant, ProviderAccount, SendAttempt, Thread
from messaging.models.deliveries import AttemptState, Authority, DeliveryState
from messaging.models.files import MediaState
from messaging.models.threads import Role
from messaging.outbound.outcome import acceptance, circuit, retries
from messaging.outbound.queue import outbox, permission
from messaging.outbound.queue.outbox import Permit
from messaging.people import participants
from messaging.permissions import MANAGE_PROVIDER
from messaging.providers.accounts import provider_of
from messaging.providers.base import ProviderError
from messaging.timing import scaled
from snoutos.accounts.models import User

# Before, the text may still turn up in the provider's list.
SEND_AGAIN_AFTER = scaled(minutes=10)
_ENDED = (DeliveryState.FAILED, DeliveryState.UNDELIVERED, DeliveryState.CANCELED)


class StillRefused(MessagingError):  # noqa: N818
    sentence = "The provider does not take this account's credentials. Enter its current token first."
    code = "credentials_refused"
    status = 409


class ProviderUnreachable(MessagingError):  # noqa: N818
    sentence = "The provider could not be asked just now. Try again in a minute."
    code = "provider_unreachable"
    status = 503


def retry(delivery: Delivery, *, by: User, at: datetime) -> Delivery:
    """Send a text that ended badly once more: a new delivery, on the owner's word. Returns it.

    Raises NotPossibleNow when it did not end, or was sent again already; NobodyThere when whom it was for is gone; or what forbids
    texting them.
    """
    with transaction.atomic(), recording(actor=Actor.user(by.pk), at=at):
        thread = locks.thread(delivery.thread_id)
        old = locks.delivery(delivery.pk)
        if old.state not in _ENDED or old.retries_made.exists():
            raise NotPossibleNow
        to = _same_party(old, thread)
        permission.require(thread, to)
        fresh = outbox.enqueue(
            old.message,
            outbox.decided(old.body, by=by, to=to, author_kind=old.message.author_kind),
            to=to,
            permit=Permit(authority=Authority.OWNER),
            at=at,
            media_count=_pictures_of(old),
            retry_of=old,
        )
        _settle_alerts(old, at)
        return fresh


def send_again(delivery: Delivery, *, by: User, at: datetime) -> Delivery:
    """Release a parked text: it was most likely not sent, and the owner takes the risk. From ten minutes after the call.

    Raises NotPossibleNow when it is not parked, TooEarly before, or what forbids texting them.
    """
    with transaction.atomic(), recording(actor=Actor.user(by.pk), at=at):
        thread = locks.thread(delivery.thread_id)
        held = locks.delivery(delivery.pk)
        if held.state != DeliveryState.PARKED:
            raise NotPossibleNow
        absent = _absent_attempt(held)
        if absent.called_at is not None and at < absent.called_at + SEND_AGAIN_AFTER:
            raise TooEarly
        permission.require(thread, held.participant)
        absent.released_at = at
        absent.save(update_fields=["released_at"])
        held.state, held.next_attempt_at, held.ready, held.reason = DeliveryState.QUEUED, at, True, ""
        held.decided_by, held.finished_at, held.revoked = by, None, ""
        held.save(
            update_fields=[
                "state",
                "next_attempt_at",
                "ready",
                "reason",
                "decided_by",
                "finished_at",
                "revoked",
            ]
        )
        current().record(events.message_outbound_released(**retries.ids(held)))
        _settle_alerts(held, at)
        publish.on_commit_once("messaging.tasks.send_line", held.line_id, queue="send")
        return held


def leave(delivery: Delivery, *, by: User, at: datetime) -> Delivery:
    """Leave a parked text unsent. Raises NotPossibleNow when it is not parked."""
    with transaction.atomic(), recording(actor=Actor.user(by.pk), at=at):
        held = locks.delivery(delivery.pk)
        if held.state != DeliveryState.PARKED:
            raise NotPossibleNow
        held.decided_by = by
        held.save(update_fields=["decided_by"])
        current().record(events.message_outbound_left(**retries.ids(held)))
        canceling.cancel(held, "left_by_owner", at)
        _settle_alerts(held, at)
        return held


def reopen(account: ProviderAccount, *, by: User | None, at: datetime) -> ProviderAccount:
    """Sign in with the account's present credentials; when the provider takes them, let its texts leave again.

    An open account stays as it is. Calls the provider: never inside a transaction. Raises StillRefused or ProviderUnreachable;
    NotAllowed for anybody but an owner.
    """
    MANAGE_PROVIDER.require(by)
    _check_credentials(ProviderAccount.objects.get(pk=account.pk))
    return circuit.open_line(account, actor=Actor.person(by), at=at)


def _same_party(old: Delivery, thread: Thread) -> Participant:
    """Whom the text was for. A sitter's text never goes to the client: only the outside phone may have moved to another number."""
    if old.participant.left_at is None:
        same: Participant = old.participant
        return same
    now = participants.outside_party(thread)
    if now.role == Role.SITTER or old.participant.role == Role.SITTER:
        raise NobodyThere
    return now


def _pictures_of(old: Delivery) -> int:
    """How many of its pictures can be sent now. Raises PictureNeverCame when nothing is left to send."""
    if not old.media_count:
        return 0
    kept = int(old.message.media.filter(state=MediaState.KEPT).count())
    if not kept and not old.body.strip():
        raise PictureNeverCame
    return kept


def _absent_attempt(delivery: Delivery) -> SendAttempt:
    found: SendAttempt = delivery.attempts.select_for_update().get(
        state=AttemptState.ABSENT, released_at__isnull=True
    )
    return found


def _settle_alerts(delivery: Delivery, at: datetime) -> None:
    """The owner acted, so what called for it is settled."""
    for kind in (alerts.delivery_parked, alerts.delivery_dead_letter, alerts.delivery_failed):
        acceptance.settle_alert(delivery, kind, at)


def _check_credentials(account: ProviderAccount) -> None:
    try:
        check = provider_of(account).check_credentials()
    except ProviderError as error:
        raise ProviderUnreachable from error
    if not check.works:
        raise StillRefused(check.reason)
