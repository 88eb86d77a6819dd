"""What becomes of an accepted text, and the callbacks that tell it, with their faults."""

from __future__ import annotations

import time

import pytest

from messaging.providers.base import Accepted, OutgoingText
from messaging.providers.twilio import TwilioProvider
from messaging.providers.webhooks import parse_status
from snoutos.devtools.twilio_sim.testing import SimulatorClient, SimulatorError
from tests.snoutos.devtools.twilio_sim.application import Application
from tests.snoutos.devtools.twilio_sim.numbers import ACCOUNT, CLIENT, DESK, SERVICE, SITTER, SITTER_LINE


def send(provider: TwilioProvider, app: Application, *, to: str = CLIENT, service: str = "") -> str:
    text = OutgoingText(
        sender=SITTER_LINE if service else DESK,
        recipient=to,
        body="Hi",
        status_callback=f"{app.url}/webhooks/twilio/status/token-1",
        messaging_service_sid=service,
    )
    outcome = provider.send(text)
    assert isinstance(outcome, Accepted)
    return outcome.sid


def test_each_step_after_the_first_is_told_and_signed(
    sim: SimulatorClient, app: Application, provider: TwilioProvider
) -> None:
    sid = send(provider, app)
    assert sim.wait_idle()
    assert sorted(app.statuses) == ["delivered", "sending", "sent"]
    assert all(one.genuine and one.path == "/webhooks/twilio/status/token-1" for one in app.received)
    [report] = [parse_status(one) for one in app.params if one["MessageStatus"] == "delivered"]
    assert (report.sid, report.account_sid, report.status) == (sid, ACCOUNT, "delivered")
    assert (report.sender, report.recipient, report.error_code) == (DESK, CLIENT, None)
    found = provider.fetch_text(sid)
    assert found is not None
    assert found.status == "delivered"


def test_a_service_starts_one_step_earlier(
    sim: SimulatorClient, app: Application, provider: TwilioProvider
) -> None:
    send(provider, app, service=SERVICE)
    assert sim.wait_idle()
    assert sorted(app.statuses) == ["delivered", "queued", "sending", "sent"]
    assert app.params[0]["MessagingServiceSid"] == SERVICE


def test_a_text_may_never_be_delivered(
    sim: SimulatorClient, app: Application, provider: TwilioProvider
) -> None:
    sim.set_faults(undelivered={"count": 1, "code": 30007, "to": SITTER})
    send(provider, app)
    sid = send(provider, app, to=SITTER)
    assert sim.wait_idle()
    told = {one["MessageStatus"]: parse_status(one) for one in app.params if one["MessageSid"] == sid}
    assert set(told) == {"sending", "sent", "undelivered"}
    assert told["undelivered"].error_code == 30007
    assert [text.arrived for text in sim.phone_texts(SITTER)] == [False]
    assert [text.arrived for text in sim.phone_texts(CLIENT)] == [True]


def test_silence_after_sent(sim: SimulatorClient, app: Application, provider: TwilioProvider) -> None:
    sim.set_faults(silent=1)
    send(provider, app)
    assert sim.wait_idle()
    assert sorted(app.statuses) == ["sending", "sent"]


@pytest.mark.parametrize(
    ("fault", "statuses"),
    [
        ({"callback_lost": {"probability": 1}}, []),
        ({"callback_lost": 2}, ["delivered"]),
        (
            {"callback_doubled": {"probability": 1}},
            ["delivered", "delivered", "sending", "sending", "sent", "sent"],
        ),
        ({"callback_delayed": {"probability": 1, "seconds": 0.05}}, ["delivered", "sending", "sent"]),
    ],
)
def test_callbacks_get_lost_doubled_and_late(
    sim: SimulatorClient,
    app: Application,
    provider: TwilioProvider,
    fault: dict[str, object],
    statuses: list[str],
) -> None:
    sim.set_faults(**fault)
    send(provider, app)
    assert sim.wait_idle()
    assert sorted(app.statuses) == statuses


def test_callbacks_overtake_each_other(
    sim: SimulatorClient, app: Application, provider: TwilioProvider
) -> None:
    sim.set_faults(callback_reordered={"probability": 1}, seed=3)
    sids = [send(provider, app) for _ in range(12)]
    assert sim.wait_idle()
    orders = {tuple(one["MessageStatus"] for one in app.params if one["MessageSid"] == sid) for sid in sids}
    assert len(orders) > 1
    assert all(sorted(order) == ["delivered", "sending", "sent"] for order in orders)


def test_callbacks_come_before_a_late_answer(
    sim: SimulatorClient, app: Application, provider: TwilioProvider
) -> None:
    sim.set_faults(answer_late={"count": 1, "seconds": 0.5})
    began = time.monotonic()
    sid = send(provider, app)
    assert time.monotonic() - began >= 0.5
    assert sorted(app.statuses) == ["delivered", "sending", "sent"]
    assert {one["MessageSid"] for one in app.params} == {sid}


def test_the_books_hold_every_text_with_its_callback(
    sim: SimulatorClient, app: Application, provider: TwilioProvider
) -> None:
    sid = send(provider, app)
    inbound = sim.send_text(sender=CLIENT, recipient=DESK, body="Hi yourself")
    assert sim.wait_idle()
    told = ("sid", "account_sid", "from", "to", "body", "direction", "status", "by_provider")
    assert [tuple(one[name] for name in told) for one in sim.ledger()] == [
        (sid, ACCOUNT, DESK, CLIENT, "Hi", "outbound-api", "delivered", False),
        (inbound.sid, ACCOUNT, CLIENT, DESK, "Hi yourself", "inbound", "received", False),
    ]
    assert [one["status_callback"] for one in sim.ledger()] == [
        f"{app.url}/webhooks/twilio/status/token-1",
        "",
    ]


def test_a_status_can_be_set_by_hand(
    sim: SimulatorClient, app: Application, provider: TwilioProvider
) -> None:
    sid = send(provider, app)
    assert sim.wait_idle()
    app.received.clear()
    sim.report_status(sid, "undelivered", error_code=30005)
    assert sim.wait_idle()
    assert [(one["MessageStatus"], one["ErrorCode"]) for one in app.params] == [("undelivered", "30005")]
    with pytest.raises(SimulatorError):
        sim.report_status("SM0", "sent")


def test_a_phone_can_be_waited_for(sim: SimulatorClient, app: Application, provider: TwilioProvider) -> None:
    send(provider, app)
    assert sim.wait_for_text(CLIENT, "Hi").sender == DESK
    with pytest.raises(TimeoutError):
        sim.wait_for_text(CLIENT, "never said", timeout=0.05)


def test_logs_tell_every_call_and_webhook(
    sim: SimulatorClient, app: Application, provider: TwilioProvider
) -> None:
    sim.set_faults(rate429=1)
    provider.send(OutgoingText(sender=DESK, recipient=CLIENT, body="Hi"))
    send(provider, app)
    assert sim.wait_idle()
    assert [call["status"] for call in sim.calls("/Messages.json")] == [429, 201]
    assert [one["status_code"] for one in sim.webhooks("status")] == [200, 200, 200]
    assert sim.webhooks("inbound") == []
