"""From what happened to what an automation does about it: once, in order, with every result kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from audit.models import Occurrence
from automations import lifecycle
from automations.engine import match, runner
from automations.models import Automation, AutomationVersion, Execution, Step
from messaging.models import Delivery, Message, RoutingOverride, Thread
from messaging.outbound.queue.submit import Author, submit
from tests.automations.rules import ALERT, TEXT_CLIENT, active, ran, settle, steps, version_of, wish
from tests.business import Business, another_client, open_business

pytestmark = pytest.mark.django_db


def sent(business: Business) -> list[str]:
    """What automations texted, oldest first."""
    return list(
        Delivery.objects.of(business.organization)
        .filter(message__author_kind="automation")
        .order_by("pk")
        .values_list("body", flat=True)
    )


def test_a_text_that_comes_in_is_answered_once(business: Business) -> None:
    rule = active(business)
    business.text("Are you there?")
    settle()
    settle()
    assert sent(business) == ["Hi Dana, we saw your text."]
    assert ran(rule) == [("done", "")]
    assert steps(rule) == [("text_client", "done", "")]


def test_the_conditions_decide_and_their_answers_are_kept(business: Business) -> None:
    asks = {
        "all": [
            {"field": "message.text", "op": "contains", "value": "cancel"},
            {"field": "client.is_known", "op": "is_yes"},
        ]
    }
    rule = active(business, conditions=asks)
    business.text("All good")
    business.text("Please CANCEL Tuesday")
    settle()
    assert ran(rule) == [("not_met", ""), ("done", "")]
    kept = Execution.objects.order_by("pk").values_list("conditions", flat=True)
    assert list(kept) == [[False, True], [True, True]]
    assert len(sent(business)) == 1


def test_what_happened_before_it_was_switched_on_sets_nothing_off(business: Business) -> None:
    business.text("Early")
    rule = active(business, at=timezone.now() + timedelta(seconds=5))
    settle()
    assert ran(rule) == []
    assert not Occurrence.objects.filter(done_at__isnull=True).exists()


def test_actions_run_in_order_each_with_its_own_result(business: Business) -> None:
    rule = active(
        business,
        {"kind": "tag_thread", "tag": "Waiting"},
        {"kind": "add_note", "body": "{{ client.name }} is new"},
        ALERT,
        {"kind": "set_override", "hours": 2, "reason": "The office answers"},
        {"kind": "text_sitter", "body": "Have a look, {{ sitter.first_name | default: 'all' }}"},
        trigger={"kind": "thread.opened"},
    )
    thread = business.thread()
    Occurrence.objects.filter(kind="thread.opened").update(done_at=None)
    settle()
    assert steps(rule) == [
        ("tag_thread", "done", ""),
        ("add_note", "done", ""),
        ("notify_owner", "done", ""),
        ("set_override", "done", ""),
        ("text_sitter", "skipped", "no_sitter"),
    ]
    thread.refresh_from_db()
    assert thread.tags == ["waiting"]


def test_a_note_says_what_the_text_said(business: Business) -> None:
    active(business, {"kind": "add_note", "body": "{{ client.name }} wrote: {{ message.text }}"})
    business.text("{{ business.name }} please")
    settle()
    note = Message.objects.get(is_note=True)
    assert note.body == "Dana wrote: {{ business.name }} please"
    assert note.author_kind == "automation"
    assert note.audience == "owner"


def test_an_override_is_set_once_and_a_second_one_is_no_failure(business: Business) -> None:
    rule = active(business, {"kind": "set_override", "hours": 2, "reason": "The office answers"})
    business.text("One")
    settle()
    business.text("Two")
    settle()
    assert RoutingOverride.objects.count() == 1
    assert ran(rule) == [("done", ""), ("done", "")]
    assert steps(rule) == [("set_override", "skipped", "override_overlaps")]


def test_the_owner_is_alerted_in_the_rules_words(business: Business) -> None:
    active(business, ALERT)
    business.text("Hello?")
    business.text("Hello??")
    settle()
    alerts = [kind for kind in business.alerts() if kind.startswith("automation.notice")]
    assert len(alerts) == 1


def test_a_client_who_said_stop_is_skipped_and_that_is_no_failure(business: Business) -> None:
    rule = active(business)
    business.text("STOP")
    settle()
    assert ran(rule) == [("done", "")]
    assert steps(rule) == [("text_client", "skipped", "opted_out")]
    assert sent(business) == []


def test_what_screening_finds_is_held_for_the_owner(business: Business) -> None:
    rule = active(business, {"kind": "text_client", "body": "You said: {{ message.text }}"})
    business.text("my number is 415-701-0558")
    settle()
    assert steps(rule) == [("text_client", "done", "held_for_review")]
    assert Message.objects.get(author_kind="automation").state == "held"
    assert sent(business) == []


def test_its_own_held_text_does_not_set_off_what_reacts_to_held_texts(business: Business) -> None:
    active(business, {"kind": "text_client", "body": "You said: {{ message.text }}"}, name="Echo")
    on_held = active(business, ALERT, name="Held", trigger={"kind": "violation.held"})
    business.text("my number is 415-701-0558")
    settle()
    settle()
    assert ran(on_held) == []


def test_a_wait_goes_on_when_its_time_has_come(business: Business) -> None:
    rule = active(business, {"kind": "wait", "minutes": 10}, TEXT_CLIENT)
    business.text("Hello")
    settle()
    assert sent(business) == []
    assert ran(rule) == [("running", "")]
    Execution.objects.update(due_at=timezone.now())
    settle()
    assert len(sent(business)) == 1
    assert ran(rule) == [("done", "")]


def test_pausing_cancels_what_it_had_begun(business: Business) -> None:
    rule = active(business, {"kind": "wait", "minutes": 10}, TEXT_CLIENT)
    business.text("Hello")
    settle()
    lifecycle.pause(rule, by=business.owner, at=timezone.now())
    Execution.objects.update(due_at=timezone.now())
    settle()
    assert ran(rule) == [("canceled", "paused")]
    assert sent(business) == []


def test_what_is_late_by_more_than_an_hour_is_skipped_and_said(business: Business) -> None:
    rule = active(business, at=timezone.now() - timedelta(hours=3))
    business.text("Hello")
    Occurrence.objects.filter(kind="message.received").update(due_at=timezone.now() - timedelta(minutes=61))
    settle()
    assert ran(rule) == [("skipped", "too_late")]
    assert "automation.skipped_late" in business.alerts()
    assert sent(business) == []


def test_five_failures_in_a_row_pause_it_and_tell_the_owner(business: Business) -> None:
    rule = active(business, {"kind": "text_client", "body": "{{ sitter.name }}"}, thread=_in_care(business))
    stranger = another_client(business)[1]
    for n in range(7):
        business.text(f"Hello {n}", sender=stranger)
        settle()
    assert ran(rule)[:5] == [("failed", "template")] * 5
    assert len(ran(rule)) == 5
    assert "automation.paused" in business.alerts()
    rule.refresh_from_db()
    assert rule.failures_in_row == 5
    lifecycle.resume(rule, by=business.owner, at=timezone.now())
    assert "automation.paused" not in business.alerts()


def test_a_success_forgets_the_failures_before(business: Business) -> None:
    rule = active(business)
    Automation.objects.update(failures_in_row=4)
    business.text("Hello")
    settle()
    rule.refresh_from_db()
    assert rule.failures_in_row == 0


def test_a_step_that_raises_is_undone_tried_again_and_then_failed(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = active(business, {"kind": "tag_thread", "tag": "a"}, TEXT_CLIENT)

    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("415-701-0558")

    monkeypatch.setattr("automations.engine.steps.submit", broken)
    business.text("Hello")
    for _ in range(4):
        settle()
        Execution.objects.filter(state="running").update(due_at=timezone.now())
    assert ran(rule) == [("failed", "error")]
    assert steps(rule) == [("tag_thread", "done", ""), ("text_client", "failed", "error")]
    assert Step.objects.get(kind="text_client").tries == 3


def test_after_a_failure_it_may_go_on(business: Business) -> None:
    rule = active(
        business,
        {"kind": "text_client", "body": "{{ sitter.name }}", "on_failure": "go_on"},
        {"kind": "tag_thread", "tag": "seen"},
        thread=_in_care(business),
    )
    business.text("Hello", sender=another_client(business)[1])
    settle()
    assert [state for _, state, _ in steps(rule)] == ["failed", "done"]
    assert ran(rule) == [("failed", "template")]


def test_a_rule_that_cannot_be_matched_does_not_hold_up_the_others(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = active(business)
    business.text("Hello")
    monkeypatch.setattr("automations.engine.match.recheck.holds", lambda *_: 1 / 0)
    for _ in range(match.TRIES):
        match.match_due()
        Occurrence.objects.update(try_again_at=None)
    monkeypatch.undo()
    assert "automation.occurrence_given_up" in business.alerts()
    business.text("Hello again")
    settle()
    assert ran(rule) == [("done", "")]


def test_a_rule_of_another_release_is_paused_and_holds_up_no_other(business: Business) -> None:
    new = active(business, name="New")
    old = _of_another_release(business, "Old", {"kind": "message.received"})
    timed = _of_another_release(business, "Timed", {"kind": "schedule", "at": "12:00"})
    # Earlier releases offered rules for conversations about billing.
    billing = _of_another_release(business, "Billing", {"kind": "message.received"}, lane="billing")
    business.text("Hello")
    settle()
    assert (ran(old), ran(new)) == ([], [("done", "")])
    assert {version_of(rule).paused_reason for rule in (old, timed, billing)} == {"unreadable"}
    assert business.alerts().count("automation.unreadable") == 3


def test_one_that_cannot_go_on_does_not_hold_up_the_others(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, whole = active(business, name="Broken"), active(business, ALERT, name="Whole")
    business.text("Hello")
    match.match_due()
    work = runner._go_on

    def go_on(execution: Execution, at: datetime) -> object:
        if execution.automation_id == broken.pk:
            raise ZeroDivisionError
        return work(execution, at)

    monkeypatch.setattr(runner, "_go_on", go_on)
    runner.run_due()
    assert (ran(broken), ran(whole)) == ([("pending", "")], [("done", "")])
    an_hour_ago = timezone.now() - timedelta(minutes=61)
    Execution.objects.filter(automation=broken).update(created_at=an_hour_ago, due_at=timezone.now())
    runner.run_due()
    assert ran(broken) == [("failed", "error")]


def test_a_sitters_text_counts_by_app_as_by_phone(business: Business) -> None:
    rule = active(
        business,
        {"kind": "tag_thread", "tag": "updated"},
        trigger={"kind": "message.received", "author": "sitter"},
    )
    thread = business.thread()
    business.window(thread)
    line = thread.participants.get(role="sitter").number.e164
    business.text("By phone", sender=business.sitter.phone, to=line)
    submit(
        thread=thread,
        author=Author.sitter_by_app(business.sitter, business.sitter_user),
        body="By app",
        at=timezone.now(),
    )
    settle()
    assert ran(rule) == [("done", ""), ("done", "")]


def test_two_businesses_share_nothing(business: Business) -> None:
    other = open_business("Paws")
    rule = active(business)
    other.text("Hello")
    settle()
    assert ran(rule) == []
    runner.run_due()
    assert sent(other) == []


def _of_another_release(
    business: Business, name: str, trigger: dict[str, Any], *, lane: str = ""
) -> Automation:
    """An active rule with a word in its trigger, or a lane, that this release does not know."""
    at = timezone.now()
    rule = lifecycle.create(
        organization=business.organization,
        name=name,
        wish=wish(ALERT, trigger=trigger, lane="system"),
        by=business.owner,
        at=at,
    )
    mine = AutomationVersion.objects.filter(automation=rule)
    content = mine.get().content
    digest = f"{rule.pk:064d}"
    more = {} if lane else {"phase": "of the moon"}
    mine.update(
        content={**content, "trigger": {**content["trigger"], **more}},
        lane=lane or "system",
        digest=digest,
        tested_digest=digest,
        state="tested",
    )
    mine.update(state="active", activated_at=at - timedelta(minutes=30))
    return rule


def _in_care(business: Business) -> Thread:
    thread = business.thread()
    business.window(thread)
    return thread
