"""Texts that never reached us: the provider's own list is the only cure for a longer outage."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

import structlog
from django.utils import timezone

from messaging.inbound import intake
from messaging.models import ProviderAccount
from messaging.models.numbers import LineState
from messaging.providers.accounts import provider_of
from messaging.providers.base import ListedText, ProviderError
from messaging.times import span

log = structlog.get_logger(__name__)

LOOKS_BACK = timedelta(hours=24)
# A webhook that is under way right now is not missed.
SETTLES = span(minutes=2)
LISTED_AT_MOST = 1000


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
    taken = 0
    for text in reversed(listed):
        if text.is_inbound and (text.created_at is None or text.created_at < now - SETTLES):
            taken += intake.take_in_listed(account, _as_webhook(account, text), at=text.created_at)
    return taken


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
