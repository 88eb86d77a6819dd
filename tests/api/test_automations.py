"""Automations by API: every verb, what is refused and where, events from the report to the last step, and the catalogue."""

from __future__ import annotations

import json
import textwrap
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from audit.models import AuditEvent, Occurrence
from automations.engine import webhooks
from automations.gallery import GALLERY
from automations.models import Automation, AutomationVersion, Execution, ExternalEvent
from messaging.models import Thread
from snoutos.accounts.roles import Role
from tests.api.factories import client_of
from tests.api.factories import user as user_of
from tests.automations import rules
from tests.business import Business, open_business
from tests.worlds import world

pytestmark = pytest.mark.django_db

AUTOMATIONS = "/api/v1/automations/"
EVENTS = "/api/v1/events/"
RULE = {
    "name": "Answer bookings",
    "trigger": {"kind": "event", "name": "booking.*"},
    "conditions": {"field": "event.data.pets", "op": "more_than", "value": 1},
    "actions": [{"kind": "text_client", "body": "Hi {{ client.first_name }}, we saw {{ event.name }}."}],
    "lane": "system",
}


def _ready() -> Business:
    made = open_business()
    made.thread()
    return made


business = world(_ready)


@pytest.fixture
def http(business: Business) -> APIClient:
    return client_of(business.owner)


def post(http: APIClient, path: str, body: Any = None, *, key: str | None = None, **headers: str) -> Any:
    """POST JSON, with an idempotency key where one is given."""
    more: dict[str, Any] = {} if key is None else {"HTTP_IDEMPOTENCY_KEY": key}
    return http.post(path, body if body is not None else {}, format="json", headers=headers, **more)


def made(http: APIClient, **more: Any) -> str:
    """The address of a new automation."""
    answer = post(http, AUTOMATIONS, {**RULE, **more})
    assert answer.status_code == 201, answer.content
    return f"{AUTOMATIONS}{answer.json()['id']}/"


def switched_on(http: APIClient, business: Business, **more: Any) -> str:
    """The address of an automation that was tested and switched on a while ago."""
    address = made(http, **more)
    scene = {"thread": str(business.thread().public_id), "event_data": {"pets": 2}}
    assert post(http, f"{address}test/", scene).status_code == 200
    assert post(http, f"{address}activate/").status_code == 200
    # A test's transaction has one now(): time cannot tell what was before.
    Occurrence.objects.update(done_at=timezone.now())
    AutomationVersion.objects.update(activated_at=timezone.now() - timedelta(minutes=30))
    return address


def refused(answer: Any) -> tuple[int, str, str]:
    """Status, code and place of a refusal."""
    body = answer.json()
    return answer.status_code, body["code"], body.get("path", "")


def test_a_rule_is_made_tested_switched_on_paused_and_archived(http: APIClient, business: Business) -> None:
    address = made(http)
    draft = http.get(address).json()
    assert (draft["state"], draft["has_draft"], draft["in_force"]) == ("draft", True, None)
    assert draft["sentence"].startswith("When another system sends booking.* and ")
    assert draft["draft"]["trigger"] == RULE["trigger"]
    assert draft["draft"]["actions"] == [{**RULE["actions"][0], "on_failure": "stop"}]  # type: ignore[index]
    assert refused(post(http, f"{address}activate/"))[:2] == (409, "automation_not_tested")
    scene = {"thread": str(business.thread().public_id), "event_data": {"pets": 2}}
    tested = post(http, f"{address}test/", scene).json()
    assert tested["version"]["state"] == "tested"
    assert tested["rehearsal"]["is_met"]
    assert tested["rehearsal"]["acts"][0]["text"] == "Hi Dana, we saw booking.something."
    assert tested["rehearsal"]["acts"][0]["size"]["segments"] == 1
    assert post(http, f"{address}activate/").json()["in_force"]["state"] == "active"
    for verb, state in (("pause", "paused"), ("resume", "active"), ("archive", "archived")):
        assert post(http, f"{address}{verb}/").json()["state"] == state
    assert refused(post(http, f"{address}resume/"))[:2] == (409, "automation_not_possible")
    verbs = AuditEvent.objects.filter(verb__startswith="automation.").order_by("pk")
    assert list(verbs.values_list("verb", flat=True)) == [
        "automation.created", "automation.tested", "automation.activated", "automation.paused",
        "automation.activated", "automation.archived",
    ]  # fmt: skip


