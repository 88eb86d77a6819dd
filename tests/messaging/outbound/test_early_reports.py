"""Reports about a text nobody knows yet: kept, and folded in when its attempt becomes known, whichever way the two miss each other."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from messaging.inbound import receipts
from messaging.models import Delivery, OptOut, SendAttempt, WebhookReceipt
from messaging.outbound.outcome import record_outcome, reports
from messaging.outbound.queue import begin_call
from messaging.providers.base import Accepted, Unknown
from tests.business import Business, open_business
from tests.messaging.outbound.steps import claim, fresh, owner_says

pytestmark = pytest.mark.django_db

SID = "SM" + "7" * 32
BY_SID = "/webhooks/twilio/status"


def _calling(business: Business) -> tuple[Delivery, SendAttempt]:
    delivery = owner_says(business, "Hi")
    left = begin_call.begin(claim(delivery))
    assert left is not None
    return delivery, left.attempt


def _report(business: Business, status: str, *, path: str = BY_SID, error: str = "") -> None:
    params = {
        "MessageSid": SID,
        "MessageStatus": status,
        "AccountSid": business.account.sid,
        "From": business.front_desk.e164,
        "To": business.client_phone,
        **({"ErrorCode": error} if error else {}),
    }
    assert business.post(params, path=path).status_code == 200


def _states() -> list[str]:
    return list(WebhookReceipt.objects.filter(kind="status").order_by("pk").values_list("state", flat=True))


def test_what_was_reported_before_the_sid_takes_effect_once_it_is_known(business: Business) -> None:
    delivery, attempt = _calling(business)
    _report(business, "sent")
    _report(business, "delivered")
    assert (_states(), fresh(delivery).state) == (["unmatched", "unmatched"], "sending")
    record_outcome.record(attempt, Accepted(SID, "queued"))
    assert receipts.retry_failed() == 2
    assert (_states(), fresh(delivery).state) == (["done", "done"], "delivered")
    assert sorted(attempt.reports.values_list("status", flat=True)) == ["delivered", "sent"]


def test_the_sweep_is_rung_for_when_there_is_something_to_fold_in(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[str] = []
    monkeypatch.setattr(
        "messaging.outbound.outcome.acceptance.publish.on_commit", lambda task, *_, **__: rung.append(task)
    )
    _, attempt = _calling(business)
    _report(business, "delivered")
    record_outcome.record(attempt, Accepted(SID, "queued"))
    assert "messaging.tasks.retry_receipts" in rung


def test_the_same_report_with_its_token_is_the_proof_although_it_was_told_before(business: Business) -> None:
    delivery, attempt = _calling(business)
    record_outcome.record(attempt, Unknown("read_timeout"))
    _report(business, "delivered")
    assert fresh(delivery).state == "unknown"
    _report(business, "delivered", path=f"{BY_SID}/{attempt.token}")
    assert (_states(), fresh(delivery).state) == (["done"], "delivered")
    assert SendAttempt.objects.get(pk=attempt.pk).provider_sid == SID


def test_an_opt_out_reported_early_counts_once_its_text_is_known(business: Business) -> None:
    _, attempt = _calling(business)
    waiting = owner_says(business, "next")
    _report(business, "failed", error="21610")
    assert not OptOut.objects.exists()
    record_outcome.record(attempt, Accepted(SID, "queued"))
    receipts.retry_failed()
    assert OptOut.objects.get(e164=business.client_phone).is_in_force
    assert fresh(waiting).state == "canceled"


def test_a_report_and_an_answer_that_could_not_see_each_other_meet_in_the_sweep(business: Business) -> None:
    """The answer was being committed while the report came in: nobody hurried the receipt, its own time comes."""
    delivery, attempt = _calling(business)
    record_outcome.record(attempt, Accepted(SID, "queued"))
    unseen = SendAttempt.objects.filter(pk=attempt.pk)
    receipt = _kept(business, unseen)
    assert receipts.retry_failed() == 0, "not before its time"
    WebhookReceipt.objects.filter(pk=receipt.pk).update(next_try_at=timezone.now())
    assert receipts.retry_failed() == 1
    assert fresh(delivery).state == "delivered"


def _kept(business: Business, unseen: Any) -> WebhookReceipt:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reports, "_attempt_of", lambda *_: None)
        _report(business, "delivered")
    assert unseen.exists()
    receipt: WebhookReceipt = WebhookReceipt.objects.get(state="unmatched")
    assert receipt.recipient == SID
    assert timedelta(seconds=25) < (receipt.next_try_at or timezone.now()) - timezone.now()
    return receipt


def test_one_that_stays_foreign_is_kept_and_not_looked_at_for_ever(business: Business) -> None:
    _report(business, "delivered")
    looks = 0
    while WebhookReceipt.objects.filter(next_try_at__isnull=False).exists():
        WebhookReceipt.objects.update(next_try_at=timezone.now())
        assert receipts.retry_failed() == 0
        looks += 1
    assert looks == len(reports.MATCH_AGAIN)
    assert _states() == ["unmatched"]


def test_another_accounts_report_never_meets_our_attempt(business: Business) -> None:
    delivery, attempt = _calling(business)
    _report(open_business("Other"), "delivered")
    record_outcome.record(attempt, Accepted(SID, "queued"))
    WebhookReceipt.objects.update(next_try_at=timezone.now())
    receipts.retry_failed()
    assert (_states(), fresh(delivery).state) == (["unmatched"], "sent")
