"""Work that the database refuses for a reason of its own is done again; what is wrong with the work itself is not."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from snoutos.accounts.models import Organization
from snoutos.core import dberrors
from tests.factories import OrganizationFactory
from tests.standing_still import impatient, standing_still

pytestmark = pytest.mark.django_db(transaction=True)


def _pid() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def _rename(organization: Organization) -> None:
    Organization.objects.filter(pk=organization.pk).update(name="Renamed")


def test_what_lost_its_connection_is_done_again_on_a_new_one() -> None:
    organization = OrganizationFactory()
    pids: list[int] = []

    def work() -> None:
        with transaction.atomic():
            pids.append(_pid())
            _rename(organization)
            if len(pids) == 1:
                with connection.cursor() as cursor:
                    cursor.execute(
                        "RESET ROLE"
                    )  # a role may end its own sessions, and the tests log in as another
                    cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    dberrors.repeat(work)
    assert len(set(pids)) == 2
    assert Organization.objects.get(pk=organization.pk).name == "Renamed"


def test_a_lock_that_is_not_got_is_told_from_everything_else() -> None:
    organization = OrganizationFactory()
    row = ("SELECT 1 FROM accounts_organization WHERE id = %s FOR UPDATE", [organization.pk])
    with standing_still(row), impatient(0.1), pytest.raises(OperationalError) as refused:
        _rename(organization)
    assert dberrors.is_held_up(refused.value)
    with pytest.raises(IntegrityError) as broken:
        Organization.objects.filter(pk=organization.pk).update(name=None)
    assert not dberrors.is_held_up(broken.value)
    assert not dberrors.is_held_up(ValueError())


def test_a_fault_of_the_work_is_raised_at_once() -> None:
    done: list[int] = []

    def work() -> None:
        done.append(1)
        raise IntegrityError

    with pytest.raises(IntegrityError):
        dberrors.repeat(work)
    assert done == [1]


def test_it_gives_up_in_the_end_and_at_once_inside_a_transaction() -> None:
    done: list[int] = []

    def work() -> None:
        done.append(1)
        raise OperationalError

    with pytest.raises(OperationalError):
        dberrors.repeat(work, seconds=0.3)
    assert len(done) == 3
    with transaction.atomic(), pytest.raises(OperationalError):
        dberrors.repeat(work)
    assert len(done) == 4
