"""Visits, redirects and what screening does, set on their pages: what is different afterwards."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client as Browser
from django.utils import timezone

from messaging.models import RoutingOverride, Sitter, Thread, Visit
from messaging.people import sitters
from policy.models import AllowedContact
from routing import standing
from tests.business import Business, stranger
from tests.doors.pages import Typed, add, change

HOUR = timedelta(hours=1)


@pytest.fixture
def thread(business: Business) -> Thread:
    return business.thread()


@pytest.fixture
def ben(business: Business) -> Sitter:
    now = timezone.now()
    return sitters.create_sitter(
        organization=business.organization, name="Ben", phone=stranger(), by=business.owner, at=now
    )


def typed(business: Business, name: str, moment: datetime) -> dict[str, Typed]:
    local = moment.astimezone(business.organization.zone)
    return {f"{name}_0": f"{local:%Y-%m-%d}", f"{name}_1": f"{local:%H:%M:%S}"}


def on_duty(thread: Thread, at: datetime) -> str:
    return standing.of(thread, at).sitter_name


def test_a_visit_puts_its_sitter_on_duty_from_to(
    desk: Browser, business: Business, thread: Thread, ben: Sitter
) -> None:
    now = timezone.now()
    add(
        desk, "messaging.Visit", client=str(thread.client_id), sitter=str(business.sitter.pk), visit_type="overnight",
        **typed(business, "starts_at", now + HOUR), **typed(business, "ends_at", now + 3 * HOUR),
    )  # fmt: skip
    assert [on_duty(thread, now + n * HOUR / 2) for n in (1, 3, 7)] == ["", "Ana", ""]
    assert "Overnight" in desk.get(f"/admin/conversations/{thread.public_id}/").content.decode()
    visit = Visit.objects.get()
    times = {**typed(business, "starts_at", now + 4 * HOUR), **typed(business, "ends_at", now + 6 * HOUR)}
    change(desk, visit, sitter=str(ben.pk), **times)
    assert [on_duty(thread, now + n * HOUR / 2) for n in (3, 9, 13)] == ["", "Ben", ""]


def test_a_redirect_to_a_sitter_holds_until_the_time_that_was_typed(
    desk: Browser, business: Business, thread: Thread, ben: Sitter
) -> None:
    now = timezone.now()
    add(
        desk, "messaging.RoutingOverride", thread=str(thread.pk), target="sitter", sitter=str(ben.pk), lasts="until",
        reason="Ana is ill", **typed(business, "ends_at", now + 3 * HOUR),
    )  # fmt: skip
    assert [on_duty(thread, now + n * HOUR) for n in (2, 4)] == ["Ben", ""]
    assert "Ana is ill" in desk.get(f"/admin/conversations/{thread.public_id}/").content.decode()


def test_a_redirect_to_the_owner_holds_for_the_hours_that_were_chosen(
    desk: Browser, business: Business, thread: Thread
) -> None:
    business.window(thread, ends=9)
    add(
        desk, "messaging.RoutingOverride", thread=str(thread.pk), target="owner_inbox", lasts="4", reason="I talk to them",
        sitter="", ends_at_0="", ends_at_1="",
    )  # fmt: skip
    assert RoutingOverride.objects.get().ends_at - timezone.now() > 3.9 * HOUR
    goes_to = [standing.of(thread, timezone.now() + n * HOUR).receives.target for n in (1, 5)]
    assert goes_to == ["owner_inbox", "sitter"]


def says(business: Business, thread: Thread, words: str) -> str:
    """What becomes of a sitter's text."""
    if not thread.windows.exists():
        business.window(thread)
    line = thread.participants.get(role="sitter").number.e164
    return str(business.text(words, sender=business.sitter.phone, to=line).state)


def test_an_allowed_contact_may_be_written(desk: Browser, business: Business, thread: Thread) -> None:
    assert says(business, thread, "See www.parkvet.com") == "held"
    add(desk, "policy.AllowedContact", kind="domain", value="parkvet.com", note="The vet in the park")
    assert says(business, thread, "See www.parkvet.com again") == "accepted"
    assert "The vet in the park" in desk.get("/admin/policy/allowedcontact/").content.decode()
    change(desk, AllowedContact.objects.get(), kind="phone", value="(415) 701-0558", note="The vet's phone")
    assert says(business, thread, "See www.parkvet.com once more") == "held"
    assert says(business, thread, "Call 415-701-0558") == "accepted"
    assert "The vet&#x27;s phone" in desk.get("/admin/policy/allowedcontact/").content.decode()


def test_a_rule_of_screening_says_what_is_done_with_what_by_whom(
    desk: Browser, business: Business, thread: Thread
) -> None:
    assert says(business, thread, "See www.parkvet.com") == "held"
    add(desk, "policy.ScreeningRule", author_kind="sitter", finding_kind="url", action="warn")
    assert says(business, thread, "See www.parkvet.com again") == "accepted"
    assert says(business, thread, "Write to me@parkvet.com") == "held"
