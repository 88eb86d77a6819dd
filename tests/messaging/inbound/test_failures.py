"""When taking a text in fails, the request is kept, tried again, and in the end set aside for the owner: never lost, never doubled."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection
from django.utils import timezone

from audit.models import Alert, AuditEvent
from messaging.consent.standing import is_opted_out
from messaging.inbound import backfill, process, receipts, verify
from messaging.models import Message, Thread, WebhookReceipt
from messaging.people import participants
from messaging.providers.base import ListedText
from tests.business import Business, new_sid, stranger

SECRET = "the key is under the mat"


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The last step of taking in raises, quoting the text as errors do."""

    def fail(message: Message, *_: object) -> None:
        raise ValueError(f"cannot keep {message.body!r}")

    monkeypatch.setattr(process, "_keep_media", fail)
    return monkeypatch


def due_now() -> None:
    WebhookReceipt.objects.filter(state="failed").update(next_try_at=timezone.now() - timedelta(seconds=1))


def test_the_receipt_stays_and_says_where_it_failed(business: Business, broken: Any) -> None:
    assert business.post(business.inbound_params(SECRET, sender=stranger())).status_code == 200
    receipt = WebhookReceipt.objects.get()
    assert (receipt.state, receipt.tries) == ("failed", 1)
    assert receipt.failure.startswith("ValueError\n")
    assert "process.py:" in receipt.failure
    assert SECRET not in receipt.failure
    assert receipt.next_try_at is not None


def test_nothing_half_done_remains(business: Business, broken: Any) -> None:
    business.post(business.inbound_params(SECRET, sender=stranger()))
    assert not Message.objects.exists()
    assert not Thread.objects.exists()
    verbs = [verb for verb in business.verbs() if not verb.startswith("people.")]
    # That the provider reached us is true whatever becomes of the text.
    assert verbs == ["webhook.inbound.failed", "number.webhooks_proven"]
    assert AuditEvent.objects.get(verb="webhook.inbound.failed").data == {
        "tries": 1,
        "error_type": "ValueError",
    }


def test_the_sweep_takes_it_in_once_when_the_fault_is_gone(business: Business, broken: Any) -> None:
    business.post(business.inbound_params(SECRET))
    broken.undo()
    assert receipts.retry_failed() == 0, "not before its time"
    due_now()
    assert receipts.retry_failed() == 1
    assert Message.objects.get().body == SECRET
    assert WebhookReceipt.objects.get().state == "done"
    assert receipts.retry_failed() == 0
    assert receipts.process_again(WebhookReceipt.objects.get()) is False
    assert Message.objects.count() == 1


def test_the_provider_sending_it_again_meanwhile_is_a_duplicate(business: Business, broken: Any) -> None:
    params = business.inbound_params(SECRET)
    business.post(params)
    broken.undo()
    business.post(params)
    assert WebhookReceipt.objects.get().state == "failed"
    assert "webhook.inbound.duplicate_rejected" in business.verbs()
    due_now()
    assert receipts.retry_failed() == 1


def test_the_time_between_tries_grows(business: Business, broken: Any) -> None:
    business.post(business.inbound_params(SECRET))
    waits = []
    for _ in range(4):
        receipt = WebhookReceipt.objects.get()
        assert receipt.next_try_at is not None
        waits.append((receipt.next_try_at - timezone.now()).total_seconds())
        due_now()
        receipts.retry_failed()
    assert waits == sorted(waits)
    assert waits[-1] > 3 * waits[0]


def test_after_eight_failures_it_is_set_aside_with_a_critical_alert(business: Business, broken: Any) -> None:
    business.post(business.inbound_params(SECRET))
    for _ in range(receipts.TRIES):
        due_now()
        receipts.retry_failed()
    receipt = WebhookReceipt.objects.get()
    assert (receipt.state, receipt.tries) == ("quarantined", 8)
    assert Alert.objects.get(kind="webhook.receipt_quarantined").severity == "critical"
    assert business.verbs().count("webhook.inbound.failed") == 8
    assert business.verbs().count("webhook.inbound.quarantined") == 1
    broken.undo()
    assert receipts.process_again(receipt) is True, "process again"
    assert Message.objects.get().body == SECRET


