"""The live process: the event stream of open pages, and nothing else. Pages, API and webhooks are served by
`snoutos.wsgi`."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "snoutos.settings")

import django

django.setup()

from snoutos import live  # noqa: E402
from snoutos.live import Receive, Scope, Send  # noqa: E402


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
        if message["type"] == "lifespan.shutdown":
            await live.application.close()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
