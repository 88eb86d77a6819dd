"""Tenancy: every row of a business carries its organization, and no row can point into another one.

Django cannot declare a composite foreign key, so a `TenantForeignKey` creates none of its own; the migration operation
`AddTenantKeys` adds `(organization_id, x_id) → (organization_id, id)`. A test compares the two lists.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models
from django.db.migrations.operations.base import Operation

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor
    from django.db.migrations.state import ProjectState

    from snoutos.accounts.models import Organization


class TenantForeignKey(models.ForeignKey):  # type: ignore[type-arg]
    """A foreign key inside one organization. The database refuses a target of another (`AddTenantKeys`)."""

    def __init__(self, to: Any, on_delete: Any = models.PROTECT, **kwargs: Any) -> None:
        kwargs["db_constraint"] = False
        super().__init__(to, on_delete, **kwargs)


class TenantQuerySet(models.QuerySet[Any]):
    """Rows of tenant models; `of` is how every reader begins."""

    def of(self, organization: Organization | int | None) -> Self:
        """Only the rows of `organization`; None (an operator, nobody signed in) has none."""
        if organization is None:
            return self.none()
        return self.filter(organization=organization)


class TenantModel(models.Model):
    """A row of one organization. Subclasses extend `TenantModel.Meta` and its constraints."""

    organization = models.ForeignKey(
        "accounts.Organization", models.PROTECT, related_name="+", db_index=False
    )

    objects: ClassVar[Any] = TenantQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # The target of composite foreign keys.
            models.UniqueConstraint(
                fields=["organization", "id"], name="%(app_label)s_%(class)s_of_organization"
            )
        ]


class PublicModel(models.Model):
    """A row with a face: API, links, hints and exports name it by `public_id` only."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        abstract = True


def tenant_key_name(table: str, column: str) -> str:
    """The name of the composite foreign key of `table.column`; PostgreSQL keeps 63 characters of it."""
    return f"{table}_{column}_same_organization"[:63]


class AddTenantKeys(Operation):
    """Add the composite foreign key of every `TenantForeignKey` of the named models that has none yet."""

    reversible = True
    reduces_to_sql = True

    def __init__(self, *model_names: str) -> None:
        self.model_names = model_names

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return (self.__class__.__name__, list(self.model_names), {})

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The state of the models does not change."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for table, column, target in self._keys(app_label, to_state):
            schema_editor.execute(
                f'ALTER TABLE "{table}" ADD CONSTRAINT "{tenant_key_name(table, column)}" '
                f'FOREIGN KEY (organization_id, "{column}") REFERENCES "{target}" (organization_id, id)'
            )

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for table, column, _ in self._keys(app_label, from_state):
            schema_editor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT "{tenant_key_name(table, column)}"')

    def describe(self) -> str:
        return f"Keep the references of {', '.join(self.model_names)} inside one organization"

    def _keys(self, app_label: str, state: ProjectState) -> list[tuple[str, str, str]]:
        models_ = [state.apps.get_model(app_label, name) for name in self.model_names]
        return [
            (model._meta.db_table, field.column, field.related_model._meta.db_table)
            for model in models_
            for field in model._meta.local_fields
            if isinstance(field, TenantForeignKey)
        ]
