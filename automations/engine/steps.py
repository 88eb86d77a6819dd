"""Doing each action. What it changes here happens in the caller's transaction, with the step's state, so it happens once.

A call to another system or an e-mail cannot be undone: it is made between two transactions (`engine.webhook_step`), and its step
is marked `calling` in the first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from audit.models import Severity
from audit.record import current
from automations import alerts
from automations.content import templates
from automations.content.actions import Spec
from automations.engine import limits
from automations.engine.context import Situation
from automations.models import Execution, Step
from messaging import locks
from messaging.assignments import overrides
from messaging.errors import (
    ConsentNeeded,
    EmptyText,
    MessagingError,
    NobodyThere,
    NoConsentToOffers,
    NoRecentDealings,
    NumberFiltered,
    NumberResting,
    NumberUnregistered,
    OffCard,
    OnlyAMachine,
    OptedOut,
    OverrideOverlaps,
    PartyBlocked,
    RevocationOpen,
    SitterWithoutLine,
    ThreadIsClosed,
    TooManyTags,
)
from messaging.models import Message
from messaging.models.assignments import OverrideTarget
from messaging.models.consent import Purpose
from messaging.models.messages import MessageState
from messaging.models.threads import ThreadKind
from messaging.outbound.queue.relay import text_sitter
from messaging.outbound.queue.submit import Author, submit, write_note
from messaging.people import triage
from snoutos.core import mail

# What forbids a text is no fault of the rule that would have sent it.
_FORBIDS = (
    OptedOut,
    ThreadIsClosed,
    PartyBlocked,
    NobodyThere,
    NumberResting,
    NumberUnregistered,
    NumberFiltered,
    OnlyAMachine,
    ConsentNeeded,
    NoConsentToOffers,
    NoRecentDealings,
    RevocationOpen,
    OffCard,
    SitterWithoutLine,
    OverrideOverlaps,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """One step about to be done, with everything it needs. The caller holds the execution."""

    execution: Execution
    step: Step
    spec: Spec
    situation: Situation
    is_urgent: bool
    at: datetime

    @property
    def author(self) -> Author:
        """Who speaks."""
        return Author.automation(
            self.execution.automation_id,
            is_urgent=self.is_urgent,
            purpose=str(self.spec.values.get("purpose", Purpose.SERVICE)),
        )

    @property
    def origin_key(self) -> str:
        """What makes a text of this step one of a kind."""
        return f"automation:{self.execution.pk}:{self.step.position}"


@dataclass(frozen=True, slots=True)
class Done:
    """It happened. `reason` says more where there is more to say: `held_for_review`."""

    message: Message | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something forbids it, and that is no fault: `reason` is a code."""

    reason: str


@dataclass(frozen=True, slots=True)
class Failed:
    """It went wrong: `reason` is a code."""

    reason: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Go on at `until`."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Call:
    """It is a call to be made outside the transaction."""


Outcome = Done | Skipped | Failed | Wait | Call


def perform(doing: Doing) -> Outcome:
    """Do one step inside the caller's transaction. What forbids it is `Skipped`, what cannot work `Failed`; the rest raises."""
    try:
        return _PERFORMERS[doing.spec.kind](doing)
    except _FORBIDS as error:
        return Skipped(error.code)
    except MessagingError as error:
        return Failed(error.code)
    except templates.TemplateError:
        return Failed("template")


def _text_client(doing: Doing) -> Outcome:
    situation = doing.situation
    if situation.thread is None or situation.thread.kind == ThreadKind.STAFF:
        return Skipped("no_client")
    if situation.answers_a_machine:
        return Skipped("auto_reply")
    body = _rendered(doing, "body")
    forbidden = _limit(doing)
    if forbidden:
        return Skipped(forbidden)
    said = submit(
        thread=situation.thread, author=doing.author, body=body, at=doing.at, origin_key=doing.origin_key
    )
    doing.step.client = situation.client
    doing.step.sent_at = doing.at
    held = said.message.state == MessageState.HELD
    return Done(said.message, "held_for_review" if held else "")


