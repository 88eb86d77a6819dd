"""A phone texts a business: webhook, signature, opt-out words, retries."""

from __future__ import annotations

import base64

import pytest

from messaging.providers.base import Accepted, OutgoingText, Rejected
from messaging.providers.twilio import RETRY_FRAGMENT, TwilioProvider
from messaging.providers.webhooks import parse_inbound
from snoutos.devtools.twilio_sim.testing import SimulatorClient, SimulatorError
from tests.snoutos.devtools.twilio_sim.application import Application
from tests.snoutos.devtools.twilio_sim.numbers import ACCOUNT, CLIENT, DESK, POOL, SERVICE, SITTER_LINE, TOKEN


def text_from(number: str, *, service: str = "") -> OutgoingText:
    return OutgoingText(sender=number, recipient=CLIENT, body="Hi", messaging_service_sid=service)


@pytest.mark.parametrize("body", ["Hi", "", "1+1 & 2=3 %", "🐶\n日本", "x" * 3000, "a\x00b", " STOP please "])
def test_the_webhook_is_signed_and_reads_as_the_real_one(
    sim: SimulatorClient, app: Application, body: str
) -> None:
    answer = sim.send_text(sender=CLIENT, recipient=DESK, body=body)
    assert (answer.delivered, answer.status_code, answer.attempts) == (True, 200, 1)
    (received,) = app.received
    assert received.genuine
    assert received.path == "/webhooks/twilio/inbound"
    assert received.headers["Content-Type"].startswith("application/x-www-form-urlencoded")
    assert received.headers["I-Twilio-Idempotency-Token"]
    assert received.params["Body"] == body
    text = parse_inbound(received.params)
    assert (text.sender, text.recipient, text.provider_sid) == (CLIENT, DESK, answer.sid)
    assert (text.account_sid, text.status, text.messaging_service_sid) == (ACCOUNT, "received", "")
    assert received.params["FromCity"] == ""


def test_a_number_in_a_service_names_it(sim: SimulatorClient, app: Application) -> None:
    sim.send_text(sender=CLIENT, recipient=POOL, body="Hi")
    assert app.params[0]["MessagingServiceSid"] == SERVICE


def test_photos_have_addresses_that_the_adapter_can_fetch(
    sim: SimulatorClient, app: Application, provider: TwilioProvider
) -> None:
    picture = {"content_type": "image/gif", "base64": base64.b64encode(b"GIF89a").decode()}
    answer = sim.send_text(sender=CLIENT, recipient=DESK, media=[picture, "https://elsewhere.example/x.jpg"])
    assert answer.sid.startswith("MM")
    text = parse_inbound(app.params[0])
    assert [content_type for _, content_type in text.media] == ["image/gif", "image/jpeg"]
    assert provider.fetch_media(text.media[0][0]).content == b"GIF89a"


@pytest.mark.parametrize(
    "word", ["STOP", "stop", " Unsubscribe ", "OPTOUT", "revoke", "Cancel", "end", "quit", "StopAll"]
)
def test_an_opt_out_word_blocks_that_number_and_is_still_announced(
    sim: SimulatorClient, app: Application, provider: TwilioProvider, word: str
) -> None:
    sim.send_text(sender=CLIENT, recipient=DESK, body=word)
    outcome = provider.send(text_from(DESK))
    assert isinstance(outcome, Rejected)
    assert outcome.code == 21610
    assert isinstance(provider.send(text_from(POOL)), Accepted)
    assert [one["Body"] for one in app.params if "Body" in one] == [word]
    confirmation = [text for text in sim.phone_texts(CLIENT) if text.by_provider]
    assert len(confirmation) == 1
    assert "unsubscribed" in confirmation[0].body
    assert not any(text.body == confirmation[0].body for text in provider.list_texts())


@pytest.mark.parametrize("word", ["STOP.", "please stop", "stop it", "halt", ""])
def test_only_the_exact_word_counts(sim: SimulatorClient, provider: TwilioProvider, word: str) -> None:
    sim.send_text(sender=CLIENT, recipient=DESK, body=word)
    assert isinstance(provider.send(text_from(DESK)), Accepted)


def test_start_ends_the_block_and_help_answers(sim: SimulatorClient, provider: TwilioProvider) -> None:
    for body in ("STOP", "stop", "HELP", "start", "START"):
        sim.send_text(sender=CLIENT, recipient=DESK, body=body)
    assert isinstance(provider.send(text_from(DESK)), Accepted)
    answers = [text.body[:32] for text in sim.phone_texts(CLIENT) if text.by_provider]
    assert len(answers) == 3  # a second STOP or START is not confirmed again


