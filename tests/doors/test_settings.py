"""Each setting of the business, changed on its page: what is different afterwards."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.test import Client as Browser
from django.utils import timezone

from messaging.models import (
    Delivery,
    Message,
    MessageNumber,
    VisitNotice,
)
from messaging.outbound.queue import quiet_hours
from snoutos import adminkit
from tests.automations.rules import active, settle
from tests.business import Business, stranger
from tests.doors.pages import change, signed_in
from tests.factories import UserFactory


def set_up(desk: Browser, business: Business, **typed: Any) -> None:
    change(desk, business.organization, **typed)
    business.organization.refresh_from_db()


def automatic(business: Business, body: str) -> Message:
    """What a rule says to the client with this text, held or not."""
    active(business, {"kind": "text_client", "body": body})
    business.text("Hello")
    settle()
    said: Message = Message.objects.of(business.organization).get(author_kind="automation")
    return said


def test_the_name_is_the_one_that_texts_say(desk: Browser, business: Business) -> None:
    set_up(desk, business, name="Tidy Tails")
    assert automatic(business, "This is {{ business.name }}.").body == "This is Tidy Tails."


def test_the_zone_is_the_one_of_every_time_on_the_desk(desk: Browser, business: Business) -> None:
    business.text("Hello")

    def shown() -> str:
        return str(desk.get("/admin/inbox/").context["rows"][0].time)

    set_up(desk, business, timezone="America/Los_Angeles")
    at_home = shown()
    set_up(desk, business, timezone="Asia/Tokyo")
    assert shown() != at_home


def test_strangers_on_a_pool_number_get_the_reply_that_was_set(desk: Browser, business: Business) -> None:
    set_up(desk, business, pool_auto_reply="Please call the office.")
    phone = stranger()
    business.text("Who is this?", sender=phone, to=business.pool.e164)
    assert Delivery.objects.get(recipient=phone).body == "Please call the office."


def test_quiet_hours_are_those_that_were_set(desk: Browser, business: Business) -> None:
    automatic(business, "Hi there")
    delivery = Delivery.objects.get(message__author_kind="automation")
    now = timezone.now()
    local = now.astimezone(quiet_hours.zone_of(delivery, business.organization))
    around = {
        "quiet_from": f"{local - timedelta(hours=1):%H:%M}", "quiet_until": f"{local + timedelta(hours=1):%H:%M}",
    }  # fmt: skip
    set_up(desk, business, **around)
    waits_until = quiet_hours.until(delivery, now)
    assert waits_until is not None
    assert timedelta(minutes=58) < waits_until - now <= timedelta(hours=1)
    set_up(desk, business, **dict.fromkeys(around, "03:00"))
    assert quiet_hours.until(delivery, now) is None


def test_business_hours_are_those_that_were_set(desk: Browser, business: Business) -> None:
    """A rule that answers outside business hours stays quiet while the business is open, and speaks once it is closed."""
    outside = {"field": "time.is_business_hours", "op": "is_no"}
    set_up(desk, business, emergency_contact="VCA Animal Hospital, (310) 555-0123")
    closed = {"kind": "text_client", "body": "We're away. {{ business.emergency_contact }}"}
    active(business, closed, conditions=outside)
    local = timezone.now().astimezone(business.organization.zone)
    another_day = f"{local + timedelta(days=3):%a}"

    def answers() -> int:
        business.text("Hello")
        settle()
        return int(Message.objects.of(business.organization).filter(author_kind="automation").count())

    assert answers() == 0, "always open as long as nothing is set"
    set_up(desk, business, opening_hours=f"{another_day} 8 AM–5 PM")
    assert answers() == 1
    set_up(desk, business, opening_hours="Mon–Sun 24 hours")
    assert answers() == 1
    page = desk.get(adminkit.address(business.organization) or "").content.decode()
    assert "Open now, around the clock." in page
    assert "Mon–Sun 24 hours" in page
    days = [local + timedelta(days=ahead) for ahead in (-1, 0, 1)]
    set_up(
        desk, business, holidays="\n".join(f"{day:%b} {day.day}, {day.year} Founders' Day" for day in days)
    )
    assert answers() == 2
    assert "Closed until" in desk.get(adminkit.address(business.organization) or "").content.decode()


def test_the_emergency_contact_is_the_one_that_replies_say(desk: Browser, business: Business) -> None:
    set_up(desk, business, emergency_contact="VCA Animal Hospital, (310) 555-0123")
    said = automatic(business, "In an emergency: {{ business.emergency_contact }}.")
    assert said.body == "In an emergency: VCA Animal Hospital, (310) 555-0123."
    assert said.state == "accepted", "its phone is no finding"


def test_an_unopened_text_comes_to_the_owner_after_the_minutes_that_were_set(
    desk: Browser, business: Business
) -> None:
    business.window(business.thread())
    set_up(desk, business, unopened_minutes="40")
    text = business.text("Are you there?")
    assert text.owner_due_at is not None
    assert text.owner_due_at - text.created_at == timedelta(minutes=40)


def test_a_number_is_paused_for_the_days_that_were_set(desk: Browser, business: Business) -> None:
    set_up(desk, business, number_cooldown_days="45")
    until = business.pause(MessageNumber.objects.get(pk=business.pool.pk)).quarantined_until
    assert until is not None
    assert timedelta(days=44) < until - timezone.now() <= timedelta(days=45)


def test_ones_own_domain_may_stand_in_a_rules_text(desk: Browser, business: Business) -> None:
    active(business, {"kind": "text_client", "body": "Book at https://tidytails.example/book"})

    def said() -> str:
        business.text("Hello")
        settle()
        return str(Message.objects.filter(author_kind="automation").latest("pk").state)

    assert said() == "held"
    set_up(desk, business, own_domains="tidytails.example")
    assert said() == "accepted"


def test_sitters_photos_wait_when_they_are_to(desk: Browser, business: Business) -> None:
    thread = business.thread()
    business.window(thread)
    line = thread.participants.get(role="sitter")
    picture = {"NumMedia": "1", "MediaUrl0": "https://api.twilio.com/x", "MediaContentType0": "image/jpeg"}

    def photo() -> str:
        sender, to = business.sitter.phone, line.number.e164
        return str(business.text("Look", sender=sender, to=to, **picture).state)

    assert photo() == "accepted"
    set_up(desk, business, hold_sitter_photos="on")
    assert photo() == "held"


def test_numbers_are_read_in_the_languages_that_were_chosen(desk: Browser, business: Business) -> None:
    thread = business.thread()
    business.window(thread)
    line = thread.participants.get(role="sitter")

    def says_polish(more: str) -> str:
        words = f"zadzwoń {more} trzy zero trzy pięć pięć pięć zero jeden dwa osiem"
        return str(business.text(words, sender=business.sitter.phone, to=line.number.e164).state)

    set_up(desk, business, screening_languages=["fr"])
    assert says_polish("dziś") == "accepted"
    set_up(desk, business, screening_languages=["fr", "pl"])
    assert says_polish("jutro") == "held"


def test_staff_allow_contacts_when_they_may(desk: Browser, business: Business) -> None:
    staff = signed_in(UserFactory(organization=business.organization, role="staff"))
    page = "/admin/policy/allowedcontact/add/"
    assert staff.get(page).status_code == 403
    set_up(desk, business, staff_may_allow_contacts="on")
    assert staff.get(page).status_code == 200


def test_sitters_are_told_of_visits_while_they_are_to(desk: Browser, business: Business) -> None:
    business.visit(begins=20, ends=21)
    assert VisitNotice.objects.count() == 1
    set_up(desk, business, tell_sitters_of_visits="")
    business.visit(begins=30, ends=31)
    assert VisitNotice.objects.count() == 1
