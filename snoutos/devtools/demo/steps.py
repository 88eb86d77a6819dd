"""The steps of the flow. Each one's docstring is what the demo prints before it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TextIO

from django.utils import timezone

from audit import sentences
from audit.models import Alert, AuditEvent
from automations.gallery import GALLERY
from automations.models import Automation, Execution
from messaging.assignments import overrides
from messaging.models import (
    AssignmentWindow,
    Delivery,
    Message,
    Participant,
    RoutingOverride,
    Sitter,
    Thread,
)
from messaging.models.phones import display
from routing.models import RoutingDecision
from routing.sentences import sentence
from snoutos.devtools.demo import fixtures
from snoutos.devtools.demo.business import Business, open_business
from snoutos.devtools.demo.scenario import Api, expect, wait_for
from snoutos.devtools.twilio_sim.testing import SimulatorClient


@dataclass
class Stage:
    """What the steps share."""

    api: Api
    simulator: SimulatorClient
    business: Business
    out: TextIO
    seen: dict[str, str] = field(default_factory=dict)

    @classmethod
    def set(cls, *, base_url: str, simulator_url: str, out: TextIO) -> Stage:
        """Open the business and connect to everything."""
        simulator = SimulatorClient(simulator_url)
        found = open_business(timezone.now())
        out.write(f"Business: {found.owner.organization}, front desk {display(fixtures.FRONT_DESK)}\n")
        return cls(Api(base_url, found.api_key), simulator, found, out)

    def say(self, line: str) -> None:
        """Print one line of what the database says."""
        self.out.write(f"   {line}\n")

    def text(self, sender: str, recipient: str, body: str) -> Message:
        """A phone texts a business number; the message it became."""
        answer = self.simulator.send_text(sender=sender, recipient=recipient, body=body)
        expect(answer.status_code == 200, f"the webhook answered {answer.status_code} {answer.error}")
        self.say(f"{display(sender)} → {display(recipient)}: “{body}”")
        found: Message = Message.objects.select_related("thread").get(provider_sid=answer.sid)
        self.seen[body] = answer.sid
        return found

    def state_of(self, delivery_id: int, *states: str) -> Delivery:
        """Wait until a delivery is in one of `states`."""
        found: Delivery = wait_for(
            f"delivery {' or '.join(states)}",
            lambda: Delivery.objects.filter(pk=delivery_id, state__in=states).first(),
        )
        return found

    def trail(self, message: Message) -> None:
        """Print the audit trail of a message."""
        for event in AuditEvent.objects.filter(thread_id=message.thread_id).order_by("pk"):
            if event.subject_id == message.pk or event.data.get("message_id") == message.pk:
                self.say(f"audit  {event.verb}: {sentences.sentence(event.verb, event.data)}")


def client_texts(stage: Stage) -> None:
    """A client texts the front desk: thread, routing decision, audit trail."""
    message = stage.text(fixtures.DANA, fixtures.FRONT_DESK, "Hi! Could Biscuit have a longer walk today?")
    decision = RoutingDecision.objects.get(message=message)
    stage.say(
        f"thread {message.thread.public_id}, message {message.position}, {message.get_state_display().lower()}"
    )
    stage.say(
        f"routed to {decision.target} by {decision.rule}: {sentence(decision, decision.organization.zone)}"
    )
    stage.trail(message)


def owner_replies(stage: Stage) -> None:
    """The owner replies through the API; the provider delivers it and reports back."""
    thread = _thread_of(fixtures.DANA)
    answer = stage.api.post(
        f"/threads/{thread.public_id}/messages/", {"body": "Of course, 45 minutes it is."}
    )
    delivery = Delivery.objects.get(message__public_id=answer["message"]["id"])
    stage.simulator.wait_for_text(fixtures.DANA, "45 minutes")
    done = stage.state_of(delivery.pk, "delivered")
    stage.say(
        f"from {display(done.sender)} to {display(done.recipient)}: {done.state} after {_took(done)} ms"
    )
    stage.say(
        f"attempts: {', '.join(a.state for a in done.attempts.order_by('number'))}; statuses: {_statuses(done)}"
    )


def sitter_replies(stage: Stage) -> None:
    """Ana's window begins: the client's text is relayed to her phone, her reply goes out from the business number."""
    thread = _thread_of(fixtures.DANA)
    ana = Sitter.objects.get(organization=thread.organization, name="Ana")
    _window(stage, thread, ana)
    message = stage.text(
        fixtures.DANA, fixtures.FRONT_DESK, "Is he behaving? My other number is 619 555 0199"
    )
    decision = RoutingDecision.objects.get(message=message)
    stage.say(
        f"routed to {decision.target} by {decision.rule}: {sentence(decision, thread.organization.zone)}"
    )
    relayed = stage.simulator.wait_for_text(fixtures.ANA, "Is he behaving?")
    stage.say(f"Ana's phone got, from {display(relayed.sender)}: “{relayed.body}”")
    expect("555 0199" not in relayed.body, "the client's number was not hidden from the sitter")
    reply = stage.text(fixtures.ANA, relayed.sender, "He is an angel. Two miles done!")
    delivered = stage.state_of(reply.deliveries.get().pk, "delivered")
    got = stage.simulator.wait_for_text(fixtures.DANA, "Two miles")
    expect(got.sender == fixtures.FRONT_DESK, "the client did not see the business number")
    stage.say(
        f"Dana's phone got it from {display(got.sender)}: {delivered.state}; Ana's own number stayed hidden"
    )


def sitter_is_held(stage: Stage) -> None:
    """Ana names a phone number: the text is held. It is the vet, so the owner approves it, and it is sent once."""
    line = Participant.objects.get(
        e164=fixtures.ANA, left_at__isnull=True, thread=_thread_of(fixtures.DANA)
    ).number.e164
    message = stage.text(fixtures.ANA, line, "The vet moved, call them at 415 867 5309 before noon")
    expect(message.state == "held", f"the text was {message.state}, not held")
    violation = message.violations.get()
    found = "; ".join(f"{f['kind']} ({', '.join(f['reasons'])})" for f in violation.findings)
    stage.say(f"held: {found}")
    stage.api.post(f"/review/{message.public_id}/approve/")
    stage.state_of(message.deliveries.get().pk, "delivered")
    copies = [t for t in stage.simulator.phone_texts(fixtures.DANA) if t.body == message.body]
    expect(len(copies) == 1, f"Dana's phone has {len(copies)} copies")
    stage.say("approved by the owner and delivered, once")


def same_webhook_twice(stage: Stage) -> None:
    """The provider sends the same webhook again: one message, and the repetition is recorded."""
    sid = stage.seen["Hi! Could Biscuit have a longer walk today?"]
    answer = stage.simulator.resend_webhook(sid)
    expect(answer.status_code == 200, f"the repetition was answered {answer.status_code}")
    count = Message.objects.filter(provider_sid=sid).count()
    expect(count == 1, f"there are {count} messages")
    rejected = AuditEvent.objects.filter(verb="webhook.inbound.duplicate_rejected").order_by("-pk").first()
    expect(rejected is not None, "the repetition was not recorded")
    stage.say(f"messages with that SID: {count}; recorded as webhook.inbound.duplicate_rejected")


def stranger_on_pool(stage: Stage) -> None:
    """A stranger texts a pool number: never joined to anybody's conversation, the owner is alerted."""
    message = stage.text(fixtures.STRANGER, fixtures.SECOND_POOL, "hey is this still ana from last summer?")
    decision = RoutingDecision.objects.get(message=message)
    stage.say(f"own thread {message.thread.public_id}, routed to {decision.target}: {decision.reason}")
    alert = Alert.objects.filter(kind="routing.unmapped_pool", thread_id=message.thread_id).first()
    expect(alert is not None, "there is no alert")
    if alert is not None:
        stage.say(f"alert ({alert.severity}): {alert.title}")


