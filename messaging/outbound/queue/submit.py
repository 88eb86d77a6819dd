"""Submitting a text: who may, what screening says, and then either held for the owner or queued to leave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from audit.record import Actor, current, recording
from messaging import alerts, events, locks, occurrences, timeline
from messaging.errors import OnlyAMachine
from messaging.models import Message, Participant, Sitter, Thread
from messaging.models.consent import Purpose
from messaging.models.deliveries import Authority, Delivery, Priority
from messaging.models.messages import Audience, AuthorKind, HeldReason, MessageState
from messaging.models.threads import Role
from messaging.outbound.queue import machines, outbox, permission, pictures
from messaging.outbound.queue.outbox import Permit
from messaging.people import participants
from policy.reader import RULES
from policy.record import record as keep_findings
from policy.screen import Clearance, Context, Verdict, cleared, cleared_for_sitters, screen
from routing.engine import Decision
from snoutos.accounts.models import Organization, User


@dataclass(frozen=True, slots=True)
class Author:
    """Who says it. Made by one of the constructors, never from what a request claims."""

    kind: AuthorKind
    user: User | None = None
    sitter: Sitter | None = None
    automation_id: int | None = None
    is_urgent: bool = False
    purpose: str = Purpose.SERVICE

    @classmethod
    def owner(cls, user: User) -> Author:
        """The owner or staff, by desk or API."""
        return cls(AuthorKind.OWNER, user=user)

    @classmethod
    def sitter_by_app(cls, sitter: Sitter, user: User) -> Author:
        """A sitter who signed in."""
        return cls(AuthorKind.SITTER, user=user, sitter=sitter)

    @classmethod
    def sitter_by_text(cls, sitter: Sitter) -> Author:
        """A sitter who texted from their own phone."""
        return cls(AuthorKind.SITTER, sitter=sitter)

    @classmethod
    def system(cls) -> Author:
        """SnoutOS itself."""
        return cls(AuthorKind.SYSTEM)

    @classmethod
    def integration(cls, user: User) -> Author:
        """A system that signed in by API key: screened like SnoutOS' own texts, so what is found is held."""
        return cls(AuthorKind.SYSTEM, user=user)

    @classmethod
    def automation(
        cls, automation_id: int, *, is_urgent: bool = False, purpose: str = Purpose.SERVICE
    ) -> Author:
        """A rule the owner made. Its texts wait out quiet hours unless it is urgent; offers need consent to them."""
        return cls(AuthorKind.AUTOMATION, automation_id=automation_id, is_urgent=is_urgent, purpose=purpose)

    @property
    def is_automatic(self) -> bool:
        """Whether nobody wrote it: a rule, or SnoutOS itself."""
        return self.user is None and self.kind in (AuthorKind.AUTOMATION, AuthorKind.SYSTEM)

    @property
    def actor(self) -> Actor:
        """Who the trail names."""
        if self.automation_id is not None:
            return Actor.automation(self.automation_id)
        if self.user is not None:
            return Actor.user(self.user.pk)
        return Actor.sitter(self.sitter.pk) if self.sitter else Actor.system()


@dataclass(frozen=True, slots=True)
class Submitted:
    """What became of it: `message.state` is `held` (no delivery) or `accepted`. `found` are the finding kinds, an owner's warning."""

    message: Message
    delivery: Delivery | None
    found: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """What is said. `media_count` files came with it and are still to be fetched.

    `extra` are more columns of the message: an inbound SID, a receipt, what reviewing said."""

    body: str
    media_count: int = 0
    hold_media: bool = False
    origin_key: str | None = None
    extra: tuple[tuple[str, object], ...] = ()


def submit(
    *, thread: Thread, author: Author, body: str, at: datetime, origin_key: str | None = None
) -> Submitted:
    """Say `body` to the outside phone of `thread`. The sender is the thread's number by construction.

    A sitter must be on duty at `at`; what screening finds in their text holds it. An owner's text goes out with a warning. The same
    `origin_key` gives the first answer again. Raises a `MessagingError` when it may not be said at all: nothing is stored then.
    """
    text = Text(body=outbox.check_text(body), origin_key=origin_key)
    with transaction.atomic(), recording(actor=author.actor, at=at):
        locked = locks.thread(thread.pk)
        if origin_key is not None:
            earlier = Message.objects.of(locked.organization_id).filter(origin_key=origin_key).first()
            if earlier is not None:
                return _again(earlier)
        party = participants.outside_party(locked)
        decision = may_write(locked, party, author, at)
        said = say(locked, party, author, text, at, decision=decision)
        if author.sitter is not None:
            # From the sitter page or the API; what comes in by text tells its own news.
            occurrences.message_received(said.message)
        return said


def may_write(thread: Thread, party: Participant, author: Author, at: datetime) -> Decision | None:
    """Raise what forbids a text of `author` to `party`; return the decision that put a sitter on duty."""
    permission.require(thread, party)
    if author.is_automatic:
        if machines.is_one(thread.organization_id, party.e164):
            raise OnlyAMachine
        permission.require_automatic(party, at, author.purpose, by_rule=author.kind == AuthorKind.AUTOMATION)
    if author.sitter is None:
        return None
    return permission.of_sitter(author.sitter, thread, party, at)


