"""The desk by keyboard alone: no mouse is touched, and Enter does what the focused field means."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from automations.models import AutomationVersion
from messaging.models import AssignmentWindow, Delivery, Message, Thread
from messaging.people import triage
from snoutos.accounts.models import Organization
from tests.desk.browsing import MARKS, browse
from tests.desk.business import Business

pytestmark = MARKS

LEAK = "my cell is six one nine seven oh one oh five five eight"
REASON = "Keep phone numbers out, please"
MOST_TABS = 150


@pytest.fixture
def business(live_server: Any) -> Business:
    return Business()


@pytest.fixture
def held(business: Business) -> Message:
    thread = business.text(business.client(), "How was it?").thread
    return business.held(thread, business.sitter(), LEAK)


def sign_in(page: Page, address: str, email: str) -> None:
    page.goto(f"{address}/admin/")
    tab_to(page, "[name=username]")
    page.keyboard.type(email)
    page.keyboard.press("Tab")
    page.keyboard.type("correct horse battery")
    page.keyboard.press("Enter")
    page.wait_for_selector(".d-needs")


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is on `selector`."""
    for _ in range(MOST_TABS):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the Tab key never reaches {selector}")


def decide(
    business: Business, held: Message, live_server: Any, keys: Callable[[Page], None], *, scripts: bool = True
) -> Message:
    """Sign in, open the held text, press `keys`; the text as it is afterwards."""

    def script(page: Page) -> None:
        sign_in(page, live_server.url, business.owner.email)
        page.goto(f"{live_server.url}/admin/review/{held.public_id}/")
        page.wait_for_selector(".d-held")
        keys(page)
        page.wait_for_selector(".d-empty")

    browse(script, scripts=scripts)
    held.refresh_from_db()
    return held


def type_a_reason_and_press_enter(page: Page) -> None:
    page.keyboard.press("r")
    page.keyboard.type(REASON)
    page.keyboard.press("Enter")


def reject_without_scripts(page: Page) -> None:
    tab_to(page, "#reject > summary")
    page.keyboard.press("Enter")
    tab_to(page, "#reason")
    page.keyboard.press("Control+a")
    page.keyboard.type(REASON)
    page.keyboard.press("Enter")


@pytest.mark.parametrize(
    ("keys", "scripts"), [(type_a_reason_and_press_enter, True), (reject_without_scripts, False)]
)
def test_enter_in_the_reason_rejects(
    business: Business, held: Message, live_server: Any, keys: Callable[[Page], None], scripts: bool
) -> None:
    after = decide(business, held, live_server, keys, scripts=scripts)
    assert (after.state, after.review_note) == ("rejected", REASON)
    assert not Delivery.objects.filter(message=held).exists()


def test_ctrl_enter_in_the_edited_text_sends_the_edited_text(
    business: Business, held: Message, live_server: Any
) -> None:
    def keys(page: Page) -> None:
        page.keyboard.press("e")
        page.keyboard.type("A lovely walk.")
        page.keyboard.press("Enter")
        page.keyboard.type("Text us any time!")
        page.keyboard.press("Control+Enter")

    assert decide(business, held, live_server, keys).state == "accepted"
    assert Delivery.objects.get(message=held).body == "A lovely walk.\nText us any time!"


@pytest.mark.parametrize("key", ["a", "d"])
def test_one_key_approves_or_says_false_alarm(
    business: Business, held: Message, live_server: Any, key: str
) -> None:
    assert decide(business, held, live_server, lambda page: page.keyboard.press(key)).state == "accepted"
    assert Delivery.objects.get(message=held).body == LEAK


def test_a_reply_and_a_note(business: Business, live_server: Any) -> None:
    thread = business.text(business.client(), "Is Tuesday fine?").thread

    def script(page: Page) -> None:
        sign_in(page, live_server.url, business.owner.email)
        page.goto(f"{live_server.url}/admin/conversations/{thread.public_id}/")
        tab_to(page, "#reply-body")
        page.keyboard.type("Tuesday it is!")
        page.keyboard.press("Enter")
        page.keyboard.type("See you then.")
        page.keyboard.press("Control+Enter")
        page.wait_for_selector(".d-turn--out >> text=Tuesday it is!")
        tab_to(page, "#reply-body")
        page.keyboard.type("She likes Tuesdays")
        tab_to(page, "button[formaction]")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=Note added")

    browse(script)
    assert Delivery.objects.get().body == "Tuesday it is!\nSee you then."
    assert Message.objects.get(body="She likes Tuesdays").audience == "owner"


def test_assigning_a_sitter(business: Business, live_server: Any) -> None:
    thread = business.text(business.client(), "Who comes today?").thread
    sitter = business.sitter()

    def script(page: Page) -> None:
        sign_in(page, live_server.url, business.owner.email)
        page.goto(f"{live_server.url}/admin/conversations/{thread.public_id}/")
        tab_to(page, "details:has(#assign-sitter) > summary")
        page.keyboard.press("Enter")
        tab_to(page, "#assign-from")
        page.keyboard.press("Enter")
        page.wait_for_selector(".d-shift >> text=Ana Sitter")

    browse(script)
    assert AssignmentWindow.objects.get(thread=thread).sitter == sitter


