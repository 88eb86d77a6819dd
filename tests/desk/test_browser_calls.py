"""A missed call in a real browser: it is heard of, and one click later the office writes back."""

from __future__ import annotations

import io
import threading
import wave
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse
from playwright.sync_api import Page

from messaging.models import Delivery
from tests.desk.browsing import MARKS, browse, sign_in
from tests.desk.business import Business
from tests.messaging.calls.calling import called, voicemail_of, with_recording

pytestmark = MARKS


@pytest.fixture
def business(live_server: Any) -> Business:
    return Business()


def test_the_offices_phone_is_chosen_by_keyboard_and_asked_for_only_then(
    business: Business, live_server: Any
) -> None:
    number = business.front_desk

    def script(page: Page) -> None:
        sign_in(page, live_server.url, business.owner.email)
        page.goto(
            f"{live_server.url}{reverse('admin:messaging_messagenumber_calls', args=[number.public_id])}"
        )
        page.focus("[name=goes_to]")
        assert not page.is_visible("[name=phone]")
        page.keyboard.press("ArrowDown")
        assert page.is_visible("[name=phone]")
        page.keyboard.press("Tab")
        page.wait_for_selector("[name=phone]:focus")
        page.keyboard.type("(415) 701-0177")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=(415) 701-0177 rings for 20 seconds")

    browse(script)
    number.refresh_from_db()
    assert (number.call_handling, number.call_phone) == ("office_phone", "+14157010177")


def sound(seconds: int) -> bytes:
    """Silence as a WAV file."""
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8000)
        file.writeframes(b"\x80" * 8000 * seconds)
    return made.getvalue()


def test_a_voicemail_is_played_by_keyboard_and_plays_on_when_a_text_comes_in(
    business: Business, live_server: Any
) -> None:
    business.client("Cleo Client", "+13105550196")
    left = with_recording(voicemail_of(business, sender="+13105550196"), sound(30))
    left.content_type = "audio/wav"
    left.save()
    thread = left.call.thread

    def script(page: Page) -> None:
        sign_in(page, live_server.url, business.owner.email)
        page.goto(f"{live_server.url}{reverse('admin:conversation', args=[thread.public_id])}")
        page.focus("audio")
        page.keyboard.press("Space")
        playing = (
            "document.querySelector('audio').currentTime > 0.2 && !document.querySelector('audio').paused"
        )
        page.wait_for_function(playing)
        texted = threading.Thread(target=text_in)
        texted.start()
        texted.join()
        page.wait_for_selector("text=Are you there?", timeout=20_000)
        assert page.evaluate(playing)

    def text_in() -> None:
        business.receive("Are you there?", sender="+13105550196")
        connection.close()

    browse(script)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_text_back_leads_to_the_field_to_write_in(
    business: Business, live_server: Any, scripts: bool
) -> None:
    business.client("Cleo Client", "+13105550196")
    called(business, sender="+13105550196")

    def script(page: Page) -> None:
        sign_in(page, live_server.url, business.owner.email)
        page.click("text=Missed call")
        page.click("text=Text back")
        page.wait_for_selector("#reply-body:focus")
        page.keyboard.type("Sorry we missed you")
        page.click(".d-compose >> text=Send")
        page.wait_for_selector(".d-turn--out >> text=Sorry we missed you")

    browse(script, scripts=scripts)
    assert Delivery.objects.get().recipient == "+13105550196"
