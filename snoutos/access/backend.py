"""Django's port for passwords: whatever calls `authenticate` comes through the gate."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from snoutos.access import gate
from snoutos.accounts.models import User


class Gate(ModelBackend):
    """Answers every name and password with yes or no; no backend after it is asked."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User:
        """The member. Raises PermissionDenied for a wrong password; MustWait and hashing.Busy pass through."""
        name = username or kwargs.get(User.USERNAME_FIELD) or ""
        user = gate.sign_in(request or HttpRequest(), name=str(name), password=password or "")
        if user is None:
            raise PermissionDenied
        return user
