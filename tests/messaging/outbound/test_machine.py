"""The delivery and attempt machine under any order of events: crashes, late answers, callbacks, look-ups, the owner's decisions.

The provider of this test knows the truth: which attempts' texts it took. Whatever happens, no delivery is taken twice unless the owner
released it, no text is credited to another delivery, and what ended well stays so.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from messaging.models import Delivery, ProviderAccount, SendAttempt
from messaging.models.deliveries import OPEN_ATTEMPTS
from messaging.outbound.outcome import record_outcome
from messaging.outbound.queue import begin_call, claims
from messaging.outbound.recovery import owner_actions, probing, reconcile, status_polling, sweeps
from messaging.providers.base import (
    Accepted,
    AccountCheck,
    ListedText,
    Outcome,
    OutgoingText,
    Refused,
    Rejected,
    RejectionKind,
    Unknown,
)
from tests.business import new_sid, open_business
from tests.messaging.outbound.steps import owner_says
from tests.searching import searched

BODIES = ["one", "two"]


@dataclass
class Call:
    """A call in flight, as the worker and the network know it. `sid` is set once the provider took the text."""

    attempt: SendAttempt
    delivery: Delivery
    sid: str = ""
    over: bool = False
    returned: bool = False


@dataclass
class Books:
    """The provider's own: every text it took. `lags` hides the newest from its list."""

    texts: list[ListedText] = field(default_factory=list)
    lags: bool = False

    def list_texts(self, **_: object) -> list[ListedText]:
        return [] if self.lags else list(reversed(self.texts))

    def check_credentials(self) -> AccountCheck:
        return AccountCheck(works=True, status="active")

    def fetch_text(self, sid: str) -> ListedText | None:
        return next((text for text in self.texts if text.sid == sid), None)

    def send(self, _: OutgoingText) -> None:
        raise AssertionError("The machine makes the calls itself.")


