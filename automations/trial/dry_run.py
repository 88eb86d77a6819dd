"""What an automation would do in a situation, and the test of a draft by it. Nothing is sent; stored is only that it was tested."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from audit.record import Actor, current, recording
from automations import events
from automations.content import Content, conditions, templates
from automations.content.actions import Spec
from automations.engine import match, steps
from automations.engine.context import Situation
from automations.errors import NoDraft, NothingToTestOn, TestFailed
from automations.lifecycle import draft_of
from automations.models import Automation, AutomationVersion, ExternalEvent, Limits, VersionState
from messaging.consent.standing import is_opted_out
from messaging.models import AssignmentWindow, Delivery, Message, MessageNumber, Participant, Thread
from messaging.models.deliveries import DeliveryState
from messaging.models.messages import AuthorKind, MessageState
from messaging.models.numbers import NumberState
from messaging.models.threads import Role, ThreadKind, ThreadState
from messaging.numbers import registration
from messaging.outbound.queue import machines, permission, quiet_hours
from messaging.outbound.queue.segments import Measure, measure
from policy.screen import Context, screen
from snoutos.accounts.models import Organization, User
from snoutos.core import timefmt


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition in words, and whether it is met here."""

    sentence: str
    is_met: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One action as it would go.

    `text` is what somebody would read, `problem` why it cannot be written, `obstacles` what would stop it or make it wait.
    """

    kind: str
    sentence: str
    text: str = ""
    problem: str = ""
    obstacles: tuple[str, ...] = ()
    size: Measure | None = None


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What would happen. With conditions that are not met nothing would, and the acts say what would otherwise."""

    is_met: bool
    conditions: tuple[Condition, ...]
    acts: tuple[Act, ...]

    @property
    def problems(self) -> tuple[str, ...]:
        """Texts that cannot be written, in words; while there are any, it does not count as tested."""
        return tuple(act.problem for act in self.acts if act.problem)


def rehearse(content: Content, situation: Situation) -> Rehearsal:
    """Play `content` in `situation`. Writes nothing."""
    outcome = conditions.evaluate(content.conditions, situation.facts)
    asked = tuple(
        Condition(conditions.leaf_sentence(leaf), result.met)
        for leaf, result in zip(content.conditions.leaves(), outcome.results, strict=True)
    )
    return Rehearsal(outcome.met, asked, tuple(_act(spec, content, situation) for spec in content.actions))


def text_of(spec: Spec, situation: Situation) -> str:
    """What an action's text would be, empty for one without. Raises TemplateError."""
    if "body" not in spec.values:
        return ""
    for_sitter = spec.kind == "text_sitter"
    return templates.render(spec.text("body"), situation.variables(for_sitter=for_sitter)).strip()


def _act(spec: Spec, content: Content, situation: Situation) -> Act:
    try:
        text = text_of(spec, situation)
    except templates.TemplateError as error:
        return Act(kind=spec.kind, sentence=spec.sentence, problem=str(error))
    if "body" in spec.values and not text:
        return Act(kind=spec.kind, sentence=spec.sentence, problem="This text would be empty here.")
    return Act(
        kind=spec.kind,
        sentence=_sentence(spec, situation),
        text=text or (spec.text("say") if spec.kind == "notify_owner" else ""),
        obstacles=tuple(_obstacles(spec, content, situation, text)),
        size=measure(text) if spec.action.is_text else None,
    )


def _sentence(spec: Spec, situation: Situation) -> str:
    if spec.kind != "wait":
        return spec.sentence
    ends = steps.wait_until(spec, situation, situation.at)
    until = timefmt.until(ends, situation.organization.zone, situation.at)
    return f"{spec.sentence} (here until {until})"


def _obstacles(spec: Spec, content: Content, situation: Situation, text: str) -> list[str]:
    if not spec.action.is_text:
        return []
    thread = situation.thread
    if thread is None:
        return ["There's no conversation."]
    if spec.kind == "text_client":
        to = situation.party
        if thread.kind == ThreadKind.STAFF or to is None:
            return ["There's no client in this conversation."]
        return [*_of_client(spec, to, situation), *_of_time(content, situation), *_of_words(text, situation)]
    if situation.sitter is None:
        return ["No sitter is on duty here."]
    if not situation.sitter.phone:
        return [f"{situation.sitter.name} has no phone on their card and uses the sitter page."]
    return [*_of_time(content, situation), *_of_words(text, situation)]


def _of_client(spec: Spec, to: Participant, situation: Situation) -> list[str]:
    found = []
    if situation.answers_a_machine:
        found.append("The text is an auto-reply, such as “I'm driving …”: automations don't answer those.")
    if situation.thread is not None and situation.thread.state == ThreadState.CLOSED:
        found.append("The conversation is closed.")
    if to.number.state != NumberState.ACTIVE:
        found.append("The business number is paused or released.")
    elif registration.bars(to.number.brand_state, to.number.campaign_state):
        found.append("US carriers block the business number: it isn't registered with them.")
    if machines.is_one(situation.organization.pk, to.e164):
        found.append("The other end is a short code, a name or one of your own numbers.")
    if to.is_blocked:
        found.append("This phone is blocked.")
    if is_opted_out(situation.organization.pk, to.e164):
        found.append("They texted STOP.")
    refusal = permission.automatic_refusal(to, situation.at, spec.text("purpose"))
    if refusal is not None:
        found.append(refusal.sentence)
    if to.role == Role.UNKNOWN:
        found.append("Unknown sender. They'd be texted anyway.")
    return found


def _of_time(content: Content, situation: Situation) -> list[str]:
    if content.is_urgent or situation.party is None or situation.thread is None:
        return []
    organization = situation.organization
    zone = quiet_hours.zone_of_phone(situation.party.e164, situation.client, organization)
    until = quiet_hours.end_of_quiet(
        situation.at.astimezone(zone), organization.quiet_from, organization.quiet_until
    )
    if until is None:
        return []
    return [f"It would wait until {timefmt.until(until, zone, situation.at)} for quiet hours to end."]


def _of_words(text: str, situation: Situation) -> list[str]:
    assert situation.thread is not None  # noqa: S101  (the caller asked)
    verdict = screen(
        text,
        Context(
            organization=situation.organization,
            thread=situation.thread,
            author_kind=AuthorKind.AUTOMATION,
            at=situation.at,
        ),
    )
    return ["Screening would hold it: " + ", ".join(verdict.kinds) + "."] if verdict.is_held else []


def limits_sentence(limits: Limits) -> str:
    """The limits in words."""
    return (
        f"At most {limits.texts_per_client_and_day} automation texts per client per day, "
        f"{limits.texts_per_hour} per hour altogether."
    )


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
    rehearsal = preview(match.content_of(draft), organization=automation.organization, scene=scene, at=at)
    if rehearsal.problems:
        raise TestFailed(rehearsal.problems[0])
    with transaction.atomic(), recording(actor=Actor.user(by.pk), at=at):
        Automation.objects.select_for_update(no_key=True).get(pk=automation.pk)
        fresh = draft_of(automation)
        if fresh is None or fresh.digest != digest:
            raise NoDraft("It was changed during the test. Test it again.")
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
    return rehearse(content, stage(content, organization=organization, scene=scene, at=at))


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
        Message.objects.texts()
        .filter(thread=thread, author_kind=AuthorKind.CLIENT)
        .order_by("-position")
        .first()
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
            "This conversation has no visit to test on. Choose one that does, or assign a sitter."
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
