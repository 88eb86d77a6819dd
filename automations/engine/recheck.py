"""Whether what set an automation off still holds when it comes to it: visits move, texts are answered.

A text plants the moment to look again when it comes in; whether nobody answered is asked when that is due."""

from __future__ import annotations

from datetime import datetime, timedelta

from audit.record import current
from audit.types import NewOccurrence
from automations.content.triggers import Spec
from automations.engine.matcher import OccurrenceFacts
from automations.models import Step
from messaging.bookings import Booking
from messaging.models import AssignmentWindow, Message
from messaging.models.messages import Audience, AuthorKind, MessageState

# A text that follows an automation's own within two minutes counts as brought about by it: machines answer that fast, and so two of them
# that answer each other stop.
FOLLOWS = timedelta(minutes=2)
PLANTED, PLANTED_BY = "message.unanswered", "message.received"
_REPLIES = {
    "anyone": (AuthorKind.OWNER, AuthorKind.SITTER),
    "owner": (AuthorKind.OWNER,),
    "sitter": (AuthorKind.SITTER,),
}


def is_planted_by(spec: Spec, happening: OccurrenceFacts) -> bool:
    """Whether `happening` is a text that a trigger of this kind waits to see answered."""
    return (
        spec.kind == PLANTED
        and happening.kind == PLANTED_BY
        and happening.payload.get("author_kind") == spec.values["waiting"]
    )


def plant(happening: OccurrenceFacts, spec: Spec, *, organization_id: int, automation_id: int) -> None:
    """Write down when to look again, unless an earlier text of the same wait stands already. Inside a recording transaction."""
    message = message_of(happening)
    if message is None or not is_waiting(message, spec):
        return
    minutes = spec.number("minutes")
    current().occur(
        NewOccurrence(
            organization_id=organization_id,
            kind=PLANTED,
            key=f"message:{message.pk}:unanswered:{automation_id}:{minutes}",
            payload={"message_id": message.pk, "automation_id": automation_id},
            due_at=due_at(message, minutes),
            thread_id=message.thread_id,
            depth=happening.depth,
        )
    )


def due_at(message: Message, minutes: float) -> datetime:
    """When a text has waited so long: counted from when it was written, but not before we had it."""
    return max((message.written_at or message.created_at) + timedelta(minutes=minutes), message.created_at)


def is_waiting(message: Message, spec: Spec) -> bool:
    """Whether `message` begins a wait: its sender had not written since the last answer.

    What a sitter says to the client waits for nobody; what they say to the office does. What a phone says by itself waits for nobody.
    """
    if message.is_auto_reply:
        return False
    if spec.values["waiting"] == "sitter" and message.audience != Audience.OWNER:
        return False
    before = Message.objects.texts().filter(
        thread_id=message.thread_id, position__lt=message.position, is_note=False, is_auto_reply=False
    )
    newest = _newest(before, (*_answers(spec), str(spec.values["waiting"])))
    return newest is None or newest.author_kind != spec.values["waiting"]


def is_answered(message: Message, spec: Spec, *, before: datetime | None = None) -> bool:
    """Whether one of those whose answer counts has written since (and before), in words that left or were to leave."""
    since = Message.objects.texts().filter(
        thread_id=message.thread_id,
        position__gt=message.position,
        author_kind__in=_answers(spec),
        is_note=False,
        is_auto_reply=False,
    )
    if before is not None:
        since = since.filter(created_at__lt=before)
    return bool(since.exclude(state__in=[MessageState.REJECTED, MessageState.CANCELED]).exists())


def depth_of(happening: OccurrenceFacts) -> int:
    """How many automations led to a text that came in: one more than the automation's that it follows within two minutes."""
    message = message_of(happening) if happening.kind == "message.received" else None
    if message is None:
        return 0
    step: Step | None = (
        Step.objects.select_related("execution", "message")
        .filter(
            message__thread_id=message.thread_id,
            message__position__lt=message.position,
            sent_at__gte=message.created_at - FOLLOWS,
        )
        .order_by("-message__position")
        .first()
    )
    if step is None or step.message is None:
        return 0
    spoke = Message.objects.texts().filter(
        thread_id=message.thread_id,
        position__gt=step.message.position,
        position__lt=message.position,
        author_kind__in=[AuthorKind.OWNER, AuthorKind.SITTER],
    )
    return 0 if spoke.exists() else step.execution.depth + 1


def message_of(happening: OccurrenceFacts) -> Message | None:
    """The text that a happening is about, if it is there."""
    pk = happening.id("message_id")
    found: Message | None = Message.objects.filter(pk=pk).first() if pk is not None else None
    return found


def _answers(spec: Spec) -> tuple[str, ...]:
    """Whose text is an answer. A sitter who waits for the office is answered by the office."""
    if spec.values["waiting"] == "sitter":
        return (AuthorKind.OWNER,)
    return _REPLIES[str(spec.values["reply_by"])]


def _newest(among: object, kinds: tuple[str, ...]) -> Message | None:
    found: Message | None = among.filter(author_kind__in=kinds).order_by("-position").first()  # type: ignore[attr-defined]
    return found


_SIDES = {
    "window.starting": ("starts_at", -1),
    "window.started": ("starts_at", 1),
    "window.ending": ("ends_at", -1),
    "window.ended": ("ends_at", 1),
}


def holds(happening: OccurrenceFacts, spec: Spec) -> bool:
    """Whether `happening` is still so: the visit is where it was planned, the text is unanswered. True for what cannot change."""
    if happening.kind in _SIDES:
        return _is_as_planned(happening)
    if happening.kind == "schedule" and happening.id("window_id") is not None:
        return _visit_stands(happening)
    if happening.kind == "message.unanswered":
        message = message_of(happening)
        return message is not None and not is_answered(message, spec)
    return True


def moment_of(booking: Booking, kind: str, minutes: int) -> datetime:
    """When a trigger of `kind` with so many minutes is due for a visit."""
    side, sign = _SIDES[kind]
    moment: datetime = getattr(booking, side) + sign * timedelta(minutes=minutes)
    return moment


def side_of(kind: str) -> tuple[str, int]:
    """The column that `kind` counts from, and whether minutes go back (-1) or on (1)."""
    return _SIDES[kind]


def _is_as_planned(happening: OccurrenceFacts) -> bool:
    window, minutes = _window(happening), happening.id("minutes")
    if window is None or minutes is None:
        return False
    return moment_of(window.visit or window, happening.kind, minutes) == happening.due_at


def _visit_stands(happening: OccurrenceFacts) -> bool:
    return _window(happening) is not None


def _window(happening: OccurrenceFacts) -> AssignmentWindow | None:
    pk = happening.id("window_id")
    if pk is None:
        return None
    found: AssignmentWindow | None = (
        AssignmentWindow.objects.select_related("visit").filter(pk=pk, canceled_at__isnull=True).first()
    )
    return found
