"""Append-only tables, kept so by the database: a migration operation other apps use as well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.migrations.operations.base import Operation

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor
    from django.db.migrations.state import ProjectState


class AppendOnly(Operation):
    """Let nobody update, delete or truncate `table`, and leave the running role SELECT and INSERT.

    Needs the function `audit_append_only` (audit 0002), and the running role's grants to have been made
    before. The refusal is an IntegrityError named `<table>_is_append_only`.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(self, table: str) -> None:
        self.table = table

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return (self.__class__.__name__, [self.table], {})

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The state of the models does not change."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        table = schema_editor.quote_name(self.table)
        schema_editor.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only()"
        )
        for role in running_role(schema_editor):
            schema_editor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {role}")

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        table = schema_editor.quote_name(self.table)
        schema_editor.execute(f"DROP TRIGGER append_only ON {table}")
        for role in running_role(schema_editor):
            schema_editor.execute(f"GRANT UPDATE, DELETE ON {table} TO {role}")

    def describe(self) -> str:
        return f"Make {self.table} append-only"


def running_role(schema_editor: BaseDatabaseSchemaEditor) -> list[str]:
    """The quoted role the application runs as; empty when the migrating role is the same one."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        (migrating,) = cursor.fetchone()
    role: str = settings.DATABASE_ROLE
    return [] if role == migrating else [schema_editor.quote_name(role)]
