"""Triage at the desk: taking, giving, snoozing, tagging; what each view of the inbox shows, and how many."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from messaging.models import Thread
from messaging.people import triage
from snoutos.accounts.roles import Role
from snoutos.core import timefmt
from snoutos.desk import snoozing
from tests.desk.business import Business
from tests.desk.test_inbox import told
from tests.worlds import world

pytestmark = pytest.mark.django_db

business = world(Business)


@pytest.fixture
def thread(business: Business) -> Thread:
    return told(business.text(business.client("Cleo Client"), "Hi"))


def names(business: Business, **asked: str) -> set[str]:
    return {row.name for row in business.browser().get("/admin/inbox/", asked).context["rows"]}


def press(business: Business, thread: Thread, what: str, **values: str) -> int:
    where = reverse(f"admin:conversation_{what}", args=[thread.public_id])
    return business.browser().post(where, values).status_code


def page(business: Business, thread: Thread) -> str:
    return business.browser().get(reverse("admin:conversation", args=[thread.public_id])).content.decode()


def test_one_press_takes_it_and_it_is_among_mine(business: Business, thread: Thread) -> None:
    other = told(business.text(business.client("Otto Other"), "Hi"))
    assert names(business, show="unassigned") == {"Cleo Client", "Otto Other"}
    assert "I'll take it" in page(business, thread)
    assert press(business, thread, "give", member=str(business.owner.public_id)) == 303
    assert names(business, show="mine") == {"Cleo Client"}
    assert names(business, show="unassigned") == {"Otto Other"}
    assert names(business) == {"Cleo Client", "Otto Other"}
    assert "I'll take it" not in page(business, thread)
    staff = business.user(Role.STAFF, "Stella Staff")
    assert press(business, other, "give", member=str(staff.public_id)) == 303
    [row] = [
        row for row in business.browser().get("/admin/inbox/").context["rows"] if row.name == "Otto Other"
    ]
    assert "Stella Staff's" in [flag.label for flag in row.flags]
    assert press(business, thread, "give", member="") == 303
    assert names(business, show="unassigned") == {"Cleo Client"}


def test_a_sitter_gets_none(business: Business, thread: Thread) -> None:
    assert press(business, thread, "give", member=str(business.user(Role.SITTER).public_id)) == 422
    assert press(business, thread, "give", member="nonsense") == 422


def test_a_snoozed_one_is_out_of_every_view_but_its_own(business: Business, thread: Thread) -> None:
    triage.give(thread, business.owner, by=business.owner, at=timezone.now())
    assert press(business, thread, "snooze", snooze="tomorrow") == 303
    for show in ("", "mine", "waiting", "unassigned"):
        assert names(business, show=show) == set()
    assert names(business, show="snoozed") == names(business, show="all") == {"Cleo Client"}
    assert "Snoozed until" in page(business, thread)
    assert press(business, thread, "wake") == 303
    assert names(business) == {"Cleo Client"}


def test_one_that_is_back_waits_for_you_and_says_so(business: Business, thread: Thread) -> None:
    business.says(thread, "Fine")
    assert names(business, show="waiting") == set()
    triage.snooze(thread, until=timezone.now() + timedelta(hours=1), by=business.owner, at=timezone.now())
    Thread.objects.update(snoozed_until=timezone.now() - timedelta(minutes=1))
    assert names(business, show="waiting") == {"Cleo Client"}
    [row] = business.browser().get("/admin/inbox/").context["rows"]
    assert "Back from snooze" in [flag.label for flag in row.flags]
    assert "Back from snooze" in page(business, thread)


def test_another_time_is_the_business_own(business: Business, thread: Thread) -> None:
    local = (timezone.now() + timedelta(days=2)).astimezone(business.organization.zone)
    at = timefmt.field(local, business.organization.zone)
    assert press(business, thread, "snooze", snooze="own", back_at=at) == 303
    assert Thread.objects.get().snoozed_until == local.replace(second=0, microsecond=0)


@pytest.mark.parametrize(
    "values",
    [{}, {"snooze": "x"}, {"snooze": "own"}, {"snooze": "own", "back_at": "soon"}, {"snooze": "own", "back_at": "2020-01-01T08:00"}],
)  # fmt: skip
def test_a_snooze_that_says_no_time_is_refused(
    business: Business, thread: Thread, values: dict[str, str]
) -> None:
    assert press(business, thread, "snooze", **values) in (400, 422)
    assert names(business) == {"Cleo Client"}


def test_the_choices_are_right_over_both_clock_changes() -> None:
    zone = ZoneInfo("America/New_York")
    for friday, monday in (
        (datetime(2026, 10, 30, 16, tzinfo=zone), datetime(2026, 11, 2, 8, tzinfo=zone)),
        (datetime(2027, 3, 12, 16, tzinfo=zone), datetime(2027, 3, 15, 8, tzinfo=zone)),
    ):
        at = friday.astimezone(UTC)
        assert snoozing.until("monday", None, zone, at) == monday
        assert snoozing.until("tomorrow", None, zone, at) == friday.replace(day=friday.day + 1, hour=8)
        assert snoozing.until("later", None, zone, at) == at + timedelta(hours=3)
        assert snoozing.until("reply", at, zone, at) is None
    sunday = datetime(2026, 11, 1, 20, tzinfo=zone)
    assert snoozing.until("monday", None, zone, sunday) == datetime(2026, 11, 2, 8, tzinfo=zone)
    on_monday = datetime(2026, 11, 2, 7, tzinfo=zone)
    assert snoozing.until("monday", None, zone, on_monday) == datetime(2026, 11, 9, 8, tzinfo=zone)


def test_tags_are_saved_and_lead_to_their_conversations(business: Business, thread: Thread) -> None:
    told(business.text(business.client("Otto Other"), "Hi"))
    assert press(business, thread, "tags", tags="VIP, late payer") == 303
    assert Thread.objects.get(pk=thread.pk).tags == ["vip", "late payer"]
    assert "?tag=late%20payer" in page(business, thread)
    assert names(business, tag="late payer") == {"Cleo Client"}
    assert names(business, tag="<b>") == {"Cleo Client", "Otto Other"}
    assert press(business, thread, "tags", tags="a/b") == 422
    assert press(business, thread, "tags", tags=",".join(f"t{n}" for n in range(21))) == 409
    assert Thread.objects.get(pk=thread.pk).tags == ["vip", "late payer"]
    assert press(business, thread, "tags") == 303
    assert Thread.objects.get(pk=thread.pk).tags == []


def test_views_say_how_many_they_show(business: Business, thread: Thread) -> None:
    told(business.text("+16195550147", "hello?"))
    triage.give(thread, business.owner, by=business.owner, at=timezone.now())
    shows = {label: count for _, label, _, count in business.browser().get("/admin/inbox/").context["shows"]}
    assert {label: count for label, count in shows.items() if count} == {
        "Mine": "1",
        "Unassigned": "1",
        "Unknown senders": "1",
    }


def test_counts_cost_one_query(business: Business, thread: Thread) -> None:
    browser = business.browser()
    with CaptureQueriesContext(connection) as captured:
        browser.get("/admin/inbox/")
    assert (
        len([query for query in captured if "UNION ALL" in query["sql"] and "snoozed" in query["sql"]]) == 1
    )
