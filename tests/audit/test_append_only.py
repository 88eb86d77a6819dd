"""Events, seals and their members can be added and read, and nothing else, by anybody."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from tests.audit.places import happen, organization, owner, run, seal_now

TABLES = ("audit_auditevent", "audit_auditseal", "audit_auditsealmember")
CHANGES = ("UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE")


@pytest.mark.django_db
@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("change", CHANGES)
def test_the_running_role_lacks_the_privilege(table: str, change: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        run(change.format(table))


@pytest.mark.django_db
@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("change", CHANGES[:2])
def test_the_owner_is_refused_by_name_even_when_no_row_matches(table: str, change: str) -> None:
    with owner(), pytest.raises(IntegrityError, match="append-only") as refusal, transaction.atomic():
        run(change.format(table))
    assert refusal.value.__cause__.diag.constraint_name == f"{table}_is_append_only"  # type: ignore[union-attr]


@pytest.mark.django_db(transaction=True)
def test_the_owner_may_truncate_a_test_database_only() -> None:
    """Emptying it between tests has to work; the same statement under another database name is refused."""
    happen(organization())
    with owner():
        run("TRUNCATE audit_auditevent")
        with connection.cursor() as cursor:
            cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'audit_append_only'")
            body = cursor.fetchone()[0]
            assert "current_database()" in body
            body = body.replace("current_database()", "'snoutos'")
        with transaction.atomic():
            run(
                "CREATE FUNCTION pg_temp.outside_tests() RETURNS trigger LANGUAGE plpgsql "
                f"SET search_path = pg_catalog AS $f${body}$f$"
            )
            run(
                "CREATE TRIGGER elsewhere BEFORE TRUNCATE ON audit_auditevent "
                "FOR EACH STATEMENT EXECUTE FUNCTION pg_temp.outside_tests()"
            )
            with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
                run("TRUNCATE audit_auditevent")
            transaction.set_rollback(True)


@pytest.mark.django_db(transaction=True)
def test_the_running_role_may_add_and_seal() -> None:
    happen(organization(), 3)
    made = seal_now()
    assert made is not None
    assert made.count == 3


@pytest.mark.django_db
def test_switching_triggers_off_is_the_owners_privilege() -> None:
    with pytest.raises(ProgrammingError, match="must be owner"), transaction.atomic():
        run("ALTER TABLE audit_auditevent DISABLE TRIGGER append_only")
