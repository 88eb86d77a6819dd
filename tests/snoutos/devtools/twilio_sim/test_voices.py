"""A phone calls a business: webhook, signature, what the person hears, the report of the end."""

from __future__ import annotations

import pytest

from messaging.providers import twiml
from messaging.providers.webhooks import parse_call, parse_forwarded, parse_recording
from snoutos.devtools.twilio_sim.testing import SimulatorClient, SimulatorError
from snoutos.devtools.twilio_sim.voices import APPLICATION_ERROR, Dial, Plan, Record, TwimlError, perform
from tests.snoutos.devtools.twilio_sim.application import Application
from tests.snoutos.devtools.twilio_sim.numbers import ACCOUNT, CLIENT, DESK, TOKEN

OTHER = "+14155550177"


@pytest.fixture
def voice(sim: SimulatorClient, app: Application) -> SimulatorClient:
    urls = {"voice_url": f"{app.url}/voice", "status_callback": f"{app.url}/voice/status"}
    sim.add_account(sid=ACCOUNT, token=TOKEN, numbers=[{"e164": DESK, **urls}])
    return sim


def test_a_call_is_announced_and_its_end_reported_signed(voice: SimulatorClient, app: Application) -> None:
    call = voice.call(caller=CLIENT, recipient=DESK)
    began, ended = app.received
    assert began.genuine
    assert ended.genuine
    assert [began.path, ended.path] == ["/voice", "/voice/status"]
    parsed = parse_call(began.params)
    assert (parsed.sid, parsed.caller, parsed.recipient, parsed.has_ended) == (call.sid, CLIENT, DESK, False)
    over = parse_call(ended.params)
    assert (over.sid, over.has_ended, over.seconds) == (call.sid, True, call.seconds)


def test_one_who_hangs_up_hears_nothing_and_is_reported(voice: SimulatorClient, app: Application) -> None:
    call = voice.call(caller=CLIENT, recipient=DESK, hangs_up=True)
    assert (call.status, call.heard) == ("canceled", ())
    assert app.params[1]["CallStatus"] == "canceled"


def test_an_application_that_fails_is_heard_as_such(voice: SimulatorClient, app: Application) -> None:
    app.answers[:] = [500]
    call = voice.call(caller=CLIENT, recipient=DESK)
    assert (call.heard, call.answer) == ((APPLICATION_ERROR,), "500")


def test_a_number_without_an_address_and_one_of_nobody(sim: SimulatorClient) -> None:
    assert sim.call(caller=CLIENT, recipient=DESK).answer == "no webhook"
    with pytest.raises(SimulatorError):
        sim.call(caller=CLIENT, recipient="+14155559999")


def test_a_call_can_be_repeated_and_is_listed(voice: SimulatorClient, app: Application) -> None:
    call = voice.call(caller=CLIENT, recipient=DESK)
    voice.repeat_call(call.sid)
    assert {one["CallSid"] for one in app.params} == {call.sid}
    assert len(app.params) == 4
    assert [one.sid for one in voice.phone_calls(CLIENT)] == [call.sid]


def test_our_answers_are_done_as_they_say() -> None:
    assert perform(twiml.say("Text us & wait <please>")) == Plan("completed", ["Text us & wait <please>"])
    assert perform(twiml.turn_away()) == Plan("busy", [])
    assert perform(twiml.hang_up()) == Plan("completed", [])
    rings = twiml.forward(OTHER, caller_id=DESK, ring_seconds=20, then="https://texts.example/then")
    assert perform(rings).dial == Dial(OTHER, DESK, 20, "https://texts.example/then")

    asks = twiml.say_and_record("Speak", longest=180, then="/voice/recorded", told_at="/voice/recording")
    assert perform(asks) == Plan(
        "completed", ["Speak"], record=Record(180, "/voice/recorded", "/voice/recording")
    )


@pytest.mark.parametrize(("says", "kept"), [(20, 20), (500, 180)])
def test_a_message_is_recorded_and_told_of_twice(
    voice: SimulatorClient, app: Application, says: int, kept: int
) -> None:
    asks = twiml.say_and_record("Speak", longest=180, then="/voice/recorded", told_at="/voice/recording")
    app.answers[:] = [asks, twiml.hang_up()]
    call = voice.call(caller=CLIENT, recipient=DESK, says=says)
    assert all(one.genuine for one in app.received)
    assert [one.path for one in app.received] == [
        "/voice",
        "/voice/recorded",
        "/voice/recording",
        "/voice/status",
    ]
    for told in app.params[1:3]:
        found = parse_recording(told)
        assert found is not None
        assert (found.call_sid, found.seconds) == (call.sid, kept)
        assert found.url.endswith(f"/Accounts/{ACCOUNT}/Recordings/{call.recording}")
    assert "From" not in app.params[2]


def test_one_who_says_nothing_leaves_no_message(voice: SimulatorClient, app: Application) -> None:
    app.answers[:] = [twiml.say_and_record("Speak", longest=180, then="/then", told_at="/told")]
    call = voice.call(caller=CLIENT, recipient=DESK)
    assert (call.recording, call.heard, len(app.received)) == ("", ("Speak",), 2)


def forwards(to: str = OTHER, caller_id: str = DESK) -> str:
    return twiml.forward(to, caller_id=caller_id, ring_seconds=20, then="/voice/forwarded")


@pytest.mark.parametrize(
    ("outcome", "heard"),
    [("completed", ()), ("no-answer", ("Text us",)), ("busy", ("Text us",)), ("failed", ("Text us",))],
)
def test_a_forwarded_call_rings_and_the_application_is_asked_how_to_go_on(
    voice: SimulatorClient, app: Application, outcome: str, heard: tuple[str, ...]
) -> None:
    app.answers[:] = [forwards(), twiml.hang_up() if outcome == "completed" else twiml.say("Text us")]
    call = voice.call(caller=CLIENT, recipient=DESK, other=outcome, talks=90)
    assert (call.rang, call.rang_from, call.taken, call.heard) == (OTHER, DESK, outcome, heard)
    _, asked, ended = app.received
    assert asked.genuine
    assert [one.path for one in app.received] == ["/voice", "/voice/forwarded", "/voice/status"]
    told = parse_forwarded(asked.params)
    assert (told.sid, told.was_taken, told.has_ended) == (call.sid, outcome == "completed", False)
    assert told.talked == (90 if outcome == "completed" else 0)
    assert parse_call(ended.params).seconds == call.seconds


def test_one_who_hangs_up_while_it_rings_hears_nothing_more(voice: SimulatorClient, app: Application) -> None:
    app.answers[:] = [forwards(), twiml.say("Text us")]
    call = voice.call(caller=CLIENT, recipient=DESK, other="canceled")
    assert (call.status, call.heard) == ("completed", ())
    assert parse_forwarded(app.params[1]).was_taken is False


@pytest.mark.parametrize("answer", [forwards(caller_id="+14155559999"), forwards(to="911"), forwards(to="")])
def test_what_cannot_be_rung_is_an_error(voice: SimulatorClient, app: Application, answer: str) -> None:
    app.answers[:] = [answer]
    call = voice.call(caller=CLIENT, recipient=DESK)
    assert (call.rang, call.heard) == ("", (APPLICATION_ERROR,))


@pytest.mark.parametrize(
    "answer", ["", "Hi", "<Say/>", "<Response><Say/></Response>", "<Response><Sing>x</Sing></Response>"]
)
def test_another_answer_is_an_error(answer: str) -> None:
    with pytest.raises(TwimlError):
        perform(answer)
