"""Enter in a field presses the form's first submit button: on every page that is what the field means.

HTML 4.10.21.2 "Implicit submission": a form's default button is its first submit button in tree order, buttons that name the form
from elsewhere among them. A form of several buttons is safe when its first one is marked as the main one, or when it has no field.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client as Browser

from automations import gallery
from automations import lifecycle as automations
from tests.desk.business import Business
from tests.desk.test_model_pages import OURS, asked, browser, filled, row_of

pytestmark = pytest.mark.django_db

# What an owner may write or choose in; in each of these but the text area browsers take Enter as "submit".
_FIELDS = {"input", "select", "textarea"}
_NO_FIELD = {"hidden", "submit", "button", "image", "reset"}


@dataclass
class Form:
    """A form as a browser sees it: its fields, and its submit buttons in tree order."""

    name: str
    fields: list[str] = field(default_factory=list)
    buttons: list[dict[str, str]] = field(default_factory=list)


class Forms(HTMLParser):
    """Collects the forms of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self._by_id: dict[str, Form] = {}
        self._open: Form | None = None
        self.all: list[Form] = []
        self._elsewhere: list[tuple[str, str, dict[str, str]]] = []
        self.feed(page)
        for name, tag, seen in self._elsewhere:
            self._add(self._by_id.get(name), tag, seen)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        seen = {name: value or "" for name, value in attrs}
        if tag == "form":
            assert self._open is None, "a form inside a form"
            self._open = Form(seen.get("id") or seen.get("action", ""))
            self.all.append(self._open)
            self._by_id[self._open.name] = self._open
        elif "form" in seen:
            self._elsewhere.append((seen["form"], tag, seen))
        else:
            self._add(self._open, tag, seen)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None

    @staticmethod
    def _add(form: Form | None, tag: str, seen: dict[str, str]) -> None:
        if form is None:
            return
        kind = seen.get("type", "submit" if tag == "button" else "text")
        if (tag == "button" and kind == "submit") or (tag == "input" and kind in ("submit", "image")):
            form.buttons.append(seen)
        elif tag in _FIELDS and kind not in _NO_FIELD:
            form.fields.append(seen.get("name", ""))


def is_the_main_one(button: dict[str, str]) -> bool:
    return (
        "d-button--main" in button.get("class", "").split()
        or button.get("name") == "_save"
        or (button.get("name"), button.get("value")) == ("do", "save")
    )


def wrong(page: str) -> list[str]:
    """The forms of `page` on which Enter would press a button that is not the one meant."""
    return [
        f"{form.name}: {form.fields} → {form.buttons[0]}"
        for form in Forms(page).all
        if form.fields and len(form.buttons) > 1 and not is_the_main_one(form.buttons[0])
    ]


def desk_pages(business: Business) -> Iterator[str]:
    """Every page of the desk with a form on it, with rows that make each of its forms appear."""
    client = business.client()
    thread = business.text(client, "How was it?").thread
    sitter = business.sitter()
    held = business.held(thread, sitter)
    business.held(thread, sitter, "or call 619-701-0559")
    stranger = business.text(business.phone(), "Hello, who is this?").thread
    draft = automations.create(
        organization=business.organization,
        name="Rule",
        wish=gallery.GALLERY[0].wish,
        by=business.owner,
        at=held.created_at,
    )
    yield from ("/admin/inbox/", "/admin/review/", f"/admin/review/{held.public_id}/")
    yield from (f"/admin/conversations/{one.public_id}/" for one in (thread, stranger))
    yield f"/admin/conversations/{stranger.public_id}/?client=cleo"
    yield from (f"/admin/automations/{name}" for name in ("", "ready/", "new/", "limits/"))
    yield from (f"/admin/automations/{draft.public_id}/{name}" for name in ("", "edit/", "log/"))


def read(who: Browser, url: str) -> str:
    answer: Any = who.get(url)
    assert answer.status_code == 200, (url, answer.status_code)
    return str(answer.content.decode())


def test_on_the_desks_own_pages() -> None:
    business = Business()
    who = business.browser()
    faults = {url: found for url in desk_pages(business) if (found := wrong(read(who, url)))}
    assert faults == {}


def test_on_every_page_about_rows_and_in_every_dialog() -> None:
    made = filled("CANARYOURS")
    who = browser(made.owner)
    faults: dict[str, list[str]] = {}
    looked = 0
    for page in OURS:
        for wanted in asked(page, row_of(page, made)):
            answer = None if wanted.post else who.get(wanted.url)
            if answer is None or answer.status_code != 200 or answer.streaming:
                continue
            looked += 1
            found = wrong(answer.content.decode())
            if found:
                faults[wanted.url] = found
    assert faults == {}
    assert looked > 2 * len(OURS)


def test_on_the_sign_in() -> None:
    assert wrong(read(Browser(), "/admin/login/")) == []


@pytest.mark.parametrize(
    ("page", "safe"),
    [
        ('<form><input name="note"><button name="d" value="approve">A</button><button>R</button></form>', False),
        ('<form><button name="d" value="approve">A</button><button>R</button></form>', True),
        ('<form><input name="note"><button class="d-button d-button--main">R</button><button>A</button></form>', True),
        ('<form id="f"><input name="n"><button name="_save">S</button></form><button form="f">Other</button>', True),
    ],
)  # fmt: skip
def test_the_check_itself_sees_what_a_browser_would_press(page: str, safe: bool) -> None:
    assert (wrong(page) == []) is safe
