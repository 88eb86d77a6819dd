"""PostgreSQL's own log names what failed, and holds nothing of the rows, the statements and their values."""

from __future__ import annotations

import psycopg
import pytest

from tests.snoutos.embedded.conftest import Home

pytestmark = pytest.mark.processes

PHONE = "+16195550120"
BODY = "the key is under the mat"

_TABLE = """
CREATE TABLE texts (phone text UNIQUE, body text CHECK (length(body) < 60), read boolean NOT NULL);
INSERT INTO texts VALUES ('+16195550120', 'the key is under the mat', true)
"""
# Each quotes the row, the statement or a value in what a server logs by default.
_INSERT = "INSERT INTO texts VALUES (%s, %s, %s)"
REFUSED = {
    "unique": (_INSERT, (PHONE, BODY, True)),
    "check": (_INSERT, ("1", BODY * 3, True)),
    "not null": (_INSERT, (PHONE + "1", BODY, None)),
    "json": ("SELECT %s::jsonb", (f"{PHONE} {BODY}",)),
    "wrong column": ("SELECT nothing FROM texts WHERE phone = %s AND body = %s", (PHONE, BODY)),
    "a value that cannot be cast": ("SELECT %s::text::int", (f"{PHONE} {BODY}",)),
    "words in the statement": (f"SELECT 1 / 0 FROM texts WHERE phone = '{PHONE}' AND body = '{BODY}'", None),
}


@pytest.mark.parametrize("bound_by", [psycopg.Cursor, psycopg.ClientCursor])
def test_a_refused_row_leaves_neither_its_phone_nor_its_body_in_the_log(
    home: Home, bound_by: type[psycopg.Cursor[object]]
) -> None:
    _, addresses = home.user()
    log = home.path / "logs" / "postgres.log"
    before = len(log.read_text())
    with psycopg.connect(addresses["database_owner_url"], autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS texts")
        connection.execute(_TABLE)
        for statement, values in REFUSED.values():
            with bound_by(connection) as cursor, pytest.raises(psycopg.Error):
                cursor.execute(statement, values)
        _copy_a_bad_line(connection)
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(addresses["database_owner_url"], dbname="elsewhere")
    logged = log.read_text()[before:]
    assert 'FATAL:  database "elsewhere" does not exist' in logged, "what is wrong with the server is told"
    for secret in (PHONE, PHONE[2:], BODY, "DETAIL", "STATEMENT", "CONTEXT"):
        assert secret not in logged


def _copy_a_bad_line(connection: psycopg.Connection[object]) -> None:
    """What a restore does: the server quotes the line as context."""
    copying = connection.cursor().copy("COPY texts FROM STDIN")
    with pytest.raises(psycopg.errors.InvalidTextRepresentation), copying as copy:
        copy.write(f"{PHONE}\t{BODY}\tperhaps {BODY}\n")
