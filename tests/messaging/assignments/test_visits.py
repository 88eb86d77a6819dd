"""Visits for clients: one window in each of the client's open conversations, whatever happens to either."""

from __future__ import annotations

import random
import threading
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from audit.models import AuditEvent
from messaging import locks
from messaging.assignments import sitter_out, visits, windows
from messaging.errors import BadTimes, NoSitter, NotPossibleNow, NotTheirPhone, WindowOverlaps
from messaging.models import AssignmentWindow, Client, ClientPhone, Delivery, Sitter, Thread, Visit
from messaging.models.assignments import VisitType
from messaging.people import clients, merging, starting, threads
from messaging.people.phones import BadPhone
from messaging.people.starting import Whom
from messaging.phones import changes
from routing import standing
from snoutos.staffing import offboarding
from tests.business import Business, new_phone, open_business
from tests.constraints import breaks
from tests.messaging.outbound.steps import fresh, in_hours, mark, sitter_says, verbs_since
from tests.refusals import refusal

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def couple(business: Business) -> tuple[Thread, Thread]:
    """The conversations of the two phones on Dana's card."""
    thread, other = business.thread(), new_phone()
    clients.add_partner(business.client, name="Lee", phone=other, by=business.owner, at=timezone.now())
    return thread, business.text("Hi, Lee here", sender=other).thread


@pytest.fixture
def ben(business: Business) -> Sitter:
    return business.add_sitter("Ben", phone=new_phone("503"))


def on_duty(thread: Thread, hours: float = 0) -> str:
    return standing.of(Thread.objects.get(pk=thread.pk), in_hours(hours)).sitter_name


def of(visit: Visit) -> set[int]:
    """The conversations that it reaches."""
    return set(visit.windows.filter(canceled_at=None).values_list("thread_id", flat=True))


