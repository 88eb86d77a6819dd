"""The inbound webhook next to its floors, in turn in one run: `python -m benchmarks.inbound`.

Three things on the same machine, server and database: SnoutOS' whole pipeline for a known client; a Django view that only checks the
signature and writes three rows in one transaction; the same three rows by plain psycopg. Rounds alternate, so that a noisy
machine disturbs all of them; the medians of the rounds are compared. Budgets: a share of at least 30 % of the Django floor at 8
connections, a p99 of at most 4 times the floor's, at most 10 queries a text.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from benchmarks import keys, load
from benchmarks.accounts import already_connected
from benchmarks.load import Result

ROOT = Path(__file__).resolve().parent.parent
CONNECTIONS = (1, 8, 32)
CLIENTS = 200
TOKEN = "benchmark-auth-token"
SID = "AC" + "b" * 32
NUMBER = "+16285550100"
SHARE_MUST, SHARE_AIM = 0.30, 0.45
TAIL_MUST, TAIL_AIM = 4.0, 2.5
QUERIES_MUST, QUERIES_AIM = 10, 8


def main() -> int:
    """Measure and print; 1 when a budget is missed or a request failed."""
    options = _options()
    os.environ.setdefault("SNOUTOS_HOME", str(ROOT / ".snoutos" / "bench"))
    port, floor_port = free_port(), free_port()
    base = "http://127.0.0.1:8000"
    os.environ.update(DEBUG="0", PUBLIC_BASE_URL=base, ALLOWED_HOSTS="127.0.0.1", LOG_LEVEL="WARNING")
    prepare()
    with _server("snoutos.wsgi:application", port), _server("benchmarks.floor:application", floor_port):
        wait(port, "/healthz")
        wait(floor_port, "/")
        measured = _measure(options, base, port, floor_port)
    report = _report(measured, _queries())
    print(report["text"])
    if options.json:
        Path(options.json).write_text(json.dumps(report["figures"], indent=2), encoding="utf-8")
    return 0 if report["good"] else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seconds", type=float, default=3.0, help="length of one round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", help="also write the figures here")
    return parser.parse_args()


def _measure(
    options: argparse.Namespace, base: str, port: int, floor_port: int
) -> dict[tuple[str, int], list[Result]]:
    ours, floor = texts(base, "/webhooks/twilio/inbound", port), texts(base, "/floor", floor_port)
    for requests, at in ((ours, port), (floor, floor_port)):
        load.run(at, requests, connections=8, seconds=1.0)  # warm: connections, imports, plans
    measured: dict[tuple[str, int], list[Result]] = {}
    for _, connections in itertools.product(range(options.rounds), CONNECTIONS):
        for name, result in (
            ("SnoutOS", load.run(port, ours, connections=connections, seconds=options.seconds)),
            ("Django floor", load.run(floor_port, floor, connections=connections, seconds=options.seconds)),
            ("psycopg floor", _psycopg_floor(connections=connections, seconds=options.seconds)),
        ):
            measured.setdefault((name, connections), []).append(result)
    return measured


def texts(base: str, path: str, port: int) -> Iterator[bytes]:
    """Signed texts of known clients, each with a SID of its own."""
    from messaging.providers.signature import sign

    url, run = f"{base}{path}", int(time.time() * 1000)
    for n in itertools.count():
        sid = f"SM{run:016x}{n:016x}"
        params = {
            "MessageSid": sid,
            "SmsSid": sid,
            "SmsMessageSid": sid,
            "AccountSid": SID,
            "From": _client_phone(n % CLIENTS),
            "To": NUMBER,
            "Body": "Hi! Could Biscuit have a longer walk today? He was so happy last time.",
            "NumMedia": "0",
            "NumSegments": "1",
            "SmsStatus": "received",
            "ApiVersion": "2010-04-01",
        }
        body = urlencode(params).encode()
        yield load.http_request(path, f"127.0.0.1:{port}", body, sign(url=url, params=params, token=TOKEN))


def _psycopg_floor(*, connections: int, seconds: float) -> Result:
    """The floor's three rows by plain SQL, in threads."""
    import psycopg

    result, lock = Result(), threading.Lock()
    ends = time.perf_counter() + seconds
    numbers = itertools.count(int(time.time() * 1_000_000))

    def work() -> None:
        took = []
        with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
            while time.perf_counter() < ends:
                began = time.perf_counter()
                with connection.transaction():
                    row = connection.execute(
                        "INSERT INTO floor_receipt (sid, body) VALUES (%s, 'x') RETURNING id",
                        [f"p{next(numbers)}"],
                    ).fetchone()
                    assert row is not None
                    message = connection.execute(
                        "INSERT INTO floor_message (receipt_id, sender, body) VALUES (%s, 'x', 'x') RETURNING id",
                        row,
                    ).fetchone()
                    connection.execute(
                        "INSERT INTO floor_event (message_id, verb, data) VALUES (%s, 'x', '{}')", message
                    )
                took.append(time.perf_counter() - began)
        with lock:
            result.took += took

    threads = [threading.Thread(target=work) for _ in range(connections)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    result.seconds = time.perf_counter() - began
    return result


def _queries() -> int:
    """Queries of one more text of a known client, counted in this process."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    request = next(texts("http://127.0.0.1:8000", "/webhooks/twilio/inbound", 8000))
    head, _, body = request.partition(b"\r\n\r\n")
    signature = head.decode().split("X-Twilio-Signature: ")[1].split("\r\n")[0]
    with CaptureQueriesContext(connection) as captured:
        answer = Client(SERVER_NAME="127.0.0.1").post(
            "/webhooks/twilio/inbound",
            body,
            content_type="application/x-www-form-urlencoded",
            headers={"X-Twilio-Signature": signature},
        )
    assert answer.status_code == 200, answer.status_code
    frame = ("BEGIN", "SAVEPOINT", "RELEASE", "SET CONSTRAINTS", "COMMIT")
    return sum(not query["sql"].startswith(frame) for query in captured.captured_queries)


def _report(measured: dict[tuple[str, int], list[Result]], queries: int) -> dict[str, Any]:
    lines = [f"{'':15}{'connections':>12}{'requests/s':>12}{'p50 ms':>9}{'p99 ms':>9}{'failed':>8}"]
    figures: dict[str, Any] = {"queries": queries}
    for (name, connections), rounds in measured.items():
        rate = statistics.median(r.rate for r in rounds)
        p50 = statistics.median(r.percentile(0.5) for r in rounds)
        p99 = statistics.median(r.percentile(0.99) for r in rounds)
        failed = sum(r.failed for r in rounds)
        figures[f"{name} c={connections}"] = {"rate": rate, "p50_ms": p50, "p99_ms": p99, "failed": failed}
        lines.append(f"{name:15}{connections:12d}{rate:12.0f}{p50:9.1f}{p99:9.1f}{failed:8d}")
    ours, floor = figures["SnoutOS c=8"], figures["Django floor c=8"]
    share, tail = ours["rate"] / floor["rate"], ours["p99_ms"] / floor["p99_ms"]
    failed = sum(value["failed"] for value in figures.values() if isinstance(value, dict))
    figures |= {"share_of_floor": share, "p99_of_floor": tail}
    lines += [
        "",
        f"share of the Django floor at 8 connections: {share:.0%} (must {SHARE_MUST:.0%}, aim {SHARE_AIM:.0%})",
        f"p99 as a multiple of the floor's:           {tail:.1f} (must {TAIL_MUST}, aim {TAIL_AIM})",
        f"queries a text of a known client:           {queries} (must {QUERIES_MUST}, aim {QUERIES_AIM})",
    ]
    good = share >= SHARE_MUST and tail <= TAIL_MUST and queries <= QUERIES_MUST and not failed
    return {"text": "\n".join(lines), "figures": figures, "good": good}


def prepare() -> None:
    """Servers, schema, the floor's tables, and a business with known clients whose threads are open."""
    from snoutos import embedded

    keys.take()
    addresses = embedded.ensure()
    subprocess.run([sys.executable, "manage.py", "migrate", "--no-input", "-v0"], cwd=ROOT, check=True)
    keys.rewrite()
    import psycopg

    from benchmarks.floor_tables import TABLES

    with psycopg.connect(os.environ.get("DATABASE_OWNER_URL", addresses.database_owner_url)) as owner:
        owner.execute(TABLES)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "snoutos.settings")
    import django

    django.setup()
    from django.utils import timezone

    from snoutos.ops.bootstrap import Spec, set_up

    spec = Spec(
        organization={"name": "Benchmark"},
        owner={"email": "owner@benchmark.example"},
        account={"sid": SID, "auth_token": TOKEN},
        numbers=[{"e164": NUMBER, "role": "front_desk"}],
        clients=[{"name": f"Client {n}", "phones": [_client_phone(n)]} for n in range(CLIENTS)],
    )
    already_connected(spec)
    set_up(spec, at=timezone.now())


def _client_phone(n: int) -> str:
    return f"+1619555{n:04d}"


@contextmanager
def _server(application: str, port: int) -> Iterator[None]:
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    command += ["--workers", "2", "--blocking-threads", "8", "--backlog", "4096", "--backpressure", "4096"]
    with (ROOT / ".snoutos" / f"bench-{port}.log").open("wb") as log:
        process = subprocess.Popen([*command, application], cwd=ROOT, stdout=log, stderr=log)
        try:
            yield
        finally:
            process.terminate()
            process.wait(20)


def wait(port: int, path: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5).close()
            return
        except urllib.error.HTTPError as error:
            error.close()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"The server on port {port} does not start: see .snoutos/bench-{port}.log")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
