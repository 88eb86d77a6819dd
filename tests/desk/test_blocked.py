"""Blocked phones stand in the menu, each once, with the way back; single settings are found by the menu's search."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from messaging.models import Participant
from messaging.phones import blocking
from snoutos.access.admin.settings import LABELS
from snoutos.adminkit.rows import address
from snoutos.desk.navigation import entries
from snoutos.desk.palette import find
from tests.business import Business, open_business

pytestmark = pytest.mark.django_db

PAGE = "/admin/blocked-phones/"


def request_of(user: Any) -> Any:
    request = RequestFactory().get("/admin/")
    request.user = user
    return request


def shown(business: Business) -> str:
    return str(business.signed_in().get(PAGE).content.decode())


def test_a_blocked_phone_is_listed_once_and_unblocked(business: Business) -> None:
    thread = business.thread()
    assert "No one is blocked" in shown(business)
    blocking.block(thread, by=business.owner, at=timezone.now())
    page = shown(business)
    assert page.count("Unblock Dana") == 1
    assert str(thread.public_id) in page
    browser = business.signed_in()
    browser.post(reverse("admin:conversation_block", args=[thread.public_id]), {"blocked": "no"})
    assert not Participant.objects.filter(is_blocked=True).exists()
    assert "No one is blocked" in shown(business)


def test_one_that_left_is_listed_without_a_button(business: Business) -> None:
    thread = business.thread()
    blocking.block(thread, by=business.owner, at=timezone.now())
    Participant.objects.filter(thread=thread).update(left_at=timezone.now(), left_reason="offboarded")
    page = shown(business)
    assert str(thread.public_id) in page
    assert "Unblock" not in page


def test_another_business_sees_nothing_of_it(business: Business) -> None:
    blocking.block(business.thread(), by=business.owner, at=timezone.now())
    assert "No one is blocked" in shown(open_business("Elsewhere"))


@pytest.mark.parametrize("title", ["API keys", "Opt-outs", "Redirects", "Blocked phones", "Settings"])
def test_they_stand_in_the_menu_and_in_its_search(business: Business, title: str) -> None:
    request = request_of(business.owner)
    links = {entry.title: url for _, members in entries(request) for entry, url in members}
    assert links[title]
    assert links[title] in [one.link for one in find(request, title.lower())]
    assert business.signed_in().get(links[title], follow=True).status_code == 200


@pytest.mark.parametrize("name", LABELS)
def test_a_setting_is_found_by_its_name_and_leads_to_its_field(business: Business, name: str) -> None:
    request = request_of(business.owner)
    where = f"{address(business.organization)}#id_{name}"
    assert where in [one.link for one in find(request, LABELS[name].lower())]
    assert f'id="id_{name}' in business.signed_in().get(where.partition("#")[0]).content.decode()


def test_staff_find_no_settings(business: Business) -> None:
    staff = business.owner
    staff.role = "staff"
    staff.save()
    assert not [one for one in find(request_of(staff), "quiet") if one.description == "Settings"]
