"""Calls to other systems and e-mail: outside any transaction, tried again, the same key each time."""

from __future__ import annotations

import json
import smtplib
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from automations.engine import runner, webhook_step, webhooks
from automations.models import Execution, Step
from tests.automations.rules import active, ran, settle, steps
from tests.business import Business

pytestmark = pytest.mark.django_db

HOOK = {"kind": "call_webhook", "url": "https://hooks.example.com/snoutos"}


class Receiver:
    """Takes the place of the other system; answers what it is told to."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []
        self.answers: list[Exception | None] = []

    def post(self, **call: Any) -> webhooks.Answer:
        self.calls.append(call)
        answer = self.answers.pop(0) if self.answers else None
        if answer is not None:
            raise answer
        return webhooks.Answer(status=200, took_ms=1)


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Receiver:
    found = Receiver()
    monkeypatch.setattr("automations.engine.webhook_step.webhooks.post", found.post)
    return found


def later() -> webhooks.CallFailed:
    return webhooks.CallFailed("Not now.", code="not_now", retry=True)


def hurry() -> None:
    """Let what waits go on now."""
    Execution.objects.filter(state="running").update(due_at=timezone.now() - timedelta(seconds=1))
    runner.run_due()


def test_it_says_which_rows_and_nobodys_words(business: Business, receiver: Receiver) -> None:
    rule = active(business, HOOK)
    message = business.text("zanzibar")
    settle()
    assert steps(rule) == [("call_webhook", "done", "")]
    (call,) = receiver.calls
    assert call["secret"] == rule.webhook_secret
    assert call["key"] == str(Step.objects.get(kind="call_webhook").public_id)
    assert call["body"]["message"] == str(message.public_id)
    assert call["body"]["thread"] == str(message.thread.public_id)
    assert call["body"]["client"] == str(business.client.public_id)
    assert call["body"]["trigger"] == "message.received"
    written = json.dumps(call["body"])
    assert "zanzibar" not in written
    assert business.client_phone not in written
    assert call["depth"] == 1


def test_it_is_called_with_no_lock_held(
    business: Business, monkeypatch: pytest.MonkeyPatch, receiver: Receiver
) -> None:
    depth: list[int] = []
    base = len(connection.savepoint_ids)

    def post(**call: Any) -> webhooks.Answer:
        depth.append(len(connection.savepoint_ids) - base)
        return receiver.post(**call)

    monkeypatch.setattr("automations.engine.webhook_step.webhooks.post", post)
    active(business, HOOK)
    business.text("Hello")
    settle()
    assert depth == [0]


def test_it_is_tried_again_with_the_same_key_and_then_given_up(
    business: Business, receiver: Receiver
) -> None:
    rule = active(business, HOOK)
    receiver.answers = [later() for _ in range(4)]
    business.text("Hello")
    settle()
    for _ in range(5):
        hurry()
    assert len(receiver.calls) == 4
    assert len({call["key"] for call in receiver.calls}) == 1
    assert ran(rule) == [("failed", "not_now")]


def test_it_waits_longer_each_time(business: Business, receiver: Receiver) -> None:
    active(business, HOOK)
    receiver.answers = [later()]
    business.text("Hello")
    settle()
    execution = Execution.objects.get()
    assert execution.due_at is not None
    assert timedelta(seconds=50) < execution.due_at - timezone.now() <= webhook_step.AGAIN_AFTER[0]
    hurry()
    assert Execution.objects.get().state == "done"


@pytest.mark.parametrize(
    "error",
    [
        webhooks.CallFailed("Redirected.", code="redirected", retry=False),
        webhooks.AddressRefused("Not there."),
    ],
)
def test_what_trying_again_cannot_help_is_not_tried_again(
    business: Business, receiver: Receiver, error: Exception
) -> None:
    rule = active(business, HOOK)
    receiver.answers = [error]
    business.text("Hello")
    settle()
    hurry()
    assert len(receiver.calls) == 1
    assert ran(rule)[0][0] == "failed"


def test_a_worker_that_dies_in_mid_call_is_followed_by_one_that_calls_again(
    business: Business, receiver: Receiver
) -> None:
    class Killed(BaseException):
        """What no handler catches, like a kill."""

    rule = active(business, HOOK)
    receiver.answers = [Killed()]  # type: ignore[list-item]
    business.text("Hello")
    with pytest.raises(Killed):
        settle()
    assert Step.objects.get(kind="call_webhook").state == "calling"
    runner.run_due()
    assert len(receiver.calls) == 1  # its time is not up
    hurry()
    assert len(receiver.calls) == 2
    assert ran(rule) == [("done", "")]


def test_an_answer_that_comes_too_late_changes_nothing(business: Business, receiver: Receiver) -> None:
    rule = active(business, HOOK)
    receiver.answers = [later()]
    business.text("Hello")
    settle()
    step, execution = Step.objects.get(kind="call_webhook"), Execution.objects.get()
    spec, situation = receiver.calls, None
    assert spec
    late = runner._Calling(execution, step, None, situation)  # type: ignore[arg-type]
    hurry()
    runner._settle_call(late, webhook_step.Answer("not_now", again=True))
    assert ran(rule) == [("done", "")]


def test_the_owner_is_mailed_once_without_anybodys_words(business: Business) -> None:
    rule = active(business, {"kind": "notify_owner", "say": "A client waits", "email": True})
    thread = business.text("zanzibar").thread
    settle()
    assert ran(rule) == [("done", "")]
    (letter,) = mail.outbox
    assert letter.to == [business.owner.email]
    assert str(thread.public_id) in letter.body
    assert "zanzibar" not in letter.body
    assert business.client.name not in letter.body
    assert [kind for kind in business.alerts() if kind.startswith("automation.notice")]


def test_without_a_mail_server_the_alert_stands_and_the_mail_is_tried_again(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*args: object) -> None:
        raise smtplib.SMTPConnectError(421, "away")

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.open", away)
    rule = active(business, {"kind": "notify_owner", "say": "A client waits", "email": True})
    business.text("Hello")
    settle()
    assert ran(rule) == [("running", "")]
    monkeypatch.undo()
    hurry()
    assert ran(rule) == [("done", "")]
    from audit.models import Alert

    assert Alert.objects.get(kind__startswith="automation.notice").count == 1


def test_where_letters_are_only_printed_the_log_says_so(business: Business, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    rule = active(business, {"kind": "notify_owner", "say": "A client waits", "email": True})
    business.text("Hello")
    settle()
    assert ran(rule) == [("done", "")]
    assert Step.objects.get(kind="notify_owner").reason == "mail_off"
    assert not mail.outbox


def test_a_letter_that_may_have_left_is_not_sent_again(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*args: object) -> None:
        raise smtplib.SMTPServerDisconnected("gone")

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", breaks)
    rule = active(business, {"kind": "notify_owner", "say": "A client waits", "email": True})
    business.text("Hello")
    settle()
    assert ran(rule) == [("failed", "mail_unknown")]