def test_a_change_begins_a_draft_beside_what_runs(http: APIClient, business: Business) -> None:
    address = switched_on(http, business)
    changed = http.patch(address, {"conditions": {}}, format="json").json()
    assert (changed["state"], changed["has_draft"]) == ("active", True)
    assert changed["in_force"]["conditions"] == RULE["conditions"]
    assert changed["draft"]["conditions"] == {}
    assert changed["draft"]["trigger"] == changed["in_force"]["trigger"]
    assert [one["number"] for one in changed["versions"]] == [2, 1]
    assert refused(http.patch(address, {}, format="json"))[:2] == (400, "invalid")


def test_a_name_changes_nothing_that_was_tested(http: APIClient, business: Business) -> None:
    address = switched_on(http, business, description="Why")
    renamed = post(http, f"{address}rename/", {"name": "Bookings"}).json()
    assert (renamed["name"], renamed["description"], renamed["state"]) == ("Bookings", "Why", "active")
    made(http)
    taken = post(http, f"{address}rename/", {"name": RULE["name"]})
    assert refused(taken)[:2] == (409, "automation_name_taken")


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"trigger": {"kind": "no.such"}}, "trigger.kind"),
        ({"trigger": {"kind": "window.starting", "minutes": 0}}, "trigger.minutes"),
        ({"trigger": []}, "trigger"),
        (
            {"conditions": {"all": [{"field": "event.nome", "op": "is", "value": "x"}]}},
            "conditions.all.0",
        ),
        ({"actions": {}}, "actions"),
        ({"actions": [{"kind": "text_client", "body": "{{ clint.name }}"}]}, "actions.0.body"),
        ({"actions": [{"kind": "text_client", "body": "a\x00b"}]}, "actions.0.body"),
        ({"actions": [{"kind": "call_webhook", "url": "https://127.0.0.1/x"}]}, "actions.0.url"),
        ({"actions": [{"kind": "wait", "minutes": 1}]}, "actions.0"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_its_place(http: APIClient, change: Any, path: str) -> None:
    answer = post(http, AUTOMATIONS, {**RULE, **change})
    assert refused(answer) == (400, "automation_content", path)
    assert not Automation.objects.exists()


def test_a_number_without_end_is_refused(http: APIClient) -> None:
    body = json.dumps({**RULE, "conditions": {"field": "message.length", "op": "is", "value": 7}})
    answer = http.post(AUTOMATIONS, body.replace("7", "1e999"), content_type="application/json")
    assert refused(answer)[:2] == (400, "invalid")


def test_urgent_needs_a_reason(http: APIClient) -> None:
    answer = post(http, AUTOMATIONS, {**RULE, "is_urgent": True})
    assert refused(answer)[:2] == (400, "automation_reason_needed")
    assert post(http, AUTOMATIONS, {**RULE, "is_urgent": True, "urgent_reason": "Asked"}).status_code == 201


def test_making_twice_with_one_key_makes_one(http: APIClient) -> None:
    first, again = (post(http, AUTOMATIONS, RULE, key="a") for _ in range(2))
    assert again.json() == first.json()
    assert again["Idempotent-Replay"] == "true"
    assert Automation.objects.count() == 1


def test_a_preview_keeps_nothing(http: APIClient, business: Business) -> None:
    address = made(http)
    before = http.get(address).json()
    body = {
        "thread": str(business.thread().public_id),
        "conditions": {},
        "actions": [{"kind": "text_client", "body": "Only {{ client.name }}"}],
    }
    shown = post(http, f"{address}preview/", body).json()
    assert [act["text"] for act in shown["acts"]] == ["Only Dana"]
    assert http.get(address).json() == before
    opened = {
        "trigger": {"kind": "thread.opened"},
        "conditions": {},
        "actions": [{"kind": "tag_thread", "tag": "a"}],
    }
    nothing = post(http, f"{address}preview/", opened)
    assert refused(nothing)[:2] == (400, "automation_nothing_to_test_on")


def test_the_last_30_days_are_tried_without_writing(http: APIClient, business: Business) -> None:
    address = made(http)
    report(http, business, {"pets": 3})
    report(http, business, {"pets": 1}, key="other")
    Occurrence.objects.filter(kind="event").update(due_at=timezone.now() - timedelta(days=1))
    counts = (Execution.objects.count(), AuditEvent.objects.count())
    tried = post(http, f"{address}try/").json()
    assert (tried["looked_at"], tried["met"], tried["is_cut"]) == (2, 1, False)
    assert tried["fired"][0]["thread"] == str(business.thread().public_id)
    assert tried["fired"][0]["rehearsal"]["acts"][0]["text"] == "Hi Dana, we saw booking.created."
    assert (Execution.objects.count(), AuditEvent.objects.count()) == counts
    assert post(http, f"{address}try/", {"conditions": {}}).json()["met"] == 2


def test_a_new_secret_signs_and_is_shown_once(http: APIClient) -> None:
    address = made(http)
    secret = post(http, f"{address}change-secret/").json()["webhook_secret"]
    at = timezone.now()
    row = Automation.objects.get()
    header = webhooks.sign(secret=row.webhook_secret, body=b"{}", at=at)
    assert webhooks.verify(secret=secret, header=header, body=b"{}", at=at)
    assert secret not in http.get(address).content.decode()


def test_the_check_of_signatures_that_the_docs_give_agrees_with_ours() -> None:
    said = (settings.BASE_DIR / "docs" / "api.md").read_text()
    code = said[said.index("    import hashlib") : said.index("Answer 200 to 299")]
    given: dict[str, Any] = {}
    exec(textwrap.dedent(code), given)
    at, body = timezone.now(), '{"é": 1}'.encode()
    header = webhooks.sign(secret="key", body=body, at=at)
    late = webhooks.sign(secret="key", body=body, at=at - timedelta(minutes=6))
    assert given["is_genuine"]("key", header, body)
    for secret, signature, content in (
        ("other", header, body), ("key", header, body + b" "), ("key", late, body), ("key", "", body),
        ("key", "t=1,v1=é", body), ("key", "v1", body),
    ):  # fmt: skip
        assert not given["is_genuine"](secret, signature, content)


def test_lists_are_filtered_by_state_and_trigger(http: APIClient, business: Business) -> None:
    switched_on(http, business)
    made(http, name="Second", trigger={"kind": "thread.opened"}, conditions={},
         actions=[{"kind": "tag_thread", "tag": "new"}])  # fmt: skip
    post(http, f"{made(http, name='Third')}archive/")

    def names(query: str) -> list[str]:
        return [row["name"] for row in http.get(f"{AUTOMATIONS}?{query}").json()["results"]]

    assert names("") == ["Third", "Second", "Answer bookings"]
    assert names("state=active") == ["Answer bookings"]
    assert names("state=draft") == ["Second"]
    assert names("state=archived&trigger=event") == ["Third"]
    assert names("trigger=thread.opened") == ["Second"]
    assert http.get(f"{AUTOMATIONS}?state=on").status_code == 400


def test_a_list_costs_the_same_however_long_it_is(http: APIClient, business: Business) -> None:
    switched_on(http, business)
    with CaptureQueriesContext(connection) as few:
        http.get(AUTOMATIONS)
    for name in "abcd":
        http.patch(made(http, name=name), {"conditions": {}}, format="json")
    with CaptureQueriesContext(connection) as many:
        assert len(http.get(AUTOMATIONS).json()["results"]) == 5
    assert len(many) == len(few)


def report(http: APIClient, business: Business, data: Any, *, key: str = "k", **more: Any) -> Any:
    """Report a booking about the client's conversation."""
    body = {"name": "booking.created", "data": data, "thread": str(business.thread().public_id)}
    return post(http, EVENTS, body, key=key, **more)


def test_an_event_sets_off_an_automation_and_its_log_says_so(http: APIClient, business: Business) -> None:
    address = switched_on(http, business)
    system = client_of(user_of(business.organization, Role.INTEGRATION), "events", "read")
    event = report(system, business, {"pets": 2})
    assert event.status_code == 201
    assert report(system, business, {"pets": 2}).json() == event.json()
    assert ExternalEvent.objects.count() == 1
    report(system, business, {"pets": 1}, key="another")
    rules.settle()
    not_met, done = system.get(f"{address}executions/").json()["results"]
    assert (not_met["state"], done["state"]) == ("not_met", "done")
    log = system.get(f"/api/v1/executions/{done['id']}/").json()
    assert log["event"] == event.json()["id"]
    assert log["conditions"] == [{"sentence": "event's pets is more than 1", "is_met": True}]
    (step,) = log["steps"]
    assert (step["kind"], step["sentence"], step["state"]) == ("text_client", "text the client", "done")
    messages = http.get(f"/api/v1/threads/{log['thread']}/messages/").json()["results"]
    assert (
        next(one["body"] for one in messages if one["id"] == step["message"])
        == "Hi Dana, we saw booking.created."
    )
    shown = system.get(f"{EVENTS}{event.json()['id']}/").json()
    assert [(one["id"], one["state"]) for one in shown["executions"]] == [(done["id"], "done")]
    filtered = http.get(f"{address}executions/?state=not_met&thread={log['thread']}").json()["results"]
    assert [one["id"] for one in filtered] == [not_met["id"]]


def test_an_event_is_about_a_clients_newest_open_conversation(http: APIClient, business: Business) -> None:
    body = {"name": "booking.created", "client": str(business.client.public_id)}
    event = post(http, EVENTS, body, key="k").json()
    assert event["thread"] == str(business.thread().public_id)
    both = post(http, EVENTS, {**body, "thread": event["thread"]}, key="both")
    assert refused(both)[:2] == (400, "invalid")
    Thread.objects.of(business.organization).update(state="closed")
    assert refused(post(http, EVENTS, body, key="none"))[:2] == (400, "event_names_nobody")


@pytest.mark.parametrize(
    ("depth", "answer"),
    [
        ("0", 201),
        ("3", 201),
        ("4", 409),
        ("999999999", 409),
        ("0000000004", 400),
        ("-1", 400),
        ("x", 400),
        ("²", 400),
    ],
)
def test_loops_are_cut_by_the_depth_header(
    http: APIClient, business: Business, depth: str, answer: int
) -> None:
    said = http.post(
        EVENTS, {"name": "booking.created"}, format="json", HTTP_IDEMPOTENCY_KEY="k", HTTP_SNOUTOS_DEPTH=depth
    )
    assert said.status_code == answer
    assert ExternalEvent.objects.count() == (answer == 201)
    if answer == 201:
        assert said.json()["depth"] == int(depth)
        assert Occurrence.objects.get(kind="event").depth == int(depth)
    elif answer == 409:
        assert said.json()["code"] == "event_too_deep"


def test_an_event_needs_a_key(http: APIClient) -> None:
    answer = post(http, EVENTS, {"name": "booking.created"})
    assert refused(answer)[:2] == (400, "idempotency_key_required")


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ('{"name": "booking.created", "data": ' + '{"a":' * 62 + "1" + "}" * 62 + "}", 201),
        ('{"name": "booking.created", "data": ' + '{"a":' * 64 + "1" + "}" * 64 + "}", 400),
        ('{"name": "booking.created", "data": ' + '{"a":' * 900 + "1" + "}" * 900 + "}", 400),
        ('{"name": "booking.created", "data": {"a": NaN}}', 400),
        ('{"name": "booking.created", "data": {"a": 1e999}}', 400),
        ('{"name": "booking.created", "data": {"a": "\\u0000"}}', 400),
        ('{"name": "booking.created", "data": {"\\u0000": 1}}', 400),
        ('{"name": "booking.created", "data": {"a": "\\\\u0000"}}', 201),
        ('{"name": "booking.created", "data": {"a": "\\ud800"}}', 400),
        ('{"name": "booking.created", "data": {"\\udc00": 1}}', 400),
        ('{"name": "booking.created", "data": {"a": "\\ud83d\\ude00"}}', 201),
        ('{"name": "booking.created", "data": {"a": null}}', 201),
        ('{"name": "booking.created", "data": {"a": ' + "9" * 4000 + "}}", 201),
        ('{"name": "booking.created", "data": []}', 400),
        ('{"name": "booking.created", "data": "x"}', 400),
        ('{"name": "booking"}', 400),
        ('{"name": "booking.created\\n"}', 400),
        ('{"name": "Booking.Created"}', 400),
        ('{"name": "a.b", "data": {}, "more": 1}', 400),
        ('{"name": "a.b", "data": {"a": "' + "é" * 32_000 + '"}}', 201),
        ('{"name": "a.b", "data": {"a": "' + "x" * 66_560 + '"}}', 413),
    ],
)  # fmt: skip
def test_hostile_json_is_kept_whole_or_refused(http: APIClient, body: str, answer: int) -> None:
    said = http.post(EVENTS, body.encode(), content_type="application/json", HTTP_IDEMPOTENCY_KEY="k")
    assert said.status_code == answer, said.content[:300]
    assert ExternalEvent.objects.count() == (answer == 201)
    if answer == 201:
        assert ExternalEvent.objects.get().data == json.loads(body).get("data", {})
    else:
        assert said["Content-Type"] == "application/problem+json"


