"""What they may do. A key needs the scope that the endpoint names, and can never do more than its user."""

from __future__ import annotations

from rest_framework import permissions
from rest_framework.request import Request
from rest_framework.views import APIView

from snoutos.accounts.models import ApiKey
from snoutos.accounts.roles import Role


class SignedIn(permissions.BasePermission):
    """Signed in, of an organization, and, with a key, holding the scope.

    A view names `scope` (or `scopes`, by method or action) and `roles`. The defaults are the strictest: scope `read` reads, and only owner
    and staff may call it.
    """

    message = "You may not do this."

    def has_permission(self, request: Request, view: APIView) -> bool:
        user = request.user
        if not user.is_authenticated or user.organization_id is None:
            return False
        roles: tuple[str, ...] = getattr(view, "roles", (Role.OWNER, Role.STAFF))
        if user.role not in roles:
            return False
        return not isinstance(request.auth, ApiKey) or self._scope(request, view) in request.auth.scopes

    def _scope(self, request: Request, view: APIView) -> str:
        by_action: dict[str, str] = getattr(view, "scopes", {})
        action = getattr(view, "action", None) or str(request.method).lower()
        return by_action.get(action, getattr(view, "scope", "read"))
