"""A rule's life: draft, tested, active, paused, archived; and nothing in force that was not tested exactly so."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from automations import lifecycle
from automations.errors import (
    BadContent,
    NameTaken,
    NoDraft,
    NothingToTestOn,
    NotPossible,
    NotTested,
    ReasonNeeded,
    TestFailed,
)
from automations.models import Automation, AutomationVersion
from automations.trial.dry_run import Scene
from automations.trial.dry_run import test as try_out
from messaging.models import Delivery, Message
from tests.automations.rules import ALERT, active, ran, settle, wish
from tests.business import Business, open_business

pytestmark = pytest.mark.django_db


@pytest.fixture
def by(business: Business) -> dict[str, Any]:
    return {"by": business.owner, "at": timezone.now()}


def made(business: Business, *actions: Any, name: str = "A rule", **more: Any) -> Automation:
    return lifecycle.create(
        organization=business.organization,
        name=name,
        wish=wish(*actions, **more),
        by=business.owner,
        at=timezone.now(),
    )


def test_it_is_switched_on_only_after_a_test(business: Business, by: dict[str, Any]) -> None:
    rule = made(business)
    with pytest.raises(NotTested):
        lifecycle.activate(rule, **by)
    tested = try_out(rule, scene=Scene(thread=business.thread()), **by)
    assert tested.rehearsal.acts[0].text == "Hi Dana, we saw your text."
    assert lifecycle.activate(rule, **by).state == "active"
    with pytest.raises(NoDraft):
        lifecycle.activate(rule, **by)


def test_a_test_sends_and_stores_nothing(business: Business, by: dict[str, Any]) -> None:
    thread = business.thread()
    before = (Message.objects.count(), Delivery.objects.count())
    tested = try_out(
        made(business, ALERT, {"kind": "text_client", "body": "You wrote {{ message.text }}"}),
        scene=Scene(thread=thread, text="made up"),
        **by,
    )
    assert tested.rehearsal.acts[1].text == "You wrote made up"
    assert (Message.objects.count(), Delivery.objects.count()) == before
    assert not [kind for kind in business.alerts() if kind.startswith("automation")]


def test_a_change_after_the_test_needs_another_unless_behaviour_stays(
    business: Business, by: dict[str, Any]
) -> None:
    rule, scene = made(business), Scene(thread=business.thread())
    try_out(rule, scene=scene, **by)
    lifecycle.rename(rule, name="Another name", description="Says hello", **by)
    lifecycle.change(rule, wish=wish(), **by)
    assert AutomationVersion.objects.get().state == "tested"
    lifecycle.change(rule, wish=wish(ALERT), **by)
    assert AutomationVersion.objects.get().state == "draft"
    with pytest.raises(NotTested):
        lifecycle.activate(rule, **by)
    lifecycle.change(rule, wish=wish(), **by)
    assert lifecycle.activate(rule, **by).state == "active"


def test_what_is_active_runs_on_while_a_draft_is_changed(business: Business, by: dict[str, Any]) -> None:
    rule = active(business)
    draft = lifecycle.change(rule, wish=wish(ALERT), **by)
    assert (draft.number, draft.state) == (2, "draft")
    business.text("Hello")
    settle()
    assert Message.objects.filter(author_kind="automation").count() == 1
    try_out(rule, scene=Scene(thread=business.thread()), **by)
    lifecycle.activate(rule, **by)
    states = AutomationVersion.objects.order_by("number").values_list("state", flat=True)
    assert list(states) == ["archived", "active"]


def test_paused_it_does_nothing_and_resumed_it_leaves_the_past_alone(
    business: Business, by: dict[str, Any]
) -> None:
    rule = active(business)
    lifecycle.pause(rule, **by)
    business.text("While paused")
    settle()
    lifecycle.resume(rule, by=business.owner, at=timezone.now())
    settle()
    assert ran(rule) == []
    with pytest.raises(NotPossible):
        lifecycle.resume(rule, **by)
    lifecycle.pause(rule, **by)
    with pytest.raises(NotPossible):
        lifecycle.pause(rule, **by)


def test_archived_it_is_kept_and_over(business: Business, by: dict[str, Any]) -> None:
    rule = active(business)
    business.text("Hello")
    lifecycle.archive(rule, **by)
    settle()
    assert ran(rule) == []
    for verb in (lifecycle.pause, lifecycle.resume, lifecycle.archive, lifecycle.activate):
        with pytest.raises(NotPossible):
            verb(rule, **by)
    assert made(business).name == rule.name


def test_names_are_taken_once_in_a_business(business: Business) -> None:
    made(business)
    with pytest.raises(NameTaken):
        made(business)
    made(open_business("Paws"))
    with pytest.raises(BadContent):
        made(business, name="  ")


@pytest.mark.parametrize(
    ("content", "path"),
    [
        ({"trigger": {"kind": "nothing"}}, "trigger.kind"),
        ({"trigger": {"kind": "window.starting", "minutes": 0}}, "trigger.minutes"),
        ({"trigger": {"kind": "schedule", "at": "25:00"}}, "trigger.at"),
        ({"trigger": {"kind": "schedule", "at": "18:00", "weekdays": ["noday"]}}, "trigger.weekdays"),
        ({"trigger": {"kind": "event", "name": "No Dots"}}, "trigger.name"),
        ({"trigger": {"kind": "thread.opened", "odd": 1}}, "trigger.odd"),
        ({"conditions": {"field": "message.txt", "op": "is", "value": "x"}}, "conditions"),
        (
            {"conditions": {"all": [{"field": "visit.type", "op": "is", "value": "drop_in"}]}},
            "conditions.all.0",
        ),
        ({"actions": []}, "actions"),
        ({"actions": [{"kind": "text_client", "body": "{{ client.nme }}"}]}, "actions.0.body"),
        ({"actions": [{"kind": "text_client", "body": "{{ visit.starts }}"}]}, "actions.0.body"),
        ({"actions": [{"kind": "text_client"}]}, "actions.0.body"),
        ({"actions": [ALERT, {"kind": "wait", "minutes": 5}]}, "actions.1"),
        ({"actions": [{"kind": "wait", "minutes": 5, "until": "18:00"}, ALERT]}, "actions.0"),
        ({"actions": [{"kind": "call_webhook", "url": "https://127.0.0.1/x"}]}, "actions.0.url"),
        ({"actions": [{"kind": "tag_thread", "tag": "<b>"}]}, "actions.0.tag"),
        ({"actions": [ALERT] * 11}, "actions"),
        ({"more": 1}, "more"),
    ],
)
def test_what_cannot_be_kept_says_where_and_why(business: Business, content: Any, path: str) -> None:
    whole = {
        "trigger": {"kind": "message.received"},
        "conditions": {},
        "actions": [ALERT],
        **content,
    }
    with pytest.raises(BadContent) as refused:
        lifecycle.Wish(content=whole).read()
    assert refused.value.path == path
    assert refused.value.sentence.endswith((".", "?"))


def test_without_a_conversation_only_what_needs_none_is_possible() -> None:
    at_noon = {"kind": "schedule", "at": "12:00"}
    with pytest.raises(BadContent) as refused:
        wish({"kind": "text_client", "body": "Hi"}, trigger=at_noon, lane="system").read()
    assert refused.value.path == "actions.0.kind"
    with pytest.raises(BadContent) as refused:
        wish(ALERT, trigger=at_noon, lane="front_desk").read()
    assert refused.value.path == "lane"
    wish(ALERT, trigger=at_noon, lane="system").read()


def test_urgency_needs_a_reason() -> None:
    with pytest.raises(ReasonNeeded):
        wish(is_urgent=True).read()
    wish(is_urgent=True, urgent_reason="It answers").read()


def test_a_text_that_cannot_be_written_does_not_count_as_tested(
    business: Business, by: dict[str, Any]
) -> None:
    rule = made(business, {"kind": "text_client", "body": "{{ sitter.name }} says hi"})
    with pytest.raises(TestFailed):
        try_out(rule, scene=Scene(thread=business.thread()), **by)
    assert AutomationVersion.objects.get().state == "draft"


def test_a_test_needs_a_conversation_of_the_business_that_fits(
    business: Business, by: dict[str, Any]
) -> None:
    rule = made(business)
    for scene in (Scene(), Scene(thread=open_business("Paws").thread())):
        with pytest.raises(NothingToTestOn):
            try_out(rule, scene=scene, **by)
    visit = made(business, ALERT, name="Visit", trigger={"kind": "window.started"})
    with pytest.raises(NothingToTestOn):
        try_out(visit, scene=Scene(thread=business.thread()), **by)


def test_every_verb_leaves_its_event(business: Business, by: dict[str, Any]) -> None:
    before = len(business.verbs())
    rule = made(business)
    thread = business.thread()
    skipped = len(business.verbs())
    lifecycle.rename(rule, name="B", description="", **by)
    try_out(rule, scene=Scene(thread=thread), **by)
    lifecycle.activate(rule, **by)
    lifecycle.pause(rule, **by)
    lifecycle.resume(rule, **by)
    lifecycle.change_secret(rule, **by)
    lifecycle.archive(rule, **by)
    assert business.verbs()[before] == "automation.created"
    assert business.verbs()[skipped:] == [
        "automation.changed",
        "automation.tested",
        "automation.activated",
        "automation.paused",
        "automation.activated",
        "automation.secret_changed",
        "automation.archived",
    ]
