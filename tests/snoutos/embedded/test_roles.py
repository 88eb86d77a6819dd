"""The running role can read and write and nothing more; the superuser cannot log in."""

from __future__ import annotations

import psycopg
import pytest

from tests.snoutos.embedded.conftest import query

pytestmark = pytest.mark.processes


def test_the_running_role_cannot_create_a_table(shared: dict[str, str]) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        query(shared["database_url"], "CREATE TABLE mine (id int)")


@pytest.mark.parametrize("statement", ["SET ROLE snoutos_owner", "SET ROLE postgres", "CREATE ROLE other"])
def test_the_running_role_cannot_become_more(shared: dict[str, str], statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        query(shared["database_url"], statement)


def test_the_running_role_is_no_member_of_the_owner(shared: dict[str, str]) -> None:
    asked = "SELECT pg_has_role('snoutos', 'snoutos_owner', 'MEMBER'), rolsuper FROM pg_roles"
    assert query(shared["database_url"], f"{asked} WHERE rolname = 'snoutos'") == [(False, False)]


def test_the_owner_migrates_makes_test_databases_and_can_run_as_the_plain_role(
    shared: dict[str, str],
) -> None:
    owner = shared["database_owner_url"]
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("CREATE TABLE owned (id int)")
        connection.execute("CREATE DATABASE test_snoutos")
        connection.execute("DROP DATABASE test_snoutos")
        connection.execute("SET ROLE snoutos")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DROP TABLE owned")
        connection.execute("RESET ROLE")
        connection.execute("DROP TABLE owned")


def test_the_superuser_cannot_log_in(shared: dict[str, str]) -> None:
    with pytest.raises(psycopg.OperationalError, match=r"no pg_hba\.conf entry"):
        query(shared["database_url"].replace("snoutos@", "postgres@"), "SELECT 1")


def test_committed_rows_are_on_disk_before_the_answer(shared: dict[str, str]) -> None:
    asked = "SELECT current_setting('fsync'), current_setting('synchronous_commit')"
    assert query(shared["database_url"], asked) == [("on", "on")]


def test_letters_beyond_ascii_change_case(shared: dict[str, str]) -> None:
    assert query(shared["database_url"], "SELECT lower('ÉÄ'), 'Ärger' ILIKE 'ä%'") == [("éä", True)]
