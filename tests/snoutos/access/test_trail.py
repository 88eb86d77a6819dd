"""Access in the trail: who, with which session or key, from a new network or not, and who looked at what."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from audit import looks
from audit.models import AuditEvent, Look
from messaging import events
from messaging.models import MessageMedia
from snoutos.access import tasks
from snoutos.accounts import api_keys
from snoutos.accounts.models import ApiKey
from tests.api.factories import Business, business, client_of
from tests.snoutos.access.people import Browser, member

pytestmark = pytest.mark.django_db

OPENED = "access.conversation_opened"


@pytest.fixture
def made() -> Business:
    return business("CANARY-A")


def desk(made: Business, user: Any = None) -> Browser:
    browser = Browser()
    browser.force_login(user or made.owner, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def told(verb: str) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(verb=verb).order_by("pk"))


def page_of(made: Business) -> str:
    return f"/admin/conversations/{made.thread.public_id}/"


def test_what_is_done_in_a_browser_names_its_session_and_no_secret() -> None:
    owner, browser, other = member(), Browser(), Browser()
    browser.signs_in(owner)
    other.signs_in(owner)
    browser.post("/admin/logout/")
    first, second = told("auth.signed_in")
    (out,) = told("auth.signed_out")
    assert {event.credential_kind for event in (first, second, out)} == {"session"}
    assert first.credential_id == out.credential_id != second.credential_id
    assert str(other.session.session_key) not in repr(AuditEvent.objects.values())


def test_what_is_done_with_a_key_names_the_key(made: Business) -> None:
    http = client_of(made.owner)
    http.post(f"/api/v1/threads/{made.thread.public_id}/close/", {}, format="json")
    event = told("thread.closed")[-1]
    key = ApiKey.objects.get(user=made.owner)
    assert (event.actor_id, event.credential_kind, event.credential_id) == (made.owner.pk, "api_key", key.pk)


def test_what_nobody_is_signed_in_for_has_no_credential(made: Business) -> None:
    Browser().tries(made.owner.email)
    (failed,) = told("auth.sign_in_failed")
    assert (failed.credential_kind, failed.credential_id) == ("", None)


def test_a_wrong_password_typed_in_a_signed_in_browser_is_nobodys_act(made: Business) -> None:
    browser = desk(made)
    browser.tries(made.staff.email)
    (failed,) = told("auth.sign_in_failed")
    assert (failed.actor_kind, failed.credential_kind) == ("system", "")


def test_the_api_and_the_desk_show_the_credential(made: Business) -> None:
    browser = desk(made)
    browser.get(page_of(made))
    (event,) = told(OPENED)
    shown = client_of(made.owner).get(f"/api/v1/audit/events/?verb={OPENED}").json()["results"][0]
    assert (shown["credential_kind"], shown["credential"]) == ("session", f"{event.credential_id:012x}")
    page = browser.get(f"/admin/audit/auditevent/{event.pk}/change/")
    assert f"browser session {event.credential_id:012x}" in page.content.decode()


def test_opening_a_conversation_is_told_once_a_quarter_of_an_hour(made: Business) -> None:
    browser = desk(made)
    for _ in range(3):
        browser.get(page_of(made))
        browser.get(f"{page_of(made)}?fragment=texts")
    (event,) = told(OPENED)
    assert (event.actor_id, event.thread_id) == (made.owner.pk, made.thread.pk)
    Look.objects.update(at=timezone.now() - looks.ONCE_IN)
    browser.get(page_of(made))
    assert len(told(OPENED)) == 2


def test_each_person_and_each_credential_is_told_of(made: Business) -> None:
    desk(made).get(page_of(made))
    desk(made).get(page_of(made))
    desk(made, made.staff).get(page_of(made))
    key = client_of(made.owner)
    for _ in range(2):
        key.get(f"/api/v1/threads/{made.thread.public_id}/messages/")
    told_of = {(event.actor_id, event.actor_kind, event.credential_kind) for event in told(OPENED)}
    assert len(told(OPENED)) == 4
    assert told_of == {
        (made.owner.pk, "user", "session"), (made.staff.pk, "user", "session"), (made.owner.pk, "api", "api_key"),
    }  # fmt: skip


def test_a_program_that_asks_again_and_again_is_told_of_once_a_day(made: Business) -> None:
    key = client_of(made.owner)
    path = f"/api/v1/threads/{made.thread.public_id}/messages/"
    for back in (timedelta(0), timedelta(hours=23), timedelta(days=1)):
        Look.objects.update(at=timezone.now() - back)
        key.get(path)
    assert len(told(OPENED)) == 2


def test_a_refresh_costs_one_look_up_and_writes_nothing(made: Business) -> None:
    event = events.access_conversation_opened(organization_id=made.organization.pk, thread_id=made.thread.pk)
    at = timezone.now()
    looks.note(event, by=made.owner, at=at)
    with CaptureQueriesContext(connection) as captured:
        looks.note(event, by=made.owner, at=at + timedelta(minutes=14))
    assert [query["sql"].split()[0] for query in captured] == ["SELECT"]


def test_a_held_text_and_a_picture_are_looks_too(made: Business) -> None:
    browser = desk(made)
    browser.get(f"/admin/review/{made.held.public_id}/")
    assert len(told(OPENED)) == 1
    from django.core.files.base import ContentFile

    media = MessageMedia.objects.of(made.organization).first() or MessageMedia.objects.create(
        organization=made.organization, message=made.held, position=0, content_type="image/jpeg"
    )
    MessageMedia.objects.filter(pk=media.pk).update(state="kept")
    media.refresh_from_db()
    media.file.save("x", ContentFile(b"x"))
    browser.get(f"/admin/media/{media.public_id}/")
    browser.get(f"/admin/media/{media.public_id}/")
    (event,) = told("access.picture_opened")
    assert (event.subject_id, event.thread_id) == (media.pk, media.message.thread_id)


def test_nobody_is_said_to_have_seen_what_they_were_refused(made: Business) -> None:
    stranger = business("CANARY-B", full=False)
    desk(stranger).get(page_of(made))
    client_of(made.sitter_user).get(f"/api/v1/threads/{made.thread.public_id}/messages/")
    assert told(OPENED) == []


def test_looks_are_forgotten_after_two_days(made: Business) -> None:
    desk(made).get(page_of(made))
    assert tasks.forget_looks() == 0
    Look.objects.update(at=timezone.now() - timedelta(days=2, seconds=1))
    assert tasks.forget_looks() == 1
    assert len(told(OPENED)) == 1


def test_a_keys_first_use_from_a_network_is_told_once(made: Business) -> None:
    secret = api_keys.issue(made.owner, name="app", scopes=["read"]).secret

    def use(address: str) -> None:
        http = APIClient(REMOTE_ADDR=address)
        http.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
        assert http.get("/api/v1/threads/").status_code == 200

    for address in ("203.0.113.9", "203.0.113.9", "203.0.113.77", "198.51.100.1", "203.0.113.9"):
        use(address)
    found = told("api_key.used_from_new_network")
    assert len(found) == 2
    assert {(event.actor_kind, event.credential_kind) for event in found} == {("api", "api_key")}
    assert "203.0" not in repr([event.data for event in found])