class TestReach:
    def test_both_partners_reach_the_sitter(self, business: Business, couple: tuple[Thread, Thread]) -> None:
        before = mark()
        visit = business.visit()
        assert of(visit) == {thread.pk for thread in couple}
        assert [on_duty(thread) for thread in couple] == ["Ana", "Ana"]
        assert verbs_since(before) == [*["assignment.window_created"] * 2, "visit.created"]
        said = business.text("Is he fine?", sender=business.client_phone)
        assert said.decisions.get().target == "sitter"
        lines = {delivery.sender for delivery in Delivery.objects.filter(authority="relay")}
        assert len(lines) == 1

    def test_one_may_be_given_before_any_text(self, business: Business) -> None:
        visit = business.visit()
        assert not visit.windows.exists()
        said = business.text("We're off!")
        assert said.decisions.get().target == "sitter"
        assert of(visit) == {said.thread_id}

    def test_a_conversation_that_the_office_starts_is_reached(self, business: Business) -> None:
        visit = business.visit()
        started = starting.start(Whom(client=business.client), by=business.owner, at=timezone.now())
        assert of(visit) == {started.thread.pk}

    def test_a_closed_one_is_reached_when_it_opens_again(
        self, business: Business, couple: tuple[Thread, Thread]
    ) -> None:
        for thread in couple:
            threads.close_thread(thread, by=business.owner, at=timezone.now())
        visit = business.visit()
        assert of(visit) == set()
        threads.reopen_thread(couple[0], by=business.owner, at=timezone.now())
        assert of(visit) == {couple[0].pk}
        business.text("Hello?", sender=couple[1].participants.get(role="client").e164)
        assert of(visit) == {thread.pk for thread in couple}

    def test_an_unknown_sender_who_turns_out_to_be_the_client_is_reached(self, business: Business) -> None:
        visit, phone = business.visit(), new_phone()
        unknown = business.text("It's Dana", sender=phone).thread
        assert of(visit) == set()
        threads.link(unknown, business.client, by=business.owner, at=timezone.now())
        assert of(visit) == {unknown.pk}
        window = visit.windows.get()
        assert visit.starts_at < window.starts_at <= timezone.now()
        assert window.ends_at == visit.ends_at

    def test_merged_cards_have_each_others_visits(self, business: Business, ben: Sitter) -> None:
        twin = business.add_client("Dana C.")
        theirs = business.receive("Hi", sender=twin.phones.get().e164).thread
        mine = business.thread()
        now_ = business.visit()
        later = business.visit(twin, sitter=ben, begins=3, ends=4)
        merging.merge(business.client, twin, by=business.owner, at=timezone.now())
        assert of(now_) == of(later) == {mine.pk, theirs.pk}

    def test_cards_with_visits_at_one_time_are_not_merged(self, business: Business, ben: Sitter) -> None:
        twin = business.add_client("Dana C.")
        business.visit(begins=2, ends=4)
        business.visit(twin, sitter=ben, begins=3, ends=5)
        with pytest.raises(NotPossibleNow, match="Ana and Ben both have a visit"):
            merging.merge(business.client, twin, by=business.owner, at=timezone.now())

    def test_but_what_is_over_is_in_nobodys_way(self, business: Business, ben: Sitter) -> None:
        twin = business.add_client("Dana C.")
        over = business.visit(begins=-9, ends=-7)
        business.visit(twin, sitter=ben, begins=-8, ends=-6)
        merging.merge(business.client, twin, by=business.owner, at=timezone.now())
        assert Visit.objects.filter(client=business.client).count() == 2
        assert Visit.objects.get(pk=over.pk).ends_at == over.ends_at

    def test_a_phone_that_goes_to_another_card_leaves_the_visit(
        self, business: Business, couple: tuple[Thread, Thread], ben: Sitter
    ) -> None:
        sam = business.add_client("Sam")
        visit = business.visit()
        theirs = business.visit(sam, sitter=ben, begins=-0.5, ends=2)
        phone = ClientPhone.objects.get(e164=couple[1].participants.get(role="client").e164)
        changes.give(phone, sam, by=business.owner, at=timezone.now())
        assert (of(visit), of(theirs)) == ({couple[0].pk}, {couple[1].pk})
        assert [on_duty(thread) for thread in couple] == ["Ana", "Ben"]
        changes.give(
            ClientPhone.objects.get(pk=phone.pk), business.client, by=business.owner, at=timezone.now()
        )
        assert (of(visit), of(theirs)) == ({thread.pk for thread in couple}, set())

    def test_where_another_sitter_is_booked_alone_it_stays_out_until_there_is_room(
        self, business: Business, ben: Sitter
    ) -> None:
        visit, phone = business.visit(begins=1, ends=3), new_phone()
        unknown = business.text("It's Dana", sender=phone).thread
        alone = business.window(unknown, sitter=ben, begins=2, ends=4)
        threads.link(unknown, business.client, by=business.owner, at=timezone.now())
        assert of(visit) == set()
        note = unknown.messages.get(is_note=True)
        assert note.body == "Ana's visit isn't in this conversation: Ben already has a visit here then."
        windows.cancel(alone, by=business.owner, at=timezone.now())
        assert of(visit) == {unknown.pk}


