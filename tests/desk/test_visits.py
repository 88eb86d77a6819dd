"""Handing a visit over at the desk: first what it does, then it is done; and times that come twice or never."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from messaging.models import AssignmentWindow, RoutingOverride, Sitter, Thread
from messaging.models.consent import Consent
from tests.desk.business import Business
from tests.doors.pages import add

pytestmark = pytest.mark.django_db


@pytest.fixture
def business() -> Business:
    return Business()


@pytest.fixture
def thread(business: Business) -> Thread:
    thread: Thread = business.text(business.client(), "Hello").thread
    return thread


@pytest.fixture
def visit(business: Business, thread: Thread) -> AssignmentWindow:
    return business.assign(thread, business.sitter())


@pytest.fixture
def ben(business: Business) -> Sitter:
    return business.sitter("Ben Sitter")


def url(visit: AssignmentWindow) -> str:
    return reverse("admin:visit_hand_over", args=[visit.public_id])


def test_what_it_does_is_shown_and_then_done(
    business: Business, visit: AssignmentWindow, ben: Sitter
) -> None:
    desk = business.browser()
    assert "Ben Sitter" in desk.get(url(visit)).content.decode()
    with CaptureQueriesContext(connection) as asked:
        page = desk.get(url(visit), {"to": str(ben.public_id), "at_time": ""}).content.decode()
    assert "Ben Sitter takes over now" in page
    assert "Until then it stays Ana Sitter's" in page
    assert not [
        one["sql"]
        for one in asked
        if "messaging_assignmentwindow" in one["sql"] and "SELECT" not in one["sql"]
    ]
    assert AssignmentWindow.objects.get().sitter != ben
    done = desk.post(url(visit), {"to": str(ben.public_id), "at_time": ""}, follow=True)
    assert "Ben Sitter has this visit" in done.content.decode()
    visit.refresh_from_db()
    assert visit.ends_at <= timezone.now()
    assert AssignmentWindow.objects.get(sitter=ben).starts_at == visit.ends_at


def test_at_a_time_to_come(business: Business, visit: AssignmentWindow, ben: Sitter) -> None:
    then = (
        (timezone.now() + timedelta(hours=1))
        .astimezone(business.organization.zone)
        .replace(second=0, microsecond=0)
    )
    typed = {"to": str(ben.public_id), "at_time": then.strftime("%Y-%m-%dT%H:%M")}
    assert business.browser().post(url(visit), typed).status_code == 303
    assert AssignmentWindow.objects.get(sitter=ben).starts_at == then


@pytest.mark.parametrize(
    "typed", [{"to": "nobody"}, {"to": "", "at_time": "soon"}, {"to": "{ben}", "at_time": "2020-01-01T10:00"}]
)
def test_what_is_wrong_is_said_and_changes_nothing(
    business: Business, visit: AssignmentWindow, ben: Sitter, typed: dict[str, str]
) -> None:
    asked = {name: value.format(ben=ben.public_id) for name, value in typed.items()}
    for answer in (business.browser().get(url(visit), asked), business.browser().post(url(visit), asked)):
        assert answer.status_code in (400, 422)
        assert 'role="alert"' in answer.content.decode()
    assert AssignmentWindow.objects.count() == 1


def test_one_that_is_over_stays(business: Business, thread: Thread, ben: Sitter) -> None:
    visit = business.assign(thread, business.sitter(), starts=timezone.now() - timedelta(hours=9))
    assert "it stays as it was" in business.browser().get(url(visit)).content.decode()
    assert business.browser().post(url(visit), {"to": str(ben.public_id)}).status_code == 409


def test_another_business_visit_is_not_found(business: Business, visit: AssignmentWindow) -> None:
    assert Business("Other Pets").browser().get(url(visit)).status_code == 404


def test_the_conversation_and_the_visits_page_lead_to_it(
    business: Business, thread: Thread, visit: AssignmentWindow
) -> None:
    desk = business.browser()
    assert url(visit) in desk.get(reverse("admin:conversation", args=[thread.public_id])).content.decode()
    button = reverse("admin:messaging_assignmentwindow_hand_over", args=[visit.public_id])
    assert desk.get(button).headers["Location"] == url(visit)


def test_the_page_of_a_running_visit_lets_its_start_be(
    business: Business, visit: AssignmentWindow, ben: Sitter
) -> None:
    desk, zone = business.browser(), business.organization.zone
    began, until = (
        visit.starts_at,
        (visit.ends_at + timedelta(hours=2)).astimezone(zone).replace(microsecond=0),
    )
    page = reverse("admin:messaging_assignmentwindow_change", args=[visit.public_id])
    assert "It has started, so this stays." in desk.get(page).content.decode()
    typed = {
        "sitter": str(ben.pk), "starts_at_0": "2020-01-01", "starts_at_1": "10:00",
        "ends_at_0": f"{until:%Y-%m-%d}", "ends_at_1": f"{until:%H:%M:%S}",
    }  # fmt: skip
    assert desk.post(page, typed).status_code == 302
    visit.refresh_from_db()
    assert (visit.starts_at, visit.sitter == ben) == (began, False)
    taken = AssignmentWindow.objects.get(sitter=ben)
    assert (taken.starts_at, taken.ends_at) == (visit.ends_at, until)


class TestTheHourThatComesTwice:
    """Nov 7, 2027, in Los Angeles."""

    def test_in_the_conversation(self, business: Business, thread: Thread) -> None:
        desk, where = business.browser(), reverse("admin:conversation_assign", args=[thread.public_id])
        typed = {
            "sitter": str(business.sitter().public_id), "starts_at": "2027-11-07T01:30", "ends_at": "2027-11-07T08:00",
            "visit_type": "drop_in",
        }  # fmt: skip
        asking = desk.post(where, typed)
        assert asking.status_code == 422
        page = asking.content.decode()
        assert "1:30 AM comes twice on Nov 7, 2027" in page
        assert 'name="starts_at_which" value="2"' in page
        assert 'name="ends_at_which"' not in page
        assert desk.post(where, {**typed, "starts_at_which": "2"}).status_code == 303
        assert AssignmentWindow.objects.get().starts_at == datetime(2027, 11, 7, 9, 30, tzinfo=UTC)

    def test_on_a_visits_page(self, business: Business, thread: Thread) -> None:
        typed = {
            "client": str(thread.client_id), "sitter": str(business.sitter().pk), "visit_type": "drop_in",
            "starts_at_0": "2027-11-07", "starts_at_1": "01:30", "ends_at_0": "2027-11-07", "ends_at_1": "01:15",
        }  # fmt: skip
        where = reverse("admin:messaging_visit_add")
        page = business.browser().post(where, typed).content.decode()
        assert "1:15 AM comes twice" in page
        assert 'name="starts_at_2"' in page
        add(business.browser(), "messaging.Visit", **typed, starts_at_2="1", ends_at_2="2")
        visit = AssignmentWindow.objects.get()
        assert (visit.ends_at - visit.starts_at) == timedelta(minutes=45)

    def test_the_missing_hour_is_refused(self, business: Business, thread: Thread) -> None:
        typed = {
            "sitter": str(business.sitter().public_id), "starts_at": "2027-03-14T02:30", "ends_at": "2027-03-14T08:00",
        }  # fmt: skip
        where = reverse("admin:conversation_assign", args=[thread.public_id])
        page = business.browser().post(where, typed).content.decode()
        assert "There&#x27;s no 2:30 AM on Mar 14, 2027" in page
        assert not AssignmentWindow.objects.exists()

    def test_for_a_redirect_and_for_consent(self, business: Business, thread: Thread) -> None:
        typed = {
            "thread": str(thread.pk), "target": "owner_inbox", "sitter": "", "lasts": "until", "reason": "Mine",
            "ends_at_0": "2027-11-07", "ends_at_1": "01:30",
        }  # fmt: skip
        page = business.browser().post(reverse("admin:messaging_routingoverride_add"), typed).content.decode()
        assert 'name="ends_at_2"' in page
        assert not RoutingOverride.objects.exists()
        client = thread.client
        assert client is not None
        said = {
            "agreed_on": client.phones.get().e164, "purpose": "service", "channel": "verbal", "at": "2025-11-02T01:30",
            "wording": "Yes, text me",
        }  # fmt: skip
        where = reverse("admin:client_consent", args=[client.public_id])
        assert 'name="at_which" value="1"' in business.browser().post(where, said).content.decode()
        assert business.browser().post(where, {**said, "at_which": "1"}).status_code == 303
        assert Consent.objects.get().given_at == datetime(2025, 11, 2, 8, 30, tzinfo=UTC)
