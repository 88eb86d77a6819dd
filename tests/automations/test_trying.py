"""Test mode and “try on the last 30 days”: what would happen, said in full, with nothing written or sent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.models import Occurrence
from automations.content import Content
from automations.models import Execution
from automations.trial.backtest import Replay, replay
from automations.trial.dry_run import Scene, preview
from messaging.consent.standing import Change, apply
from messaging.models import Message
from messaging.models.consent import ConsentKind, ConsentSource
from messaging.outbound.queue.submit import Author, submit
from tests.automations.rules import ALERT, TEXT_CLIENT, wish
from tests.business import Business, another_client, open_business

pytestmark = pytest.mark.django_db


def content(*actions: dict[str, Any], **more: Any) -> Content:
    return wish(*actions, **more).read()


def tried(business: Business, what: Content) -> Replay:
    return replay(what, organization=business.organization, automation_id=1, at=timezone.now())


def test_every_condition_and_every_act_is_shown(business: Business) -> None:
    asks = {
        "any": [
            {"field": "message.text", "op": "contains", "value": "cancel"},
            {"field": "client.is_known", "op": "is_yes"},
        ]
    }
    shown = preview(
        content(ALERT, {"kind": "wait", "minutes": 30}, TEXT_CLIENT, conditions=asks),
        organization=business.organization,
        scene=Scene(thread=business.thread()),
        at=timezone.now(),
    )
    assert shown.is_met
    assert [condition.is_met for condition in shown.conditions] == [False, True]
    assert [act.kind for act in shown.acts] == ["notify_owner", "wait", "text_client"]
    assert shown.acts[2].size is not None
    assert shown.acts[2].size.segments == 1


def test_obstacles_are_named(business: Business) -> None:
    thread = business.thread()
    business.organization.quiet_from, business.organization.quiet_until = (
        (timezone.now() - timedelta(hours=1)).astimezone(business.organization.zone).time(),
        (timezone.now() + timedelta(hours=1)).astimezone(business.organization.zone).time(),
    )
    business.organization.save()
    business.client.timezone = business.organization.timezone
    business.client.save()
    from django.db import transaction

    from audit.record import recording

    with transaction.atomic(), recording():
        apply(
            Change(
                organization_id=business.organization.pk,
                e164=business.client_phone,
                kind=ConsentKind.OPTED_OUT,
                source=ConsentSource.TEXT,
                at=timezone.now(),
            )
        )
    thread.refresh_from_db()
    shown = preview(
        content({"kind": "text_client", "body": "Call 415-701-0558"}),
        organization=business.organization,
        scene=Scene(thread=thread),
        at=timezone.now(),
    )
    said = " ".join(shown.acts[0].obstacles)
    for word in ("STOP", "quiet hours", "Screening would hold it: phone"):
        assert word in said, said


def test_the_last_30_days_are_played_from_what_is_stored(business: Business) -> None:
    asks = {"field": "message.text", "op": "contains", "value": "cancel"}
    business.text("All good")
    business.text("Please cancel")
    old = business.text("cancel long ago")
    Occurrence.objects.filter(key=f"message:{old.pk}:received").update(
        due_at=timezone.now() - timedelta(days=31)
    )
    found = tried(business, content({"kind": "text_client", "body": "{{ message.text }}?"}, conditions=asks))
    assert (found.looked_at, found.met) == (2, 1)
    assert found.fired[0].rehearsal.acts[0].text == "Please cancel?"


def test_it_writes_nothing(business: Business) -> None:
    business.text("Hello")
    before = (Execution.objects.count(), Message.objects.count(), Occurrence.objects.count())
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert tried(business, content()).met == 1
    wrote = [q["sql"] for q in queries if q["sql"].split(" ", 1)[0] in ("INSERT", "UPDATE", "DELETE")]
    assert wrote == []
    assert any("transaction_read_only" in q["sql"] for q in queries)
    assert (Execution.objects.count(), Message.objects.count(), Occurrence.objects.count()) == before


def test_unanswered_texts_of_the_past_are_found_by_their_answers(business: Business) -> None:
    what = content(ALERT, trigger={"kind": "message.unanswered", "minutes": 15, "waiting": "client"})
    answered = business.text("Quick one")
    submit(thread=answered.thread, author=Author.owner(business.owner), body="Yes", at=timezone.now())
    waited = business.text("Slow one", sender=another_client(business)[1])
    then = timezone.now() - timedelta(hours=1)
    Message.objects.filter(pk__in=[answered.pk, waited.pk]).update(created_at=then, written_at=then)
    then += timedelta(minutes=10)
    Message.objects.filter(author_kind="owner").update(created_at=then, written_at=then)
    Occurrence.objects.update(due_at=timezone.now() - timedelta(hours=1))
    found = tried(business, what)
    assert [one.situation.message for one in found.fired] == [waited]


def test_visits_of_the_past_are_planned_as_they_would_have_been(business: Business) -> None:
    thread = business.thread()
    window = business.window(thread, begins=-26, ends=-25)
    type(window).objects.update(created_at=timezone.now() - timedelta(days=3))
    what = content(
        {"kind": "text_client", "body": "{{ sitter.first_name }} comes at {{ visit.starts }}"},
        trigger={"kind": "window.starting", "minutes": 60},
    )
    found = tried(business, what)
    assert found.met == 1
    assert found.fired[0].at == window.starts_at - timedelta(minutes=60)


def test_another_business_is_never_looked_at(business: Business) -> None:
    open_business("Paws").text("Hello")
    assert tried(business, content()).looked_at == 0
