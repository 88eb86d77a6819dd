"""What is kept of a finding, and the ladder: a second violation alerts, a third locks, false alarms do not count."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from audit.models import Alert
from audit.record import Actor, recording
from messaging.models import AssignmentWindow, Delivery, Message, Participant, Sitter, Thread
from messaging.outbound.queue import notices
from messaging.outbound.queue.submit import Author, submit
from messaging.people import sitters
from policy import detector
from policy.models import Resolution, Violation
from policy.reader import HIDDEN, read
from policy.record import resolve
from routing import access
from tests.business import Business

PHONE = "619-701-0558"


@pytest.fixture
def thread(business: Business) -> Thread:
    thread = business.thread()
    business.window(thread)
    return thread


def say(business: Business, thread: Thread, body: str) -> Message:
    line = Participant.objects.select_related("number").get(thread=thread, role="sitter")
    return business.text(body, sender=business.sitter.phone, to=line.number.e164)


def break_rule(business: Business, thread: Thread) -> Message:
    message = say(business, thread, f"call {PHONE}")
    assert message.state == "held"
    return message


def is_locked(business: Business) -> bool:
    return Sitter.objects.get(pk=business.sitter.pk).sending_locked_at is not None


def test_a_clients_number_is_whole_for_the_owner_and_hidden_from_the_sitter(
    business: Business, thread: Thread
) -> None:
    message = business.text(f"My number is {PHONE}")
    assert message.state == "received"
    assert message.body == f"My number is {PHONE}"
    assert "701" not in read(message)
    assert "701" not in Delivery.objects.get(message=message).body
    assert access.messages(business.owner, timezone.now()).get(pk=message.pk).body == message.body


def test_a_violation_holds_spans_and_no_words(business: Business, thread: Thread) -> None:
    message = business.text(f"🐶 My number is {PHONE}")
    violation = Violation.objects.get(message=message)
    [finding] = violation.findings
    assert message.body[finding["start"] : finding["end"]] == PHONE
    assert set(finding) == {"kind", "start", "end", "score", "reasons", "rule"}
    assert "701" not in json.dumps(violation.findings)
    assert (violation.author_kind, violation.action) == ("client", "redact")
    assert violation.rule_version == detector.RULESET_VERSION


def test_a_violation_is_recorded(business: Business, thread: Thread) -> None:
    break_rule(business, thread)
    assert business.verbs().count("policy.violation.detected") == 1
    assert business.verbs().count("message.outbound.held") == 1
    assert business.alerts() == ["policy.held"]


def test_a_clean_text_leaves_no_violation(business: Business, thread: Thread) -> None:
    say(business, thread, "All is well")
    assert not Violation.objects.exists()
    assert "policy.violation.detected" not in business.verbs()


def test_a_held_text_is_kept_whole_and_not_sent(business: Business, thread: Thread) -> None:
    message = break_rule(business, thread)
    assert message.body == f"call {PHONE}"
    assert not Delivery.objects.filter(recipient=business.client_phone).exists()


def test_the_second_violation_alerts_and_the_third_locks(business: Business, thread: Thread) -> None:
    break_rule(business, thread)
    assert "policy.repeat" not in business.alerts()
    break_rule(business, thread)
    assert "policy.repeat" in business.alerts()
    assert not is_locked(business)
    break_rule(business, thread)
    assert is_locked(business)
    assert Alert.objects.get(kind="policy.sitter_locked").severity == "critical"
    assert business.verbs().count("policy.sitter_locked") == 1


def test_a_locked_sitter_is_not_screened_further_and_goes_to_the_owner(
    business: Business, thread: Thread
) -> None:
    for _ in range(3):
        break_rule(business, thread)
    message = say(business, thread, "All is well")
    assert message.audience == "owner"
    assert not Delivery.objects.filter(recipient=business.client_phone).exists()


def test_false_alarms_do_not_count(business: Business, thread: Thread) -> None:
    for _ in range(2):
        message = break_rule(business, thread)
        resolve_in_block(message, Resolution.DISMISSED, business)
    break_rule(business, thread)
    assert "policy.repeat" not in business.alerts()
    assert not is_locked(business)


def resolve_in_block(message: Message, resolution: Resolution, business: Business) -> None:
    with transaction.atomic(), recording(actor=Actor.user(business.owner.pk)):
        assert len(resolve(message, resolution, by=business.owner, at=timezone.now())) == 1


def test_resolving_is_written_down_once(business: Business, thread: Thread) -> None:
    message = break_rule(business, thread)
    resolve_in_block(message, Resolution.REJECTED, business)
    violation = Violation.objects.get()
    assert (violation.resolution, violation.resolved_by) == ("rejected", business.owner)
    assert business.verbs().count("policy.violation.resolved") == 1


def test_violations_older_than_thirty_days_do_not_count(business: Business, thread: Thread) -> None:
    for _ in range(2):
        break_rule(business, thread)
    Violation.objects.update(created_at=timezone.now() - timedelta(days=30, minutes=1))
    break_rule(business, thread)
    assert not is_locked(business)


def test_a_lifted_lock_starts_the_ladder_anew(business: Business, thread: Thread) -> None:
    for _ in range(3):
        break_rule(business, thread)
    sitters.unlock(business.sitter, by=business.owner, at=timezone.now())
    assert not is_locked(business)
    assert "policy.sitter_locked" not in business.alerts()
    for _ in range(2):
        break_rule(business, thread)
    assert not is_locked(business)
    break_rule(business, thread)
    assert is_locked(business)


def test_a_clients_findings_lock_nobody(business: Business, thread: Thread) -> None:
    for _ in range(3):
        business.text(f"call {PHONE}")
    assert not is_locked(business)
    assert business.alerts() == []


@pytest.fixture
def _blind(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError

    monkeypatch.setattr(detector, "find", fail)


@pytest.mark.usefixtures("_blind")
def test_with_a_failing_detector_a_sitters_text_is_held_with_an_alert(
    business: Business, thread: Thread
) -> None:
    message = say(business, thread, "All is well")
    assert (message.state, message.held_reason) == ("held", "detector_failed")
    assert not Delivery.objects.filter(recipient=business.client_phone).exists()
    assert Alert.objects.get(kind="policy.detector_failed").severity == "critical"
    assert "policy.detector_failed" in business.verbs()
    assert not Violation.objects.exists()


@pytest.mark.usefixtures("_blind")
def test_with_a_failing_detector_a_clients_text_is_hidden_from_sitters(
    business: Business, thread: Thread
) -> None:
    message = business.text("All is well")
    assert message.state == "received"
    assert (message.body, read(message)) == ("All is well", HIDDEN)
    assert HIDDEN in Delivery.objects.get(message=message).body


@pytest.mark.usefixtures("_blind")
def test_an_emergency_reaches_the_owner_also_when_nothing_could_be_screened(
    business: Business, thread: Thread
) -> None:
    say(business, thread, "Rex is bleeding")
    assert "policy.emergency" in business.alerts()


def test_a_held_emergency_alerts_at_once(business: Business, thread: Thread) -> None:
    say(business, thread, f"EMERGENCY, Rex is bleeding, call {PHONE}")
    alert = Alert.objects.get(kind="policy.emergency")
    assert (alert.severity, alert.thread_id) == ("critical", thread.pk)


def test_an_emergency_of_a_client_with_a_number_in_it_alerts_at_once(
    business: Business, thread: Thread
) -> None:
    business.text(f"EMERGENCY, call me at {PHONE}")
    assert business.alerts() == ["policy.emergency"]


def test_an_emergency_without_a_finding_goes_its_way_and_the_owner_is_told(
    business: Business, thread: Thread
) -> None:
    message = say(business, thread, "EMERGENCY, Rex is bleeding")
    assert message.state == "accepted"
    assert business.alerts() == ["policy.emergency"]


def test_a_clients_emergency_goes_to_the_sitter_and_to_the_owner(business: Business, thread: Thread) -> None:
    message = business.text("Biscuit ate chocolate and is vomiting blood, please help!")
    assert Delivery.objects.filter(message=message, recipient=business.sitter.phone).exists()
    alert = Alert.objects.get(kind="policy.emergency")
    assert (alert.severity, alert.thread_id) == ("critical", thread.pk)


def test_a_sitters_emergency_that_comes_after_the_visit_is_told_too(
    business: Business, thread: Thread
) -> None:
    line = business.sitter.participants.get(left_at__isnull=True)
    AssignmentWindow.objects.update(ends_at=timezone.now())
    message = business.text("He’s not breathing!!", sender=business.sitter.phone, to=line.number.e164)
    assert message.audience == "owner"
    assert "policy.emergency" in business.alerts()


def test_what_the_owner_writes_of_an_emergency_alerts_nobody(business: Business, thread: Thread) -> None:
    submit(
        thread=thread,
        author=Author.owner(business.owner),
        body="Take him to the emergency vet, he is bleeding",
        at=timezone.now(),
    )
    assert business.alerts() == []


def test_the_sitter_is_told_why_by_text_and_may_write_again_when_the_owner_lifts_it(
    business: Business, thread: Thread
) -> None:
    told = Delivery.objects.filter(recipient=business.sitter.phone).order_by("-pk")
    for sentence in (notices.HELD, notices.HELD, notices.HELD_AND_LOCKED):
        break_rule(business, thread)
        assert told[0].body == sentence
    assert say(business, thread, "He is fine").audience == "owner"
    assert told[0].body == notices.LOCKED
    sitters.unlock(business.sitter, by=business.owner, at=timezone.now())
    assert say(business, thread, "He is fine").state == "accepted"


@pytest.mark.parametrize(
    "sentence",
    [value for name, value in vars(notices).items() if name.isupper()],
)
def test_nothing_is_found_in_what_snoutos_itself_says(sentence: str) -> None:
    assert detector.find(sentence) == []