def test_in_a_service_the_whole_pool_is_blocked(sim: SimulatorClient, provider: TwilioProvider) -> None:
    sim.send_text(sender=CLIENT, recipient=POOL, body="STOP")
    assert isinstance(provider.send(text_from(SITTER_LINE)), Rejected)
    assert isinstance(provider.send(text_from(SITTER_LINE, service=SERVICE)), Rejected)
    assert isinstance(provider.send(text_from(DESK)), Accepted)


def test_the_providers_verdict_is_told_with_advanced_opt_out(sim: SimulatorClient, app: Application) -> None:
    sim.add_account(sid=ACCOUNT, token=TOKEN, advanced_opt_out=True)
    for number in (POOL, DESK):
        sim.send_text(sender=CLIENT, recipient=number, body="stop")
    assert [one.get("OptOutType") for one in app.params] == ["STOP", None]


@pytest.mark.parametrize(
    ("answers", "fragment", "attempts", "delivered"),
    [
        ([500], "", 1, False),
        ([403], "", 1, False),
        ([302], "", 1, False),
        (["hang"], "#rt=500", 1, False),
        (["reset"], "", 2, True),  # the default: one more try, when the connection failed
        (["reset", "reset"], "", 2, False),
        ([500, 500], RETRY_FRAGMENT, 3, True),
        ([404, "reset"], RETRY_FRAGMENT, 3, True),
        ([500] * 9, RETRY_FRAGMENT, 6, False),
        ([500, 500], "#rc=1&rp=5xx", 2, False),
        ([404], "#rc=1&rp=5xx", 1, False),
        (["hang"], "#rc=1&rp=rt&rt=500", 2, True),
        ([500] * 9, "#rc=0&rp=all", 1, False),
    ],
)
def test_retries_follow_the_fragment_of_the_address(
    sim: SimulatorClient,
    app: Application,
    answers: list[int | str],
    fragment: str,
    attempts: int,
    delivered: bool,
) -> None:
    number = {"e164": DESK, "sms_url": f"{app.url}/inbound{fragment}"}
    sim.add_account(sid=ACCOUNT, token=TOKEN, numbers=[number])
    app.answers.extend(answers)
    answer = sim.send_text(sender=CLIENT, recipient=DESK, body="Hi")
    assert (answer.attempts, answer.delivered) == (attempts, delivered)
    assert len(app.received) == attempts
    assert all(one.genuine for one in app.received)
    assert len({one.headers["I-Twilio-Idempotency-Token"] for one in app.received}) == 1


def test_after_the_last_try_the_fallback_is_called_once(sim: SimulatorClient, app: Application) -> None:
    number = {"e164": DESK, "sms_url": f"{app.url}/inbound", "sms_fallback_url": f"{app.url}/fallback"}
    sim.add_account(sid=ACCOUNT, token=TOKEN, numbers=[number])
    app.answers.append(500)
    assert sim.send_text(sender=CLIENT, recipient=DESK, body="Hi").delivered
    assert [one.path for one in app.received] == ["/inbound", "/fallback"]
    assert app.params[1]["ErrorUrl"] == f"{app.url}/inbound"


def test_a_text_that_was_not_taken_stays_in_the_books(
    sim: SimulatorClient, app: Application, provider: TwilioProvider
) -> None:
    sim.set_faults(webhook_lost=1)
    answer = sim.send_text(sender=CLIENT, recipient=DESK, body="Hi")
    assert (answer.delivered, app.received) == (False, [])
    assert [text.sid for text in provider.list_texts(sender=CLIENT) if text.is_inbound] == [answer.sid]


def test_a_webhook_can_come_twice(sim: SimulatorClient, app: Application) -> None:
    sim.set_faults(webhook_doubled=1)
    answer = sim.send_text(sender=CLIENT, recipient=DESK, body="Hi")
    again = sim.resend_webhook(answer.sid)
    assert again.sid == answer.sid
    assert [one["MessageSid"] for one in app.params] == [answer.sid] * 3
    assert all(one.genuine for one in app.received)


def test_the_default_webhook_is_used_by_numbers_without_their_own(sim: SimulatorClient) -> None:
    sim.add_account(sid=ACCOUNT, token=TOKEN, numbers=[{"e164": DESK, "sms_url": ""}])
    answer = sim.send_text(sender=CLIENT, recipient=DESK, body="Hi")
    assert (answer.delivered, answer.error) == (False, "no webhook")  # and no default is set here


def test_mistakes_of_the_driver_are_told(sim: SimulatorClient) -> None:
    with pytest.raises(SimulatorError, match="No account"):
        sim.send_text(sender=CLIENT, recipient="+14155559999", body="Hi")
    with pytest.raises(SimulatorError, match="no such text"):
        sim.resend_webhook("SM1")
    with pytest.raises(SimulatorError, match="another account"):
        sim.add_account(sid="AC" + "b" * 32, token="t", numbers=[DESK])
