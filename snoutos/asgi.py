"""The live process: the event stream of open pages, and nothing else. Pages, API and webhooks are served by
`snoutos.wsgi`."""

import asyncio
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "snoutos.settings")

import django
from django.conf import settings

from snoutos.core import database_limits

database_limits.apply(settings.DATABASES["default"], "live")
django.setup()

from snoutos.desk import live  # noqa: E402
from snoutos.desk.live import Receive, Scope, Send  # noqa: E402
from snoutos.ops import startup  # noqa: E402


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve `/live/` and a health check; everything else is not here."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] == "http" and scope["path"] == "/live/":
        await live.application(scope, receive, send)
    elif scope["type"] == "http":
        status = 200 if scope["path"] == "/healthz" else 404
        await send(
            {"type": "http.response.start", "status": status, "headers": [(b"cache-control", b"no-store")]}
        )
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await asyncio.to_thread(_go_on_or_end)
        if message["type"] == "lifespan.shutdown":
            await live.application.close()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


def _go_on_or_end() -> None:
    """For granian without `snoutos.serve`. An exit inside an event loop would be taken for an application without a lifespan."""
    try:
        startup.go_on_or_exit()
    except SystemExit:
        os._exit(1)
