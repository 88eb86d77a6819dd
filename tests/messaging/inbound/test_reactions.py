"""A reaction to a text we know is kept at that text, sets nothing off and goes to nobody; one that quotes nothing we know is a text."""

from __future__ import annotations

import pytest
from django.utils import timezone

from audit.models import AuditEvent, Occurrence
from automations.engine import recheck
from messaging.inbound.reactions import read
from messaging.models import Delivery, Message, Thread
from messaging.outbound.queue.submit import Author, submit
from messaging.people import threads
from policy.models import Violation
from tests.api.factories import key_of
from tests.business import Business

pytestmark = pytest.mark.django_db

OURS = "If you need to cancel, just tell us: 619-701-0558"
FORMS = (
    "Liked “{}”", 'Loved "{}"', "Disliked “{}”", "Laughed at “{}”", "Emphasized “{}”", "Questioned “{}”",
    "Reacted 👍 to “{}”", "Reacted 👩🏽‍⚕️ to “{}”", "👍 to “{}”", '❤️ to "{}"', "‼️ to “{}”",
    "\u200a\u200b👍\u200b to “\u200a\u200b{}\u200a\u200b”", "Le gustó “{}”", "Le encantó «{}»", "No le gustó “{}”",
    "Se rió de “{}”", "Enfatizó “{}”", "Cuestionó “{}”", "Reaccionó con 👍 a “{}”", "👍 a “{}”", "Liked “{}", "LIKED “{}”.",
)  # fmt: skip
TAKEN_BACK = (
    "Removed a like from “{}”", "Removed a heart from “{}”", "Removed an exclamation from “{}”",
    "Removed a question mark from “{}”", "Removed 👍 from “{}”", "Eliminó un “me gusta” de “{}”", "Quitó un corazón de “{}”",
)  # fmt: skip
TEXTS = (
    "Liked “something nobody said”", "I liked “{}”", "Liked “{}” and so does she", "liked it", "👍", "Thanks! 👍", '!! to "{}"',
    "She said “{}”", "Liked “…”", "Loved the photos",
)  # fmt: skip


@pytest.fixture
def thread(business: Business) -> Thread:
    return business.thread()


@pytest.fixture
def ours(business: Business, thread: Thread) -> Message:
    """What the owner texted the client."""
    return submit(thread=thread, author=Author.owner(business.owner), body=OURS, at=timezone.now()).message


def standing(business: Business) -> tuple[object, ...]:
    """What a text would change."""
    thread = Thread.objects.get(client=business.client)
    return (
        Delivery.objects.count(), Occurrence.objects.count(), Violation.objects.count(), business.alerts(),
        thread.owner_position, thread.state, thread.last_message_at,
    )  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_a_reaction_is_kept_at_its_text_and_sets_nothing_off(
    business: Business, ours: Message, form: str
) -> None:
    before = standing(business)
    kept = business.text(form.format(OURS))
    assert (kept.reacts_to_id, kept.audience) == (ours.pk, "owner")
    assert [one.reaction for one in ours.reactions_now] == [kept.reaction]
    assert kept.reaction
    assert standing(business) == before
    assert AuditEvent.objects.filter(verb="message.received", subject_id=kept.pk).exists()


@pytest.mark.parametrize("form", TAKEN_BACK)
def test_one_that_is_taken_back_stands_no_more(business: Business, ours: Message, form: str) -> None:
    business.text(f"Loved “{OURS}”")
    before = standing(business)
    business.text(form.format(OURS))
    assert ours.reactions_now == []
    assert standing(business) == before


@pytest.mark.parametrize(
    "cut", ["Liked “If you need to…”", "Liked “If you need to cancel…", "Liked “If you n...”"]
)
def test_a_cut_quote_is_matched_by_its_beginning(business: Business, ours: Message, cut: str) -> None:
    assert business.text(cut).reacts_to_id == ours.pk


@pytest.mark.parametrize("body", TEXTS)
def test_what_reacts_to_nothing_we_know_is_a_text(business: Business, ours: Message, body: str) -> None:
    message = business.text(body.format(OURS))
    assert message.reacts_to_id is None
    thread = Thread.objects.get(pk=message.thread_id)
    assert thread.owner_position == message.position


def test_neither_side_is_sent_the_others_reaction(business: Business, thread: Thread) -> None:
    business.window(thread)
    asked = business.text("Is Biscuit ok?")
    relayed = Delivery.objects.get(message=asked)
    by_sitter = business.text(f"Liked “{relayed.body}”", sender=business.sitter.phone, to=relayed.sender)
    assert (by_sitter.reacts_to_id, by_sitter.author_kind) == (asked.pk, "sitter")
    answer = business.text("He is fine", sender=business.sitter.phone, to=relayed.sender)
    before = Delivery.objects.count()
    by_client = business.text("Loved “He is fine”")
    assert by_client.reacts_to_id == answer.pk
    assert Delivery.objects.count() == before


def test_a_picture_is_reacted_to(business: Business, thread: Thread) -> None:
    business.window(thread)
    business.text("Hi")
    line = Delivery.objects.filter(recipient=business.sitter.phone).latest("pk").sender
    picture = business.text(
        "", sender=business.sitter.phone, to=line, NumMedia="1", MediaUrl0="https://api.twilio.test/1",
        MediaContentType0="image/jpeg",
    )  # fmt: skip
    assert business.text("Loved an image").reacts_to_id == picture.pk
    assert business.text("👍 to an image").reaction == "👍"


def test_a_reaction_to_a_picture_nobody_sent_is_a_text(business: Business, thread: Thread) -> None:
    assert business.text("Loved an image").reacts_to_id is None


def test_a_reaction_opens_no_closed_conversation(business: Business, ours: Message, thread: Thread) -> None:
    threads.close_thread(thread, by=business.owner, at=timezone.now())
    business.text(f"Liked “{OURS}”")
    thread.refresh_from_db()
    assert thread.state == "closed"


def test_a_reaction_is_no_answer_and_begins_no_wait(business: Business, thread: Thread) -> None:
    submit(thread=thread, author=Author.owner(business.owner), body="See you", at=timezone.now())
    business.text("Liked “See you”")
    later = business.text("When do you come?")

    class Spec:
        values = {"waiting": "client", "reply_by": "anyone"}

    assert recheck.is_waiting(later, Spec())  # type: ignore[arg-type]


def test_the_desk_and_the_api_show_it_at_its_text(business: Business, ours: Message, thread: Thread) -> None:
    business.text(f"Loved “{OURS}”")
    business.browser.force_login(business.owner)
    page = business.browser.get(f"/admin/conversations/{thread.public_id}/").content.decode()
    assert "d-reaction" in page
    assert "Loved “" not in page
    answer = business.browser.get(
        f"/api/v1/threads/{thread.public_id}/messages/",
        headers={"Authorization": f"Bearer {key_of(business.owner)}"},
    )
    shown = answer.json()["results"]
    assert [one["emoji"] for one in shown[0]["reactions"]] == ["❤️"]
    assert not any(one["body"].startswith("Loved") for one in shown)


@pytest.mark.parametrize(
    "body", ["", "“", "“”", "Liked “", "a", ".", "👍 to “", "\u200b", "Liked “" + "x" * 2000]
)
def test_reading_never_fails(body: str) -> None:
    read(body)
