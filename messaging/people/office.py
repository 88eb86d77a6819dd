"""The office's own conversation with a sitter: what the office says to them comes from there, and so an answer reaches the office.

Never over a line that a client is at the other end of: a phone answers where it was texted, also with a reaction.
"""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from audit.record import current
from messaging import events
from messaging.models import AssignmentWindow, MessageNumber, Participant, Sitter, Thread
from messaging.models.numbers import NumberRole, NumberState
from messaging.models.threads import Role, ThreadKind, ThreadState
from messaging.people import participants
from messaging.people.participants import Identity
from messaging.timeline import notify_pages


def line_to(sitter: Sitter, at: datetime) -> Participant | None:
    """The sitter's phone in the office's conversation with them, over a front desk number; opened when there is none yet.

    None without a phone or an active front desk number, or while the phone is a client's there. What it wrote as an unknown sender becomes
    the office's conversation with the sitter, and a closed one is opened again. Takes no lock of the phone, because the caller may hold a
    client's thread: the unique key of the pair decides between two who open it at once.
    """
    if not sitter.phone:
        return None
    found = _open_line(sitter) or _first_line(sitter, at)
    if found is not None and found.thread.state == ThreadState.CLOSED:
        _reopen(found.thread)
    return found


def why_not(sitter: Sitter) -> str:
    """Why `line_to` finds no line: `no_phone`, `no_number`, or `is_client`."""
    if not sitter.phone:
        return "no_phone"
    front_desks = MessageNumber.objects.of(sitter.organization_id).filter(role=NumberRole.FRONT_DESK)
    return "is_client" if front_desks.filter(state=NumberState.ACTIVE).exists() else "no_number"


def _open_line(sitter: Sitter) -> Participant | None:
    found: Participant | None = (
        Participant.objects.select_related("number", "thread")
        .filter(sitter=sitter, e164=sitter.phone, role=Role.SITTER, left_at__isnull=True)
        .filter(thread__kind=ThreadKind.STAFF, number__state=NumberState.ACTIVE)
        .order_by("pk")
        .first()
    )
    return found


def _first_line(sitter: Sitter, at: datetime) -> Participant | None:
    """A new conversation over the first front desk number on which the phone has none."""
    front_desks = MessageNumber.objects.select_related("account").of(sitter.organization_id)
    party = Identity(role=Role.SITTER, kind=ThreadKind.STAFF, sitter=sitter)
    for number in front_desks.filter(role=NumberRole.FRONT_DESK, state=NumberState.ACTIVE).order_by("pk"):
        known = participants.find_open(number, sitter.phone)
        if known is not None and known.role in (Role.UNKNOWN, Role.MEMBER) and recognise(known, party):
            return known
        if known is not None:
            continue
        try:
            with transaction.atomic():
                return participants.open_thread(number, sitter.phone, party, at)
        except IntegrityError as error:
            if "participant_one_thread_per_number_and_phone" not in str(error):
                raise
            return _open_line(sitter)
    return None


def recognise(unknown: Participant, party: Identity) -> bool:
    """The unknown sender turned out to work here, or who does is called otherwise now: the participant stays the same row, as with a client
    who is linked.

    False, and nothing changes, where it is somebody else's affair: someone linked it a moment ago, a sitter takes part, or a visit is
    planned there.
    """
    thread = Thread.objects.filter(pk=unknown.thread_id)
    lines = Participant.objects.filter(thread=unknown.thread_id, left_at__isnull=True).exclude(pk=unknown.pk)
    visits = AssignmentWindow.objects.filter(thread=unknown.thread_id, canceled_at__isnull=True)
    if lines.exists() or visits.exists():
        return False
    still = Participant.objects.filter(pk=unknown.pk, role=unknown.role, left_at__isnull=True)
    if not still.update(role=party.role, sitter=party.sitter, member=party.member):
        return False
    thread.update(kind=ThreadKind.STAFF)
    unknown.role, unknown.thread.kind = party.role, ThreadKind.STAFF
    unknown.sitter, unknown.member = party.sitter, party.member
    current().record(
        events.thread_sender_recognised(
            organization_id=unknown.organization_id,
            thread_id=unknown.thread_id,
            participant_id=unknown.pk,
            role=party.role,
        )
    )
    notify_pages(unknown.thread)
    return True


def _reopen(thread: Thread) -> None:
    """As the next text from outside would."""
    opened = Thread.objects.filter(pk=thread.pk, state=ThreadState.CLOSED).update(state=ThreadState.OPEN)
    thread.state = ThreadState.OPEN
    if opened:
        current().record(events.thread_reopened(organization_id=thread.organization_id, thread_id=thread.pk))
