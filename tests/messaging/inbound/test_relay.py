"""While a sitter is on duty, the client's texts reach their phone, redacted, over a number that is that thread's alone; and back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from messaging.assignments import overrides
from messaging.models import AssignmentWindow, Delivery, Message, Participant, Thread
from messaging.models.deliveries import Authority
from messaging.outbound.queue import notices
from messaging.outbound.queue.outbox import LONGEST_TEXT
from routing import access
from routing.models import RoutingDecision
from tests.business import Business, another_client
from tests.factories import SitterFactory


@pytest.fixture
def looked_after(business: Business) -> Thread:
    thread = business.thread()
    business.window(thread)
    return thread


def line_of(business: Business, thread: Thread) -> Participant:
    line: Participant = Participant.objects.select_related("number").get(
        thread=thread, sitter=business.sitter, left_at__isnull=True
    )
    return line


def from_sitter(business: Business, thread: Thread, body: str, **more: str) -> Message:
    line = line_of(business, thread)
    return business.text(body, sender=business.sitter.phone, to=line.number.e164, **more)


def end_window(business: Business) -> None:
    AssignmentWindow.objects.filter(ends_at__gt=timezone.now()).update(ends_at=timezone.now())


def test_a_clients_text_is_queued_to_the_sitters_phone(business: Business, looked_after: Thread) -> None:
    message = business.text("Is Biscuit ok?")
    relayed = Delivery.objects.get()
    assert (relayed.message, relayed.thread) == (message, looked_after)
    assert relayed.recipient == business.sitter.phone
    assert relayed.sender == line_of(business, looked_after).number.e164
    assert relayed.sender not in (business.client_phone, business.front_desk.e164)
    assert relayed.body == "Dana: Is Biscuit ok?"
    assert relayed.authority == Authority.RELAY
    assert business.verbs().count("message.relayed") == 1
    decision = RoutingDecision.objects.get(message=message)
    assert (decision.target, decision.sitter, decision.reason) == (
        "sitter",
        business.sitter,
        "window_in_force",
    )


def test_the_sitters_own_number_is_used_first(business: Business, looked_after: Thread) -> None:
    assert line_of(business, looked_after).number == business.sitter_number


def test_a_contact_in_the_text_is_taken_out(business: Business, looked_after: Thread) -> None:
    message = business.text("Call me at 619-701-0558 or dana@example.com")
    relayed = Delivery.objects.get()
    assert "701" not in relayed.body
    assert "example.com" not in relayed.body
    assert message.body == "Call me at 619-701-0558 or dana@example.com"


def test_two_conversations_get_two_numbers_towards_one_phone(
    business: Business, looked_after: Thread
) -> None:
    other = business.text("Hi", sender=another_client(business)[1]).thread
    business.window(other)
    assert line_of(business, looked_after).number != line_of(business, other).number
    for_first = from_sitter(business, looked_after, "Biscuit is fine")
    for_second = from_sitter(business, other, "Rex is fine")
    recipients = {d.message: d.recipient for d in Delivery.objects.all()}
    assert recipients == {
        for_first: business.client_phone,
        for_second: Participant.objects.get(thread=other, role="client").e164,
    }


def test_without_a_free_number_the_sitter_uses_the_app(business: Business, looked_after: Thread) -> None:
    threads = [business.text("Hi", sender=another_client(business)[1]).thread for _ in range(2)]
    for thread in threads:
        business.window(thread)
    phone = Participant.objects.get(thread=threads[1], role="client").e164
    message = business.text("Hello?", sender=phone)
    assert not Participant.objects.filter(thread=threads[1], role="sitter").exists()
    assert not Delivery.objects.filter(message=message).exists()
    assert business.alerts() == ["pool.exhausted", "routing.sitter_unreachable"]
    assert access.messages(business.sitter_user, timezone.now()).filter(pk=message.pk).exists()


def test_a_sitter_without_a_phone_uses_the_app(business: Business) -> None:
    business.sitter.phone = ""
    business.sitter.save()
    business.window(business.thread())
    message = business.text("Hello?")
    assert not Delivery.objects.exists()
    assert not Participant.objects.filter(role="sitter").exists()
    assert business.alerts() == ["routing.sitter_unreachable"]
    assert access.messages(business.sitter_user, timezone.now()).filter(pk=message.pk).exists()


def test_a_new_phone_of_the_sitter_gets_the_line_and_the_old_one_loses_it(
    business: Business, looked_after: Thread
) -> None:
    old = business.sitter.phone
    business.sitter.phone = "+15035559999"
    business.sitter.save()
    business.text("Hello?")
    assert Delivery.objects.get().recipient == "+15035559999"
    late = business.text("hi", sender=old, to=business.sitter_number.e164)
    assert late.thread_id != looked_after.pk, "whoever has the old phone begins a conversation of their own"
    assert not Delivery.objects.filter(message=late).exists()
    assert late.thread.owner_position == late.position


def test_a_line_over_a_resting_number_is_replaced(business: Business, looked_after: Thread) -> None:
    business.sitter_number.state = "quarantined"
    business.sitter_number.save()
    business.text("Hello?")
    assert Delivery.objects.get().sender == business.pool.e164


def test_pictures_are_named_and_left_in_the_app(business: Business, looked_after: Thread) -> None:
    business.text("Look", NumMedia="1", MediaUrl0="https://api.twilio.test/1", MediaContentType0="image/jpeg")
    relayed = Delivery.objects.get()
    assert relayed.body == "Dana: Look [1 picture: see the sitter page]"
    business.text("", NumMedia="1", MediaUrl0="https://api.twilio.test/2", MediaContentType0="image/jpeg")
    assert Delivery.objects.latest("pk").body == "Dana: [1 picture: see the sitter page]"
    assert relayed.media_count == 0


def test_a_very_long_text_is_cut_for_the_phone(business: Business, looked_after: Thread) -> None:
    business.text("woof " * 400)
    assert len(Delivery.objects.get().body) == LONGEST_TEXT


def test_the_sitters_reply_goes_to_the_client_from_the_clients_number(
    business: Business, looked_after: Thread
) -> None:
    message = from_sitter(business, looked_after, "Biscuit ate well")
    sent = Delivery.objects.get()
    assert (message.thread, message.author_kind, message.state) == (looked_after, "sitter", "accepted")
    assert (sent.sender, sent.recipient, sent.body) == (
        business.front_desk.e164,
        business.client_phone,
        "Biscuit ate well",
    )
    assert sent.authority == Authority.WINDOW
    assert sent.window == AssignmentWindow.objects.get()


def test_a_reply_after_the_window_goes_to_the_owner_and_the_sitter_is_told_once(
    business: Business, looked_after: Thread
) -> None:
    end_window(business)
    first = from_sitter(business, looked_after, "One more thing")
    from_sitter(business, looked_after, "And another")
    assert (first.audience, first.state) == ("owner", "received")
    decision = RoutingDecision.objects.get(message=first)
    assert (decision.target, decision.reason) == ("owner_inbox", "sitter_not_in_charge")
    told = Delivery.objects.get()
    assert (told.recipient, told.body) == (business.sitter.phone, notices.WINDOW_ENDED)


def test_the_end_of_the_next_visit_is_told_again(business: Business, looked_after: Thread) -> None:
    end_window(business)
    from_sitter(business, looked_after, "One more thing")
    business.window(looked_after, begins=0)
    from_sitter(business, looked_after, "Here again")
    end_window(business)
    from_sitter(business, looked_after, "And another")
    assert Delivery.objects.filter(body=notices.WINDOW_ENDED).count() == 2


def test_a_locked_sitters_text_goes_to_the_owner_and_they_are_told(
    business: Business, looked_after: Thread
) -> None:
    business.sitter.sending_locked_at = timezone.now()
    business.sitter.save()
    message = from_sitter(business, looked_after, "Hello")
    assert message.audience == "owner"
    assert Delivery.objects.get().body == notices.LOCKED
    assert RoutingDecision.objects.get(message=message).reason == "sitter_locked"


def test_a_sitters_text_to_a_client_who_said_stop_goes_to_the_owner(
    business: Business, looked_after: Thread
) -> None:
    business.text("STOP")
    message = from_sitter(business, looked_after, "Hello")
    assert message.audience == "owner"
    told = Delivery.objects.get()
    assert (told.recipient, told.body) == (business.sitter.phone, notices.CLIENT_NOT_TEXTED)


def test_another_sitters_window_does_not_let_this_one_speak(business: Business, looked_after: Thread) -> None:
    end_window(business)
    business.window(looked_after, sitter=SitterFactory(organization=business.organization), begins=0)
    message = from_sitter(business, looked_after, "Hello")
    assert message.audience == "owner"
    assert not Delivery.objects.filter(recipient=business.client_phone).exists()


def media(kind: str) -> dict[str, str]:
    return {"NumMedia": "1", "MediaUrl0": "https://api.twilio.test/1", "MediaContentType0": kind}


@pytest.mark.parametrize("kind", ["image/jpeg", "video/mp4"])
def test_a_sitters_photos_pass(business: Business, looked_after: Thread, kind: str) -> None:
    message = from_sitter(business, looked_after, "Happy dog", **media(kind))
    assert message.state == "accepted"
    words, picture = Delivery.objects.order_by("pk")
    assert (words.body, words.media_count, words.ready) == ("Happy dog", 0, True)
    assert (picture.body, picture.media_count, picture.ready) == ("", 1, False)
    assert message.media.count() == 1


@pytest.mark.parametrize("kind", ["text/vcard", "text/x-vcard", "application/pdf", ""])
def test_contact_cards_and_other_files_are_held(business: Business, looked_after: Thread, kind: str) -> None:
    message = from_sitter(business, looked_after, "", **media(kind))
    assert (message.state, message.held_reason) == ("held", "media")
    assert not Delivery.objects.filter(recipient=business.client_phone).exists()
    assert Delivery.objects.get().body == notices.HELD
    assert business.alerts() == ["policy.held"]


def test_the_owner_may_hold_photos(business: Business, looked_after: Thread) -> None:
    business.organization.hold_sitter_photos = True
    business.organization.save()
    assert from_sitter(business, looked_after, "Happy dog", **media("image/jpeg")).state == "held"
    assert from_sitter(business, looked_after, "Only words").state == "accepted"


def test_an_override_to_another_sitter_takes_the_relay(business: Business, looked_after: Thread) -> None:
    other = SitterFactory(organization=business.organization, phone="+15035551212")
    now = timezone.now()
    overrides.set_override(
        thread=looked_after,
        target="sitter",
        sitter=other,
        ends_at=now + timedelta(hours=1),
        reason="ill",
        by=business.owner,
        at=now,
    )
    message = business.text("Hello?")
    assert Delivery.objects.get(message=message).recipient == "+15035551212"
    assert from_sitter(business, looked_after, "me?").audience == "owner"


@pytest.mark.parametrize(
    "body", ["my email xx.yyy\x00gmail.com", "write me: annie.walks\x00live.com", "call 619\x005550120"]
)
def test_a_sitters_text_is_held_though_a_sign_of_it_was_lost(
    business: Business, looked_after: Thread, body: str
) -> None:
    business.text("Hi")
    before = Delivery.objects.filter(recipient=business.client_phone).count()
    message = from_sitter(business, looked_after, body)
    assert (message.state, message.held_reason) == ("held", "finding")
    assert Delivery.objects.filter(recipient=business.client_phone).count() == before