def test_others_are_taken_in_although_one_fails(business: Business, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = process._keep_media

    def fail_for_one(message: Message, text: Any) -> None:
        if message.body == SECRET:
            raise ValueError
        kept(message, text)

    monkeypatch.setattr(process, "_keep_media", fail_for_one)
    business.post(business.inbound_params(SECRET))
    business.text("Hello")
    assert sorted(WebhookReceipt.objects.values_list("state", flat=True)) == ["done", "failed"]
    assert Message.objects.get().position == 1


def test_a_database_error_inside_does_not_take_the_receipt(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise IntegrityError("a rule of the database")

    monkeypatch.setattr(participants, "open_thread", refuse)
    assert business.post(business.inbound_params("Hello")).status_code == 200
    assert WebhookReceipt.objects.get().state == "failed"


def test_a_constraint_checked_at_commit_does_not_take_the_receipt(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Plain foreign keys of Django are checked at commit: SET CONSTRAINTS brings that forward into the savepoint."""

    def break_later(message: Message, *_: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE messaging_message SET receipt_id = 999999999 WHERE id = %s", [message.pk])

    monkeypatch.setattr(process, "_keep_media", break_later)
    assert business.post(business.inbound_params("Hello")).status_code == 200
    receipt = WebhookReceipt.objects.get()
    assert (receipt.state, receipt.failure.split("\n")[0]) == ("failed", "IntegrityError")
    assert not Message.objects.exists()


def test_with_the_database_down_the_provider_is_told_to_try_again(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: object) -> None:
        raise OperationalError("could not connect")

    monkeypatch.setattr(verify, "_account", down)
    answer = business.post(business.inbound_params("Hello"))
    assert answer.status_code == 503
    assert b"could not connect" not in answer.content


class Listing:
    """A provider that lists what it is given."""

    def __init__(self, *listed: ListedText) -> None:
        self._listed = listed

    def list_texts(self, **_: object) -> tuple[ListedText, ...]:
        return self._listed


def listed(business: Business, body: str, *, minutes_ago: float = 10, **more: Any) -> ListedText:
    fields: dict[str, Any] = {
        "sid": new_sid(),
        "sender": business.client_phone,
        "recipient": business.front_desk.e164,
        "body": body,
        "status": "received",
        "direction": "inbound",
        "created_at": timezone.now() - timedelta(minutes=minutes_ago),
        "error_code": None,
        "media_count": 0,
    }
    return ListedText(**{**fields, **more})


def list_at_provider(monkeypatch: pytest.MonkeyPatch, *texts_: ListedText) -> None:
    monkeypatch.setattr(backfill, "provider_of", lambda _: Listing(*texts_))


def test_a_text_that_never_reached_us_is_found_in_the_providers_list(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = business.text("Hello")
    list_at_provider(
        monkeypatch, listed(business, "missed"), listed(business, "Hello", sid=known.provider_sid)
    )
    assert backfill.fetch_missed() == 1
    assert backfill.fetch_missed() == 0
    assert list(Message.objects.order_by("position").values_list("body", flat=True)) == ["Hello", "missed"]
    assert "webhook.inbound.duplicate_rejected" not in business.verbs()


def test_a_webhook_that_comes_after_all_is_a_duplicate(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = listed(business, "missed")
    list_at_provider(monkeypatch, text)
    backfill.fetch_missed()
    business.post(business.inbound_params("missed", MessageSid=text.sid))
    assert Message.objects.count() == 1
    assert "webhook.inbound.duplicate_rejected" in business.verbs()


def test_a_text_of_this_moment_is_left_to_its_webhook(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    list_at_provider(monkeypatch, listed(business, "on its way", minutes_ago=0.5))
    assert backfill.fetch_missed() == 0


def test_one_odd_entry_does_not_keep_the_others_from_being_found(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    list_at_provider(monkeypatch, listed(business, "good"), listed(business, "odd", sender=""))
    backfill.fetch_missed()
    assert Message.objects.get().body == "good"
    assert WebhookReceipt.objects.filter(state="unactionable").count() == 1


def test_a_stop_found_late_does_not_undo_a_start_that_came_after_it(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    business.text("START")
    list_at_provider(monkeypatch, listed(business, "STOP", minutes_ago=10))
    backfill.fetch_missed()
    assert Message.objects.filter(body="STOP").exists()
    assert not is_opted_out(business.organization.pk, business.client_phone)