def _text_sitter(doing: Doing) -> Outcome:
    situation = doing.situation
    if situation.thread is None or situation.sitter is None:
        return Skipped("no_sitter")
    if situation.answers_a_machine and situation.thread.kind == ThreadKind.STAFF:
        return Skipped("auto_reply")
    body = _rendered(doing, "body", for_sitter=True)
    forbidden = _limit(doing, whose="sitter")
    if forbidden:
        return Skipped(forbidden)
    if situation.thread.kind == ThreadKind.STAFF:
        said = submit(
            thread=situation.thread, author=doing.author, body=body, at=doing.at, origin_key=doing.origin_key
        )
        doing.step.sent_at = doing.at
        return Done(said.message, "held_for_review" if said.message.state == MessageState.HELD else "")
    message = text_sitter(
        thread=situation.thread,
        sitter=situation.sitter,
        author=doing.author,
        body=body,
        at=doing.at,
        origin_key=doing.origin_key,
    )
    doing.step.sent_at = doing.at
    return Done(message)


def _limit(doing: Doing, *, whose: str = "client") -> str:
    """The limit that forbids one more text, told to the owner once; empty when none does. A sitter has no daily limit."""
    reached = limits.reached(doing.situation, doing.at)
    if reached == "daily_limit" and whose == "sitter":
        return ""
    if reached:
        current().alert(
            alerts.automation_limit_reached(
                organization_id=doing.execution.organization_id,
                automation_id=doing.execution.automation_id,
                per_client=reached == "daily_limit",
            )
        )
    return reached


def _notify_owner(doing: Doing) -> Outcome:
    if doing.step.tries == 0:
        current().alert(
            alerts.automation_notice(
                organization_id=doing.execution.organization_id,
                automation_id=doing.execution.automation_id,
                thread_id=doing.execution.thread_id,
                severity=Severity(doing.spec.text("severity")),
                say=doing.spec.text("say"),
            )
        )
    if not doing.spec.values["email"] or doing.spec.text("severity") == Severity.CRITICAL:
        # Critical alerts leave by themselves (`messaging.alerting`).
        return Done()
    return Call() if mail.can_leave() else Done(reason="mail_off")


def _add_note(doing: Doing) -> Outcome:
    if doing.situation.thread is None:
        return Skipped("no_conversation")
    return Done(
        write_note(
            thread=doing.situation.thread, author=doing.author, body=_rendered(doing, "body"), at=doing.at
        )
    )


def _tag_thread(doing: Doing) -> Outcome:
    if doing.situation.thread is None:
        return Skipped("no_conversation")
    thread, removed = locks.thread(doing.situation.thread.pk), bool(doing.spec.values["remove"])
    try:
        changed = triage.put_tag(thread, doing.spec.text("tag"), removed=removed)
    except TooManyTags:
        return Failed("too_many_tags")
    return Done() if changed else Done(reason="nothing_to_change")


def _set_override(doing: Doing) -> Outcome:
    if doing.situation.thread is None:
        return Skipped("no_conversation")
    overrides.set_override(
        thread=doing.situation.thread,
        target=OverrideTarget.OWNER_INBOX,
        ends_at=doing.at + timedelta(hours=doing.spec.number("hours")),
        reason=doing.spec.text("reason"),
        by=None,
        at=doing.at,
    )
    return Done()


def _call_webhook(doing: Doing) -> Outcome:
    return Call()


def _wait(doing: Doing) -> Outcome:
    """The first time it waits, the second time it is over."""
    if doing.step.started_at is not None:
        return Done()
    return Wait(wait_until(doing.spec, doing.situation, doing.at))


def wait_until(spec: Spec, situation: Situation, at: datetime) -> datetime:
    """When a wait that begins at `at` is over. A time of day is the next one on the business' clock."""
    if spec.values["minutes"] is not None:
        return at + timedelta(minutes=spec.number("minutes"))
    zone = situation.organization.zone
    clock, local = time.fromisoformat(spec.text("until")), at.astimezone(zone)
    day = local.date() if local.time() < clock else local.date() + timedelta(days=1)
    return datetime.combine(day, clock, tzinfo=zone)


def _rendered(doing: Doing, name: str, *, for_sitter: bool = False) -> str:
    """The text of a template, rendered once. Raises TemplateError, or EmptyText when nothing is left of it."""
    text = templates.render(doing.spec.text(name), doing.situation.variables(for_sitter=for_sitter)).strip()
    if not text:
        raise EmptyText
    return text


_PERFORMERS: dict[str, Callable[[Doing], Outcome]] = {
    "text_client": _text_client,
    "text_sitter": _text_sitter,
    "notify_owner": _notify_owner,
    "add_note": _add_note,
    "tag_thread": _tag_thread,
    "set_override": _set_override,
    "call_webhook": _call_webhook,
    "wait": _wait,
}
PERFORMED = frozenset(_PERFORMERS)
