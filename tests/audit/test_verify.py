"""An owner of the database who switches the triggers off is found out."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from itertools import pairwise

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from audit.models import AuditEvent, AuditSeal
from audit.seal import GENESIS, seal_hash
from audit.verify import Report, verify
from snoutos.accounts.models import Organization
from tests.audit.places import happen, organization, run, seal_now, tampering

pytestmark = pytest.mark.django_db(transaction=True)


def sealed(*counts: int) -> list[AuditEvent]:
    """Events in as many seals as there are counts."""
    business = organization()
    made: list[AuditEvent] = []
    for count in counts:
        made += happen(business, count)
        seal_now()
    return made


def copy_event(source: int, *, pk: int, xid: str) -> None:
    run(
        "INSERT INTO audit_auditevent (id, organization_id, at, actor_kind, actor_id, verb, subject_kind, "
        "subject_id, thread_id, correlation_id, data, xid) "
        "SELECT %s, organization_id, at, actor_kind, actor_id, verb, subject_kind, "
        f"subject_id, thread_id, correlation_id, data, {xid} FROM audit_auditevent WHERE id = %s",
        pk,
        source,
    )


def age_seals() -> None:
    """Make every seal an hour older, hashes and all, as if time had passed."""
    previous = GENESIS
    with tampering():
        for made in AuditSeal.objects.order_by("pk"):
            made.sealed_at -= timedelta(hours=1)
            made.previous_hash = previous
            members = made.members.order_by("event_id").values_list("event_id", "digest")
            made.hash = seal_hash(made, [(pk, bytes(digest)) for pk, digest in members])
            made.save()
            previous = made.hash
    assert verify().intact


def test_an_untouched_trail_is_whole() -> None:
    assert verify() == Report()
    business = organization()
    sealed(3, 2, 4)
    happen(business, 2)
    report = verify()
    assert report.intact
    assert (report.seals, report.events, report.not_sealed_yet) == (3, 9, 2)
    assert report.head == AuditSeal.objects.order_by("pk").last().hash  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "change",
    [
        "verb = 'thread.opened'",
        "at = at + interval '1 microsecond'",
        "actor_kind = 'user'",
        "actor_id = 9",
        "subject_kind = 'message'",
        "subject_id = 9",
        "thread_id = NULL",
        "credential_kind = 'api_key', credential_id = 9",
        "credential_kind = 'session', credential_id = 9",
        "organization_id = NULL",
        "correlation_id = gen_random_uuid()",
        """data = '{"reason": "other"}'""",
        "xid = '3'",
    ],
)
def test_an_edited_event_is_found(change: str) -> None:
    made = sealed(3, 3)
    with tampering():
        run(f"UPDATE audit_auditevent SET {change} WHERE id = %s", made[1].pk)
    report = verify()
    assert not report.intact
    assert report == Report(
        seals=2, events=6, head=report.head, edited=[made[1].pk], not_sealed_yet=report.not_sealed_yet
    )


def test_a_removed_event_is_found() -> None:
    made = sealed(3, 3)
    with tampering():
        run("DELETE FROM audit_auditevent WHERE id = %s", made[4].pk)
    report = verify()
    assert report.removed == [made[4].pk]
    assert not report.edited


def test_an_event_removed_with_its_place_breaks_the_seal() -> None:
    made = sealed(3, 3)
    with tampering():
        run("DELETE FROM audit_auditevent WHERE id = %s", made[4].pk)
        run("DELETE FROM audit_auditsealmember WHERE event_id = %s", made[4].pk)
    assert verify().broken_seals == [AuditSeal.objects.order_by("pk").last().pk]  # type: ignore[union-attr]


def test_an_event_inserted_with_an_old_transaction_is_found() -> None:
    made = sealed(3, 3)
    copy = made[-1].pk + 100
    with tampering():
        copy_event(made[1].pk, pk=copy, xid="xid")
    assert seal_now() is None
    assert verify().inserted == [copy]


def test_an_event_inserted_with_an_old_id_is_found_before_and_after_it_is_sealed() -> None:
    business = organization()
    happen(business, 1)
    gap = happen(business, 1)[0].pk
    with tampering():
        run("DELETE FROM audit_auditevent WHERE id = %s", gap)
    sealed(2, 1)
    age_seals()
    newest = happen(business, 1)[0]
    seal_now()
    with tampering():
        copy_event(newest.pk, pk=gap, xid="pg_current_xact_id()")
    assert verify().inserted == [gap]
    seal_now()
    assert verify().not_sealed_yet == 0
    assert verify().inserted == [gap]


def test_an_honest_event_whose_id_was_taken_just_before_its_transaction_began_is_not_suspected() -> None:
    """PostgreSQL fills the id first, then asks for the transaction's number; a seal may fall in between."""
    source = sealed(1)[0].pk
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('audit_auditevent', 'id'))")
        (taken,) = cursor.fetchone()
    happen(organization())
    seal_now()
    copy_event(source, pk=taken, xid="pg_current_xact_id()")
    assert verify().intact
    seal_now()
    report = verify()
    assert report.intact
    assert (report.events, report.not_sealed_yet) == (3, 0)


