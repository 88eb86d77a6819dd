"""The one text that leaves after an opt-out: at once, never a second, never where the provider answered, never after START."""

from __future__ import annotations

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection
from django.utils import timezone

from messaging.consent import changes
from messaging.consent.standing import is_opted_out
from messaging.models import Delivery, MessageNumber, OptOut, Participant, SendAttempt
from messaging.outbound.outcome import record_outcome
from messaging.outbound.queue import begin_call
from messaging.people import threads
from messaging.providers.base import Refused
from snoutos.accounts.models import Organization
from snoutos.devtools.twilio_sim.testing import SimulatorClient
from tests.business import Business
from tests.messaging.outbound.racing import race
from tests.messaging.outbound.steps import claim, fresh, owner_says, send, travel

pytestmark = pytest.mark.django_db

SENTENCE = "Happy Tails: You won't get any more texts from us. Reply START to get them again."


def confirmations() -> list[Delivery]:
    return list(Delivery.objects.filter(authority="confirmation").order_by("pk"))


@pytest.mark.parametrize(
    "body", ["Stop please", "STOP!!", "“Stop”", "stop, thanks", "Opt out.", "please opt me out"]
)
def test_a_revocation_that_the_provider_did_not_answer_is_confirmed_at_once(
    business: Business, simulator: SimulatorClient, body: str
) -> None:
    thread = business.thread()
    waiting = owner_says(business, "See you at five", thread=thread)
    business.text(body)
    (confirmation,) = confirmations()
    assert (confirmation.body, confirmation.sender) == (SENTENCE, business.front_desk.e164)
    assert (confirmation.thread, confirmation.message.audience) == (thread, "owner")
    assert not confirmation.obeys_quiet_hours
    assert fresh(waiting).reason == "opted_out"
    assert send(confirmation).state == "sent"
    assert [text.body for text in simulator.phone_texts(business.client_phone)] == [SENTENCE]
    assert is_opted_out(business.organization.pk, business.client_phone)


@pytest.mark.parametrize(("body", "begins"), [("Parar", "Listo: "), ("ARRÊT", "Vous ne recevrez plus")])
def test_it_is_in_the_language_of_the_word(business: Business, body: str, begins: str) -> None:
    business.text(body)
    (confirmation,) = confirmations()
    assert confirmation.body.startswith(f"Happy Tails: {begins}")
    assert confirmation.segments == 1


@pytest.mark.parametrize("body", ["STOP", "stop", " Stop \n", "UNSUBSCRIBE"])
def test_an_exact_word_was_answered_by_the_provider(business: Business, body: str) -> None:
    business.text(body)
    assert confirmations() == []


def test_what_the_provider_read_as_stop_was_answered_by_it(business: Business) -> None:
    business.text("no more of this", OptOutType="STOP")
    assert confirmations() == []


def test_there_is_never_a_second(business: Business, simulator: SimulatorClient) -> None:
    business.text("Stop please")
    business.text("Please stop!!", to=business.sitter_number.e164)
    (confirmation,) = confirmations()
    assert send(confirmation).state == "sent"
    business.text("stop, thanks")
    assert len(confirmations()) == 1


def test_a_stop_that_the_provider_answers_meanwhile_takes_ours_back(business: Business) -> None:
    business.text("Stop please")
    business.text("STOP", to=business.sitter_number.e164)
    (confirmation,) = confirmations()
    assert (confirmation.state, confirmation.reason) == ("canceled", "confirmed_otherwise")


def test_after_start_in_between_it_does_not_leave(business: Business, simulator: SimulatorClient) -> None:
    business.text("Stop please")
    (confirmation,) = confirmations()
    attempt = claim(confirmation)
    business.text("START")
    assert begin_call.begin(attempt) is None
    assert (fresh(confirmation).state, fresh(confirmation).reason) == ("canceled", "confirmed_otherwise")
    assert simulator.phone_texts(business.client_phone) == []


def test_the_next_opt_out_is_confirmed_anew_and_the_old_confirmation_stays_back(
    business: Business, simulator: SimulatorClient
) -> None:
    business.text("Stop please")
    left = begin_call.begin(claim(confirmations()[0]))
    assert left is not None
    business.text("Start")
    business.text("stop, thanks")
    record_outcome.record(left.attempt, Refused(20429, "retry_later"))
    travel(left.delivery, timedelta(minutes=2))
    old, new = confirmations()
    assert send(new).state == "sent"
    assert send(old).state == "canceled"
    assert len(simulator.phone_texts(business.client_phone)) == 1


def test_the_owners_record_of_an_opt_out_is_not_confirmed_by_text(business: Business) -> None:
    changes.opt_out(business.organization, business.client_phone, by=business.owner, at=timezone.now())
    assert confirmations() == []
    business.text("Stop please")
    assert confirmations() == [], "it stood already"


