"""Calls at the desk: the conversation, the inbox and the number's page."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from messaging.models import MessageNumber, Sitter
from messaging.people import threads
from messaging.phones import blocking
from snoutos.desk import conversation
from tests.business import Business, open_business, stranger
from tests.factories import UserFactory
from tests.messaging.calls.calling import (
    called,
    colleague,
    is_always,
    put_through,
    put_through_to,
    voicemail_of,
    with_recording,
)


def page_of(business: Business, name: str, *args: object) -> str:
    return business.signed_in().get(reverse(f"admin:{name}", args=args)).content.decode()


def test_a_missed_call_stands_among_the_texts_with_text_back(business: Business) -> None:
    thread = business.text("Before").thread
    called(business, sender=business.client_phone)
    business.text("After")
    shown = page_of(business, "conversation", thread.public_id)
    places = [shown.index(words) for words in ("Before", "Missed call", "After")]
    assert places == sorted(places)
    assert '<a href="#reply-body">Text back</a>' in shown
    assert "Only you see this" in shown


def test_a_long_conversation_pages_over_texts_and_calls(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversation, "PAGE", 2)
    thread = business.text("one").thread
    for _ in range(3):
        called(business, sender=business.client_phone)
    browser, seen, url = business.signed_in(), [], reverse("admin:conversation", args=[thread.public_id])
    before = ""
    for _ in range(2):
        found = browser.get(f"{url}?before={before}").context
        seen.append([bubble.position for bubble in found["bubbles"]])
        before = found["earlier_url"].rpartition("=")[2]
    assert seen == [[3, 4], [1, 2]]
    assert before == ""


def test_the_inbox_shows_the_call_and_counts_it_until_it_is_seen(business: Business) -> None:
    call = called(business, sender=business.client_phone)
    (row,) = business.signed_in().get(reverse("admin:inbox")).context["rows"]
    assert (row.snippet, row.unread, row.name) == ("Missed call", 1, business.client.name)
    business.text("Me again")
    (row,) = business.signed_in().get(reverse("admin:inbox")).context["rows"]
    assert (row.snippet, row.unread) == ("Me again", 2)
    call.thread.refresh_from_db()
    threads.mark_read(call.thread, business.owner)
    (row,) = business.signed_in().get(reverse("admin:inbox")).context["rows"]
    assert row.unread == 0


def test_a_blocked_call_is_shown_and_not_unread(business: Business) -> None:
    thread = business.text("Hello").thread
    threads.mark_read(thread, business.owner)
    blocking.block(thread, by=business.owner, at=timezone.now())
    called(business, sender=business.client_phone)
    (row,) = business.signed_in().get(reverse("admin:inbox")).context["rows"]
    assert (row.snippet, row.unread) == ("Blocked call", 0)
    assert "Blocked call" in page_of(business, "conversation", thread.public_id)


def test_a_sitters_call_is_named(business: Business) -> None:
    called(business, sender=business.sitter.phone)
    (row,) = business.signed_in().get(reverse("admin:inbox")).context["rows"]
    assert (row.speaker, row.snippet) == (business.sitter.name, "Missed call")


def test_the_owner_writes_what_callers_hear_on_the_numbers_page(business: Business) -> None:
    number = business.front_desk
    button = reverse("admin:messaging_messagenumber_calls", args=[number.public_id])
    browser = business.signed_in()
    said = {"_form_submitted": "on", "goes_to": "sentence"}
    answer = browser.post(button, {**said, "sentence": "Text us, <b>please</b>."})
    assert answer.status_code == 302
    assert MessageNumber.objects.get(pk=number.pk).call_sentence == "Text us, <b>please</b>."
    assert "Text us, &lt;b&gt;please&lt;/b&gt;." in page_of(
        business, "messaging_messagenumber_change", number.public_id
    )
    assert "Text us, &lt;b&gt;please&lt;/b&gt;." in browser.get(button).content.decode()
    long = browser.post(button, {**said, "sentence": "x" * 501})
    assert (long.status_code, MessageNumber.objects.get(pk=number.pk).call_sentence[:4]) == (200, "Text")


def test_a_taken_call_says_how_long_they_talked_and_is_not_unread(business: Business) -> None:
    put_through_to(business, "+14157010177")
    call = put_through(business, sender=business.client_phone, talked=130)
    (row,) = business.signed_in().get(reverse("admin:inbox")).context["rows"]
    assert (row.snippet, row.unread) == ("Forwarded call, answered", 0)
    assert "Forwarded call, answered, 2 min" in page_of(business, "conversation", call.thread.public_id)
    put_through(business, sender=business.client_phone, outcome="no-answer")
    (row,) = business.signed_in().get(reverse("admin:inbox")).context["rows"]
    assert (row.snippet, row.unread) == ("Missed call", 1)


def test_a_voicemail_is_played_in_the_conversation_and_is_unread(business: Business) -> None:
    left = voicemail_of(business, sender=business.client_phone)
    thread = left.call.thread
    shown = page_of(business, "conversation", thread.public_id)
    assert "Voicemail, 0:42" in shown
    assert "<audio" not in shown
    assert "Downloading" in shown
    with_recording(left)
    shown = page_of(business, "conversation", thread.public_id)
    assert f'src="{reverse("admin:voicemail", args=[left.public_id])}"' in shown
    (row,) = business.signed_in().get(reverse("admin:inbox")).context["rows"]
    assert row.snippet == "Voicemail"


def test_listening_is_recorded_and_the_browser_gets_sound_and_nothing_else(business: Business) -> None:
    left = with_recording(voicemail_of(business, sender=business.client_phone))
    url, browser = reverse("admin:voicemail", args=[left.public_id]), business.signed_in()
    answer = browser.get(url)
    assert (answer.status_code, answer.content) == (200, left.file.read())
    assert answer["Content-Type"] == "audio/mpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    browser.get(url, headers={"Range": "bytes=0-1"})
    assert business.verbs().count("access.voicemail_opened") == 1


@pytest.mark.parametrize(
    ("asked", "status", "part", "named"),
    [
        ("bytes=0-1", 206, slice(0, 2), "bytes 0-1/{size}"),
        ("bytes=4-", 206, slice(4, None), "bytes 4-{last}/{size}"),
        ("bytes=-3", 206, slice(-3, None), "bytes {tail}-{last}/{size}"),
        ("bytes=0-99999999", 206, slice(0, None), "bytes 0-{last}/{size}"),
        ("bytes=99999999-", 416, slice(0, 0), "bytes */{size}"),
        ("bytes=-0", 416, slice(0, 0), "bytes */{size}"),
        ("bytes=5-2", 416, slice(0, 0), "bytes */{size}"),
        ("bytes=-", 200, slice(0, None), ""),
        ("bytes=0-1,4-5", 200, slice(0, None), ""),
        ("lines=1-2", 200, slice(0, None), ""),
    ],
)
def test_a_part_of_a_voicemail_can_be_asked_for(
    business: Business, asked: str, status: int, part: slice, named: str
) -> None:
    left = with_recording(voicemail_of(business, sender=business.client_phone))
    whole = left.file.read()
    size = len(whole)
    url = reverse("admin:voicemail", args=[left.public_id])
    answer = business.signed_in().get(url, headers={"Range": asked})
    assert (answer.status_code, answer.content) == (status, whole[part])
    assert answer.get("Content-Range", "") == named.format(size=size, last=size - 1, tail=size - 3)


def test_a_voicemail_that_is_not_here_and_anothers_are_not_found(business: Business) -> None:
    left = voicemail_of(business, sender=business.client_phone)
    url = reverse("admin:voicemail", args=[left.public_id])
    assert business.signed_in().get(url).status_code == 404
    with_recording(left)
    assert open_business("Paws").signed_in().get(url).status_code == 404
    assert business.signed_in(business.sitter_user).get(url).status_code in (302, 403, 404)


def test_more_voicemails_ask_no_more_of_a_conversation(
    business: Business, django_assert_max_num_queries: Any
) -> None:
    url = reverse(
        "admin:conversation",
        args=[voicemail_of(business, sender=business.client_phone).call.thread.public_id],
    )
    browser = business.signed_in()
    browser.get(url)
    with CaptureQueriesContext(connection) as asked:
        browser.get(url)
    few = len(asked)
    for _ in range(3):
        with_recording(voicemail_of(business, sender=business.client_phone))
    browser.get(url)
    with django_assert_max_num_queries(few):
        browser.get(url)


def test_the_owner_chooses_whose_phone_rings_on_the_numbers_page(business: Business) -> None:
    number, ben = business.front_desk, colleague(business, "Ben")
    browser, button = (
        business.signed_in(),
        reverse("admin:messaging_messagenumber_calls", args=[number.public_id]),
    )

    def choose(**typed: str) -> str:
        browser.post(
            button, {"_form_submitted": "on", "sentence": "", **typed}, headers={"HX-Request": "true"}
        )
        return page_of(business, "messaging_messagenumber_change", number.public_id)

    assert "Ben&#x27;s phone rings" in browser.get(button).content.decode()
    assert "Ben&#x27;s phone rings for 20 seconds" in choose(goes_to=f"member:{ben.public_id}")
    assert "(415) 701-0177 rings for 20 seconds" in choose(goes_to="office_phone", phone="415-701-0177")
    Sitter.objects.filter(pk=business.sitter.pk).update(phone="+14157010177")
    shown = page_of(business, "messaging_messagenumber_change", number.public_id)
    assert "They hear the sentence. (415) 701-0177 is Ana&#x27;s, a sitter&#x27;s." in shown


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ({"goes_to": "office_phone"}, "Type the phone that is to ring."),
        ({"goes_to": "office_phone", "phone": "555-0186"}, "add the area code"),
        ({"goes_to": "member:1"}, "Select a valid choice"),
        ({}, "This field is required"),
    ],
)
def test_what_cannot_ring_is_refused_in_the_dialog(
    business: Business, typed: dict[str, str], refusal: str
) -> None:
    button = reverse("admin:messaging_messagenumber_calls", args=[business.front_desk.public_id])
    answer = business.signed_in().post(button, {"_form_submitted": "on", **typed})
    assert refusal in answer.content.decode()
    assert MessageNumber.objects.get(pk=business.front_desk.pk).call_handling == "sentence"


def test_a_phone_left_over_in_a_field_that_is_not_shown_refuses_nothing(business: Business) -> None:
    number = business.front_desk
    button = reverse("admin:messaging_messagenumber_calls", args=[number.public_id])
    typed = {"_form_submitted": "on", "goes_to": "sentence", "phone": "555-0186", "sentence": "Woof"}
    assert business.signed_in().post(button, typed).status_code == 302
    number.refresh_from_db()
    assert (number.call_sentence, number.call_phone) == ("Woof", "")


def test_calls_when_closed_are_offered_only_to_a_business_with_hours(business: Business) -> None:
    number = business.front_desk
    button = reverse("admin:messaging_messagenumber_closed_calls", args=[number.public_id])
    shown = page_of(business, "messaging_messagenumber_change", number.public_id)
    assert button not in shown
    assert "You&#x27;re always open" in shown
    is_always(business, open_=False)
    assert button in page_of(business, "messaging_messagenumber_change", number.public_id)
    typed = {"_form_submitted": "on", "goes_to": "voicemail", "phone": "", "sentence": "We <open> at 8."}
    assert business.signed_in().post(button, typed).status_code == 302
    shown = page_of(business, "messaging_messagenumber_change", number.public_id)
    assert "They hear the sentence and can leave a voicemail" in shown
    assert "We &lt;open&gt; at 8." in shown


def test_staff_cannot_choose_for_when_it_is_closed(business: Business) -> None:
    staff = UserFactory(organization=business.organization, role="staff")
    button = reverse("admin:messaging_messagenumber_closed_calls", args=[business.front_desk.public_id])
    answer = business.signed_in(staff).post(button, {"_form_submitted": "on", "goes_to": "same"})
    assert answer.status_code == 403


def test_a_clients_phone_is_refused_by_name_in_the_dialog(business: Business) -> None:
    button = reverse("admin:messaging_messagenumber_calls", args=[business.front_desk.public_id])
    typed = {"_form_submitted": "on", "goes_to": "office_phone", "phone": business.client_phone}
    answer = business.signed_in().post(button, typed).content.decode()
    assert f"{business.client.name}&#x27;s, a client&#x27;s" in answer


def test_staff_cannot_change_what_callers_hear(business: Business) -> None:
    staff = UserFactory(organization=business.organization, role="staff")
    button = reverse("admin:messaging_messagenumber_calls", args=[business.front_desk.public_id])
    answer = business.signed_in(staff).post(button, {"_form_submitted": "on", "sentence": "Hi"})
    assert answer.status_code == 403


def test_a_call_of_a_stranger_has_a_row_that_says_so(business: Business) -> None:
    called(business, sender=stranger())
    (row,) = business.signed_in().get(reverse("admin:inbox")).context["rows"]
    assert (row.snippet, [flag.label for flag in row.flags]) == ("Missed call", ["Unknown sender"])
