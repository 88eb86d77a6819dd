"""Texts that came by the second address only."""

from __future__ import annotations

import re

from django.db import transaction

from audit.record import Actor, current, recording
from messaging import alerts, events
from messaging.inbound.verify import Genuine


def note(genuine: Genuine) -> None:
    """The provider came to the second address, because the first did not answer: recorded and counted, so that somebody looks."""
    ids = {"organization_id": genuine.account.organization_id, "account_id": genuine.account.pk}
    code = genuine.params.get("ErrorCode", "")
    with transaction.atomic(), recording(actor=Actor.provider(genuine.account.pk)):
        current().record(
            events.webhook_inbound_fallback_used(
                **ids, code=int(code) if re.fullmatch("[0-9]{1,9}", code) else None
            )
        )
        current().alert(alerts.fallback_used(**ids))
