"""Every verb of outbound, review and assignments leaves exactly its events, each once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from audit.models import AuditEvent
from messaging.assignments import overrides, windows
from messaging.models import (
    AssignmentWindow,
    Delivery,
    Message,
    ProviderAccount,
    RoutingOverride,
    SendAttempt,
    Sitter,
)
from messaging.outbound.outcome import record_outcome
from messaging.outbound.queue import begin_call
from messaging.outbound.queue.submit import Author, add_note, submit
from messaging.outbound.recovery import owner_actions, reconcile, sweeps
from messaging.people import threads
from messaging.providers.base import Accepted, AccountCheck, Refused, Rejected, RejectionKind, Unknown
from messaging.review import decisions as review
from tests.business import Business, new_sid
from tests.messaging.outbound.steps import claim, in_hours, mark, owner_says, sitter_says, travel

pytestmark = pytest.mark.django_db

LEAK = "Call me at 212 555 0147"


def _held(business: Business) -> Message:
    business.window(business.thread())
    author = Author.sitter_by_app(business.sitter, business.sitter_user)
    return submit(thread=business.thread(), author=author, body=LEAK, at=timezone.now()).message


def _calling(business: Business) -> SendAttempt:
    left = begin_call.begin(claim(owner_says(business, "Hi")))
    assert left is not None
    return left.attempt


def _unknown(business: Business) -> SendAttempt:
    attempt = _calling(business)
    record_outcome.record(attempt, Unknown("read_timeout"))
    return attempt


def _parked(business: Business) -> Delivery:
    attempt = _unknown(business)
    reconcile._absent(attempt)
    SendAttempt.objects.filter(pk=attempt.pk).update(called_at=timezone.now() - timedelta(hours=1))
    return Delivery.objects.get(pk=attempt.delivery_id)


def _failed(business: Business) -> Delivery:
    attempt = _calling(business)
    record_outcome.record(attempt, Rejected(30006, RejectionKind.UNTEXTABLE, "no"))
    return Delivery.objects.get(pk=attempt.delivery_id)


def _sent(business: Business) -> Delivery:
    attempt = _calling(business)
    record_outcome.record(attempt, Accepted(new_sid(), "queued"))
    return Delivery.objects.get(pk=attempt.delivery_id)


def _override(business: Business) -> RoutingOverride:
    return overrides.set_override(
        thread=business.thread(),
        target="owner_inbox",
        ends_at=in_hours(1),
        reason="Mine",
        by=business.owner,
        at=timezone.now(),
    )


def _window(business: Business) -> AssignmentWindow:
    return business.window(business.thread())


def _coming_window(business: Business) -> AssignmentWindow:
    return business.window(business.thread(), begins=1, ends=2)


def _window_and_ben(business: Business) -> tuple[AssignmentWindow, Sitter]:
    return _window(business), business.add_sitter("Ben")


def _window_with_a_queued_text(business: Business) -> AssignmentWindow:
    window = _window(business)
    sitter_says(business, "On my way", thread=business.thread())
    return window


def _retries_used(business: Business) -> SendAttempt:
    attempt = _calling(business)
    Delivery.objects.filter(pk=attempt.delivery_id).update(retries=3)
    return attempt


def _stopped(business: Business) -> ProviderAccount:
    attempt = _calling(business)
    record_outcome.record(attempt, Refused(20003, "credentials", counts=False, circuit=True))
    return business.account


def _by(business: Business) -> dict[str, Any]:
    return {"by": business.owner, "at": timezone.now()}


def _say(business: Business, author: Author, body: str) -> None:
    submit(thread=business.thread(), author=author, body=body, at=timezone.now())


Arrange = Callable[[Business], Any]
Act = Callable[[Business, Any], object]
QUEUED, SENT = "message.outbound.queued", "message.outbound.sent"
FAILED, UPDATED = "message.outbound.failed", "message.delivery.status_updated"
CANCELED, RESOLVED = "message.outbound.canceled", "policy.violation.resolved"

TABLE: dict[str, tuple[Arrange, Act, list[str]]] = {
    # submitting
    "owner says": (Business.thread, lambda b, _: _say(b, Author.owner(b.owner), "Hi"), [QUEUED]),
    "owner says a phone": (
        Business.thread,
        lambda b, _: _say(b, Author.owner(b.owner), LEAK),
        [QUEUED, "message.outbound.warned", "policy.violation.detected"],
    ),
    "sitter says": (_window, lambda b, _: _say(b, Author.sitter_by_text(b.sitter), "Hi"), [QUEUED]),
    "sitter says a phone": (
        _window,
        lambda b, _: _say(b, Author.sitter_by_text(b.sitter), LEAK),
        ["message.outbound.held", "policy.violation.detected"],
    ),
    "automation says": (Business.thread, lambda b, _: _say(b, Author.automation(1), "Hi"), [QUEUED]),
    "note": (
        Business.thread,
        lambda b, t: add_note(thread=t, body="Key under the mat", **_by(b)),
        ["message.note_added"],
    ),
    # sending
    "accepted": (_calling, lambda b, a: record_outcome.record(a, Accepted(new_sid(), "queued")), [SENT]),
    "refused": (
        _calling,
        lambda b, a: record_outcome.record(a, Refused(20429, "retry_later")),
        ["message.outbound.retry_attempted"],
    ),
    "rejected": (
        _calling,
        lambda b, a: record_outcome.record(a, Rejected(30006, RejectionKind.UNTEXTABLE, "no")),
        [FAILED],
    ),
    "opted out": (
        _calling,
        lambda b, a: record_outcome.record(a, Rejected(21610, RejectionKind.OPTED_OUT, "no")),
        ["consent.opted_out", FAILED],
    ),
    "retries used": (
        _retries_used,
        lambda b, a: record_outcome.record(a, Refused(20429, "retry_later")),
        ["message.outbound.dead_lettered"],
    ),
    "credentials": (
        _calling,
        lambda b, a: record_outcome.record(a, Refused(20003, "credentials", counts=False, circuit=True)),
        ["account.circuit_opened"],
    ),
    "reopened": (
        _stopped,
        lambda b, a: owner_actions.reopen(a, **_by(b)),
        ["account.circuit_closed", "alert.resolved"],
    ),
    "no clear answer": (
        _calling,
        lambda b, a: record_outcome.record(a, Unknown("read_timeout")),
        ["message.outbound.unknown"],
    ),
    "worker lost": (
        _calling,
        lambda b, a: travel(a.delivery, timedelta(minutes=2)),
        ["message.outbound.unknown"],
    ),
    "claim expired": (
        lambda b: claim(owner_says(b, "Hi")),
        lambda b, a: travel(a.delivery, timedelta(minutes=2)),
        [],
    ),
    "nothing to do": (Business.thread, lambda b, _: sweeps.sweep(), []),
    "not found": (_unknown, lambda b, a: reconcile._absent(a), ["message.outbound.parked"]),
    "found": (_unknown, lambda b, a: reconcile._found(a, new_sid()), [SENT]),
    # what the owner does about it
    "send again": (
        _parked,
        lambda b, d: owner_actions.send_again(d, **_by(b)),
        ["alert.resolved", "message.outbound.released"],
    ),
    "leave": (
        _parked,
        lambda b, d: owner_actions.leave(d, **_by(b)),
        ["alert.resolved", CANCELED, "message.outbound.left"],
    ),
    "retry": (_failed, lambda b, d: owner_actions.retry(d, **_by(b)), ["alert.resolved", QUEUED]),
    # what the provider reports
    "delivered": (_sent, lambda b, d: b.report(d, "delivered"), [UPDATED]),
    "undelivered": (
        _sent,
        lambda b, d: b.report(d, "undelivered", error="30003"),
        [UPDATED, "number.health_changed"],
    ),
    "sending": (_sent, lambda b, d: b.report(d, "sending"), []),
    # taking back
    "close": (
        lambda b: owner_says(b, "Hi").thread,
        lambda b, t: threads.close_thread(t, **_by(b)),
        [CANCELED, "thread.closed"],
    ),
    # review
    "approve": (_held, lambda b, m: review.approve(m, **_by(b)), ["review.approved", QUEUED, RESOLVED]),
    "edit": (
        _held,
        lambda b, m: review.edit_and_send(m, body="Call the office", **_by(b)),
        ["review.edited", QUEUED, RESOLVED],
    ),
    "reject": (
        _held,
        lambda b, m: review.reject(m, note="No phones", **_by(b)),
        ["review.rejected", "thread.opened", QUEUED, RESOLVED],
    ),
    "dismiss": (_held, lambda b, m: review.dismiss(m, **_by(b)), ["review.dismissed", QUEUED, RESOLVED]),
    # assignments
    "window created": (Business.thread, lambda b, t: b.window(t), ["assignment.window_created"]),
    "window moved": (
        _window,
        lambda b, w: windows.move(w, ends_at=in_hours(9), **_by(b)),
        ["assignment.window_changed"],
    ),
    "window ended": (_window, lambda b, w: windows.end(w, **_by(b)), ["assignment.window_ended"]),
    "window canceled": (
        _coming_window,
        lambda b, w: windows.cancel(w, **_by(b)),
        ["assignment.window_canceled"],
    ),
    "running window canceled": (
        _window,
        lambda b, w: windows.cancel(w, **_by(b)),
        ["assignment.window_ended"],
    ),
    "window handed over": (
        _window_and_ben,
        lambda b, both: windows.hand_over(both[0], to=both[1], **_by(b)),
        ["assignment.window_handed_over"],
    ),
    "window ended with a queued text": (
        _window_with_a_queued_text,
        lambda b, w: windows.end(w, **_by(b)),
        # The text is canceled, and the notice to the sitter is queued in the office's conversation with them.
        ["assignment.window_ended", "thread.opened", CANCELED, QUEUED],
    ),
    "override set": (Business.thread, lambda b, _: _override(b), ["assignment.override_set"]),
    "override removed": (
        _override,
        lambda b, o: overrides.remove(o, **_by(b)),
        ["assignment.override_removed"],
    ),
    "override expired": (
        _override,
        lambda b, o: overrides.announce_expired(o.ends_at),
        ["assignment.override_expired"],
    ),
}


class _Works:
    """A provider that takes the credentials."""

    def check_credentials(self) -> AccountCheck:
        return AccountCheck(works=True)


@pytest.mark.parametrize("case", TABLE)
def test_each_verb_leaves_exactly_its_events(
    business: Business, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    monkeypatch.setattr(owner_actions, "provider_of", lambda _: _Works())
    arrange, act, expected = TABLE[case]
    arranged = arrange(business)
    before = mark()
    act(business, arranged)
    events = AuditEvent.objects.filter(pk__gt=before)
    # What the alert about held texts does is settled with the review.
    review_alerts = ["alert.resolved"] if case in ("approve", "edit", "reject", "dismiss") else []
    assert sorted(e.verb for e in events) == sorted([*expected, *review_alerts])
    assert {e.organization_id for e in events} <= {business.organization.pk}


@pytest.mark.parametrize("case", ["retry", "approve", "window ended", "note"])
def test_what_a_person_did_names_that_person(business: Business, case: str) -> None:
    arrange, act, expected = TABLE[case]
    arranged = arrange(business)
    before = mark()
    act(business, arranged)
    event = AuditEvent.objects.get(pk__gt=before, verb=expected[0] if case != "retry" else QUEUED)
    assert (event.actor_kind, event.actor_id) == ("user", business.owner.pk)
