"""A rule made from nothing in a real browser, tested, switched on, and what it did when a client waited."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page

from automations.models import Automation, AutomationVersion, Execution
from messaging.models import Delivery
from tests.automations import rules
from tests.business import Business, another_client, open_business
from tests.desk.browsing import MARKS, browse, sign_in

pytestmark = MARKS

SAY = "A client has waited for 15 minutes"
BODY = "Hi {{ client.first_name }}, we will answer soon."


@pytest.fixture
def business(live_server: Any) -> Business:
    business = open_business()
    business.owner.set_password("correct horse battery")
    business.owner.save()
    return business


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
    page.click("text=Put in a name, a time, …")
    page.click("[data-insert='client.first_name']")
    page.type("[name='a.1.body']", ", we will answer soon.")


def test_an_automation_from_nothing_to_its_log(business: Business, live_server: Any) -> None:
    business.text("Hello", sender=another_client(business, "Sam")[1])
    rules.settle()

    def make(page: Page) -> dict[str, str]:
        sign_in(page, live_server.url, business.owner.email)
        page.click("text=Automations")
        page.click("text=New automation")
        build(page)
        page.wait_for_selector(".d-bubble >> text=Hi Dana, we will answer soon.")
        seen = {"live": page.inner_text("#sentence"), "size": page.inner_text(".r-bubble .d-under")}
        assert page.input_value("[name='a.1.body']") == BODY
        page.click(".r-foot button")
        page.wait_for_selector("#test")
        page.click("text=Switch on …")
        seen["refused"] = page.inner_text("[role=alert].d-fault")
        page.click("#test >> text=Test >> nth=1")
        page.wait_for_selector(".r-result")
        seen["tested"] = page.inner_text(".r-result")
        page.click("text=Switch on …")
        seen["summary"] = page.inner_text(".r-part")
        page.click("button:has-text('Switch on')")
        page.wait_for_selector("text=Running now")
        return seen

    seen = browse(make)
    sentence = (
        "When a client's text has not been answered for 15 minutes: alert the owner, then text the client."
    )
    assert seen["live"] == sentence
    assert seen["size"] == "29 characters · 1 segment · GSM-7"
    assert "Test it first" in seen["refused"]
    assert "Nothing was sent." in seen["tested"]
    assert "Hi Sam, we will answer soon." in seen["tested"]
    assert sentence in seen["summary"]
    assert "At most 6 automation texts to a client a day" in seen["summary"]
    assert AutomationVersion.objects.get().state == "active"
    assert not Delivery.objects.exists()

    business.text("Is anybody there?")
    rules.settle()
    assert rules.come_due("message.unanswered", by=timedelta(minutes=15)) == 1
    rules.settle()
    assert Delivery.objects.get().body == "Hi Dana, we will answer soon."
    ran = Execution.objects.get(automation=Automation.objects.get())

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
    assert ran.state == "done"
    for words in ("A client's text has not been answered for 15 minutes", "Alert the owner", "Text the client",
                  "Hi Dana, we will answer soon.", "version 1", "Dana"):  # fmt: skip
        assert words in log
