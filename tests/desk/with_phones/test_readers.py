"""Who reads and who may, as people meet it: the owner and staff in a browser, a sitter with an app and with a phone."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page
from rest_framework.test import APIClient

from messaging.models import Thread
from policy.models import AllowedContact
from snoutos.devtools.twilio_sim.testing import SimulatorClient
from tests.business import Business
from tests.desk.browsing import MARKS, browse, sign_in
from tests.desk.with_phones.conftest import let_leave, on, say, sitter_says
from tests.factories import UserFactory

pytestmark = MARKS


def test_the_owners_words_reach_the_client_whole_and_the_sitter_without_the_number(
    business: Business, phones: SimulatorClient, thread: Thread, live_server: Any
) -> None:
    say(phones, business.sitter.phone, business.front_desk.e164, "Morning!")
    office = Thread.objects.get(kind="staff")
    number = f"{business.client_phone[2:5]}-{business.client_phone[5:8]}-{business.client_phone[8:]}"
    words, told = f"We have your number as {number}", f"Dana is on {number}, the vet on (212) 736-5000"

    def script(page: Page) -> list[str]:
        sign_in(page, live_server.url, business.owner.email)
        shown = []
        for where, text in ((thread, words), (office, told)):
            page.goto(f"{live_server.url}/admin/conversations/{where.public_id}/")
            page.fill("#reply-body", text)
            page.keyboard.press("Control+Enter")
            page.wait_for_selector("text=Sitters see:")
            shown.append(page.inner_text(".d-chat"))
        return shown

    for shown in browse(script):
        assert number in shown
        assert "[removed]" in shown
    let_leave(phones)
    assert on(phones, business.client_phone)[-1].body == words
    assert on(phones, business.sitter.phone)[-1].body == "Dana is on [removed], the vet on (212) 736-5000"
    app = APIClient()
    app.force_login(business.sitter_user, backend="django.contrib.auth.backends.ModelBackend")
    rows = app.get(f"/api/v1/me/threads/{thread.public_id}/messages/").json()["results"]
    assert rows[0]["body"] == "We have your number as [removed]"


def test_staff_let_a_number_through_only_once_the_owner_lends_it(
    business: Business, phones: SimulatorClient, thread: Thread, live_server: Any
) -> None:
    staff = UserFactory(organization=business.organization, role="staff")
    sitter_says(phones, business, thread, "call me on (212) 736-5000")

    def offered(page: Page) -> int:
        sign_in(page, live_server.url, staff.email)
        page.click("a.d-chip:has-text('to review')")
        page.click(".d-queue a")
        page.wait_for_selector(".d-held mark")
        found = page.locator("text=from now on").count()
        if found:
            page.click("text=from now on")
            page.wait_for_selector("text=Allowed from now on")
        return found

    def lend(page: Page) -> None:
        sign_in(page, live_server.url, business.owner.email)
        page.goto(f"{live_server.url}/admin/accounts/organization/{business.organization.public_id}/change/")
        page.check("#id_staff_may_allow_contacts")
        page.click("[name=_save]")
        page.wait_for_selector("text=Settings saved.")

    assert browse(offered) == 0
    browse(lend)
    assert browse(offered) == 1
    assert AllowedContact.objects.get().value == "+12127365000"
