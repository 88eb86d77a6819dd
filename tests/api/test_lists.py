"""Lists: pages, filters, what a row shows, and how many queries they cost."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from messaging.models import Participant, Sitter, ThreadRead
from tests.api.factories import business, client_of, conversation, person, say, troubled
from tests.api.routes import OTHERS, Route

pytestmark = pytest.mark.django_db

LISTS = [route for route in OTHERS if route.method == "get" and route.action == "list"]
every_list = pytest.mark.parametrize("route", LISTS, ids=str)


def pages(http: Any, path: str) -> list[list[Any]]:
    """All pages from `path` on."""
    found: list[list[Any]] = []
    link: str | None = path
    while link:
        answer = http.get(link)
        assert answer.status_code == 200, answer.content
        found.append(answer.json()["results"])
        parts = urlsplit(answer.json()["next"] or "")
        link = f"{parts.path}?{parts.query}" if parts.path else None
    return found


@every_list
def test_a_page_costs_a_bounded_number_of_queries(route: Route) -> None:
    made = business()
    http = client_of(made.owner)
    with CaptureQueriesContext(
        connection,
    ) as few:
        assert http.get(route.path(made)).status_code == 200
    for _ in range(4):
        client = person(made.organization)
        say(conversation(made.number, client))
        made.say()
        made.say("sitter", sitter=made.sitter, state="held", held_reason="finding")
        troubled(made, "failed")
    with CaptureQueriesContext(connection) as many:
        assert http.get(route.path(made)).status_code == 200
    assert len(many) <= len(few) + 1
    assert len(many) <= 12


@every_list
def test_no_row_shows_an_internal_id(route: Route) -> None:
    made = business()
    made.say()
    # Ids far from every other number of the answers.
    shown = client_of(made.owner).get(route.path(made)).json()["results"]
    assert shown, "the business has a row of everything"
    for name, value in _leaves(shown):
        if name == "id" or name.endswith("_id"):
            assert re.fullmatch(r"[0-9a-f-]{36}", str(value)), name
    assert "organization" not in {name for name, _ in _leaves(shown)}


def _leaves(value: Any, name: str = "") -> list[tuple[str, Any]]:
    if isinstance(value, dict):
        return [leaf for key, inner in value.items() for leaf in _leaves(inner, key)]
    if isinstance(value, list):
        return [leaf for inner in value for leaf in _leaves(inner, name)]
    return [(name, value)]


@pytest.mark.parametrize(
    "path", ["threads/", "clients/", "deliveries/", "review/", "audit/events/", "alerts/"]
)
def test_pages_show_every_row_once(path: str) -> None:
    made = business()
    for number in range(4):
        say(conversation(made.number, person(made.organization)), body=str(number))
        made.say("sitter", sitter=made.sitter, state="held", held_reason="finding")
    conversation(made.number, person(made.organization))
    unspoken = conversation(made.number, person(made.organization))
    unspoken.last_message_at = None
    unspoken.save()
    http = client_of(made.owner)
    whole = pages(http, f"/api/v1/{path}?page_size=200")[0]
    small = pages(http, f"/api/v1/{path}?page_size=1")
    assert [row for page in small for row in page] == whole
    assert len(whole) > 1


def test_pages_of_threads_without_texts_are_whole() -> None:
    made = business(full=False)
    for _ in range(5):
        thread = conversation(made.number, person(made.organization))
        thread.last_message_at = None
        thread.save()
    small = pages(client_of(made.owner), "/api/v1/threads/?page_size=2")
    assert len({row["id"] for page in small for row in page}) == 6


def test_a_cursor_holds_no_readable_id_and_serves_its_list_only() -> None:
    made = business()
    http = client_of(made.owner)
    link = http.get("/api/v1/deliveries/?page_size=1").json()["next"]
    token = link.split("cursor=")[1].split("&")[0]
    for path in ("threads/", "alerts/"):
        answer = http.get(f"/api/v1/{path}?cursor={token}")
        assert (answer.status_code, answer.json()["code"]) == (400, "cursor_invalid")
    for broken in ("x", "", "%00", "é", token[:-4]):
        answer = http.get("/api/v1/deliveries/", {"cursor": broken})
        assert (answer.status_code, answer.json()["code"]) == (400, "cursor_invalid")


@pytest.mark.parametrize("size", ["0", "201", "-1", "x", "1.5", "²", ""])
def test_a_page_size_out_of_range_is_refused(size: str) -> None:
    answer = client_of(business(full=False).owner).get("/api/v1/threads/", {"page_size": size})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_messages_go_back_and_catch_up_by_position() -> None:
    made = business(full=False)
    for number in range(5):
        made.say(body=str(number))
    http = client_of(made.owner)
    path = f"/api/v1/threads/{made.thread.public_id}/messages/"
    back = pages(http, f"{path}?page_size=2")
    assert [row["position"] for page in back for row in page] == [5, 4, 3, 2, 1]
    ahead = pages(http, f"{path}?page_size=2&after=1")
    assert [row["position"] for page in ahead for row in page] == [2, 3, 4, 5]
    assert http.get(f"{path}?after=5").json() == {"results": [], "next": None}
    for query in ("after=1&before=2", "after=x", "before=-1", f"after={'9' * 30}"):
        assert http.get(f"{path}?{query}").status_code == 400


def test_threads_are_filtered() -> None:
    made = business("Miller", full=False)
    other = conversation(made.number, person(made.organization, "Smith"))
    other.kind, other.state = "staff", "closed"
    other.save()
    made.say()
    http = client_of(made.owner)

    def found(**query: Any) -> set[str]:
        answer = http.get("/api/v1/threads/", query)
        assert answer.status_code == 200
        return {row["id"] for row in answer.json()["results"]}

    mine, theirs = str(made.thread.public_id), str(other.public_id)
    assert found(state="open") == {mine}
    assert found(kind="staff") == {theirs}
    assert found(client=str(made.client.public_id)) == {mine}
    assert found(search="smith") == {theirs}
    assert found(unread="true") == {mine}
    assert found(unread="false") == {theirs}
    ThreadRead.objects.create(organization=made.organization, user=made.owner, thread=made.thread, position=1)
    assert found(unread="true") == set()
    assert client_of(made.staff).get("/api/v1/threads/?unread=true").json()["results"][0]["id"] == mine


@pytest.mark.parametrize(
    "query", ["state=odd", "stat=open", "client=x", "unread=maybe&odd=1", "search=%00", "organization=1"]
)
def test_a_filter_that_is_unknown_or_unreadable_is_refused(query: str) -> None:
    answer = client_of(business(full=False).owner).get(f"/api/v1/threads/?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


@pytest.mark.parametrize(
    "moment", ["0227-11-01T17:06:49+20:34", "0001-01-01T00:00:00+01:00", "x", "2031-13-01", "12"]
)
def test_a_time_that_cannot_be_breaks_no_filter(moment: str) -> None:
    answer = client_of(business(full=False).owner).get("/api/v1/audit/events/", {"from": moment})
    assert answer.status_code in (200, 400)


def test_other_lists_are_filtered() -> None:
    made = business()
    http = client_of(made.owner)

    def count(path: str) -> int:
        answer = http.get(f"/api/v1/{path}")
        assert answer.status_code == 200, answer.content
        return len(answer.json()["results"])

    sitter, thread = made.sitter.public_id, made.thread.public_id
    assert count("deliveries/?failed=true") == 2
    assert count("deliveries/?failed=false") == 0
    assert count("deliveries/?state=parked") == 1
    assert count("violations/?kind=phone&resolution=open&action=hold") == 1
    assert count("violations/?kind=url") == 0
    assert count(f"violations/?sitter={sitter}&from=2020-01-01T00:00:00Z&to=2090-01-01T00:00:00Z") == 1
    assert count("violations/?resolution=approved") == 0
    assert count(f"windows/?thread={thread}&sitter={sitter}&active=true") == 1
    assert count("windows/?active=false") == 0
    assert count(f"visits/?client={made.client.public_id}&sitter={sitter}&active=false") == 1
    assert count("visits/?active=true") == 0
    assert count("visits/?to=2020-01-01T00:00:00Z") == 0
    assert count("windows/?from=2090-01-01T00:00:00Z") == 0
    assert count("overrides/?active=false") == 1
    assert count("alerts/?severity=critical&state=open&kind=delivery.dead_letter") == 1
    assert count(f"audit/events/?verb=message.note_added&thread={thread}&actor_kind=user") == 1
    assert count("audit/events/?to=2020-01-01T00:00:00Z") == 0
    phone = Participant.objects.get(thread=made.thread, role="client").e164
    assert count(f"clients/?phone=%2B{phone[1:]}") == 1
    assert count("sitters/?is_active=false") == 0
    assert count("numbers/?role=front_desk&state=active") == 1


def test_the_trail_names_rows_by_public_id() -> None:
    made = business()
    rows = client_of(made.owner).get("/api/v1/audit/events/").json()["results"]
    noted = next(row for row in rows if row["verb"] == "message.note_added")
    assert noted["actor"] == str(made.owner.public_id)
    assert noted["thread"] == str(made.thread.public_id)
    assert noted["sentence"] == "A note was added."
    decided = next(row for row in rows if row["verb"] == "routing.decided")
    assert not [name for name in decided["data"] if name.endswith("_id")]


def test_decisions_are_told_as_sentences() -> None:
    made = business()
    path = f"/api/v1/threads/{made.thread.public_id}/decisions/"
    decision = client_of(made.owner).get(path).json()["results"][0]
    # The sitter of these rows has no phone and has not used the sitter page.
    assert (decision["rule"], decision["reason"], decision["sitter"]) == ("reach", "sitter_unreachable", None)
    assert made.sitter.name in decision["sentence"]
    assert [step["rule"] for step in decision["trace"]] == ["safety", "private", "override", "reach"]
    assert decision["trace"][-1]["decided"]
    assert "sitter_id" not in decision["trace"][-1]["params"]


def test_conversations_say_who_is_on_duty_and_where_texts_go() -> None:
    made = business()
    http = client_of(made.owner)
    row = next(
        row
        for row in http.get("/api/v1/threads/").json()["results"]
        if row["id"] == str(made.thread.public_id)
    )
    expected = {"id": str(made.sitter.public_id), "name": made.sitter.name}
    assert row["standing"]["on_duty"] == expected
    assert row["standing"]["on_duty_until"]
    assert (row["standing"]["receives"], row["standing"]["reason"]) == ("owner_inbox", "sitter_unreachable")
    detail = http.get(f"/api/v1/threads/{made.thread.public_id}/").json()
    assert detail["standing"] == row["standing"]
    Sitter.objects.filter(pk=made.sitter.pk).update(is_active=False)
    detail = http.get(f"/api/v1/threads/{made.thread.public_id}/").json()
    assert detail["standing"]["on_duty"] is None
