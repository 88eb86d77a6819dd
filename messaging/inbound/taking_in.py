"""What each kind of request means, once it is kept: handed on to whoever acts on it."""

from __future__ import annotations

from audit.record import current
from messaging import alerts, events
from messaging.calls.process import process_call
from messaging.calls.voicemail import process_recording
from messaging.inbound import other_channels, process
from messaging.models import MessageNumber, Participant, WebhookReceipt
from messaging.models.receipts import ReceiptKind, ReceiptState
from messaging.numbers import proving
from messaging.outbound.outcome import reports
from messaging.providers.webhooks import (
    parse_call,
    parse_forwarded,
    parse_inbound,
    parse_recording,
    parse_status,
)


def text(
    receipt: WebhookReceipt,
    params: dict[str, str],
    number: MessageNumber | None,
    party: Participant | None = None,
) -> None:
    """A text: for a conversation, unless it is of another channel, for a number nobody added yet, or the test of a number's webhooks."""
    parsed = parse_inbound(params)
    if number is not None and proving.is_test(parsed.body, number):
        return
    channel = other_channels.of(parsed)
    if channel:
        other_channels.set_aside(receipt, parsed, channel)
        return
    if number is None:
        _unrouted(receipt)
        return
    process.process_text(parsed, receipt=receipt, number=number, party=party)


def call(
    receipt: WebhookReceipt,
    params: dict[str, str],
    number: MessageNumber | None,
    party: Participant | None = None,
) -> None:
    """A call: that it came in, whether it was taken where it was forwarded to, or that it ended."""
    parsed = parse_forwarded(params) if receipt.kind == ReceiptKind.CALL_FORWARDED else parse_call(params)
    if number is None:
        _unrouted(receipt)
        return
    process_call(parsed, receipt=receipt, number=number, party=party)


def recording(receipt: WebhookReceipt, params: dict[str, str]) -> None:
    """A voicemail, or that there is none."""
    parsed = parse_recording(params)
    if parsed is not None:
        process_recording(parsed, receipt=receipt)


def status(receipt: WebhookReceipt, params: dict[str, str]) -> None:
    """What became of a text of ours."""
    reports.store(parse_status(params), receipt.recipient, account=receipt.account, receipt=receipt)


def _unrouted(receipt: WebhookReceipt) -> None:
    WebhookReceipt.objects.filter(pk=receipt.pk).update(state=ReceiptState.UNROUTED)
    current().record(
        events.webhook_inbound_unrouted(organization_id=receipt.organization_id, receipt_id=receipt.pk)
    )
    current().alert(
        alerts.number_unknown(organization_id=receipt.organization_id, account_id=receipt.account_id)
    )
