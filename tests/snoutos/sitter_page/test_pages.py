"""What a sitter reads and writes on their page: while on duty, redacted, once."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEvent
from messaging.consent import changes as consent
from messaging.models import (
    Delivery,
    Message,
    MessageMedia,
    Participant,
    Sitter,
    SitterDevice,
    Thread,
    ThreadRead,
)
from messaging.people import threads
from messaging.review import decisions
from routing import standing
from snoutos.sitter_page import urls
from tests.business import Business, another_client, open_business
from tests.snoutos.sitter_page.signing import signed_in

pytestmark = pytest.mark.django_db
CONTACT = "619-701-0558"


def page_of(thread: Thread, name: str = "conversation") -> str:
    return reverse(f"sitter:{name}", args=[thread.public_id])


def write(browser: Browser, thread: Thread, body: str, nonce: str = "") -> Any:
    return browser.post(page_of(thread, "send"), {"body": body, "nonce": nonce or str(uuid.uuid4())})


def read(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


@pytest.fixture
def on_duty(business: Business) -> Thread:
    thread = business.thread()
    business.window(thread)
    return thread


def test_visits_and_conversations_now(business: Business, on_duty: Thread) -> None:
    later, _ = another_client(business, "Sam Later")
    soon = business.text("Hi", sender=later.phones.get().e164).thread
    business.window(soon, begins=26, ends=27)
    business.window(soon, sitter=business.add_sitter("Ben"), begins=50, ends=51)
    page = read(signed_in(business).get("/sitter/"))
    assert page_of(on_duty) in page
    assert page_of(soon) not in page, "not yet"
    assert "Biscuit" in page
    assert page.count("Sam Later") == 1


def test_texts_are_read_as_the_api_gives_them(business: Business, on_duty: Thread) -> None:
    business.text(f"call me at {CONTACT}")
    business.says(on_duty, "Thanks, Ana is on the way")
    business.text("not for them", sender=business.sitter.phone)
    page = read(signed_in(business).get(page_of(on_duty)))
    assert CONTACT not in page
    assert "[removed]" in page
    assert "Thanks, Ana is on the way" in page
    assert "not for them" not in page


def test_reading_is_recorded_and_keeps_a_text_from_the_owner(business: Business, on_duty: Thread) -> None:
    message = business.text("Is Biscuit ok?")
    signed_in(business).get(page_of(on_duty))
    opened = AuditEvent.objects.get(verb="access.conversation_opened")
    assert (opened.thread_id, opened.actor_id) == (on_duty.pk, business.sitter_user.pk)
    assert ThreadRead.objects.get(user=business.sitter_user, thread=on_duty).position == message.position


def test_what_is_written_leaves_once_and_says_what_became_of_it(business: Business, on_duty: Thread) -> None:
    browser, nonce = signed_in(business), str(uuid.uuid4())
    before = Delivery.objects.count()
    for _ in range(3):
        assert write(browser, on_duty, "Biscuit is fine", nonce).status_code == 303
    assert Delivery.objects.count() == before + 1
    sent = Delivery.objects.latest("pk")
    assert (sent.recipient, sent.sender) == (business.client_phone, business.front_desk.e164)
    assert Message.objects.latest("pk").sitter == business.sitter
    assert "Sending" in read(browser.get(page_of(on_duty)))
    write(browser, on_duty, "Biscuit is fine and asleep", nonce)
    assert Delivery.objects.count() == before + 2, "other words are another text, also from the same form"


def test_a_text_with_a_contact_is_held_and_a_rejection_is_told_with_its_reason(
    business: Business, on_duty: Thread
) -> None:
    browser = signed_in(business)
    write(browser, on_duty, f"call me at {CONTACT}")
    page = read(browser.get(page_of(on_duty)))
    assert "The office is checking it" in page
    assert CONTACT not in page
    held = Message.objects.get(state="held")
    decisions.reject(held, by=business.owner, at=timezone.now(), note=f"No numbers like {CONTACT}")
    page = read(browser.get(page_of(on_duty)))
    assert "The office didn't send it" in page.replace("&#x27;", "'")
    assert "No numbers like" in page
    assert CONTACT not in page


def test_why_writing_is_closed_is_said_and_nothing_leaves(business: Business, on_duty: Thread) -> None:
    browser, before = signed_in(business), Delivery.objects.count()

    def is_closed(words: str) -> None:
        page = read(browser.get(page_of(on_duty))).replace("&#x27;", "'")
        assert words in page
        assert "<textarea" not in page
        answer = write(browser, on_duty, "typed for nothing")
        said = answer.content.decode().replace("&#x27;", "'")
        assert answer.status_code >= 400
        assert words in said
        assert "typed for nothing" in said, "nothing has to be typed again"
        assert not Message.objects.filter(body="typed for nothing").exists()

    Sitter.objects.update(sending_locked_at=timezone.now())
    is_closed("Only the office can unlock them")
    Sitter.objects.update(sending_locked_at=None)
    threads.close_thread(on_duty, by=business.owner, at=timezone.now())
    is_closed("The office closed this conversation")
    threads.reopen_thread(on_duty, by=business.owner, at=timezone.now())
    consent.opt_out(business.organization, business.client_phone, by=business.owner, at=timezone.now())
    is_closed("asked for no more texts")
    on_duty.windows.update(ends_at=timezone.now() - timedelta(seconds=1))
    is_closed("You aren't on duty")
    assert "Hello" not in read(browser.get(page_of(on_duty)))
    assert business.client.name not in read(browser.get(page_of(on_duty)))
    assert Delivery.objects.exclude(state="canceled").count() <= before


@pytest.mark.parametrize("body", ["", "   ", "x" * 1601])
def test_what_cannot_be_sent_is_said_with_what_was_typed(
    business: Business, on_duty: Thread, body: str
) -> None:
    answer = write(signed_in(business), on_duty, body)
    assert answer.status_code == 400
    assert body in answer.content.decode()
    assert not Message.objects.filter(author_kind="sitter").exists()


def test_a_conversation_that_is_not_theirs_is_not_there(business: Business, on_duty: Thread) -> None:
    theirs = open_business("Paws")
    foreign = theirs.thread()
    theirs.window(foreign)
    other, _ = another_client(business)
    unvisited = business.text("Hi", sender=other.phones.get().e164).thread
    browser = signed_in(business)
    for thread in (foreign, unvisited):
        assert browser.get(page_of(thread)).status_code == 404
        assert write(browser, thread, "hello").status_code == 404
    assert not Message.objects.filter(body="hello").exists()


def kept_picture(message: Message, kind: str = "image/jpeg") -> MessageMedia:
    media: MessageMedia = MessageMedia.objects.create(
        organization=message.organization, message=message, position=0, content_type=kind, source_url="https://x.test/1",
        state="kept", size=3, next_try_at=None,
    )  # fmt: skip
    media.file.save("picture", ContentFile(b"abc"))
    return media


def test_pictures_are_seen_while_on_duty_only(
    business: Business, on_duty: Thread, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    message = business.text("Look")
    shown, hidden = kept_picture(message), kept_picture(business.text("me too"), "image/svg+xml")
    browser = signed_in(business)
    assert reverse("sitter:picture", args=[shown.public_id]) in read(browser.get(page_of(on_duty)))
    picture = browser.get(reverse("sitter:picture", args=[shown.public_id]))
    assert (picture.status_code, picture["Content-Type"], picture["X-Content-Type-Options"]) == (
        200,
        "image/jpeg",
        "nosniff",
    )
    assert whole(picture) == b"abc"
    drawing = browser.get(reverse("sitter:picture", args=[hidden.public_id]))
    assert drawing["Content-Type"] == "application/octet-stream", "a drawing may hold a script"
    assert drawing["Content-Disposition"].startswith("attachment")
    assert "access.picture_opened" in business.verbs()
    assert signed_in(open_business("Paws")).get(picture.request["PATH_INFO"]).status_code == 404
    on_duty.windows.update(ends_at=timezone.now())
    assert browser.get(picture.request["PATH_INFO"]).status_code == 404


def whole(answer: Any) -> bytes:
    """All that an answer carries, also a file's."""
    return b"".join(answer.streaming_content) if answer.streaming else bytes(answer.content)


