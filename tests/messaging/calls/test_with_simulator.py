"""From a phone to the inbox and back: the simulated provider calls the application over the network."""

from __future__ import annotations

import pytest
from django.conf import LazySettings

from messaging import tasks
from messaging.calls.answering import default_sentence
from messaging.models import Call, Voicemail
from snoutos.devtools.twilio_sim import voices
from snoutos.devtools.twilio_sim.testing import running_simulator
from tests.business import open_business
from tests.messaging.calls.calling import put_through_to, take_voicemails


@pytest.mark.django_db(transaction=True)
def test_a_client_calls_hears_the_sentence_and_stands_in_the_inbox(
    live_server: object, settings: LazySettings
) -> None:
    settings.PUBLIC_BASE_URL = str(live_server)
    business = open_business()
    voice = f"{live_server}/webhooks/twilio/voice"
    number = {"e164": business.front_desk.e164, "voice_url": voice, "status_callback": f"{voice}/status"}
    account = {"sid": business.account.sid, "token": business.account.auth_token, "numbers": [number]}
    with running_simulator(accounts=[account]) as simulator:
        call = simulator.call(caller=business.client_phone, recipient=business.front_desk.e164)
        assert call.heard == (default_sentence(business.organization.name),)
        simulator.repeat_call(call.sid)
        hung_up = simulator.call(
            caller=business.client_phone, recipient=business.front_desk.e164, hangs_up=True
        )
        put_through_to(business, "+14157010177")
        rung = {
            outcome: simulator.call(
                caller=business.client_phone, recipient=business.front_desk.e164, other=outcome, talks=90
            )
            for outcome in ("completed", "busy", "no-answer", "canceled")
        }
    assert {(one.rang, one.rang_from) for one in rung.values()} == {
        ("+14157010177", business.front_desk.e164)
    }
    assert rung["completed"].heard == rung["canceled"].heard == ()
    sorry = default_sentence(business.organization.name, is_forwarded=True)
    assert rung["busy"].heard == rung["no-answer"].heard == (sorry,)
    passed_on = Call.objects.filter(position__gt=2).order_by("position")
    assert [(row.state, row.talked_seconds) for row in passed_on] == [
        ("answered", 90), ("missed", None), ("missed", None), ("missed", None),
    ]  # fmt: skip
    rows = Call.objects.filter(position__lte=2).order_by("position")
    assert [(row.provider_sid, row.state, row.seconds) for row in rows] == [
        (call.sid, "missed", call.seconds),
        (hung_up.sid, "missed", 0),
    ]
    assert business.verbs().count("call.ended") == 6


@pytest.mark.django_db(transaction=True)
def test_a_client_leaves_a_message_and_the_recording_is_fetched(
    live_server: object, settings: LazySettings
) -> None:
    settings.PUBLIC_BASE_URL = str(live_server)
    business = open_business()
    voice = f"{live_server}/webhooks/twilio/voice"
    number = {"e164": business.front_desk.e164, "voice_url": voice, "status_callback": f"{voice}/status"}
    account = {"sid": business.account.sid, "token": business.account.auth_token, "numbers": [number]}
    take_voicemails(business)
    with running_simulator(accounts=[account]) as simulator:
        settings.TWILIO_API_BASE_URL = simulator.base_url
        call = simulator.call(caller=business.client_phone, recipient=business.front_desk.e164, says=20)
        silent = simulator.call(caller=business.client_phone, recipient=business.front_desk.e164)
        tasks.fetch_media()
    left = Voicemail.objects.select_related("call").get()
    assert (left.call.provider_sid, left.call.state, left.seconds) == (call.sid, "voicemail", 20)
    assert (left.state, left.file.read()) == ("kept", voices.recording(20))
    assert Call.objects.get(provider_sid=silent.sid).state == "missed"
