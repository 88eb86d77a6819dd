"""A text that asks for no more texts in its own words: to the owner with a clock, and no automation until somebody decides."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from audit.models import Alert, AuditEvent
from audit.record import Actor, recording
from automations.content import parse
from automations.trial.dry_run import Scene, preview
from messaging.alerting import texts
from messaging.consent import business_days, changes
from messaging.consent.standing import is_opted_out
from messaging.errors import AlreadyReviewed, RevocationOpen
from messaging.models import ConsentChange, Delivery, Message, OptOut, Participant, Revocation, Thread
from messaging.outbound.queue import notices
from messaging.outbound.queue.relay import text_sitter
from messaging.outbound.queue.submit import Author, submit
from messaging.phones import blocking
from messaging.review import revocations
from messaging.tasks import remind_of_revocations
from routing import access, decisions
from routing.models import RoutingDecision
from tests.automations.rules import active, settle, steps, wish
from tests.business import Business, stranger
from tests.constraints import breaks
from tests.messaging.outbound.steps import fresh, owner_says
from tests.refusals import refusal

pytestmark = pytest.mark.django_db

SAID = "please stop texting me"
URGENT = "HELP the dog ran away at the park!! Stop texting me and call me NOW"


@pytest.fixture
def looked_after(business: Business) -> Thread:
    thread = business.thread()
    business.window(thread)
    return thread


def item(business: Business) -> Revocation:
    """The newest."""
    found: Revocation = Revocation.objects.of(business.organization).latest("pk")
    return found


def opted_out(business: Business) -> bool:
    return is_opted_out(business.organization.pk, business.client_phone)


def automatic(business: Business, body: str = "Your visit is tomorrow") -> Delivery:
    """An automatic text to the client, queued."""
    said = submit(thread=business.thread(), author=Author.system(), body=body, at=timezone.now())
    assert said.delivery is not None
    return said.delivery


def unread(thread: Thread) -> bool:
    thread.refresh_from_db()
    newest = Message.objects.filter(thread=thread).latest("position")
    return bool(thread.owner_position == newest.position)


class TestComingIn:
    @pytest.mark.parametrize(
        "body",
        [
            SAID,
            "no more texts",
            "remove me",
            "Take me off your list.",
            "Quit messaging me!!",
            "no me escribas más",
        ],
    )
    def test_the_owner_has_it_at_once_and_the_sitter_does_not(
        self, business: Business, looked_after: Thread, body: str
    ) -> None:
        message = business.text(body)
        assert (message.thread, message.audience, message.state) == (looked_after, "owner", "received")
        assert unread(looked_after)
        assert not Delivery.objects.filter(message=message).exists()
        assert not access.messages(business.sitter_user, timezone.now()).filter(pk=message.pk).exists()
        assert business.alerts() == ["consent.revocation"]
        assert "consent.revocation_suspected" in business.verbs()
        assert not opted_out(business), "a person decides"

    def test_the_decision_says_why_and_decides_the_same_again(
        self, business: Business, looked_after: Thread
    ) -> None:
        decision = RoutingDecision.objects.get(message=business.text(SAID))
        assert (decision.target, decision.reason) == ("owner_inbox", "revocation")
        assert decisions.agrees(decision)

    @pytest.mark.parametrize(
        "body",
        [
            "Can you stop by at 5?",
            "please stop giving him treats",
            "don't stop texting me the photos, I love them",
            "why did you stop texting?",
            "Please don't text me after 9 pm",
            "Liked “please stop texting me”",
        ],
    )
    def test_near_misses_are_ordinary_texts(
        self, business: Business, looked_after: Thread, body: str
    ) -> None:
        message = business.text(body)
        assert Delivery.objects.get(message=message).authority == "relay"
        assert not Revocation.objects.exists()
        assert business.alerts() == []

    def test_an_exact_word_needs_no_decision(self, business: Business) -> None:
        business.text("STOP")
        business.text("opt out")
        assert not Revocation.objects.exists()

    def test_an_emergency_goes_to_the_sitter_too_and_is_critical(
        self, business: Business, looked_after: Thread
    ) -> None:
        message = business.text(URGENT)
        relay = Delivery.objects.get(message=message)
        assert (relay.authority, relay.recipient) == ("relay", business.sitter.phone)
        assert unread(looked_after)
        assert (item(business).state, item(business).message) == ("open", message)
        assert business.alerts() == ["consent.revocation", "policy.emergency"]
        assert Alert.objects.get(kind="policy.emergency").severity == "critical"
        assert decisions.agrees(RoutingDecision.objects.get(message=message))

    def test_a_sitters_goes_to_the_office_and_never_to_the_client(
        self, business: Business, looked_after: Thread
    ) -> None:
        business.text("Hi Ana")
        line = Participant.objects.select_related("number").get(thread=looked_after, role="sitter")
        for body in (SAID, URGENT):
            message = business.text(body, sender=business.sitter.phone, to=line.number.e164)
            assert (message.audience, message.author_kind) == ("owner", "sitter")
            assert not Delivery.objects.filter(message=message).exists()
            assert RoutingDecision.objects.get(message=message).reason == "revocation"
        assert unread(looked_after)
        assert item(business).e164 == business.sitter.phone
        assert "policy.emergency" in business.alerts()

    def test_a_sitters_to_the_office_stays_there(self, business: Business) -> None:
        message = business.text(SAID, sender=business.sitter.phone)
        assert (message.thread.kind, item(business).e164) == ("staff", business.sitter.phone)

    def test_a_stranger_on_a_pool_number_gets_no_answer(self, business: Business) -> None:
        business.organization.pool_auto_reply = "Who is this?"
        business.organization.save()
        who = stranger()
        business.text("who are you? stop texting me", sender=who, to=business.pool.e164)
        assert item(business).e164 == who
        assert not Delivery.objects.exists()

    def test_one_item_a_phone_whatever_it_says_over_whichever_number(self, business: Business) -> None:
        business.text(SAID)
        first = item(business)
        business.text("I said no more texts", to=business.sitter_number.e164)
        assert item(business) == first
        assert business.verbs().count("consent.revocation_suspected") == 2
        assert Alert.objects.get(kind="consent.revocation").count == 1

    def test_who_said_stop_already_has_nothing_to_decide(self, business: Business) -> None:
        business.text("STOP")
        assert business.text(SAID).audience == "owner"
        assert not Revocation.objects.exists()

    def test_a_text_from_before_their_start_is_over(self, business: Business) -> None:
        business.text("START")
        OptOut.objects.update(changed_at=timezone.now() + timedelta(minutes=1))
        business.text(SAID)
        assert not Revocation.objects.exists()

    def test_a_blocked_phones_stays_low(self, business: Business) -> None:
        thread = business.thread()
        blocking.block(thread, by=business.owner, at=timezone.now())
        business.text(SAID)
        assert not unread(thread)
        assert item(business).state == "open"

    def test_the_clock_is_ten_business_days_of_the_business_zone(self, business: Business) -> None:
        business.text(SAID)
        row = item(business)
        zone = business.organization.zone
        assert row.due_at == business_days.after(row.opened_at, 10, zone)
        assert row.remind_at == business_days.after(row.opened_at, 1, zone)


class TestUntilDecided:
    def test_no_automation_texts_them_and_says_why(self, business: Business) -> None:
        rule = active(business)
        business.text(SAID)
        settle()
        assert steps(rule) == [("text_client", "skipped", "revocation_open")]
        assert not Delivery.objects.exists()
        for author in (Author.system(), Author.automation(rule.pk)):
            with pytest.raises(RevocationOpen):
                submit(thread=business.thread(), author=author, body="Hi", at=timezone.now())

    def test_what_was_queued_before_is_canceled_and_a_persons_text_is_not(self, business: Business) -> None:
        theirs, ours = automatic(business), owner_says(business, "See you at five")
        business.text(SAID)
        assert (fresh(theirs).state, fresh(theirs).reason) == ("canceled", "revocation_open")
        assert fresh(ours).state == "queued"

    def test_the_dry_run_says_it(self, business: Business) -> None:
        business.text(SAID)
        shown = preview(
            parse(wish().content, lane="front_desk"),
            organization=business.organization,
            scene=Scene(thread=business.thread()),
            at=timezone.now(),
        )
        assert RevocationOpen().sentence in [said for act in shown.acts for said in act.obstacles]

    def test_nothing_automatic_goes_to_a_sitter_who_said_it(self, business: Business) -> None:
        thread = business.thread()
        business.text(SAID, sender=business.sitter.phone)
        now = timezone.now()
        with transaction.atomic(), recording(actor=Actor.system()):
            notices.tell(business.sitter, notices.HELD, about=thread, key="k", at=now)
        assert not Delivery.objects.exists()
        assert Message.objects.get(origin_key="k").is_note
        with pytest.raises(RevocationOpen):
            text_sitter(
                thread=thread,
                sitter=business.sitter,
                author=Author.system(),
                body="Hi",
                at=now,
                origin_key="s",
            )

    def test_nothing_automatic_goes_to_an_alerts_phone_that_said_it(self, business: Business) -> None:
        phone = stranger()
        business.text(SAID, sender=phone)
        with transaction.atomic(), recording(actor=Actor.system()), pytest.raises(RevocationOpen):
            texts.tell(business.organization, phone, "An alert", key="k", at=timezone.now())


class TestDeciding:
    def test_opting_out_stops_everything_and_is_confirmed_once(self, business: Business) -> None:
        business.text("hi", to=business.sitter_number.e164)
        waiting = owner_says(business, "See you at five")
        message = business.text(SAID)
        row = revocations.opt_out(item(business), by=business.owner, at=timezone.now())
        assert (row.state, row.decided_by, row.remind_at) == ("opted_out", business.owner, None)
        assert fresh(waiting).reason == "opted_out"
        kept = ConsentChange.objects.get(kind="opted_out")
        assert (kept.source, kept.by, kept.message, row.change) == ("review", business.owner, message, kept)
        assert Delivery.objects.filter(authority="confirmation").count() == 1
        assert opted_out(business)
        assert business.alerts() == []
        event = AuditEvent.objects.get(verb="consent.revocation_confirmed")
        assert (event.data["source"], event.subject_id) == ("review", row.pk)

    @pytest.mark.parametrize(
        ("body", "begins"), [("no me escribas más", "Listo: "), ("arrêtez de m'écrire", "Vous ne recevrez")]
    )
    def test_the_confirmation_is_in_their_language(self, business: Business, body: str, begins: str) -> None:
        business.text(body)
        revocations.opt_out(item(business), by=business.owner, at=timezone.now())
        assert begins in Delivery.objects.get(authority="confirmation").body

    def test_a_sitter_hears_it_from_the_office(self, business: Business, looked_after: Thread) -> None:
        business.text("Hi Ana")
        line = Participant.objects.select_related("number").get(thread=looked_after, role="sitter")
        business.text(SAID, sender=business.sitter.phone, to=line.number.e164)
        revocations.opt_out(item(business), by=business.owner, at=timezone.now())
        confirmation = Delivery.objects.get(authority="confirmation")
        assert (confirmation.thread.kind, confirmation.sender) == ("staff", business.front_desk.e164)
        assert "consent.sitter_opted_out" in business.alerts()

    def test_not_meant_lets_automations_text_again(self, business: Business) -> None:
        business.text(SAID)
        row = revocations.not_meant(item(business), by=business.owner, at=timezone.now())
        assert (row.state, row.decided_by, row.change) == ("not_meant", business.owner, None)
        assert not opted_out(business)
        assert business.alerts() == []
        assert automatic(business).state == "queued"
        assert "consent.revocation_dismissed" in business.verbs()

    def test_it_may_be_said_again(self, business: Business) -> None:
        business.text(SAID)
        first = revocations.not_meant(item(business), by=business.owner, at=timezone.now())
        business.text("I mean it: no more texts")
        assert item(business) != first
        assert item(business).state == "open"

    @pytest.mark.parametrize("first", [revocations.opt_out, revocations.not_meant])
    @pytest.mark.parametrize("second", [revocations.opt_out, revocations.not_meant])
    def test_who_decides_second_is_told(self, business: Business, first: object, second: object) -> None:
        assert callable(first)
        assert callable(second)
        business.text(SAID)
        stale = item(business)
        decided = first(item(business), by=business.owner, at=timezone.now())
        with pytest.raises(AlreadyReviewed):
            second(stale, by=business.owner, at=timezone.now())
        assert item(business).state == decided.state
        assert Delivery.objects.filter(authority="confirmation").count() == (decided.state == "opted_out")

    @pytest.mark.parametrize(("word", "state"), [("STOP", "opted_out"), ("START", "not_meant")])
    def test_their_own_word_decides_meanwhile(self, business: Business, word: str, state: str) -> None:
        business.text(SAID)
        business.text(word)
        row = item(business)
        assert (row.state, row.decided_by) == (state, None)
        assert row.change is not None
        assert (row.change.source, row.change.words) == ("text", word)
        assert business.alerts() == []
        with pytest.raises(AlreadyReviewed):
            revocations.opt_out(row, by=business.owner, at=timezone.now())
        assert not Delivery.objects.filter(authority="confirmation").exists()

    def test_a_start_that_was_written_before_does_not(self, business: Business) -> None:
        business.text(SAID)
        Revocation.objects.update(said_at=timezone.now() + timedelta(minutes=1))
        business.text("START")
        assert item(business).state == "open"

    def test_help_decides_nothing(self, business: Business) -> None:
        business.text(SAID)
        business.text("HELP")
        assert item(business).state == "open"

    def test_what_the_owner_records_on_the_phones_page_decides_too(self, business: Business) -> None:
        business.text(SAID)
        changes.opt_out(business.organization, business.client_phone, by=business.owner, at=timezone.now())
        assert (item(business).state, item(business).decided_by) == ("opted_out", business.owner)


class TestReminding:
    def test_after_one_and_after_eight_business_days_once_each(self, business: Business) -> None:
        business.text(SAID)
        opened, zone = item(business).opened_at, business.organization.zone
        day = [business_days.after(opened, days, zone) for days in range(11)]

        def rings(at: datetime) -> tuple[int, int, str]:
            told = revocations.remind(at)
            alert = Alert.objects.get(kind="consent.revocation")
            return told, alert.count, alert.severity

        assert rings(day[1] - timedelta(seconds=1)) == (0, 1, "warning")
        assert rings(day[1]) == (1, 2, "warning")
        assert rings(day[1]) == (0, 2, "warning")
        assert rings(day[7]) == (0, 2, "warning")
        assert rings(day[8]) == (1, 3, "critical")
        assert rings(day[10]) == (0, 3, "critical")

    def test_a_tick_that_comes_late_reminds_once(self, business: Business) -> None:
        business.text(SAID)
        late = business_days.after(item(business).opened_at, 9, business.organization.zone)
        assert (revocations.remind(late), revocations.remind(late)) == (1, 0)
        assert Alert.objects.get(kind="consent.revocation").severity == "critical"

    def test_nobody_is_reminded_of_what_is_decided(self, business: Business) -> None:
        business.text(SAID)
        revocations.not_meant(item(business), by=business.owner, at=timezone.now())
        assert revocations.remind(timezone.now() + timedelta(days=20)) == 0
        assert business.alerts() == []

    def test_the_tick_is_the_one_that_runs(self, business: Business) -> None:
        business.text(SAID)
        Revocation.objects.update(remind_at=timezone.now() - timedelta(minutes=1))
        remind_of_revocations()
        assert Alert.objects.get(kind="consent.revocation").count == 2


class TestTheTable:
    @breaks("revocation_one_open_per_phone")
    def test_one_is_open_for_a_phone(self, business: Business) -> None:
        business.text(SAID)
        assert refusal(lambda: _again(item(business))) == "revocation_one_open_per_phone"

    @breaks(
        "revocation_has_a_known_state",
        "revocation_decided_says_when_and_how",
        "revocation_decided_reminds_nobody",
        "revocation_leaves_time",
    )
    @pytest.mark.parametrize(
        ("columns", "name"),
        [
            (
                {"state": "lost", "remind_at": None, "decided_at": "now", "decided_by": "owner"},
                "revocation_has_a_known_state",
            ),
            (
                {"state": "not_meant", "remind_at": None, "decided_at": "now"},
                "revocation_decided_says_when_and_how",
            ),
            (
                {"state": "not_meant", "remind_at": None, "decided_by": "owner"},
                "revocation_decided_says_when_and_how",
            ),
            ({"decided_at": "now"}, "revocation_decided_says_when_and_how"),
            (
                {"state": "not_meant", "decided_at": "now", "decided_by": "owner"},
                "revocation_decided_reminds_nobody",
            ),
            ({"due_at": "opened_at"}, "revocation_leaves_time"),
        ],
    )
    def test_a_decision_is_whole(self, business: Business, columns: dict[str, str | None], name: str) -> None:
        business.text(SAID)
        row = item(business)
        values = {"now": timezone.now(), "owner": business.owner, "opened_at": row.opened_at}
        change = {key: values.get(value or "", value) for key, value in columns.items()}
        rows = Revocation.objects.filter(pk=row.pk)
        assert refusal(lambda: rows.update(**change)) == name


def _again(row: Revocation) -> None:
    row.pk, row.public_id = None, uuid.uuid4()
    row.save(force_insert=True)
