"""The conversation page: everything is shown to the owner, every action is a verb, nothing typed is lost."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEvent
from messaging.consent.changes import opt_out
from messaging.models import (
    AssignmentWindow,
    Client,
    Delivery,
    Message,
    MessageMedia,
    RoutingOverride,
    Thread,
    ThreadRead,
)
from messaging.outbound.queue import notices
from messaging.people.threads import close_thread
from snoutos.desk import conversation, words
from tests.desk.business import Business
from tests.desk.test_inbox import XSS
from tests.worlds import world

pytestmark = pytest.mark.django_db

# An id that no row has, the same in every run.
NOBODY = "00000000-0000-4000-8000-000000000000"


business = world(Business)


@pytest.fixture
def thread(business: Business) -> Thread:
    thread: Thread = business.text(business.client("Cleo Client"), "Is Tuesday fine?").thread
    return thread


def url(thread: Thread, action: str = "") -> str:
    return f"/admin/conversations/{thread.public_id}/{action}"


def html(business: Business, thread: Thread) -> str:
    return business.browser().get(url(thread)).content.decode()


def test_the_page_shows_the_texts_and_the_client(business: Business, thread: Thread) -> None:
    page = html(business, thread)
    for expected in ("Cleo Client", "Is Tuesday fine?", "Biscuit", "With you"):
        assert expected in page
    phone = thread.participants.get().e164
    assert phone not in page, "phones are shown formatted"
    assert f"({phone[2:5]}) {phone[5:8]}-{phone[8:]}" in page


def test_seeing_it_is_reading_it(business: Business, thread: Thread) -> None:
    html(business, thread)
    assert ThreadRead.objects.get(user=business.owner, thread=thread).position == 1


def test_a_refresh_that_shows_nothing_new_writes_nothing(business: Business, thread: Thread) -> None:
    html(business, thread)
    with CaptureQueriesContext(connection) as captured:
        business.browser().get(url(thread) + "?fragment=texts")
    assert not [
        query for query in captured if "messaging_threadread" in query["sql"] and "INSERT" in query["sql"]
    ]


def test_a_reply_is_sent_once_however_often_the_form_arrives(business: Business, thread: Thread) -> None:
    form = {"body": "Tuesday it is!", "nonce": str(uuid.uuid4())}
    for _ in range(3):
        answer = business.browser().post(url(thread, "reply/"), form)
        assert (answer.status_code, answer["Location"]) == (303, url(thread))
    [message] = Message.objects.filter(thread=thread, author_kind="owner")
    assert message.body == "Tuesday it is!"
    assert Delivery.objects.filter(message=message).count() == 1
    assert "Waiting to be sent" in html(business, thread)


def test_the_page_carries_a_new_nonce_each_time(business: Business, thread: Thread) -> None:
    nonces = {re.search(r'name="nonce" value="([^"]+)"', html(business, thread))[1] for _ in range(2)}  # type: ignore[index]
    assert len(nonces) == 2


def test_a_text_with_a_contact_is_sent_with_a_warning(business: Business, thread: Thread) -> None:
    form = {"body": "Call the vet at 619-701-0558", "nonce": str(uuid.uuid4())}
    page = business.browser().post(url(thread, "reply/"), form, follow=True).content.decode()
    assert "phone number" in page
    assert Message.objects.get(thread=thread, author_kind="owner").state == "accepted"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("", "Write something first."),
        ("   ", "Write something first."),
        ("x" * 1601, "up to 1,600 characters"),
    ],
)
def test_what_cannot_be_sent_is_said_in_place_and_kept(
    business: Business, thread: Thread, body: str, says: str
) -> None:
    answer = business.browser().post(url(thread, "reply/"), {"body": body, "nonce": str(uuid.uuid4())})
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert body.strip() in answer.content.decode()
    assert not Message.objects.filter(author_kind="owner").exists()


def test_a_refusal_of_the_verb_is_said_in_place_and_the_text_kept(business: Business, thread: Thread) -> None:
    close_thread(thread, by=business.owner, at=timezone.now())
    answer = business.browser().post(
        url(thread, "reply/"), {"body": "Precious words", "nonce": str(uuid.uuid4())}
    )
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "This conversation is closed" in page
    assert "Precious words</textarea>" in page


def test_an_opt_out_is_shown_before_anybody_types(business: Business, thread: Thread) -> None:
    opt_out(business.organization, thread.participants.get().e164, by=business.owner, at=timezone.now())
    assert "They texted STOP" in html(business, thread)


def test_a_note_is_kept_once_and_never_sent(business: Business, thread: Thread) -> None:
    form = {"body": "Prefers mornings", "nonce": str(uuid.uuid4())}
    for _ in range(2):
        business.browser().post(url(thread, "note/"), form)
    [note] = Message.objects.filter(thread=thread, is_note=True)
    assert note.audience == "owner"
    assert not Delivery.objects.filter(message=note).exists()
    assert "Only you and your staff see this" in html(business, thread)


def test_held_words_are_marked_and_their_reason_is_there_for_screen_readers(
    business: Business, thread: Thread
) -> None:
    held = business.held(thread, business.sitter())
    page = html(business, thread)
    assert "Held for review" in page
    assert '<mark class="d-mark" title="Phone number' in page
    assert f"/admin/review/{held.public_id}/" in page


def test_the_owner_sees_what_sitters_do_not(business: Business, thread: Thread) -> None:
    client = thread.client
    assert client is not None
    business.assign(thread, business.sitter())
    business.text(client, "Call me at 619-701-0558 please")
    page = html(business, thread)
    assert "619-701-0558" in page
    assert "Sitters see:" in page
    assert "was on duty but couldn" in page


def test_every_inbound_text_says_why_it_went_where(business: Business, thread: Thread) -> None:
    page = html(business, thread)
    assert "so it came to you" in page
    assert '<li class="d-decided">' in page


def test_assigning_a_sitter(business: Business, thread: Thread) -> None:
    sitter = business.sitter()
    local = timezone.now().astimezone(business.organization.zone)
    form = {
        "sitter": str(sitter.public_id),
        "starts_at": (local - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M"),
        "ends_at": (local + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M"),
        "visit_type": "drop_in",
    }
    assert business.browser().post(url(thread, "assign/"), form).status_code == 303
    window = AssignmentWindow.objects.get()
    assert (window.sitter, window.visit_type, window.created_by) == (sitter, "drop_in", business.owner)
    # Entered late: who was on duty an hour ago stays so.
    assert local <= window.starts_at <= timezone.now()
    assert "Ana Sitter is on duty" in html(business, thread)
    again = business.browser().post(url(thread, "assign/"), form)
    assert again.status_code == 409
    assert "is already booked" in again.content.decode()
    assert business.browser().post(url(thread, f"windows/{window.public_id}/end/")).status_code == 303
    assert "With you" in html(business, thread)


def test_a_sitter_of_another_business_cannot_be_assigned(business: Business, thread: Thread) -> None:
    stranger = Business("Other Pets").sitter("Canary Sitter")
    form = {"sitter": str(stranger.public_id), "starts_at": "2030-01-01T10:00", "ends_at": "2030-01-01T11:00"}
    answer = business.browser().post(url(thread, "assign/"), form)
    assert answer.status_code == 422
    assert "Canary" not in answer.content.decode()
    override = {"to": str(stranger.public_id), "hours": "1", "reason": "why not"}
    assert business.browser().post(url(thread, "override/"), override).status_code == 422
    assert not AssignmentWindow.objects.exists()
    assert not RoutingOverride.objects.exists()


@pytest.mark.parametrize("hours", [1, 4, 24])
def test_an_override_lasts_as_long_as_said_and_can_be_removed(
    business: Business, thread: Thread, hours: int
) -> None:
    form = {"to": "owner_inbox", "hours": str(hours), "reason": "Ana is on a plane"}
    assert business.browser().post(url(thread, "override/"), form).status_code == 303
    override = RoutingOverride.objects.get()
    assert abs(override.ends_at - override.starts_at - timedelta(hours=hours)) < timedelta(seconds=5)
    assert "Ana is on a plane" in html(business, thread)
    business.browser().post(url(thread, f"overrides/{override.public_id}/remove/"))
    override.refresh_from_db()
    assert override.canceled_at is not None


def test_an_override_without_a_reason_is_refused_in_place(business: Business, thread: Thread) -> None:
    answer = business.browser().post(
        url(thread, "override/"), {"to": "owner_inbox", "hours": "4", "reason": ""}
    )
    assert answer.status_code == 422
    assert "Say why" in answer.content.decode()
    assert 'value="4" checked' in answer.content.decode()


def test_closing_reopening_and_marking_unread(business: Business, thread: Thread) -> None:
    Thread.objects.filter(pk=thread.pk).update(owner_position=1)
    html(business, thread)
    assert business.browser().post(url(thread, "unread/"))["Location"] == "/admin/inbox/"
    assert len(business.browser().get("/admin/inbox/?show=unread").context["rows"]) == 1
    business.browser().post(url(thread, "close/"))
    assert Thread.objects.get(pk=thread.pk).state == "closed"
    business.browser().post(url(thread, "reopen/"))
    assert Thread.objects.get(pk=thread.pk).state == "open"


def test_an_unknown_sender_becomes_a_client_that_is_there(business: Business) -> None:
    client, thread = business.client("Cleo Client"), business.text("+16195550147", "hello?").thread
    found = business.browser().get(url(thread), {"client": "cle"}).content.decode()
    assert "This is Cleo Client" in found
    assert business.browser().post(url(thread, f"link/{client.public_id}/")).status_code == 303
    assert Thread.objects.get(pk=thread.pk).client == client


def test_an_unknown_sender_becomes_a_new_client(business: Business) -> None:
    thread = business.text("+16195550147", "hello?").thread
    form = {"name": "Nia New", "pets": "Bo", "notes": "from the flyer"}
    assert business.browser().post(url(thread, "new-client/"), form).status_code == 303
    client = Client.objects.get()
    assert [phone.e164 for phone in client.phones.all()] == ["+16195550147"]
    assert Thread.objects.get(pk=thread.pk).client == client


def test_a_client_that_cannot_be_linked_leaves_no_half_made_one(business: Business, thread: Thread) -> None:
    answer = business.browser().post(url(thread, "new-client/"), {"name": "Nia New"})
    assert answer.status_code == 409
    assert Client.objects.count() == 1


def test_earlier_texts_are_one_page_back(business: Business, thread: Thread) -> None:
    for number in range(conversation.PAGE + 5):
        business.says(thread, f"text {number:03d}")
    page = business.browser().get(url(thread))
    assert len(page.context["bubbles"]) == conversation.PAGE
    earlier = business.browser().get(page.context["earlier_url"])
    positions = [bubble.position for bubble in (*earlier.context["bubbles"], *page.context["bubbles"])]
    assert positions == list(range(1, conversation.PAGE + 7))
    assert earlier.context["earlier_url"] == ""


def test_queries_do_not_grow_with_the_texts(business: Business, thread: Thread) -> None:
    def queries() -> int:
        html(business, thread)
        browser = business.browser()
        with CaptureQueriesContext(connection) as captured:
            browser.get(url(thread))
        return len(captured)

    client = thread.client
    assert client is not None
    business.says(thread, "hello")
    few = queries()
    for number in range(15):
        business.text(client, f"text {number}")
        business.says(thread, f"answer {number}")
    assert queries() == few


ACTIONS = [
    "", "?fragment=texts", "reply/", "note/", "assign/", "override/", "close/", "reopen/", "unread/", "new-client/",
    f"link/{NOBODY}/", f"windows/{NOBODY}/end/", f"overrides/{NOBODY}/remove/",
]  # fmt: skip


@pytest.mark.parametrize("action", ACTIONS)
def test_another_business_finds_no_such_conversation(business: Business, thread: Thread, action: str) -> None:
    browser = Business("Other Pets").browser()
    events = AuditEvent.objects.count()
    form = {
        "body": "hi",
        "nonce": str(uuid.uuid4()),
        "name": "x",
        "to": "owner_inbox",
        "hours": "1",
        "reason": "x",
    }
    answer = (
        browser.get(url(thread, action))
        if not action or action[0] == "?"
        else browser.post(url(thread, action), form)
    )
    assert answer.status_code == 404
    assert "Cleo" not in answer.content.decode()
    assert AuditEvent.objects.count() == events


def test_a_delivery_of_another_business_cannot_be_touched(business: Business, thread: Thread) -> None:
    delivery = business.says(thread, "hi").deliveries.get()
    browser = Business("Other Pets").browser()
    for what in ("retry", "send_again", "leave"):
        assert browser.post(f"/admin/sent/{delivery.public_id}/{what}/").status_code == 404
    assert business.browser().post(f"/admin/sent/{delivery.public_id}/nonsense/").status_code == 404
    answer = business.browser().post(f"/admin/sent/{delivery.public_id}/leave/")
    assert answer.status_code == 409
    assert "no longer possible" in answer.content.decode()


def test_actions_are_posts_and_only_signed_in(business: Business, thread: Thread) -> None:
    assert business.browser().get(url(thread, "close/")).status_code == 405
    from django.test import Client as Browser

    assert "/admin/login/" in Browser().post(url(thread, "close/"))["Location"]
    strict = Browser(enforce_csrf_checks=True)
    strict.force_login(business.owner, backend="django.contrib.auth.backends.ModelBackend")
    assert strict.post(url(thread, "close/")).status_code == 403
    assert Thread.objects.get(pk=thread.pk).state == "open"


@pytest.mark.parametrize("payload", XSS)
def test_what_people_write_is_data(business: Business, payload: str) -> None:
    client = business.client(payload[:120], pets=payload)
    Client.objects.filter(pk=client.pk).update(notes=payload)
    thread = business.text(client, f"{payload} call 619-701-0558 {payload}").thread
    business.says(thread, payload)
    page = html(business, thread)
    answer = business.browser().post(url(thread, "reply/"), {"body": payload + "x" * 1600, "nonce": "x"})
    for text in (page, answer.content.decode()):
        for bad in ("<script>alert", "<img src=x", "<svg/onload", "<b id=canary>", 'href="javascript'):
            assert bad not in text


def test_a_picture_is_saved_never_opened_and_only_by_its_business(business: Business, thread: Thread) -> None:
    message = thread.messages.get()
    media = MessageMedia.objects.create(
        organization=business.organization,
        message=message,
        position=0,
        content_type="image/svg+xml",
        source_url="https://example.com/1",
        state="kept",
        file=ContentFile(b"<svg onload=alert(1)>", name="1.svg"),
    )
    address = f"/admin/media/{media.public_id}/"
    assert address in html(business, thread)
    answer = business.browser().get(address)
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Type"] == "application/octet-stream"
    assert Business("Other Pets").browser().get(address).status_code == 404
    MessageMedia.objects.update(state="refused")
    assert business.browser().get(address).status_code == 404
    assert "Picture: refused" in html(business, thread)


def test_what_the_office_and_a_sitter_say_to_each_other_is_not_called_hidden(
    business: Business, thread: Thread
) -> None:
    ana = business.sitter("Ana")
    ana.phone = business.phone()
    ana.save()
    with business.recording():
        notices.tell(ana, "Your visit is over.", about=thread, key="test", at=timezone.now())
    business.text(ana.phone, "Thanks!")
    page = html(business, Thread.objects.get(kind="staff"))
    assert "Your visit is over." in page
    assert "Thanks!" in page
    assert "Only you see this" not in page


def test_a_visit_of_a_sitter_who_was_switched_off_is_nowhere_shown_as_duty(
    business: Business, thread: Thread
) -> None:
    ana = business.sitter("Ana")
    business.assign(thread, ana)
    schedule = reverse("admin:messaging_assignmentwindow_changelist")
    assert "d-shift--now" in html(business, thread)
    assert (
        "Now"
        in business.browser().get(schedule).content.decode().partition("<tbody")[2].rpartition("</tbody")[0]
    )
    ana.is_active = False
    ana.save()
    page = html(business, thread)
    assert "With you" in page
    assert "Ana is inactive: texts come to you" in page
    assert "d-shift--now" not in page
    rows = business.browser().get(schedule).content.decode().partition("<tbody")[2].rpartition("</tbody")[0]
    assert "Sitter inactive" in rows
    assert "Now" not in rows


def test_a_note_of_late_or_private_texts_says_who_sees_them(business: Business, thread: Thread) -> None:
    thread.messages.update(audience="owner")
    assert "Only you see this" in html(business, thread)


@pytest.mark.parametrize(
    ("state", "code", "says"),
    [
        ("failed", "21610", "They texted STOP"),
        ("failed", "", "Every try failed"),
        ("canceled", "", "They texted STOP"),
        ("parked", "", "Send it again or leave it"),
        ("unknown", "", "checking with the provider"),
        ("queued", "", "Waiting to be sent"),
    ],
)
def test_deliveries_are_told_in_plain_words(business: Business, state: str, code: str, says: str) -> None:
    reason = {"failed": "" if code else "retries_exhausted", "canceled": "opted_out"}.get(state, "")
    delivery = Delivery(
        state=state, error_code=code, reason=reason, next_attempt_at=None, account=business.account
    )
    told = words.delivery(delivery, business.organization.zone, timezone.now())
    assert says in f"{told.label}. {told.detail}"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("stopped", "rejects your account"),
        ("paused", "isn't answering"),
        ("open", "Waiting to be sent. "),
    ],
)
def test_a_text_that_waits_for_the_provider_says_so(business: Business, line: str, says: str) -> None:
    business.account.line_state = line
    delivery = Delivery(state="queued", next_attempt_at=None, account=business.account)
    told = words.delivery(delivery, business.organization.zone, timezone.now())
    assert says in f"{told.label}. {told.detail}"


def test_a_sent_text_nobody_confirmed_is_told_apart(business: Business) -> None:
    at, zone = timezone.now(), business.organization.zone
    assert words.delivery(Delivery(state="sent"), zone, at).label == "Sent"
    told = words.delivery(Delivery(state="sent", unconfirmed_at=at), zone, at)
    assert (told.label, told.tone) == ("Sent, but not confirmed", "plain")
