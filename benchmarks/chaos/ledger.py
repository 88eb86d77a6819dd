"""Reading both sides: the provider's books through the simulator's control API, ours from the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from benchmarks.chaos.judge import Attempt, DeliveryRow, MessageRow, Promise, ProviderText, Snapshot
from snoutos.devtools.twilio_sim.testing import SimulatorClient


def read(simulator: SimulatorClient, promises: Iterable[Promise]) -> Snapshot:
    """Both sides as they are now. Needs Django."""
    return Snapshot(
        texts=tuple(_text(row) for row in simulator.ledger() if not row["by_provider"]),
        promises=tuple(promises),
        deliveries=tuple(_deliveries()),
        messages=tuple(_messages()),
        receipts=tuple(_receipts()),
    )


def count_open(simulator_texts: int) -> dict[str, int]:
    """How much is not at its end yet, by kind; `simulator_texts` is how many texts phones have sent."""
    from messaging.models import Delivery, Message, SendAttempt, WebhookReceipt

    deliveries = Delivery.objects.filter(state__in=["queued", "sending", "unknown"])
    return {
        "deliveries": deliveries.count(),
        "attempts": SendAttempt.objects.filter(state__in=["claimed", "calling", "unknown"]).count(),
        "without final word": Delivery.objects.filter(state="sent").count(),
        "receipts": WebhookReceipt.objects.filter(state__in=["failed", "unrouted"]).count(),
        "texts": simulator_texts - Message.objects.exclude(provider_sid="").count(),
    }


def _text(row: dict[str, Any]) -> ProviderText:
    return ProviderText(
        sid=row["sid"],
        account=row["account_sid"],
        sender=row["from"],
        recipient=row["to"],
        body=row["body"],
        status=row["status"],
        code=str(row["error_code"] or ""),
        token="" if row["direction"] == "inbound" else row["status_callback"].rpartition("/")[2] or "none",
    )


def _deliveries() -> Iterable[DeliveryRow]:
    from messaging.models import Delivery, SendAttempt

    attempts: dict[int, list[Attempt]] = defaultdict(list)
    for one in SendAttempt.objects.order_by("delivery_id", "number"):
        attempts[one.delivery_id].append(Attempt(token=one.token, state=one.state, sid=one.provider_sid))
    for row in Delivery.objects.select_related("account", "accepted_attempt").order_by("pk"):
        yield DeliveryRow(
            id=str(row.public_id),
            account=row.account.sid,
            sender=row.sender,
            recipient=row.recipient,
            body=row.body,
            state=row.state,
            reason=row.reason,
            accepted=row.accepted_attempt.token if row.accepted_attempt else "",
            attempts=tuple(attempts[row.pk]),
        )


def _messages() -> Iterable[MessageRow]:
    from messaging.models import Message

    rows = Message.objects.exclude(provider_sid="").select_related("account", "participant__number")
    for row in rows.order_by("pk"):
        yield MessageRow(
            sid=row.provider_sid,
            account=row.account.sid if row.account else "",
            number=row.participant.number.e164 if row.participant else "",
            phone=row.participant.e164 if row.participant else "",
            thread=row.thread_id,
            body=row.body,
        )


def _receipts() -> Iterable[str]:
    from messaging.models import WebhookReceipt

    states: Iterable[str] = WebhookReceipt.objects.exclude(state="done").values_list("state", flat=True)
    return states