class Machine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.business = open_business()
        self.thread = self.business.thread()
        self.books = Books()
        self.patches: list[Any] = [
            mock.patch.object(reconcile, "provider_of", return_value=self.books),
            mock.patch.object(status_polling, "provider_of", return_value=self.books),
            mock.patch.object(probing, "provider_of", return_value=self.books),
            # One look more, then it is absent: what takes five looks takes too many steps to be reached by chance.
            mock.patch.object(reconcile, "LOOK_AGAIN", (timedelta(minutes=1),)),
        ]
        for patch in self.patches:
            patch.start()
        self.claims: list[SendAttempt] = []
        self.calls: list[Call] = []
        self.delivered: dict[int, int] = {}

    def teardown(self) -> None:
        for patch in self.patches:
            patch.stop()
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    # The business

    @precondition(lambda self: Delivery.objects.count() < 4)
    @rule(body=st.sampled_from(BODIES))
    def owner_writes(self, body: str) -> None:
        owner_says(self.business, body, thread=self.thread)

    @rule()
    def worker_claims(self) -> None:
        for line_id in Delivery.objects.values_list("line_id", flat=True).distinct():
            claims.wake(line_id)
        attempt = claims.claim()
        if attempt is not None:
            self.claims.append(attempt)

    @rule(taken=st.booleans())
    def worker_claims_and_calls(self, taken: bool) -> None:
        self.worker_claims()
        if not self.claims:
            return
        left = begin_call.begin(self.claims.pop())
        if left is not None:
            self.calls.append(Call(left.attempt, left.delivery))
            if taken:
                self._take(self.calls[-1])

    @precondition(lambda self: self.claims)
    @rule(data=st.data())
    def worker_calls(self, data: st.DataObject) -> None:
        attempt = self.claims.pop(data.draw(st.integers(0, len(self.claims) - 1)))
        left = begin_call.begin(attempt)
        if left is not None:
            self.calls.append(Call(left.attempt, left.delivery))

    @precondition(lambda self: self.claims)
    @rule()
    def worker_dies_before_the_call(self) -> None:
        self.claims.pop()

    # The provider and the network

    def _pick(self, data: st.DataObject, calls: list[Call]) -> Call:
        return calls[data.draw(st.integers(0, len(calls) - 1))]

    def _in_flight(self) -> list[Call]:
        return [call for call in self.calls if not call.over]

    @precondition(lambda self: any(not call.sid for call in self._in_flight()))
    @rule(data=st.data())
    def provider_takes_it(self, data: st.DataObject) -> None:
        self._take(self._pick(data, [c for c in self._in_flight() if not c.sid]))

    def _take(self, call: Call) -> None:
        call.sid = new_sid()
        self.books.texts.append(
            ListedText(
                sid=call.sid,
                sender=call.delivery.sender,
                recipient=call.delivery.recipient,
                body=call.delivery.body,
                media_count=0,
                status="queued",
                error_code=None,
                created_at=timezone.now(),
                direction="outbound-api",
            )
        )

    @precondition(lambda self: bool(self._in_flight()))
    @rule(data=st.data())
    def call_ends(self, data: st.DataObject) -> None:
        call = self._pick(data, self._in_flight())
        taken: list[Outcome] = [Accepted(call.sid, "queued"), Unknown("read_timeout")]
        untaken: list[Outcome] = [
            Refused(20429, "retry_later"),
            Rejected(30006, RejectionKind.UNTEXTABLE, "no"),
            Unknown("http_500"),
        ]
        outcome: Outcome = data.draw(st.sampled_from(taken if call.sid else untaken))
        record_outcome.record(call.attempt, outcome)
        call.over = True

    @precondition(lambda self: bool(self._in_flight()))
    @rule(data=st.data())
    def worker_dies_during_the_call(self, data: st.DataObject) -> None:
        self._pick(data, self._in_flight()).over = True

    @precondition(lambda self: any(call.sid for call in self.calls))
    @rule(data=st.data(), status=st.sampled_from(["sent", "delivered"]))
    def provider_reports(self, data: st.DataObject, status: str) -> None:
        call = self._pick(data, [c for c in self.calls if c.sid])
        # What it gave back it does not deliver.
        self._report(call, "failed" if call.returned else status, "30001" if call.returned else "")

    @precondition(lambda self: any(call.sid for call in self.calls))
    @rule(data=st.data(), code=st.sampled_from(["30001", "30022"]))
    def provider_gives_it_back(self, data: st.DataObject, code: str) -> None:
        call = self._pick(data, [c for c in self.calls if c.sid])
        if self._may_have_arrived(call):
            return
        call.returned = True
        self.books.texts = [
            replace(text, status="failed", error_code=int(code)) if text.sid == call.sid else text
            for text in self.books.texts
        ]
        self._report(call, "failed", code)

    def _may_have_arrived(self, call: Call) -> bool:
        """Whether the provider said so, in its books or in a report."""
        told = SendAttempt.objects.get(pk=call.attempt.pk).reports.values_list("status", flat=True)
        text = self.books.fetch_text(call.sid)
        return text is None or {"delivered", "undelivered"} & {text.status, *told} != set()

    def _report(self, call: Call, status: str, code: str = "") -> None:
        params = {
            "MessageSid": call.sid,
            "MessageStatus": status,
            "AccountSid": self.business.account.sid,
            "From": call.delivery.sender,
            "To": call.delivery.recipient,
            **({"ErrorCode": code} if code else {}),
        }
        path = f"/webhooks/twilio/status/{call.attempt.token}"
        assert self.business.post(params, path=path).status_code == 200

    @rule(lags=st.booleans())
    def list_lags(self, lags: bool) -> None:
        self.books.lags = lags

    # Time

    @rule()
    def twenty_minutes_pass(self) -> None:
        by = timedelta(minutes=20)
        Delivery.objects.filter(state="queued").update(next_attempt_at=F("next_attempt_at") - by)
        SendAttempt.objects.update(lease_until=F("lease_until") - by, claimed_at=F("claimed_at") - by)
        for column in ("called_at", "next_look_up_at"):
            SendAttempt.objects.filter(**{f"{column}__isnull": False}).update(**{column: F(column) - by})
        SendAttempt.objects.filter(state="unknown").update(lane_yielded=True)
        self.books.texts = [
            replace(text, created_at=text.created_at and text.created_at - by) for text in self.books.texts
        ]
        # A call does not last so long: the socket has timed out.
        for call in self._in_flight():
            call.over = True
        self.claims.clear()
        Delivery.objects.filter(ask_at__isnull=False).update(
            ask_at=F("ask_at") - by, sent_at=F("sent_at") - by
        )
        ProviderAccount.objects.filter(probe_at__isnull=False).update(probe_at=F("probe_at") - by)
        sweeps.sweep()
        probing.probe()
        reconcile.reconcile()
        status_polling.confirm()

    @rule(final=st.sampled_from(["sent", "delivered"]))
    def texts_arrive_and_nobody_says_so(self, final: str) -> None:
        self.books.texts = [
            text if text.status == "failed" else replace(text, status=final) for text in self.books.texts
        ]

    @rule()
    def provider_is_tried_again(self) -> None:
        ProviderAccount.objects.update(probe_at=timezone.now())
        probing.probe()

    @rule()
    def reconciler_looks(self) -> None:
        reconcile.reconcile()

    # The owner

    @precondition(lambda self: Delivery.objects.filter(state="parked").exists())
    @rule(data=st.data(), again=st.booleans())
    def owner_decides(self, data: st.DataObject, again: bool) -> None:
        parked = Delivery.objects.filter(state="parked").order_by("pk").first()
        assert parked is not None
        at = timezone.now() + timedelta(minutes=11)
        if again:
            owner_actions.send_again(parked, by=self.business.owner, at=at)
        else:
            owner_actions.leave(parked, by=self.business.owner, at=at)

    # What always holds

    @invariant()
    def nothing_is_taken_twice_unless_released(self) -> None:
        for delivery in Delivery.objects.all():
            mine = [call for call in self.calls if call.sid and call.delivery.pk == delivery.pk]
            kept = sum(1 for call in mine if not call.returned)
            released = delivery.attempts.filter(released_at__isnull=False).count()
            assert kept <= 1 + released

    @invariant()
    def what_was_given_back_is_not_shown_as_sent(self) -> None:
        returned = [call.attempt.pk for call in self.calls if call.returned]
        for delivery in Delivery.objects.filter(accepted_attempt__in=returned):
            # Two texts of one delivery may be out: then only the owner knows.
            assert delivery.state == "failed", delivery.state

    @invariant()
    def no_delivery_has_two_open_attempts(self) -> None:
        for delivery in Delivery.objects.all():
            assert delivery.attempts.filter(state__in=OPEN_ATTEMPTS).count() <= 1

    @invariant()
    def every_sid_is_credited_to_its_own_delivery(self) -> None:
        truth = {call.sid: call.delivery.pk for call in self.calls if call.sid}
        for sid, delivery_id in SendAttempt.objects.exclude(provider_sid="").values_list(
            "provider_sid", "delivery_id"
        ):
            assert truth[sid] == delivery_id

    @invariant()
    def what_counts_as_sent_was_taken(self) -> None:
        taken = {call.delivery.pk for call in self.calls if call.sid}
        ended_well = Delivery.objects.filter(state__in=["sent", "delivered"])
        assert set(ended_well.values_list("pk", flat=True)) <= taken

    @invariant()
    def what_was_delivered_stays_so_with_its_attempt(self) -> None:
        for pk, attempt_id in self.delivered.items():
            delivery = Delivery.objects.get(pk=pk)
            assert (delivery.state, delivery.accepted_attempt_id) == ("delivered", attempt_id)
        now = Delivery.objects.filter(state="delivered").values_list("pk", "accepted_attempt_id")
        self.delivered.update(now)


@pytest.mark.hypothesis
@pytest.mark.django_db
def test_no_order_of_events_sends_twice_or_credits_another() -> None:
    run_state_machine_as_test(
        Machine,
        settings=searched(
            30,
            stateful_step_count=40,
            suppress_health_check=list(HealthCheck),
            # Without shrinking: on a real database that takes minutes.
            phases=[Phase.generate],
        ),
    )
