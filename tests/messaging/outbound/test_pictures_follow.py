"""A text never waits for a picture: its words leave at once and in their order, and the picture follows when we have it."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from messaging.consent import changes as consent
from messaging.errors import PictureNeverCame
from messaging.media import fetching
from messaging.models import Delivery, Message, MessageMedia, Thread
from messaging.outbound.queue import pictures
from messaging.outbound.recovery import owner_actions, sweeps
from messaging.people import participants
from messaging.providers.base import MediaRefused, ProviderError
from messaging.review import decisions as review
from snoutos.desk import words
from snoutos.devtools.twilio_sim.testing import SimulatorClient
from tests.business import Business
from tests.messaging.outbound.steps import fresh, send

pytestmark = pytest.mark.django_db

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20
GONE = ProviderError("gone", code=404, retry=False)
FAILURES = {
    "404": GONE,
    "hangs": ProviderError("slow", retry=True),
    "too large": MediaRefused("larger than 10 MB"),
}


class Provider:
    """Serves what it was given, in turn."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)

    def fetch_media(self, url: str) -> Any:
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return SimpleNamespace(content=answer, content_type="image/png")


@pytest.fixture
def looked_after(business: Business) -> Thread:
    thread = business.thread()
    business.window(thread)
    business.text("Hello")
    Delivery.objects.filter(state="queued").update(state="canceled", reason="before_the_test")
    return thread


def with_picture(kind: str = "image/png", count: int = 1) -> dict[str, str]:
    named: dict[str, str] = {"NumMedia": str(count)}
    for i in range(count):
        named |= {f"MediaUrl{i}": f"https://api.twilio.test/{i}", f"MediaContentType{i}": kind}
    return named


def from_sitter(business: Business, thread: Thread, body: str, **more: str) -> Message:
    line = participants.sitter_participant(thread, business.sitter, timezone.now())
    assert line is not None
    return business.text(body, sender=business.sitter.phone, to=line.number.e164, **more)


def fetch(monkeypatch: pytest.MonkeyPatch, *answers: Any, tries: int = 1) -> None:
    provider = Provider(*answers)
    monkeypatch.setattr(fetching, "provider_of", lambda _: provider)
    for _ in range(tries):
        MessageMedia.objects.filter(state="listed").update(next_try_at=timezone.now() - timedelta(minutes=1))
        pictures.fetch_due()


def deliveries(message: Message) -> list[Delivery]:
    return list(message.deliveries.order_by("pk"))


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES.keys())
@pytest.mark.parametrize("by", ["client", "sitter"])
def test_words_leave_at_once_and_in_order_whatever_becomes_of_the_picture(
    business: Business,
    looked_after: Thread,
    simulator: SimulatorClient,
    monkeypatch: pytest.MonkeyPatch,
    failure: Exception,
    by: str,
) -> None:
    def say(body: str, **more: str) -> Message:
        if by == "client":
            return business.text(body, **more)
        return from_sitter(business, looked_after, body, **more)

    first, second = say("One, with a picture", **with_picture()), say("Two")
    fetch(monkeypatch, failure)
    for one in (first, second):
        send(deliveries(one)[0])
    said = [call["params"]["Body"] for call in simulator.calls("Messages.json")]
    assert [body.removeprefix("Dana: ").split(" [")[0] for body in said] == ["One, with a picture", "Two"]