def say(
    thread: Thread,
    party: Participant,
    author: Author,
    text: Text,
    at: datetime,
    *,
    decision: Decision | None = None,
) -> Submitted:
    """Say `text` to `party` with the thread held, inside a recording transaction: what `submit` and a sitter's own text share.

    The caller has asked whether it may be said at all (`may_write`); `decision` is what put a sitter on duty.
    """
    verdict = screen(text.body, _context(thread, author, party, at))
    held_for = _held_reason(author, verdict, text)
    message = _store(thread, author, text, verdict, held_for, decision, at)
    keep_findings(message, verdict, at=at)
    if held_for:
        _record_held(message, held_for)
        return Submitted(message, None, verdict.kinds)
    if verdict.findings:
        current().record(
            events.message_outbound_warned(
                organization_id=message.organization_id,
                thread_id=message.thread_id,
                message_id=message.pk,
                kinds=verdict.kinds,
            )
        )
    delivery = pictures.enqueue(
        message,
        _clearance(message, party, verdict),
        to=party,
        permit=_permit(author, message),
        at=at,
        awaited=text.media_count,
    )
    return Submitted(message, delivery, verdict.kinds)


def by_rule(author: Author) -> Permit:
    """The permit of what an automation says."""
    return Permit(
        authority=Authority.RULE,
        priority=Priority.AUTOMATION,
        obeys_quiet_hours=not author.is_urgent,
        purpose=author.purpose,
    )


def add_note(*, thread: Thread, by: User, body: str, at: datetime) -> Message:
    """A note in the thread, for the owner and staff only. It is never sent."""
    return write_note(thread=thread, author=Author.owner(by), body=body, at=at)


def write_note(*, thread: Thread, author: Author, body: str, at: datetime) -> Message:
    """As `add_note`, by whoever may: an automation too."""
    text = outbox.check_text(body)
    with transaction.atomic(), recording(actor=author.actor, at=at):
        place = timeline.next_position(thread, at)
        message: Message = Message.objects.create(
            organization_id=thread.organization_id,
            thread=thread,
            position=place.position,
            author_kind=author.kind,
            author=author.user,
            state=MessageState.ACCEPTED,
            audience=Audience.OWNER,
            is_note=True,
            body=text,
            created_at=at,
        )
        current().record(
            events.message_note_added(
                organization_id=thread.organization_id, thread_id=thread.pk, message_id=message.pk
            )
        )
        return message


def _held_reason(author: Author, verdict: Verdict, text: Text) -> str:
    if verdict.failed:
        return HeldReason.DETECTOR_FAILED
    if verdict.is_held:
        return HeldReason.FINDING
    if author.kind == AuthorKind.SITTER and text.hold_media:
        return HeldReason.MEDIA
    return ""


def _context(thread: Thread, author: Author, party: Participant, at: datetime) -> Context:
    return Context(
        organization=Organization.objects.get(pk=thread.organization_id),
        thread=thread,
        author_kind=author.kind,
        at=at,
        sitter_id=author.sitter.pk if author.sitter else None,
    )


def _store(
    thread: Thread,
    author: Author,
    text: Text,
    verdict: Verdict,
    held_for: str,
    decision: Decision | None,
    at: datetime,
) -> Message:
    place = timeline.next_position(thread, at)
    message: Message = Message.objects.create(
        organization_id=thread.organization_id,
        thread=thread,
        position=place.position,
        author_kind=author.kind,
        author=author.user,
        sitter=author.sitter,
        state=MessageState.HELD if held_for else MessageState.ACCEPTED,
        held_reason=held_for,
        body=text.body,
        redacted_body=verdict.redacted,
        reader_rules=RULES,
        window_id=decision.window_id if decision else None,
        override_id=decision.override_id if decision else None,
        origin_key=text.origin_key,
        created_at=at,
        **dict(text.extra),
    )
    return message


def _clearance(message: Message, party: Participant, verdict: Verdict) -> Clearance:
    """What leaves: the text; to a sitter, what sitters may read of it."""
    whole = cleared(message.body, verdict)
    if party.role != Role.SITTER:
        return whole
    return cleared_for_sitters(whole.body, thread=message.thread, author_kind=message.author_kind)


def _permit(author: Author, message: Message) -> Permit:
    if author.sitter is not None:
        return Permit(
            authority=Authority.WINDOW,
            window_id=message.window_id,
            override_id=message.override_id,
        )
    if author.kind == AuthorKind.OWNER:
        return Permit(authority=Authority.OWNER)
    if author.kind == AuthorKind.AUTOMATION:
        return by_rule(author)
    return Permit(authority=Authority.RULE, priority=Priority.SYSTEM)


def _record_held(message: Message, reason: str) -> None:
    ids = {"organization_id": message.organization_id, "thread_id": message.thread_id}
    current().record(events.message_outbound_held(**ids, message_id=message.pk, reason=reason))
    current().alert(alerts.policy_held(**ids))
    occurrences.message_held(message)


def _again(earlier: Message) -> Submitted:
    violation = earlier.violations.first()
    kinds = tuple(sorted({f["kind"] for f in violation.findings})) if violation else ()
    return Submitted(earlier, earlier.deliveries.first(), kinds)
