"""Texts that never reached us: the provider's own list is the only cure for a longer outage."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlencode

import structlog
from django.utils import timezone

from messaging.inbound import intake
from messaging.models import ProviderAccount, WebhookReceipt
from messaging.models.numbers import LineState
from messaging.models.receipts import ReceiptKind
from messaging.providers.accounts import provider_of
from messaging.providers.base import ListedText, ProviderError
from messaging.times import span

log = structlog.get_logger(__name__)

LOOKS_BACK = timedelta(hours=24)
# A webhook that is under way right now is not missed.
SETTLES = span(minutes=2)
# More than any business texts in a day, both ways: what ends the list is its age, or an outage on a busy day would hide what came first.
LISTED_AT_MOST = 200_000
ASKED_AT_ONCE = 1000


def take_in_missed() -> int:
    """Take in the inbound texts of the last 24 hours that the provider has and we have not. Returns how many."""
    accounts = ProviderAccount.objects.select_related("organization").filter(
        line_state=LineState.OPEN, organization__is_active=True
    )
    return sum(_of_account(account) for account in accounts)


def _of_account(account: ProviderAccount) -> int:
    now = timezone.now()
    try:
        listed = provider_of(account).list_texts(since=now - LOOKS_BACK, limit=LISTED_AT_MOST)
    except ProviderError as error:
        log.warning("missed.provider_unavailable", account_id=account.pk, code=error.code)
        return 0
    settled = [
        text
        for text in reversed(listed)
        if text.is_inbound and (text.created_at is None or text.created_at < now - SETTLES)
    ]
    return sum(
        intake.take_in_listed(account, _as_webhook(account, text), at=text.created_at)
        for text in _unknown(account, settled)
    )


def _unknown(account: ProviderAccount, listed: list[ListedText]) -> Iterator[ListedText]:
    """Those without a receipt, in their order. Nearly all have one, so they are asked for by the thousand."""
    for start in range(0, len(listed), ASKED_AT_ONCE):
        some = listed[start : start + ASKED_AT_ONCE]
        known = set(
            WebhookReceipt.objects.filter(
                account=account, kind=ReceiptKind.INBOUND, dedupe_key__in=[text.sid for text in some]
            ).values_list("dedupe_key", flat=True)
        )
        yield from (text for text in some if text.sid not in known)


def _as_webhook(account: ProviderAccount, text: ListedText) -> bytes:
    """The body the webhook would have had. Media addresses are not in the list: the text says that there were some."""
    note = f"\n[{text.media_count} file(s), not delivered to us]" if text.media_count else ""
    fields = {
        "MessageSid": text.sid,
        "AccountSid": account.sid,
        "From": text.sender,
        "To": text.recipient,
        "Body": text.body + note,
        "NumMedia": "0",
        "SmsStatus": "received",
    }
    return urlencode(fields).encode()