class TestTogether:
    def test_all_windows_move_with_it(self, business: Business, couple: tuple[Thread, Thread]) -> None:
        visit = business.visit(begins=1, ends=2)
        visits.move(visit, starts_at=in_hours(3), ends_at=in_hours(5), by=business.owner, at=timezone.now())
        times = {(one.starts_at, one.ends_at) for one in visit.windows.all()}
        visit.refresh_from_db()
        assert times == {(visit.starts_at, visit.ends_at)}

    def test_handing_over_is_two_visits_with_all_their_windows(
        self, business: Business, couple: tuple[Thread, Thread], ben: Sitter
    ) -> None:
        visit = business.visit(begins=-1, ends=4)
        taken = visits.hand_over(visit, to=ben, at_time=in_hours(2), by=business.owner, at=timezone.now())
        assert of(visit) == of(taken) == {thread.pk for thread in couple}
        for thread in couple:
            assert [on_duty(thread, hours) for hours in (1, 3, 5)] == ["Ana", "Ben", ""]
        event = AuditEvent.objects.get(verb="visit.handed_over")
        assert (event.data["from_visit_id"], event.data["to_id"]) == (visit.pk, ben.pk)

    def test_one_that_has_not_begun_passes_whole(
        self, business: Business, couple: tuple[Thread, Thread], ben: Sitter
    ) -> None:
        visit = business.visit(begins=1, ends=4)
        assert visits.hand_over(visit, to=ben, by=business.owner, at=timezone.now()).pk == visit.pk
        assert [on_duty(thread, 2) for thread in couple] == ["Ben", "Ben"]

    def test_canceling_and_ending(self, business: Business, couple: tuple[Thread, Thread]) -> None:
        running, coming = business.visit(begins=-1, ends=1), business.visit(begins=2, ends=3)
        said = sitter_says(business, "On my way", thread=couple[1])
        visits.cancel(coming, by=business.owner, at=timezone.now())
        visits.end(running, by=business.owner, at=timezone.now())
        assert [on_duty(thread, hours) for thread in couple for hours in (0.5, 2.5)] == [""] * 4
        assert of(coming) == set()
        assert fresh(said).state == "canceled"

    def test_what_is_done_to_one_window_is_done_to_the_visit(
        self, business: Business, couple: tuple[Thread, Thread], ben: Sitter
    ) -> None:
        visit = business.visit(begins=-1, ends=4)
        one = visit.windows.get(thread=couple[0])
        moved = windows.move(one, ends_at=in_hours(6), by=business.owner, at=timezone.now())
        assert (moved.pk, on_duty(couple[1], 5)) == (one.pk, "Ana")
        taken = windows.hand_over(moved, to=ben, by=business.owner, at=timezone.now())
        assert (taken.thread, taken.sitter) == (couple[0], ben)
        assert on_duty(couple[1], 1) == "Ben"
        windows.cancel(taken, by=business.owner, at=timezone.now())
        assert on_duty(couple[1], 1) == ""
        with pytest.raises(NotPossibleNow, match="This visit is over"):
            windows.end(taken, by=business.owner, at=timezone.now())

    def test_a_sitter_who_is_out_gives_the_visit_away_once(
        self, business: Business, couple: tuple[Thread, Thread], ben: Sitter
    ) -> None:
        visit = business.visit(begins=1, ends=4)
        during = {"starts_at": in_hours(0), "ends_at": in_hours(9)}
        shown = sitter_out.preview(business.sitter, **during, at=timezone.now())
        assert [one.booking for one in shown.visits] == [visit]
        assert shown.visits[0].suggested == ben
        done = sitter_out.take_out(
            business.sitter, **during, choices={visit.public_id: ben}, by=business.owner, at=timezone.now()
        )
        assert len(done.handed_over) == 1
        assert [on_duty(thread, 2) for thread in couple] == ["Ben", "Ben"]
        told = Delivery.objects.get(recipient=ben.phone)
        assert told.body.count("Dana, ") == 1

    def test_who_leaves_hands_over_also_a_visit_that_nobody_texted_about(
        self, business: Business, ben: Sitter
    ) -> None:
        visit = business.visit(begins=1, ends=4)
        offboarding.offboard(business.sitter, hand_to=ben, by=business.owner, at=timezone.now())
        assert Visit.objects.get(pk=visit.pk).sitter == ben
        thread = business.thread()
        assert of(visit) == {thread.pk}


