"""OK by text acknowledges what was told in that conversation, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import Alert, AuditEvent
from messaging.alerting import letters, notify
from messaging.models import Message, Participant
from messaging.phones import members
from snoutos.accounts.models import User
from snoutos.accounts.roles import Role
from tests.business import Business, open_business, stranger
from tests.factories import UserFactory
from tests.messaging.alerting.steps import locked, states, texts_to, tick, use_phone
from tests.messaging.outbound.steps import claim

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


def told(business: Business, phone: str, sitter_id: int = 1) -> Alert:
    """A critical alert whose text is on its way to `phone`."""
    alert = locked(business, sitter_id)
    tick()
    claim(texts_to(phone)[-1])
    return alert


def state(alert: Alert) -> str:
    return Alert.objects.get(pk=alert.pk).state


def answers(phone: str) -> list[str]:
    return [one.body for one in texts_to(phone) if one.body.startswith("Got it")]


@pytest.mark.parametrize("body", ["OK", "ok", " Ok. ", "okay!", "OK 👍"])
def test_ok_acknowledges_and_is_answered(business: Business, body: str) -> None:
    phone = use_phone(business)
    alert = told(business, phone)
    assert texts_to(phone)[0].body.endswith("Reply OK if you've got it.")
    said = business.text(body, sender=phone)
    assert state(alert) == "acknowledged"
    assert answers(phone) == ["Got it: the alert is acknowledged. It stays in SnoutOS until it's resolved."]
    said.thread.refresh_from_db()
    assert said.thread.owner_position < said.position, "nobody in the office has to read an OK"
    answered = AuditEvent.objects.get(verb="alerts.answered")
    assert (answered.thread_id, answered.data["count"]) == (said.thread_id, 1)
    assert AuditEvent.objects.filter(verb="alert.acknowledged", subject_id=alert.pk).count() == 1


def test_all_that_was_told_there_is_acknowledged_at_once_and_once(business: Business) -> None:
    phone = use_phone(business)
    first, second = locked(business), locked(business, 2)
    tick()
    claim(texts_to(phone)[-1])
    business.text("OK", sender=phone)
    assert [state(one) for one in (first, second)] == ["acknowledged"] * 2
    again = business.text("OK", sender=phone)
    assert answers(phone) == [
        "Got it: 2 alerts are acknowledged. They stay in SnoutOS until they're resolved."
    ]
    again.thread.refresh_from_db()
    assert again.thread.owner_position == again.position, "an OK to nothing is a text like any other"


def test_what_was_not_told_there_stays_open(business: Business) -> None:
    phone = use_phone(business)
    told(business, phone)
    untold = locked(business, 2)
    business.text("OK", sender=phone)
    assert state(untold) == "open"


def test_what_did_not_leave_yet_is_not_acknowledged(business: Business) -> None:
    phone = use_phone(business)
    alert = locked(business)
    notify.notify(timezone.now())
    assert [one.state for one in texts_to(phone)] == ["queued"]
    business.text("OK", sender=phone)
    assert state(alert) == "open"


def test_an_ok_from_before_is_none(business: Business) -> None:
    """A text that reached us late is of when it was written."""
    phone = use_phone(business)
    alert = told(business, phone)
    Message.objects.filter(thread__kind="staff").update(created_at=timezone.now() + MINUTE)
    business.text("OK", sender=phone)
    assert state(alert) == "open"


@pytest.mark.parametrize("body", ["OK?", "ok thanks", "not OK", "OK call me", "NOK", "", "0K"])
def test_other_words_acknowledge_nothing(business: Business, body: str) -> None:
    phone = use_phone(business)
    alert = told(business, phone)
    business.text(body or "hm", sender=phone)
    assert state(alert) == ("acknowledged" if body == "OK?" else "open")


def test_nobody_elses_ok_counts(business: Business) -> None:
    phone = use_phone(business)
    alert = told(business, phone)
    business.thread()
    business.text("OK")
    business.text("OK", sender=business.sitter.phone)
    business.text("OK", sender=stranger())
    other = open_business("Elsewhere")
    theirs = use_phone(other)
    told(other, theirs)
    other.text("OK", sender=theirs)
    assert state(alert) == "open"
    assert states(alert)[-1] == ("text", "sent")


def member(business: Business, role: str, phone: str) -> User:
    user: User = UserFactory(organization=business.organization, role=role)
    return members.change_phone(user, new=phone, by=business.owner, at=timezone.now())


def test_a_member_is_named_as_who_acknowledged(business: Business) -> None:
    phone = stranger()
    owner = member(business, Role.OWNER, phone)
    use_phone(business, phone)
    alert = told(business, phone)
    business.text("OK", sender=phone)
    acknowledged = AuditEvent.objects.get(verb="alert.acknowledged", subject_id=alert.pk)
    assert (acknowledged.actor_kind, acknowledged.actor_id) == ("user", owner.pk)


def test_a_member_who_is_switched_off_acknowledges_nothing(business: Business) -> None:
    phone = stranger()
    owner = member(business, Role.OWNER, phone)
    use_phone(business, phone)
    alert = told(business, phone)
    User.objects.filter(pk=owner.pk).update(is_active=False)
    business.text("OK", sender=phone)
    assert state(alert) == "open"


def test_a_phone_that_alerts_no_longer_go_to_acknowledges_nothing(business: Business) -> None:
    phone = use_phone(business)
    alert = told(business, phone)
    use_phone(business)
    business.text("OK", sender=phone)
    assert state(alert) == "open"


def test_a_blocked_phone_acknowledges_nothing(business: Business) -> None:
    phone = use_phone(business)
    alert = told(business, phone)
    Participant.objects.filter(e164=phone).update(is_blocked=True)
    business.text("OK", sender=phone)
    assert state(alert) == "open"
    assert answers(phone) == []


def test_a_letter_that_waits_stays_then(business: Business) -> None:
    phone = use_phone(business)
    alert = locked(business)
    notify.notify(timezone.now())
    claim(texts_to(phone)[-1])
    business.text("OK", sender=phone)
    letters.send_due()
    assert states(alert) == [("mail", "skipped"), ("text", "sent")]
