"""Browsers at the sign-in page, each with an address of its own."""

from __future__ import annotations

import itertools
from typing import Any

from django.test import Client as DjangoClient

from audit.models import AuditEvent
from snoutos.accounts.models import Organization, User
from snoutos.accounts.roles import Role

RIGHT = "correct horse battery"
PAGE = "/admin/login/"
_serial = itertools.count(1)


class Browser(DjangoClient):
    """Signs in from one address; keeps its cookies."""

    def __init__(self, address: str = "198.51.100.7", **options: Any) -> None:
        super().__init__(REMOTE_ADDR=address, **options)

    def tries(self, name: str, password: str = "wrong") -> Any:
        return self.post(PAGE, {"username": name, "password": password})

    def signs_in(self, user: User) -> None:
        answer = self.tries(user.email, RIGHT)
        assert answer.status_code == 302, answer.content[:2000]

    @property
    def is_in(self) -> bool:
        return "_auth_user_id" in self.session


def member(role: str = Role.OWNER, organization: Organization | None = None, **values: Any) -> User:
    number = next(_serial)
    return User.objects.create_user(
        values.pop("email", f"olivia{number}@example.com"),
        RIGHT,
        role=role,
        organization=organization or Organization.objects.create(name=f"Business {number}"),
        **values,
    )


def verbs(**found: Any) -> list[str]:
    """The verbs of sign-ins in the trail, oldest first."""
    rows = AuditEvent.objects.filter(verb__startswith="auth.", **found).order_by("pk")
    return list(rows.values_list("verb", flat=True))
