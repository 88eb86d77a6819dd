"""Getting in by a link, staying in for 30 days, and getting out: attacked."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEvent
from messaging.models import Sitter, SitterDevice, SitterLink
from messaging.phones import sitters as sitter_phones
from messaging.sign_in import devices, links
from messaging.sign_in.errors import SignsInAtTheOffice
from snoutos.accounts.models import User
from snoutos.accounts.roles import Role
from snoutos.staffing import offboarding
from tests.business import Business, open_business, stranger
from tests.factories import UserFactory
from tests.signing_in import PASSWORD
from tests.snoutos.sitter_page.signing import IPHONE, new_browser, signed_in, texted_link

pytestmark = pytest.mark.django_db


def is_in(browser: Browser) -> bool:
    return browser.get("/sitter/").status_code == 200


def is_over(answer: Any) -> bool:
    return (answer.status_code, b"Text LINK" in answer.content) == (410, True)


def test_looking_uses_nothing_up_and_the_button_works_once(business: Business) -> None:
    path, browser, thief = texted_link(business), new_browser(), new_browser()
    for _ in range(3):
        # A preview of the text message, a scanner, the sitter.
        page = browser.get(path)
        assert page.status_code == 200
        assert browser.head(path).status_code == 200
    assert page["Referrer-Policy"] == "strict-origin"
    assert page["Cache-Control"] == "no-store"
    assert not SitterLink.objects.filter(used_at__isnull=False).exists()
    assert browser.post(path).status_code == 303
    assert is_in(browser)
    for answer in (thief.get(path), thief.post(path)):
        assert is_over(answer)
    assert not is_in(thief)
    # Opening it again by accident changes nothing for who is in.
    browser.post(path)
    assert is_in(browser)


def test_the_button_needs_the_token_of_its_page(business: Business) -> None:
    path, browser = texted_link(business), new_browser(strict=True)
    assert browser.post(path).status_code == 403
    token = browser.get(path).content.decode().partition('name="csrfmiddlewaretoken" value="')[2][:64]
    assert browser.post(path, {"csrfmiddlewaretoken": token}).status_code == 303
    for posted in (reverse("sitter:sign_out"), reverse("sitter:send", args=[business.thread().public_id])):
        assert browser.post(posted).status_code == 403


@pytest.mark.parametrize("path", ["/sitter/link/x/", f"/sitter/link/{'b' * 36}/", "/sitter/link/-_-/"])
def test_a_guess_opens_nothing(business: Business, path: str) -> None:
    assert is_over(new_browser().get(path))
    assert is_over(new_browser().post(path))
    assert "sitter.link_refused" not in business.verbs(), "a stranger cannot fill the trail"


def test_a_session_lasts_thirty_days_and_is_told_of(business: Business) -> None:
    browser = signed_in(business)
    left = Session.objects.get().expire_date - timezone.now()
    assert timedelta(days=29, hours=23) < left <= timedelta(days=30)
    assert browser.cookies["sessionid"]["httponly"]
    used = AuditEvent.objects.get(verb="sitter.link_used")
    assert (used.actor_kind, used.actor_id) == ("user", business.sitter_user.pk)
    assert {"sitter.link_made", "sitter.link_used", "sitter.device_added", "auth.signed_in"} <= set(
        business.verbs()
    )


def test_who_had_no_sign_in_gets_one_without_a_password(business: Business) -> None:
    ben = business.add_sitter("Ben", phone=stranger())
    browser = signed_in(business, ben)
    assert is_in(browser)
    ben.refresh_from_db()
    made = ben.user
    assert made is not None
    assert (made.role, made.name, made.has_usable_password(), made.has_address) == (
        Role.SITTER,
        "Ben",
        False,
        False,
    )
    assert browser.get("/admin/").status_code == 302, "the desk stays the office's"
    signed_in(business, ben)
    assert User.objects.filter(name="Ben").count() == 1
    members = business.signed_in().get(reverse("admin:accounts_user_changelist")).content.decode()
    assert "Signs in by link" in members
    assert "sitter.invalid" not in members


def test_revoking_a_browser_ends_its_session_at_once(business: Business) -> None:
    one, other = signed_in(business), signed_in(business)
    page = one.get(reverse("sitter:browsers")).content.decode()
    assert page.count("Safari on iPhone") >= 2
    mine = SitterDevice.objects.earliest("pk")
    theirs = SitterDevice.objects.latest("pk")
    assert one.post(reverse("sitter:end_browser", args=[theirs.public_id])).status_code == 303
    assert (is_in(one), is_in(other)) == (True, False)
    assert business.verbs().count("sitter.device_revoked") == 1
    stranger_in = signed_in(open_business("Paws"))
    assert stranger_in.post(reverse("sitter:end_browser", args=[mine.public_id])).status_code == 404
    assert is_in(one)


def test_an_owner_signs_a_sitter_out_everywhere_from_the_card(business: Business) -> None:
    browser, unused = signed_in(business), texted_link(business)
    desk = business.signed_in()
    card = reverse("admin:messaging_sitter_change", args=[business.sitter.public_id])
    assert "Safari on iPhone" in desk.get(card).content.decode()
    verb = reverse("admin:messaging_sitter_sign_out", args=[business.sitter.public_id])
    assert desk.post(verb, {"_form_submitted": "on"}).status_code == 302
    assert not is_in(browser)
    assert is_over(new_browser().post(unused))
    assert {"sitter.links_revoked", "sitter.device_revoked"} <= set(business.verbs())


def test_the_card_texts_a_link(business: Business) -> None:
    verb = reverse("admin:messaging_sitter_send_link", args=[business.sitter.public_id])
    assert business.signed_in().post(verb, {"_form_submitted": "on"}).status_code == 302
    assert SitterLink.objects.get().sitter == business.sitter
    staff = business.signed_in(UserFactory(organization=business.organization, role="staff"))
    assert staff.post(verb, {"_form_submitted": "on"}).status_code == 403
    assert SitterLink.objects.count() == 1


def test_who_leaves_or_changes_their_phone_is_out_at_once(business: Business) -> None:
    browser, unused = signed_in(business), texted_link(business)
    sitter_phones.change_phone(
        Sitter.objects.get(pk=business.sitter.pk), new=stranger(), by=business.owner, at=timezone.now()
    )
    assert not is_in(browser)
    assert is_over(new_browser().post(unused))
    sitter = Sitter.objects.get(pk=business.sitter.pk)
    browser, unused = signed_in(business, sitter), texted_link(business, sitter)
    offboarding.offboard(sitter, by=business.owner, at=timezone.now())
    assert not is_in(browser)
    assert is_over(new_browser().post(unused))
    assert not Session.objects.exists()


def test_a_member_turned_off_and_a_closed_business_are_out(business: Business) -> None:
    browser = signed_in(business)
    User.objects.filter(pk=business.sitter_user.pk).update(is_active=False)
    assert not is_in(browser)
    User.objects.filter(pk=business.sitter_user.pk).update(is_active=True)
    business.organization.is_active = False
    business.organization.save()
    assert not is_in(browser)


def test_signing_out_ends_the_session_and_clears_what_the_browser_kept(business: Business) -> None:
    browser = signed_in(business)
    answer = browser.post(reverse("sitter:sign_out"))
    assert (answer.status_code, answer["Clear-Site-Data"]) == (303, '"cache", "storage"')
    assert not is_in(browser)
    assert not devices.signed_in(business.sitter, timezone.now()).exists()


def test_who_works_in_the_office_and_sits_has_both(business: Business) -> None:
    Sitter.objects.filter(pk=business.sitter.pk).update(user=business.owner)
    owner = business.signed_in()
    assert is_in(owner)
    assert owner.get(reverse("admin:inbox")).status_code == 200
    staff = business.signed_in(UserFactory(organization=business.organization, role="staff"))
    page = staff.get("/sitter/", follow=True).content.decode()
    assert "not as a sitter" in page


def test_no_link_opens_the_desk(business: Business) -> None:
    """Who may change a sitter's phone could have the owner's link texted to their own."""
    path = texted_link(business)
    for role in ("owner", "staff"):
        member = UserFactory(organization=business.organization, role=role)
        Sitter.objects.filter(pk=business.sitter.pk).update(user=member)
        sitter = Sitter.objects.get(pk=business.sitter.pk)
        with pytest.raises(SignsInAtTheOffice):
            links.send(sitter, by=business.owner, at=timezone.now())
        asked = SitterLink.objects.count()
        business.text("LINK", sender=business.sitter.phone)
        assert SitterLink.objects.count() == asked
        browser = new_browser()
        # One that was texted before they worked in the office.
        assert is_over(browser.get(path))
        assert is_over(browser.post(path))
        assert browser.get(reverse("admin:inbox")).status_code == 302


def test_a_session_by_link_ends_when_its_sitter_joins_the_office(business: Business) -> None:
    browser = signed_in(business)
    assert is_in(browser)
    User.objects.filter(pk=business.sitter_user.pk).update(role=Role.OWNER)
    assert browser.get(reverse("admin:inbox")).status_code == 302
    assert not is_in(browser)
    assert browser.get("/api/v1/threads/").status_code in (401, 403)


def test_the_link_page_says_whom_it_signs_out(business: Business) -> None:
    desk = business.signed_in()
    path = texted_link(business)
    assert "will be signed out" in desk.get(path).content.decode()
    desk.post(path)
    assert is_in(desk)
    assert desk.get(reverse("admin:inbox")).status_code == 302


def test_the_offices_sign_in_says_where_a_sitters_is(business: Business) -> None:
    business.sitter_user.set_password(PASSWORD)
    business.sitter_user.save()
    answer = Browser().post(
        reverse("admin:login"), {"username": business.sitter_user.email, "password": PASSWORD}
    )
    assert "Sitters text LINK to the office" in answer.content.decode()


def test_a_phone_can_put_the_page_on_its_home_screen(business: Business) -> None:
    page = signed_in(business).get("/sitter/").content.decode()
    assert reverse("sitter:manifest") in page
    answer = new_browser().get(reverse("sitter:manifest"))
    assert answer["Content-Type"] == "application/manifest+json"
    described = answer.json()
    assert (described["start_url"], described["display"]) == ("/sitter/", "standalone")
    assert business.organization.name not in answer.content.decode()
    assert (Path(settings.STATICFILES_DIRS[0]) / "snoutos/paw.svg").exists()


def test_browsers_are_called_as_people_call_them() -> None:
    assert devices.called(IPHONE) == "Safari on iPhone"
    assert (
        devices.called("Mozilla/5.0 (Linux; Android 14) Chrome/125.0 Mobile Safari/537.36")
        == "Chrome on Android"
    )
    assert devices.called("") == "A browser"
