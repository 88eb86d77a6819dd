"""An account's circuit: what shuts its line, that it is tried by itself, and that texts leave again without hands."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from audit.models import Alert
from messaging.models import Delivery, ProviderAccount, SendAttempt
from messaging.outbound.outcome import circuit, record_outcome
from messaging.outbound.queue import begin_call, claims
from messaging.outbound.recovery import owner_actions, probing
from messaging.providers.base import (
    Accepted,
    AccountCheck,
    Outcome,
    ProviderError,
    Refused,
    Rejected,
    RejectionKind,
    Unknown,
)
from snoutos.devtools.twilio_sim.testing import SimulatorClient
from tests.business import Business, open_business
from tests.messaging.outbound.steps import claim, fresh, mark, open_alerts, owner_says, send, verbs_since

pytestmark = pytest.mark.django_db

SILENT = Refused(None, "connection_refused")
BROKEN = Unknown("read_timeout")
CREDENTIALS = Refused(20003, "credentials", counts=False, circuit=True)
ANSWERS: list[Outcome] = [
    Accepted("SM" + "1" * 32, "queued"),
    Refused(20429, "retry_later", http_status=429),
    Refused(None, "retry_later", http_status=429),
    Rejected(30006, RejectionKind.UNTEXTABLE, "no"),
]


class Door:
    """A provider that says who we are, that it refuses us, or nothing."""

    def __init__(self) -> None:
        self.says: AccountCheck | Exception = ProviderError("Silent.", retry=True)
        self.knocks = 0

    def check_credentials(self) -> AccountCheck:
        self.knocks += 1
        if isinstance(self.says, Exception):
            raise self.says
        return self.says


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Door:
    made = Door()
    monkeypatch.setattr(probing, "provider_of", lambda _: made)
    return made


WORKS, REFUSED = AccountCheck(works=True, status="active"), AccountCheck(works=False, reason="No.")


def _account(business: Business) -> ProviderAccount:
    row: ProviderAccount = ProviderAccount.objects.get(pk=business.account.pk)
    return row


def _call(business: Business, outcome: Outcome, *, body: str = "") -> Delivery:
    """One more text is called, and that comes of it."""
    left = begin_call.begin(claim(owner_says(business, body or f"Text {Delivery.objects.count()}")))
    assert left is not None
    record_outcome.record(left.attempt, outcome)
    SendAttempt.objects.filter(pk=left.attempt.pk, state="unknown").update(lane_yielded=True)
    return fresh(left.delivery)


def _shut(business: Business, outcome: Outcome = SILENT) -> None:
    for _ in range(circuit.TROUBLES):
        _call(business, outcome)
    assert _account(business).line_state == "paused"


def _due(business: Business) -> None:
    ProviderAccount.objects.filter(pk=business.account.pk).update(probe_at=timezone.now())


def _wait(business: Business) -> float:
    """Seconds until the next probe."""
    probe_at = _account(business).probe_at
    assert probe_at is not None
    return round((probe_at - timezone.now()).total_seconds())


@pytest.mark.parametrize("outcome", [SILENT, BROKEN, Unknown("http_503"), Unknown("connection_broke")])
def test_three_calls_in_a_row_without_an_answer_pause_the_line_with_one_alert(
    business: Business, outcome: Outcome
) -> None:
    for n in range(1, 4):
        assert _account(business).line_state == "open"
        before = mark()
        _call(business, outcome)
        opened = verbs_since(before, verb="account.circuit_paused")
        assert opened == (["account.circuit_paused"] if n == 3 else [])
    assert _account(business).line_state == "paused"
    assert open_alerts(business) == [("account.unreachable", "warning")]
    assert Alert.objects.get(kind="account.unreachable").count == 1


def test_while_paused_nothing_is_claimed_and_no_retry_is_used_up(business: Business) -> None:
    _shut(business)
    waiting = owner_says(business, "waits")
    claims.wake(waiting.line_id)
    assert claims.claim(waiting.line_id) is None
    assert claims.due_in(waiting.line_id) is None
    assert (fresh(waiting).state, fresh(waiting).retries) == ("queued", 0)


def test_a_text_whose_call_broke_off_is_never_sent_again(business: Business, door: Door) -> None:
    delivery = _call(business, BROKEN)
    _call(business, BROKEN)
    _call(business, BROKEN)
    door.says = WORKS
    _due(business)
    assert probing.probe() == 1
    claims.wake(delivery.line_id)
    assert claims.claim(delivery.line_id) is None
    assert fresh(delivery).state == "unknown"


@pytest.mark.parametrize("answer", ANSWERS, ids=["accepted", "too many", "too many, no code", "rejected"])
def test_an_answer_between_begins_the_count_anew(business: Business, answer: Outcome) -> None:
    _call(business, SILENT)
    _call(business, SILENT)
    _call(business, answer)
    assert _account(business).troubles == 0
    _call(business, SILENT)
    _call(business, SILENT)
    assert _account(business).line_state == "open"


@pytest.mark.parametrize("outcome", [Unknown("lease_nearly_over"), Unknown("odd_reply_no_sid")])
def test_what_says_nothing_about_the_provider_neither_counts_nor_ends_the_count(
    business: Business, outcome: Outcome
) -> None:
    _call(business, SILENT)
    _call(business, outcome)
    assert _account(business).troubles == 1


def test_troubles_that_lie_ten_minutes_apart_do_not_add_up(business: Business) -> None:
    _call(business, SILENT)
    _call(business, SILENT)
    ProviderAccount.objects.update(trouble_since=timezone.now() - circuit.WITHIN)
    _call(business, SILENT)
    assert (_account(business).line_state, _account(business).troubles) == ("open", 1)


def test_one_accounts_trouble_is_not_anothers(business: Business) -> None:
    _shut(business)
    assert _account(open_business("Other")).line_state == "open"


def test_it_is_tried_after_ten_seconds_and_then_less_often(business: Business, door: Door) -> None:
    _shut(business)
    waits = [_wait(business)]
    probing.probe()
    assert door.knocks == 0, "not before its time"
    for _ in range(6):
        _due(business)
        assert probing.probe() == 0
        waits.append(_wait(business))
    assert waits == [10, 30, 60, 120, 300, 300, 300]
    assert door.knocks == 6


def test_once_it_answers_texts_leave_by_themselves_and_the_alert_is_over(
    business: Business, simulator: SimulatorClient, settings: Any
) -> None:
    there, settings.TWILIO_API_BASE_URL = settings.TWILIO_API_BASE_URL, "http://127.0.0.1:9"
    deliveries = [owner_says(business, "one"), owner_says(open_business("Other"), "theirs")]
    for _ in range(circuit.TROUBLES):
        Delivery.objects.filter(pk=deliveries[0].pk).update(ready=True)
        send(deliveries[0])
    assert _account(business).line_state == "paused"
    waiting = owner_says(business, "two")
    _due(business)
    assert probing.probe() == 0
    settings.TWILIO_API_BASE_URL = there
    _due(business)
    before = mark()
    assert probing.probe() == 1
    assert verbs_since(before) == ["account.circuit_closed", "alert.resolved"]
    assert open_alerts(business) == []
    assert send(waiting).state == "sent"
    assert (_account(business).troubles, _account(business).probes) == (0, 0)


def test_an_opened_line_is_half_open_until_a_call_is_answered(business: Business, door: Door) -> None:
    _shut(business)
    door.says = WORKS
    _due(business)
    probing.probe()
    _call(business, SILENT)
    assert (_account(business).line_state, _wait(business)) == ("paused", 30)
    _due(business)
    probing.probe()
    _call(business, ANSWERS[0])
    _call(business, SILENT)
    assert (_account(business).line_state, _account(business).probes) == ("open", 0)


def test_refused_credentials_are_tried_slowly(business: Business, door: Door) -> None:
    _call(business, CREDENTIALS)
    door.says = REFUSED
    waits = [_wait(business)]
    for _ in range(3):
        _due(business)
        assert probing.probe() == 0
        waits.append(_wait(business))
    assert waits == [300, 900, 3600, 3600]
    assert open_alerts(business) == [("account.credentials", "critical")]
    assert Alert.objects.count() == 1


def test_a_repaired_account_opens_without_hands(business: Business, simulator: SimulatorClient) -> None:
    business.thread()
    right = business.account.auth_token
    ProviderAccount.objects.filter(pk=business.account.pk).update(auth_token="old")
    delivery = send(owner_says(business, "waits"))
    _due(business)
    assert probing.probe() == 0
    ProviderAccount.objects.filter(pk=business.account.pk).update(auth_token=right)
    _due(business)
    assert probing.probe() == 1
    assert send(delivery).state == "sent"
    assert open_alerts(business) == []


@pytest.mark.parametrize("code", [20003, 20005, 10001, 30002])
def test_every_refusal_of_the_account_stops_it_and_uses_up_no_retry(business: Business, code: int) -> None:
    delivery = _call(business, Refused(code, "credentials", counts=False, circuit=True))
    assert (delivery.state, delivery.retries) == ("queued", 0)
    assert (_account(business).line_state, _account(business).line_stopped_code) == ("stopped", str(code))


def test_a_silent_account_that_turns_out_to_be_refused_is_stopped(business: Business, door: Door) -> None:
    _shut(business)
    door.says = REFUSED
    _due(business)
    assert probing.probe() == 0
    assert (_account(business).line_state, _wait(business)) == ("stopped", 300)
    assert open_alerts(business) == [("account.credentials", "critical")]


def test_a_stop_is_not_softened_by_silence(business: Business) -> None:
    calls = [begin_call.begin(claim(owner_says(business, "late")))]
    other = owner_says(business, "other")
    SendAttempt.objects.update(lane_yielded=True)
    calls.append(begin_call.begin(claim(other)))
    for left, outcome in zip(calls, (CREDENTIALS, SILENT), strict=True):
        assert left is not None
        record_outcome.record(left.attempt, outcome)
    assert (_account(business).line_state, _account(business).troubles) == ("stopped", 0)


def test_the_owner_need_not_wait_for_the_next_probe(business: Business, simulator: SimulatorClient) -> None:
    _shut(business)
    assert owner_actions.reopen(business.account, by=business.owner, at=timezone.now()).line_state == "open"


def test_an_account_stopped_before_it_was_tried_by_itself_is_tried_now(
    business: Business, door: Door
) -> None:
    ProviderAccount.objects.filter(pk=business.account.pk).update(line_state="stopped")
    door.says = WORKS
    assert probing.probe() == 1


def test_an_inactive_business_is_not_tried(business: Business, door: Door) -> None:
    ProviderAccount.objects.filter(pk=business.account.pk).update(line_state="stopped")
    business.organization.is_active = False
    business.organization.save()
    probing.probe()
    assert door.knocks == 0


def test_one_that_cannot_be_tried_does_not_keep_the_others(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = open_business("Other")
    ProviderAccount.objects.update(line_state="stopped")
    good, bad = Door(), Door()
    good.says, bad.says = WORKS, RuntimeError()
    monkeypatch.setattr(
        probing, "provider_of", lambda account: bad if account.pk == business.account.pk else good
    )
    assert probing.probe() == 1
    assert (_account(business).line_state, _account(other).line_state) == ("stopped", "open")


@pytest.mark.django_db(transaction=True)
def test_many_workers_and_ticks_at_once_shut_once_and_try_once(
    business: Business, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = []
    for n in range(6):
        made = begin_call.begin(claim(owner_says(business, f"{n}")))
        assert made is not None
        SendAttempt.objects.filter(pk=made.attempt.pk).update(lane_yielded=True)
        left.append(made.attempt)
    before = mark()
    _at_once([lambda a=a: record_outcome.record(a, BROKEN) for a in left])
    assert verbs_since(before, verb="account.circuit_paused") == ["account.circuit_paused"]
    assert Alert.objects.filter(kind="account.unreachable").count() == 1
    door.says = WORKS
    ProviderAccount.objects.update(probe_at=timezone.now() - timedelta(seconds=1))
    before = mark()
    _at_once([probing.probe] * 6)
    assert door.knocks == 1
    assert verbs_since(before, verb="account.circuit_closed") == ["account.circuit_closed"]


def _at_once(works: list[Any]) -> None:
    start = threading.Barrier(len(works))

    def run(work: Any) -> None:
        start.wait()
        try:
            work()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
