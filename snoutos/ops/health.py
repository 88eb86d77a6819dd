"""Whether this process lives, and whether the installation can do its work."""

from __future__ import annotations

import os

from django.db import Error
from django.http import HttpRequest, HttpResponse, JsonResponse

from messaging import heartbeats
from snoutos.core import mail
from snoutos.ops import schema


def alive(request: HttpRequest) -> HttpResponse:
    """200 while the process can answer at all."""
    return HttpResponse("alive\n", content_type="text/plain")


def ready(request: HttpRequest) -> JsonResponse:
    """200 when the database answers, is migrated, and every queue was worked on in the last 30 s; else 503 with what is missing.

    `warnings` name what works without, but not as an owner expects.
    """
    try:
        missing = _missing()
    except Error as error:
        missing = [f"database: {type(error).__name__}"]
    answer = {"ready": not missing, "missing": missing, "warnings": _warnings()}
    return JsonResponse(answer, status=503 if missing else 200)


def _warnings() -> list[str]:
    return [] if mail.can_leave() else ["mail: EMAIL_URL has no mail server, so no e-mail goes out"]


def _missing() -> list[str]:
    if schema.is_older():
        return ["migrations"]
    return [*heartbeats.missing(), *_webhook_processes()]


def _webhook_processes() -> list[str]:
    """A web process of `snoutos.serve` leaves the provider's calls to others and says when those are not there.

    Any other process answers them itself.
    """
    if os.environ.get("SNOUTOS_PROCESS") != "web" or heartbeats.is_silent(heartbeats.WEBHOOK) is False:
        return []
    return [f"{heartbeats.WEBHOOK}: no heartbeat for {heartbeats.SILENT_AFTER.seconds} s"]
