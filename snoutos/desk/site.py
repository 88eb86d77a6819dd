"""The admin site of owners and staff."""

from __future__ import annotations

from django.http import HttpRequest
from unfold.sites import UnfoldAdminSite


class Desk(UnfoldAdminSite):
    """One organization's desk: whoever signs in sees their own business and nothing of another."""

    site_header = "SnoutOS"
    site_title = "SnoutOS"
    index_title = "Inbox"
    enable_nav_sidebar = True

    def has_permission(self, request: HttpRequest) -> bool:
        """Owners and staff of an active organization."""
        user = request.user
        return bool(
            user.is_authenticated
            and user.is_active
            and user.is_staff
            and user.organization is not None
            and user.organization.is_active
        )