def test_a_stranger_finds_none_of_it(http: APIClient, business: Business) -> None:
    address = switched_on(http, business)
    event = report(http, business, {"pets": 2}).json()["id"]
    rules.settle()
    execution = http.get(f"{address}executions/").json()["results"][0]["id"]
    stranger = client_of(open_business("Other").owner)
    for path in (address, f"{address}executions/", f"/api/v1/executions/{execution}/", f"{EVENTS}{event}/"):
        assert stranger.get(path).status_code == 404
    for path in (AUTOMATIONS, EVENTS):
        assert stranger.get(path).json()["results"] == []
    scene = {"thread": str(business.thread().public_id)}
    assert refused(post(stranger, f"{made(stranger)}test/", scene))[:2] == (400, "invalid")


def test_a_connected_system_reads_rules_and_never_the_words_of_a_test(
    http: APIClient, business: Business
) -> None:
    address = made(http)
    system = client_of(user_of(business.organization, Role.INTEGRATION))
    assert system.get(address).status_code == 200
    for verb in ("test", "preview", "try", "activate", "change-secret"):
        assert post(system, f"{address}{verb}/").status_code == 403


def test_the_catalogue_is_whole_and_may_be_kept(http: APIClient) -> None:
    answer = http.get("/api/v1/automation-catalogue/")
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, max-age=300"
    same = http.get("/api/v1/automation-catalogue/", HTTP_IF_NONE_MATCH=answer["ETag"])
    assert (same.status_code, same.content) == (304, b"")
    groups = {one["group"] for one in answer.json()["condition_fields"]}
    assert {group for one in answer.json()["triggers"] for group in one["groups"]} <= groups | {"business"}


