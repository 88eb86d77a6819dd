"""The simulator as one object, and its HTTP server."""

from __future__ import annotations

import logging
import socket
import struct
import threading
from collections.abc import Iterable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from snoutos.devtools.twilio_sim.api import ProviderApi
from snoutos.devtools.twilio_sim.clock import Scheduler
from snoutos.devtools.twilio_sim.control import PREFIX, Control
from snoutos.devtools.twilio_sim.faults import Faults
from snoutos.devtools.twilio_sim.lifecycle import Lifecycle
from snoutos.devtools.twilio_sim.messages import Messages
from snoutos.devtools.twilio_sim.phones import Phones
from snoutos.devtools.twilio_sim.state import World
from snoutos.devtools.twilio_sim.voices import Voices
from snoutos.devtools.twilio_sim.wire import Reply, Request, json_reply

BODY_MAX = 20 * 1024 * 1024
_log = logging.getLogger(__name__)


class Simulator:
    """Everything wired together. `start()` serves in a thread; `stop()` ends it and drops what is pending."""

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        webhook_url: str = "",
        public_base: str = "",
        step_seconds: float = 0.4,
        seed: int | None = None,
        accounts: Iterable[Mapping[str, Any]] = (),
        phones: Iterable[Mapping[str, Any]] = (),
        listening: socket.socket | None = None,
    ) -> None:
        """`listening`: a socket that listens already, instead of `host` and `port`."""
        self._server = _Server((host, port), _Handler, bind_and_activate=listening is None)
        if listening is not None:
            self._server.socket.close()
            self._server.socket = listening
            host, self._server.server_port = listening.getsockname()[:2]
        self._server.simulator = self
        self.base_url = f"http://{host}:{self._server.server_port}"
        self.stopping = threading.Event()
        self.world = World(webhook_url=webhook_url)
        self.faults = Faults(seed=seed)
        self.scheduler = Scheduler()
        self.lifecycle = Lifecycle(self.world, self.faults, self.scheduler, step_seconds=step_seconds)
        self.phones = Phones(self.world, self.faults, public_base=public_base or self.base_url)
        self.lifecycle.on_arrival = self.phones.arrive
        self._api = ProviderApi(self.world, self.faults, Messages(self.world, self.faults, self.lifecycle))
        self.voices = Voices(self.world)
        self._control = Control(
            self.world, self.faults, self.phones, self.voices, self.lifecycle, self.scheduler
        )
        for account in accounts:
            self.world.put_account(account)
        for phone in phones:
            self.world.put_phone(phone)

    def start(self) -> None:
        thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        thread.name = "twilio-sim"
        thread.start()

    def serve_forever(self) -> None:
        """Serve in this thread, until `stop` is called from another or the process is interrupted."""
        self._server.serve_forever(0.2)

    def stop(self) -> None:
        self.stopping.set()
        self._server.shutdown()
        self.close()

    def close(self) -> None:
        """Release the port and the threads of a simulator whose `serve_forever` has returned."""
        self.stopping.set()
        self._server.server_close()
        self.scheduler.stop()

    def handle(self, request: Request) -> Reply:
        if request.path in ("/", "/_sim"):
            return Reply(302, headers={"Location": PREFIX})
        if request.path.startswith(PREFIX):
            return self._control.handle(request)
        return self._api.handle(request)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    simulator: Simulator

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that went away is no error here; anything else is logged without its parameters."""
        _log.debug("A connection ended early.", exc_info=True)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the base class's name
        """Nothing: a request line may hold phone numbers."""

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > BODY_MAX:
            self.close_connection = True
            self._answer(json_reply({"error": "The body is too large."}, 413))
            return
        address = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, address.path, address.query, headers, self.rfile.read(length))
        self._answer(self.server.simulator.handle(request))

    do_GET = do_POST = do_DELETE = do_PUT = do_HEAD = _serve  # noqa: N815 -- the base class's names

    def _answer(self, reply: Reply) -> None:
        if reply.seconds:
            self.server.simulator.stopping.wait(reply.seconds)
        if reply.manner != "answer":
            self._reset()
            return
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if self.close_connection:  # asked for by the caller, who may go by our answer alone
            self.send_header("Connection", "close")
        if reply.status != 204:
            self.send_header("Content-Type", reply.content_type)
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if self.command != "HEAD" and reply.status != 204:
            self.wfile.write(reply.body)

    def _reset(self) -> None:
        """Close so that the caller sees "connection reset by peer" (a linger time of 0)."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
