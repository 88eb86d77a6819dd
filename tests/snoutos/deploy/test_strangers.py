"""Web, webhook and live processes behind a proxy, as deployed, while strangers take what they can get."""

from __future__ import annotations

import contextlib
import http.client
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from benchmarks import strangers
from messaging.models import Message
from messaging.providers.signature import sign
from snoutos.devtools import caddy
from tests.business import INBOUND, Business, open_business
from tests.snoutos.deploy import test_caddy
from tests.snoutos.processes import free_port, get, running, serving, wait_until

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

HOST = "http://127.0.0.1:8000"
TEXTS = 50
PROXIES = [
    *(pytest.param(program, marks=pytest.mark.foreign) for program in caddy.programs()[:1]),
    "the demo's",
]


@pytest.fixture(params=PROXIES)
def port(request: pytest.FixtureRequest, transactional_db: None, tmp_path: Path) -> Iterator[int]:
    """The proxy's port, in front of one process of each kind."""
    names = {"WEB_PROCESSES": "1", "WEBHOOK_PROCESSES": "1", "TRUSTED_PROXIES": "1", "PUBLIC_BASE_URL": HOST}
    names["DEBUG"] = "1"  # pages without `collectstatic`
    with contextlib.ExitStack() as stack:
        served = {
            kind: f"127.0.0.1:{stack.enter_context(serving(kind, tmp_path / kind, **names))[0]}"
            for kind in ("web", "webhook", "live")
        }
        if request.param == "the demo's":
            yield stack.enter_context(demos_proxy(served, tmp_path / "proxy"))
        else:
            yield stack.enter_context(test_caddy.running(request.param, tmp_path, served))


@contextlib.contextmanager
def demos_proxy(served: dict[str, str], log: Path) -> Iterator[int]:
    port = free_port()
    addresses = [f"--{kind}=http://{where}" for kind, where in served.items()]
    nobody = "--simulator=http://127.0.0.1:1"
    with running(log, "snoutos.devtools.proxy", f"--listen=127.0.0.1:{port}", nobody, *addresses):
        wait_until(lambda: get(port, "/healthz")[0] == 200, within=30)
        yield port


def text(business: Business, port: int, n: int) -> tuple[int, float]:
    """One genuine text through the proxy: its status, and how long it took."""
    params = business.inbound_params(f"text {n}")
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Twilio-Signature": sign(url=f"{HOST}{INBOUND}", params=params, token=business.account.auth_token),
    }
    began = time.monotonic()
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as line:
        line.request("POST", INBOUND, urlencode(params), headers)
        status = line.getresponse().status
    return status, time.monotonic() - began


def test_every_text_is_answered_beside_slow_sockets_and_busy_hashes(port: int, tmp_path: Path) -> None:
    business = open_business()
    assert text(business, port, 0)[0] == 200
    with strangers.at(port, sockets=60, sign_ins=20) as (slow, signing):
        # Some sign-in has been answered, so hashes are being made; and the sockets are there.
        wait_until(lambda: signing.answers.total() > 0, within=60)
        answered = [text(business, port, n)[0] for n in range(1, TEXTS + 1)]
        assert slow.open >= 30
    assert answered == [200] * TEXTS
    assert Message.objects.of(business.organization).filter(body__startswith="text ").count() == TEXTS + 1
    # The deployment itself, asked from outside.
    assert get(port, "/admin/login/")[0] == 200
    assert get(port, "/api/v1/threads/")[0] == 401
    assert get(port, "/live/")[0] == 403
    if (tmp_path / "data").exists():  # Caddy's; the demo's proxy hides nothing from this machine
        assert [get(port, path)[0] for path in ("/metrics", "/readyz", "/healthz")] == [404, 404, 200]


def test_texts_are_answered_while_every_thread_of_the_web_process_is_taken(port: int) -> None:
    """Sign-ins that hash nothing hold web threads here, by a lock on the table they write to."""
    from django.db import connection, transaction

    business = open_business()
    assert text(business, port, 0)[0] == 200
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
            cursor.execute("LOCK TABLE django_session IN ACCESS EXCLUSIVE MODE")
        held = [
            threading.Thread(target=get, args=(port, "/admin/"), kwargs={"Cookie": f"sessionid={n:032x}"})
            for n in range(40)
        ]
        for thread in held:
            thread.start()
        wait_until(lambda: get(port, "/healthz", timeout=1)[0] == 0)  # no web thread is left
        assert [text(business, port, n)[0] for n in range(1, 11)] == [200] * 10
    for thread in held:
        thread.join(60)
