"""From “Forgot your password?” to the inbox in a real browser, by keyboard: its POST is trusted, and the link's address goes nowhere."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import Page, Request

from snoutos.access import tasks
from snoutos.access.letters import send
from snoutos.accounts.models import User
from tests.desk.browsing import MARKS, browse
from tests.desk.test_browser_axe import AXE, RUN
from tests.snoutos.access.letters import WORD, path_in
from tests.snoutos.access.people import member

pytestmark = MARKS
_PICTURES = os.environ.get("PICTURES")


@pytest.fixture
def owner(live_server: Any, settings: Any) -> User:
    return member()


def _link(owner: User) -> str:
    from snoutos.access import links

    links.ask_for_reset(owner, timezone.now())
    assert send(timezone.now()) == 1
    return path_in(mail.outbox[-1])


def _asks(page: Page, address: str, owner: User) -> None:
    page.goto(f"{address}/admin/")
    page.click("text=Forgot your password?")
    page.focus("[name=email]")
    page.keyboard.type(owner.email)
    page.keyboard.press("Enter")
    page.wait_for_selector("text=we're sending them a link")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_who_forgot_asks_by_keyboard(live_server: Any, owner: User, scripts: bool) -> None:
    browse(lambda page: _asks(page, live_server.url, owner), width=390, scripts=scripts)
    assert tasks.send_letters() == 1


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_from_the_letter_to_the_sign_in(live_server: Any, owner: User, scripts: bool) -> None:
    path = _link(owner)
    token = path.rstrip("/").rpartition("/")[2]
    told: list[str] = []

    def note(request: Request) -> None:
        told.append(request.headers.get("referer", ""))

    def script(page: Page) -> None:
        page.on("request", note)
        page.goto(live_server.url + path)
        page.focus("[name=password1]")
        page.keyboard.type(WORD)
        page.keyboard.press("Tab")
        page.focus("[name=password2]")
        page.keyboard.type(WORD)
        page.keyboard.press("Enter")
        page.wait_for_selector("text=Password set.")
        page.fill("[name=username]", owner.email)
        page.fill("[name=password]", WORD)
        page.click("button[type=submit]")
        page.wait_for_url("**/admin/")

    browse(script, width=390, scripts=scripts)
    assert User.objects.get(pk=owner.pk).check_password(WORD)
    assert len(told) > 3
    assert not [one for one in told if token in one]


@pytest.mark.parametrize(("width", "dark"), [(390, False), (390, True), (1280, False)])
def test_the_pages_fit_and_are_read_well(live_server: Any, owner: User, width: int, dark: bool) -> None:
    path = _link(owner)
    pages = ["/admin/login/", "/admin/forgot-password/", path, "/admin/set-password/made-up/"]

    def script(page: Page) -> list[Any]:
        found: list[Any] = []
        for number, one in enumerate(pages):
            page.goto(live_server.url + one)
            page.evaluate(AXE)
            found.extend((one, fault["id"]) for fault in page.evaluate(RUN))
            over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            found.extend([(one, over)] if over > 0 else [])
            if _PICTURES:
                page.screenshot(path=str(Path(_PICTURES) / f"{number}-{width}-{dark}.png"))
        return found

    assert browse(script, width=width, dark=dark) == []
