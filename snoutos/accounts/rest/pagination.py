"""Pages by cursor: stable while rows are added, the same cost at any depth.

A cursor is opaque: it holds the sort values of the last row shown, encrypted, because one of them is the
row's internal id.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db.models import Model, Q
from rest_framework import exceptions
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from snoutos.accounts.secrets import decrypt, encrypt
from snoutos.core.problems import Problem

if TYPE_CHECKING:
    from rest_framework.views import APIView

DEFAULT_SIZE = 50
LARGEST_SIZE = 200


class CursorInvalidError(Problem):
    sentence = "This cursor is not one that this list gave. Start again without it."
    code = "cursor_invalid"
    status = 400


def page_size(request: Request) -> int:
    """How many rows were asked for: 50, or `page_size` from 1 to 200. Raises a validation error otherwise."""
    asked = request.query_params.get("page_size")
    if asked is None:
        return DEFAULT_SIZE
    if not (asked.isascii() and asked.isdecimal() and len(asked) <= 3 and 1 <= int(asked) <= LARGEST_SIZE):
        raise exceptions.ValidationError({"page_size": [f"Ask for 1 to {LARGEST_SIZE}."]})
    return int(asked)


class CursorPages(BasePagination):
    """Pages in the order that the view names in `order`: fields of one direction, the last one unique."""

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> list[Any]:
        self._request = request
        self._order: Sequence[str] = getattr(view, "order", ("-id",))
        self._model: type[Model] = queryset.model
        size = page_size(request)
        rows = queryset.order_by(*self._order)
        token = request.query_params.get("cursor")
        if token is not None:
            rows = rows.filter(self._beyond(self._values(token)))
        found = list(rows[: size + 1])
        self._last = found[size - 1] if len(found) > size else None
        return found[:size]

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"results": data, "next": self._next_link()})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return page_schema(schema)

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        return [
            {
                "name": "cursor",
                "in": "query",
                "required": False,
                "description": "Where the next page starts, taken from `next`.",
                "schema": {"type": "string"},
            },
            SIZE_PARAMETER,
        ]

    def _next_link(self) -> str | None:
        if self._last is None:
            return None
        values = [_plain(getattr(self._last, name.lstrip("-"))) for name in self._order]
        token = encrypt(json.dumps([self._scope(), values]))
        return str(replace_query_param(self._request.build_absolute_uri(), "cursor", token))

    def _scope(self) -> str:
        # A cursor of one list means nothing in another.
        return f"{self._model._meta.label}:{','.join(self._order)}"

    def _values(self, token: str) -> list[Any]:
        try:
            scope, values = json.loads(decrypt(token) if token.isascii() else "")
            if scope != self._scope():
                raise CursorInvalidError
            return [
                self._model._meta.get_field(name.lstrip("-")).to_python(value)  # type: ignore[union-attr]
                for name, value in zip(self._order, values, strict=True)
            ]
        except (ImproperlyConfigured, ValueError, TypeError, ValidationError) as error:
            raise CursorInvalidError from error

    def _beyond(self, values: list[Any]) -> Q:
        """Rows after the one with `values`. PostgreSQL sorts NULL as the greatest value."""
        down = self._order[0].startswith("-")
        step = "lt" if down else "gt"
        beyond = Q()
        same: dict[str, Any] = {}
        for name, value in zip((name.lstrip("-") for name in self._order), values, strict=True):
            nullable = getattr(self._model._meta.get_field(name), "null", False)
            if value is None:
                here = Q(**{f"{name}__isnull": False}) if down else Q(pk__in=[])
            else:
                here = Q(**{f"{name}__{step}": value})
                if nullable and not down:
                    here |= Q(**{f"{name}__isnull": True})
            beyond |= Q(**same) & here
            same |= {f"{name}__isnull": True} if value is None else {name: value}
        return beyond


SIZE_PARAMETER: dict[str, Any] = {
    "name": "page_size",
    "in": "query",
    "required": False,
    "description": f"Items per page, 1 to {LARGEST_SIZE}.",
    "schema": {"type": "integer", "minimum": 1, "maximum": LARGEST_SIZE, "default": DEFAULT_SIZE},
}


def page_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """How a page of rows with `schema` looks."""
    return {
        "type": "object",
        "required": ["results", "next"],
        "properties": {
            "results": schema,
            "next": {
                "type": "string",
                "format": "uri",
                "nullable": True,
                "description": "The address of the next page; null on the last one.",
            },
        },
    }


def _plain(value: Any) -> Any:
    return (
        value.isoformat() if hasattr(value, "isoformat") else str(value) if isinstance(value, UUID) else value
    )
