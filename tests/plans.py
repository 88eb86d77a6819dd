"""What PostgreSQL would do with a statement, judged on tables it has counted.

The tests run as the application's role, which owns no table: its ``ANALYZE`` is skipped with a notice, and the plan
then depends on what was counted before, in another test, or by chance in the background.
"""

from __future__ import annotations

from django.db import connection


def analyze(*tables: str) -> None:
    """Have ``tables`` counted as they are in this transaction, by their owner."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        (role,) = cursor.fetchone()
        cursor.execute("RESET ROLE")
        for table in tables:
            cursor.execute(f"ANALYZE {table}")
        cursor.execute(f"SET ROLE {connection.ops.quote_name(role)}")


def plan_of(sql: str, *dear: str) -> str:
    """The plan of ``sql``, a line for each step; ``dear`` are ways to be avoided, as long tables make them: "seqscan"."""
    with connection.cursor() as cursor:
        for way in dear:
            cursor.execute(f"SET LOCAL enable_{way} = off")
        cursor.execute("EXPLAIN " + sql.replace("%", "%%"), [])
        return "\n".join(row[0] for row in cursor.fetchall())
