"""Testing a draft: it is played on a conversation of the business, everything is shown, nothing is sent; its digest is then tested."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from audit import events
from audit.record import Actor, current, recording
from automations import matching, rehearsing
from automations.content import Content
from automations.errors import NoDraft, NothingToTestOn, TestFailed
from automations.models import Automation, AutomationVersion, ExternalEvent, VersionState
from automations.rehearsing import Rehearsal
from automations.situations import Situation
from automations.verbs import draft_of
from messaging.models import AssignmentWindow, Delivery, Message, MessageNumber, Thread
from messaging.models.deliveries import DeliveryState
from messaging.models.messages import AuthorKind, MessageState
from snoutos.accounts.models import Organization, User

__test__ = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What to test on: a conversation, a made-up text for what a client would write, a made-up event. All may be left out."""

    thread: Thread | None = None
    text: str = ""
    event_data: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Tested:
    """What a test showed, and the version that counts as tested now."""

    version: AutomationVersion
    rehearsal: Rehearsal


def test(automation: Automation, *, scene: Scene, by: User, at: datetime) -> Tested:
    """Play the draft and mark exactly its content as tested. Sends nothing.

    Raises NoDraft, NothingToTestOn, or TestFailed when a text of it cannot be written there.
    """
    draft = draft_of(automation)
    if draft is None:
        raise NoDraft
    digest = draft.digest
    rehearsal = preview(matching.content_of(draft), organization=automation.organization, scene=scene, at=at)
    if rehearsal.problems:
        raise TestFailed(rehearsal.problems[0])
    with transaction.atomic(), recording(actor=Actor.user(by.pk), at=at):
        Automation.objects.select_for_update(no_key=True).get(pk=automation.pk)
        fresh = draft_of(automation)
        if fresh is None or fresh.digest != digest:
            raise NoDraft("It was changed while it was tested. Test it again.")
        fresh.state, fresh.tested_digest = VersionState.TESTED, digest
        fresh.tested_at, fresh.tested_by = at, by
        fresh.save(update_fields=["state", "tested_digest", "tested_at", "tested_by"])
        current().record(
            events.automation_tested(
                organization_id=fresh.organization_id, automation_id=automation.pk, version=fresh.number
            )
        )
    return Tested(fresh, rehearsal)


def preview(content: Content, *, organization: Organization, scene: Scene, at: datetime) -> Rehearsal:
    """Play `content` on a scene without keeping anything. Raises NothingToTestOn."""
    return rehearsing.rehearse(content, stage(content, organization=organization, scene=scene, at=at))


def stage(content: Content, *, organization: Organization, scene: Scene, at: datetime) -> Situation:
    """The situation that a scene stands for: the newest fitting rows of the conversation, with what was made up in their place.

    Raises NothingToTestOn when the trigger needs a conversation or a visit and there is none.
    """
    spec, thread = content.trigger, scene.thread
    if thread is not None and thread.organization_id != organization.pk:
        raise NothingToTestOn
    if thread is None and spec.thread == "always":
        raise NothingToTestOn
    return Situation(
        organization=organization,
        at=at,
        thread=thread,
        message=_message(spec.groups, thread, scene, at),
        window=_window(spec.groups, thread, at),
        delivery=_delivery(spec.groups, thread),
        number_id=_number(spec.kind, organization),
        event=_event(spec.kind, str(spec.values.get("name", "")), organization, scene, at),
    )


def _message(groups: frozenset[str], thread: Thread | None, scene: Scene, at: datetime) -> Message | None:
    if "message" not in groups or thread is None:
        return None
    found: Message | None = (
        Message.objects.filter(thread=thread, author_kind=AuthorKind.CLIENT).order_by("-position").first()
    )
    if not scene.text and found is not None:
        return found
    # Made up, never stored.
    return Message(
        organization_id=thread.organization_id,
        thread=thread,
        position=thread.last_position + 1,
        author_kind=AuthorKind.CLIENT,
        state=MessageState.RECEIVED,
        body=scene.text or "Hello",
        created_at=at,
    )


def _window(groups: frozenset[str], thread: Thread | None, at: datetime) -> AssignmentWindow | None:
    """The conversation's visit that runs or comes next, else its last."""
    if "visit" not in groups or thread is None:
        return None
    windows = AssignmentWindow.objects.select_related("sitter").filter(
        thread=thread, canceled_at__isnull=True
    )
    found: AssignmentWindow | None = (
        windows.filter(ends_at__gt=at).order_by("starts_at").first() or windows.order_by("-ends_at").first()
    )
    if found is None:
        raise NothingToTestOn(
            "This conversation has no visit to test on. Choose one that has, or assign a sitter."
        )
    return found


def _delivery(groups: frozenset[str], thread: Thread | None) -> Delivery | None:
    if "delivery" not in groups or thread is None:
        return None
    deliveries = Delivery.objects.filter(thread=thread).order_by("-pk")
    found: Delivery | None = (
        deliveries.filter(state__in=[DeliveryState.FAILED, DeliveryState.UNDELIVERED]).first()
        or deliveries.first()
    )
    return found


def _number(kind: str, organization: Organization) -> int | None:
    if kind != "number.health_changed":
        return None
    return MessageNumber.objects.of(organization).values_list("pk", flat=True).first()


def _event(
    kind: str, name: str, organization: Organization, scene: Scene, at: datetime
) -> ExternalEvent | None:
    """The made-up event, else the newest that was reported by that name."""
    if kind != "event":
        return None
    if scene.event_data is None:
        named = ExternalEvent.objects.of(organization)
        named = named.filter(name__startswith=name[:-1]) if name.endswith(".*") else named.filter(name=name)
        found: ExternalEvent | None = named.order_by("-pk").first()
        if found is not None:
            return found
    made_up = name.replace(".*", ".something")
    return ExternalEvent(
        organization=organization,
        name=made_up,
        data=scene.event_data or {},
        thread=scene.thread,
        created_at=at,
    )


def fitting_threads(content: Content, organization: Organization, at: datetime) -> list[Thread]:
    """Conversations to offer for a test, newest first: with a visit where the trigger is about one."""
    threads = Thread.objects.of(organization).select_related("client")
    if "visit" in content.trigger.groups:
        near = AssignmentWindow.objects.of(organization).filter(
            canceled_at__isnull=True, ends_at__gt=at - timedelta(days=30)
        )
        threads = threads.filter(pk__in=near.values("thread"))
    return list(threads.order_by("-last_message_at", "-pk")[:20])
