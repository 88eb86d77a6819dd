"""The views of the inbox: which conversations each shows, how many, and what it says when there are none."""

from __future__ import annotations

from collections import Counter

from django.db.models import Exists, OuterRef, Q, QuerySet, Value

from messaging.models import Message, Participant, Thread
from messaging.models.messages import AuthorKind, MessageState
from messaging.models.threads import Role, ThreadKind, ThreadState
from messaging.people import triage
from snoutos.desk import attention, revocations
from snoutos.desk.request import DeskRequest

SHOWS: dict[str, str] = {
    "": "Open",
    "mine": "Mine",
    "unassigned": "Unassigned",
    "unread": "Unread",
    "waiting": "Waiting for you",
    "unknown": "Unknown senders",
    "staff": "Team",
    "snoozed": "Snoozed",
    "closed": "Closed",
    "all": "All",
}
EMPTY: dict[str, tuple[str, str]] = {
    "": ("No conversations yet", "When someone texts one of your numbers, it shows here."),
    "mine": ("Nothing is yours", "Take a conversation with “I'll take it”, or give it to someone."),
    "unassigned": ("Nothing is unassigned", "Someone in your office sees to every open conversation."),
    "unread": ("All read", "You've seen every text that came to you."),
    "waiting": ("You're all caught up", "Every client has an answer and there's nothing to review."),
    "unknown": ("No unknown senders", "Everyone who texted is a client or a sitter."),
    "staff": ("No texts from your team", "When a sitter or a member texts you, it shows here."),
    "snoozed": ("Nothing is snoozed", "A snoozed conversation comes back at its time, or when they write."),
    "closed": ("No closed conversations", "A closed conversation reopens with its next text."),
    "all": ("No conversations yet", "When someone texts one of your numbers, it shows here."),
}


def among(threads: QuerySet[Thread], show: str, desk: DeskRequest) -> QuerySet[Thread]:
    """Those of `threads` that the view `show` has."""
    if show == "all":
        return threads
    if show == "closed":
        return threads.filter(state=ThreadState.CLOSED)
    threads = threads.filter(state=ThreadState.OPEN)
    if show == "unread":
        return attention.unread(threads, desk.user)
    if show == "snoozed":
        return threads.filter(triage.snoozed(desk.at))
    threads = threads.exclude(triage.snoozed(desk.at))
    if show == "mine":
        return threads.filter(assignee=desk.user)
    if show == "unassigned":
        return threads.exclude(triage.is_given())
    if show == "waiting":
        waits = _unanswered() | Q(held()) | Q(revocations.in_thread()) | triage.back(desk.at)
        return threads.filter(waits)
    if show == "unknown":
        strangers = Participant.objects.filter(thread=OuterRef("pk"), left_at__isnull=True, role=Role.UNKNOWN)
        return threads.filter(Exists(strangers))
    if show == ThreadKind.STAFF:
        return threads.filter(kind=show)
    return threads


def _unanswered() -> Q:
    """The owner was told of a text and nobody has written since."""
    answers = Message.objects.filter(
        thread=OuterRef("pk"),
        position__gt=OuterRef("owner_position"),
        state=MessageState.ACCEPTED,
        is_note=False,
        author_kind__in=[AuthorKind.OWNER, AuthorKind.SITTER],
        reacts_to__isnull=True,
    )
    return Q(owner_position__gt=0) & ~Q(Exists(answers))


def held() -> Exists:
    """Whether a text of a conversation waits for review."""
    # The organization lets the planner use the index of the review queue.
    return Exists(
        Message.objects.filter(
            organization=OuterRef("organization"), thread=OuterRef("pk"), state=MessageState.HELD
        )
    )


COUNTED = ("mine", "unassigned", "unknown", "snoozed")
MOST_COUNTED = 99


def counts(desk: DeskRequest) -> dict[str, str]:
    """How many conversations each of `COUNTED` shows; "99+" for more. None is left out. One query."""
    every = Thread.objects.of(desk.organization).filter(last_message_at__isnull=False)
    shown = [
        among(every, show, desk)
        .annotate(shows=Value(show))
        .order_by()
        .values_list("shows")[: MOST_COUNTED + 1]
        for show in COUNTED
    ]
    found = Counter(show for (show,) in shown[0].union(*shown[1:], all=True))
    return {show: f"{MOST_COUNTED}+" if n > MOST_COUNTED else str(n) for show, n in found.items()}
