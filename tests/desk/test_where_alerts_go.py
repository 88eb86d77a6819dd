"""The page “Where alerts go”: owners choose, test and prove; nobody else sees it; the inbox says when nobody hears."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from messaging.alerting import channels
from messaging.models import AlertChannel
from snoutos.accounts.models import User
from tests.business import Business, open_business
from tests.desk.browsing import MARKS, browse, sign_in
from tests.factories import UserFactory
from tests.mailserver import MailServer, mail_server
from tests.messaging.alerting.steps import use_phone

pytestmark = pytest.mark.django_db


@pytest.fixture
def server(settings: Any) -> Iterator[MailServer]:
    with mail_server(settings) as running:
        yield running


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(client: Client, query: str = "") -> str:
    answer = client.get(reverse("admin:alerting") + query)
    assert answer.status_code == 200
    return answer.content.decode()


def post(client: Client, what: str, **typed: str) -> Any:
    return client.post(reverse(f"admin:alerting_{what}"), typed, follow=True)


def test_an_owner_saves_tests_and_proves(business: Business, server: MailServer) -> None:
    owner = as_(business.owner)
    assert business.owner.email in page(owner)
    answer = post(owner, "save", phone="(917) 555-0133", emails="Partner@Tails.example, me@tails.example")
    assert "Saved." in answer.content.decode()
    business.organization.refresh_from_db()
    assert business.organization.alert_phone == "+19175550133"
    assert business.organization.alert_emails == ["partner@tails.example", "me@tails.example"]
    address = {"kind": "mail", "address": "partner@tails.example"}
    post(owner, "test", **address)
    (letter,) = server.to("partner@tails.example")
    link = re.search(r"\?channel=\S+", letter.get_content())
    assert link
    code = link[0].rpartition("=")[2]
    assert f'value="{code}"' in page(owner, link[0])
    assert not AlertChannel.objects.filter(proven_at__isnull=False).exists(), (
        "opening the link proves nothing"
    )
    answer = post(owner, "confirm", **address, code=code)
    assert "It works: alerts go to partner@tails.example." in answer.content.decode()
    assert AlertChannel.objects.get(proven_at__isnull=False).address == "partner@tails.example"


@pytest.mark.parametrize("what", ["", "_save", "_test", "_confirm"])
@pytest.mark.parametrize("role", ["staff", "sitter"])
def test_it_is_the_owners_page(business: Business, role: str, what: str) -> None:
    other = as_(UserFactory(organization=business.organization, role=role))
    address = reverse(f"admin:alerting{what}")
    answer = other.post(address, {"phone": "+19175550133"}) if what else other.get(address)
    assert answer.status_code in {302, 403}
    business.organization.refresh_from_db()
    assert business.organization.alert_phone == ""


def test_another_business_address_is_none_of_mine(business: Business, server: MailServer) -> None:
    other = open_business("Paws")
    answer = post(as_(business.owner), "test", kind="mail", address=other.owner.email)
    assert answer.status_code == 404
    assert server.letters == []


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"phone": "555-0133"}, "add the area code"),
        ({"phone": "client"}, "is the phone of your client"),
        ({"emails": "nonsense"}, escape("isn't an e-mail address")),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    business: Business, typed: dict[str, str], said: str
) -> None:
    typed = {name: business.client_phone if text == "client" else text for name, text in typed.items()}
    answer = post(as_(business.owner), "save", **typed)
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert said in shown
    assert next(iter(typed.values())) in shown


def test_a_wrong_code_is_said(business: Business, server: MailServer) -> None:
    owner, address = as_(business.owner), {"kind": "mail", "address": business.owner.email}
    post(owner, "test", **address)
    answer = post(owner, "confirm", **address, code="12")
    assert escape("That isn't the latest test's code") in answer.content.decode()


def test_the_page_says_what_cannot_be_reached(business: Business, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    phone = use_phone(business)
    business.text("STOP", sender=phone)
    shown = page(as_(business.owner))
    assert "E-mail isn't set up" in shown
    assert "This phone texted STOP" in shown
    assert "Send a test" not in shown


def test_the_inbox_says_to_owners_when_nobody_hears(business: Business) -> None:
    owner, line = as_(business.owner), "No one gets alerts when SnoutOS is closed."
    inbox = reverse("admin:inbox")
    assert line in owner.get(inbox).content.decode()
    assert (
        line
        not in as_(UserFactory(organization=business.organization, role="staff")).get(inbox).content.decode()
    )
    phone = use_phone(business)
    assert line not in owner.get(inbox).content.decode()
    business.text("STOP", sender=phone)
    assert line in owner.get(inbox).content.decode()


class TestInABrowser:
    pytestmark = MARKS

    @pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
    def test_by_keyboard_from_the_inbox_to_a_proven_address(
        self, live_server: Any, settings: Any, width: int, dark: bool, tmp_path: Any
    ) -> None:
        settings.PUBLIC_BASE_URL = live_server.url
        business = open_business()
        with mail_server(settings) as server:

            def script(browser: Any) -> str:
                sign_in(browser, live_server.url, business.owner.email)
                browser.get_by_role("link", name="No one gets alerts").press("Enter")
                browser.get_by_role("button", name="Send a test e-mail").press("Enter")
                field = browser.get_by_label("Code from the latest test")
                field.wait_for()
                letter = server.wait_for(1)[0].get_content()
                code = letter.rpartition("“Where alerts go”:")[2].split()[0]
                field.press_sequentially(code)
                field.press("Enter")
                browser.get_by_text("It works: alerts go to").wait_for()
                wide = browser.evaluate("document.documentElement.scrollWidth > window.innerWidth")
                browser.screenshot(path=str(tmp_path / f"alerts-{width}.png"), full_page=True)
                assert not wide, "the page scrolls sideways"
                return str(browser.inner_text(".d-hearing__list"))

            shown = browse(script, width=width, dark=dark)
        assert "Works" in shown
        fresh = channels.channels(type(business.organization).objects.get(pk=business.organization.pk))
        assert [one.is_proven for one in fresh] == [True]
        assert fresh[0].row is not None
        assert fresh[0].row.proven_at is not None
        assert fresh[0].row.proven_at <= timezone.now()


def test_the_phone_that_alerts_go_to_is_no_unknown_sender(business: Business) -> None:
    owner = as_(business.owner)
    post(owner, "test", kind="text", address=use_phone(business))
    [row] = owner.get("/admin/inbox/?show=staff").context["rows"]
    assert (row.name, [flag.label for flag in row.flags]) == ("Alerts phone", ["Your phone"])
    assert row.snippet.startswith("SnoutOS test: your code is ")
    opened = owner.get(row.url).content.decode()
    assert "Unknown sender" not in opened
    assert "Add a new client" not in opened
