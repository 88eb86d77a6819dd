"""What the database itself must refuse: triggers, constraints, rights, and the schema they stand in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.apps import apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from snoutos.ops.doctor.registry import check

# (table, trigger). A test compares this with a freshly migrated database.
TRIGGERS = (
    ("audit_auditevent", "append_only"),
    ("audit_auditseal", "append_only"),
    ("audit_auditsealmember", "append_only"),
    ("automations_automationversion", "guard_version"),
    ("messaging_assignmentwindow", "guard_window"),
    ("messaging_delivery", "guard_delivery"),
    ("messaging_deliveryreport", "append_only"),
    ("messaging_sendattempt", "guard_attempt"),
)
APPEND_ONLY = tuple(table for table, trigger in TRIGGERS if trigger == "append_only")
_MIGRATE = "add it again as the owner role, as in the migration that created it"


@check(
    "guard.trigger_missing_or_off",
    subject="trigger",
    wrong="The database does not hold the rule that this trigger keeps",
    do="`ALTER TABLE … ENABLE TRIGGER …` as the owner role when it is off; otherwise " + _MIGRATE,
)
def trigger_missing_or_off(at: datetime) -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
        )
        there = set(cursor.fetchall())
    for table, trigger in TRIGGERS:
        if (table, trigger) not in there:
            yield f"{table}.{trigger}"


@check(
    "guard.constraint_missing",
    subject="constraint",
    wrong="The database does not hold this rule, or an index is broken",
    do=_MIGRATE + "; `REINDEX` a broken index",
)
def constraint_missing(at: datetime) -> Iterator[str]:
    there = _constraints_and_indexes()
    for model in apps.get_models():
        if not model._meta.managed or model._meta.proxy:
            continue
        for rule in [*model._meta.constraints, *model._meta.indexes]:
            if rule.name not in there:
                yield f"{model._meta.db_table}.{rule.name}"


def _constraints_and_indexes() -> set[str]:
    """The names of those that hold for every row."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE convalidated AND contype IN ('c', 'u', 'x') "
            "UNION SELECT relname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE indisvalid"
        )
        return {name for (name,) in cursor.fetchall()}


@check(
    "guard.running_role_may_rewrite",
    subject="table",
    wrong="The running role can change or remove rows of this table, which no one should",
    do="set DATABASE_OWNER_URL to the role that migrates and DATABASE_URL to a plain one; REVOKE UPDATE, DELETE, TRUNCATE on it",
)
def running_role_may_rewrite(at: datetime) -> Iterator[str]:
    with connection.cursor() as cursor:
        for table in APPEND_ONLY:
            cursor.execute(
                "SELECT has_table_privilege(current_user, %s, 'UPDATE, DELETE, TRUNCATE')", [table]
            )
            if cursor.fetchone()[0]:
                yield table


@check(
    "schema.migrations_missing",
    subject="migration",
    wrong="Is not applied",
    do="`manage.py migrate`",
)
def migrations_missing(at: datetime) -> Iterator[str]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    for migration, _ in plan:
        yield f"{migration.app_label}.{migration.name}"
