"""The review: oldest first, one decision each, the next one opens by itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from django.utils.html import escape

from messaging.models import Delivery, Message
from messaging.review import decisions
from policy.models import AllowedContact, Violation
from snoutos.accounts.roles import Role
from snoutos.desk.marking import pieces
from tests.desk.business import Business
from tests.desk.test_inbox import XSS
from tests.worlds import world

pytestmark = pytest.mark.django_db


business = world(Business)


@pytest.fixture
def held(business: Business) -> Message:
    thread = business.text(business.client("Cleo Client"), "How was the walk?").thread
    return business.held(thread, business.sitter(), "Lovely! Text me at 619-701-0558 next time")


def another(business: Business, minutes_later: int = 5, body: str = "My number is 619-701-0559") -> Message:
    thread = business.text(business.client(f"Client {minutes_later}"), "hi").thread
    message = business.held(thread, business.sitter(f"Sitter {minutes_later}"), body)
    Message.objects.filter(pk=message.pk).update(
        created_at=message.created_at + timedelta(minutes=minutes_later)
    )
    message.refresh_from_db()
    return message


def decide(business: Business, message: Message, **form: str) -> Any:
    return business.browser().post(f"/admin/review/{message.public_id}/decide/", form)


def test_the_queue_is_oldest_first_with_the_words_marked(business: Business, held: Message) -> None:
    second = another(business)
    page = business.browser().get("/admin/review/")
    assert [item.url for item in page.context["waiting"]] == [
        f"/admin/review/{held.public_id}/",
        f"/admin/review/{second.public_id}/",
    ]
    assert "619-701-0558<span" in page.content.decode()


def test_an_empty_queue_says_so(business: Business) -> None:
    assert "You're all caught up" in business.browser().get("/admin/review/").content.decode()


def test_the_item_shows_all_that_a_decision_needs(business: Business, held: Message) -> None:
    page = business.browser().get(f"/admin/review/{held.public_id}/").content.decode()
    for words in (
        "How was the walk?",
        "Ana Sitter",
        "Cleo Client",
        "Phone number",
        "Nothing found in their other texts",
    ):
        assert words in page
    for key in "aderj?"[:4]:
        assert f'data-key="{key}"' in page


def test_the_history_holds_the_sitters_other_findings(business: Business, held: Message) -> None:
    second = business.held(held.thread, held.sitter, "or mail ana@example.org")
    page = business.browser().get(f"/admin/review/{second.public_id}/")
    assert [past.what for past in page.context["item"].history] == ["Phone number"]


def test_approving_sends_it_once_and_opens_the_next(business: Business, held: Message) -> None:
    second = another(business)
    answer = decide(business, held, decision="approve")
    assert (answer.status_code, answer["Location"]) == (303, f"/admin/review/{second.public_id}/")
    again = decide(business, held, decision="approve")
    assert again.status_code == 409
    assert "Someone already decided about this text" in again.content.decode()
    assert "Approved and sent by Olivia Owner" in again.content.decode()
    assert Delivery.objects.filter(message=held).count() == 1
    last = decide(business, second, decision="dismiss")
    assert last["Location"] == "/admin/review/"


def test_the_next_after_the_youngest_is_the_oldest(business: Business, held: Message) -> None:
    second = another(business)
    assert decide(business, second, decision="approve")["Location"] == f"/admin/review/{held.public_id}/"


def test_editing_sends_the_owners_words_and_keeps_the_sitters(business: Business, held: Message) -> None:
    assert decide(business, held, decision="edit", body="Lovely! Text us any time.").status_code == 303
    held.refresh_from_db()
    assert (held.state, held.body) == ("accepted", "Lovely! Text us any time.")
    assert Delivery.objects.get(message=held).body == "Lovely! Text us any time."
    page = business.browser().get(f"/admin/review/{held.public_id}/").content.decode()
    assert "619-701-0558" in page, "what was written stays to be seen"
    assert "Edited and sent" in page


def test_an_empty_edit_is_refused_in_place(business: Business, held: Message) -> None:
    answer = decide(business, held, decision="edit", body="  ")
    assert answer.status_code == 422
    assert "Write the text to send." in answer.content.decode()


def test_rejecting_needs_a_reason(business: Business, held: Message) -> None:
    assert decide(business, held, decision="reject", note="").status_code == 422
    assert decide(business, held, decision="reject", note="Contacts belong to the office").status_code == 303
    held.refresh_from_db()
    assert (held.state, held.review_note) == ("rejected", "Contacts belong to the office")
    assert not Delivery.objects.filter(message=held).exists()
    chat = business.browser().get(f"/admin/conversations/{held.thread.public_id}/").content.decode()
    assert "Contacts belong to the office" in chat


def test_a_false_alarm_is_sent_as_written(business: Business, held: Message) -> None:
    decide(business, held, decision="dismiss")
    assert Delivery.objects.get(message=held).body == held.body
    assert Violation.objects.get(message=held).resolution == "dismissed"


@pytest.mark.parametrize("decision", ["", "nonsense"])
def test_no_decision_is_no_decision(business: Business, held: Message, decision: str) -> None:
    assert decide(business, held, decision=decision).status_code == 422
    held.refresh_from_db()
    assert held.state == "held"


def test_the_second_owner_is_told_that_it_is_decided(business: Business, held: Message) -> None:
    colleague = business.user(Role.STAFF, "Stan Staff")
    decisions.reject(held, by=colleague, note="no", at=timezone.now())
    page = business.browser().get(f"/admin/review/{held.public_id}/").content.decode()
    assert "Already decided: Rejected by Stan Staff" in page
    assert 'name="decision"' not in page
    assert decide(business, held, decision="edit", body="hi").status_code == 409
    assert not Delivery.objects.filter(message=held).exists()


def allow(business: Business, message: Message, **form: str) -> Any:
    return business.browser().post(f"/admin/review/{message.public_id}/allow/", form)


def test_allowing_a_number_from_now_on_sends_the_text(business: Business, held: Message) -> None:
    second = another(business)
    [allowable] = business.browser().get(f"/admin/review/{held.public_id}/").context["item"].allowables
    answer = allow(business, held, kind=allowable.kind, value=allowable.value)
    assert answer["Location"] == f"/admin/review/{second.public_id}/"
    entry = AllowedContact.objects.get()
    assert (entry.value, entry.added_by) == ("+16197010558", business.owner)
    assert Delivery.objects.get(message=held).body == held.body
    again = business.held(held.thread, held.sitter, "or mail ana@example.org, or 619-701-0558")
    assert [
        a.label
        for a in business.browser().get(f"/admin/review/{again.public_id}/").context["item"].allowables
    ] == ["example.org"]


def test_a_text_with_something_else_in_it_still_waits(business: Business, held: Message) -> None:
    other = business.held(held.thread, held.sitter, "Text me at 619-701-0558 or mail ana@gmail.com")
    page = business.browser().get(f"/admin/review/{other.public_id}/")
    assert [a.label for a in page.context["item"].allowables] == ["(619) 701-0558"], (
        "gmail.com is everybody's"
    )
    answer = allow(business, other, kind="phone", value="+16197010558")
    assert answer["Location"] == f"/admin/review/{other.public_id}/"
    assert not Delivery.objects.filter(message=other).exists()


@pytest.mark.parametrize(
    ("kind", "value", "sentence"),
    [
        ("phone", "12", escape("isn't a valid phone number")),
        ("domain", "gmail.com", "Anyone can have an address at gmail.com"),
        ("domain", "nonsense", "Write a domain such as example.com."),
        ("color", "red", "Choose what to allow."),
        ("phone", "", "Write the number or domain."),
    ],
)
def test_what_cannot_be_allowed_is_said_in_place(
    business: Business, held: Message, kind: str, value: str, sentence: str
) -> None:
    answer = allow(business, held, kind=kind, value=value)
    assert answer.status_code in (400, 422)
    assert sentence in answer.content.decode()
    assert not AllowedContact.objects.exists()


def together(business: Business, *texts: object) -> Any:
    form = {"messages": [str(getattr(text, "public_id", text)) for text in texts]}
    return business.browser().post("/admin/review/approve-together/", form)


def test_texts_of_one_sitter_with_the_same_found_are_approved_at_once(
    business: Business, held: Message
) -> None:
    alike = business.held(held.thread, held.sitter, "Or call 619-701-0559")
    different = business.held(held.thread, held.sitter, "or mail ana@example.org")
    somebody_elses = another(business)
    [group] = business.browser().get("/admin/review/").context["alike"]
    assert [item.public_id for item in group.texts] == [held.public_id, alike.public_id]
    for other in (different, somebody_elses):
        refused = together(business, held, alike, other)
        assert refused.status_code == 422
        assert "You can approve texts together only if" in refused.content.decode()
    assert not Delivery.objects.filter(message__in=[held, alike]).exists()
    assert together(business, held, alike)["Location"] == "/admin/review/"
    assert Delivery.objects.filter(message__in=[held, alike]).count() == 2
    assert not Delivery.objects.filter(message__in=[different, somebody_elses]).exists()
    assert "2 texts approved" not in together(business, held, alike).content.decode()
    assert Delivery.objects.filter(message__in=[held, alike]).count() == 2


@pytest.mark.parametrize("texts", [(), ("nonsense",), ("3f2b1c9e-0000-4000-8000-000000000000",)])
def test_nothing_is_approved_by_a_form_that_names_nothing_of_ours(
    business: Business, held: Message, texts: tuple[str, ...]
) -> None:
    assert together(business, *texts).status_code == 422
    assert not Delivery.objects.exists()


def test_a_locked_sitter_is_shown_with_the_way_to_lift_it(business: Business, held: Message) -> None:
    for number in ("0560", "0561"):
        business.held(held.thread, held.sitter, f"call 619-701-{number}")
    page = business.browser().get(f"/admin/review/{held.public_id}/").content.decode()
    assert f"/admin/messaging/sitter/{held.sitter.public_id}/change/" in page
    assert "Unlock" in page


def test_another_business_finds_no_such_item(business: Business, held: Message) -> None:
    browser = Business("Other Pets").browser()
    base = f"/admin/review/{held.public_id}/"
    answers = [
        browser.get(base),
        browser.post(f"{base}decide/", {"decision": "approve"}),
        browser.post(f"{base}allow/", {"kind": "phone", "value": "+16197010558"}),
        browser.post("/admin/review/approve-together/", {"messages": [str(held.public_id)]}),
    ]
    assert [answer.status_code for answer in answers] == [404, 404, 404, 422]
    assert "619-701" not in "".join(answer.content.decode() for answer in answers)
    assert "619-701" not in browser.get("/admin/review/").content.decode()
    held.refresh_from_db()
    assert held.state == "held"


def test_a_text_that_was_never_held_is_no_item(business: Business) -> None:
    message = business.text(business.client(), "hi")
    assert business.browser().get(f"/admin/review/{message.public_id}/").status_code == 404


def test_queries_of_the_queue_do_not_grow(
    business: Business, held: Message, django_assert_max_num_queries: object
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def queries() -> int:
        browser = business.browser()
        with CaptureQueriesContext(connection) as captured:
            browser.get("/admin/review/")
        return len(captured)

    few = queries()
    for number in range(6):
        another(business, number + 1)
    assert queries() == few


@pytest.mark.parametrize("payload", XSS)
def test_what_people_write_is_data(business: Business, payload: str) -> None:
    thread = business.text(business.client(payload[:120]), payload).thread
    message = business.held(
        thread, business.sitter(payload[:120]), f"{payload} Text me at 619-701-0558 {payload}"
    )
    for url in ("/admin/review/", f"/admin/review/{message.public_id}/"):
        page = business.browser().get(url).content.decode()
        for bad in ("<script>alert", "<img src=x", "<svg/onload", "<b id=canary>", 'href="javascript'):
            assert bad not in page


def test_pieces_lose_no_character_and_never_overlap() -> None:
    text = "call 👩🏽‍⚕️ 619 now"
    findings = [
        {"kind": "phone", "start": 5, "end": 14, "reasons": ["digits"]},
        {"kind": "intent", "start": 0, "end": 7, "reasons": ["call"]},
        {"kind": "phone", "start": -5, "end": 0},
        {"kind": "url", "start": 90, "end": 99},
        {"kind": "strange", "start": len(text) - 3, "end": 999},
    ]
    cut = pieces(text, findings)
    assert "".join(piece.text for piece in cut) == text
    assert [bool(piece.why) for piece in cut].count(True) == 2
    assert pieces("", findings) == []
