"""Each constraint of organizations, users and their requests, broken once, by name."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from snoutos.accounts.models import (
    IdempotentRequest,
    Organization,
    PasswordLink,
    SignInCount,
    UnlockLink,
    User,
)
from tests.constraints import breaks
from tests.factories import OrganizationFactory, UserFactory
from tests.refusals import refusal

pytestmark = pytest.mark.django_db


@breaks("organization_has_a_name")
def test_an_organization_has_a_name() -> None:
    assert refusal(lambda: Organization.objects.create(name="")) == "organization_has_a_name"


@breaks("organization_gets_unopened_texts_within_a_day")
@pytest.mark.parametrize("minutes", [0, 1441])
def test_unopened_texts_come_to_the_owner_within_a_day(minutes: int) -> None:
    name = refusal(lambda: OrganizationFactory(unopened_minutes=minutes))
    assert name == "organization_gets_unopened_texts_within_a_day"


@breaks("organization_numbers_cool_down_for_30_days")
@pytest.mark.parametrize("days", [29, 366])
def test_paused_numbers_cool_down_for_30_days_to_a_year(days: int) -> None:
    name = refusal(lambda: OrganizationFactory(number_cooldown_days=days))
    assert name == "organization_numbers_cool_down_for_30_days"


WEEK = ["08:00-12:00 13:00-17:00", *["08:00-17:00"] * 4, "", "20:00-24:00"]


@breaks("organization_opening_hours_are_seven_days")
@pytest.mark.parametrize(
    "stored",
    [
        WEEK[:6],
        [*WEEK, ""],
        ["8 AM-5 PM", *WEEK[1:]],
        ["08:00-25:00", *WEEK[1:]],
        ["08:00-17:00,18:00-19:00", *WEEK[1:]],
        ["|", *WEEK[2:]],
    ],
)
def test_opening_hours_are_those_of_seven_days(stored: list[str]) -> None:
    name = refusal(lambda: OrganizationFactory(opening_hours=stored))
    assert name == "organization_opening_hours_are_seven_days"


@breaks("organization_holidays_are_days")
@pytest.mark.parametrize(
    "stored", ["2026-12-25", "Dec 25 closed Christmas", "2026-12-24 8-12 Christmas Eve", "2026-12-25 closed "]
)
def test_holidays_are_days_with_a_name(stored: str) -> None:
    assert refusal(lambda: OrganizationFactory(holidays=[stored])) == "organization_holidays_are_days"


def test_hours_and_holidays_as_they_are_written_are_kept() -> None:
    holidays = ["2026-12-24 08:00-12:00,13:00-14:00 Christmas Eve", "2026-12-25 closed Christmas Day"]
    made = OrganizationFactory(opening_hours=WEEK, holidays=holidays)
    made.refresh_from_db()
    assert (made.opening_hours, made.holidays) == (WEEK, holidays)


@breaks("user_has_a_known_role")
def test_a_user_has_a_known_role() -> None:
    organization = OrganizationFactory()
    assert refusal(lambda: UserFactory(organization=organization, role="boss")) == "user_has_a_known_role"


@breaks("user_has_an_organization_unless_operator")
@pytest.mark.parametrize("role", ["owner", "staff", "sitter", "integration"])
def test_a_user_has_an_organization(role: str) -> None:
    name = refusal(lambda: UserFactory(organization=None, role=role))
    assert name == "user_has_an_organization_unless_operator"


def test_an_operator_has_none() -> None:
    organization = OrganizationFactory()
    name = refusal(lambda: UserFactory(organization=organization, role="operator"))
    assert name == "user_has_an_organization_unless_operator"
    assert UserFactory(organization=None, role="operator").pk


@breaks("user_unique_phone_per_organization")
def test_a_phone_is_one_members() -> None:
    first = UserFactory(role="owner", phone="+19175550140")
    name = refusal(lambda: UserFactory(organization=first.organization, role="staff", phone=first.phone))
    assert name == "user_unique_phone_per_organization"
    assert UserFactory(role="owner", phone=first.phone).organization != first.organization


@breaks("user_phone_is_e164")
@pytest.mark.parametrize("phone", ["9175550140", "+1 917", "+0917555014"])
def test_a_members_phone_is_e164(phone: str) -> None:
    assert refusal(lambda: UserFactory(role="owner", phone=phone)) == "user_phone_is_e164"


@breaks("user_with_a_phone_works_in_the_office")
@pytest.mark.parametrize("role", ["sitter", "integration"])
def test_only_the_office_has_phones(role: str) -> None:
    name = refusal(lambda: UserFactory(role=role, phone="+19175550140"))
    assert name == "user_with_a_phone_works_in_the_office"


def test_an_address_is_one_users() -> None:
    UserFactory(email="ana@business.test")
    assert refusal(lambda: UserFactory(email="ana@business.test")) == "accounts_user_email_key"


@breaks("idempotentrequest_once_per_principal_and_key")
def test_a_key_is_used_once_by_each_user() -> None:
    user = UserFactory()
    other = UserFactory(organization=user.organization)

    def ask(by: User) -> None:
        assert by.organization
        IdempotentRequest.objects.create(organization=by.organization, user=by, key="k", fingerprint="f")

    ask(user)
    ask(other)
    assert refusal(lambda: ask(user)) == "idempotentrequest_once_per_principal_and_key"


@breaks("signincount_has_a_known_kind")
def test_a_count_has_a_known_kind() -> None:
    made = refusal(lambda: SignInCount.objects.create(kind="moon", mark="1", last_at=timezone.now()))
    assert made == "signincount_has_a_known_kind"


@breaks("signincount_waits_only_after_failures")
def test_a_wait_comes_from_failures() -> None:
    at = timezone.now()
    made = refusal(lambda: SignInCount.objects.create(kind="name", mark="1", last_at=at, waits_until=at))
    assert made == "signincount_waits_only_after_failures"


@breaks("unlocklink_expires_after_it_was_made")
def test_a_link_expires_after_it_was_made() -> None:
    at, user = timezone.now(), UserFactory()
    made = refusal(lambda: UnlockLink.objects.create(user=user, created_at=at, expires_at=at))
    assert made == "unlocklink_expires_after_it_was_made"


@breaks("unlocklink_is_used_before_it_expires")
def test_a_link_is_used_before_it_expires() -> None:
    at, user = timezone.now(), UserFactory()
    later = at + timedelta(hours=1)
    made = refusal(
        lambda: UnlockLink.objects.create(user=user, created_at=at, expires_at=later, used_at=later)
    )
    assert made == "unlocklink_is_used_before_it_expires"


def _password_link(**columns: Any) -> PasswordLink:
    at = timezone.now()
    same = {"purpose": "reset", "created_at": at, "expires_at": at + timedelta(minutes=30), **columns}
    return PasswordLink.objects.create(**{"user": UserFactory(), **same})


@breaks("passwordlink_unique_digest")
def test_a_password_link_is_one_row() -> None:
    _password_link(digest="d" * 64)
    assert refusal(lambda: _password_link(digest="d" * 64)) == "passwordlink_unique_digest"
    _password_link()
    _password_link()


@breaks("passwordlink_has_a_known_purpose")
def test_a_password_link_has_a_known_purpose() -> None:
    assert refusal(lambda: _password_link(purpose="moon")) == "passwordlink_has_a_known_purpose"


@breaks("passwordlink_expires_after_it_was_made")
def test_a_password_link_expires_after_it_was_made() -> None:
    over = timezone.now() - timedelta(minutes=1)
    assert refusal(lambda: _password_link(expires_at=over)) == "passwordlink_expires_after_it_was_made"


@breaks("passwordlink_is_used_while_it_is_good")
def test_a_password_link_is_used_while_it_is_good() -> None:
    at = timezone.now()
    good = {"digest": "d" * 64, "used_at": at}
    for wrong in ({"used_at": at + timedelta(hours=1)}, {"revoked_at": at}, {"digest": ""}):
        broken = refusal(lambda wrong=wrong: _password_link(**{**good, **wrong}))  # type: ignore[misc]
        assert broken == "passwordlink_is_used_while_it_is_good"
    _password_link(**good)


@breaks("passwordlink_of_nobody_opens_nothing")
def test_a_password_link_of_nobody_opens_nothing() -> None:
    for wrong in ({"digest": "d" * 64}, {"purpose": "invitation"}):
        broken = refusal(lambda wrong=wrong: _password_link(user=None, **wrong))  # type: ignore[misc]
        assert broken == "passwordlink_of_nobody_opens_nothing"
    _password_link(user=None)
