"""Canned replies at the desk: kept on a page, picked in a conversation, also without a script."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from automations.models import CannedReply
from messaging.models import Message, Thread
from snoutos.accounts.roles import Role
from tests.desk.business import Business
from tests.doors.pages import add, change
from tests.factories import UserFactory
from tests.worlds import world

pytestmark = pytest.mark.django_db

business = world(Business)


@pytest.fixture
def thread(business: Business) -> Thread:
    theirs: Thread = business.text(business.client("Cleo Client"), "Hi").thread
    return theirs


def kept(business: Business, name: str, body: str, **columns: object) -> CannedReply:
    reply: CannedReply = CannedReply.objects.create(
        organization=business.organization, name=name, body=body, **columns
    )
    return reply


def test_a_reply_is_kept_for_everyone_or_oneself_and_changed(business: Business, thread: Thread) -> None:
    desk, staff = business.browser(), UserFactory(organization=business.organization, role=Role.STAFF)
    add(desk, "automations.CannedReply", name="Key", body="Hi {{ client.first_name }}", for_all="on")
    add(desk, "automations.CannedReply", name="Secret", body="Psst", for_all=None)
    page = business.browser(staff).get(reverse("admin:conversation", args=[thread.public_id]))
    assert [line.name for line in page.context["canned"]] == ["Key"]
    change(
        desk, CannedReply.objects.get(name="Secret"), name="Known", body="Psst {{ time.now }}", for_all="on"
    )
    page = business.browser(staff).get(reverse("admin:conversation", args=[thread.public_id]))
    assert [line.name for line in page.context["canned"]] == ["Key", "Known"]
    assert business.verbs().count("settings.changed") == 3


def test_anothers_own_reply_is_not_there(business: Business, thread: Thread) -> None:
    theirs = kept(
        business, "Own", "Psst", member=UserFactory(organization=business.organization, role=Role.STAFF)
    )
    foreign = CannedReply.objects.create(organization=Business("Paws").organization, name="F", body="Psst")
    desk = business.browser()
    for reply in (theirs, foreign):
        page = reverse("admin:automations_cannedreply_change", args=[reply.public_id])
        text = reverse("admin:conversation_canned", args=[thread.public_id, reply.public_id])
        assert [desk.get(url).status_code for url in (page, text)] == [404, 404]
        shown = desk.get(
            reverse("admin:conversation", args=[thread.public_id]), {"canned": str(reply.public_id)}
        )
        assert "Psst" not in shown.content.decode()
    assert "Psst" not in desk.get(reverse("admin:automations_cannedreply_changelist")).content.decode()


def test_it_is_filled_in_for_the_script_and_sends_nothing(business: Business, thread: Thread) -> None:
    reply = kept(business, "Key", "Hi {{ client.first_name }}")
    lost = kept(business, "When", "See you {{ visit.date }}")
    before = Message.objects.count()
    desk = business.browser()
    answer = desk.get(reverse("admin:conversation_canned", args=[thread.public_id, reply.public_id]))
    assert answer.json() == {"text": "Hi Cleo", "missing": ""}
    assert "no-store" in answer["Cache-Control"]
    answer = desk.get(reverse("admin:conversation_canned", args=[thread.public_id, lost.public_id])).json()
    assert (answer["text"], "visit.date" in answer["missing"]) == ("", True)
    assert Message.objects.count() == before


def test_without_a_script_its_link_puts_it_in_the_field(business: Business, thread: Thread) -> None:
    reply = kept(business, "Key", "Hi {{ client.first_name }} & co")
    lost = kept(business, "When", "See you {{ visit.date }}")
    desk = business.browser()
    page = desk.get(reverse("admin:conversation", args=[thread.public_id]))
    urls = {line.name: line.url for line in page.context["canned"]}
    assert "Hi Cleo &amp; co</textarea>" in desk.get(urls["Key"]).content.decode()
    assert "visit.date" in desk.get(urls["When"]).content.decode()
    for nonsense in ("x", "\0", str(lost.public_id)[:-1], "9" * 5000):
        assert desk.get(urls["Key"].split("?")[0], {"canned": nonsense}).status_code == 200
    assert reply.name in page.content.decode()


def test_many_replies_cost_no_more_queries(business: Business, thread: Thread) -> None:
    desk, page = business.browser(), reverse("admin:conversation", args=[thread.public_id])

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            desk.get(page)
        return len(queries)

    kept(business, "One", "Hi")
    asked()
    few = asked()
    for n in range(30):
        kept(business, f"Reply {n}", "Hi")
    assert asked() == few
