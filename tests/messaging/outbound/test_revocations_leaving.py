"""A text that may ask for no more texts against what is about to leave, and a decision against the person's own STOP, at one moment."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from messaging.consent.standing import is_opted_out
from messaging.errors import AlreadyReviewed, ConsentNeeded
from messaging.models import Consent, Delivery, Message, Revocation, Thread
from messaging.models.consent import Purpose
from messaging.outbound.queue import begin_call
from messaging.outbound.queue.submit import Author, submit
from messaging.phones import moving
from messaging.review import revocations
from snoutos.accounts.models import Organization
from snoutos.devtools.twilio_sim.testing import SimulatorClient
from tests.business import Business
from tests.factories import UserFactory
from tests.messaging.consent.agreeing import agree
from tests.messaging.outbound.racing import race
from tests.messaging.outbound.steps import claim, fresh, owner_says, send

pytestmark = pytest.mark.django_db

SAID = "please stop texting me"


def automatic(business: Business, thread: Thread | None = None) -> Delivery:
    said = submit(
        thread=thread or business.thread(), author=Author.system(), body="Tomorrow!", at=timezone.now()
    )
    assert said.delivery is not None
    return said.delivery


def test_a_phone_without_consent_is_asked_about_when_it_leaves_too(
    business: Business, simulator: SimulatorClient
) -> None:
    delivery = automatic(business)
    business.client.phones.update(automations_off_at=timezone.now())
    with pytest.raises(ConsentNeeded):
        automatic(business)
    assert begin_call.begin(claim(delivery)) is None
    assert (fresh(delivery).state, fresh(delivery).reason) == ("canceled", "consent_needed")
    assert send(owner_says(business, "See you at five")).state == "sent"


def test_offers_and_old_acquaintances_are_asked_about_when_they_leave_too(
    business: Business, simulator: SimulatorClient
) -> None:
    thread = business.thread()
    agree(business.client.phones.get(), by=business.owner, purpose=Purpose.PROMOTIONAL)
    author = Author.automation(1, is_urgent=True, purpose=Purpose.PROMOTIONAL)
    said = submit(thread=thread, author=author, body="10 % off", at=timezone.now())
    assert said.delivery is not None
    attempt = claim(said.delivery)
    Consent.objects.update(ended_at=timezone.now(), ended_as="recycled")
    assert begin_call.begin(attempt) is None
    assert fresh(said.delivery).reason == "no_consent_to_offers"
    service = automatic(business)
    Message.objects.filter(author_kind="client").update(created_at=timezone.now() - timedelta(days=366))
    assert begin_call.begin(claim(service)) is None
    assert fresh(service).reason == "no_recent_dealings"


def test_a_claimed_automatic_text_is_taken_back(business: Business, simulator: SimulatorClient) -> None:
    delivery = automatic(business)
    attempt = claim(delivery)
    business.text(SAID)
    assert begin_call.begin(attempt) is None
    assert (fresh(delivery).state, fresh(delivery).reason) == ("canceled", "revocation_open")
    assert simulator.phone_texts(business.client_phone) == []


def test_one_that_nobody_took_back_is_stopped_by_the_last_look(
    business: Business, simulator: SimulatorClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Queued by somebody who asked before the text came in."""
    business.text(SAID)
    with monkeypatch.context() as early:
        early.setattr("messaging.outbound.queue.permission.automatic_refusal", lambda *_, **__: None)
        delivery = automatic(business)
    assert begin_call.begin(claim(delivery)) is None
    assert (fresh(delivery).state, fresh(delivery).reason) == ("canceled", "revocation_open")


def test_a_person_may_still_write_and_the_confirmation_leaves_once(
    business: Business, simulator: SimulatorClient
) -> None:
    business.text(SAID)
    assert send(owner_says(business, "Do you mean the reminders?")).state == "sent"
    revocations.opt_out(Revocation.objects.get(), by=business.owner, at=timezone.now())
    (confirmation,) = Delivery.objects.filter(authority="confirmation")
    assert send(confirmation).state == "sent"
    assert [text.body for text in simulator.phone_texts(business.client_phone)] == [
        "Do you mean the reminders?",
        "Happy Tails: You won't get any more texts from us. Reply START to get them again.",
    ]


def test_a_moved_conversation_confirms_from_where_it_is(
    business: Business, simulator: SimulatorClient
) -> None:
    business.text(SAID)
    number = business.add_number("front_desk")
    moving.move(business.thread(), number, by=business.owner, at=timezone.now())
    revocations.opt_out(Revocation.objects.get(), by=business.owner, at=timezone.now())
    assert Delivery.objects.get(authority="confirmation").sender == number.e164


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("head_start", [-0.06, -0.02, 0.0, 0.02, 0.06])
def test_the_text_against_an_automatic_one_that_leaves(
    business: Business, simulator: SimulatorClient, monkeypatch: pytest.MonkeyPatch, head_start: float
) -> None:
    delivery = automatic(business)
    attempt = claim(delivery)
    came_in, left = race(lambda: business.text(SAID), attempt, monkeypatch, head_start)
    if left is None:
        assert (fresh(delivery).state, fresh(delivery).reason) == ("canceled", "revocation_open")
    else:
        assert left < came_in
        assert fresh(delivery).revoked == "revocation_open", "and it is not tried again"
    assert Revocation.objects.get().state == "open"


@pytest.mark.django_db(transaction=True)
def test_two_owners_and_a_stop_at_once_decide_once(business: Business, simulator: SimulatorClient) -> None:
    second = UserFactory(organization=Organization.objects.get(pk=business.organization.pk), role="owner")
    for word in ("STOP", "START"):
        business.text("START")
        business.text(SAID)
        row = Revocation.objects.latest("pk")
        results = _at_once(
            lambda row=row: revocations.opt_out(row, by=business.owner, at=timezone.now()),
            lambda row=row: revocations.not_meant(row, by=second, at=timezone.now()),
            lambda word=word: business.text(word),
        )
        row.refresh_from_db()
        assert row.state in ("opted_out", "not_meant")
        assert results.count(True) + results.count(False) == 3
        assert results[:2].count(False) == (2 if row.decided_by is None else 1), "who comes second is told"
        assert Delivery.objects.filter(authority="confirmation", state="queued").count() <= 1
        if word == "STOP":
            assert is_opted_out(business.organization.pk, business.client_phone)


def _at_once(*doings: object) -> list[bool]:
    """Whether each did it: False for one who was told that somebody else had."""
    start = threading.Barrier(len(doings))

    def run(doing: object) -> bool:
        assert callable(doing)
        start.wait()
        try:
            doing()
        except AlreadyReviewed:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(len(doings)) as pool:
        return list(pool.map(run, doings))
