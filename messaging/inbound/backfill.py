"""Texts that never reached us: the provider's own list is the only cure for a longer outage."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urlencode

import structlog
from django.db import transaction
from django.utils import timezone

from audit.record import Actor, current, recording
from messaging import alerts, events
from messaging.inbound import receipts
from messaging.models import ProviderAccount, WebhookReceipt
from messaging.models.numbers import LineState
from messaging.models.receipts import ReceiptKind
from messaging.providers.accounts import provider_of
from messaging.providers.base import ListedText, ProviderError
from messaging.timing import scaled

log = structlog.get_logger(__name__)

LOOKS_BACK = timedelta(hours=24)
# The provider's clock and ours may differ, and what it took in at the edge of one reading must be in the next.
OVERLAP = timedelta(hours=1)
# A webhook that is under way right now is not missed.
SETTLES = scaled(minutes=2)
# Texts to and from all numbers of an account. One that has more in its time is read up to here, newest first, and again the next time.
LISTED_AT_MOST = 20_000
# One account whose texts take long, or wait for rows that somebody holds, leaves the others their time.
TAKES_IN_FOR_SECONDS = 60.0


def fetch_missed() -> int:
    """Take in the inbound texts that the provider has and we have not. Returns how many.

    Of the last 24 hours, or since the list was last read to its end when that is longer ago: an outage may last for days. One account
    that cannot be asked does not keep the others from it.
    """
    accounts = ProviderAccount.objects.select_related("organization").filter(
        line_state=LineState.OPEN, organization__is_active=True
    )
    return sum(_guarded(account) for account in accounts.order_by("pk"))


def _guarded(account: ProviderAccount) -> int:
    try:
        return _of_account(account)
    except Exception as error:
        # Whatever is wrong with one account's list. The error's words may quote a text: only its type is kept.
        log.error("missed.failed", account_id=account.pk, error=type(error).__name__)
        return 0


def _of_account(account: ProviderAccount) -> int:
    now = timezone.now()
    since = now - LOOKS_BACK
    if account.inbound_listed_at is not None:
        since = min(since, account.inbound_listed_at - OVERLAP)
    listed, to_its_end = _listed(account, since)
    unknown = _unknown(account, listed, until=now - SETTLES)
    taken, all_of_them = _take_in_all(account, unknown)
    if taken:
        _tell(account, taken)
    if to_its_end and all_of_them:
        ProviderAccount.objects.filter(pk=account.pk).update(inbound_listed_at=now - SETTLES)
    else:
        log.warning("missed.list_not_read_to_its_end", account_id=account.pk, listed=len(listed))
    return taken


def _listed(account: ProviderAccount, since: datetime) -> tuple[Sequence[ListedText], bool]:
    """What the provider has since then, and whether that is all of it: the pages that were read before one failed are kept."""
    try:
        listed = provider_of(account).list_texts(since=since, limit=LISTED_AT_MOST)
    except ProviderError as error:
        log.warning(
            "missed.provider_unavailable", account_id=account.pk, code=error.code, read=len(error.read)
        )
        return error.read, False
    return listed, len(listed) < LISTED_AT_MOST


def _take_in_all(account: ProviderAccount, texts: Sequence[ListedText]) -> tuple[int, bool]:
    """Take them in for a minute. How many were new, and whether none is left for the next reading."""
    taken, ends = 0, time.monotonic() + TAKES_IN_FOR_SECONDS
    for text in texts:
        if time.monotonic() > ends:
            return taken, False
        taken += _take_in(account, text)
    return taken, True


def _unknown(account: ProviderAccount, listed: Sequence[ListedText], *, until: datetime) -> list[ListedText]:
    """The inbound texts until then that no receipt names, oldest first."""
    inbound = [
        text for text in listed if text.is_inbound and (text.created_at is None or text.created_at < until)
    ]
    receipts = WebhookReceipt.objects.filter(account=account, kind=ReceiptKind.INBOUND)
    known: set[str] = set()
    for begin in range(0, len(inbound), 1000):
        sids = [text.sid for text in inbound[begin : begin + 1000]]
        known.update(receipts.filter(dedupe_key__in=sids).values_list("dedupe_key", flat=True))
    return [text for text in reversed(inbound) if text.sid not in known]


def _take_in(account: ProviderAccount, text: ListedText) -> bool:
    return receipts.process_listed(account, _as_webhook(account, text), at=text.created_at)


def _tell(account: ProviderAccount, count: int) -> None:
    """How many were missed is recorded and counted on one alert: somebody should find out why."""
    ids = {"organization_id": account.organization_id, "account_id": account.pk}
    with transaction.atomic(), recording(actor=Actor.system()):
        current().record(events.webhook_inbound_missed_found(**ids, count=count))
        current().alert(alerts.texts_missed(**ids, count=count))


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
