"""A delivery's story: each try, what came of it, what the provider reported and who decided, oldest first, in the owner's words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from messaging.models import Delivery, DeliveryReport, SendAttempt
from messaging.models.deliveries import AttemptState, DeliveryState
from messaging.outbound.recovery.owner_actions import SEND_AGAIN_AFTER
from messaging.wording import deliveries as wording
from messaging.wording.codes import title_of
from snoutos.adminkit import Step
from snoutos.adminkit.words import Tone

_SETTLED: dict[str, tuple[str, str, Tone]] = {
    AttemptState.ACCEPTED: ("The provider accepted it", "It's on the way to the phone.", "primary"),
    AttemptState.ACCEPTED_LATE: (
        "The provider had accepted it after all",
        "We found out later.",
        "primary",
    ),
    AttemptState.RETURNED: (
        "The provider accepted it, then gave it back",
        "It wasn't sent. That's certain, so it's safe to try again.",
        "warning",
    ),
    AttemptState.REFUSED: ("Not sent", "That's certain, so it's safe to try again.", "warning"),
    AttemptState.REJECTED: ("The provider refused it", "Trying again won't help.", "danger"),
    AttemptState.ABSENT: ("The provider doesn't know it", "It very likely wasn't sent.", "warning"),
    AttemptState.ABANDONED: ("Stopped before it was sent", "", ""),
}
_REPORTED: dict[str, tuple[str, Tone]] = {
    "delivered": ("Delivered to the phone", "success"),
    "read": ("Read on the phone", "success"),
    "undelivered": ("Not delivered to the phone", "danger"),
    "partially_delivered": ("Only part was delivered", "danger"),
    "failed": ("The provider gave up", "danger"),
    "canceled": ("Canceled at the provider", "warning"),
    "sent": ("Handed to the phone company", "info"),
}
_FINISHED: dict[str, tuple[str, Tone]] = {
    "canceled": ("Canceled: not sent", ""),
    "parked": ("Waiting for your decision", "warning"),
    "failed": ("Given up", "danger"),
}
# Why a call had no clear answer, or none at all, where the provider gave no code.
_CAUSES = {
    "read_timeout": "The provider didn't answer in time.",
    "connection_broke": "The connection broke.",
    "worker_lost": "SnoutOS was interrupted while sending.",
    "connection_refused": "The provider couldn't be reached.",
    "connect_timeout": "The provider couldn't be reached.",
    "name_not_found": "The provider's address wasn't found.",
    "proxy_unreachable": "The network blocked the way to the provider.",
    "tls_failed": "A secure connection to the provider failed.",
    "credentials": "The provider rejected the account's credentials.",
}


def steps(delivery: Delivery) -> Iterator[Step]:
    """What happened to `delivery` so far, and what comes next. Uses its attempts and their reports as fetched."""
    yield Step(delivery.created_at, "Ready to send", _whose_word(delivery), "info")
    told = [step for attempt in delivery.attempts.all() for step in _attempt(attempt, delivery)]
    yield from sorted(told, key=lambda step: step.at or delivery.created_at)
    yield from _end(delivery)
    yield from _next(delivery)


def send_again_from(delivery: Delivery) -> datetime | None:
    """From when on a parked text may be sent again; None when it may at any time."""
    called = [
        attempt.called_at
        for attempt in delivery.attempts.all()
        if attempt.state == AttemptState.ABSENT and attempt.released_at is None
    ]
    return called[0] + SEND_AGAIN_AFTER if called and called[0] else None


def _whose_word(delivery: Delivery) -> str:
    pieces = "1 text" if delivery.segments == 1 else f"{delivery.segments} texts"
    return f"Sent by: {delivery.get_authority_display().lower()}. {pieces}."


def _attempt(attempt: SendAttempt, delivery: Delivery) -> Iterator[Step]:
    ordinal = f"Try {attempt.number}"
    yield Step(attempt.claimed_at, f"{ordinal}: started", "", "")
    if attempt.called_at:
        yield Step(attempt.called_at, f"{ordinal}: handed to the provider", "", "info")
    if attempt.unknown_at:
        detail = f"{_cause(attempt.reason)} We don't know if it was sent, so SnoutOS is checking."
        yield Step(attempt.unknown_at, f"{ordinal}: no clear answer", detail.strip(), "warning")
    if attempt.state in _SETTLED:
        title, detail, tone = _SETTLED[AttemptState(attempt.state)]
        yield Step(attempt.settled_at, f"{ordinal}: {_lower(title)}", _answer(detail, attempt), tone)
    if attempt.released_at:
        yield Step(attempt.released_at, f"{_who(delivery)} chose to send it again", "", "primary")
    for report in attempt.reports.all():
        yield _report(report)


def _answer(detail: str, attempt: SendAttempt) -> str:
    """What the provider answered, in words: by its code, else by what kept the call from it."""
    if attempt.error_code.isdecimal():
        return _with_code(detail, attempt.error_code)
    if attempt.state == AttemptState.ABSENT and attempt.looked_up:
        return f"{detail} SnoutOS checked {_times(attempt.looked_up + 1)}."
    if attempt.state == AttemptState.REFUSED:
        return f"{_cause(attempt.reason)} {detail}".strip()
    return detail


def _report(report: DeliveryReport) -> Step:
    title, tone = _REPORTED.get(
        report.status, (f"The provider says: {report.status.replace('_', ' ')}", "info")
    )
    return Step(report.reported_at, title, _with_code("", report.error_code), tone)


def _end(delivery: Delivery) -> Iterator[Step]:
    if delivery.state == DeliveryState.CANCELED and delivery.reason == "left_by_owner":
        yield Step(delivery.finished_at, f"{_who(delivery)} chose not to send it", "", "")
    elif delivery.state in _FINISHED:
        title, tone = _FINISHED[delivery.state]
        said = wording.of(delivery)
        why = _stop(said.title) if said else ""
        yield Step(delivery.finished_at, title, why, tone)


def _next(delivery: Delivery) -> Iterator[Step]:
    if delivery.state == DeliveryState.QUEUED and delivery.retries:
        yield Step(delivery.next_attempt_at, "Next try", _why_again(delivery), "info")
    for attempt in delivery.attempts.all():
        if attempt.state == AttemptState.UNKNOWN and attempt.next_look_up_at:
            so_far = f"Checked {_times(attempt.looked_up)} so far." if attempt.looked_up else ""
            yield Step(attempt.next_look_up_at, "Next check with the provider", so_far, "info")


def _why_again(delivery: Delivery) -> str:
    said = wording.of(delivery)
    return said.next_step if said else ""


def _who(delivery: Delivery) -> str:
    return str(delivery.decided_by) if delivery.decided_by else "Someone"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _cause(reason: str) -> str:
    if reason.startswith("http_"):
        return "The provider had an error."
    return _CAUSES.get(reason, "")


def _with_code(detail: str, code: str) -> str:
    if not code.isdecimal():
        return detail
    return f"{title_of(int(code))} (error {code})."


def _stop(sentence: str) -> str:
    return f"{sentence}." if sentence and not sentence.endswith((".", "!", "?")) else sentence


def _lower(title: str) -> str:
    return title[0].lower() + title[1:]
