"""Pictures and files: a local copy fetched from the provider only, sniffed, bounded, and lent out by signed addresses."""

from __future__ import annotations

from datetime import timedelta

import structlog
from django.conf import settings
from django.core import signing
from django.core.files.base import ContentFile
from django.db.models.functions import Now
from django.urls import reverse

from messaging.models import MessageMedia
from messaging.models.messages import MediaState
from messaging.providers.accounts import provider_of
from messaging.providers.base import MediaRefused, ProviderError

log = structlog.get_logger(__name__)

RETRY_AFTER = timedelta(minutes=1)
TRIES = 8
ADDRESS_LIVES = timedelta(minutes=30)
AT_ONCE = 20
_SALT = "messaging.media"
# What a file must begin with to be what it says. Anything else is kept from browsers as a plain download.
_SIGNATURES = {
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/gif": (b"GIF87a", b"GIF89a"),
    "image/webp": (b"RIFF",),
}


def fetch_due() -> int:
    """Fetch the copies whose time has come. Returns how many were kept."""
    due = MessageMedia.objects.filter(state=MediaState.LISTED, next_try_at__lte=Now()).order_by("pk")[
        :AT_ONCE
    ]
    return sum(_fetch(row) for row in due)


def keep_all_of(message_id: int) -> bool:
    """Make sure every file of a message is ours before it is sent on. False: try again later."""
    rows = list(MessageMedia.objects.filter(message_id=message_id))
    return all(row.state != MediaState.LISTED or _fetch(row) for row in rows)


def signed_urls(message_id: int) -> tuple[str, ...]:
    """Addresses under which the provider can fetch the message's files for the next 30 minutes."""
    kept = MessageMedia.objects.filter(message_id=message_id, state=MediaState.KEPT).order_by("position")
    return tuple(
        f"{settings.PUBLIC_BASE_URL}{reverse('twilio-media', args=[signing.dumps(str(row.public_id), salt=_SALT)])}"
        for row in kept
    )


def by_token(token: str) -> MessageMedia | None:
    """The file a signed address names, while it lives."""
    try:
        public_id = signing.loads(token, salt=_SALT, max_age=ADDRESS_LIVES)
    except signing.BadSignature:
        return None
    row: MessageMedia | None = MessageMedia.objects.filter(public_id=public_id, state=MediaState.KEPT).first()
    return row


def sniff(content_type: str, content: bytes) -> str:
    """The content type to store: the claimed one when the bytes agree, otherwise a plain download."""
    claimed = content_type.split(";")[0].strip().lower()
    if claimed in _SIGNATURES:
        is_so = content.startswith(_SIGNATURES[claimed]) and (
            claimed != "image/webp" or content[8:12] == b"WEBP"
        )
        return claimed if is_so else "application/octet-stream"
    if claimed.startswith(("video/", "audio/")) or claimed in ("text/vcard", "application/pdf"):
        return claimed
    return "application/octet-stream"


def _fetch(row: MessageMedia) -> bool:
    """Fetch one copy. The network is outside any transaction; who comes second overwrites with the same bytes."""
    account = row.message.account
    if account is None:
        return False
    try:
        found = provider_of(account).fetch_media(row.source_url)
    except MediaRefused:
        MessageMedia.objects.filter(pk=row.pk).update(state=MediaState.REFUSED, next_try_at=None)
        return False
    except ProviderError as error:
        log.warning("media.not_fetched", media_id=row.pk, code=error.code)
        _later(row)
        return False
    row.content_type = sniff(found.content_type or row.content_type, found.content)
    row.size, row.state, row.next_try_at = len(found.content), MediaState.KEPT, None
    row.file.save(str(row.public_id), ContentFile(found.content), save=False)
    row.save(update_fields=["content_type", "size", "state", "next_try_at", "file"])
    return True


def _later(row: MessageMedia) -> None:
    last = row.tries + 1 >= TRIES
    MessageMedia.objects.filter(pk=row.pk).update(
        tries=row.tries + 1,
        state=MediaState.FAILED if last else MediaState.LISTED,
        next_try_at=None if last else Now() + RETRY_AFTER * 2**row.tries,
    )
