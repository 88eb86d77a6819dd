"""The answer to what nobody foresaw. The fault itself is logged by Django, without anybody's words."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views import defaults


def server_error(request: HttpRequest) -> HttpResponse:
    """A problem with a stable code under /api/, a page elsewhere."""
    if not request.path.startswith("/api/"):
        return defaults.server_error(request)
    return JsonResponse(
        {
            "type": "urn:snoutos:problem:fault",
            "title": "Error on our side",
            "status": 500,
            "code": "fault",
            "detail": "Something went wrong on our side and was logged. Try again with the same Idempotency-Key.",
        },
        status=500,
        content_type="application/problem+json",
    )
