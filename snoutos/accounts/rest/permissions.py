"""What they may do. A key needs the scope that the endpoint names, and can never do more than its user."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework import permissions
from rest_framework.request import Request

from snoutos.accounts.models import ApiKey
from snoutos.accounts.roles import Role

if TYPE_CHECKING:
    from rest_framework.views import APIView

PEOPLE = (Role.OWNER, Role.STAFF)
"""Those who run the business."""

PEOPLE_AND_SYSTEMS = (*PEOPLE, Role.INTEGRATION)
"""Those, and the systems they connected."""


class SignedIn(permissions.BasePermission):
    """Signed in, of an organization, and, with a key, holding the scope.

    A view names `scopes` (by action or method) and `roles`, or `roles_by_action` where they differ. The
    defaults are the strictest: only owner and staff; scope `read` for reading; and what changes something is
    refused to every key until its scope is named.
    """

    message = "You may not do this."
    code = "not_allowed"

    def has_permission(self, request: Request, view: APIView) -> bool:
        user = request.user
        if not user.is_authenticated or user.organization_id is None:
            return False
        if user.role not in self._roles(request, view):
            return False
        if not isinstance(request.auth, ApiKey):
            return True
        if not hasattr(view, str(request.method).lower()):
            return True  # answered 405
        scope = self._scope(request, view)
        return scope is not None and scope in request.auth.scopes

    def _roles(self, request: Request, view: APIView) -> tuple[str, ...]:
        by_action: dict[str, tuple[str, ...]] = getattr(view, "roles_by_action", {})
        return by_action.get(_action(request, view), getattr(view, "roles", PEOPLE))

    def _scope(self, request: Request, view: APIView) -> str | None:
        by_action: dict[str, str] = getattr(view, "scopes", {})
        reading = request.method in permissions.SAFE_METHODS
        return by_action.get(_action(request, view), "read" if reading else None)


def _action(request: Request, view: APIView) -> str:
    return getattr(view, "action", None) or str(request.method).lower()
