"""A webhook's receiver on this machine, over TLS with an authority of its own, that can misbehave by path."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "hooks.example.com"


@dataclass
class Heard:
    """What arrived: paths, headers and bodies, in order."""

    paths: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)  # asked for by SNI


class Handler(BaseHTTPRequestHandler):
    """`/status/N` answers N (3xx with a Location), `/slow-head` and `/slow-body` drip, `/huge` never ends well."""

    def do_POST(self) -> None:
        heard: Heard = self.server.heard  # type: ignore[attr-defined]
        heard.paths.append(self.path)
        heard.headers.append(dict(self.headers))
        heard.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.close_connection = True
        try:
            self.answer()
        except OSError:
            return  # the caller hung up

    def answer(self) -> None:
        kind, _, status = self.path.strip("/").partition("/")
        if kind == "status":
            self.wfile.write(
                f"HTTP/1.1 {status} X\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n".encode()
            )
        elif kind == "garbage":
            self.wfile.write(b"\x00\xff not http at all\r\n\r\n")
        elif kind == "hang":
            time.sleep(1.5)
        elif kind == "slow-head":
            self._drip(b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 100)
        elif kind == "slow-body":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
            self._drip(b"x" * 100)
        elif kind == "huge":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n")
            for _ in range(1_000):
                self.wfile.write(b"x" * 65_536)
                self.server.sent += 65_536  # type: ignore[attr-defined]
        else:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    def _drip(self, content: bytes) -> None:
        for byte in content:
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            time.sleep(0.05)

    def log_message(self, *args: Any) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that breaks off is what some tests are about."""


@dataclass(frozen=True)
class Receiver:
    port: int
    heard: Heard
    server: Any

    def url(self, path: str, host: str = HOST, scheme: str = "https") -> str:
        return f"{scheme}://{host}:{self.port}{path}"


@contextmanager
def receiver(certificate: tuple[Path, Path] | None) -> Iterator[Receiver]:
    """A receiver on 127.0.0.1, with `certificate` and its key, or without TLS."""
    server = Server(("127.0.0.1", 0), Handler)
    server.heard, server.sent = Heard(), 0  # type: ignore[attr-defined]
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        context.sni_callback = lambda _sock, name, _context: server.heard.names.append(name)  # type: ignore[attr-defined]
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield Receiver(server.server_port, server.heard, server)  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass(frozen=True)
class Authority:
    """Signs certificates; `file` is what a caller trusts."""

    folder: Path
    key: ec.EllipticCurvePrivateKey
    file: Path

    @classmethod
    def new(cls, folder: Path) -> Authority:
        key = ec.generate_private_key(ec.SECP256R1())
        own = _signed("Test authority", key, key, "Test authority", days=30, authority=True)
        file = folder / "authority.pem"
        file.write_bytes(own.public_bytes(serialization.Encoding.PEM))
        return cls(folder, key, file)

    def certificate(self, host: str = HOST, *, days: int = 30) -> tuple[Path, Path]:
        """A certificate for `host` and its key; with negative `days`, one that is over."""
        key = ec.generate_private_key(ec.SECP256R1())
        signed = _signed(host, key, self.key, "Test authority", days=days, authority=False)
        files = self.folder / f"{host}{days}.pem", self.folder / f"{host}{days}.key"
        files[0].write_bytes(signed.public_bytes(serialization.Encoding.PEM))
        files[1].write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return files


def _signed(
    host: str,
    key: ec.EllipticCurvePrivateKey,
    signer: ec.EllipticCurvePrivateKey,
    issuer: str,
    *,
    days: int,
    authority: bool,
) -> x509.Certificate:
    ends = datetime.now(UTC) + timedelta(days=days)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(ends - timedelta(days=60))
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host.replace(" ", "-"))]), critical=False)
        .sign(signer, hashes.SHA256())
    )
