"""Whether this process lives, and whether the installation can do its work."""

from __future__ import annotations

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

from messaging import heartbeats


def alive(request: HttpRequest) -> HttpResponse:
    """200 while the process can answer at all."""
    return HttpResponse("alive\n", content_type="text/plain")


def ready(request: HttpRequest) -> JsonResponse:
    """200 when the database answers, is migrated, and every queue was worked on in the last 30 s; else 503 with what is missing."""
    try:
        missing = _missing()
    except Error as error:
        missing = [f"database: {type(error).__name__}"]
    return JsonResponse({"ready": not missing, "missing": missing}, status=503 if missing else 200)


def _missing() -> list[str]:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return ["migrations"]
    return heartbeats.missing()
