"""Screening a text: what was found, what to do about it, and what sitters may read of it.

A clean text costs no query: the organization's allow-list and rules are read only when something was found, the sender's earlier
texts only when this one could be part of something.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from messaging.models import Message, MessageNumber, Thread
from policy import detector, rules
from policy.detector import AllowList, Conversation, Finding
from policy.models import Action, AllowedContact, ScreeningRule
from snoutos.accounts.models import Organization

log = structlog.get_logger(__name__)

LOOK_BACK = timedelta(minutes=15)
LOOK_BACK_TEXTS = 6
HIDDEN = "[hidden until the owner has looked]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Who says it, where. The sitter, or else the participant, is whose earlier texts count.

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
    """The right of a text to leave: `outbox.enqueue` takes nothing else. Made only by `cleared` and `cleared_by`."""

    body: str
    by: str


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


def _screen(text: str, context: Context) -> Verdict:
    suspicious = bool(detector.find(text))
    earlier = _earlier(context) if detector.may_be_fragment(text) else []
    if not suspicious and not _across(text, earlier, context, AllowList()):
        return Verdict(Action.ALLOW, ())
    allow = allow_list(context.organization, context.thread)
    alone = detector.find(text, allow=allow) if suspicious else []
    across = not alone and bool(earlier)
    found = tuple(_across(text, earlier, context, allow) if across else alone)
    if not found:
        return Verdict(Action.ALLOW, ())
    action = rules.action_for(context.author_kind, [f.kind for f in found], _chosen(context.organization))
    redacted = detector.redact(text, found, allow=allow) if action in (Action.REDACT, Action.HOLD) else None
    return Verdict(action, found, redacted, across=across)


def _across(
    text: str, earlier: list[tuple[str, datetime]], context: Context, allow: AllowList
) -> list[Finding]:
    """What `text` completes together with the sender's last texts in this thread."""
    if not earlier:
        return []
    conversation = Conversation(allow=allow)
    for body, at in earlier:
        conversation.add("sender", body, at)
    return conversation.add("sender", text, context.at)


def _earlier(context: Context) -> list[tuple[str, datetime]]:
    mine = Message.objects.filter(
        thread=context.thread,
        author_kind=context.author_kind,
        created_at__gt=context.at - LOOK_BACK,
        is_note=False,
    )
    if context.before is not None:
        mine = mine.filter(position__lt=context.before)
    if context.sitter_id is not None:
        mine = mine.filter(sitter_id=context.sitter_id)
    elif context.participant_id is not None:
        mine = mine.filter(participant_id=context.participant_id)
    newest = mine.order_by("-position").values_list("body", "original_body", "created_at")[:LOOK_BACK_TEXTS]
    return [(original if original is not None else body, at) for body, original, at in reversed(newest)]


def allow_list(organization: Organization, thread: Thread | None = None) -> AllowList:
    """What this organization lets through: its own numbers and domains, what it added, the client's stored vet."""
    contacts = list(AllowedContact.objects.of(organization).values_list("kind", "value"))
    numbers = set(
        MessageNumber.objects.of(organization).exclude(state="retired").values_list("e164", flat=True)
    )
    numbers.update(value for kind, value in contacts if kind == "phone")
    if thread is not None and thread.client is not None:
        numbers.update(thread.client.vet_phones)
    domains = {domain.lower().removeprefix("www.") for domain in organization.own_domains}
    domains.update(value for kind, value in contacts if kind == "domain")
    return AllowList(numbers=frozenset(numbers), domains=frozenset(domains))


def _chosen(organization: Organization) -> dict[tuple[str, str], str]:
    rows = ScreeningRule.objects.of(organization).values_list("author_kind", "finding_kind", "action")
    return {(author, kind): action for author, kind, action in rows}
