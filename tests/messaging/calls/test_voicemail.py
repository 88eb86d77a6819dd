"""A caller leaves a message: who is asked for one, how it is fetched, where it stands, and for whom it is unread."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pytest
from django.conf import settings as conf
from django.utils import timezone

from messaging import tasks
from messaging.calls import settings, voicemail
from messaging.calls.settings import Calls
from messaging.inbound import receipts
from messaging.media import fetching, sniffing
from messaging.models import Call, Voicemail, WebhookReceipt
from messaging.models.numbers import CallHandling
from messaging.people import threads
from messaging.providers.base import MediaRefused, ProviderError
from snoutos.devtools.twilio_sim import voices
from tests.business import Business, open_business, stranger
from tests.messaging.calls.calling import (
    FORWARDED,
    RECORDED,
    RECORDING,
    VOICE,
    VOICE_STATUS,
    answer_to,
    call_params,
    called,
    ended,
    forwarded,
    recorded,
    recording,
    take_voicemails,
    voicemail_of,
)

MP3 = voices.recording(3)


def fetch(
    monkeypatch: pytest.MonkeyPatch, answer: bytes | Exception, claimed: str = "audio/mpeg"
) -> list[str]:
    """Fetch what is due from a provider that gives every address this answer; the addresses it was asked for."""
    asked: list[str] = []

    def fetch_media(url: str) -> Any:
        asked.append(url)
        if isinstance(answer, Exception):
            raise answer
        return SimpleNamespace(content=answer, content_type=claimed)

    monkeypatch.setattr(fetching, "provider_of", lambda _: SimpleNamespace(fetch_media=fetch_media))
    Voicemail.objects.filter(state="listed").update(next_try_at=timezone.now() - timedelta(minutes=1))
    voicemail.fetch_due()
    return asked


def test_a_caller_hears_the_sentence_and_can_speak_after_a_tone(business: Business) -> None:
    take_voicemails(business)
    said = answer_to(business, call_params(business, sender=business.client_phone))
    say, record, hangup = ElementTree.fromstring(said)
    assert "Leave a message after the tone" in str(say.text)
    assert (say.tag, record.tag, hangup.tag) == ("Say", "Record", "Hangup")
    assert record.attrib == {
        "action": f"{conf.PUBLIC_BASE_URL}{RECORDED}",
        "method": "POST",
        "maxLength": "180",
        "timeout": "6",
        "playBeep": "true",
        "recordingStatusCallback": f"{conf.PUBLIC_BASE_URL}{RECORDING}",
        "recordingStatusCallbackMethod": "POST",
    }


def test_the_owners_sentence_is_said_before_the_tone(business: Business) -> None:
    chosen = Calls(voicemail=True, sentence="Woof <b>&")
    settings.set_calls(business.front_desk, chosen, by=business.owner, at=timezone.now())
    said = answer_to(business, call_params(business, sender=stranger()))
    assert "<Say>Woof &lt;b&gt;&amp;</Say><Record" in said


@pytest.mark.parametrize("caller", ["+266696687", "anonymous", "sip:sam@example.test"])
def test_one_who_hides_their_number_is_asked_for_no_message(business: Business, caller: str) -> None:
    take_voicemails(business)
    said = answer_to(business, call_params(business, sender=caller))
    assert "<Say>" in said
    assert "<Record" not in said


def test_who_is_not_put_through_can_leave_a_message(business: Business) -> None:
    chosen = Calls(handling=CallHandling.OFFICE_PHONE, phone="(415) 701-0177", voicemail=True)
    settings.set_calls(business.front_desk, chosen, by=business.owner, at=timezone.now())
    params = call_params(business, sender=business.client_phone)
    assert "<Record" not in answer_to(business, params)
    assert "<Record" in business.post(forwarded(params, outcome="busy"), path=FORWARDED).content.decode()
    business.post(recording(params), path=RECORDING)
    assert Call.objects.get().state == "voicemail"
    taken = call_params(business, sender=business.client_phone)
    business.post(taken, path=VOICE)
    assert "<Record" not in business.post(forwarded(taken), path=FORWARDED).content.decode()


def test_a_message_stands_at_its_call_and_is_unread(business: Business) -> None:
    first = business.text("Hello")
    left = voicemail_of(business, sender=business.client_phone)
    call = left.call
    assert (call.thread, call.position, call.state, call.seconds) == (first.thread, 2, "voicemail", 7)
    assert (left.seconds, left.state, left.content_type) == (42, "listed", "audio/mpeg")
    call.thread.refresh_from_db()
    assert call.thread.owner_position == call.position
    assert business.alerts() == ["call.missed"]
    assert business.verbs()[-3:] == ["call.received", "call.voicemail_left", "call.ended"]


def test_one_who_saw_the_missed_call_sees_that_there_is_more_to_it(business: Business) -> None:
    take_voicemails(business)
    params = call_params(business, sender=business.client_phone)
    business.post(params, path=VOICE)
    thread = Call.objects.get().thread
    threads.mark_read(thread, business.owner)
    assert not thread.reads.filter(position__lt=1).exists()
    business.post(recording(params), path=RECORDING)
    assert thread.reads.get(user=business.owner).position == 0


def test_it_is_told_twice_and_is_one(business: Business) -> None:
    take_voicemails(business)
    params = call_params(business, sender=business.client_phone)
    business.post(params, path=VOICE)
    said = business.post(recorded(params), path=RECORDED).content.decode()
    assert "<Response><Hangup /></Response>" in said
    for _ in range(2):
        business.post(recording(params), path=RECORDING)
    assert Voicemail.objects.count() == 1
    assert business.verbs().count("call.voicemail_left") == 1
    assert not WebhookReceipt.objects.exclude(state="done").exists()


@pytest.mark.parametrize("silence", [{"seconds": 0}, {"status": "absent"}, {"status": "failed"}])
def test_silence_is_no_message(business: Business, silence: dict[str, Any]) -> None:
    take_voicemails(business)
    params = call_params(business, sender=business.client_phone)
    business.post(params, path=VOICE)
    business.post(recording(params, **silence), path=RECORDING)
    assert not Voicemail.objects.exists()
    assert (Call.objects.get().state, WebhookReceipt.objects.exclude(state="done").count()) == ("missed", 0)


def test_a_message_whose_call_is_not_here_yet_waits_for_it(business: Business) -> None:
    take_voicemails(business)
    params = call_params(business, sender=business.client_phone)
    business.post(recording(params), path=RECORDING)
    waiting = WebhookReceipt.objects.get()
    assert (waiting.state, waiting.kind) == ("failed", "call_recorded")
    business.post(params, path=VOICE)
    assert receipts.process_again(waiting)
    assert Voicemail.objects.get().call == Call.objects.get()


@pytest.mark.parametrize("path", [RECORDING, RECORDED])
def test_a_forged_message_and_one_of_anothers_call_are_no_messages(business: Business, path: str) -> None:
    call = called(business, sender=business.client_phone)
    params = {"CallSid": call.provider_sid, "AccountSid": business.account.sid}
    assert business.post(recording(params), path=path, token="wrong").status_code == 403
    other = open_business("Paws")
    assert other.post({**recording(params), "AccountSid": other.account.sid}, path=path).status_code == 200
    assert not Voicemail.objects.exists()


@pytest.mark.parametrize(
    "broken", [{"CallSid": "SM1"}, {"CallSid": ""}, {"RecordingUrl": ""}, {"RecordingUrl": "h" * 500}]
)
def test_what_cannot_be_read_is_set_aside(business: Business, broken: dict[str, str]) -> None:
    params = call_params(business, sender=business.client_phone)
    assert business.post({**recording(params), **broken}, path=RECORDING).status_code == 200
    assert WebhookReceipt.objects.get().state == "unactionable"


def test_the_recording_is_fetched_from_the_provider_and_kept(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = voicemail_of(business, sender=business.client_phone)
    (url,) = fetch(monkeypatch, MP3)
    assert url.startswith(f"https://api.twilio.com/2010-04-01/Accounts/{business.account.sid}/Recordings/RE")
    assert url.endswith(".mp3")
    left.refresh_from_db()
    assert (left.state, left.size, left.content_type) == ("kept", len(MP3), "audio/mpeg")
    assert left.file.read() == MP3
    assert fetch(monkeypatch, MP3) == []


@pytest.mark.parametrize("content", [b"<html>", b"", b"%PDF-1.7", b"\xff\xd8\xff\xe0", b"RIFF0000WEBP"])
def test_what_is_no_sound_is_refused_whatever_it_is_called(
    business: Business, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    left = voicemail_of(business, sender=business.client_phone)
    fetch(monkeypatch, content)
    left.refresh_from_db()
    assert (left.state, left.next_try_at, bool(left.file)) == ("refused", None, False)


def test_sounds_are_known_by_their_bytes() -> None:
    assert sniffing.recording("text/html", b"RIFF\x00\x00\x00\x00WAVEfmt ") == "audio/wav"
    for mp3 in (b"ID3\x04", b"\xff\xfb\x90", b"\xff\xf3\x14"):
        assert sniffing.recording("", mp3) == "audio/mpeg"


def test_one_that_is_not_there_yet_is_asked_for_again_and_given_up_at_last(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = voicemail_of(business, sender=business.client_phone)
    for _ in range(fetching.TRIES):
        left.refresh_from_db()
        assert left.state == "listed"
        fetch(monkeypatch, ProviderError("not there", code=404, retry=False))
    left.refresh_from_db()
    assert (left.state, left.next_try_at) == ("failed", None)


def test_a_foreign_address_is_never_asked(business: Business, monkeypatch: pytest.MonkeyPatch) -> None:
    take_voicemails(business)
    params = call_params(business, sender=business.client_phone)
    business.post(params, path=VOICE)
    business.post({**recording(params), "RecordingUrl": "https://example.test/RE1"}, path=RECORDING)
    tasks.fetch_media()
    assert Voicemail.objects.get().state == "refused"
    fetch(monkeypatch, MediaRefused("no"))
    assert Voicemail.objects.get().state == "refused"


def test_a_sitters_message_is_the_offices(business: Business) -> None:
    left = voicemail_of(business, sender=business.sitter.phone)
    assert left.call.thread.kind == "staff"


def test_a_call_that_was_only_heard_of_by_its_end_takes_a_message_too(business: Business) -> None:
    params = call_params(business, sender=business.client_phone)
    business.post(ended(params), path=VOICE_STATUS)
    business.post(recording(params), path=RECORDING)
    assert Call.objects.get().state == "voicemail"