def test_a_picture_follows_when_its_copy_is_here(
    business: Business, looked_after: Thread, simulator: SimulatorClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = from_sitter(business, looked_after, "Happy dog", **with_picture())
    text, picture = deliveries(message)
    assert send(text).state == "sent"
    assert send(picture).state == "queued"
    fetch(monkeypatch, PNG)
    assert send(fresh(picture)).state == "sent"
    first, second = (call["params"] for call in simulator.calls("Messages.json"))
    assert first["Body"] == "Happy dog"
    assert "MediaUrl" not in first
    assert "MediaUrl" in second
    assert second["To"] == business.client_phone


def test_the_owner_sees_that_a_picture_is_being_fetched(business: Business, looked_after: Thread) -> None:
    picture = deliveries(from_sitter(business, looked_after, "", **with_picture()))[0]
    assert words.delivery(picture, business.organization.zone, timezone.now()).label == "Downloading picture"


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES.keys())
def test_a_picture_that_never_comes_is_said_and_unread(
    business: Business, looked_after: Thread, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    message = from_sitter(business, looked_after, "Happy dog", **with_picture())
    fetch(monkeypatch, failure, tries=fetching.TRIES)
    picture = deliveries(message)[1]
    assert (picture.state, picture.reason) == ("canceled", pictures.MISSING)
    looked_after.refresh_from_db()
    assert looked_after.owner_position == message.position
    with pytest.raises(PictureNeverCame):
        owner_actions.retry(picture, by=business.owner, at=timezone.now())


def test_those_of_several_pictures_that_came_are_sent(
    business: Business, looked_after: Thread, simulator: SimulatorClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = from_sitter(business, looked_after, "", **with_picture(count=2))
    fetch(monkeypatch, PNG, MediaRefused("too large"))
    given_up, rest = deliveries(message)
    assert (given_up.state, given_up.reason) == ("canceled", pictures.MISSING)
    assert (rest.media_count, rest.retry_of_id) == (1, given_up.pk)
    assert send(rest).state == "sent"


@pytest.mark.parametrize("content", [b"BEGIN:VCARD\nTEL:6197010558\nEND:VCARD", b"<html>", b"%PDF-1.4"])
def test_what_only_was_named_a_picture_stays_with_the_owner(
    business: Business, looked_after: Thread, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    message = from_sitter(business, looked_after, "Look", **with_picture())
    fetch(monkeypatch, content)
    text, picture = deliveries(message)
    assert text.ready
    assert (picture.state, picture.reason) == ("canceled", pictures.NEEDS_LOOK)
    assert owner_actions.retry(picture, by=business.owner, at=timezone.now()).media_count == 1


def test_what_takes_the_words_back_takes_the_picture_back(
    business: Business, looked_after: Thread, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = from_sitter(business, looked_after, "Happy dog", **with_picture())
    consent.opt_out(business.organization, business.client_phone, by=business.owner, at=timezone.now())
    assert {one.state for one in deliveries(message)} == {"canceled"}
    fetch(monkeypatch, PNG)
    assert {one.state for one in deliveries(message)} == {"canceled"}


def test_a_waiting_picture_is_not_tried_every_minute(business: Business, looked_after: Thread) -> None:
    picture = deliveries(from_sitter(business, looked_after, "", **with_picture()))[0]
    sweeps.sweep()
    assert not fresh(picture).ready
    assert picture.attempts.count() == 0


def test_an_approved_text_goes_in_one_piece_with_the_picture_that_is_here(
    business: Business, looked_after: Thread, monkeypatch: pytest.MonkeyPatch
) -> None:
    business.organization.hold_sitter_photos = True
    business.organization.save()
    message = from_sitter(business, looked_after, "Happy dog", **with_picture())
    assert message.state == "held"
    fetch(monkeypatch, PNG)
    review.approve(message, by=business.owner, at=timezone.now())
    (whole,) = deliveries(message)
    assert (whole.body, whole.media_count, whole.ready) == ("Happy dog", 1, True)


def test_an_approved_picture_that_never_came_is_refused_in_words(
    business: Business, looked_after: Thread, monkeypatch: pytest.MonkeyPatch
) -> None:
    business.organization.hold_sitter_photos = True
    business.organization.save()
    message = from_sitter(business, looked_after, "", **with_picture())
    fetch(monkeypatch, MediaRefused("too large"))
    with pytest.raises(PictureNeverCame):
        review.approve(message, by=business.owner, at=timezone.now())
    message.refresh_from_db()
    assert message.state == "held"


def test_two_workers_do_not_fetch_the_same_file(
    business: Business, looked_after: Thread, monkeypatch: pytest.MonkeyPatch
) -> None:
    business.text("Look", **with_picture())
    asked: list[str] = []

    class Nested:
        def fetch_media(self, url: str) -> Any:
            asked.append(url)
            pictures.fetch_due()
            return SimpleNamespace(content=PNG, content_type="image/png")

    monkeypatch.setattr(fetching, "provider_of", lambda _: Nested())
    pictures.fetch_due()
    assert len(asked) == 1
