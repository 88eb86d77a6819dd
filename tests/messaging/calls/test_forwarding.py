"""A call is put through to the office's own people: which phone rings, what it shows, what became of it, and whom it never reaches."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from django.conf import settings as conf
from django.db import connection
from django.test import Client as Browser
from django.utils import timezone

from audit.models import Alert
from messaging import tasks
from messaging.calls import forwarding, plans, process, settings
from messaging.calls.answering import default_sentence
from messaging.calls.forwarding import CallsCannotGoThere
from messaging.calls.settings import BadCalls, Calls
from messaging.models import Call, ClientPhone, MessageNumber, Sitter, WebhookReceipt
from messaging.models.numbers import CallHandling
from messaging.people.phones import BadPhone
from messaging.phones import blocking, members
from snoutos.accounts.models import User
from snoutos.accounts.permissions import NotAllowed
from tests.business import Business, new_phone, open_business, stranger
from tests.messaging.calls.calling import (
    FORWARDED,
    VOICE,
    VOICE_STATUS,
    answer_to,
    call_params,
    called,
    colleague,
    ended,
    forwarded,
    put_through,
    put_through_to,
    put_through_to_member,
    rings,
)

OFFICE = "+14157010177"


def hindrance(business: Business) -> str:
    """Why calls to the front desk are not put through."""
    number = MessageNumber.objects.get(pk=business.front_desk.pk)
    return forwarding.hindrance(number, plans.when_open(number))


def asks(business: Business, *, sender: str = "", **more: str) -> str:
    """The phone that rings when somebody calls the front desk, the client unless said otherwise."""
    return rings(answer_to(business, call_params(business, sender=sender or business.client_phone, **more)))


def test_the_offices_phone_rings_and_sees_the_business_number(business: Business) -> None:
    put_through_to(business, "(415) 701-0177")
    said = answer_to(business, call_params(business, sender=business.client_phone))
    (dial,) = ElementTree.fromstring(said)
    assert (dial.tag, [(noun.tag, noun.text) for noun in dial]) == ("Dial", [("Number", OFFICE)])
    assert dial.attrib == {
        "callerId": business.front_desk.e164,
        "timeout": "20",
        "action": f"{conf.PUBLIC_BASE_URL}{FORWARDED}",
        "method": "POST",
        "answerOnBridge": "true",
    }
    assert business.client_phone not in said


def test_an_emergency_call_reaches_the_offices_phone_and_stands_in_the_conversation_while_it_rings(
    business: Business,
) -> None:
    thread = business.text("EMERGENCY: he collapsed, calling you now").thread
    business.window(thread)
    put_through_to(business, OFFICE)
    assert asks(business) == OFFICE
    call = Call.objects.get()
    assert (call.thread, call.state) == (thread, "forwarding")


def test_a_call_that_was_taken_is_no_missed_one(business: Business) -> None:
    put_through_to(business, OFFICE)
    call = put_through(business, sender=business.client_phone, talked=130)
    assert (call.state, call.talked_seconds, call.seconds) == ("answered", 130, 7)
    assert call.thread.owner_position == 0
    assert business.alerts() == []
    assert business.verbs()[-3:] == ["call.received", "call.forwarded", "call.ended"]


@pytest.mark.parametrize("outcome", ["no-answer", "busy", "failed", "canceled", "some-new-word"])
def test_one_that_nobody_takes_hears_the_sentence_and_is_missed(business: Business, outcome: str) -> None:
    put_through_to(business, OFFICE)
    params = call_params(business, sender=business.client_phone)
    business.post(params, path=VOICE)
    assert not Alert.objects.filter(kind="call.missed").exists()
    said = business.post(forwarded(params, outcome=outcome), path=FORWARDED).content.decode()
    assert f"<Say>{default_sentence(business.organization.name, is_forwarded=True)}</Say>" in said
    call = Call.objects.select_related("thread").get()
    assert (call.state, call.talked_seconds, call.thread.owner_position) == ("missed", None, call.position)
    assert business.alerts() == ["call.missed"]


def test_who_was_put_through_hears_no_sentence_afterwards(business: Business) -> None:
    put_through_to(business, OFFICE)
    params = call_params(business, sender=business.client_phone)
    business.post(params, path=VOICE)
    said = business.post(forwarded(params), path=FORWARDED).content.decode()
    assert "<Response><Hangup /></Response>" in said


def test_calls_follow_a_member_to_a_new_phone_and_stop_without_one(business: Business) -> None:
    ben = colleague(business)
    put_through_to_member(business, ben)
    assert asks(business) == ben.phone
    changed = members.change_phone(ben, new=new_phone("415"), by=business.owner, at=timezone.now())
    assert asks(business) == changed.phone
    members.change_phone(changed, new="", by=business.owner, at=timezone.now())
    assert asks(business) == ""


def test_calls_stop_for_a_member_who_left(business: Business) -> None:
    ben = colleague(business)
    put_through_to_member(business, ben)
    User.objects.filter(pk=ben.pk).update(is_active=False)
    assert asks(business) == ""
    assert "no phone here" in hindrance(business)


def test_no_call_can_be_sent_to_a_sitters_phone(business: Business) -> None:
    with pytest.raises(CallsCannotGoThere, match="Ana's, a sitter's"):
        put_through_to(business, business.sitter.phone)
    Sitter.objects.update(is_active=False)
    with pytest.raises(CallsCannotGoThere, match="never put through to a sitter"):
        put_through_to(business, business.sitter.phone)


def test_a_phone_that_became_a_sitters_rings_no_more(business: Business) -> None:
    put_through_to(business, OFFICE)
    Sitter.objects.filter(pk=business.sitter.pk).update(phone=OFFICE)
    business.window(business.thread())
    assert asks(business) == ""
    assert "never put through to a sitter" in hindrance(business)


def test_a_phone_that_became_a_clients_rings_no_more(business: Business) -> None:
    put_through_to(business, OFFICE)
    ClientPhone.objects.filter(client=business.client).update(e164=OFFICE)
    for sender in (business.sitter.phone, stranger()):
        assert asks(business, sender=sender) == ""


def test_a_clients_phone_and_one_they_still_talk_by_are_refused(business: Business) -> None:
    with pytest.raises(CallsCannotGoThere, match="never put through to a client"):
        put_through_to(business, business.client_phone)
    business.text("Hello")
    ClientPhone.objects.all().delete()
    with pytest.raises(CallsCannotGoThere, match="never put through to a client"):
        put_through_to(business, business.client_phone)


def test_one_who_sits_and_works_in_the_office_takes_calls_as_the_office(business: Business) -> None:
    ben = colleague(business)
    business.add_sitter("Ben", phone=ben.phone, user=ben)
    put_through_to_member(business, ben)
    assert asks(business) == ben.phone
    User.objects.filter(pk=ben.pk).update(is_active=False)
    assert asks(business) == ""
    with pytest.raises(CallsCannotGoThere):
        put_through_to(business, ben.phone)


def test_a_members_phone_is_chosen_by_the_member(business: Business) -> None:
    ben = colleague(business)
    with pytest.raises(CallsCannotGoThere, match="Choose Ben instead"):
        put_through_to(business, ben.phone)


def test_own_numbers_and_what_is_no_phone_are_refused(business: Business) -> None:
    for ours in (business.front_desk.e164, business.pool.e164):
        with pytest.raises(CallsCannotGoThere, match="one of your own numbers"):
            put_through_to(business, ours)
    for typed in ("555-0186", "911", "sip:x@example.test", "+1 555 123 4567"):
        with pytest.raises(BadPhone):
            put_through_to(business, typed)
    assert asks(business) == ""


def test_nobody_is_put_through_to_themselves_nor_numbers_to_each_other(business: Business) -> None:
    put_through_to(business, OFFICE)
    assert asks(business, sender=OFFICE) == ""
    assert asks(business, sender=open_business("Paws").front_desk.e164) == ""
    assert asks(business) == OFFICE


def test_a_caller_who_hides_is_put_through(business: Business) -> None:
    put_through_to(business, OFFICE)
    params = call_params(business, sender="+266696687")
    assert rings(answer_to(business, params)) == OFFICE
    assert business.post(forwarded(params, outcome="busy"), path=FORWARDED).status_code == 200
    assert not Call.objects.exists()


def test_a_blocked_phone_is_never_put_through(business: Business) -> None:
    thread = business.text("Hello").thread
    put_through_to(business, OFFICE)
    blocking.block(thread, by=business.owner, at=timezone.now())
    params = call_params(business, sender=business.client_phone)
    assert "<Reject" in answer_to(business, params)
    business.post(forwarded(params), path=FORWARDED)
    assert Call.objects.get().state == "turned_away"


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ({"handling": CallHandling.OFFICE_PHONE}, "Type the phone"),
        ({"handling": CallHandling.MEMBER}, "Choose the member"),
        ({"phone": OFFICE}, "only for calls that are forwarded to the office"),
    ],
)
def test_a_place_to_forward_to_belongs_to_its_handling(
    business: Business, chosen: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(BadCalls, match=sentence):
        settings.set_calls(business.front_desk, Calls(**chosen), by=business.owner, at=timezone.now())


def test_a_member_without_a_phone_one_of_another_business_and_staffs_word_are_refused(
    business: Business,
) -> None:
    foreign = open_business("Paws").owner
    User.objects.filter(pk=foreign.pk).update(phone=OFFICE)
    for member in (business.owner, User.objects.get(pk=foreign.pk)):
        with pytest.raises(CallsCannotGoThere, match="has no phone here"):
            put_through_to_member(business, member)
    with pytest.raises(NotAllowed):
        settings.set_calls(business.front_desk, Calls(), by=colleague(business), at=timezone.now())


def test_what_was_chosen_is_in_the_trail_without_a_phone(business: Business) -> None:
    put_through_to(business, OFFICE)
    put_through_to(business, OFFICE)
    assert business.verbs().count("number.calls_set") == 1


def test_requests_come_doubled_late_and_in_any_order(business: Business) -> None:
    put_through_to(business, OFFICE)
    params = call_params(business, sender=business.client_phone)
    told = forwarded(params, talked=40)
    for _ in range(2):
        business.post(told, path=FORWARDED)
    business.post(ended(params), path=VOICE_STATUS)
    business.post(params, path=VOICE)
    business.post({**told, "DialCallStatus": "no-answer"}, path=FORWARDED)
    call = Call.objects.get()
    assert (call.state, call.talked_seconds, call.seconds) == ("answered", 40, 7)
    assert business.verbs().count("call.forwarded") == 1


def test_one_that_was_thought_missed_is_answered_when_the_provider_says_so_late(business: Business) -> None:
    put_through_to(business, OFFICE)
    params = call_params(business, sender=business.client_phone)
    business.post(ended(params), path=VOICE_STATUS)
    assert Call.objects.get().state == "missed"
    business.post(forwarded(params), path=FORWARDED)
    assert Call.objects.get().state == "answered"


@pytest.mark.parametrize("is_over", [True, False])
def test_when_nobody_says_what_became_of_it_it_is_missed_after_a_while(
    business: Business, is_over: bool
) -> None:
    put_through_to(business, OFFICE)
    params = call_params(business, sender=business.client_phone)
    business.post(params, path=VOICE)
    if is_over:
        business.post(ended(params), path=VOICE_STATUS)
    wait = process.GIVE_UP_AFTER_ITS_END if is_over else process.GIVE_UP_AFTER
    now = timezone.now()
    assert process.give_up(now) == process.give_up(now + wait - timedelta(minutes=1)) == 0
    tasks.end_forwarding()
    assert Call.objects.get().state == "forwarding"
    assert process.give_up(now + wait + timedelta(minutes=1)) == 1
    assert (Call.objects.get().state, business.alerts()) == ("missed", ["call.missed"])
    business.post(forwarded(params), path=FORWARDED)
    assert Call.objects.get().state == "answered"


def test_a_forged_outcome_is_refused_and_an_unreadable_one_kept(business: Business) -> None:
    put_through_to(business, OFFICE)
    params = call_params(business, sender=business.client_phone)
    assert business.post(forwarded(params), path=FORWARDED, token="wrong").status_code == 403
    assert not Call.objects.exists()
    nameless = {**forwarded(params), "DialCallStatus": ""}
    assert "<Say>" in business.post(nameless, path=FORWARDED).content.decode()
    assert WebhookReceipt.objects.get().state == "unactionable"


def test_calls_go_on_as_before_where_nothing_was_chosen(business: Business) -> None:
    assert asks(business) == ""
    assert called(business, sender=business.client_phone).state == "missed"


@pytest.mark.django_db(transaction=True)
def test_an_outcome_told_by_many_at_once_is_one() -> None:
    business = open_business()
    put_through_to(business, OFFICE)
    params = call_params(business, sender=stranger())
    posts = [(VOICE, params), (FORWARDED, forwarded(params)), (VOICE_STATUS, ended(params))] * 4
    gate = threading.Barrier(len(posts))

    def post(path: str, body: dict[str, str]) -> int:
        mine = Business(**{**vars(business), "http": Browser()})
        gate.wait()
        try:
            return int(mine.post(body, path=path).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(posts)) as pool:
        assert set(pool.map(lambda one: post(*one), posts)) == {200}
    call = Call.objects.get()
    assert (call.state, call.talked_seconds, call.seconds) == ("answered", 75, 7)
    assert business.verbs().count("call.forwarded") == 1
