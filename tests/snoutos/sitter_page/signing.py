"""A sitter's own browser, and the link that was texted to them."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client as Browser
from django.utils import timezone

from messaging.models import Delivery, Sitter
from messaging.sign_in import links
from tests.business import Business

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1"
LINK = re.compile(r"/sitter/link/[a-z]+/")


def link_in(body: str) -> str:
    """The path of the link in a text."""
    found = LINK.search(body)
    assert found is not None, body
    return found[0]


def texted_link(business: Any, sitter: Sitter | None = None) -> str:
    """The path of a new link that the office texts."""
    links.send(sitter or business.sitter, by=business.owner, at=timezone.now())
    return link_in(Delivery.objects.latest("pk").body)


def new_browser(*, strict: bool = False) -> Browser:
    return Browser(enforce_csrf_checks=strict, headers={"User-Agent": IPHONE})


def signed_in(business: Business, sitter: Sitter | None = None) -> Browser:
    """A browser that a sitter signed in by a link."""
    browser = new_browser()
    answer = browser.post(texted_link(business, sitter))
    assert (answer.status_code, answer["Location"]) == (303, "/sitter/")
    return browser
