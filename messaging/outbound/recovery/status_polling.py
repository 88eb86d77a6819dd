"""Sent texts that nobody reports on: the provider is asked, and after a day without a final word they are shown as unconfirmed.

Callbacks get lost, and a carrier may never say anything. `Delivery.ask_at` holds when to ask next (`proof.ASK_AFTER`); a final word,
whoever brings it and whenever, ends the asking and takes the mark away.
"""

from __future__ import annotations

import structlog
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from audit.record import Actor, current, recording
from messaging import events, locks
from messaging.models import Delivery, DeliveryReport, SendAttempt
from messaging.models.deliveries import DeliveryState
from messaging.outbound.outcome import acceptance, reports, retries, states
from messaging.outbound.recovery import fairness
from messaging.providers.accounts import provider_of
from messaging.providers.base import ListedText, ProviderError
from messaging.timeline import notify_pages
from messaging.timing import scaled
from messaging.wording.codes import CodeClass, class_of
from snoutos.accounts.models import Organization

log = structlog.get_logger(__name__)

UNCONFIRMED_AFTER = scaled(hours=24)
# So long a question under way is nobody else's; and so long after one that failed it is asked again.
TURN = scaled(minutes=5)
AT_ONCE = 200


def unconfirmed(organization: Organization | int) -> QuerySet[Delivery]:
    """The business' texts that are sent but unconfirmed, newest first."""
    found: QuerySet[Delivery] = Delivery.objects.of(organization).filter(unconfirmed_at__isnull=False)
    return found.order_by("-pk")


def confirm() -> None:
    """Ask about what is due, a fair share of each account whose line is open; then mark what a day went by for."""
    turn = fairness.Round()
    for delivery_id in fairness.due(Delivery, "ask_at"):
        delivery = Delivery.objects.select_related("account", "accepted_attempt").get(pk=delivery_id)
        if not turn.has_turn(delivery.account_id):
            continue
        try:
            if _take_turn(delivery):
                _ask(delivery)
                turn.answered(delivery.account_id)
        except ProviderError as error:
            # No answer is no answer: it does not count, and the text's next time is set. The others keep theirs.
            log.warning("confirming.provider_unavailable", account_id=delivery.account_id, code=error.code)
            turn.failed(delivery.account_id)
        except Exception as error:
            # One that cannot be settled must not keep the others from it. The error's words may quote a phone: only its type is kept.
            log.error("confirming.failed", delivery_id=delivery.pk, error=type(error).__name__)
    mark_unconfirmed()


def mark_unconfirmed() -> int:
    """Say of texts that were sent a day ago that nobody confirmed them. Needs no provider. Returns how many."""
    silent = Delivery.objects.filter(
        state=DeliveryState.SENT, unconfirmed_at__isnull=True, sent_at__lte=timezone.now() - UNCONFIRMED_AFTER
    )
    return sum(_mark(pk) for pk in silent.order_by("sent_at").values_list("pk", flat=True)[:AT_ONCE])


def _take_turn(delivery: Delivery) -> bool:
    """Set the next time before the call, so that no other tick makes it too and a killed one is not missed.

    False when another did, or when the text had its final word meanwhile: then there is no time to ask at.
    """
    mine = Delivery.objects.filter(
        pk=delivery.pk, state=DeliveryState.SENT, ask_at__isnull=False, ask_at=delivery.ask_at
    )
    return bool(locks.update_free(mine, ask_at=Now() + TURN))


def _ask(delivery: Delivery) -> None:
    attempt = delivery.accepted_attempt
    text = provider_of(delivery.account).fetch_text(attempt.provider_sid)
    with transaction.atomic(), recording(actor=Actor.provider(delivery.account_id)):
        if text is not None and class_of(text.error_code) is CodeClass.OPTED_OUT:
            reports.learn_opt_out(attempt, timezone.now())
        held = locks.free_ending_delivery(delivery.pk)
        if held is None or held.state != DeliveryState.SENT:
            return
        if text is not None and states.rank_of(text.status) > held.status_rank:
            acceptance.apply_statuses(held, [_report(attempt, text)])
            notify_pages(held.thread)
        if held.state == DeliveryState.SENT:
            _ask_again(held)


def _report(attempt: SendAttempt, text: ListedText) -> DeliveryReport:
    """What the provider said when asked, kept like what it says by itself; it has no receipt."""
    report: DeliveryReport = DeliveryReport.objects.create(
        organization_id=attempt.organization_id,
        attempt=attempt,
        status=text.status[:24],
        rank=states.rank_of(text.status),
        error_code=str(text.error_code or ""),
        provider_sid=attempt.provider_sid,
    )
    return report


def _ask_again(delivery: Delivery) -> None:
    """The next time, counted from acceptance; none after the last."""
    delivery.asked += 1
    later = acceptance.ASK_AFTER[delivery.asked :]
    delivery.ask_at = delivery.sent_at + later[0] if later and delivery.sent_at else None
    delivery.save(update_fields=["asked", "ask_at"])


def _mark(delivery_id: int) -> bool:
    with transaction.atomic(), recording(actor=Actor.system()):
        held = locks.free_delivery(delivery_id)
        if held is None or held.state != DeliveryState.SENT or held.unconfirmed_at is not None:
            return False
        held.unconfirmed_at = timezone.now()
        held.save(update_fields=["unconfirmed_at"])
        current().record(events.message_delivery_unconfirmed(**retries.ids(held)))
        notify_pages(held.thread)
        return True
