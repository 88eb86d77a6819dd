"""What the office tells a sitter by text about a text of theirs, from its own conversation with them. Nobody else's words are in it,
but for the owner's reason.
"""

from __future__ import annotations

from datetime import datetime

from messaging import timeline
from messaging.consent.standing import is_opted_out
from messaging.models import Client, Message, Participant, Sitter, Thread
from messaging.models.deliveries import Authority, Priority
from messaging.models.messages import Audience, AuthorKind, MessageState
from messaging.models.threads import Role, ThreadKind
from messaging.outbound.queue import outbox, permission
from messaging.outbound.queue.outbox import Permit
from messaging.people import office
from policy.reader import Reader
from policy.screen import Context, cleared_for_sitters, screen
from snoutos.accounts.models import Organization

WINDOW_ENDED = (
    "Your visit is over, so your text went to the office instead of the client. They'll take care of it."
)
CLIENT_NOT_TEXTED = (
    "This client can't be texted right now, so your text went to the office instead. They'll take care of it."
)
HELD = "The office is checking your text before it's sent. No need to resend."
HELD_AND_LOCKED = (
    "The office is checking your text. It's not the first with contact details, so "
    "your texts are paused until they unlock you. Please talk to them."
)
REJECTED = "The office didn't send your last text. Please leave out phone numbers, addresses and links, and send it again."
REJECTED_BECAUSE = "The office didn't send your last text. Their reason: {reason}"
LOCKED = (
    "Your text wasn't sent: your texts are paused because several had contact details. Only the "
    "office can unlock you. Please talk to them."
)
WINDOW_CHANGED = "Your visit changed before your last text went out, so it wasn't sent. The office has it."

_untold = {
    "no_phone": "{name} wasn't told by text: there's no phone on their card.",
    "is_client": "{name} wasn't told by text: their phone belongs to a client.",
    "no_number": "{name} wasn't told by text: there's no front desk number to text them from.",
    "opted_out": "{name} wasn't told by text: their phone texted STOP.",
    "revocation_open": "{name} wasn't told by text: they may have asked for no more texts. Decide under Review.",
    "not_screened": "{name} wasn't told by text: screening isn't working right now.",
}


def tell(
    sitter: Sitter,
    sentence: str,
    *,
    about: Thread | None,
    key: str,
    at: datetime,
    names_clients: bool = False,
    obeys_quiet_hours: bool = False,
) -> None:
    """Text `sentence` to `sitter` from the office, once for `key`. Inside a recording transaction, with the thread it is about held.

    When they cannot be texted, a note in that thread says so, unless they sign in and see it there. Without such a thread (a client who
    never wrote) nothing is noted. A sitter who works in several
    conversations is told which client it is about, unless `names_clients`: the sentence does. One that `obeys_quiet_hours` waits for their
    end.
    """
    if Message.objects.of(sitter.organization_id).filter(origin_key=key).exists():
        return
    to = office.line_to(sitter, at)
    about = about or (to.thread if to is not None else None)
    if about is None:
        return
    if to is None:
        _note(sitter, office.why_not(sitter), about, key, at)
    elif is_opted_out(about.organization_id, to.e164):
        _note(sitter, "opted_out", about, key, at)
    elif permission.automatic_refusal(to, at) is not None:
        _note(sitter, "revocation_open", about, key, at)
    else:
        said = sentence if names_clients else _with_the_client(sitter, sentence, about)
        _send(sitter, said, to, about, key, at, obeys_quiet_hours)


def rejected(reason: str, thread: Thread, at: datetime) -> str:
    """What a sitter is told of a rejection: the owner's reason, unless there is something in it that sitters may not read."""
    sentence = REJECTED_BECAUSE.format(reason=reason)
    return sentence if _is_clean(sentence, thread, at) else REJECTED


def first_name(client: Client | None) -> str:
    """What a sitter is told a client is called; "a client" when there is no name, or one that sitters may not read."""
    words = client.name.split() if client is not None else []
    if client is None or not words:
        return "a client"
    return words[0] if Reader(client.organization_id).text(words[0]) == words[0] else "a client"


def _send(
    sitter: Sitter,
    sentence: str,
    to: Participant,
    about: Thread,
    key: str,
    at: datetime,
    obeys_quiet_hours: bool,
) -> None:
    verdict = screen(sentence, _context(about, at))
    if verdict.is_held:
        _note(sitter, "not_screened", about, key, at)
        return
    message = Message.objects.create(
        organization_id=about.organization_id,
        thread=to.thread,
        position=timeline.next_position(to.thread, at).position,
        author_kind=AuthorKind.SYSTEM,
        participant=to,
        state=MessageState.ACCEPTED,
        audience=Audience.OWNER,
        body=sentence,
        origin_key=key,
        created_at=at,
    )
    outbox.enqueue(
        message,
        cleared_for_sitters(sentence, thread=about, author_kind=AuthorKind.SYSTEM),
        to=to,
        permit=Permit(
            authority=Authority.RULE, priority=Priority.SYSTEM, obeys_quiet_hours=obeys_quiet_hours
        ),
        at=at,
    )


def _note(sitter: Sitter, why: str, about: Thread, key: str, at: datetime) -> None:
    """Say in the conversation that nobody told them; who has no phone and signs in reads it there."""
    if why == "no_phone" and sitter.user_id is not None:
        return
    Message.objects.create(
        organization_id=about.organization_id,
        thread=about,
        position=timeline.next_position(about, at).position,
        author_kind=AuthorKind.SYSTEM,
        state=MessageState.ACCEPTED,
        audience=Audience.OWNER,
        is_note=True,
        body=_untold[why].format(name=sitter.name),
        origin_key=key,
        created_at=at,
    )


def _with_the_client(sitter: Sitter, sentence: str, about: Thread) -> str:
    """Which client it is about, for a sitter who has lines into several conversations; without a name that must not be read."""
    if about.kind == ThreadKind.STAFF or about.client is None or not about.client.name.split():
        return sentence
    lines = Participant.objects.filter(
        sitter=sitter, role=Role.SITTER, left_at__isnull=True, thread__kind=ThreadKind.CARE
    )
    if not lines.exclude(thread=about).exists():
        return sentence
    named = f"About {about.client.name.split()[0]}: {sentence}"
    return named if _is_clean(named, about, about.created_at) else sentence


def _is_clean(sentence: str, thread: Thread, at: datetime) -> bool:
    return not screen(sentence, _context(thread, at)).findings


def _context(thread: Thread, at: datetime) -> Context:
    return Context(
        organization=Organization.objects.get(pk=thread.organization_id),
        thread=thread,
        author_kind=AuthorKind.SYSTEM,
        at=at,
    )
