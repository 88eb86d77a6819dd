"""How the schema shows every endpoint: what it answers, and problem details for all that goes wrong."""

from __future__ import annotations

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers


class ProblemSerializer(serializers.Serializer[Any]):
    """RFC 9457 problem details. Programs go by `code`; `detail` is a sentence for people."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField()
    errors = serializers.JSONField(  # type: ignore[assignment]
        required=False, help_text="By field, when values are invalid."
    )
    path = serializers.CharField(
        required=False, help_text="Where in the automation the problem is, such as actions.0.body."
    )


class ProblemSchema(AutoSchema):
    """Adds the problem answer to every operation."""

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        bodies = super()._get_response_bodies(direction)
        bodies["default"] = self._get_response_for_code(  # type: ignore[no-untyped-call]
            OpenApiResponse(ProblemSerializer, "What went wrong; see the list of codes in docs/api.md."),
            "default",
            ["application/problem+json"],
        )
        return bodies
