"""Lending files out: signed addresses under which the provider fetches what it is to send on."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_GET

from messaging.models import MessageMedia
from messaging.models.files import MediaState

ADDRESS_LIVES = timedelta(minutes=30)
_SALT = "messaging.media"


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


@require_GET
def media_file(request: HttpRequest, token: str) -> HttpResponseBase:
    """A file the provider fetches to send it on. The token is signed and lives 30 minutes."""
    row = by_token(token)
    if row is None:
        raise Http404
    response = FileResponse(
        default_storage.open(str(row.file.name)), content_type=row.content_type, as_attachment=True
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response
