"""Screening a text: what was found, what to do about it, and what sitters may read of it.

A clean text costs no query: the organization's allow-list and rules are read only when something was found, the sender's earlier
texts only when this one could be part of something.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from audit.pii_guard import refuse_contacts
from messaging.models import Message, Thread
from policy import detector, rules
from policy.contacts import allow_list, clients_phones
from policy.detector import DEPTH, WINDOW, AllowList, Conversation, Finding
from policy.models import Action
from policy.reader import HIDDEN, Reader
from snoutos.accounts.models import Organization

log = structlog.get_logger(__name__)

LOOK_BACK = WINDOW
LOOK_BACK_TEXTS = DEPTH - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Who says it, where. The thread's earlier texts count, of everybody; the sitter, or else the participant, says whose they are.

    `before` is the position of a text that is screened again: neither it nor what came later counts as earlier.
    """

    organization: Organization
    thread: Thread
    author_kind: str
    at: datetime
    participant_id: int | None = None
    sitter_id: int | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What screening says. `redacted` is what sitters may read, None when that is the text itself."""

    action: Action
    findings: tuple[Finding, ...]
    redacted: str | None = None
    failed: str = ""
    across: bool = False

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds found, without repetition."""
        return tuple(sorted({finding.kind for finding in self.findings}))

    @property
    def is_held(self) -> bool:
        """Whether a human must look before it leaves."""
        return self.action == Action.HOLD

    @property
    def version(self) -> str:
        """The version of the rules that were applied."""
        return detector.RULESET_VERSION


@dataclass(frozen=True, slots=True)
class Clearance:
    """The right of a text to leave: `outbox.enqueue` takes nothing else. Made only by `cleared`, `cleared_by`, `cleared_as_ours` and
    `cleared_for_sitters`.

    To a sitter's phone it takes only those of the last two: `for_sitters`.
    """

    body: str
    by: str
    for_sitters: bool = False

    def without_words(self) -> Clearance:
        """The same right for the pictures of the text alone."""
        return replace(self, body="")


@dataclass(frozen=True, slots=True)
class _Earlier:
    """A text said before in the same thread."""

    sender: str
    body: str
    at: datetime


class NotClearedError(RuntimeError):
    """A held text was about to be cleared without a human: a fault in the program."""


def screen(text: str, context: Context) -> Verdict:
    """Screen `text`. Never raises for what a person may write: when the detector fails, the text is held (a client's is hidden)."""
    try:
        return _screen(text, context)
    except Exception as error:
        # Fail closed: unseen text never leaves. The error's words may quote the text, so only its type is kept.
        log.error("policy.detector_failed", error=type(error).__name__, thread_id=context.thread.pk)
        action = Action.REDACT if context.author_kind == "client" else Action.HOLD
        return Verdict(action, (), HIDDEN, failed=type(error).__name__)


def screen_again(message: Message) -> Verdict:
    """What the present rules and allow-list say about a text as it was written. Its organization and thread must be loaded."""
    context = Context(
        organization=message.organization,
        thread=message.thread,
        author_kind=message.author_kind,
        at=message.created_at,
        participant_id=message.participant_id,
        sitter_id=message.sitter_id,
        before=message.position,
    )
    return screen(message.body if message.original_body is None else message.original_body, context)


def cleared(text: str, verdict: Verdict) -> Clearance:
    """The clearance of a text whose verdict lets it leave. Raises NotClearedError for one that is held."""
    if verdict.is_held:
        raise NotClearedError
    return Clearance(text, "screening")


def cleared_by(text: str, user_id: int) -> Clearance:
    """The clearance a human gave after review."""
    return Clearance(text, f"user:{user_id}")


def cleared_as_ours(sentence: str) -> Clearance:
    """The clearance of a fixed sentence of SnoutOS' own, which leaves also while the detector fails: the alert about that must.

    Raises `audit.errors.PersonalDataError` when it holds something like a phone, an address or a link.
    """
    refuse_contacts(sentence=sentence)
    return Clearance(sentence, "ours", for_sitters=True)


def cleared_for_sitters(
    text: str, *, thread: Thread, author_kind: str, cut: Callable[[str], str] | None = None
) -> Clearance:
    """The clearance of a text to a sitter's phone: what sitters may read of it, shortened by `cut` afterwards."""
    body = Reader(thread.organization_id).text(text, thread=thread, author_kind=author_kind)
    return Clearance(cut(body) if cut else body, "reader", for_sitters=True)


def _screen(text: str, context: Context) -> Verdict:
    languages = frozenset(context.organization.screening_languages)
    everything = detector.find(text, languages=languages)
    earlier = _earlier(context) if detector.may_be_fragment(text) else []
    own = clients_phones(text, everything, organization_id=context.organization.pk, thread=context.thread)
    if not everything and not own and not _across(text, earlier, context, AllowList()):
        return Verdict(Action.ALLOW, ())
    allow = allow_list(context.organization, context.thread)
    alone = detector.find(text, allow=allow, languages=languages) if everything else []
    alone += [one for one in own if not any(_overlap(one, other) for other in alone)]
    across = not alone and bool(earlier)
    found = tuple(_across(text, earlier, context, allow) if across else alone)
    if not found:
        return Verdict(Action.ALLOW, ())
    action = rules.action_for(
        context.author_kind, [f.kind for f in found], rules.chosen(context.organization.pk)
    )
    reader = Reader(context.organization.pk, organization=context.organization)
    read = reader.text(text, thread=context.thread, author_kind=context.author_kind, also=found)
    return Verdict(action, found, None if read == text else read, across=across)


def _overlap(one: Finding, other: Finding) -> bool:
    return one.start < other.end and other.start < one.end


def _across(text: str, earlier: list[_Earlier], context: Context, allow: AllowList) -> list[Finding]:
    """What `text` completes together with the last texts of its thread."""
    if not earlier:
        return []
    conversation = Conversation(allow=allow, languages=frozenset(context.organization.screening_languages))
    for one in earlier:
        conversation.heard(one.sender, one.body, one.at)
    return conversation.add(
        _sender(context.author_kind, context.sitter_id, context.participant_id), text, context.at
    )


def _earlier(context: Context) -> list[_Earlier]:
    """The thread's last texts in both directions, oldest first, as they were written."""
    # Without a place in the conversation a text was not said yet.
    texts = Message.objects.texts().filter(
        thread=context.thread, created_at__gt=context.at - LOOK_BACK, is_note=False, position__isnull=False
    )
    if context.before is not None:
        texts = texts.filter(position__lt=context.before)
    newest = texts.order_by("-position").values_list(
        "author_kind", "sitter_id", "participant_id", "body", "original_body", "created_at"
    )[:LOOK_BACK_TEXTS]
    return [
        _Earlier(_sender(author, sitter, participant), original if original is not None else body, at)
        for author, sitter, participant, body, original, at in reversed(newest)
    ]


def _sender(author_kind: str, sitter_id: int | None, participant_id: int | None) -> str:
    """Whose texts belong together: one sitter's on whatever phone, else one participant's of one kind of author."""
    return f"sitter {sitter_id}" if sitter_id is not None else f"{author_kind} {participant_id}"
