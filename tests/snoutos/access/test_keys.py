"""Who issues which key: people their own, owners those of systems and sitters, the API none."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from audit.models import AuditEvent
from snoutos.accounts import api_keys
from snoutos.accounts.api_keys import IssuesTheirOwn
from snoutos.accounts.models import ApiKey, User
from snoutos.accounts.permissions import NotAllowed
from snoutos.accounts.roles import Role
from tests.api.factories import user as of_role
from tests.api.routes import ROUTES
from tests.snoutos.access.people import Browser, member

pytestmark = pytest.mark.django_db

ADD = "/admin/accounts/apikey/add/"
PAGE = "/admin/your-keys/"
FORM = {"name": "Reports", "scopes": ["read", "send"], "days": "30"}


def desk(user: User) -> Browser:
    browser = Browser()
    browser.signs_in(user)
    return browser


def hands_over(owner: User, user: User, **typed: Any) -> Any:
    form = {
        "name": "Booking",
        "user": str(user.pk),
        "scopes": ["read"],
        "expires_at_0": "",
        "expires_at_1": "",
        **typed,
    }
    return desk(owner).post(ADD, form)


def works(secret: str) -> bool:
    answer = APIClient().get("/api/v1/me/", HTTP_AUTHORIZATION=f"Bearer {secret}")
    assert answer.status_code in (200, 401)
    return bool(answer.status_code == 200)


def told(verb: str) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(verb=verb).order_by("pk"))


@pytest.mark.parametrize("role", [Role.OWNER, Role.STAFF])
def test_people_issue_and_revoke_their_own(role: Role) -> None:
    person = member(role)
    browser = desk(person)
    assert (
        "You have no keys. Create one to connect a program to SnoutOS." in browser.get(PAGE).content.decode()
    )
    shown = browser.post(f"{PAGE}issue/", FORM)
    (key,) = ApiKey.objects.filter(user=person)
    assert (key.name, key.scopes, key.organization_id) == (
        "Reports",
        ["read", "send"],
        person.organization_id,
    )
    assert timedelta(days=29) < key.expires_at - timezone.now() < timedelta(days=31)
    secret = shown.content.decode().split('tabindex="0">')[1].split("<")[0]
    assert "no-store" in shown["Cache-Control"]
    assert works(secret)
    assert secret not in browser.get(PAGE).content.decode()
    assert browser.post(f"{PAGE}{key.public_id}/revoke/").status_code == 303
    assert not works(secret)
    browser.post(f"{PAGE}{key.public_id}/revoke/")
    (issued,), (revoked,) = told("api_key.issued"), told("api_key.revoked")
    for event in (issued, revoked):
        assert (event.actor_id, event.credential_kind, event.subject_id) == (person.pk, "session", key.pk)
    assert issued.credential_id == revoked.credential_id
    assert issued.data["user_id"] == person.pk
    assert secret not in repr(AuditEvent.objects.values())


@pytest.mark.parametrize(
    "wrong", [{"scopes": []}, {"scopes": ["everything"]}, {"name": ""}, {"days": "4000"}]
)
def test_a_form_that_makes_no_sense_issues_nothing(wrong: dict[str, Any]) -> None:
    answer = desk(member()).post(f"{PAGE}issue/", {**FORM, **wrong})
    assert answer.status_code == 400
    assert 'role="alert"' in answer.content.decode()
    assert not ApiKey.objects.exists()


def test_nobody_elses_key_is_there() -> None:
    owner = member()
    colleague, stranger = member(Role.STAFF, owner.organization), member()
    for other in (owner, colleague, stranger):
        api_keys.issue(other, name=f"of {other.pk}", scopes=["read"])
    browser = desk(colleague)
    page = browser.get(PAGE).content.decode()
    assert f"of {colleague.pk}" in page
    assert f"of {owner.pk}" not in page
    assert f"of {stranger.pk}" not in page
    for other in (owner, stranger):
        key = ApiKey.objects.get(user=other)
        assert browser.post(f"{PAGE}{key.public_id}/revoke/").status_code == 404
    assert not ApiKey.objects.exclude(revoked_at=None).exists()


@pytest.mark.parametrize("role", [Role.INTEGRATION, Role.SITTER])
def test_an_owner_issues_the_keys_of_systems_and_sitters(role: Role) -> None:
    owner = member()
    other = of_role(owner.organization, role)
    assert hands_over(owner, other).status_code == 200
    key = ApiKey.objects.get(user=other)
    (issued,) = told("api_key.issued")
    assert (issued.actor_id, issued.credential_kind, issued.subject_id) == (owner.pk, "session", key.pk)
    assert issued.data["user_id"] == other.pk


@pytest.mark.parametrize("role", [Role.OWNER, Role.STAFF])
def test_an_owner_issues_no_key_in_somebody_elses_name(role: Role) -> None:
    owner = member()
    other = of_role(owner.organization, role)
    page = desk(owner).get(ADD).content.decode()
    assert f'value="{other.pk}"' not in page
    assert "create their own under Your keys" in page
    assert hands_over(owner, other).status_code == 200
    with pytest.raises(IssuesTheirOwn):
        api_keys.issue_by(owner, user=other, name="k", scopes=["read"])
    assert not ApiKey.objects.exists()
    assert told("api_key.issued") == []


@pytest.mark.parametrize("role", [Role.STAFF, Role.SITTER, Role.INTEGRATION])
def test_nobody_but_an_owner_issues_one_for_somebody_else(role: Role) -> None:
    owner = member()
    by, system = of_role(owner.organization, role), of_role(owner.organization, Role.INTEGRATION)
    with pytest.raises(NotAllowed):
        api_keys.issue_by(by, user=system, name="k", scopes=["read"])
    if by.is_staff:
        browser = Browser()
        browser.force_login(by, backend="django.contrib.auth.backends.ModelBackend")
        assert browser.post(ADD, {"name": "k", "user": str(system.pk), "scopes": ["read"]}).status_code == 403
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize("role", [Role.SITTER, Role.INTEGRATION])
def test_who_has_no_page_issues_none_to_themselves(role: Role) -> None:
    person = of_role(member().organization, role)
    with pytest.raises(NotAllowed):
        api_keys.issue_by(person, user=person, name="k", scopes=["read"])


@pytest.mark.parametrize("case", ["another business", "switched off"])
def test_an_owner_issues_none_beyond_their_business_and_none_to_who_left(case: str) -> None:
    owner = member()
    other = of_role(
        member().organization if case == "another business" else owner.organization, Role.INTEGRATION
    )
    if case == "switched off":
        User.objects.filter(pk=other.pk).update(is_active=False)
    with pytest.raises(NotAllowed):
        api_keys.issue_by(owner, user=other, name="k", scopes=["read"])
    assert hands_over(owner, other).status_code == 200
    assert not ApiKey.objects.exists()


def test_whose_key_it_is_is_asked_anew_when_it_is_issued() -> None:
    """The page that listed them as a system may be an hour old."""
    owner = member()
    system = of_role(owner.organization, Role.INTEGRATION)
    User.objects.filter(pk=system.pk).update(role=Role.STAFF)
    with pytest.raises(IssuesTheirOwn):
        api_keys.issue_by(owner, user=system, name="k", scopes=["read"])


@pytest.mark.parametrize("before", [Role.INTEGRATION, Role.SITTER])
@pytest.mark.parametrize("after", [Role.OWNER, Role.STAFF])
def test_a_key_that_was_handed_over_ends_when_the_member_issues_their_own(before: Role, after: Role) -> None:
    """Else an owner could issue one for a system and make the system a colleague."""
    owner = member()
    other = of_role(owner.organization, before)
    secret = api_keys.issue_by(owner, user=other, name="k", scopes=["read"]).secret
    form = {"name": other.name, "email": other.email, "role": after, "is_active": "on"}
    browser = desk(owner)
    saved = browser.post(f"/admin/accounts/user/{other.public_id}/change/", form, follow=True)
    assert "Their API keys are revoked" in saved.content.decode()
    assert User.objects.get(pk=other.pk).role == after
    assert not works(secret)
    (revoked,) = told("api_key.revoked")
    assert (revoked.actor_id, revoked.subject_id) == (owner.pk, ApiKey.objects.get(user=other).pk)


def test_other_changes_of_a_member_leave_their_keys() -> None:
    owner = member()
    staff, system = of_role(owner.organization, Role.STAFF), of_role(owner.organization, Role.INTEGRATION)
    secrets = [api_keys.issue(one, name="k", scopes=["read"]).secret for one in (staff, system)]
    browser = desk(owner)
    for one, role in ((staff, Role.OWNER), (system, Role.INTEGRATION)):
        form = {"name": "Renamed", "email": one.email, "role": role, "is_active": "on"}
        browser.post(f"/admin/accounts/user/{one.public_id}/change/", form)
        assert User.objects.get(pk=one.pk).name == "Renamed"
    assert all(works(secret) for secret in secrets)
    assert told("api_key.revoked") == []


def test_an_owner_sees_and_revokes_every_key_of_the_business() -> None:
    owner = member()
    staff = member(Role.STAFF, owner.organization)
    secret = api_keys.issue(staff, name="Staff's", scopes=["read"]).secret
    key = ApiKey.objects.get(user=staff)
    browser = desk(owner)
    assert "Staff&#x27;s" in browser.get("/admin/accounts/apikey/").content.decode()
    browser.post(f"/admin/accounts/apikey/{key.public_id}/revoke/", {"_form_submitted": "on"})
    assert not works(secret)


def test_keys_issued_for_people_before_the_rule_go_on() -> None:
    """They were issued by owners; their people see and revoke them on their page."""
    staff = member(Role.STAFF)
    secret = api_keys.issue(staff, name="From before", scopes=["read"]).secret
    assert works(secret)
    assert "From before" in desk(staff).get(PAGE).content.decode()


def test_the_api_issues_no_key() -> None:
    """A key that leaked must not make itself last."""
    assert [str(route) for route in ROUTES if "key" in route.pattern] == []


def test_the_way_there_is_offered() -> None:
    owner = member()
    staff = member(Role.STAFF, owner.organization)
    for person in (owner, staff):
        page = desk(person).get(reverse("admin:inbox")).content.decode()
        assert f'href="{PAGE}"' in page
        assert 'href="/admin/password_change/"' in page
        assert ('href="/admin/accounts/apikey/"' in page) == person.is_owner
