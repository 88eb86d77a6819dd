"""A delivery's story: each try, what came of it, what the provider reported and who decided, oldest first, in the owner's words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from messaging.api.words import explain as reason_of
from messaging.models import Delivery, DeliveryReport, SendAttempt
from messaging.models.deliveries import AttemptState, DeliveryState
from messaging.outbound.classify import explain
from messaging.outbound.remedies import SEND_AGAIN_AFTER
from snoutos.accounts.desk import Step
from snoutos.accounts.desk.words import Tone

_SETTLED: dict[str, tuple[str, str, Tone]] = {
    AttemptState.ACCEPTED: ("The provider took it", "It is on its way to the phone.", "primary"),
    AttemptState.ACCEPTED_LATE: (
        "The provider had taken it after all",
        "This was found out later.",
        "primary",
    ),
    AttemptState.REFUSED: ("It was not sent", "This is certain, so it can be tried again safely.", "warning"),
    AttemptState.REJECTED: ("The provider refused it for good", "Trying again would not help.", "danger"),
    AttemptState.ABSENT: ("The provider does not know it", "It was very probably not sent.", "warning"),
    AttemptState.ABANDONED: ("Stopped before it was sent", "", ""),
}
_REPORTED: dict[str, tuple[str, Tone]] = {
    "delivered": ("Delivered to the phone", "success"),
    "read": ("Read on the phone", "success"),
    "undelivered": ("Not delivered to the phone", "danger"),
    "partially_delivered": ("Only a part was delivered", "danger"),
    "failed": ("The provider gave up", "danger"),
    "canceled": ("Canceled at the provider", "warning"),
    "sent": ("Handed to the phone company", "info"),
}
_FINISHED: dict[str, tuple[str, Tone]] = {
    "canceled": ("Canceled: it does not leave", ""),
    "parked": ("It waits for your decision", "warning"),
    "failed": ("Given up", "danger"),
}
# Why a call had no clear answer, or none at all, where the provider gave no code.
_CAUSES = {
    "read_timeout": "The provider did not answer in time.",
    "connection_broke": "The connection broke.",
    "worker_lost": "SnoutOS was interrupted during the call.",
    "connection_refused": "The provider could not be reached.",
    "connect_timeout": "The provider could not be reached.",
    "name_not_found": "The provider's address was not found.",
    "proxy_unreachable": "The way out to the provider was closed.",
    "tls_failed": "No safe connection to the provider could be made.",
    "credentials": "The provider did not accept the account's credentials.",
}


def steps(delivery: Delivery) -> Iterator[Step]:
    """What happened to `delivery` so far, and what comes next. Uses its attempts and their reports as fetched."""
    yield Step(delivery.created_at, "Ready to leave", _whose_word(delivery), "info")
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
    pieces = "1 piece" if delivery.segments == 1 else f"{delivery.segments} pieces"
    return f"On the word of: {delivery.get_authority_display().lower()}. Sent as {pieces}."


def _attempt(attempt: SendAttempt, delivery: Delivery) -> Iterator[Step]:
    ordinal = f"Try {attempt.number}"
    yield Step(attempt.claimed_at, f"{ordinal}: taken up", "", "")
    if attempt.called_at:
        yield Step(attempt.called_at, f"{ordinal}: handed to the provider", "", "info")
    if attempt.unknown_at:
        detail = f"{_cause(attempt.reason)} It is not known whether it left, so it is looked up."
        yield Step(attempt.unknown_at, f"{ordinal}: no clear answer", detail.strip(), "warning")
    if attempt.state in _SETTLED:
        title, detail, tone = _SETTLED[AttemptState(attempt.state)]
        yield Step(attempt.settled_at, f"{ordinal}: {_lower(title)}", _answer(detail, attempt), tone)
    if attempt.released_at:
        yield Step(attempt.released_at, f"{_who(delivery)} decided: send again", "", "primary")
    for report in attempt.reports.all():
        yield _report(report)


def _answer(detail: str, attempt: SendAttempt) -> str:
    """What the provider answered, in words: by its code, else by what kept the call from it."""
    if attempt.error_code.isdecimal():
        return _with_code(detail, attempt.error_code)
    if attempt.state == AttemptState.ABSENT and attempt.looked_up:
        return f"{detail} It was looked up {_times(attempt.looked_up + 1)}."
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
        yield Step(delivery.finished_at, f"{_who(delivery)} decided: leave it unsent", "", "")
    elif delivery.state in _FINISHED:
        title, tone = _FINISHED[delivery.state]
        why = _stop(str((reason_of(delivery) or {}).get("title", "")))
        yield Step(delivery.finished_at, title, why, tone)


def _next(delivery: Delivery) -> Iterator[Step]:
    if delivery.state == DeliveryState.QUEUED and delivery.retries:
        yield Step(delivery.next_attempt_at, "Next try", "SnoutOS tries again by itself.", "info")
    for attempt in delivery.attempts.all():
        if attempt.state == AttemptState.UNKNOWN and attempt.next_look_up_at:
            so_far = f"Looked up {_times(attempt.looked_up)} so far." if attempt.looked_up else ""
            yield Step(attempt.next_look_up_at, "Next look-up at the provider", so_far, "info")


def _who(delivery: Delivery) -> str:
    return str(delivery.decided_by) if delivery.decided_by else "Somebody"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _cause(reason: str) -> str:
    if reason.startswith("http_"):
        return "The provider answered with an error of its own."
    return _CAUSES.get(reason, "")


def _with_code(detail: str, code: str) -> str:
    if not code.isdecimal():
        return detail
    return f"{explain(int(code)).title} (error {code})."


def _stop(sentence: str) -> str:
    return f"{sentence}." if sentence and not sentence.endswith((".", "!", "?")) else sentence


def _lower(title: str) -> str:
    return title[0].lower() + title[1:]
