"""The owner's pages about automations: list, gallery, one automation, its test, switching on, limits, key, log."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import escape

from audit.models import Alert, AuditEvent, Occurrence
from automations import lifecycle
from automations.gallery import GALLERY
from automations.models import Automation, Execution, ExternalEvent, Limits, Step
from messaging.assignments import windows
from messaging.models import Delivery, Message
from snoutos.accounts.models import User
from snoutos.desk.routes import automation_urls
from tests.automations import rules
from tests.business import Business, another_client, open_business
from tests.desk.test_inbox import XSS
from tests.desk.test_model_pages import browser
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

LIST = "/admin/automations/"
# Who may not look after limits and keys.
OWNERS_ONLY = {"automations_limits", "automation_new_key"}
POSTS = {"automations_use", "automations_preview", "automation_test", "automation_past", "automation_pause",
         "automation_resume", "automation_archive", "automation_new_key"}  # fmt: skip
ABOUT_ROWS = "<uuid:public_id>"


def draft(business: Business, *actions: dict[str, Any], name: str = "A rule", **more: Any) -> Automation:
    return lifecycle.create(
        organization=business.organization,
        name=name,
        wish=rules.wish(*actions, **more),
        by=business.owner,
        at=timezone.now(),
    )


def get(business: Business, path: str = "", **query: str) -> Any:
    return browser(business.owner).get(path if path.startswith("/") else f"{LIST}{path}", query)


def act(business: Business, automation: Automation, verb: str, **sent: str) -> Any:
    return browser(business.owner).post(f"{LIST}{automation.public_id}/{verb}/", sent)


def ran(business: Business, automation: Automation, body: str = "hello") -> Execution:
    """What the automation did about one more text."""
    business.text(body)
    rules.settle()
    execution: Execution = Execution.objects.filter(automation=automation).latest("pk")
    return execution


def staff(business: Business) -> User:
    return UserFactory(organization=business.organization, role="staff")


# Who may


def addresses(automation: Automation, execution: Execution) -> list[tuple[str, str]]:
    """Every route of these pages, from the table that mounts them, with rows of one business."""
    found = []
    for route in automation_urls(lambda view: view):
        row = execution if "ran/" in str(route.pattern) else automation
        path = str(route.pattern).replace(ABOUT_ROWS, str(row.public_id)).replace("<slug:slug>", "welcome")
        found.append((str(route.name), f"/admin/{path}"))
    return found


def ask(who: Any, name: str, path: str) -> Any:
    return who.post(path) if name in POSTS else who.get(path)


@pytest.fixture
def rows(business: Business) -> list[tuple[str, str]]:
    automation = rules.active(business, name="CANARY")
    return addresses(automation, ran(business, automation))


def test_another_business_gets_404_and_changes_nothing(
    business: Business, rows: list[tuple[str, str]]
) -> None:
    other = browser(open_business("Paws").owner)
    before = list(Automation.objects.of(business.organization).values())
    about_rows = [
        (name, path) for name, path in rows if "/ready/" not in path and any(c.isdigit() for c in path)
    ]
    assert len(about_rows) == 11
    for name, path in rows:
        for answer in (ask(other, name, path), other.post(path)):
            assert "CANARY" not in answer.content.decode(), path
            if (name, path) in about_rows:
                assert answer.status_code in (404, 405), path
    assert list(Automation.objects.of(business.organization).values()) == before


@pytest.mark.parametrize("role", ["sitter", "integration", "operator", "nobody"])
def test_who_has_no_desk_is_led_to_the_sign_in(
    role: str, business: Business, rows: list[tuple[str, str]]
) -> None:
    who: dict[str, Callable[[], User | None]] = {
        "sitter": lambda: business.sitter_user,
        "integration": lambda: UserFactory(organization=business.organization, role="integration"),
        "operator": lambda: User.objects.create_superuser("operator@example.com", "correct horse battery"),
        "nobody": lambda: None,
    }
    page = browser(who[role]())
    for name, path in rows:
        answer = ask(page, name, path)
        assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/admin/login/"), path


def test_staff_do_everything_but_limits_and_keys(business: Business, rows: list[tuple[str, str]]) -> None:
    page = browser(staff(business))
    secret = Automation.objects.get().webhook_secret
    for name, path in rows:
        answer = ask(page, name, path)
        expected = (403,) if name in OWNERS_ONLY else (200, 303, 409)
        assert answer.status_code in expected, path
        assert secret not in answer.content.decode(), path
    assert (
        page.post(f"{LIST}limits/", {"texts_per_client_and_day": "9", "texts_per_hour": "9"}).status_code
        == 403
    )
    assert not Limits.objects.exists()


def test_what_changes_something_is_a_post(business: Business, rows: list[tuple[str, str]]) -> None:
    before = list(Automation.objects.values())
    for name, path in rows:
        if name in POSTS:
            assert browser(business.owner).get(path).status_code == 405, path
    assert list(Automation.objects.values()) == before


# List


def test_an_empty_list_leads_to_the_gallery(business: Business) -> None:
    page = get(business).content.decode()
    assert "No automations yet" in page
    assert f"{LIST}ready/" in page


def test_a_row_says_state_sentence_and_how_it_has_been_doing(business: Business) -> None:
    automation = rules.active(business, name="Greets")
    ran(business, automation)
    failed = ran(business, automation)
    Execution.objects.filter(pk=failed.pk).update(state="failed", reason="error")
    lifecycle.change(automation, wish=rules.wish(rules.ALERT), by=business.owner, at=timezone.now())
    [row] = get(business).context["rows"]
    assert (row.rule.state, row.rule.sentence) == ("active", "When a client writes: text the client.")
    assert (row.beside.state, row.runs, row.failures) == ("draft", 2, 1)
    page = get(business).content.decode()
    for words in ("New draft", "2 runs in 24 h", "1 failed", "Last ran", "Pause"):
        assert words in page


def test_yesterdays_runs_do_not_count_and_unmet_conditions_are_no_runs(business: Business) -> None:
    automation = rules.active(business)
    old = ran(business, automation)
    Execution.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(hours=25))
    unmet = ran(business, automation)
    Execution.objects.filter(pk=unmet.pk).update(state="not_met")
    [row] = get(business).context["rows"]
    assert (row.runs, row.failures) == (0, 0)
    assert row.last_run


def test_the_list_is_filtered_by_state_and_folds_what_is_archived(business: Business) -> None:
    rules.active(business, name="Runs")
    paused = rules.active(business, name="Rests")
    lifecycle.pause(paused, by=business.owner, at=timezone.now())
    draft(business, name="Begun")
    lifecycle.archive(draft(business, name="Gone"), by=business.owner, at=timezone.now())

    def named(state: str) -> list[str]:
        return [row.automation.name for row in get(business, state=state).context["rows"]]

    assert named("") == ["Begun", "Rests", "Runs"]
    assert (named("active"), named("paused"), named("draft"), named("tested")) == (
        ["Runs"], ["Rests"], ["Begun"], [],
    )  # fmt: skip
    assert [one.name for one in get(business).context["archived"]] == ["Gone"]
    assert named("moon") == named("")


def test_a_longer_list_and_log_cost_no_more_queries(business: Business) -> None:
    automation = rules.active(business, rules.ALERT)
    ran(business, automation)
    thread = business.thread().public_id
    pages = (
        "",
        f"{automation.public_id}/",
        f"{automation.public_id}/log/",
        f"/admin/conversations/{thread}/",
    )

    def queries(path: str) -> int:
        get(business, path)
        with CaptureQueriesContext(connection) as captured:
            assert get(business, path).status_code == 200
        return len(captured)

    before = [queries(path) for path in pages]
    for number in range(3):
        _, phone = another_client(business, f"Client {number}")
        business.text("hi", sender=phone)
        ran(business, rules.active(business, rules.ALERT, name=f"Rule {number}"))
        ran(business, automation)
    assert [queries(path) - was for path, was in zip(pages, before, strict=True)] == [0, 0, 0, 0]


@pytest.mark.parametrize("verb", ["pause", "resume"])
def test_pausing_and_resuming_from_the_list_comes_back_to_it(verb: str, business: Business) -> None:
    automation = rules.active(business)
    if verb == "resume":
        lifecycle.pause(automation, by=business.owner, at=timezone.now())
    answer = act(business, automation, verb, back="list")
    assert (answer.status_code, answer["Location"]) == (303, LIST)
    assert automation.versions.get().state == ("paused" if verb == "pause" else "active")
    again = act(business, automation, verb, back="list")
    assert again.status_code == 409
    assert escape("It isn't turned on." if verb == "pause" else "It isn't paused.") in again.content.decode()


# Gallery


def test_the_gallery_shows_every_ready_rule_in_words(business: Business) -> None:
    page = get(business, "ready/").content.decode()
    assert page.count("Use this") == len(GALLERY)
    assert "When a new conversation comes in and client is unknown: text the client." in page
    assert browser(business.owner).post(f"{LIST}ready/moon/use/").status_code == 404


# Testing and switching on


def test_switching_on_is_refused_in_place_before_the_test(business: Business) -> None:
    automation = draft(business)
    for answer in (get(business, f"{automation.public_id}/activate/"), act(business, automation, "activate")):
        assert answer.status_code == 409
        assert "Test it first" in answer.content.decode()
    assert automation.versions.get().state == "draft"


def test_a_test_shows_everything_sends_nothing_and_makes_it_tested(business: Business) -> None:
    thread = business.thread()
    automation = draft(
        business,
        rules.TEXT_CLIENT,
        rules.ALERT,
        {"kind": "wait", "minutes": 5},
        {"kind": "tag_thread", "tag": "late"},
        conditions={"all": [{"field": "message.text", "op": "contains", "value": "help"},
                            {"field": "client.is_known", "op": "is_yes"}]},
    )  # fmt: skip
    before = (Message.objects.count(), Occurrence.objects.count(), Alert.objects.count())
    answer = act(business, automation, "test", scene=str(thread.public_id), text="please HELP me")
    assert answer.status_code == 200
    rehearsal = answer.context["tried"].rehearsal
    assert [one.is_met for one in rehearsal.conditions] == [True, True]
    page = answer.content.decode()
    for words in ("✓", "Nothing was sent", "Hi Dana, we saw your text.", "1 text", "A client waits",
                  "Wait 5 minutes", "Tag the conversation “late”", "Tested on the conversation with Dana"):  # fmt: skip
        assert words in page
    assert (Message.objects.count(), Occurrence.objects.count(), Alert.objects.count()) == before
    assert automation.versions.get().state == "tested"
    again = act(business, automation, "test", scene=str(thread.public_id), text="hello")
    assert "✗" in again.content.decode()
    assert "The conditions aren't met here, so nothing would happen" in again.content.decode()


def test_a_test_names_what_would_stop_it(business: Business) -> None:
    thread = business.thread()
    business.text("STOP")
    answer = act(business, draft(business), "test", scene=str(thread.public_id))
    assert "They texted STOP." in answer.content.decode()


def test_a_text_that_cannot_be_written_makes_nothing_tested(business: Business) -> None:
    thread = business.thread()
    automation = draft(business, {"kind": "text_client", "body": "Hi {{ sitter.name }}"})
    answer = act(business, automation, "test", scene=str(thread.public_id))
    assert answer.status_code == 400
    assert "Not tested" in answer.content.decode()
    assert "sitter.name" in answer.context["tried"].rehearsal.problems[0]
    assert automation.versions.get().state == "draft"


@pytest.mark.parametrize(
    ("sent", "status", "says"),
    [
        ({}, 400, "nothing to test it on"),
        ({"scene": "x"}, 400, "nothing to test it on"),
        ({"text": "x" * 1601}, 422, "1,600 characters"),
        ({"text": "a\0"}, 422, "phones can't send"),
        ({"event": "{"}, 422, "must be a JSON object"),
        ({"event": "[1]"}, 422, "must be a JSON object"),
    ],
)
def test_a_scene_that_makes_no_sense_is_said_in_place(
    sent: dict[str, str], status: int, says: str, business: Business
) -> None:
    answer = act(business, draft(business), "test", **sent)
    assert answer.status_code == status
    assert any(says in fault for fault in answer.context["faults"])


def test_a_conversation_of_another_business_is_no_scene(business: Business) -> None:
    theirs = open_business("Paws").text("CANARY").thread
    answer = act(business, draft(business), "test", scene=str(theirs.public_id))
    assert answer.status_code == 400
    assert "CANARY" not in answer.content.decode()


def test_a_made_up_event_is_played(business: Business) -> None:
    automation = draft(
        business,
        {"kind": "notify_owner", "say": "A booking came"},
        trigger={"kind": "event", "name": "booking.created"},
        conditions={"field": "event.data.pets", "op": "more_than", "value": 1},
        lane="system",
    )
    answer = act(business, automation, "test", event='{"pets": 2}')
    assert answer.context["tried"].rehearsal.is_met
    assert not ExternalEvent.objects.exists()
    assert not act(business, automation, "test", event='{"pets": 1}').context["tried"].rehearsal.is_met


def test_the_last_30_days_are_shown_with_what_it_would_have_said(business: Business) -> None:
    for body in ("please help", "hello", "HELP!"):
        business.text(body)
    automation = draft(business, conditions={"field": "message.text", "op": "contains", "value": "help"})
    before = Execution.objects.count(), Message.objects.count()
    answer = act(business, automation, "past")
    past = answer.context["tried"].past
    assert (past.looked_at, past.met, len(past.times)) == (3, 2, 2)
    page = answer.content.decode()
    assert "<strong>2 times</strong> in the last 30 days" in page
    assert page.count("Hi Dana, we saw your text.") == 2
    assert (Execution.objects.count(), Message.objects.count()) == before
    assert automation.versions.get().state == "draft"


def test_switching_on_shows_what_it_means_first(business: Business) -> None:
    business.text("hello")
    automation = draft(business)
    act(business, automation, "test", scene=str(business.thread().public_id))
    page = get(business, f"{automation.public_id}/activate/").content.decode()
    for words in (
        "When a client writes: text the client.",
        "<strong>1 time</strong>",
        "At most 6 automation texts",
    ):
        assert words in page
    assert automation.versions.get().state == "tested"
    assert act(business, automation, "activate").status_code == 303
    assert automation.versions.get().state == "active"
    assert act(business, automation, "activate").status_code == 409


def test_a_changed_draft_is_to_be_tested_again(business: Business) -> None:
    automation = draft(business)
    act(business, automation, "test", scene=str(business.thread().public_id))
    lifecycle.change(automation, wish=rules.wish(rules.ALERT), by=business.owner, at=timezone.now())
    assert act(business, automation, "activate").status_code == 409
    assert "Not tested as it is now" in get(business, f"{automation.public_id}/").content.decode()


def test_archiving_frees_the_name_and_leaves_the_page(business: Business) -> None:
    automation = rules.active(business)
    ran(business, automation)
    assert act(business, automation, "archive").status_code == 303
    page = get(business, f"{automation.public_id}/").content.decode()
    assert "Archived. It no longer runs" in page
    assert "Turn on" not in page
    draft(business)
    assert act(business, automation, "archive").status_code == 409
    assert act(business, automation, "pause").status_code == 409


# Limits and key


def test_the_owner_sets_the_limits(business: Business) -> None:
    page = browser(business.owner)
    answer = page.post(f"{LIST}limits/", {"texts_per_client_and_day": "3", "texts_per_hour": "50"})
    assert answer.status_code == 303
    kept = Limits.of(business.organization)
    assert (kept.texts_per_client_and_day, kept.texts_per_hour) == (3, 50)
    assert 'value="50"' in get(business, "limits/").content.decode()
    assert business.verbs()[-1] == "automation.limits_changed"


@pytest.mark.parametrize("per_hour", ["0", "5001", "x", "", "1e3"])
def test_a_limit_that_is_none_is_refused_in_place(per_hour: str, business: Business) -> None:
    sent = {"texts_per_client_and_day": "3", "texts_per_hour": per_hour}
    answer = browser(business.owner).post(f"{LIST}limits/", sent)
    assert answer.status_code == 422
    assert "a whole number from 1 to 5,000" in answer.content.decode()
    assert not Limits.objects.exists()


def test_the_key_is_the_owners_to_see_and_to_change(business: Business) -> None:
    automation = draft(business, {"kind": "call_webhook", "url": "https://hooks.example.com/x"})
    old = automation.webhook_secret
    assert old in get(business, f"{automation.public_id}/").content.decode()
    assert act(business, automation, "new-key").status_code == 303
    automation.refresh_from_db()
    page = get(business, f"{automation.public_id}/").content.decode()
    assert automation.webhook_secret != old
    assert automation.webhook_secret in page
    assert old not in page
    assert not AuditEvent.objects.filter(data__icontains=automation.webhook_secret).exists()


# Log


def test_an_execution_is_told_whole(business: Business) -> None:
    thread = business.thread()
    visit = business.window(thread)
    automation = rules.active(
        business,
        rules.TEXT_CLIENT,
        {"kind": "text_sitter", "body": "Hi {{ sitter.first_name }}", "on_failure": "go_on"},
        {"kind": "tag_thread", "tag": "late"},
        thread=thread,
        conditions={
            "any": [
                {"field": "message.text", "op": "contains", "value": "help"},
                {"field": "client.is_known", "op": "is_yes"},
            ]
        },
    )
    windows.end(visit, by=business.owner, at=timezone.now())
    execution = ran(business, automation)
    answer = get(business, f"ran/{execution.public_id}/")
    told = answer.context["ran"]
    assert told.happened == "A client writes"
    assert [(one.sentence, one.is_met) for one in told.asked] == [
        ("text contains “help”", False),
        ("client is known", True),
    ]
    assert [(one.sentence, one.label) for one in told.steps] == [
        ("Text the client", "Done"),
        ("Text the sitter", "Skipped"),
        ("Tag the conversation “late”", "Done"),
    ]
    page = answer.content.decode()
    for words in (
        "No sitter was on duty.",
        "Hi Dana, we saw your text.",
        told.steps[0].deliveries[0].label,
        "version 1",
        f"/admin/conversations/{thread.public_id}/#m",
    ):
        assert words in page


def test_unmet_conditions_and_why_nothing_was_asked_are_told(business: Business) -> None:
    automation = rules.active(
        business, conditions={"field": "message.text", "op": "contains", "value": "help"}
    )
    unmet = ran(business, automation)
    assert "Conditions not met" in get(business, f"ran/{unmet.public_id}/").content.decode()
    Execution.objects.filter(pk=unmet.pk).update(state="skipped", reason="too_late", conditions=[])
    page = get(business, f"ran/{unmet.public_id}/")
    assert page.context["ran"].asked[0].is_met is None
    assert "over an hour late" in page.content.decode()
    assert "not checked" in page.content.decode()


def test_the_log_is_newest_first_by_pages_and_state(business: Business, monkeypatch: Any) -> None:
    from snoutos.desk.automations import log

    monkeypatch.setattr(log, "PAGE", 2)
    automation = rules.active(business, rules.ALERT)
    made = [ran(business, automation) for _ in range(5)]
    Execution.objects.filter(pk=made[0].pk).update(state="failed", reason="error")
    path, seen = f"{automation.public_id}/log/", []
    query: dict[str, str] = {}
    for _ in range(3):
        answer = get(business, path, **query)
        seen += [row.public_id for row in answer.context["rows"]]
        query = {"before": answer.context["next_url"].partition("before=")[2]}
    assert seen == [one.public_id for one in reversed(made)]
    assert not answer.context["next_url"]
    assert [row.public_id for row in get(business, path, state="failed").context["rows"]] == [
        made[0].public_id
    ]
    for before in ("x", str(uuid.uuid4())):
        assert len(get(business, path, before=before, state="moon").context["rows"]) == 2


def test_the_conversation_says_what_ran_in_it(business: Business) -> None:
    automation = rules.active(business, name="Greets")
    execution = ran(business, automation)
    page = browser(business.owner).get(f"/admin/conversations/{business.thread().public_id}/")
    assert f"{LIST}ran/{execution.public_id}/" in page.content.decode()
    assert [row.automation for row in page.context["ran"]] == ["Greets"]


def test_alerts_and_the_trail_lead_to_the_automation(business: Business) -> None:
    automation = rules.active(business)
    Limits.objects.create(organization=business.organization, texts_per_client_and_day=1, texts_per_hour=1)
    ran(business, automation)
    ran(business, automation)
    assert "automation.limit_reached" in business.alerts()
    where = f"{LIST}{automation.public_id}/"
    page = browser(business.owner)
    assert where in page.get("/admin/inbox/").content.decode()
    alert = Alert.objects.get(kind="automation.limit_reached")
    assert where in page.get(f"/admin/audit/alert/{alert.public_id}/change/").content.decode()


def test_the_palette_finds_automations_and_their_pages(business: Business) -> None:
    draft(business, name="Quokka greeting")
    page = browser(business.owner)
    assert "Quokka greeting" in page.get("/admin/search/?s=quokka&extended=1").content.decode()
    assert "Automation limits" in page.get("/admin/search/?s=limits&extended=1").content.decode()
    other = browser(open_business("Paws").owner)
    assert "Quokka" not in other.get("/admin/search/?s=quokka&extended=1").content.decode()
    assert (
        "Automation limits"
        not in browser(staff(business)).get("/admin/search/?s=limits&extended=1").content.decode()
    )


# What people write


@pytest.mark.parametrize("payload", XSS)
def test_what_people_write_is_data(payload: str, business: Business) -> None:
    _, phone = another_client(business, payload[:120])
    thread = business.text(payload, sender=phone).thread
    automation = rules.active(
        business,
        {"kind": "text_client", "body": "{{ message.text }} {{ client.name }}"},
        {"kind": "notify_owner", "say": payload[:100]},
        {"kind": "set_override", "hours": 1, "reason": payload[:100]},
        name=payload[:80],
        thread=thread,
        conditions={"field": "message.text", "op": "is_not", "value": payload[:100]},
        is_urgent=True,
        urgent_reason=payload[:100],
    )
    lifecycle.rename(automation, name=payload[:80], description=payload, by=business.owner, at=timezone.now())
    business.text(f"{payload} again", sender=phone)
    rules.settle()
    execution = Execution.objects.latest("pk")
    assert Step.objects.filter(execution=execution, message__isnull=False).exists()
    lifecycle.change(
        automation,
        wish=rules.wish({"kind": "text_client", "body": "{{ message.text }}"}),
        by=business.owner,
        at=timezone.now(),
    )
    here = f"{automation.public_id}/"
    pages = [
        get(business, path)
        for path in ("", here, f"{here}edit/", f"{here}log/", f"ran/{execution.public_id}/")
    ]
    pages += [
        act(business, automation, "test", scene=str(thread.public_id)),
        act(business, automation, "past"),
    ]
    pages.append(browser(business.owner).get(f"/admin/conversations/{thread.public_id}/"))
    for page in pages:
        html = page.content.decode()
        assert page.status_code == 200
        for live in ("<script>alert", "<img src=x", "<svg/onload", "<b id=canary>", "argon2"):
            assert live not in html


@pytest.mark.parametrize("payload", XSS)
def test_a_preview_of_hostile_words_is_text(payload: str, business: Business) -> None:
    _, phone = another_client(business, payload[:120])
    thread = business.text(payload, sender=phone).thread
    sent = {
        "name": payload, "lane": "front_desk", "trigger.kind": "message.received", "scene": str(thread.public_id),
        "a.0.kind": "text_client", "a.0.body": "{{ message.text }}",
    }  # fmt: skip
    said = browser(business.owner).post(f"{LIST}preview/", sent).json()
    for live in ("<script>alert", "<img src=x", "<svg/onload", "<b id=canary>", "argon2"):
        assert live not in said["acts"]["a.0"]
    assert not Delivery.objects.exists()
