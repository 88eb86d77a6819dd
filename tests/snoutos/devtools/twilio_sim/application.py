"""A small application that takes webhooks as SnoutOS would: checks the signature, remembers, answers as
told.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

from messaging.providers.signature import is_genuine


@dataclass
class Received:
    """One webhook as it came in."""

    path: str
    params: dict[str, str]
    headers: dict[str, str]
    genuine: bool


@dataclass
class Application:
    """`answers` are used up one by one, then 200; "hang" says nothing for a second, "reset" hangs up, and "<…" is what a 200 says."""

    token: str
    url: str = ""
    received: list[Received] = field(default_factory=list)
    answers: list[int | str] = field(default_factory=list)

    @property
    def params(self) -> list[dict[str, str]]:
        return [one.params for one in self.received]

    @property
    def statuses(self) -> list[str]:
        return [one["MessageStatus"] for one in self.params if "MessageStatus" in one]


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        application: Application = self.server.application  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        params = dict(parse_qsl(body, keep_blank_values=True))
        url = f"http://{self.headers['Host']}{self.path}"
        signature = self.headers.get("X-Twilio-Signature", "")
        genuine = is_genuine(url=url, params=params, signature=signature, tokens=[application.token])
        application.received.append(Received(self.path, params, dict(self.headers.items()), genuine))
        answer: int | str = application.answers.pop(0) if application.answers else 200
        if answer == "hang":
            time.sleep(1.2)
        said = "<Response/>"
        if isinstance(answer, str) and answer.startswith("<"):
            said, answer = answer, 200
        if isinstance(answer, str):
            self.close_connection = True
            return
        self.send_response(answer)
        self.send_header("Content-Type", "text/xml")
        self.end_headers()
        self.wfile.write(said.encode())

    def log_message(self, *args: Any) -> None:
        pass


@contextmanager
def running_application(token: str) -> Iterator[Application]:
    application = Application(token)
    http = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    http.application = application  # type: ignore[attr-defined]
    thread = threading.Thread(target=http.serve_forever, args=(0.01,))
    thread.start()
    application.url = f"http://127.0.0.1:{http.server_port}"
    try:
        yield application
    finally:
        http.shutdown()
        http.server_close()
        thread.join()
