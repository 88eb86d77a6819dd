"""A sitter leaves: what ends, what is handed over, and what their phone still reaches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from messaging.assignments import overrides, windows
from messaging.errors import NoSitter, NotPossibleNow
from messaging.models import AssignmentWindow, Delivery, Message, Participant, Sitter, Thread
from messaging.models.threads import LeftReason, Role, ThreadKind
from messaging.outbound.queue.submit import Author, submit
from messaging.people import participants, sitters
from routing import standing
from snoutos.accounts import api_keys
from snoutos.accounts.models import ApiKey, User
from snoutos.accounts.permissions import NotAllowed
from snoutos.staffing import offboarding
from snoutos.staffing.offboarding import Leaving
from tests.business import Business, another_client, number_of, open_business
from tests.factories import UserFactory

HOUR = timedelta(hours=1)


@dataclass
class Ana:
    """Ana sits for Dana now, tomorrow too, and has a number of her own over which Sam writes; one text of hers has not left."""

    business: Business
    thread: Thread
    running: AssignmentWindow
    coming: AssignmentWindow
    own: Thread
    said: Message

    @property
    def sitter(self) -> Sitter:
        return Sitter.objects.get(pk=self.business.sitter.pk)

    def leaves(self, **choice: object) -> Leaving:
        return offboarding.offboard(
            self.sitter,
            **choice,  # type: ignore[arg-type]
            by=self.business.owner,
            at=timezone.now(),
        )


@pytest.fixture
def ana() -> Ana:
    business = open_business()
    thread = business.thread()
    running = business.window(thread, begins=-1, ends=3)
    coming = business.window(thread, begins=24, ends=25)
    _, sams = another_client(business)
    own = business.text("Hi Ana", sender=sams, to=business.sitter_number.e164).thread
    said = submit(
        thread=thread,
        author=Author.sitter_by_app(business.sitter, business.sitter_user),
        body="On my way",
        at=timezone.now(),
    ).message
    return Ana(business, thread, running, coming, own, said)


@pytest.mark.django_db
class TestLeaving:
    def test_a_look_shows_it_all_and_changes_no_row(self, ana: Ana) -> None:
        api_keys.issue(ana.business.sitter_user, name="App", scopes=["read"])
        with CaptureQueriesContext(connection) as asked:
            shown = offboarding.preview(ana.sitter, at=timezone.now())
        assert all(query["sql"].lstrip("( ").startswith("SELECT") for query in asked)
        assert [one.pk for one in shown.visits] == [ana.running.pk, ana.coming.pk]
        assert [one.thread_id for one in shown.lines] == [ana.thread.pk]
        assert [one.thread_id for one in shown.conversations] == [ana.own.pk]
        assert list(shown.numbers) == [ana.business.sitter_number]
        assert (shown.has_sign_in, shown.keys) == (True, 1)
        assert shown.queued == Delivery.objects.filter(message=ana.said, state="queued").count() == 1

    def test_visits_go_to_another_sitter_and_what_was_stays_true(self, ana: Ana) -> None:
        ben = ana.business.add_sitter("Ben")
        began, until = ana.running.starts_at, ana.running.ends_at
        ana.leaves(hand_to=ben)
        ana.running.refresh_from_db()
        assert (ana.running.sitter, ana.running.starts_at) == (ana.sitter, began)
        assert ana.running.ends_at <= timezone.now()
        taken = AssignmentWindow.objects.filter(sitter=ben).order_by("starts_at")
        assert [one.ends_at for one in taken] == [until, ana.coming.ends_at]
        now = standing.of(ana.thread, timezone.now()).sitter
        assert now is not None
        assert now.name == "Ben"

    def test_without_another_sitter_visits_end_and_texts_come_to_the_owner(self, ana: Ana) -> None:
        ana.leaves()
        ana.running.refresh_from_db()
        ana.coming.refresh_from_db()
        assert ana.running.ends_at <= timezone.now()
        assert ana.coming.canceled_at is not None
        assert standing.of(ana.thread, timezone.now()).sitter is None
        assert not ana.business.text("Anybody?").deliveries.exists()

    def test_what_has_not_left_is_canceled_and_the_line_closes(self, ana: Ana) -> None:
        ana.leaves()
        assert Delivery.objects.get(message=ana.said).state == "canceled"
        line = Participant.objects.get(thread=ana.thread, role=Role.SITTER)
        assert line.left_reason == LeftReason.OFFBOARDED

    def test_a_late_reply_is_for_the_owner_alone(self, ana: Ana) -> None:
        line = Participant.objects.select_related("number").get(thread=ana.thread, role=Role.SITTER)
        ana.leaves()
        late = ana.business.text("Thanks for everything!", sender=line.e164, to=line.number.e164)
        assert (late.thread_id, late.audience) == (ana.thread.pk, "owner")
        assert not late.deliveries.exists()
        ana.thread.refresh_from_db()
        assert ana.thread.owner_position == late.position, "unread for the owner"

    def test_the_office_and_the_sitter_can_still_talk(self, ana: Ana) -> None:
        office = ana.business.text("I quit", sender=ana.sitter.phone).thread
        ana.leaves()
        assert ana.business.text("Keys are in the box", sender=ana.sitter.phone).thread_id == office.pk
        assert office.kind == ThreadKind.STAFF

    def test_clients_on_their_number_move_and_the_number_rests(self, ana: Ana) -> None:
        other = number_of(ana.business.account, "front_desk")
        ana.leaves(move_to=other)
        party = participants.outside_party(ana.own)
        assert party.number == other
        number = ana.business.sitter_number
        number.refresh_from_db()
        assert number.state == "quarantined"
        assert number.quarantined_until is not None
        assert timedelta(days=90) - HOUR < number.quarantined_until - timezone.now() <= timedelta(days=90)
        assert number.state_reason == "Its sitter no longer works for you."
        again = ana.business.text("Hello?", sender=party.e164, to=number.e164)
        assert again.thread_id == ana.own.pk

    def test_the_first_front_desk_carries_them_when_none_is_chosen(self, ana: Ana) -> None:
        ana.leaves()
        assert participants.outside_party(ana.own).number == ana.business.front_desk

    def test_redirects_to_them_end(self, ana: Ana) -> None:
        now = timezone.now()
        override = overrides.set_override(
            thread=ana.own,
            target="sitter",
            sitter=ana.sitter,
            ends_at=now + HOUR,
            reason="ill",
            by=ana.business.owner,
            at=now,
        )
        assert list(offboarding.preview(ana.sitter, at=timezone.now()).redirects) == [override]
        ana.leaves()
        override.refresh_from_db()
        assert override.canceled_at is not None

    def test_sessions_and_keys_open_nothing_again(self, ana: Ana) -> None:
        user = ana.business.sitter_user
        key = api_keys.issue(user, name="App", scopes=["read"])
        browser = ana.business.signed_in(user)
        ana.leaves()
        assert api_keys.find(key.secret, timezone.now()) is None
        User.objects.filter(pk=user.pk).update(is_active=True)
        assert api_keys.find(key.secret, timezone.now()) is None
        assert "_auth_user_id" in browser.session
        assert browser.get("/api/v1/me/").status_code == 401, "a session of before is no one's"
        assert {"api_key.revoked", "member.changed"} <= set(ana.business.verbs())

    def test_an_owner_who_also_sits_stays_an_owner(self, ana: Ana) -> None:
        Sitter.objects.filter(pk=ana.sitter.pk).update(user=ana.business.owner)
        key = api_keys.issue(ana.business.owner, name="Mine", scopes=["read"])
        assert not offboarding.preview(ana.sitter, at=timezone.now()).has_sign_in
        ana.leaves()
        ana.business.owner.refresh_from_db()
        assert ana.business.owner.is_active
        assert ApiKey.objects.get(pk=key.key.pk).revoked_at is None

    def test_it_is_one_event_beside_what_it_consists_of(self, ana: Ana) -> None:
        ana.leaves()
        verbs = ana.business.verbs()
        assert verbs.count("sitter.offboarded") == 1
        assert {
            "assignment.window_ended",
            "assignment.window_canceled",
            "thread.moved",
            "number.quarantined",
        } <= set(verbs)


@pytest.mark.django_db
class TestRefusals:
    def test_staff_cannot(self, ana: Ana) -> None:
        staff = UserFactory(organization=ana.business.organization, role="staff")
        with pytest.raises(NotAllowed):
            offboarding.offboard(ana.sitter, by=staff, at=timezone.now())

    def test_nobody_leaves_twice_and_who_comes_back_works_again(self, ana: Ana) -> None:
        ana.leaves()
        with pytest.raises(NotPossibleNow, match="Ana no longer works for you already"):
            ana.leaves()
        with pytest.raises(NotPossibleNow):
            offboarding.preview(ana.sitter, at=timezone.now())
        assert sitters.rejoin(ana.sitter, by=ana.business.owner, at=timezone.now()).is_active
        with pytest.raises(NotPossibleNow):
            sitters.rejoin(ana.sitter, by=ana.business.owner, at=timezone.now())
        assert ana.business.verbs().count("sitter.onboarded") == 1

    def test_visits_go_to_no_one_who_cannot_take_them(self, ana: Ana) -> None:
        gone = ana.business.add_sitter("Ben")
        Sitter.objects.filter(pk=gone.pk).update(is_active=False)
        for taker in (Sitter.objects.get(pk=gone.pk), ana.sitter, open_business("Paws").sitter):
            with pytest.raises(NoSitter):
                ana.leaves(hand_to=taker)
        assert ana.sitter.is_active
        assert Participant.objects.filter(thread=ana.thread, role=Role.SITTER, left_at=None).exists()

    def test_a_visit_given_at_the_same_moment_is_refused(self, ana: Ana) -> None:
        """Whoever gives it saw them as working a moment ago."""
        stale = ana.sitter
        ana.leaves()
        now = timezone.now()
        with pytest.raises(NoSitter):
            windows.create(
                thread=ana.thread,
                sitter=stale,
                starts_at=now + 50 * HOUR,
                ends_at=now + 51 * HOUR,
                by=ana.business.owner,
                at=now,
            )
