"""A business that did a bit of everything is found healthy, and the doctor leaves no trace of its visit."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import InternalError, OperationalError, connection
from django.utils import timezone

from messaging import heartbeats
from messaging.models import Delivery, Heartbeat
from snoutos.ops.doctor import examination
from snoutos.ops.doctor.examination import examine
from snoutos.ops.doctor.registry import CHECKS, Check, check
from tests.business import open_business
from tests.messaging.outbound.steps import owner_says
from tests.tenancy.full_business import open_full_business

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _rehearsal(settings: pytest.FixtureRequest, db: None) -> None:
    settings.PUBLIC_BASE_URL = "http://127.0.0.1:8000"  # type: ignore[attr-defined]
    for name in (*heartbeats.QUEUES, heartbeats.BEAT, heartbeats.BROKER):
        heartbeats.note(name)


def said(*arguments: str) -> str:
    out = StringIO()
    call_command("doctor", *arguments, stdout=out)
    return out.getvalue()


def complained(*arguments: str) -> tuple[str, str]:
    """What it prints, and the sentence it exits 1 with."""
    out = StringIO()
    with pytest.raises(CommandError) as error:
        call_command("doctor", *arguments, stdout=out)
    assert error.value.returncode == 1
    return out.getvalue(), str(error.value)


def test_full_businesses_are_healthy(settings: pytest.FixtureRequest) -> None:
    for name in ("Happy Tails", "Paws"):
        settings.PUBLIC_BASE_URL = "http://testserver"  # type: ignore[attr-defined]
        open_full_business(name)
    settings.PUBLIC_BASE_URL = "http://127.0.0.1:8000"  # type: ignore[attr-defined]
    assert examine(at=timezone.now()) == []
    assert said() == f"{len(CHECKS)} checks, nothing wrong.\n"
    assert json.loads(said("--json")) == {"healthy": True, "findings": []}


def test_what_is_wrong_is_one_line_with_ids_and_what_to_do() -> None:
    Heartbeat.objects.filter(name="send").delete()
    printed, sentence = complained()
    assert printed == (
        "running.silent: process send: Has shown no sign of life for a while. Do: start the broker, the beat or the worker of that "
        "queue; the sweeps pick up what was waiting.\n"
    )
    assert sentence == "1 rule is broken."


def test_json_holds_the_same() -> None:
    Heartbeat.objects.all().delete()
    printed, _ = complained("--json", "running.silent")
    found = json.loads(printed)
    assert found["healthy"] is False
    assert [(one["code"], one["ids"], one["more"]) for one in found["findings"]] == [
        ("running.silent", ["beat", "send", "tick", "default"], False)
    ]


def test_only_the_checks_named_are_made() -> None:
    Heartbeat.objects.all().delete()
    assert said("thread.position_differs") == "1 check, nothing wrong.\n"
    _, sentence = complained("no.such", "thread.position_differs")
    assert sentence == "No such check: no.such. `manage.py doctor --list` names them."


def test_the_list_names_every_check_and_makes_none() -> None:
    Heartbeat.objects.all().delete()
    lines = said("--list").splitlines()
    assert [line.split(":")[0] for line in lines] == sorted(CHECKS)


def test_many_ids_are_cut_short(monkeypatch: pytest.MonkeyPatch) -> None:
    many = Check("test.many", "row", "Is one of many", "count them", lambda at: range(5000))
    monkeypatch.setitem(CHECKS, "test.many", many)
    printed, _ = complained("test.many")
    assert printed.startswith("test.many: row 0, 1, 2,")
    assert "19 and over 980 more: Is one of many." in printed
    (found,) = examine(["test.many"], at=timezone.now())
    assert (len(found.ids), found.more) == (examination.NAMED, True)


def test_a_check_that_writes_is_refused_by_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """And one that cannot run is a finding, which keeps none of the others from running."""
    delivery = owner_says(open_business(), "See you")

    def vandal(at: object) -> list[int]:
        Delivery.objects.filter(pk=delivery.pk).update(body="changed")
        return []

    monkeypatch.setitem(CHECKS, "test.vandal", Check("test.vandal", "row", "", "", vandal))
    found = examine(["test.vandal", "delivery.overdue"], at=timezone.now())
    assert [(one.code, one.subject) for one in found] == [("test.vandal", "check")]
    assert found[0].ids[0] in {InternalError.__name__, OperationalError.__name__}
    assert Delivery.objects.get(pk=delivery.pk).body == "See you"


def test_a_code_is_taken_once() -> None:
    with pytest.raises(ValueError, match=r"two checks are called delivery\.overdue"):
        check("delivery.overdue", subject="delivery", wrong="", do="")(lambda at: ())


def test_sentences_can_be_read() -> None:
    for one in CHECKS.values():
        assert one.wrong[0].isupper(), one.code
        assert not one.wrong.endswith("."), one.code
        assert one.do, one.code
        assert not one.do.endswith("."), one.code
        assert one.subject.isidentifier(), one.code


@pytest.mark.django_db(transaction=True)
def test_all_checks_see_one_moment() -> None:
    """Outside a test's transaction: one snapshot, so that what moves meanwhile is no contradiction."""
    seen: list[tuple[str, ...]] = []

    def look(at: object) -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT current_setting('transaction_isolation'), current_setting('transaction_read_only')"
            )
            seen.append(cursor.fetchone())
        return []

    CHECKS["test.look"] = Check("test.look", "row", "", "", look)
    try:
        assert examine(["test.look"], at=timezone.now()) == []
    finally:
        del CHECKS["test.look"]
    assert seen == [("repeatable read", "on")]