class TestRefused:
    @pytest.mark.parametrize(("begins", "ends"), [(1, 1), (2, 1), (-3, -1)])
    def test_bad_times(self, business: Business, begins: float, ends: float) -> None:
        at = timezone.now()
        with pytest.raises(BadTimes):
            visits.create(
                client=business.client,
                sitter=business.sitter,
                starts_at=at + begins * HOUR,
                ends_at=at + ends * HOUR,
                by=business.owner,
                at=at,
            )

    def test_an_inactive_or_foreign_sitter(self, business: Business) -> None:
        visit = business.visit(begins=1, ends=2)
        stranger = open_business("Other").sitter
        Sitter.objects.filter(pk=business.sitter.pk).update(is_active=False)
        business.sitter.refresh_from_db()
        for sitter in (business.sitter, stranger):
            with pytest.raises(NoSitter):
                business.visit(sitter=sitter, begins=5, ends=6)
        with pytest.raises(NoSitter):
            visits.hand_over(visit, to=stranger, by=business.owner, at=timezone.now())

    def test_two_at_one_time_also_without_a_conversation(self, business: Business, ben: Sitter) -> None:
        business.visit(begins=1, ends=3)
        with pytest.raises(WindowOverlaps, match="Ana is already booked"):
            business.visit(sitter=ben, begins=2, ends=4)
        business.visit(sitter=ben, begins=3, ends=4)

    def test_one_that_a_conversation_has_alone(
        self, business: Business, couple: tuple[Thread, Thread], ben: Sitter
    ) -> None:
        business.window(couple[1], sitter=ben, begins=2, ends=4)
        before = mark()
        with pytest.raises(WindowOverlaps, match="Ben is already booked"):
            business.visit(begins=1, ends=3)
        assert not Visit.objects.exists()
        assert verbs_since(before) == []

    def test_a_card_that_was_merged_away(self, business: Business) -> None:
        twin = business.add_client("Dana C.")
        gone = Client.objects.get(pk=twin.pk)
        merging.merge(business.client, twin, by=business.owner, at=timezone.now())
        with pytest.raises(NotPossibleNow, match="card is gone"):
            business.visit(gone, begins=1, ends=2)


@breaks("visit_no_overlap_per_client", "visit_ends_after_it_starts", "visit_has_a_known_type")
def test_the_database_refuses_two_visits_at_once_and_backward_ones(business: Business) -> None:
    visit = business.visit(begins=1, ends=3)
    columns = {
        "organization": business.organization,
        "client": business.client,
        "sitter": business.sitter,
        "starts_at": visit.starts_at + HOUR,
        "ends_at": visit.ends_at + HOUR,
    }
    assert refusal(lambda: Visit.objects.create(**columns)) == "visit_no_overlap_per_client"
    Visit.objects.create(**columns, was_over_when_merged=True)
    backward = {**columns, "ends_at": columns["starts_at"]}
    assert refusal(lambda: Visit.objects.create(**backward)) == "visit_ends_after_it_starts"
    odd = {**columns, "visit_type": "odd", "canceled_at": timezone.now()}
    assert refusal(lambda: Visit.objects.create(**odd)) == "visit_has_a_known_type"


@breaks("assignmentwindow_one_per_visit_and_thread")
def test_the_database_refuses_a_visits_second_window_in_one_conversation(business: Business) -> None:
    thread = business.thread()
    visit = business.visit(begins=1, ends=3)
    columns = {
        "organization": business.organization,
        "thread": thread,
        "sitter": business.sitter,
        "visit": visit,
        "starts_at": visit.ends_at,
        "ends_at": visit.ends_at + HOUR,
    }
    name = refusal(lambda: AssignmentWindow.objects.create(**columns))
    assert name == "assignmentwindow_one_per_visit_and_thread"


@pytest.mark.parametrize("seed", range(12))
def test_in_whatever_order_open_conversations_have_just_the_windows_of_the_visits(
    business: Business, seed: int
) -> None:
    """Visits made, moved, handed over and canceled, conversations opened, closed, linked and given away: each open care conversation has
    one window of each visit of its client that is not over, with its sitter and times; and who was on duty before is never other.
    """
    chance = random.Random(seed)
    clock = timezone.now()
    team = [business.sitter, business.add_sitter("Ben"), business.add_sitter("Cleo")]
    cards = [business.client, business.add_client("Sam")]
    past: dict[tuple[int, datetime], int | None] = {}
    for _ in range(40):
        clock += timedelta(minutes=chance.choice([0, 1, 20]))
        _step(business, chance, team, cards, clock)
        for thread in Thread.objects.filter(kind="care"):
            _check(thread, clock)
            past[thread.pk, clock] = _holder(thread.pk, clock)
    assert {key: _holder(*key) for key in past} == past


def _holder(thread: int, at: datetime) -> int | None:
    held = AssignmentWindow.objects.filter(thread=thread, canceled_at=None, starts_at__lte=at, ends_at__gt=at)
    found: int | None = held.values_list("sitter_id", flat=True).first()
    return found


