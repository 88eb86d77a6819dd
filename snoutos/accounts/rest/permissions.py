"""Whom an endpoint answers: those whom the verb's permission allows, and a key only with the verb's scope."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework import permissions
from rest_framework.request import Request

from snoutos.accounts.models import ApiKey
from snoutos.accounts.permissions import NotAllowed, Permission

if TYPE_CHECKING:
    from rest_framework.views import APIView


class SignedIn(permissions.BasePermission):
    """Signed in, of an organization, allowed the verb, and, with a key, holding its scope.

    A view names the permission of each of its actions in `may`. What is not named there, or is not the API's to offer, is refused.
    """

    message = NotAllowed().sentence
    code = NotAllowed.code

    def has_permission(self, request: Request, view: APIView) -> bool:
        user = request.user
        if not user.is_authenticated or user.organization_id is None:
            return False
        method = str(request.method).lower()
        if method == "options" or not hasattr(view, method):
            return True  # answered 405
        wanted = permission_of(view, getattr(view, "action", "") or "")
        if wanted is None or not wanted.api or not wanted.allows(user):
            return False
        return not isinstance(request.auth, ApiKey) or wanted.scope in request.auth.scopes


def permission_of(view: object, action: str) -> Permission | None:
    """What `view` asks for `action`; HEAD asks what GET does."""
    named: dict[str, Permission] = getattr(view, "may", {})
    return named.get(action)
