"""One name for one thing: in the menu, over its page and in the browser's title."""

from __future__ import annotations

import html
import re

import pytest
from django.test import Client as Browser

from snoutos.desk.navigation import MENU, Entry
from tests.business import open_business

pytestmark = pytest.mark.django_db

ENTRIES = [entry for _, members in MENU for entry in members]


def _plain(markup: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", markup)).split())


def _title(page: str) -> str:
    return _plain(page.split("<title>")[1].split("</title>")[0]).removesuffix(" | SnoutOS")


def _heading(page: str) -> str:
    found = re.findall(r"<h1\b[^>]*>(.*?)</h1>", page, re.S)
    assert len(found) == 1, "a page has one first heading"
    return _plain(found[0])


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.title)
def test_menu_page_and_title_have_one_name(entry: Entry) -> None:
    browser: Browser = open_business().signed_in()
    answer = browser.get(entry.url(), follow=True)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert (_heading(page), _title(page)) == (entry.title, entry.title)
    menu = [line for group in answer.context["sidebar_navigation"] for line in group["items"]]
    assert [line["title"] for line in menu if line["active"]] == [entry.title], "one is where they are"


def test_no_two_lines_of_the_menu_have_one_name() -> None:
    assert len({entry.title for entry in ENTRIES}) == len(ENTRIES)
