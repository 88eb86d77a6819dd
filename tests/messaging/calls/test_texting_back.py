"""A caller whom no one took is texted where the owner wrote a text for it: whom it goes to, how often, and to whom never."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from messaging.calls import process, settings, texting_back
from messaging.calls.settings import Calls
from messaging.consent import changes as consent
from messaging.models import Call, Delivery, Message
from messaging.models.numbers import CallHandling
from messaging.phones import blocking
from tests.business import Business, stranger
from tests.messaging.calls.calling import (
    FORWARDED,
    RECORDING,
    VOICE,
    VOICE_STATUS,
    call_params,
    called,
    ended,
    forwarded,
    recording,
)

SORRY = "Sorry we missed your call. Text us here, and we'll text you back."


def text_missed_callers(
    business: Business, text: str = SORRY, *, office: str = "", voicemail: bool = False
) -> None:
    handling = CallHandling.OFFICE_PHONE if office else CallHandling.SENTENCE
    chosen = Calls(handling=handling, phone=office, voicemail=voicemail, text=text)
    settings.set_calls(business.front_desk, chosen, by=business.owner, at=timezone.now())


def sent() -> list[tuple[str, str]]:
    """Who was texted by itself, and what."""
    return [(one.recipient, one.body) for one in Delivery.objects.order_by("pk")]


def test_nobody_is_texted_unless_the_owner_wrote_a_text(business: Business) -> None:
    business.text("Hello")
    called(business, sender=business.client_phone)
    assert sent() == []


def test_a_client_whom_no_one_took_is_texted_once_the_call_is_over(business: Business) -> None:
    business.text("Hello")
    text_missed_callers(business)
    params = call_params(business, sender=business.client_phone)
    business.post(params, path=VOICE)
    assert sent() == []
    business.post(ended(params), path=VOICE_STATUS)
    assert sent() == [(business.client_phone, SORRY)]
    message = Message.objects.get(author_kind="system")
    assert (message.thread, message.position) == (Call.objects.get().thread, 3)
    assert Delivery.objects.get().purpose == "service"
    assert business.verbs().count("call.texted_back") == 1


def test_every_request_may_come_twice_and_the_text_goes_once(business: Business) -> None:
    business.text("Hello")
    text_missed_callers(business)
    params = call_params(business, sender=business.client_phone)
    for _ in range(2):
        business.post(ended(params), path=VOICE_STATUS)
        business.post(params, path=VOICE)
    assert len(sent()) == 1


def test_one_who_calls_again_and_again_is_texted_once_in_twelve_hours(business: Business) -> None:
    business.text("Hello")
    text_missed_callers(business)
    for _ in range(3):
        called(business, sender=business.client_phone)
    assert len(sent()) == 1
    Call.objects.filter(texted_at__isnull=False).update(
        texted_at=timezone.now() - texting_back.ONCE_IN - timedelta(minutes=1)
    )
    called(business, sender=business.client_phone)
    assert len(sent()) == 2


def test_one_who_was_put_through_is_not_texted_and_one_who_was_not_is(business: Business) -> None:
    business.text("Hello")
    text_missed_callers(business, office="+14157010177")
    for outcome, texts in (("completed", 0), ("no-answer", 1)):
        params = call_params(business, sender=business.client_phone)
        business.post(params, path=VOICE)
        business.post(forwarded(params, outcome=outcome), path=FORWARDED)
        business.post(ended(params), path=VOICE_STATUS)
        assert len(sent()) == texts


def test_one_of_whom_nobody_said_whether_they_were_taken_is_texted_when_that_is_given_up(
    business: Business,
) -> None:
    business.text("Hello")
    text_missed_callers(business, office="+14157010177")
    called(business, sender=business.client_phone)
    assert sent() == []
    process.give_up(timezone.now() + process.GIVE_UP_AFTER_ITS_END + timedelta(minutes=1))
    assert len(sent()) == 1


def test_one_who_left_a_voicemail_is_texted_too(business: Business) -> None:
    business.text("Hello")
    text_missed_callers(business, voicemail=True)
    params = call_params(business, sender=business.client_phone)
    business.post(params, path=VOICE)
    business.post(recording(params), path=RECORDING)
    business.post(ended(params), path=VOICE_STATUS)
    assert len(sent()) == 1


def test_it_goes_only_where_an_automatic_text_may(business: Business) -> None:
    text_missed_callers(business)
    called(business, sender=stranger())
    called(business, sender=business.sitter.phone)
    called(business, sender=business.pool.e164)
    assert sent() == []
    business.text("Hello")
    consent.opt_out(business.organization, business.client_phone, by=business.owner, at=timezone.now())
    called(business, sender=business.client_phone)
    assert sent() == []


def test_somebody_blocked_is_not_texted(business: Business) -> None:
    thread = business.text("Hello").thread
    text_missed_callers(business)
    blocking.block(thread, by=business.owner, at=timezone.now())
    called(business, sender=business.client_phone)
    assert sent() == []


def test_what_screening_finds_in_it_holds_it_as_any_automatic_text(business: Business) -> None:
    business.text("Hello")
    text_missed_callers(business, "Call 415-701-0558")
    called(business, sender=business.client_phone)
    assert sent() == []
    assert Message.objects.get(author_kind="system").state == "held"


@pytest.mark.parametrize(("text", "is_on"), [(SORRY, True), ("  ", False)])
def test_the_trail_says_whether_missed_callers_are_texted(business: Business, text: str, is_on: bool) -> None:
    text_missed_callers(business, "Before")
    text_missed_callers(business, text)
    assert business.verbs().count("number.missed_call_text_set") == 2
    assert "number.calls_set" not in business.verbs()
    business.front_desk.refresh_from_db()
    assert bool(business.front_desk.missed_call_text) is is_on
