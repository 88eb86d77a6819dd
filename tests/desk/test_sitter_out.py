"""The page of a sitter who is out: their visits, who takes each, one button; a GET changes nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from messaging.models import AssignmentWindow, Sitter, Thread
from snoutos.core import timefmt
from tests.desk.business import Business

pytestmark = pytest.mark.django_db


@pytest.fixture
def business() -> Business:
    return Business()


@pytest.fixture
def ana(business: Business) -> Sitter:
    return business.sitter()


@pytest.fixture
def thread(business: Business) -> Thread:
    thread: Thread = business.text(business.client(), "Hello").thread
    return thread


@pytest.fixture
def visit(business: Business, thread: Thread, ana: Sitter) -> AssignmentWindow:
    return business.assign(thread, ana)


def url(ana: Sitter) -> str:
    return reverse("admin:sitter_out", args=[ana.public_id])


def typed(business: Business, choices: dict[str, str] | None = None, *, hours: float = 9) -> dict[str, str]:
    now, zone = timezone.now(), business.organization.zone
    return {
        "starts_at": timefmt.field(now, zone),
        "ends_at": timefmt.field(now + timedelta(hours=hours), zone),
        **(choices or {}),
    }


def html(answer: Any) -> str:
    return str(answer.content.decode())


def test_their_visits_and_who_is_free_are_shown_and_then_handed_over(
    business: Business, ana: Sitter, visit: AssignmentWindow
) -> None:
    ben, desk = business.sitter("Ben Sitter"), business.browser()
    with CaptureQueriesContext(connection) as asked:
        page = html(desk.get(url(ana), typed(business)))
    assert not [one for one in asked if "messaging_" in one["sql"] and not one["sql"].startswith("SELECT")]
    assert f'name="visit-{visit.public_id}"' in page
    assert "Free then" in page
    assert "Ben Sitter</option>" in page
    choice = {f"visit-{visit.public_id}": str(ben.public_id)}
    done = desk.post(url(ana), typed(business, choice), follow=True)
    assert "Ana Sitter is out. Visits handed over: 1." in html(done)
    assert AssignmentWindow.objects.get(sitter=ben).ends_at == visit.ends_at


def test_until_when_is_typed(business: Business, thread: Thread, ana: Sitter) -> None:
    visit = business.assign(thread, ana, starts=timezone.now() + timedelta(hours=5))
    desk = business.browser()
    assert "has no visits in that time" in html(desk.get(url(ana), typed(business, hours=4)))
    assert str(visit.public_id) in html(desk.get(url(ana), typed(business, hours=6)))


def test_it_begins_with_today(business: Business, ana: Sitter, visit: AssignmentWindow) -> None:
    page = html(business.browser().get(url(ana)))
    assert str(visit.public_id) in page
    assert "T00:00" in page


def test_to_nobody(business: Business, ana: Sitter, visit: AssignmentWindow) -> None:
    done = business.browser().post(url(ana), typed(business, {f"visit-{visit.public_id}": ""}), follow=True)
    assert "Visits ended or canceled: 1." in html(done)
    visit.refresh_from_db()
    assert visit.ends_at <= timezone.now()


@pytest.mark.parametrize(
    "choice", [{}, {"visit-x": ""}, {"visit-{visit}": "nobody"}, {"visit-{visit}": "{ana}"}], ids=str
)
def test_what_does_not_fit_is_said_with_the_visits_as_they_are(
    business: Business, ana: Sitter, visit: AssignmentWindow, choice: dict[str, str]
) -> None:
    names = {"visit": visit.public_id, "ana": ana.public_id}
    asked = {name.format(**names): value.format(**names) for name, value in choice.items()}
    answer = business.browser().post(url(ana), typed(business, asked))
    assert answer.status_code in (400, 409)
    assert 'role="alert"' in html(answer)
    assert str(visit.public_id) in html(answer)
    assert AssignmentWindow.objects.get().ends_at == visit.ends_at


@pytest.mark.parametrize(
    "times",
    [{"starts_at": "", "ends_at": "soon"}, {"starts_at": "2020-01-01T10:00", "ends_at": "2020-01-01T11:00"}],
)
def test_times_that_do_not_hold(business: Business, ana: Sitter, times: dict[str, str]) -> None:
    answer = business.browser().get(url(ana), times)
    assert answer.status_code in (400, 422)
    assert 'role="alert"' in html(answer)


def test_who_left_is_out_for_good(business: Business, ana: Sitter) -> None:
    Sitter.objects.filter(pk=ana.pk).update(is_active=False)
    assert "no longer works for you" in html(business.browser().get(url(ana)))


def test_another_business_sitter_is_not_found(business: Business, ana: Sitter) -> None:
    assert Business("Other Pets").browser().get(url(ana)).status_code == 404


def test_the_sitters_page_leads_to_it(business: Business, ana: Sitter) -> None:
    button = reverse("admin:messaging_sitter_out", args=[ana.public_id])
    assert business.browser().get(button).headers["Location"] == url(ana)
