"""Texts to the phone for alerts: through the outbox like every text, in that phone's own conversation with the office."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Case, Exists, IntegerField, OuterRef, Value, When

from audit.record import current
from messaging import events, locks, timeline
from messaging.errors import NoNumber
from messaging.models import Message, MessageNumber, Participant, Thread
from messaging.models.deliveries import Authority, Priority
from messaging.models.messages import Audience, AuthorKind, MessageState
from messaging.models.numbers import LineState, NumberRole, NumberState
from messaging.models.threads import Role, ThreadKind, ThreadState
from messaging.outbound.queue import outbox, permission
from messaging.outbound.queue.outbox import Permit
from messaging.people import office, participants
from messaging.people.participants import MEMBER
from policy.screen import cleared_as_ours
from snoutos.accounts.models import Organization


def tell(
    organization: Organization,
    e164: str,
    sentence: str,
    *,
    key: str,
    at: datetime,
    authority: Authority = Authority.RULE,
) -> Message:
    """Text `sentence` to `e164`, once for `key`. Inside a recording transaction. Quiet hours do not hold it.

    Over the front desk; over another number of the business while the front desk rests or its account cannot send. Raises NoNumber when
    nothing can send now, or the MessagingError that forbids the text (a STOP, a text that may ask for none, a block).
    """
    locks.phone(organization.pk, e164)
    earlier: Message | None = Message.objects.of(organization).filter(origin_key=key).first()
    if earlier is not None:
        return earlier
    to = _participant(organization, e164, at)
    thread = locks.thread(to.thread_id)
    if thread.state == ThreadState.CLOSED:
        thread.state = ThreadState.OPEN
        thread.save(update_fields=["state"])
        current().record(events.thread_reopened(organization_id=organization.pk, thread_id=thread.pk))
    permission.require(thread, to)
    permission.require_automatic(to, at)
    return _say(organization, thread, to, sentence, key=key, at=at, authority=authority)


def answer(to: Participant, sentence: str, *, key: str, at: datetime) -> Message:
    """Text `sentence` to who wrote a moment ago, in the same conversation, whose thread the caller holds. Inside a recording transaction.

    Raises the MessagingError that forbids it.
    """
    permission.require(to.thread, to)
    permission.require_automatic(to, at)
    organization = to.thread.organization
    return _say(organization, to.thread, to, sentence, key=key, at=at, authority=Authority.RULE)


def number_for(organization_id: int, e164: str) -> MessageNumber | None:
    """The number that can text `e164` now: the front desk first. Never one over which this phone writes to a client."""
    with_a_client = Participant.objects.filter(
        number=OuterRef("pk"), e164=e164, left_at__isnull=True
    ).exclude(thread__kind=ThreadKind.STAFF)
    # Whoever wrote from this phone before alerts went to it is no client: the conversation becomes theirs.
    with_a_client = with_a_client.exclude(role=Role.UNKNOWN)
    rank = Case(
        When(role=NumberRole.FRONT_DESK, then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    found: MessageNumber | None = (
        MessageNumber.objects.select_related("account")
        .of(organization_id)
        .filter(state=NumberState.ACTIVE, account__line_state=LineState.OPEN)
        .filter(~Exists(with_a_client))
        .order_by(rank, "pk")
        .first()
    )
    return found


def _participant(organization: Organization, e164: str, at: datetime) -> Participant:
    number = number_for(organization.pk, e164)
    if number is None:
        raise NoNumber
    party = participants.of_the_office(organization.pk, e164) or MEMBER
    found = participants.find_open(number, e164)
    if found is None:
        return participants.open_thread(number, e164, party, at)
    if found.role == Role.UNKNOWN:
        office.recognise(found, party)
    return found


def _say(
    organization: Organization,
    thread: Thread,
    to: Participant,
    sentence: str,
    *,
    key: str,
    at: datetime,
    authority: Authority,
) -> Message:
    place = timeline.next_position(thread, at)
    message: Message = Message.objects.create(
        organization=organization,
        thread=thread,
        position=place.position,
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
        cleared_as_ours(sentence),
        to=to,
        permit=Permit(authority=authority, priority=Priority.PERSON),
        at=at,
    )
    return message