@pytest.mark.parametrize("at", range(len(GALLERY)))
def test_every_ready_rule_can_be_made_as_the_catalogue_shows_it(http: APIClient, at: int) -> None:
    ready = http.get("/api/v1/automation-catalogue/").json()["gallery"][at]
    body = {name: value for name, value in ready.items() if name not in ("slug", "why", "sentence")}
    answer = post(http, AUTOMATIONS, body)
    assert answer.status_code == 201
    assert answer.json()["sentence"] == ready["sentence"]


HOSTILE: list[dict[str, Any]] = [
    {"conditions": {"all": [{"all": [{"all": [{"all": [{"field": "message.text"}]}]}]}]}},
    {"conditions": {"any": [{"field": "event.data.a", "op": "exists"}] * 900}},
    {"conditions": {"field": "event.data." + "a." * 900, "op": "exists"}},
    {"conditions": {"field": ["x"], "op": {}, "value": None}},
    {"conditions": "always"},
    {"trigger": {"kind": "event", "name": "a.b", "\x00": 1}},
    {"trigger": {"kind": ["event"]}},
    {"trigger": {"kind": "event", "name": "a." * 500 + "b"}},
    {"trigger": {"kind": "window.starting", "minutes": 10**400}},
    {"trigger": {"kind": "schedule", "at": "18:00+25:00", "weekdays": [{}]}},
    {"actions": [{"kind": "wait", "minutes": 1}] * 1500},
    {"actions": [{"kind": "text_client", "body": "{{" * 1000}]},
    {"actions": [{"kind": "text_client", "body": "{% if a %}" * 150}]},
    {"actions": [None, 1, "x", []]},
    {"actions": [{"kind": "call_webhook", "url": "https://[::1"}]},
    {"actions": [{"kind": "tag_thread", "tag": "\x00"}]},
    {"lane": "everything"}, {"lane": None}, {"is_urgent": "perhaps"}, {"urgent_reason": "\x00"},
    {"thread": "x"}, {"event_data": []}, {"event_data": {"\x00": "\x00"}}, {"text": "\x00"},
]  # fmt: skip


