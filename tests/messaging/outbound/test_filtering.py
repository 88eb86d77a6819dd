"""Carriers that filter a number: automations on it pause, people's texts go on, and the owner sees why and lifts it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from audit.models import Alert, AuditEvent
from audit.record import recording
from messaging import tasks
from messaging.errors import NotPossibleNow, NumberFiltered
from messaging.models import Delivery, MessageNumber, Thread
from messaging.numbers import filtering
from messaging.numbers.filtering import longest_run
from messaging.outbound.queue import begin_call, permission
from messaging.outbound.queue.submit import Author, submit
from messaging.people import office
from messaging.wording import deliveries as wording
from snoutos.accounts.permissions import NotAllowed
from snoutos.adminkit.rows import address
from snoutos.devtools.twilio_sim.testing import SimulatorClient
from tests.api.factories import key_of
from tests.automations.rules import active, settle, steps
from tests.business import Business, stranger
from tests.doors.pages import press
from tests.factories import UserFactory
from tests.messaging.outbound.steps import claim, fresh, send

pytestmark = pytest.mark.django_db


def again(number: MessageNumber) -> MessageNumber:
    found: MessageNumber = MessageNumber.objects.get(pk=number.pk)
    return found


def lost(business: Business, phone: str = "", *, error: str = "30007", body: str = "Hello there") -> Delivery:
    """A text to the phone, a new one unless named, that the carrier did not deliver."""
    thread = business.text("Hi", sender=phone or stranger()).thread
    said = submit(thread=thread, author=Author.owner(business.owner), body=body, at=timezone.now())
    assert said.delivery is not None
    delivery = send(said.delivery)
    assert business.report(delivery, "undelivered", error=error).status_code == 200
    return fresh(delivery)


def guard(business: Business) -> bool:
    return filtering.guard(business.front_desk.pk, timezone.now())


@pytest.fixture
def filtered(business: Business, simulator: SimulatorClient) -> Business:
    for _ in range(3):
        lost(business)
    assert guard(business)
    return business


def automatic(business: Business, thread: Thread | None = None) -> Delivery:
    author = Author.automation(1, is_urgent=True)
    said = submit(thread=thread or business.thread(), author=author, body="Tomorrow!", at=timezone.now())
    assert said.delivery is not None
    return said.delivery


class TestTheGuard:
    def test_three_phones_within_an_hour_pause_automations(
        self, business: Business, simulator: SimulatorClient
    ) -> None:
        for error in ("30007", "30034"):
            lost(business, error=error)
            assert not guard(business)
        lost(business)
        assert guard(business)
        assert again(business.front_desk).filtered_at is not None
        alert = Alert.objects.get(kind="number.filtered")
        assert (alert.severity, alert.subject_id) == ("critical", business.front_desk.pk)
        assert "Phones in an hour: 3." in alert.detail
        assert AuditEvent.objects.get(verb="number.filtered").data == {"recipients": 3}
        assert not guard(business), "once"
        assert business.verbs().count("number.filtered") == 1

    def test_three_texts_to_one_phone_do_not(self, business: Business, simulator: SimulatorClient) -> None:
        phone = stranger()
        for n in range(4):
            lost(business, phone, body=f"Hello {n}")
        assert not guard(business)

    def test_nor_other_reasons_or_older_ones(self, business: Business, simulator: SimulatorClient) -> None:
        for _ in range(3):
            lost(business, error="30003")
        assert not guard(business)
        for _ in range(3):
            lost(business)
        assert not filtering.guard(business.front_desk.pk, timezone.now() + timedelta(minutes=61))

    def test_each_such_report_has_the_number_looked_at(
        self, business: Business, simulator: SimulatorClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[tuple[Any, ...]] = []
        monkeypatch.setattr(
            "messaging.numbers.filtering.publish.on_commit", lambda *what, **_: asked.append(what)
        )
        lost(business, error="30003")
        assert ("messaging.tasks.guard_number", business.front_desk.pk) not in asked
        lost(business)
        assert asked.count(("messaging.tasks.guard_number", business.front_desk.pk)) == 1

    def test_by_its_task_and_by_the_tick_when_the_ring_was_lost(
        self, business: Business, simulator: SimulatorClient
    ) -> None:
        for _ in range(3):
            lost(business)
        tasks.refresh_health()
        assert again(business.front_desk).filtered_at is not None
        tasks.guard_number(business.front_desk.pk)
        assert business.verbs().count("number.filtered") == 1


class TestWhilePaused:
    def test_automations_do_not_text_and_people_do(self, filtered: Business) -> None:
        rule = active(filtered, {"kind": "text_client", "body": "Thanks!"})
        filtered.text("Are you there?")
        settle()
        assert steps(rule) == [("text_client", "skipped", "number_filtered")]
        with pytest.raises(NumberFiltered):
            automatic(filtered)
        thread = filtered.thread()
        said = submit(thread=thread, author=Author.owner(filtered.owner), body="By hand", at=timezone.now())
        assert said.delivery is not None
        assert send(said.delivery).state == "sent"

    def test_automations_do_not_text_sitters_either_and_the_office_does(self, filtered: Business) -> None:
        """What the office tells them of itself goes on: it tells of this too."""
        filtered.window(filtered.thread())
        rule = active(filtered, {"kind": "text_sitter", "body": "A client is waiting."})
        filtered.text("Are you there?")
        settle()
        assert steps(rule) == [("text_sitter", "skipped", "number_filtered")]
        with recording():
            line = office.line_to(filtered.sitter, timezone.now())
        assert line is not None
        assert line.number == filtered.front_desk
        assert permission.automatic_refusal(line, timezone.now()) is None

    def test_an_automations_text_to_a_sitter_that_was_queued_before_does_not_leave(
        self, business: Business, simulator: SimulatorClient
    ) -> None:
        business.window(business.thread())
        active(
            business,
            {"kind": "text_sitter", "body": "A client is waiting."},
            is_urgent=True,
            urgent_reason="Now",
        )
        business.text("Are you there?")
        settle()
        queued = Delivery.objects.get(message__author_kind="automation")
        attempt = claim(queued)
        MessageNumber.objects.filter(pk=queued.line.number_id).update(filtered_at=timezone.now())
        assert begin_call.begin(attempt) is None
        assert fresh(queued).reason == "number_filtered"

    def test_what_was_queued_before_does_not_leave_and_says_why(
        self, business: Business, simulator: SimulatorClient
    ) -> None:
        for _ in range(3):
            lost(business)
        queued = automatic(business)
        attempt = claim(queued)
        assert guard(business)
        assert begin_call.begin(attempt) is None
        queued = fresh(queued)
        assert (queued.state, queued.reason) == ("canceled", "number_filtered")
        words = wording.of(queued)
        assert words is not None
        assert "Carriers are blocking" in words.title

    def test_other_numbers_are_not_concerned(self, filtered: Business) -> None:
        other = filtered.add_number("front_desk")
        thread = filtered.text("Hi", to=other.e164).thread
        assert automatic(filtered, thread).state == "queued"


class TestLifting:
    def test_an_owner_lets_automations_text_again(self, filtered: Business) -> None:
        press(filtered.signed_in(), filtered.front_desk, "lift_filtering")
        assert again(filtered.front_desk).filtered_at is None
        assert Alert.objects.get(kind="number.filtered").state == "resolved"
        assert filtered.verbs().count("number.filtering_lifted") == 1
        assert not guard(filtered), "what was filtered before counts no more"
        assert automatic(filtered).state == "queued"
        for _ in range(3):
            lost(filtered)
        assert guard(filtered)

    def test_by_the_api(self, filtered: Business) -> None:
        where = f"/api/v1/numbers/{filtered.front_desk.public_id}/"
        headers = {"Authorization": f"Bearer {key_of(filtered.owner)}"}
        assert filtered.browser.get(where, headers=headers).json()["filtered_at"] is not None
        lifted = filtered.browser.post(
            f"{where}lift-filtering/", {}, content_type="application/json", headers=headers
        )
        assert lifted.json()["filtered_at"] is None
        again_ = filtered.browser.post(
            f"{where}lift-filtering/", {}, content_type="application/json", headers=headers
        )
        assert again_.status_code == 409

    def test_staff_may_not_and_there_must_be_something_to_lift(self, business: Business) -> None:
        staff = UserFactory(organization=business.organization, role="staff")
        with pytest.raises(NotAllowed):
            filtering.lift(business.front_desk, by=staff, at=timezone.now())
        with pytest.raises(NotPossibleNow):
            filtering.lift(business.front_desk, by=business.owner, at=timezone.now())


class TestTheWording:
    def test_the_page_shows_it_and_the_alert_does_not(
        self, business: Business, simulator: SimulatorClient
    ) -> None:
        for name in ("Dana", "Sam", "Mia"):
            lost(business, body=f"Hi {name}, win a <b>free walk</b> today only")
        assert guard(business)
        shown = business.signed_in().get(address(business.front_desk) or "").content.decode()
        assert "win a &lt;b&gt;free walk&lt;/b&gt; today only" in shown
        assert "Paused: carriers block texts from this number" in shown
        assert "Let automations text again" in shown
        alert = Alert.objects.get(kind="number.filtered")
        assert "free walk" not in alert.title + alert.detail

    @pytest.mark.parametrize(
        ("texts", "run"),
        [
            (["a b c d", "x B C D y", "b c d"], "b c d"),
            (["a b c", "c b a"], ""),
            (["one two", "one two"], ""),
            (["only one text"], ""),
            ([], ""),
        ],
    )
    def test_the_longest_run_of_words(self, texts: list[str], run: str) -> None:
        assert longest_run([text.split() for text in texts]) == run
