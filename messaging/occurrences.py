"""News that automations may react to: one function for each kind, called beside the change, inside its recording block.

Ids, codes and counts only. News of what an automation or SnoutOS itself said is written all the same; it sets nothing off.
"""

from __future__ import annotations

from audit.record import current
from audit.types import NewOccurrence
from messaging.models import Delivery, Message, Thread


def message_received(message: Message) -> None:
    """A text came in."""
    _tell("message.received", message, f"message:{message.pk}:received")


def message_held(message: Message) -> None:
    """A text waits for review."""
    _tell("violation.held", message, f"message:{message.pk}:held")


def thread_opened(thread: Thread) -> None:
    """A text from outside opened a conversation."""
    current().occur(
        NewOccurrence(
            organization_id=thread.organization_id,
            kind="thread.opened",
            key=f"thread:{thread.pk}:opened",
            payload={"thread_id": thread.pk},
            thread_id=thread.pk,
        )
    )


def delivery_failed(delivery: Delivery) -> None:
    """A text did not arrive and is not tried again. Once for each delivery."""
    current().occur(
        NewOccurrence(
            organization_id=delivery.organization_id,
            kind="delivery.failed",
            key=f"delivery:{delivery.pk}:failed",
            payload={
                "delivery_id": delivery.pk,
                "message_id": delivery.message_id,
                "author_kind": delivery.message.author_kind,
                "is_dead_letter": delivery.is_dead_letter,
            },
            thread_id=delivery.thread_id,
        )
    )


def opted_out(*, organization_id: int, change_id: int, thread_id: int | None) -> None:
    """A phone said STOP. `thread_id` is the conversation it was said in, if any."""
    current().occur(
        NewOccurrence(
            organization_id=organization_id,
            kind="consent.opted_out",
            key=f"consent:{change_id}:opted_out",
            payload={"change_id": change_id},
            thread_id=thread_id,
        )
    )


def health_changed(
    *, organization_id: int, number_id: int, from_health: str, to_health: str, event_key: str
) -> None:
    """A number's health changed. `event_key` tells this change from the number's others."""
    current().occur(
        NewOccurrence(
            organization_id=organization_id,
            kind="number.health_changed",
            key=f"number:{number_id}:health:{event_key}",
            payload={"number_id": number_id, "from_health": from_health, "to_health": to_health},
        )
    )


def _tell(kind: str, message: Message, key: str) -> None:
    current().occur(
        NewOccurrence(
            organization_id=message.organization_id,
            kind=kind,
            key=key,
            payload={"message_id": message.pk, "author_kind": message.author_kind},
            thread_id=message.thread_id,
        )
    )