def _check(thread: Thread, at: datetime) -> None:
    if thread.state != "open" or thread.client_id is None:
        return
    held = Visit.objects.filter(client=thread.client_id, canceled_at=None, ends_at__gt=at)
    there = AssignmentWindow.objects.filter(thread=thread, canceled_at=None, ends_at__gt=at)
    wanted = {(one.pk, one.sitter_id, one.ends_at) for one in held}
    assert {(one.visit_id, one.sitter_id, one.ends_at) for one in there} == wanted
    for window in there:
        assert window.visit is not None
        assert window.starts_at == window.visit.starts_at or window.visit.starts_at < window.starts_at <= at


def _step(
    business: Business, chance: random.Random, team: list[Sitter], cards: list[Client], at: datetime
) -> None:
    by = business.owner
    ahead = list(Visit.objects.filter(canceled_at=None, ends_at__gt=at).order_by("pk"))
    talks = list(Thread.objects.filter(kind="care").order_by("pk"))
    start = at + chance.randint(-2, 6) * HOUR
    sitter = chance.choice(team)
    try:
        match chance.choice(
            ["make", "make", "move", "pass", "cancel", "talk", "close", "open", "link", "give"]
        ):
            case "make":
                visits.create(
                    client=chance.choice(cards), sitter=sitter, starts_at=start, ends_at=start + 3 * HOUR,
                    visit_type=VisitType.WALK, by=by, at=at,
                )  # fmt: skip
            case "move" if ahead:
                visits.move(chance.choice(ahead), starts_at=start, ends_at=start + 2 * HOUR, by=by, at=at)
            case "pass" if ahead:
                visits.hand_over(
                    chance.choice(ahead), to=sitter, at_time=at + chance.randint(0, 2) * HOUR, by=by, at=at
                )
            case "cancel" if ahead:
                visits.cancel(chance.choice(ahead), by=by, at=at)
            case "talk":
                starting.start(Whom(client=chance.choice(cards)), by=by, at=at)
            case "close" if talks:
                threads.close_thread(chance.choice(talks), by=by, at=at)
            case "open" if talks:
                threads.reopen_thread(chance.choice(talks), by=by, at=at)
            case "link":
                phone = new_phone()
                starting.start(Whom(e164=phone), by=by, at=at)
                clients.add_phone(chance.choice(cards), phone, by=by, at=at)
            case "give":
                phones = list(ClientPhone.objects.filter(client__in=cards).order_by("pk"))
                changes.give(chance.choice(phones), chance.choice(cards), by=by, at=at)
    except (BadPhone, BadTimes, NoSitter, NotPossibleNow, WindowOverlaps, NotTheirPhone):
        return


@pytest.mark.django_db(transaction=True)
def test_a_conversation_that_opens_while_a_visit_is_given_is_not_missed(business: Business) -> None:
    """The visit is written and not committed: the first text of the other phone waits for it, and is its sitter's."""
    other = new_phone()
    clients.add_phone(business.client, other, by=business.owner, at=timezone.now())
    held, opened = threading.Event(), threading.Event()

    def text() -> None:
        held.wait(10)
        business.text("Hi", sender=other)
        opened.set()
        connection.close()

    writing = threading.Thread(target=text)
    writing.start()
    with transaction.atomic():
        visit = business.visit()
        held.set()
        assert not opened.wait(0.7)
    writing.join(20)
    assert of(visit) == set(Thread.objects.filter(client=business.client).values_list("pk", flat=True))
    assert visit.windows.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_visit_that_is_given_while_a_conversation_opens_finds_it(business: Business) -> None:
    thread = business.thread()
    opening, given = threading.Event(), threading.Event()
    made: list[Visit] = []

    def give() -> None:
        opening.wait(10)
        made.append(business.visit())
        given.set()
        connection.close()

    giving = threading.Thread(target=give)
    giving.start()
    with transaction.atomic():
        late = Thread.objects.create(organization=business.organization, client=business.client)
        locks.client_shared(business.client.pk)
        opening.set()
        assert not given.wait(0.7)
    giving.join(20)
    assert of(made[0]) == {thread.pk, late.pk}