def routes(business: Business, thread: Thread, media: MessageMedia) -> Iterator[tuple[str, str]]:
    """Each address of the sitter page that asks who one is, by name."""
    rows: dict[str, Any] = {
        "conversation": thread,
        "send": thread,
        "picture": media,
        "end_browser": SitterDevice.objects.get(),
    }
    for pattern in urls.urlpatterns:
        name = str(pattern.name)
        if name in ("link", "manifest", "signed_out", "sign_out"):
            continue
        args = [rows[name].public_id] if name in rows else []
        yield name, reverse(f"sitter:{name}", args=args)


def test_nothing_that_a_sitter_gets_holds_a_clients_number(
    business: Business, on_duty: Thread, settings: Any, tmp_path: Any
) -> None:
    """Each page, answer and header, of the sitter page and of their API."""
    settings.MEDIA_ROOT = tmp_path
    business.client.name = f"Dana {business.client_phone}"
    business.client.pets = (
        f"Biscuit, call {business.client_phone[2:5]} {business.client_phone[5:8]} {business.client_phone[8:]}"
    )
    business.client.save()
    business.text(f"this is {business.client_phone}")
    business.says(on_duty, f"we have you as {business.client_phone[2:]}")
    media = kept_picture(business.text("Look"))
    browser = signed_in(business)
    write(browser, on_duty, f"is {business.client_phone} right?")
    paths = [url for name, url in routes(business, on_duty, media) if name not in ("send", "end_browser")]
    paths += [f"{paths[0]}?fragment=home", f"{page_of(on_duty)}?fragment=texts", "/api/v1/me/", "/api/v1/me/visits/", "/api/v1/me/threads/",
              f"/api/v1/me/threads/{on_duty.public_id}/messages/"]  # fmt: skip
    numbers = set(Participant.objects.filter(role="client").values_list("e164", flat=True))
    assert numbers == {business.client_phone}
    for path in paths:
        answer = browser.get(path)
        assert answer.status_code == 200, path
        body = whole(answer)
        digits = "".join(
            c for c in (body.decode("latin-1") + str(dict(answer.headers))) if c.isdigit() or c in "-() ."
        )
        for number in numbers:
            spelled = digits.translate(str.maketrans("", "", "-() ."))
            assert number[2:] not in spelled, path
            assert number[-7:] not in body.decode("latin-1"), path