@pytest.mark.parametrize("at", range(len(HOSTILE)))
def test_hostile_rules_are_refused_everywhere(http: APIClient, at: int) -> None:
    address, hostile = made(http, name="Saved"), HOSTILE[at]
    answers = [
        post(http, AUTOMATIONS, {**RULE, **hostile}, key="a"),
        http.patch(address, hostile, format="json"),
        post(http, f"{address}preview/", hostile),
        post(http, f"{address}test/", hostile, key="b"),
        post(http, f"{address}try/", hostile),
    ]
    codes = [answer.status_code for answer in answers]
    assert 400 in codes
    assert set(codes) <= {200, 400, 409}, codes
    assert Automation.objects.count() == 1


def test_what_an_event_brings_cannot_spoil_the_answer_of_a_test(http: APIClient, business: Business) -> None:
    address = made(http, conditions={}, actions=[{"kind": "add_note", "body": "It says {{ event.data.a }}!"}])
    scene = {"thread": str(business.thread().public_id), "event_data": {"a": "x\x00y" * 3}}
    answer = post(http, f"{address}test/", scene, key="k")
    assert answer.status_code in (200, 400), answer.content


def test_alerts_and_trail_name_automations_by_public_id(http: APIClient, business: Business) -> None:
    address = switched_on(http, business, actions=[{"kind": "notify_owner", "say": "A booking"}])
    post(http, EVENTS, {"name": "booking.created", "data": {"pets": 2}}, key="k")
    rules.settle()
    (alert,) = http.get("/api/v1/alerts/?kind=automation.notice").json()["results"]
    assert (alert["kind"], alert["title"]) == ("automation.notice", "A booking")
    assert f"{AUTOMATIONS}{alert['subject']}/" == address
    assert http.get("/api/v1/alerts/?kind=automation").json()["results"] == []
    ran = http.get("/api/v1/audit/events/?verb=automation.ran").json()["results"][0]
    execution = http.get(f"{address}executions/").json()["results"][0]
    assert (ran["actor"], ran["subject"]) == (alert["subject"], execution["id"])


def test_an_alert_that_names_a_phone_is_refused_when_it_is_written(http: APIClient) -> None:
    for say in ("Call 415-555-0123", "Write to a@b.example", "See https://example.com/x", "a\nb"):
        answer = post(http, AUTOMATIONS, {**RULE, "actions": [{"kind": "notify_owner", "say": say}]})
        assert refused(answer) == (400, "automation_content", "actions.0.say")