def provider_is_busy(stage: Stage) -> None:
    """The provider answers 429: proven not sent, so it is tried again, by the row's own due time."""
    thread = _thread_of(fixtures.DANA)
    stage.simulator.set_faults(rate429={"count": 1, "to": fixtures.DANA})
    answer = stage.api.post(f"/threads/{thread.public_id}/messages/", {"body": "See you at pick-up time."})
    delivery_id = Delivery.objects.get(message__public_id=answer["message"]["id"]).pk
    waiting: Delivery = wait_for(
        "the first try", lambda: Delivery.objects.filter(pk=delivery_id, state="queued", retries=1).first()
    )
    due = waiting.next_attempt_at
    expect(due is not None and due > timezone.now(), "the retry is not in the future")
    stage.say(
        f"refused with 429; next try at {due:%H:%M:%S} UTC (the demo does not wait: it moves the row's due time to now)"
    )
    Delivery.objects.filter(pk=delivery_id, state="queued").update(next_attempt_at=timezone.now())
    done = stage.state_of(delivery_id, "delivered")
    stage.say(f"attempts: {', '.join(a.state for a in done.attempts.order_by('number'))}; now {done.state}")
    copies = [
        t for t in stage.simulator.phone_texts(fixtures.DANA) if t.body == done.body and t.sid in _sids(done)
    ]
    expect(len(copies) == 1, f"Dana's phone has {len(copies)} copies")


