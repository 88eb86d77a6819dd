"""Who is asking, behind the proxies that are ours, and words for it that name nobody."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import RequestFactory

from audit.pii_guard import facts
from snoutos.accounts.networks import NOWHERE, address_of, mark, network_word


def asks(remote: str = "203.0.113.9", forwarded: str = "") -> Any:
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    return RequestFactory().get("/", headers=headers, REMOTE_ADDR=remote)


@pytest.mark.parametrize(
    ("proxies", "remote", "forwarded", "found"),
    [
        (0, "203.0.113.9", "", "203.0.113.9/32"),
        (0, "203.0.113.9", "10.9.9.9", "203.0.113.9/32"),
        (1, "10.0.0.2", "203.0.113.9", "203.0.113.9/32"),
        (1, "10.0.0.2", "6.6.6.6, 203.0.113.9", "203.0.113.9/32"),
        (2, "10.0.0.2", "6.6.6.6, 203.0.113.9, 10.0.0.1", "203.0.113.9/32"),
        (1, "10.0.0.2", "203.0.113.9:5123", "203.0.113.9/32"),
        (1, "10.0.0.2", "[2001:db8:1:2:3::9]:5123", "2001:db8:1:2::/64"),
        (0, "2001:db8:1:2:3:4:5:6", "", "2001:db8:1:2::/64"),
        (0, "::ffff:203.0.113.9", "", "203.0.113.9/32"),
        (2, "203.0.113.9", "6.6.6.6", "203.0.113.9/32"),
        (0, "", "", NOWHERE),
        (1, "", "made up", NOWHERE),
    ],
)
def test_the_address_is_the_one_our_outermost_proxy_saw(
    settings: Any, proxies: int, remote: str, forwarded: str, found: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    assert address_of(asks(remote, forwarded)) == found


def test_the_trails_word_is_the_same_for_neighbours_and_no_address() -> None:
    word = network_word(asks("203.0.113.9"))
    assert word == network_word(asks("203.0.113.200"))
    assert word != network_word(asks("203.0.114.9"))
    assert re.fullmatch(r"net-[a-p]{12}", word)
    assert facts({"network": word}) == {"network": word}


def test_marks_are_keyed_and_kept_apart(settings: Any) -> None:
    before = mark("name", "a@b.example")
    assert before != mark("address", "a@b.example")
    settings.SECRET_KEY = "another"
    assert before != mark("name", "a@b.example")
