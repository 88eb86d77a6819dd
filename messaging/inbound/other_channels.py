"""What came by another channel than SMS or MMS: `whatsapp:+1619…`, `rcs:…`, `messenger:…` (provider's documentation, Channels).

SnoutOS carries texts only. Such a message is kept with an explanation that fits, is answered by nobody, and becomes no conversation: an
answer by text would reach another program than the one it was written in.
"""

from __future__ import annotations

import re

from audit.record import current
from messaging import alerts, events
from messaging.models import Client, ClientPhone, WebhookReceipt
from messaging.models.receipts import ReceiptState
from messaging.providers.webhooks import InboundText

_CHANNEL = re.compile(r"([a-z][a-z0-9.+-]{1,20}):", re.I | re.ASCII)
_NAMES = {
    "whatsapp": "WhatsApp",
    "rcs": "RCS chat",
    "messenger": "Facebook Messenger",
    "instagram": "Instagram",
}


def of(text: InboundText) -> str:
    """By which other channel it came, as people call it; empty for a text."""
    for address in (text.sender, text.recipient):
        match = _CHANNEL.match(address)
        if match is not None:
            channel = match[1].lower()
            return _NAMES.get(channel, channel.capitalize())
    return ""


def set_aside(receipt: WebhookReceipt, text: InboundText, channel: str) -> None:
    """Keep what is no text with what it is; a client who wrote so is told of, because they wait for an answer."""
    WebhookReceipt.objects.filter(pk=receipt.pk).update(
        state=ReceiptState.UNACTIONABLE, failure=explanation(channel)
    )
    current().record(
        events.webhook_inbound_unactionable(
            organization_id=receipt.organization_id, receipt_id=receipt.pk, reason="other_channel"
        )
    )
    client = client_of(receipt.organization_id, text)
    if client is not None:
        current().alert(alerts.other_channel(organization_id=receipt.organization_id, client_id=client.pk))


def explanation(channel: str) -> str:
    """Why nothing became of it, and what can be done."""
    return (
        f"This came by {channel}, not as a text. SnoutOS carries texts only, so it's kept here and nobody was answered. "
        "Ask them to text your number."
    )


def client_of(organization_id: int, text: InboundText) -> Client | None:
    """The client whose phone it came from, where the channel names phones."""
    e164 = text.sender.rpartition(":")[2].strip()
    phone = ClientPhone.objects.select_related("client").of(organization_id).filter(e164=e164).first()
    return phone.client if phone is not None else None
