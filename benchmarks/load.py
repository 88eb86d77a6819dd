"""A load generator: prepared requests over kept-alive connections, and what each took."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Result:
    """What one run measured. Times are in seconds."""

    seconds: float = 0.0
    took: list[float] = field(default_factory=list)
    failed: int = 0

    @property
    def rate(self) -> float:
        """Requests a second."""
        return len(self.took) / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        """The time, in milliseconds, that `share` of the requests stayed within."""
        ordered = sorted(self.took)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000 if ordered else 0.0


def http_request(path: str, host: str, body: bytes, signature: str) -> bytes:
    """The bytes of one POST."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"X-Twilio-Signature: {signature}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def run(port: int, requests: Iterator[bytes], *, connections: int, seconds: float) -> Result:
    """Send from `requests` over `connections` sockets for `seconds`."""
    result, lock = Result(), threading.Lock()
    ends = time.perf_counter() + seconds
    threads = [
        threading.Thread(target=_client, args=(port, requests, ends, result, lock))
        for _ in range(connections)
    ]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    result.seconds = time.perf_counter() - began
    return result


def _client(port: int, requests: Iterator[bytes], ends: float, result: Result, lock: threading.Lock) -> None:
    took, failed = [], 0
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while time.perf_counter() < ends:
            with lock:
                request = next(requests, None)
            if request is None:
                break
            began = time.perf_counter()
            connection.sendall(request)
            status = _answer(connection)
            took.append(time.perf_counter() - began)
            failed += status != 200
    with lock:
        result.took += took
        result.failed += failed


def _answer(connection: socket.socket) -> int:
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = connection.recv(65536)
        if not chunk:
            return 0
        data += chunk
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        (
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length:")
        ),
        0,
    )
    while len(body) < length:
        body += connection.recv(65536)
    return int(head.split(b" ", 2)[1])
