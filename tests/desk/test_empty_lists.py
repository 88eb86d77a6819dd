"""A list without rows says what it is for and what to do next, and leads only where whoever reads it may go."""

from __future__ import annotations

import html
import re

import pytest
from django.test import Client as Browser

from snoutos.accounts.models import Organization, User
from snoutos.adminkit import TenantAdmin
from tests.desk.test_model_pages import OURS, address
from tests.factories import OrganizationFactory, UserFactory

pytestmark = pytest.mark.django_db

LISTS = [page for page in OURS if page.model not in (Organization, User)]


def _plain(markup: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", markup)).split())


def _empty(page: TenantAdmin, role: str, query: str = "") -> tuple[int, str]:
    browser = Browser()
    browser.force_login(
        UserFactory(organization=OrganizationFactory(), role=role),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    answer = browser.get(address(page, "changelist") + query)
    return answer.status_code, answer.content.decode()


@pytest.mark.parametrize("page", OURS, ids=lambda page: page.opts.label)
def test_every_list_has_a_sentence_of_its_own(page: TenantAdmin) -> None:
    assert page.empty_says.endswith(".")
    assert [one.empty_says for one in OURS].count(page.empty_says) == 1


@pytest.mark.parametrize("page", LISTS, ids=lambda page: page.opts.label)
def test_an_empty_list_says_what_it_is_for_and_offers_the_next_step(page: TenantAdmin) -> None:
    status, shown = _empty(page, "owner")
    assert status == 200
    if page.opts.label == "audit.AuditEvent":
        return  # signing in is an event: it is never empty
    assert page.empty_says in _plain(shown)
    offers = f'href="{address(page, "add")}' in shown
    if page.empty_next is not None:
        offers = offers or page.empty_next[0] in _plain(shown)
    assert offers, _plain(shown)[-700:]


@pytest.mark.parametrize("page", LISTS, ids=lambda page: page.opts.label)
def test_what_it_leads_to_can_be_opened(page: TenantAdmin) -> None:
    for role in ("owner", "staff"):
        browser = Browser()
        browser.force_login(
            UserFactory(organization=OrganizationFactory(), role=role),
            backend="django.contrib.auth.backends.ModelBackend",
        )
        answer = browser.get(address(page, "changelist"))
        if (
            answer.status_code != 200
            or page.empty_next is None
            or page.empty_says not in _plain(answer.content.decode())
        ):
            continue
        links = re.findall(
            rf'href="([^"]+)"[^>]*>\s*{re.escape(html.escape(page.empty_next[0]))}\s*</a>',
            answer.content.decode(),
        )
        assert len(links) <= 1
        assert all(browser.get(link).status_code == 200 for link in links)


@pytest.mark.parametrize(
    "page", [one for one in LISTS if one.search_fields], ids=lambda page: page.opts.label
)
def test_a_search_that_finds_nothing_says_so(page: TenantAdmin) -> None:
    _, shown = _empty(page, "owner", "?q=nothing-like-this")
    assert "Nothing matches your search or filters." in _plain(shown)
    assert page.empty_says not in _plain(shown)
