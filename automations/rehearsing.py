"""What an automation would do in a situation: conditions asked, texts written, obstacles named. Reads only; nothing is sent or stored."""

from __future__ import annotations

from dataclasses import dataclass

from automations import conditions, performing, templates
from automations.actions import Spec
from automations.content import Content
from automations.models import Limits
from automations.situations import Situation
from messaging.consent.standing import is_opted_out
from messaging.models import Participant
from messaging.models.messages import AuthorKind
from messaging.models.numbers import NumberState
from messaging.models.threads import Role, ThreadKind, ThreadState
from messaging.outbound import quiet
from messaging.outbound.segments import Measure, measure
from policy.screen import Context, screen


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
        return Act(kind=spec.kind, sentence=spec.sentence, problem="Nothing is left of this text here.")
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
    until = performing.wait_until(spec, situation, situation.at).astimezone(situation.organization.zone)
    return f"{spec.sentence} (here until {until:%a %-I:%M %p})"


def _obstacles(spec: Spec, content: Content, situation: Situation, text: str) -> list[str]:
    if not spec.action.is_text:
        return []
    thread = situation.thread
    if thread is None:
        return ["There is no conversation."]
    if spec.kind == "text_client":
        to = situation.party
        if thread.kind == ThreadKind.STAFF or to is None:
            return ["There is no client in this conversation."]
        return [*_of_client(to, situation), *_of_time(content, situation), *_of_words(text, situation)]
    if situation.sitter is None:
        return ["No sitter looks after this conversation."]
    if not situation.sitter.phone:
        return [f"{situation.sitter.name} has no phone here and works in the app."]
    return [*_of_time(content, situation), *_of_words(text, situation)]


def _of_client(to: Participant, situation: Situation) -> list[str]:
    found = []
    if situation.thread is not None and situation.thread.state == ThreadState.CLOSED:
        found.append("The conversation is closed.")
    if to.number.state != NumberState.ACTIVE:
        found.append("The business number is out of use.")
    if to.is_blocked:
        found.append("This phone is blocked.")
    if is_opted_out(situation.organization.pk, to.e164):
        found.append("They said STOP.")
    if to.role == Role.UNKNOWN:
        found.append("Nobody knows yet who they are; they would be texted all the same.")
    return found


def _of_time(content: Content, situation: Situation) -> list[str]:
    if content.is_urgent or situation.party is None or situation.thread is None:
        return []
    organization = situation.organization
    zone = quiet.zone_of_phone(situation.party.e164, situation.client, organization)
    until = quiet.end_of_quiet(
        situation.at.astimezone(zone), organization.quiet_from, organization.quiet_until
    )
    return [] if until is None else [f"It would wait until {until:%a %-I:%M %p} for the quiet hours to end."]


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
        f"At most {limits.texts_per_client_and_day} automation texts to a client a day, "
        f"{limits.texts_per_hour} in an hour altogether."
    )
