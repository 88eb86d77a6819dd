"""Each constraint of organizations, users and their requests, broken once, by name."""

from __future__ import annotations

import pytest

from snoutos.accounts.models import IdempotentRequest, Organization, User
from tests.constraints import breaks
from tests.factories import OrganizationFactory, UserFactory
from tests.refusals import refusal

pytestmark = pytest.mark.django_db


@breaks("organization_has_a_name")
def test_an_organization_has_a_name() -> None:
    assert refusal(lambda: Organization.objects.create(name="")) == "organization_has_a_name"


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


def test_an_address_is_one_users() -> None:
    UserFactory(email="ana@business.test")
    assert refusal(lambda: UserFactory(email="ana@business.test")) == "accounts_user_email_key"


@breaks("idempotentrequest_once_per_principal_and_key")
def test_a_key_is_used_once_by_each_user() -> None:
    user: User = UserFactory()
    other: User = UserFactory(organization=user.organization)

    def ask(by: User) -> None:
        IdempotentRequest.objects.create(organization=by.organization, user=by, key="k", fingerprint="f")

    ask(user)
    ask(other)
    assert refusal(lambda: ask(user)) == "idempotentrequest_once_per_principal_and_key"