def test_a_confirmation_leaves_to_nobody_who_gets_texts(business: Business) -> None:
    business.text("Stop please")
    (confirmation,) = confirmations()
    attempt = claim(confirmation)
    # Not by any verb: as if the row had been left behind.
    OptOut.objects.of(business.organization).update(is_in_force=False)
    assert begin_call.begin(attempt) is None
    assert fresh(confirmation).reason == "confirmed_otherwise"


def test_a_refused_call_is_tried_again_while_the_opt_out_stands(
    business: Business, simulator: SimulatorClient
) -> None:
    business.text("Stop please")
    (confirmation,) = confirmations()
    left = begin_call.begin(claim(confirmation))
    assert left is not None
    record_outcome.record(left.attempt, Refused(20429, "retry_later"))
    travel(confirmation, timedelta(minutes=2))
    assert send(confirmation).state == "sent"


def test_a_sitter_hears_it_from_the_office_and_not_over_a_clients_line(business: Business) -> None:
    thread = business.thread()
    business.window(thread)
    business.text("Is Biscuit ok?")
    line = Participant.objects.get(thread=thread, role="sitter")
    business.text("please stop", sender=business.sitter.phone, to=line.number.e164)
    (confirmation,) = confirmations()
    assert confirmation.thread.kind == "staff"
    assert (confirmation.recipient, confirmation.sender) == (business.sitter.phone, business.front_desk.e164)


@pytest.mark.parametrize("gone", ["number", "party", "machine"])
def test_nothing_is_sent_where_nothing_may_be(business: Business, gone: str) -> None:
    business.thread()
    if gone == "number":
        MessageNumber.objects.filter(pk=business.front_desk.pk).update(state="quarantined")
    elif gone == "party":
        Participant.objects.update(is_blocked=True)
    business.text("Stop please", sender="25370" if gone == "machine" else "")
    assert confirmations() == []


def test_a_name_with_an_address_in_it_is_left_out(business: Business) -> None:
    Organization.objects.filter(pk=business.organization.pk).update(name="Call 619 555 0144")
    business.text("Stop please")
    (confirmation,) = confirmations()
    assert confirmation.body == SENTENCE.removeprefix("Happy Tails: ")


def test_a_closed_thread_is_reopened_by_the_text_and_confirmed(
    business: Business, simulator: SimulatorClient
) -> None:
    threads.close_thread(business.thread(), by=business.owner, at=timezone.now())
    business.text("Stop please")
    assert send(confirmations()[0]).state == "sent"


# STOP, START and the sender at the same moment, with real commits.

ROUNDS = 20


@pytest.mark.exhaustive
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("word", ["START", "STOP"])
def test_no_confirmation_leaves_after_start_or_an_answered_stop(
    business: Business, monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    """START ends the opt-out; an exact STOP was answered by the provider. Whichever commits first wins."""
    left_after = stopped = 0
    head_start = 0.005
    for _ in itertools.repeat(None, ROUNDS):
        _allow(business)
        business.text("Stop please")
        confirmation = confirmations()[-1]
        committed, left_at = race(partial(business.text, word), claim(confirmation), monkeypatch, head_start)
        if left_at is None:
            stopped += 1
            assert fresh(confirmation).reason == "confirmed_otherwise"
        elif committed < left_at:
            left_after += 1
        head_start += -0.002 if left_at is None else 0.002
        _settle(confirmation)
    assert left_after == 0
    assert 0 < stopped < ROUNDS, "a race that one side always wins shows nothing"


@pytest.mark.django_db(transaction=True)
def test_the_same_revocation_over_two_numbers_at_once_is_confirmed_once(business: Business) -> None:
    for number in (business.front_desk, business.sitter_number):
        business.text("Hello", to=number.e164)
    for _ in itertools.repeat(None, ROUNDS):
        _allow(business)
        before = len(confirmations())
        start = threading.Barrier(2)

        def say(to: str, start: threading.Barrier = start) -> None:
            start.wait()
            try:
                business.text("Please stop", to=to)
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as pool:
            for done in [pool.submit(say, n.e164) for n in (business.front_desk, business.sitter_number)]:
                done.result()
        assert len(confirmations()) == before + 1
        Delivery.objects.filter(state="queued").update(state="canceled", reason="next_round")


def _allow(business: Business) -> None:
    changes.opt_in(business.organization, business.client_phone, by=business.owner, at=timezone.now())


def _settle(confirmation: Delivery) -> None:
    for attempt in SendAttempt.objects.filter(delivery=confirmation, state="calling"):
        record_outcome.record(attempt, Refused(20429, "retry_later"))
    Delivery.objects.filter(state="queued").update(state="canceled", reason="next_round")
