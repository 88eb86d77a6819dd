"""A paused number rests as long as the business says, is not used again before, and is a pool number afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import Alert, AuditEvent
from messaging.errors import CoolingDown, NotPossibleNow
from messaging.models import Message, MessageNumber, Participant
from messaging.numbers import cooldown, lifecycle
from messaging.people import starting
from messaging.people.starting import Whom
from tests.business import Business

DAY = timedelta(days=1)


def again(number: MessageNumber) -> MessageNumber:
    found: MessageNumber = MessageNumber.objects.get(pk=number.pk)
    return found


def activate(business: Business, number: MessageNumber) -> MessageNumber:
    return lifecycle.activate(number, by=business.owner, at=timezone.now())


@pytest.mark.parametrize("days", [30, 90, 365])
def test_it_is_as_long_as_the_business_says(business: Business, days: int) -> None:
    business.organization.number_cooldown_days = days
    business.organization.save()
    at = timezone.now()
    number = lifecycle.quarantine(again(business.pool), reason="Spam", by=business.owner, at=at)
    assert number.quarantined_until == at + days * DAY
    event = AuditEvent.objects.get(verb="number.quarantined")
    assert event.data["until"].startswith((at + days * DAY).date().isoformat())


def test_a_number_that_people_know_is_not_used_again_before(business: Business) -> None:
    business.thread()
    number = business.pause()
    with pytest.raises(CoolingDown, match="stays paused until"):
        activate(business, number)
    assert again(number).state == "quarantined"


def test_nor_one_that_only_a_sitter_knows(business: Business) -> None:
    business.window(business.thread())
    line = Participant.objects.get(role="sitter")
    business.pause(line.number)
    with pytest.raises(CoolingDown):
        activate(business, line.number)


def test_one_that_nobody_ever_texted_with_is(business: Business) -> None:
    business.pause(business.pool)
    number = activate(business, business.pool)
    assert (number.state, number.role, number.quarantined_until) == ("active", "pool", None)
    assert number.state_reason == ""
    assert business.verbs().count("number.activated") == 1


def test_it_ends_by_itself_and_then_it_is_a_pool_number(business: Business) -> None:
    thread = business.text("Hi Ana", to=business.sitter_number.e164).thread
    number = business.pause(business.sitter_number)
    assert number.quarantined_until is not None
    cooldown.end_due(number.quarantined_until - timedelta(seconds=1))
    assert again(number).state == "quarantined"
    cooldown.end_due(number.quarantined_until)
    after = again(number)
    assert (after.state, after.role, after.sitter, after.quarantined_until) == ("active", "pool", None, None)
    event = AuditEvent.objects.get(verb="number.cooldown_ended")
    assert (event.actor_kind, event.data) == ("system", {"threads": 1})
    assert Alert.objects.get(kind="number.cooldown_ended").severity == "info"
    assert Participant.objects.get(thread=thread).left_reason == "line_released"
    cooldown.end_due(number.quarantined_until + DAY)
    assert business.verbs().count("number.cooldown_ended") == 1


def test_who_still_has_it_then_reaches_the_owner_alone(business: Business) -> None:
    thread = business.thread()
    business.window(thread)
    number = business.pause()
    assert number.quarantined_until is not None
    cooldown.end_due(number.quarantined_until)
    text = business.text("Still there?")
    assert (text.thread, text.audience) == (thread, "owner")
    assert not text.deliveries.exists()
    with pytest.raises(NotPossibleNow):
        activate(business, number)


def test_the_client_is_written_to_from_another_number(business: Business) -> None:
    business.thread()
    number = business.pause()
    assert number.quarantined_until is not None
    cooldown.end_due(number.quarantined_until)
    started = starting.start(Whom(client=business.client), by=business.owner, at=timezone.now())
    said = business.says(started.thread, "Hello")
    assert said.deliveries.get().sender != number.e164


def test_what_was_paused_without_an_end_stays_until_it_is_paused_again(business: Business) -> None:
    business.text("Hi", to=business.pool.e164)
    MessageNumber.objects.filter(pk=business.pool.pk).update(state="quarantined")
    cooldown.end_due(timezone.now() + 1000 * DAY)
    assert again(business.pool).state == "quarantined"
    with pytest.raises(CoolingDown, match="Pause it once more"):
        activate(business, business.pool)
    number = business.pause(business.pool)
    assert number.quarantined_until is not None
    with pytest.raises(NotPossibleNow):
        business.pause(business.pool)
    cooldown.end_due(number.quarantined_until)
    assert again(number).state == "active"


def test_an_end_that_was_set_before_holds(business: Business) -> None:
    soon = timezone.now() + 7 * DAY
    MessageNumber.objects.filter(pk=business.pool.pk).update(state="quarantined", quarantined_until=soon)
    cooldown.end_due(soon)
    assert again(business.pool).state == "active"


def test_a_text_to_it_meanwhile_comes_to_the_owner(business: Business) -> None:
    business.window(business.thread())
    business.pause()
    text = business.text("Anybody?")
    assert Message.objects.get(pk=text.pk).thread == business.thread()
    assert not text.deliveries.exists()