def test_a_ready_automation_is_saved_tested_and_switched_on(business: Business, live_server: Any) -> None:
    business.text(business.client(), "Are you open?")
    # Without one no reply while closed is switched on.
    Organization.objects.update(emergency_contact="the animal hospital, (619) 555-0199")

    def script(page: Page) -> None:
        sign_in(page, live_server.url, business.owner.email)
        page.goto(f"{live_server.url}/admin/automations/ready/")
        tab_to(page, "form[action*='/after-hours/'] button")
        page.keyboard.press("Enter")
        page.wait_for_selector("#builder")
        tab_to(page, "#name")
        page.keyboard.press("End")
        page.keyboard.type(" by keys")
        page.keyboard.press("Enter")
        page.wait_for_selector("#test")
        tab_to(page, "#test button")
        page.keyboard.press("Enter")
        page.wait_for_selector(".r-result")
        tab_to(page, "a[href$='/activate/']")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=Not yet")
        tab_to(page, "form[action$='/activate/'] button")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=Running now")
        tab_to(page, "form[action$='/pause/'] button")
        page.keyboard.press("Enter")
        page.wait_for_selector("h2:has-text('Paused')")

    browse(script)
    version = AutomationVersion.objects.select_related("automation").get()
    assert version.state == "paused"
    assert version.automation.name.endswith(" by keys")


def test_ctrl_enter_in_an_automations_text_saves_it(business: Business, live_server: Any) -> None:
    def script(page: Page) -> None:
        sign_in(page, live_server.url, business.owner.email)
        page.goto(f"{live_server.url}/admin/automations/new/")
        tab_to(page, "#name")
        page.keyboard.type("After hours")
        tab_to(page, "button[value='action:']")
        page.keyboard.press("Enter")
        page.wait_for_selector("[name='a.0.kind']", state="attached")
        tab_to(page, "textarea")
        page.keyboard.type("We answer in the morning.")
        page.keyboard.press("Control+Enter")
        page.wait_for_selector("#test")

    browse(script)
    assert AutomationVersion.objects.get().automation.name == "After hours"


def test_the_palette_opens_from_a_field_and_loses_no_letter(business: Business, live_server: Any) -> None:
    client = business.client("Cleo")
    thread = business.text(client, "Hi").thread

    def script(page: Page) -> tuple[str, str]:
        sign_in(page, live_server.url, business.owner.email)
        page.goto(f"{live_server.url}/admin/conversations/{thread.public_id}/")
        tab_to(page, "#reply-body")
        page.keyboard.type("Half a sen")
        page.keyboard.press("Control+k")
        page.keyboard.type("cleo")
        page.wait_for_selector("#command-results a:visible")
        searched = page.input_value("#search-input-command")
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        page.keyboard.type("tence")
        return searched, page.input_value("#reply-body")

    assert browse(script) == ("cleo", "Half a sentence")


def test_the_keys_are_listed_when_asked_for_and_not_before(
    held: Message, business: Business, live_server: Any
) -> None:
    def script(page: Page) -> list[bool]:
        sign_in(page, live_server.url, business.owner.email)
        page.goto(f"{live_server.url}/admin/review/{held.public_id}/")
        shown = [page.is_visible("#keys")]
        page.keyboard.press("?")
        shown.append(page.is_visible("#keys"))
        page.keyboard.press("Escape")
        return [*shown, page.is_visible("#keys")]

    assert browse(script) == [False, True, False]


def test_a_conversation_is_taken_snoozed_and_found_again(business: Business, live_server: Any) -> None:
    thread = business.text(business.client("Cleo Client"), "How was it?").thread

    def script(page: Page) -> None:
        sign_in(page, live_server.url, business.owner.email)
        page.goto(f"{live_server.url}/admin/conversations/{thread.public_id}/")
        page.wait_for_selector("#reply-body")
        page.keyboard.press("Escape")
        page.keyboard.press("r")
        page.keyboard.type("sea")
        assert page.evaluate("document.activeElement.value") == "sea"
        page.keyboard.press("Escape")
        page.keyboard.type("l")
        assert page.evaluate("document.activeElement.value") == "seal"
        page.keyboard.press("Tab")
        page.keyboard.press("a")
        page.keyboard.press("ArrowDown")
        tab_to(page, "[action*='/give/'] button")
        page.keyboard.press("Enter")
        page.wait_for_selector(".d-tag--info")
        page.keyboard.press("Escape")
        page.keyboard.press("s")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=Snoozed until")
        page.goto(f"{live_server.url}/admin/inbox/?show=snoozed")
        page.wait_for_selector("text=Cleo Client")

    browse(script)
    thread.refresh_from_db()
    assert thread.assignee == business.owner
    assert thread.snoozed_until is not None
    assert Thread.objects.filter(triage.snoozed(timezone.now()), pk=thread.pk).exists()
    assert thread.state == "open"
