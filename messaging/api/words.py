"""Why a text did not arrive, as the API answers it; the words stand in `messaging.wording`."""

from __future__ import annotations

from typing import Any

from messaging.models import Delivery
from messaging.models.deliveries import DeliveryState
from messaging.wording import deliveries as wording
from messaging.wording.deliveries import ByItself

_ENDS = (DeliveryState.FAILED, DeliveryState.UNDELIVERED, DeliveryState.CANCELED)


def explain(delivery: Delivery) -> dict[str, Any] | None:
    """Title, what to do, whether it is final and whether anything happens by itself; None while nothing is wrong."""
    said = wording.of(delivery)
    if said is None:
        return None
    return {
        "title": said.title,
        "what_to_do": said.next_step,
        "final": delivery.state in _ENDS,
        "by_itself": said.by_itself is not ByItself.NOTHING,
    }
