"""A rule made from nothing in a real browser, tested, switched on, and what it did when a client waited; on a phone, in the dark,
without scripts."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from automations import lifecycle
from automations.models import Automation, AutomationVersion, Execution
from messaging.models import Delivery
from snoutos.devtools.twilio_sim.testing import SimulatorClient
from tests.automations import rules
from tests.business import Business, another_client
from tests.desk.browsing import MARKS, browse, sign_in
from tests.desk.with_phones.conftest import let_leave, on, say

pytestmark = MARKS

SAY = "A client has waited for 15 minutes"
BODY = "Hi {{ client.first_name }}, we will answer soon."
SENTENCE = "When a client's text hasn't been answered for 15 minutes: alert the owner, then text the client."
LONG = "W" * 70


def build(page: Page) -> None:
    """“Unanswered for 15 minutes”: an alert, then a text, from the empty form."""
    page.fill("#name", "Unanswered")
    page.select_option("#trigger-kind", "message.unanswered")
    page.wait_for_selector("[name='trigger.minutes']")
    page.fill("[name='trigger.minutes']", "15")
    for at, kind in enumerate(("notify_owner", "text_client")):
        page.select_option("#adding", kind)
        page.click("button[value='action:']")
        page.wait_for_selector(f"[name='a.{at}.kind']", state="attached")
    page.fill("[name='a.0.say']", SAY)
    page.fill("[name='a.1.body']", "Hi ")
    page.click("text=Insert a name, a time, …")
    page.click("[data-insert='client.first_name']")
    page.type("[name='a.1.body']", ", we will answer soon.")


def make(page: Page) -> dict[str, str]:
    """From the list to a rule that runs; what was seen on the way."""
    page.click("text=Automations")
    page.click("text=New automation")
    build(page)
    page.wait_for_selector(".d-bubble >> text=Hi Dana, we will answer soon.")
    seen = {"live": page.inner_text("#sentence"), "size": page.inner_text(".r-bubble .d-under")}
    assert page.input_value("[name='a.1.body']") == BODY
    page.click(".r-foot button")
    page.wait_for_selector("#test")
    page.click("text=Turn on …")
    seen["refused"] = page.inner_text("[role=alert].d-fault")
    page.click("#test button >> nth=0")
    page.wait_for_selector(".r-result")
    seen["tested"] = page.inner_text(".r-result")
    page.click("text=Turn on …")
    seen["summary"] = page.inner_text(".r-part")
    page.click("button:has-text('Turn on')")
    page.wait_for_selector("text=Running now")
    return seen


def test_an_automation_from_nothing_to_the_clients_phone_and_the_log(
    business: Business, phones: SimulatorClient, live_server: Any
) -> None:
    type(business.organization).objects.update(quiet_from=time(0), quiet_until=time(0))
    business.text("Hello", sender=another_client(business, "Sam")[1])
    rules.settle()

    def script(page: Page) -> dict[str, str]:
        sign_in(page, live_server.url, business.owner.email)
        return make(page)

    seen = browse(script)
    assert seen["live"] == SENTENCE
    assert seen["size"] == "29 characters · 1 text"
    assert "Test it first" in seen["refused"]
    assert "Nothing was sent." in seen["tested"]
    assert "Hi Sam, we will answer soon." in seen["tested"]
    assert SENTENCE in seen["summary"]
    assert "6 automation texts per client per day" in seen["summary"]
    assert AutomationVersion.objects.get().state == "active"
    assert not Delivery.objects.exists()

    say(phones, business.client_phone, business.front_desk.e164, "Is anybody there?")
    rules.settle()
    assert rules.come_due("message.unanswered", by=timedelta(minutes=15)) == 1
    rules.settle()
    let_leave(phones)
    [arrived] = on(phones, business.client_phone)
    assert (arrived.body, arrived.sender) == ("Hi Dana, we will answer soon.", business.front_desk.e164)

    def read_the_log(page: Page) -> tuple[str, str]:
        sign_in(page, live_server.url, business.owner.email)
        needs = page.inner_text(".d-needs")
        page.goto(f"{live_server.url}/admin/automations/")
        page.click("text=1 run in 24 h")
        page.click(".r-ran a")
        page.wait_for_selector("text=Steps")
        return needs, page.inner_text("main")

    needs, log = browse(read_the_log, width=390, height=844)
    assert SAY in needs
    for words in (
        "A client's text hasn't been answered for 15 minutes",
        "Alert the owner",
        "Text the client",
        "Hi Dana, we will answer soon.",
        "Delivered",
        "version 1",
        "Dana",
    ):
        assert words in log


def test_the_builder_works_without_scripts(business: Business, live_server: Any) -> None:
    def script(page: Page) -> str:
        sign_in(page, live_server.url, business.owner.email)
        page.goto(f"{live_server.url}/admin/automations/new/")
        page.fill("#name", "By hand")
        page.select_option("#trigger-kind", "window.starting")
        page.click("button[value='trigger:']")
        page.fill("[name='trigger.minutes']", "30")
        page.click("button[value='condition:c']")
        page.select_option("[name='c.0.field']", "visit.type")
        page.click(".r-question button[value='shape:']")
        page.select_option("[name='c.0.value']", "overnight")
        page.click("button[value='action:']")
        page.fill("[name='a.0.body']", "Soon, {{ client.shoe }}")
        page.click(".r-foot button")
        refused = page.inner_text("[data-fault='a.0.body']")
        page.fill("[name='a.0.body']", "Soon, {{ client.first_name }}")
        page.click(".r-foot button")
        page.wait_for_selector("#test")
        return refused

    assert "client.shoe" in browse(script, scripts=False)
    content = AutomationVersion.objects.get().content
    assert content["trigger"] == {"kind": "window.starting", "minutes": 30}
    assert content["conditions"] == {"field": "visit.type", "op": "is", "value": "overnight"}
    assert content["actions"][0]["body"] == "Soon, {{ client.first_name }}"


def test_faults_follow_what_is_typed_and_focus_goes_to_what_is_new(
    business: Business, live_server: Any
) -> None:
    def script(page: Page) -> list[str]:
        sign_in(page, live_server.url, business.owner.email)
        page.goto(f"{live_server.url}/admin/automations/new/")
        page.click("button[value='condition:c']")
        page.wait_for_selector("[name='c.0.field']")
        where = [str(page.evaluate("document.activeElement.name"))]
        page.click("button[value='action:']")
        page.wait_for_selector("[name='a.0.body']")
        where.append(str(page.evaluate("document.activeElement.name")))
        page.keyboard.type("Hi {{ client.shoe }}")
        page.wait_for_selector("[data-fault='a.0.body'] >> text=client.shoe")
        where.append(page.input_value("[name='a.0.body']"))
        page.fill("[name='a.0.body']", "Hi <b>you</b>")
        page.wait_for_selector(".d-bubble >> text=Hi <b>you</b>")
        where.append(str(page.is_visible("[data-fault='a.0.body']")))
        return where

    assert browse(script) == ["c.0.field", "a.0.body", "Hi {{ client.shoe }}", "False"]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_nothing_runs_over_the_edge_of_a_phone(business: Business, live_server: Any, dark: bool) -> None:
    client, phone = another_client(business, LONG)
    thread = business.text(f"help {'y' * 200}", sender=phone).thread
    long_rule: dict[str, Any] = {
        "conditions": {
            "all": [
                {"field": "message.text", "op": "contains_any_of", "value": ["help", LONG]},
                {"any": [{"field": "time.of_day", "op": "between", "value": ["00:00", "23:59"]},
                         {"all": [{"field": "message.author", "op": "is_one_of", "value": ["client", "sitter"]}]}]},
            ]
        },
        "is_urgent": True,
        "urgent_reason": LONG,
    }  # fmt: skip
    steps = ({"kind": "text_client", "body": "{{ message.text }}{{ client.name }}"}, {"kind": "wait", "minutes": 5},
             {"kind": "call_webhook", "url": f"https://example.com/{LONG}"})  # fmt: skip
    automation = rules.active(business, *steps, name=LONG, thread=thread, **long_rule)
    business.text(f"help {'y' * 200}", sender=phone)
    rules.settle()
    lifecycle.change(automation, wish=rules.wish(*steps, **long_rule), by=business.owner, at=timezone.now())
    here, execution = f"automations/{automation.public_id}/", Execution.objects.get()
    assert client.threads.get() == thread
    assert Automation.objects.count() == 1

    def script(page: Page) -> dict[str, int]:
        sign_in(page, live_server.url, business.owner.email)
        widths = {}
        for path in ("automations/", "automations/ready/", "automations/new/", "automations/limits/", here, f"{here}edit/",
                     f"{here}log/", f"{here}activate/", f"automations/ran/{execution.public_id}/",
                     f"conversations/{thread.public_id}/"):  # fmt: skip
            page.goto(f"{live_server.url}/admin/{path}")
            for fold in page.query_selector_all("main details:not([open]) > summary"):
                fold.click()
            widths[path] = page.evaluate("document.documentElement.scrollWidth")
        page.goto(f"{live_server.url}/admin/{here}")
        page.click("#test button >> nth=0")
        page.wait_for_selector(".r-result")
        widths["tested"] = page.evaluate("document.documentElement.scrollWidth")
        return widths

    widths = browse(script, width=390, height=844, dark=dark)
    assert {path: width for path, width in widths.items() if width > 390} == {}
