"""Phones are found as people write them, in every list that can be searched, in the inbox and in the palette."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import RequestFactory
from django.urls import reverse

from messaging.models import Thread
from policy.models import AllowedContact
from snoutos.accounts.models import User
from snoutos.adminkit import own_rows
from snoutos.core.phones import having
from snoutos.desk.palette import find
from tests.api.factories import Business
from tests.business import another_client, open_business, stranger
from tests.desk.test_model_pages import OURS, filled
from tests.worlds import world

SEARCHED = [page for page in OURS if page.search_fields]
# Lists whose rows have to do with no phone.
WITHOUT_PHONES = {
    "accounts.ApiKey",
    "audit.Alert",
    "audit.AuditEvent",
    "automations.CannedReply",
}


def forms_of(e164: str) -> list[str]:
    """How people write an American number, and parts of it."""
    area, office, line = e164[2:5], e164[5:8], e164[8:]
    return [
        e164,
        f"({area}) {office}-{line}",
        f"{area}.{office}.{line}",
        f"{area} {office} {line}",
        f"+1 {area} {office} {line}",
        f"1-{area}-{office}-{line}",
        f"  ({area}){office}{line} ",
        f"{office}-{line}",
        line,
    ]


def made() -> Business:
    business = filled("CANARYPHONES")
    User.objects.filter(pk=business.owner.pk).update(phone="+13105550143")
    AllowedContact.objects.create(organization=business.organization, kind="phone", value="+13105550196")
    return business


full = world(made)


def found(page: Any, business: Business, typed: str) -> set[int]:
    request = RequestFactory().get("/", {"q": typed})
    request.user = business.owner
    rows, _ = page.get_search_results(request, page.get_queryset(request), typed)
    return set(rows.values_list("pk", flat=True))


def test_lists_that_find_no_phones_have_none() -> None:
    request = RequestFactory().get("/")
    without = {page.opts.label for page in SEARCHED if not page.phone_fields(request)}
    assert without == WITHOUT_PHONES


@pytest.mark.parametrize("page", SEARCHED, ids=lambda page: page.opts.label)
def test_every_list_finds_a_phone_however_it_is_written(page: Any, full: Business) -> None:
    for column in page.phone_fields(RequestFactory().get("/")):
        rows = own_rows(page.model, full.organization).filter(**{f"{column}__startswith": "+1"})
        row = rows.values_list("pk", column).first()
        assert row is not None, f"nothing of {page.opts.label} has a phone in {column}"
        pk, e164 = row
        for typed in forms_of(e164):
            assert pk in found(page, full, typed), (column, typed)
        assert pk not in found(page, full, "(808) 555-0199")
        assert pk not in found(page, full, f"nobody {e164}")


@pytest.mark.parametrize(
    ("typed", "is_found"),
    [
        ("(310) 555-0196", True),
        ("310.555.0196", True),
        ("+1 310 555 0196", True),
        ("555-0196", True),
        ("0196", True),
        ("1960", False),
        ("196", True),
        ("(310) 555-0197", False),
        ("Rex 0196", None),
        ("12", None),
        ("", None),
    ],
)
@pytest.mark.django_db
def test_what_names_a_phone(typed: str, is_found: bool | None) -> None:
    business = open_business()
    business.add_client("Rosa", phone="+13105550196")
    match = having(typed, "phones__e164")
    assert (match is None) is (is_found is None)
    if match is not None:
        assert business.client.__class__.objects.filter(match).filter(name="Rosa").exists() is is_found


@pytest.mark.django_db
def test_the_inbox_and_the_palette_find_them_too() -> None:
    business = open_business()
    sam, phone = another_client(business)
    thread: Thread = business.text("Hello", sender=phone).thread
    unknown = stranger()
    strange: Thread = business.text("Hi", sender=unknown).thread
    browser = business.signed_in()
    for typed in forms_of(phone)[:-1]:
        page = browser.get(reverse("admin:inbox"), {"q": typed}).content.decode()
        assert str(thread.public_id) in page, typed
        assert str(strange.public_id) not in page, typed
        request = RequestFactory().get("/")
        request.user = business.owner
        named = [(one.title, one.description) for one in find(request, typed)]
        assert ("Sam", "Client") in named, typed
        assert ("Sam", "Conversation") in named, typed
    for typed in forms_of(unknown)[:-1]:
        assert str(strange.public_id) in browser.get(reverse("admin:inbox"), {"q": typed}).content.decode()
    merge = reverse("admin:client_merge", args=[business.client.public_id])
    assert str(sam.public_id) in browser.get(merge, {"client": phone[-4:]}).content.decode()
