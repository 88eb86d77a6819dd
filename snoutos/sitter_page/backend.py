"""Sessions that a texted link began: they are a sitter's and nobody else's, whatever becomes of the person."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend

from snoutos.accounts.models import User
from snoutos.accounts.roles import Role

PATH = "snoutos.sitter_page.backend.ByLink"


class ByLink(BaseBackend):
    """Signs nobody in by a password. A session of its is over once its person works in the office: a link is no key to the desk."""

    def get_user(self, user_id: Any) -> User | None:
        """Whose session it is, while they are a sitter."""
        found: User | None = User.objects.filter(pk=user_id, role=Role.SITTER, is_active=True).first()
        return found
