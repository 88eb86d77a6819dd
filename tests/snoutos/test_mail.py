"""What is known after a letter was handed to a real mail server: sent, certainly not sent, or nobody knows."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from snoutos.core import mail
from snoutos.core.mail import NotSent, Sent, Unknown
from tests.mailserver import MailServer, mail_server


@pytest.fixture
def server(settings: Any) -> Iterator[MailServer]:
    with mail_server(settings) as running:
        yield running


def send(**more: str) -> mail.Fate:
    return mail.send(**{"to": "owner@tails.example", "subject": "An alert", "body": "Look.", **more})


def test_a_letter_arrives_once_and_says_that_a_machine_wrote_it(server: MailServer, settings: Any) -> None:
    settings.DEFAULT_FROM_EMAIL = "SnoutOS <texts@tails.example>"
    assert send(key="7") == Sent()
    ((address, letter),) = server.letters
    assert address == "owner@tails.example"
    assert letter["Subject"] == "An alert"
    assert letter["From"] == "SnoutOS <texts@tails.example>"
    assert letter["Message-ID"] == "<7@tails.example>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter.get_content().strip() == "Look."


def test_a_subject_of_several_lines_becomes_one(server: MailServer) -> None:
    assert send(subject="One\r\nBcc: everybody@tails.example\n" + "long " * 100) == Sent()
    ((_, letter),) = server.letters
    assert letter["Subject"].startswith("One Bcc: everybody@tails.example long")
    assert letter["Bcc"] is None


@pytest.mark.parametrize(("reply", "again"), [("451 later", True), ("550 nobody here", False)])
def test_a_refused_recipient_got_nothing(server: MailServer, reply: str, again: bool) -> None:
    server.refuses_recipient = reply
    assert send() == NotSent(f"recipient_{reply[:3]}", again=again)
    assert server.letters == []


@pytest.mark.parametrize(("reply", "again"), [("451 later", True), ("554 no", False)])
def test_a_refused_letter_was_not_taken(server: MailServer, reply: str, again: bool) -> None:
    server.refuses_letter = reply
    assert send() == NotSent(f"server_{reply[:3]}", again=again)


def test_a_connection_that_breaks_once_the_letter_was_given_leaves_it_open(server: MailServer) -> None:
    server.breaks_off_after_taking = True
    assert isinstance(send(), Unknown)
    assert len(server.letters) == 1


def test_where_nobody_listens_nothing_left(server: MailServer, settings: Any) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        settings.EMAIL_PORT = taken.getsockname()[1]
        fate = send()
    assert isinstance(fate, NotSent)
    assert fate.again
    assert fate.reason == "connect_ConnectionRefusedError"


def test_a_server_that_says_nothing_holds_nobody_up(settings: Any, server: MailServer) -> None:
    settings.EMAIL_TIMEOUT = 0.2
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.EMAIL_PORT = silent.getsockname()[1]
        done = threading.Event()

        def send_it() -> None:
            send()
            done.set()

        threading.Thread(target=send_it, daemon=True).start()
        assert done.wait(5)


@pytest.mark.parametrize("backend", ["console", "dummy", "filebased"])
def test_a_letter_that_would_only_be_printed_is_not_sent(
    settings: Any, backend: str, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.EMAIL_BACKEND = f"django.core.mail.backends.{backend}.EmailBackend"
    assert not mail.can_leave()
    assert send() == NotSent("mail_off", again=False)
    assert capsys.readouterr().out == ""


def test_the_product_waits_ten_seconds_for_a_mail_server_at_most() -> None:
    from snoutos import settings as product

    assert product.EMAIL_TIMEOUT == 10
