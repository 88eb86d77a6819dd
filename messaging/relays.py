"""Clients' texts on their way to a sitter's phone that do not arrive: the owner reads them instead, at once."""

from __future__ import annotations

from audit.record import current
from messaging import alerts, events, timeline
from messaging.models import Delivery
from messaging.models.deliveries import Authority

# The owner was told when it was parked, and decided.
_KNOWN = "left_by_owner"


def ended(delivery: Delivery) -> None:
    """`delivery` ended without arriving: when it was to bring a client's text to a sitter, the text is unread for the owner, with an alert.

    Inside a recording transaction that holds the thread and the delivery (`locks.ending_delivery`).
    """
    if delivery.authority != Authority.RELAY or delivery.reason == _KNOWN:
        return
    timeline.mark_unread(delivery.thread, delivery.message.position)
    ids = {"organization_id": delivery.organization_id, "thread_id": delivery.thread_id}
    current().record(
        events.message_handed_to_owner(**ids, message_id=delivery.message_id, reason="relay_not_arrived")
    )
    current().alert(alerts.relay_not_arrived(**ids))
