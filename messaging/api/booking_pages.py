"""Pages of what a sitter is booked for: visits and windows in one list, by their start."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured
from rest_framework.request import Request

from messaging.bookings import Booking
from snoutos.accounts.rest.pagination import CursorInvalidError, CursorPages, page_size
from snoutos.accounts.secrets import decrypt

if TYPE_CHECKING:
    from rest_framework.views import APIView

_SCOPE = "bookings"


class BookingPages(CursorPages):
    """Pages of a list that was read whole, because it ends within weeks. The cursor names the last one shown."""

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> list[Any]:
        self._request = request
        self._order = ("starts_at", "public_id")
        size = page_size(request)
        rows: list[Booking] = sorted(queryset, key=_place)
        token = request.query_params.get("cursor")
        if token is not None:
            beyond = self._place_of(token)
            rows = [row for row in rows if _place(row) > beyond]
        self._last = rows[size - 1] if len(rows) > size else None
        return rows[:size]

    def _scope(self) -> str:
        return _SCOPE

    def _place_of(self, token: str) -> list[str]:
        try:
            scope, values = json.loads(decrypt(token) if token.isascii() else "")
        except (ImproperlyConfigured, ValueError, TypeError) as error:
            raise CursorInvalidError from error
        if scope != _SCOPE:
            raise CursorInvalidError
        return [str(value) for value in values]


def _place(booking: Booking) -> list[str]:
    return [booking.starts_at.isoformat(), str(booking.public_id)]