@pytest.mark.parametrize("who", ["nobody", "owner", "integration"])
def test_whoever_is_no_sitter_is_led_to_the_sign_in(
    business: Business, on_duty: Thread, who: str, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    signed_in(business)
    media, browser = kept_picture(business.text("Look")), Browser()
    if who != "nobody":
        user = business.owner
        if who == "integration":
            user.role = "integration"
            user.save()
        browser = business.signed_in(user)
    found = list(routes(business, on_duty, media))
    assert len(found) == 6
    for _, url in found:
        answers = [one for one in (browser.get(url), browser.post(url)) if one.status_code != 405]
        assert answers
        for answer in answers:
            assert (answer.status_code, answer["Location"]) == (303, reverse("sitter:signed_out")), url


def test_every_answer_is_strict(business: Business, on_duty: Thread) -> None:
    browser = signed_in(business)
    for path in ("/sitter/", page_of(on_duty), "/sitter/browsers/", "/sitter/link/x/"):
        answer = browser.get(path)
        policy = answer["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert "no-store" in answer["Cache-Control"]
        page = answer.content.decode()
        assert " style=" not in page
        assert "<style" not in page
        assert page.count("<script") == page.count("<script src=")


def test_pages_cost_the_same_however_much_is_on_them(business: Business, on_duty: Thread) -> None:
    browser = signed_in(business)

    def cost(path: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(path).status_code == 200
        return len(asked)

    few = {path: cost(path) for path in ("/sitter/", page_of(on_duty)) for _ in range(2)}
    for _ in range(4):
        _, phone = another_client(business)
        business.window(business.text("Hi", sender=phone).thread)
        business.text("And?")
        write(browser, on_duty, f"Fine {uuid.uuid4().hex[:3]}")
    for path, cheap in few.items():
        cost(path)
        assert cost(path) <= cheap, path


def test_a_sitter_without_a_phone_is_reached_by_the_page(business: Business) -> None:
    thread = business.thread()
    business.window(thread)
    browser = signed_in(business)
    Sitter.objects.filter(pk=business.sitter.pk).update(phone="")

    def receives() -> str:
        found = standing.of(thread, timezone.now())
        return found.receives.reason

    assert receives() == "window_in_force"
    SitterDevice.objects.update(
        last_used_at=timezone.now() - timedelta(hours=25), created_at=timezone.now() - timedelta(days=2)
    )
    assert receives() == "sitter_unreachable"
    browser.get("/sitter/")
    assert receives() == "window_in_force"
    browser.post(reverse("sitter:sign_out"))
    assert receives() == "sitter_unreachable"


def test_texts_of_more_than_two_weeks_ago_are_not_shown(business: Business, on_duty: Thread) -> None:
    old = business.text("long ago")
    Message.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=15))
    assert "long ago" not in read(signed_in(business).get(page_of(on_duty)))
