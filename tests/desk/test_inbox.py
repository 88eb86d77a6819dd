"""The inbox: what a row says, what each filter shows, one business at a time, in a fixed number of
queries."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from messaging import alerts, timeline
from messaging.assignments.overrides import set_override
from messaging.models import Message, Thread
from messaging.models.messages import MessageState
from messaging.outbound.queue import notices
from messaging.people.threads import close_thread, mark_read
from messaging.review import waiting
from policy import alerts as policy_alerts
from snoutos.accounts.roles import Role
from tests.desk.business import Business
from tests.worlds import world

pytestmark = pytest.mark.django_db

XSS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ request.user.password }}{% debug %}",
    "javascript:alert(1)",
    "<svg/onload=alert(1)>",
    "'--></style></script><b id=canary>",
    "&lt;b&gt; & \u202e\u200b",
]


business = world(Business)


def told(message: Message) -> Thread:
    """The owner is told of this text."""
    Thread.objects.filter(pk=message.thread_id).update(owner_position=message.position)
    return Thread.objects.get(pk=message.thread_id)


def test_signing_in_lands_on_the_inbox(business: Business) -> None:
    business.text(business.client("Cleo Client"), "Is Tuesday fine?")
    for url in ("/admin/", "/admin/inbox/"):
        page = business.browser().get(url)
        assert page.status_code == 200
        assert "Is Tuesday fine?" in page.content.decode()
        assert "desk/inbox.html" in [template.name for template in page.templates]


def test_nobody_else_comes_in(business: Business) -> None:
    sitter = business.user(Role.SITTER)
    operator = type(business.owner).objects.create_superuser("operator@example.com", "correct horse battery")
    for user in (sitter, operator):
        answer = business.browser(user).get("/admin/inbox/")
        assert answer.status_code == 302
        assert "/admin/login/" in answer["Location"]


def test_a_row_says_who_what_when_and_who_looks_after_it(business: Business) -> None:
    client = business.client("Cleo Client", pets="Biscuit & Gravy")
    thread = told(business.text(client, "Is Tuesday\n fine?"))
    business.assign(thread, business.sitter("Ana Sitter"))
    [row] = business.browser().get("/admin/inbox/").context["rows"]
    assert (row.name, row.pets, row.snippet, row.unread) == (
        "Cleo Client",
        "Biscuit & Gravy",
        "Is Tuesday fine?",
        1,
    )
    assert row.keeper == "Ana Sitter"
    assert row.keeper_until
    assert row.time == timezone.now().astimezone(business.organization.zone).strftime("%-I:%M %p")


def test_an_unknown_sender_is_shown_as_one(business: Business) -> None:
    business.text("+16195550147", "hello?")
    [row] = business.browser().get("/admin/inbox/").context["rows"]
    assert row.name == "(619) 555-0147"
    assert not row.is_known
    assert "Unknown sender" in [flag.label for flag in row.flags]


def test_unread_is_per_person(business: Business) -> None:
    thread = told(business.text(business.client(), "one"))
    told(business.text(business.client("Other"), "two"))
    colleague = business.user(Role.STAFF)
    mark_read(thread, business.owner)
    assert len(business.browser().get("/admin/inbox/?show=unread").context["rows"]) == 1
    assert len(business.browser(colleague).get("/admin/inbox/?show=unread").context["rows"]) == 2


def test_filters_show_what_they_say(business: Business) -> None:
    answered = told(business.text(business.client("Answered"), "hi"))
    business.says(answered, "Hello!")
    told(business.text(business.client("Unanswered"), "hi"))
    told(business.text("+16195550147", "hi"))
    closed = told(business.text(business.client("Closed"), "hi"))
    close_thread(closed, by=business.owner, at=timezone.now())

    def names(show: str) -> set[str]:
        return {row.name for row in business.browser().get(f"/admin/inbox/?show={show}").context["rows"]}

    assert names("") == {"Answered", "Unanswered", "(619) 555-0147"}
    assert names("waiting") == {"Unanswered", "(619) 555-0147"}
    assert names("unknown") == {"(619) 555-0147"}
    assert names("closed") == {"Closed"}
    assert names("staff") == set()
    assert "Closed" in names("all")
    assert names("nonsense") == names("")


def test_a_held_text_waits_for_the_owner(business: Business) -> None:
    thread = business.text(business.client(), "hi").thread
    business.held(thread, business.sitter())
    page = business.browser().get("/admin/inbox/?show=waiting")
    [row] = page.context["rows"]
    assert "Held for review" in [flag.label for flag in row.flags]
    assert page.context["needs"]["counts"].held == 1
    assert "oldest" in page.content.decode()


@pytest.mark.parametrize("search", ["cleo", "bisc", "555-014", "zoolog", "zoological gar", "(619) 555 0147"])
def test_search_finds_names_pets_phones_and_words(business: Business, search: str) -> None:
    business.text(business.client("Cleo Client", phone="+16195550147"), "Meet at the zoological gardens")
    business.text(business.client("Someone Else", phone="+12125550188", pets="Rex"), "Nothing of the kind")
    rows = business.browser().get("/admin/inbox/", {"q": search}).context["rows"]
    assert [row.name for row in rows] == ["Cleo Client"]


@pytest.mark.parametrize("search", ["'", "a & | !", "%", "\\", "\0", "*:", "<script>", "x" * 5000])
def test_search_takes_whatever_is_typed(business: Business, search: str) -> None:
    assert business.browser().get("/admin/inbox/", {"q": search}).status_code == 200


def test_pages_follow_each_other_without_gap_or_double(business: Business) -> None:
    now = timezone.now()
    for number in range(70):
        thread = business.text(business.client(f"Client {number:02d}"), "hi").thread
        # Several at one instant, so that time alone cannot order them.
        Thread.objects.filter(pk=thread.pk).update(last_message_at=now - timedelta(minutes=number // 7))
    seen: list[str] = []
    url = "/admin/inbox/"
    while url:
        page = business.browser().get(url)
        seen += [row.name for row in page.context["rows"]]
        url = page.context["next_url"]
    assert len(seen) == len(set(seen)) == 70


@pytest.mark.parametrize("after", ["x", "2020_x", f"2020-01-01T00:00:00_{uuid.UUID(int=0)}", "\0_\0"])
def test_a_cursor_that_makes_no_sense_is_the_beginning(business: Business, after: str) -> None:
    business.text(business.client(), "hi")
    assert len(business.browser().get("/admin/inbox/", {"after": after}).context["rows"]) == 1


def test_queries_do_not_grow_with_the_rows(business: Business) -> None:
    def queries() -> int:
        browser = business.browser()
        with CaptureQueriesContext(connection) as captured:
            assert browser.get("/admin/inbox/").status_code == 200
        return len(captured)

    told(business.text(business.client(), "hi"))
    few = queries()
    for number in range(29):
        thread = told(business.text(business.client(f"Client {number}"), "hi"))
        if number % 3 == 0:
            business.held(thread, business.sitter(f"Sitter {number}"))
    assert queries() == few <= 11


def test_another_business_sees_nothing(business: Business) -> None:
    told(business.text(business.client("Canary Name", pets="Canary Pet"), "Canary text"))
    other = Business("Other Pets")
    for url in (
        "/admin/",
        "/admin/inbox/?show=all",
        "/admin/inbox/?q=canary",
        "/admin/inbox/?fragment=rows&show=all",
    ):
        assert "Canary" not in other.browser().get(url).content.decode().replace("q=canary", "")
    assert "Canary" not in other.browser().get("/admin/search/?s=canary&extended=1").content.decode()


@pytest.mark.parametrize("payload", XSS)
def test_what_people_write_is_data(business: Business, payload: str) -> None:
    business.text(business.client(payload[:120], pets=payload), payload)
    html = business.browser().get("/admin/inbox/", {"q": payload}).content.decode()
    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert "<svg/onload" not in html
    assert "<b id=canary>" not in html
    assert "argon2" not in html


def test_the_fragment_is_only_the_rows(business: Business) -> None:
    business.text(business.client("Cleo Client"), "hi")
    answer = business.browser().get("/admin/inbox/?fragment=rows")
    assert "Cleo Client" in answer.content.decode()
    assert "<html" not in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]


def test_what_needs_the_owner_is_worst_first_and_leads_there(business: Business) -> None:
    thread = business.text(business.client(), "hi").thread
    with business.recording() as trail:
        trail.alert(alerts.unmapped_pool(organization_id=business.organization.pk, thread_id=thread.pk))
        trail.alert(policy_alerts.emergency(organization_id=business.organization.pk, thread_id=thread.pk))
    page = business.browser().get("/admin/inbox/")
    assert [alert.severity for alert in page.context["needs"]["alerts"]] == ["critical", "warning"]
    assert f"/admin/conversations/{thread.public_id}/" in page.content.decode()


def test_a_calm_day_says_so(business: Business) -> None:
    html = business.browser().get("/admin/inbox/").content.decode()
    assert "You're all caught up" in html
    assert "No conversations yet" in html


def test_the_palette_finds_pages_and_people_of_this_business_only(business: Business) -> None:
    business.text(business.client("Cleo Client"), "hi")
    browser = business.browser()
    assert "Cleo Client" in browser.get("/admin/search/?s=cleo&extended=1").content.decode()
    assert "Review" in browser.get("/admin/search/?s=revi&extended=1").content.decode()
    business.owner.is_active = False
    business.owner.save()
    assert browser.get("/admin/search/?s=cleo&extended=1").status_code == 302


def test_held_counts_follow_the_state(business: Business) -> None:
    held = business.held(business.text(business.client(), "hi").thread, business.sitter())
    Message.objects.filter(pk=held.pk).update(state=MessageState.REJECTED)
    assert business.browser().get("/admin/inbox/").context["needs"]["counts"].held == 0


def test_the_menu_offers_settings_to_owners_only(business: Business) -> None:
    staff = business.user(Role.STAFF)
    titles = [
        {
            item["title"]
            for group in business.browser(user).get("/admin/inbox/").context["sidebar_navigation"]
            for item in group["items"]
        }
        for user in (business.owner, staff)
    ]
    assert {"Inbox", "Review"} <= titles[1] <= titles[0]
    assert "Settings" not in titles[1]


def test_who_looks_after_it_follows_override_then_window(business: Business) -> None:
    now = timezone.now()
    thread = told(business.text(business.client(), "hi"))
    business.assign(thread, business.sitter("Ana Sitter"))
    set_override(
        thread=thread,
        target="owner_inbox",
        ends_at=now + timedelta(hours=1),
        reason="mine",
        by=business.owner,
        at=now,
    )
    [row] = business.browser().get("/admin/inbox/").context["rows"]
    assert row.keeper == "Ana Sitter"
    assert row.keeper_note.startswith("texts come to you: you redirected them until ")


def test_a_row_shows_what_people_said_last_and_no_notice_of_ours(business: Business) -> None:
    thread = business.text(business.client("Cleo Client"), "How was the walk?").thread
    business.held(thread, business.sitter("Ana"), "Lovely! Text me at 619-701-0558")
    with business.recording():
        place = timeline.next_position(thread, timezone.now())
        Message.objects.create(
            organization=business.organization,
            thread=thread,
            position=place.position,
            author_kind="system",
            state="accepted",
            audience="owner",
            body="Your text is being checked.",
        )
    [row] = business.browser().get("/admin/inbox/").context["rows"]
    assert (row.speaker, row.snippet) == ("Ana", "Lovely! Text me at 619-701-0558")


def test_where_only_we_spoke_the_row_shows_our_notice(business: Business) -> None:
    thread = business.text(business.client("Cleo Client"), "How was the walk?").thread
    ana = business.sitter("Ana")
    ana.phone = business.phone()
    ana.save()
    with business.recording():
        notices.tell(ana, "Your visit is over.", about=thread, key="test", at=timezone.now())
    [row] = business.browser().get("/admin/inbox/?show=staff").context["rows"]
    assert (row.name, row.speaker, row.snippet) == ("Ana", "SnoutOS", "Your visit is over.")


def test_texts_that_waited_too_long_lead_to_the_review(business: Business) -> None:
    thread = business.text(business.client(), "How was the walk?").thread
    business.held(thread, business.sitter())
    waiting.alert(timezone.now() + timedelta(minutes=16))
    page = business.browser().get("/admin/inbox/").content.decode()
    assert "Texts have been waiting for your review" in page
    strip = page.split('<li class="d-alert')[1]
    assert strip.index('href="/admin/review/"') < strip.index("Texts have been waiting")


def test_a_conversations_tags_stand_in_the_inbox_and_over_it(business: Business) -> None:
    thread = told(business.text(business.client("Cleo"), "hi"))
    Thread.objects.filter(pk=thread.pk).update(tags=["late payer"])
    desk = business.browser()
    assert [flag.label for flag in desk.get("/admin/inbox/").context["rows"][0].flags] == ["late payer"]
    shown = desk.get(f"/admin/conversations/{thread.public_id}/").content.decode()
    assert 'class="d-tag d-tag--plain" href="/admin/inbox/?tag=late%20payer">late payer</a>' in shown
