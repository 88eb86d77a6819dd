"""A call comes in: what the caller hears, where it stands, who hears of it, and that nothing is connected."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client as Browser
from django.utils import timezone

from audit.models import Alert, Occurrence
from messaging.calls import settings
from messaging.calls.answering import default_sentence
from messaging.calls.settings import Calls
from messaging.errors import NotPossibleNow
from messaging.inbound import receipts, taking_in
from messaging.models import Call, Message, Participant, Thread, WebhookReceipt
from messaging.numbers import lifecycle
from messaging.people import threads
from messaging.phones import blocking
from snoutos.accounts.permissions import NotAllowed
from tests.business import Business, open_business, stranger
from tests.factories import MessageNumberFactory, UserFactory
from tests.messaging.calls.calling import VOICE, VOICE_STATUS, answer_to, call_params, called, ended


def says(business: Business, sentence: str) -> None:
    """Callers of the front desk hear `sentence`."""
    settings.set_calls(business.front_desk, Calls(sentence=sentence), by=business.owner, at=timezone.now())


def test_a_clients_call_is_answered_and_stands_in_their_conversation(business: Business) -> None:
    first = business.text("Hello")
    params = call_params(business, sender=business.client_phone)
    said = default_sentence(business.organization.name)
    assert f"<Response><Say>{said}</Say><Hangup /></Response>" in answer_to(business, params)
    business.post(ended(params, seconds=7), path=VOICE_STATUS)
    call = Call.objects.get()
    assert (call.thread, call.position, call.state, call.seconds) == (first.thread, 2, "missed", 7)
    assert call.ended_at is not None
    first.thread.refresh_from_db()
    assert (first.thread.owner_position, first.thread.last_position) == (2, 2)
    assert business.verbs()[-2:] == ["call.received", "call.ended"]
    assert Alert.objects.get(kind="call.missed").thread_id == first.thread_id


def test_the_next_text_comes_behind_the_call(business: Business) -> None:
    call = called(business, sender=business.client_phone)
    assert business.text("Are you there?").position == call.position + 1


def test_the_owners_sentence_is_said_as_text(business: Business) -> None:
    says(business, "We & <you>")
    params = call_params(business, sender=business.client_phone)
    assert "<Say>We &amp; &lt;you&gt;</Say>" in answer_to(business, params)
    says(business, " ")
    assert "Please text us here" in answer_to(business, call_params(business, sender=stranger()))
    assert business.verbs().count("number.call_sentence_set") == 2
    assert "number.calls_set" not in business.verbs()


def test_only_an_owner_sets_the_sentence_and_only_of_a_number_in_use(business: Business) -> None:
    staff = UserFactory(organization=business.organization, role="staff")
    with pytest.raises(NotAllowed):
        settings.set_calls(business.front_desk, Calls(sentence="Hi"), by=staff, at=timezone.now())
    lifecycle.retire(business.pool, reason="unused", by=business.owner, at=timezone.now())
    with pytest.raises(NotPossibleNow):
        settings.set_calls(business.pool, Calls(sentence="Hi"), by=business.owner, at=timezone.now())


def test_an_unknown_caller_gets_a_conversation_and_no_rule_reacts(business: Business) -> None:
    before = Occurrence.objects.count()
    call = called(business, sender=stranger())
    assert (call.participant.role, call.thread.kind) == ("unknown", "care")
    assert call.thread.owner_position == 1
    assert Occurrence.objects.count() == before
    assert not Alert.objects.filter(kind="call.missed").exists()
    assert business.text("It was me", sender=call.participant.e164).thread == call.thread


def test_a_sitters_call_over_a_clients_line_is_the_offices(business: Business) -> None:
    thread = business.thread()
    business.window(thread)
    business.text("Hello")
    line = Participant.objects.select_related("number").get(thread=thread, role="sitter")
    params = call_params(business, sender=business.sitter.phone, to=line.number.e164)
    said = answer_to(business, params)
    assert "<Dial" not in said
    assert business.client_phone not in said
    call = Call.objects.get()
    assert (call.participant, call.state) == (line, "missed")
    assert not Alert.objects.filter(kind="call.missed").exists()


def test_a_client_is_never_put_through_to_the_sitter_on_duty(business: Business) -> None:
    business.window(business.thread())
    said = answer_to(business, call_params(business, sender=business.client_phone))
    assert "<Dial" not in said
    assert business.sitter.phone not in said


def test_a_blocked_phone_rings_busy_on_every_number_and_is_never_unread(business: Business) -> None:
    thread = business.text("Hello").thread
    threads.mark_read(thread, business.owner)
    blocking.block(thread, by=business.owner, at=timezone.now())
    for to in (business.front_desk.e164, business.pool.e164):
        said = answer_to(business, call_params(business, sender=business.client_phone, to=to))
        assert '<Response><Reject reason="busy" /></Response>' in said
    assert set(Call.objects.values_list("state", flat=True)) == {"turned_away"}
    thread.refresh_from_db()
    assert thread.owner_position == 1
    assert not Alert.objects.filter(kind="call.missed").exists()


def test_a_call_reopens_a_closed_conversation(business: Business) -> None:
    thread = business.text("Hello").thread
    threads.close_thread(thread, by=business.owner, at=timezone.now())
    called(business, sender=business.client_phone)
    thread.refresh_from_db()
    assert thread.state == "open"


def test_the_end_may_be_told_first_or_alone(business: Business) -> None:
    params = call_params(business, sender=business.client_phone)
    business.post(ended(params, status="canceled"), path=VOICE_STATUS)
    call = Call.objects.get()
    assert (call.state, call.seconds) == ("missed", 7)
    business.post(params, path=VOICE)
    business.post(ended(params, seconds=9), path=VOICE_STATUS)
    call.refresh_from_db()
    assert (Call.objects.count(), call.seconds) == (1, 7)


@pytest.mark.parametrize(
    "caller", ["+266696687", "anonymous", "", "sip:sam@example.test", "client:x", "+1" * 40]
)
def test_a_caller_without_a_number_hears_the_sentence_and_is_set_aside(
    business: Business, caller: str
) -> None:
    assert "<Say>" in answer_to(business, call_params(business, sender=caller))
    assert not Call.objects.exists()
    assert WebhookReceipt.objects.get().state == "unactionable"


@pytest.mark.parametrize(
    "broken", [{"CallSid": ""}, {"CallSid": "SM1"}, {"CallStatus": ""}, {"From": "\x00"}]
)
def test_what_cannot_be_read_is_kept_and_answered(business: Business, broken: dict[str, str]) -> None:
    params = {**call_params(business, sender=business.client_phone), **broken}
    assert "<Say>" in answer_to(business, params)
    assert WebhookReceipt.objects.get().state == "unactionable"


def test_a_forged_call_and_one_to_anothers_number_are_refused(business: Business) -> None:
    other = open_business("Paws")
    params = call_params(business, sender=business.client_phone)
    assert business.post(params, path=VOICE, token="wrong").status_code == 403
    for path in (VOICE, VOICE_STATUS):
        foreign = call_params(business, sender=business.client_phone, to=other.front_desk.e164)
        assert business.post(foreign, path=path).status_code == 403
    assert business.post({**params, "More": "x" * 70_000}, path=VOICE).status_code == 413
    assert not Call.objects.exists()


def test_a_call_for_a_number_that_nobody_added_waits_for_it(business: Business) -> None:
    e164 = "+16285557777"
    assert "<Say>" in answer_to(business, call_params(business, sender=business.client_phone, to=e164))
    assert WebhookReceipt.objects.get().state == "unrouted"
    number = MessageNumberFactory(organization=business.organization, account=business.account, e164=e164)
    assert receipts.process_unrouted(number) == 1
    assert Call.objects.get().number == number


def test_the_caller_hears_the_sentence_also_when_taking_the_call_in_fails(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError

    params = call_params(business, sender=business.client_phone)
    with monkeypatch.context() as broken:
        broken.setattr(taking_in, "process_call", fail)
        assert "<Say>" in answer_to(business, params)
    receipt = WebhookReceipt.objects.get()
    assert (receipt.state, Call.objects.count()) == ("failed", 0)
    assert receipts.process_again(receipt)
    assert Call.objects.get().provider_sid == params["CallSid"]


@pytest.mark.django_db(transaction=True)
def test_twenty_posts_of_one_call_at_once_are_one_call() -> None:
    business = open_business()
    sender = stranger()
    params = call_params(business, sender=sender)
    gate = threading.Barrier(10)

    def post(i: int) -> int:
        mine = Business(**{**vars(business), "http": Browser()})
        if i < 10:
            gate.wait()
        try:
            path, body = (VOICE, params) if i % 2 else (VOICE_STATUS, ended(params))
            return int(mine.post(body, path=path).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        assert set(pool.map(post, range(20))) == {200}
    call = Call.objects.get()
    assert (call.position, call.seconds) == (1, 7)
    assert (Thread.objects.count(), Message.objects.count()) == (1, 0)
    assert not WebhookReceipt.objects.exclude(state="done").exists()
    assert business.verbs().count("call.received") == business.verbs().count("call.ended") == 1
