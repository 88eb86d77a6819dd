"""The database's schema beside the code's."""

from __future__ import annotations

from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def is_older() -> bool:
    """Whether the code has migrations that the database lacks. A schema newer than the code is not older: the previous version goes on
    working while the next one's migrations run. Raises django.db.Error when the database cannot be asked."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
