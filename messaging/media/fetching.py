"""Pictures, files and voicemails: a local copy of each, fetched from the provider only."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.core.files.base import ContentFile
from django.db import DatabaseError
from django.db.models.functions import Now
from django.utils import timezone

from messaging import locks
from messaging.media.sniffing import sniff
from messaging.models import MessageMedia
from messaging.models.files import MediaState, ProvidedFile
from messaging.providers.accounts import provider_of
from messaging.providers.base import MediaRefused, ProviderError

log = structlog.get_logger(__name__)

RETRY_AFTER = timedelta(minutes=1)
TRIES = 8
AT_ONCE = 20
# One run of the task; a fetch that hangs lasts a minute by itself.
RUN_SECONDS = 60.0
LEASE = timedelta(minutes=3)

# What is to happen with a message, at a time, when one of its copies is here or given up.
Settle = Callable[[int, datetime], None]
# The same with a file that is here or given up.
Settled = Callable[[Any, datetime], None]
# What a file is to be stored as, by the type it was called and its bytes; empty when it is refused.
Reading = Callable[[str, bytes], str]


def fetch_due(settle: Settle) -> int:
    """Fetch the copies whose time has come, the longest due first, for a minute at most. Returns how many were kept."""
    return fetch_due_of(MessageMedia, lambda row, at: settle(row.message_id, at))


def fetch_due_of(kind: type[ProvidedFile], settled: Settled, *, reads: Reading = sniff) -> int:
    """As `fetch_due`, of one kind of file."""
    due = kind.objects.filter(state=MediaState.LISTED, next_try_at__lte=Now())
    return _fetch_all(due.order_by("next_try_at", "pk")[:AT_ONCE], settled, reads)


def fetch_of(message_id: int, settle: Settle) -> int:
    """Fetch what a message brought that has just come in. Returns how many copies were kept."""
    untried = MessageMedia.objects.filter(message_id=message_id, state=MediaState.LISTED, tries=0)
    return _fetch_all(untried, lambda row, at: settle(row.message_id, at), sniff)


def are_awaited(message_id: int) -> bool:
    """Whether a copy of the message's pictures is still to be fetched."""
    return MessageMedia.objects.filter(message_id=message_id, state=MediaState.LISTED).exists()


def _fetch_all(rows: Iterable[ProvidedFile], settled: Settled, reads: Reading) -> int:
    started, kept = time.monotonic(), 0
    for row in rows:
        if time.monotonic() - started > RUN_SECONDS:
            break
        kept += _guarded(row, settled, reads)
    return kept


def _guarded(row: ProvidedFile, settled: Settled, reads: Reading) -> bool:
    """Fetch one copy, unless somebody else does. Whether it is kept."""
    try:
        state = _fetch(row, reads) if _is_mine(row) else MediaState.LISTED
        if state != MediaState.LISTED:
            settled(row, timezone.now())
        return state == MediaState.KEPT
    except DatabaseError as error:
        # One whose row is held must not keep the others from it; the next tick fetches it again.
        log.warning("media.not_kept", kind=row._meta.model_name, media_id=row.pk, error=type(error).__name__)
        return False


def _is_mine(row: ProvidedFile) -> bool:
    """Take the row, so that a file that never ends keeps one worker from the others' files and not all of them."""
    mine = type(row).objects.filter(pk=row.pk, state=MediaState.LISTED, next_try_at=row.next_try_at)
    return locks.update_free(mine, next_try_at=Now() + LEASE) == 1


def _fetch(row: ProvidedFile, reads: Reading) -> MediaState:
    """What became of one copy; `LISTED` when it is tried again. The network is outside any transaction; who comes second overwrites
    with the same bytes.
    """
    account = row.provider_account
    if account is None:
        return MediaState.LISTED
    try:
        found = provider_of(account).fetch_media(row.source_url)
    except MediaRefused:
        return _give_up(row, MediaState.REFUSED)
    except ProviderError as error:
        log.warning("media.not_fetched", kind=row._meta.model_name, media_id=row.pk, code=error.code)
        return _later(row)
    row.content_type = reads(found.content_type or row.content_type, found.content)
    if not row.content_type:
        return _give_up(row, MediaState.REFUSED)
    row.size, row.state, row.next_try_at = len(found.content), MediaState.KEPT, None
    row.file.save(str(row.public_id), ContentFile(found.content), save=False)
    row.save(update_fields=["content_type", "size", "state", "next_try_at", "file"])
    return MediaState.KEPT


def _later(row: ProvidedFile) -> MediaState:
    tries = row.tries + 1
    if tries >= TRIES:
        return _give_up(row, MediaState.FAILED)
    type(row).objects.filter(pk=row.pk).update(tries=tries, next_try_at=Now() + RETRY_AFTER * 2**row.tries)
    return MediaState.LISTED


def _give_up(row: ProvidedFile, state: MediaState) -> MediaState:
    type(row).objects.filter(pk=row.pk).update(tries=row.tries + 1, state=state, next_try_at=None)
    return state
