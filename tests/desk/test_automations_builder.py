"""The builder: every rule comes back as it was, buttons reshape the form, faults stand at their place, nothing is kept before saving."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from automations import lifecycle
from automations.content.actions import ACTIONS
from automations.content.conditions import GROUPS, fields, operators
from automations.content.triggers import TRIGGERS
from automations.gallery import GALLERY, Ready
from automations.lifecycle import Wish
from automations.models import Automation, AutomationVersion
from tests.automations import rules
from tests.business import Business
from tests.desk.automation_forms import Fields, fields_of
from tests.desk.test_model_pages import browser

pytestmark = pytest.mark.django_db

NEW = "/admin/automations/new/"
PREVIEW = "/admin/automations/preview/"
WHOLE: Fields = {
    "name": ["Welcome back"],
    "lane": ["front_desk"],
    "trigger.kind": ["message.received"],
    "trigger.shown": ["message.received"],
    "trigger.author": ["client"],
    "c.join": ["all"],
    "a.0.kind": ["text_client"],
    "a.0.shown": ["text_client"],
    "a.0.body": ["Hi {{ client.first_name }}"],
    "a.0.on_failure": ["stop"],
}


def post(business: Business, path: str = NEW, **changes: Any) -> Any:
    """Post the whole form with `changes`; keys have __ for a dot, None leaves one out."""
    sent = {**WHOLE, **{name.replace("__", "."): value for name, value in changes.items()}}
    return browser(business.owner).post(path, {name: one for name, one in sent.items() if one is not None})


def press(business: Business, path: str, held: Fields, do: str, **more: str) -> Fields:
    """What the form holds after one of its buttons."""
    answer = browser(business.owner).post(path, {**held, "do": do, "fragment": "form", **more})
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    wrapped = type("Answer", (), {"content": b"<form id=builder>" + answer.content + b"</form>"})
    return fields_of(wrapped)


def edit(automation: Automation) -> str:
    return reverse("admin:automation_edit", args=[automation.public_id])


def made(business: Business, wish: Wish, name: str = "A rule") -> Automation:
    return lifecycle.create(
        organization=business.organization, name=name, wish=wish, by=business.owner, at=timezone.now()
    )


EVERYTHING = (
    rules.wish(
        {"kind": "text_client", "body": "line one\nline two {{ message.text }}", "on_failure": "go_on"},
        {"kind": "add_note", "body": "\n  {{ client.name }}"},
        {"kind": "wait", "until": "18:00"},
        {"kind": "tag_thread", "tag": "late", "remove": True},
        {"kind": "set_override", "hours": 12, "reason": "We look after it"},
        {"kind": "notify_owner", "say": "Look", "severity": "info", "email": True},
        {"kind": "call_webhook", "url": "https://hooks.example.com/a?b=c&d=%3C"},
        conditions={
            "any": [
                {"field": "message.text", "op": "contains_any_of", "value": ["a, b", "<c>"]},
                {"field": "message.length", "op": "at_least", "value": 12},
                {"all": [{"field": "time.of_day", "op": "between", "value": ["21:00", "07:00"]},
                         {"any": [{"field": "thread.tags", "op": "includes", "value": "vip"},
                                  {"field": "thread.tags", "op": "is_empty"}]}]},
                {"field": "time.weekday", "op": "is_one_of", "value": ["monday", "sunday"]},
            ]
        },
        is_urgent=True,
        urgent_reason="They wrote",
        lane="system",
    ),
    rules.wish(
        rules.ALERT,
        trigger={"kind": "event", "name": "booking.*"},
        conditions={
            "all": [
                {"field": "event.data.price", "op": "more_than", "value": 12.5},
                {"field": "event.data.code", "op": "is", "value": "12"},
                {"field": "event.data.count", "op": "is", "value": 12},
                {"field": "event.data.is_new", "op": "is", "value": True},
                {"field": "event.data.word", "op": "is", "value": "true"},
                {"field": "event.data.said", "op": "contains", "value": '"so"'},
                {"field": "event.data.pets.0.name", "op": "exists"},
            ]
        },
        lane="system",
    ),
    rules.wish(
        rules.ALERT,
        trigger={"kind": "schedule", "weekdays": ["tuesday", "friday"], "at": "09:30", "each": "business"},
        conditions={"field": "time.is_quiet", "op": "is_no"},
        lane="system",
    ),
)  # fmt: skip


@pytest.mark.parametrize("wish", [*EVERYTHING, *(one.wish for one in GALLERY)])
def test_a_rule_that_is_opened_and_saved_stays_what_it_was_and_tested(wish: Wish, business: Business) -> None:
    automation = made(business, wish)
    AutomationVersion.objects.update(state="tested", tested_digest=AutomationVersion.objects.get().digest)
    owner = browser(business.owner)
    held = fields_of(owner.get(edit(automation)))
    assert owner.post(edit(automation), held).status_code == 303
    version = AutomationVersion.objects.get()
    assert version.content == _json(wish)
    assert (version.state, version.digest) == ("tested", wish.read().digest)


def _json(wish: Wish) -> Any:
    from automations import content

    return content.to_json(wish.read())


@pytest.mark.parametrize("ready", GALLERY, ids=lambda one: one.slug)
def test_a_ready_rule_becomes_a_draft_in_the_builder(ready: Ready, business: Business) -> None:
    for name in (ready.name, f"{ready.name} 2"):
        answer = browser(business.owner).post(f"/admin/automations/ready/{ready.slug}/use/")
        automation = Automation.objects.latest("pk")
        assert (answer.status_code, answer["Location"]) == (303, edit(automation))
        assert automation.name == name
        assert automation.versions.get().digest == ready.wish.read().digest


def test_a_rule_is_kept_as_a_draft_with_who_made_it(business: Business) -> None:
    answer = post(business, description=["For old friends"])
    automation = Automation.objects.get()
    assert answer["Location"] == f"/admin/automations/{automation.public_id}/#test"
    assert (automation.name, automation.description) == ("Welcome back", "For old friends")
    assert automation.created_by == business.owner
    assert automation.versions.get().state == "draft"


@pytest.mark.parametrize(
    ("changes", "place", "says"),
    [
        ({"name": [""]}, "name", "Give the automation a name."),
        ({"a__0__body": ["{{ client.shoe }}"]}, "a.0.body", "There's no variable “client.shoe”"),
        ({"a__0__body": [""]}, "a.0.body", "“Text” is required."),
        ({"a__0__kind": None}, "actions", "at least one action"),
        ({"a__0__kind": ["wait"], "a__0__minutes": ["5"]}, "a.0", "The last step is a wait"),
        ({"a__0__kind": ["call_webhook"], "a__0__url": ["http://10.0.0.1/"]}, "a.0.url", ""),
        ({"lane": ["moon"]}, "lane", "Choose which conversations"),
        ({"urgent": ["on"]}, "urgent_reason", "Say why it's urgent"),
        (
            {"trigger__kind": ["message.unanswered"], "trigger__minutes": ["x"]},
            "trigger.minutes",
            "must be a whole number",
        ),
        (
            {"c__0__field": ["message.text"], "c__0__op": ["contains"], "c__0__value": [""]},
            "c.0",
            "Enter text to compare.",
        ),
        (
            {"c__0__join": ["any"], "c__1__field": ["client.is_known"], "c__1__op": ["is_yes"]},
            "c.0",
            "A group needs at least one condition",
        ),
        (
            {"c__0__join": ["any"], "c__0__0__field": ["visit.minutes"], "c__0__0__op": ["is"]},
            "c.0.0",
            "isn't known when this trigger fires",
        ),
    ],
)
def test_what_is_wrong_is_said_at_its_place_and_nothing_kept(
    changes: dict[str, Any], place: str, says: str, business: Business
) -> None:
    answer = post(business, **changes)
    assert answer.status_code == 422
    found = answer.context["form"].faults
    assert list(found) == [place]
    assert says in found[place]
    page = answer.content.decode()
    assert f'data-fault="{place}" role="alert">' in page
    assert not Automation.objects.exists()


def test_a_name_that_is_taken_is_said_at_the_name(business: Business) -> None:
    post(business)
    answer = post(business)
    assert answer.status_code == 409
    assert answer.context["form"].faults == {"name": "Another automation already has this name."}


def test_buttons_reshape_the_form_and_keep_what_was_typed(business: Business) -> None:
    held = press(business, NEW, WHOLE, "condition:c")
    assert (held["c.0.field"], held["c.0.op"]) == (["message.text"], ["contains"])
    held = press(business, NEW, {**held, "c.0.value": ["cancel"]}, "group:c")
    assert (held["c.join"], held["c.1.join"], held["c.1.0.field"]) == (["all"], ["any"], ["message.text"])
    held = press(business, NEW, held, "group:c.1")
    assert held["c.1.1.join"] == ["all"]
    deepest = press(business, NEW, held, "group:c.1.1")
    assert "c.1.1.1.join" not in deepest
    held = press(business, NEW, held, "remove:c.1")
    assert held["c.0.value"] == ["cancel"]
    assert "c.1.join" not in held
    held = press(business, NEW, held, "action:", adding="add_note")
    assert held["a.1.kind"] == ["add_note"]
    held = press(business, NEW, held, "up:1")
    assert (held["a.0.kind"], held["a.1.body"]) == (["add_note"], WHOLE["a.0.body"])
    held = press(business, NEW, held, "down:0")
    held = press(business, NEW, held, "drop:1")
    assert held["a.0.body"] == WHOLE["a.0.body"]
    assert "a.1.kind" not in held
    assert not Automation.objects.exists()


def test_another_trigger_brings_its_own_settings_and_what_may_be_asked(business: Business) -> None:
    held = press(business, NEW, {**WHOLE, "trigger.kind": ["schedule"]}, "trigger:")
    default: Any = TRIGGERS["schedule"].params[0].default
    assert held["trigger.weekdays"] == list(default or [])
    assert "trigger.author" not in held
    assert held["lane"] == ["system"]
    answer = browser(business.owner).post(NEW, {**held, "do": "shape:"})
    offered = {one.value for one in answer.context["form"].addable}
    assert offered == {"notify_owner", "call_webhook", "wait"}
    assert "no conversation when" not in answer.content.decode()


def test_days_that_were_unticked_stay_unticked(business: Business) -> None:
    held = press(business, NEW, {**WHOLE, "trigger.kind": ["schedule"]}, "trigger:")
    held["trigger.weekdays"] = ["monday"]
    assert press(business, NEW, held, "shape:")["trigger.weekdays"] == ["monday"]


@pytest.mark.parametrize("kind", TRIGGERS)
def test_every_trigger_action_field_and_question_can_be_shown(kind: str, business: Business) -> None:
    groups = TRIGGERS[kind].groups
    asked = [(one, way) for one in fields(groups & GROUPS) for way in operators(one.type)]
    held: Fields = {**WHOLE, "trigger.kind": [kind]}
    for at, (one, way) in enumerate(asked[:50]):
        held |= {f"c.{at}.field": [one.name], f"c.{at}.op": [way.name], f"c.{at}.path": ["x.y"]}
    for at, action in enumerate(ACTIONS):
        held |= {f"a.{at}.kind": [action], f"a.{at}.shown": [""]}
    back = press(business, NEW, held, "shape:")
    assert [back[f"a.{at}.kind"] for at in range(len(ACTIONS))] == [[one] for one in ACTIONS]
    for at, (one, way) in enumerate(asked[:50]):
        assert (back[f"c.{at}.field"], back[f"c.{at}.op"]) == ([one.name], [way.name])


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"trigger.kind": ["\0"], "c.0.field": ["x" * 500], "a.0.kind": ["nothing"]},
        {"c.0.0.0.0.0.0.field": ["message.text"], "c.0.join": ["all"], "c.0.0.join": ["x"]},
        {"do": ["remove:c.9.9"], "a.99999.kind": ["wait"]},
        {"do": ["up:77"], "a.x.kind": ["wait"], "c.-1.field": ["message.text"]},
        {"do": ["group:c.0"], "c.0.field": ["message.text"]},
        {"do": ["nothing"], "scene": ["x"]},
        {"scene": ["00000000-0000-0000-0000-000000000000"], "trigger.minutes": ["9" * 400]},
        {f"c.{at}.join": ["all"] for at in range(200)},
        {f"c{'.0' * at}.join": ["all"] for at in range(100)},
    ],
)
def test_whatever_is_posted_gives_a_page(sent: Fields, business: Business) -> None:
    for path in (NEW, PREVIEW):
        assert browser(business.owner).post(path, sent).status_code in (200, 422)
    assert not Automation.objects.exists()


def test_the_preview_says_what_the_form_means_and_keeps_nothing(business: Business) -> None:
    said = post(business, PREVIEW, a__1__kind=["notify_owner"], a__1__say=["Look"]).json()
    assert said["sentence"] == "When a client writes: text the client, then alert the owner."
    assert "Hi Dana" in said["acts"]["a.0"]
    assert "7 characters · 1 text" in said["acts"]["a.0"]
    assert "Look" in said["acts"]["a.1"]
    assert said["faults"] == {}
    assert not Automation.objects.exists()


def test_the_preview_speaks_of_what_is_wrong_not_of_what_is_still_empty(business: Business) -> None:
    said = post(business, PREVIEW, name=[""], a__0__body=[""], a__1__kind=["add_note"],
                a__1__body=["{{ nobody }}"]).json()  # fmt: skip
    assert list(said["faults"]) == ["a.1.body"]
    assert said["sentence"] == "When a client writes: …, then …"


def test_the_preview_of_a_conversation_has_its_names_and_what_would_stop_a_text(business: Business) -> None:
    thread = business.text("hello").thread
    business.text("STOP")
    said = post(business, PREVIEW, scene=[str(thread.public_id)]).json()
    assert f"Hi {business.client.name}" in said["acts"]["a.0"]
    assert "They texted STOP." in said["acts"]["a.0"]


def test_a_conversation_without_a_visit_is_shown_with_made_up_names(business: Business) -> None:
    thread = business.thread()
    said = post(business, PREVIEW, scene=[str(thread.public_id)], trigger__kind=["window.starting"],
                trigger__minutes=["60"], a__0__body=["At {{ visit.starts }}"]).json()  # fmt: skip
    assert "At 2:30 PM" in said["acts"]["a.0"]
    assert "no visit to test on" in said["scene"]


def test_another_name_alone_makes_no_draft_beside_an_active_one(business: Business) -> None:
    automation = rules.active(business)
    owner = browser(business.owner)
    held = fields_of(owner.get(edit(automation)))
    owner.post(edit(automation), {**held, "name": ["Another name"]})
    automation.refresh_from_db()
    assert automation.name == "Another name"
    assert [one.state for one in automation.versions.all()] == ["active"]
    owner.post(edit(automation), {**held, "name": ["Another name"], "a.0.body": ["Hello"]})
    assert [one.state for one in automation.versions.order_by("number")] == ["active", "draft"]


def test_what_somebody_else_changed_meanwhile_is_not_lost_unseen(business: Business) -> None:
    automation = made(business, rules.wish())
    owner = browser(business.owner)
    held = fields_of(owner.get(edit(automation)))
    lifecycle.change(automation, wish=rules.wish(rules.ALERT), by=business.owner, at=timezone.now())
    answer = owner.post(edit(automation), {**held, "a.0.body": ["Mine"]})
    assert answer.status_code == 409
    assert "Someone changed this automation" in answer.content.decode()
    assert fields_of(answer)["a.0.body"] == ["Mine"]
    assert owner.post(edit(automation), fields_of(answer)).status_code == 303
    assert automation.versions.get().content["actions"][0]["body"] == "Mine"


def test_an_archived_one_is_not_opened(business: Business) -> None:
    automation = made(business, rules.wish())
    lifecycle.archive(automation, by=business.owner, at=timezone.now())
    answer = browser(business.owner).get(edit(automation))
    assert (answer.status_code, answer["Location"]) == (303, f"/admin/automations/{automation.public_id}/")
    assert browser(business.owner).post(edit(automation), WHOLE).status_code == 409


def test_a_rule_of_another_release_can_be_seen_and_changed(business: Business) -> None:
    automation = made(business, rules.wish(rules.ALERT))
    content = {
        "trigger": {"kind": "moon.rises"},
        "conditions": {},
        "actions": [{"kind": "howl"}, rules.ALERT],
    }
    AutomationVersion.objects.update(trigger_kind="moon.rises", content=content, digest="0" * 64)
    owner = browser(business.owner)
    for path in ("/admin/automations/", f"/admin/automations/{automation.public_id}/"):
        assert "made for another version of SnoutOS" in owner.get(path).content.decode()
    held = fields_of(owner.get(edit(automation)))
    assert (held["trigger.kind"], held["a.0.kind"]) == (["message.received"], ["notify_owner"])
    assert owner.post(edit(automation), held).status_code == 303
