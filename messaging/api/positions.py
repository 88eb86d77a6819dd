"""Pages of a conversation by position, which never changes: newest first, or catching up from one."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param
from rest_framework.views import APIView

from snoutos.accounts.rest.pagination import SIZE_PARAMETER, page_schema, page_size

_LARGEST = 2**62


class PositionPages(BasePagination):
    """`after`: what lies behind that position, oldest first. Otherwise newest first, older than `before`."""

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> list[Any]:
        self._request = request
        self._forward = "after" in request.query_params
        if self._forward and "before" in request.query_params:
            raise ValidationError({"after": ["Use after or before, not both."]})
        size = page_size(request)
        found = list(self._rows(queryset)[: size + 1])
        self._more = len(found) > size
        self._last = found[:size][-1].position if found else None
        return found[:size]

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"results": data, "next": self._next_link()})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return page_schema(schema)

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        position = {"type": "integer", "minimum": 0, "maximum": _LARGEST}
        return [
            {"name": name, "in": "query", "required": False, "description": text, "schema": position}
            for name, text in (
                ("after", "Catch up: texts after this position, oldest first."),
                ("before", "Texts older than this position, newest first."),
            )
        ] + [SIZE_PARAMETER]

    def _rows(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self._forward:
            return queryset.filter(position__gt=self._position("after")).order_by("position")
        if "before" in self._request.query_params:
            queryset = queryset.filter(position__lt=self._position("before"))
        return queryset.order_by("-position")

    def _position(self, name: str) -> int:
        asked = self._request.query_params[name]
        if not (asked.isascii() and asked.isdecimal() and len(asked) <= 19 and int(asked) <= _LARGEST):
            raise ValidationError({name: ["This isn't a position."]})
        return int(asked)

    def _next_link(self) -> str | None:
        if not self._more or self._last is None:
            return None
        uri = remove_query_param(self._request.build_absolute_uri(), "before")
        return str(replace_query_param(uri, "after" if self._forward else "before", self._last))
