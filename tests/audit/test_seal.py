"""What a seal takes, and what it leaves for the next one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.db import connection, transaction

from audit import seal as sealing
from audit import tasks
from audit.errors import SealInProgressError
from audit.models import AuditSeal, AuditSealMember
from audit.record import recording
from audit.seal import GENESIS, seal, snapshot, unsealed
from audit.verify import verify
from tests.audit.places import happen, organization, owner, run, seal_now, settle

pytestmark = pytest.mark.django_db(transaction=True)


def elsewhere(work: Callable[[], None]) -> threading.Thread:
    """Run `work` on a connection of its own."""

    def run_and_close() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run_and_close)
    thread.start()
    return thread


def members(made: AuditSeal | None) -> list[int]:
    assert made is not None
    return list(made.members.order_by("event_id").values_list("event_id", flat=True))


def test_nothing_to_seal_makes_no_seal() -> None:
    assert seal_now() is None
    assert AuditSeal.objects.count() == 0


def test_seals_follow_each_other() -> None:
    business = organization()
    first_events = happen(business, 3)
    first = seal_now()
    second_events = happen(business, 2)
    second = seal_now()
    assert seal_now() is None
    assert first is not None
    assert second is not None
    assert members(first) == [event.pk for event in first_events]
    assert members(second) == [event.pk for event in second_events]
    assert (first.previous_hash, second.previous_hash) == (GENESIS, first.hash)
    assert (first.count, first.first_id, first.last_id) == (3, first_events[0].pk, first_events[-1].pk)


def test_a_limit_leaves_the_rest_of_a_transaction_for_the_next_seal() -> None:
    happen(organization(), 5)
    assert [members(seal_now(2)), members(seal_now(2)), members(seal_now(2))] == [
        members(made) for made in AuditSeal.objects.order_by("pk")
    ]
    assert list(AuditSeal.objects.order_by("pk").values_list("count", flat=True)) == [2, 2, 1]
    assert verify().intact


def test_events_wait_while_an_older_transaction_may_still_add_some() -> None:
    """The open transaction has taken lower ids than what was committed after it."""
    business = organization()
    written, finish = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            happen(business, 2)
            written.set()
            finish.wait(10)

    open_one = elsewhere(slow)
    assert written.wait(10)
    happen(business, 3)
    assert seal() is None
    finish.set()
    open_one.join()
    assert len(members(seal_now())) == 5
    assert verify().intact


def test_what_was_settled_before_the_open_transaction_is_sealed_meanwhile() -> None:
    business = organization()
    before = happen(business, 2)
    settle()
    written, finish = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            happen(business, 1)
            written.set()
            finish.wait(10)

    open_one = elsewhere(slow)
    assert written.wait(10)
    happen(business, 1)
    assert members(seal()) == [event.pk for event in before]
    finish.set()
    open_one.join()
    assert len(members(seal_now())) == 2
    assert verify().intact


def test_a_transaction_that_rolls_back_leaves_a_gap_that_is_no_damage() -> None:
    business = organization()
    happen(business)
    with transaction.atomic():
        happen(business)
        transaction.set_rollback(True)
    happen(business)
    assert len(members(seal_now())) == 2
    assert verify().intact


def test_one_seal_at_a_time() -> None:
    happen(organization())
    refusals: list[SealInProgressError] = []

    def try_too() -> None:
        try:
            seal()
        except SealInProgressError as refusal:
            refusals.append(refusal)

    with transaction.atomic():
        seal_now()
        elsewhere(try_too).join()
    assert len(refusals) == 1
    assert refusals[0].retry
    assert AuditSeal.objects.count() == 1


def test_many_sealers_beside_many_writers_seal_every_event_once() -> None:
    business = organization()
    stop = threading.Event()
    failures: list[Exception] = []

    def write() -> None:
        for _ in range(25):
            happen(business, 4)

    def keep_sealing() -> None:
        while not stop.is_set():
            try:
                seal(7)
            except SealInProgressError:
                continue
            except Exception as failure:
                failures.append(failure)
                return

    sealers = [elsewhere(keep_sealing) for _ in range(2)]
    writers = [elsewhere(write) for _ in range(3)]
    for writer in writers:
        writer.join()
    stop.set()
    for sealer in sealers:
        sealer.join()
    settle()
    tasks.seal()
    assert failures == []
    assert AuditSealMember.objects.count() == 300
    assert not unsealed().exists()
    assert verify().intact


def test_the_task_seals_everything_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    happen(organization(), 5)
    monkeypatch.setattr(tasks, "_BATCH", 2)
    settle()
    assert tasks.seal() == 5
    settle()
    assert tasks.seal() == 0
    assert AuditSeal.objects.count() == 3


def test_the_task_leaves_the_work_to_a_process_that_is_at_it() -> None:
    happen(organization())
    results: list[int] = []
    with transaction.atomic():
        run("SELECT pg_advisory_xact_lock(%s)", sealing._LOCK)
        elsewhere(lambda: results.append(tasks.seal())).join()
    assert results == [0]


def test_after_a_restore_what_was_restored_is_sealed_and_new_events_follow(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A dump keeps each event's transaction number; the new cluster counts from the beginning again."""
    business = organization()
    happen(business, 2)
    seal_now()
    restored = happen(business, 3)
    far_ahead = snapshot().unborn + 1_000_000
    with owner():
        run("ALTER TABLE audit_auditevent DISABLE TRIGGER append_only")
        run("UPDATE audit_auditevent SET xid = %s::text::xid8 WHERE id >= %s", far_ahead, restored[0].pk)
        run("ALTER TABLE audit_auditevent ENABLE TRIGGER append_only")
    assert seal_now() is None
    monkeypatch.setattr(sealing, "snapshot", lambda: replace(snapshot(), cluster="the new one"))
    monkeypatch.setattr("audit.verify.snapshot", sealing.snapshot)
    fresh = happen(business, 1)
    assert verify().intact
    assert members(seal_now(1)) == [event.pk for event in (*restored, *fresh)]
    later = happen(business, 2)
    assert verify().intact
    assert members(seal_now()) == [event.pk for event in later]
    assert verify().intact


def test_recording_and_sealing_do_not_wait_for_each_other() -> None:
    business = organization()
    happen(business)
    with transaction.atomic():
        seal_now()
        done = threading.Event()

        def write() -> None:
            with transaction.atomic(), recording():
                happen(business)
            done.set()

        writer = elsewhere(write)
        assert done.wait(10)
    writer.join()