def automation_reacts(stage: Stage) -> None:
    """A rule of the owner's: tested on a conversation, switched on, and set off by Dana's next text."""
    rule = _switched_on(stage, "“Cancel” near a visit")
    message = stage.text(fixtures.DANA, fixtures.FRONT_DESK, "Do I need to cancel if it rains?")
    execution: Execution = wait_for(
        "the reaction",
        lambda: Execution.objects.filter(
            automation=rule, thread=message.thread, state="done", created_at__gte=message.created_at
        ).first(),
    )
    steps = execution.steps.order_by("position")
    stage.say(f"it ran: {', '.join(f'{step.kind} {step.reason or step.state}' for step in steps)}")
    message.thread.refresh_from_db()
    expect("cancel" in message.thread.tags, "the conversation was not tagged")
    alert = Alert.objects.filter(kind__startswith="automation.notice", thread_id=message.thread_id).first()
    expect(alert is not None, "there is no alert")
    if alert is not None:
        stage.say(f"alert ({alert.severity}): {alert.title}")
    for override in RoutingOverride.objects.filter(thread=message.thread, canceled_at__isnull=True):
        # So that the next run finds Ana in charge again.
        overrides.remove(override, by=stage.business.owner, at=timezone.now())


STEPS = (
    client_texts,
    owner_replies,
    sitter_replies,
    sitter_is_held,
    same_webhook_twice,
    stranger_on_pool,
    provider_is_busy,
    automation_reacts,
)


def _switched_on(stage: Stage, name: str) -> Automation:
    """The ready rule of that name, tested and active; an earlier run of the demo may have made it."""
    found = Automation.objects.filter(
        organization=stage.business.owner.organization, name=name, archived_at__isnull=True
    ).first()
    if found is None:
        ready = next(one for one in GALLERY if one.name == name)
        answer = stage.api.post(
            "/automations/", {"name": ready.name, "lane": ready.lane, **ready.wish.content}
        )
        found = Automation.objects.get(public_id=answer["id"])
        stage.say(f"rule: {answer['sentence']}")
        thread = {"thread": str(_thread_of(fixtures.DANA).public_id), "text": "I want to cancel"}
        shown = stage.api.post(f"/automations/{found.public_id}/test/", thread)
        met = sum(one["is_met"] for one in shown["rehearsal"]["conditions"])
        stage.say(
            f"tested, nothing was sent: {met} of {len(shown['rehearsal']['conditions'])} conditions met"
        )
        stage.api.post(f"/automations/{found.public_id}/activate/")
    return found


def _thread_of(e164: str) -> Thread:
    party = Participant.objects.select_related("thread__organization").get(
        number__e164=fixtures.FRONT_DESK, e164=e164, left_at__isnull=True
    )
    thread: Thread = party.thread
    return thread


def _window(stage: Stage, thread: Thread, sitter: Sitter) -> None:
    """Put Ana in charge for the next hours, unless an earlier run of the demo did."""
    now = timezone.now()
    if AssignmentWindow.objects.filter(
        thread=thread, sitter=sitter, canceled_at__isnull=True, starts_at__lte=now, ends_at__gt=now
    ).exists():
        stage.say("Ana's window is in force already")
        return
    answer = stage.api.post(
        "/windows/",
        {
            "thread": str(thread.public_id),
            "sitter": str(sitter.public_id),
            "starts_at": (now - timedelta(minutes=5)).isoformat(),
            "ends_at": (now + timedelta(hours=3)).isoformat(),
            "visit_type": "drop_in",
        },
    )
    stage.say(f"window {answer['id']} for Ana, three hours")


def _took(delivery: Delivery) -> int:
    assert delivery.sent_at is not None  # noqa: S101  (delivered)
    return round((delivery.sent_at - delivery.created_at).total_seconds() * 1000)


def _statuses(delivery: Delivery) -> str:
    assert delivery.accepted_attempt is not None  # noqa: S101  (delivered)
    return " → ".join(delivery.accepted_attempt.reports.order_by("pk").values_list("status", flat=True))


def _sids(delivery: Delivery) -> set[str]:
    return set(delivery.attempts.values_list("provider_sid", flat=True))
