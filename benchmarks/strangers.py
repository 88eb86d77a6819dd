"""Strangers who take what they can get: sockets that never finish, and sign-ins that cost a hash each."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Iterator
from http.cookies import SimpleCookie

# Half of them never end their head, half never their body.
_HEAD = b"POST /webhooks/twilio/inbound HTTP/1.1\r\nHost: 127.0.0.1\r\n"
_BODY = _HEAD + b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 60000\r\n\r\n"


class SlowSockets:
    """Connections that send one byte a second. One that is ended by the other side is opened anew."""

    def __init__(self, port: int, count: int) -> None:
        self._port, self._stopped = port, threading.Event()
        self._open: dict[int, socket.socket] = {}
        for n in range(count):
            self._connect(n)
        self._thread = threading.Thread(target=self._trickle, daemon=True)
        self._thread.start()

    @property
    def open(self) -> int:
        return len(self._open)

    def close(self) -> None:
        self._stopped.set()
        self._thread.join()
        for one in self._open.values():
            one.close()

    def _trickle(self) -> None:
        while not self._stopped.wait(1.0):
            for n in list(self._open):
                try:
                    self._open[n].sendall(b"x")
                except OSError:
                    self._open.pop(n).close()
                    self._connect(n)

    def _connect(self, n: int) -> None:
        with contextlib.suppress(OSError):
            one = socket.create_connection(("127.0.0.1", self._port), timeout=5)
            one.sendall(_BODY if n % 2 else _HEAD)
            self._open[n] = one


class SignIns:
    """Made-up sign-ins, so many at a time, each as soon as the last was answered. `answers` counts them by status."""

    def __init__(self, port: int, count: int) -> None:
        self.answers: Counter[int] = Counter()
        self._base, self._stopped = f"http://127.0.0.1:{port}", threading.Event()
        self._token = self._csrf()
        self._threads = [threading.Thread(target=self._try, args=(n,), daemon=True) for n in range(count)]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join(30)

    def _csrf(self) -> str:
        """A form token, as a browser has it; without one nobody gets as far as a hash."""
        with urllib.request.urlopen(f"{self._base}/admin/login/", timeout=30) as page:
            cookies = SimpleCookie(page.headers["Set-Cookie"])
        return cookies["csrftoken"].value

    def _try(self, n: int) -> None:
        for turn in range(1_000_000):
            if self._stopped.is_set():
                return
            self.answers[self._post(f"nobody{n}-{turn}@example.com")] += 1

    def _post(self, name: str) -> int:
        form = {"username": name, "password": "wrong " + name, "csrfmiddlewaretoken": self._token}
        request = urllib.request.Request(
            f"{self._base}/admin/login/",
            urllib.parse.urlencode(form).encode(),
            {"Cookie": f"csrftoken={self._token}"},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                # Whoever is told to wait does not, but takes a breath.
                time.sleep(0.05)
                return int(error.code)
        except OSError:
            time.sleep(0.05)
            return 0


@contextlib.contextmanager
def at(port: int, *, sockets: int, sign_ins: int) -> Iterator[tuple[SlowSockets, SignIns]]:
    """Both of them at work, on the proxy at `port`, for as long as this lasts."""
    signing = SignIns(port, sign_ins)
    slow = SlowSockets(port, sockets)
    try:
        yield slow, signing
    finally:
        slow.close()
        signing.close()
