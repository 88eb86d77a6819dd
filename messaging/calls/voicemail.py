"""What a caller says after the tone: recorded by the provider, fetched in the background, and unread for the office."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from audit.record import Actor, current
from messaging import events, locks, timeline
from messaging.calls.process import tell_the_office
from messaging.media import fetching, sniffing
from messaging.models import Call, Voicemail, WebhookReceipt
from messaging.models.calls import CallState
from messaging.people import threads
from messaging.providers import twiml
from messaging.providers.webhooks import Recording

LONGEST_SECONDS = 180
# The provider has each recording in two forms: this one is a quarter of the other.
_AS_MP3 = ".mp3"


class CallNotTakenIn(Exception):  # noqa: N818
    """The call that the message belongs to is not here yet: its receipt waits to be tried again, and so does this one's."""


def answer(sentence: str) -> str:
    """What the provider is to do with a caller who may leave a message after `sentence`."""
    return twiml.say_and_record(
        sentence,
        longest=LONGEST_SECONDS,
        then=_url("twilio-voice-recorded"),
        told_at=_url("twilio-voice-recording"),
    )


def _url(name: str) -> str:
    return f"{settings.PUBLIC_BASE_URL}{reverse(name)}"


def process_recording(recording: Recording, *, receipt: WebhookReceipt) -> Voicemail:
    """Keep that the caller left a message, inside its receipt's transaction and recording block. Told twice, it is one.

    The call is unread again for whoever had seen it as a missed one. Raises CallNotTakenIn.
    """
    known = (
        Call.objects.select_related("participant")
        .filter(account_id=receipt.account_id, provider_sid=recording.call_sid)
        .first()
    )
    if known is None:
        raise CallNotTakenIn
    locks.phone(known.organization_id, known.participant.e164)
    row = Call.objects.select_related("participant", "thread").get(pk=known.pk)
    kept, is_new = Voicemail.objects.get_or_create(
        call=row,
        defaults={
            "organization_id": row.organization_id,
            "source_url": recording.url + _AS_MP3,
            "content_type": "audio/mpeg",
            "seconds": recording.seconds,
            "left_at": max(receipt.received_at, row.started_at),
        },
    )
    if is_new:
        _is_left(row, kept)
    found: Voicemail = kept
    return found


def _is_left(row: Call, kept: Voicemail) -> None:
    if row.state in (CallState.MISSED, CallState.FORWARDING):
        was_told = row.state == CallState.MISSED
        row.state = CallState.VOICEMAIL
        row.save(update_fields=["state"])
        if not was_told:
            tell_the_office(row)
    threads.mark_unread_again(row.thread, row.position)
    party = row.participant
    current().record(
        events.call_voicemail_left(
            organization_id=row.organization_id, thread_id=row.thread_id, call_id=row.pk, seconds=kept.seconds
        ),
        actor=Actor.sitter(party.sitter_id) if party.sitter_id else Actor.client(party.client_id),
    )
    timeline.notify_pages(row.thread)


def fetch_due() -> int:
    """Fetch the recordings whose time has come. Returns how many were kept."""
    return fetching.fetch_due_of(Voicemail, _settled, reads=sniffing.recording)


def _settled(row: Any, at: datetime) -> None:
    """It can be played now, or never: open pages show that."""
    timeline.notify_pages(row.call.thread)