def test_an_event_inserted_with_a_place_breaks_the_seal() -> None:
    made = sealed(3)
    copy = made[-1].pk + 100
    with tampering():
        copy_event(made[1].pk, pk=copy, xid="xid")
        run(
            "INSERT INTO audit_auditsealmember (seal_id, event_id, digest) "
            "SELECT seal_id, %s, digest FROM audit_auditsealmember WHERE event_id = %s",
            copy,
            made[1].pk,
        )
    assert verify().broken_seals == [AuditSeal.objects.get().pk]


def test_reordered_events_are_found() -> None:
    business: Organization = organization()
    first, second = happen(business, thread_id=1)[0].pk, happen(business, thread_id=2)[0].pk
    happen(business)
    seal_now()
    with tampering():
        for before, after in ((first, -1), (second, first), (-1, second)):
            run("UPDATE audit_auditevent SET id = %s WHERE id = %s", after, before)
    report = verify()
    assert report.reordered == [first, second]
    assert not report.edited


def test_reordered_places_break_the_seal() -> None:
    business = organization()
    made = [happen(business)[0] for _ in range(3)]
    seal_now()
    with tampering():
        for before, after in ((made[0].pk, -1), (made[1].pk, made[0].pk), (-1, made[1].pk)):
            run("UPDATE audit_auditsealmember SET event_id = %s WHERE event_id = %s", after, before)
    assert verify().broken_seals == [AuditSeal.objects.get().pk]


def test_a_seal_removed_with_its_events_breaks_the_chain() -> None:
    sealed(2, 2, 2)
    first, second, third = AuditSeal.objects.order_by("pk").values_list("pk", flat=True)
    with tampering():
        run(
            "DELETE FROM audit_auditevent WHERE id IN "
            "(SELECT event_id FROM audit_auditsealmember WHERE seal_id = %s)",
            second,
        )
        run("DELETE FROM audit_auditsealmember WHERE seal_id = %s", second)
        run("DELETE FROM audit_auditseal WHERE id = %s", second)
    assert verify().broken_seals == [third]
    assert first != third


@pytest.mark.parametrize(
    "change",
    [
        "count = count + 1",
        "first_id = first_id - 1",
        "last_id = last_id + 1",
        "sealed_at = sealed_at - interval '1 day'",
        "horizon = '3'",
        "snapshot_end = '3'",
        "cluster = 'another'",
        "hash = repeat('a', 64)",
    ],
)
def test_an_edited_seal_is_found(change: str) -> None:
    sealed(2, 2, 2)
    middle = AuditSeal.objects.order_by("pk")[1].pk
    with tampering():
        run(f"UPDATE audit_auditseal SET {change} WHERE id = %s", middle)
    assert middle in verify().broken_seals


def test_a_chain_cut_short_is_found_by_a_head_noted_outside() -> None:
    sealed(2, 2)
    older, newer = AuditSeal.objects.order_by("pk")
    with tampering():
        run(
            "DELETE FROM audit_auditevent WHERE id IN "
            "(SELECT event_id FROM audit_auditsealmember WHERE seal_id = %s)",
            newer.pk,
        )
        run("DELETE FROM audit_auditsealmember WHERE seal_id = %s", newer.pk)
        run("DELETE FROM audit_auditseal WHERE id = %s", newer.pk)
    assert verify().intact
    assert verify(known_head=older.hash).intact
    assert not verify(known_head=newer.hash).intact


def test_the_command_says_that_all_is_well() -> None:
    sealed(2)
    out = StringIO()
    call_command("verify_audit", head=AuditSeal.objects.get().hash, stdout=out)
    assert out.getvalue().startswith("The audit trail is intact: 2 events in 1 seals, 0 not sealed yet.")
    assert AuditSeal.objects.get().hash in out.getvalue()


def test_the_command_fails_with_one_sentence_that_names_ids() -> None:
    made = sealed(4)
    with tampering():
        run("UPDATE audit_auditevent SET verb = 'thread.opened' WHERE id = %s", made[0].pk)
        run("DELETE FROM audit_auditevent WHERE id = %s", made[2].pk)
    with pytest.raises(CommandError) as failure:
        call_command("verify_audit", head="0" * 63 + "1")
    assert failure.value.returncode == 1
    assert str(failure.value) == (
        f"The audit trail was changed: events edited {made[0].pk}; events removed {made[2].pk}; "
        "the given seal is gone."
    )


def test_the_command_shortens_long_lists() -> None:
    made = sealed(60)
    with tampering():
        run("DELETE FROM audit_auditevent")
    with pytest.raises(CommandError, match=rf"{made[49].pk} and 10 more\.$"):
        call_command("verify_audit")


def test_ids_and_transactions_rise_together_so_honest_events_are_never_suspected() -> None:
    """The premise of finding inserted ids, checked on PostgreSQL itself."""
    business = organization()
    rows = [happen(business)[0] for _ in range(20)]
    assert all(a.pk < b.pk and a.xid < b.xid for a, b in pairwise(rows))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence('audit_auditevent', 'id')")
        name = cursor.fetchone()[0]
        cursor.execute(
            "SELECT cache_size, cycle FROM pg_sequences WHERE schemaname || '.' || sequencename = %s", [name]
        )
        assert cursor.fetchone() == (1, False)
