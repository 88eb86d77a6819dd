"""No row can point into another business: the database refuses it, reference by reference, by a constraint that says so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Model
from django.utils import timezone

from messaging.models import Delivery
from snoutos.accounts.tenancy import TenantForeignKey, TenantModel, tenant_key_name
from tests.business import Business
from tests.tenancy.full_business import open_full_business, tenant_keys, tenant_models

# Rows that may not be changed in place are refused as new ones. What must differ there so that nothing else refuses first.
_NEW_ATTEMPT = {"state": "claimed", "number": 77, "sender": "+10000000000", "provider_sid": ""}

# Installation tables: a plain column names the business, and no tenant code reads them.
INSTALLATION = {
    "accounts.PasswordLink",
    "accounts.SignInCount",
    "accounts.UnlockLink",
    "accounts.User",
    "audit.AuditEvent",
    "audit.AuditSeal",
    "audit.AuditSealMember",
    "messaging.Heartbeat",
    "messaging.RejectedRequest",
    "messaging.WebhookReceipt",
}


def test_every_tenant_key_has_its_composite_key_in_the_database(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname, conrelid::regclass::text, confrelid::regclass::text, condeferrable, pg_get_constraintdef(oid) "
            "FROM pg_constraint WHERE contype = 'f' AND conname LIKE '%%_same_organization' OR conname LIKE '%%_same_%%'"
        )
        found = {row[0]: row[1:] for row in cursor.fetchall()}
    expected = {}
    for key in tenant_keys():
        table, target = key.model._meta.db_table, key.related_model._meta.db_table
        definition = f"FOREIGN KEY (organization_id, {key.column}) REFERENCES {target}(organization_id, id)"
        expected[tenant_key_name(table, key.column)] = (table, target, False, definition)
    assert found == expected


def _target(field: Any) -> type[Model]:
    """The model that a reference leads to."""
    model: type[Model] = field.related_model
    return model


def test_no_reference_between_tenant_rows_is_an_ordinary_one() -> None:
    ordinary = [
        str(field)
        for model in tenant_models()
        for field in model._meta.local_fields
        if field.is_relation and not isinstance(field, TenantForeignKey)
        if field.name != "organization" and issubclass(_target(field), TenantModel)
    ]
    assert ordinary == []


def test_every_table_belongs_to_a_business_or_is_listed() -> None:

    ours = {"accounts", "audit", "automations", "messaging", "policy", "routing"}
    others = {
        model._meta.label
        for model in apps.get_models()
        if model._meta.app_label in ours and not issubclass(model, TenantModel)
    }
    assert others == INSTALLATION | {"accounts.Organization"}


def test_the_database_refuses_every_reference_into_another_business(db: None) -> None:
    mine, theirs = open_full_business("Happy Tails"), open_full_business("Paws")
    empty = [m._meta.label for m in tenant_models() if not rows_of(mine, m._meta.db_table)]
    assert empty == [], "extend full_business"
    wanted = {str(key): tenant_key_name(key.model._meta.db_table, key.column) for key in tenant_keys()}
    assert {str(key): refused_by(key, mine, theirs) for key in tenant_keys()} == wanted


def rows_of(business: Business, table: str) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT id FROM "{table}" WHERE organization_id = %s ORDER BY id DESC',
            [business.organization.pk],
        )
        return [row[0] for row in cursor.fetchall()]


def refused_by(key: TenantForeignKey, mine: Business, theirs: Business) -> str:
    """The constraint that refuses to let a row of `mine` point to one of `theirs` by `key`."""
    expected = tenant_key_name(key.model._meta.db_table, key.column)
    seen = set()
    for target in rows_of(theirs, key.related_model._meta.db_table)[:3]:
        for name in refusals(key, mine, target):
            if name == expected:
                return name
            seen.add(name)
    return f"only {sorted(seen)}"


def refusals(key: TenantForeignKey, mine: Business, target: int) -> Iterator[str]:
    table = key.model._meta.db_table
    for row in rows_of(mine, table):
        yield attempt(
            f'UPDATE "{table}" SET "{key.column}" = %s WHERE id = %s AND organization_id = %s',
            [target, row, mine.organization.pk],
        )
    yield insert_copy(key, mine, target)


def insert_copy(key: TenantForeignKey, mine: Business, target: int) -> str:
    """Insert a row like the first of `mine`, but for `key`."""
    table = key.model._meta.db_table
    changes: dict[str, Any] = {}
    if table == "messaging_sendattempt":
        spare = Delivery.objects.of(mine.organization).get(body="Good night")
        changes = {**_NEW_ATTEMPT, "delivery_id": spare.pk, "token": uuid4().hex}
    if table == "messaging_assignmentwindow":
        changes = {"canceled_at": timezone.now()}
    if table == "messaging_delivery":
        changes = {"state": "queued", "current_attempt_id": None, "accepted_attempt_id": None}
    if table == "automations_automationversion":
        changes = {"state": "draft", "number": 99}
    if table == "messaging_importedrow":
        changes = {"number": 99}
    if table == "automations_step":
        changes = {"position": 99}
    if any(field.name == "public_id" for field in key.model._meta.local_fields):
        changes["public_id"] = uuid4()
    changes[key.column] = target
    columns = [field.column for field in key.model._meta.local_fields if field.column != "id"]
    values = ", ".join("%s" if column in changes else f'"{column}"' for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    first = rows_of(mine, table)[-1]
    return attempt(
        f'INSERT INTO "{table}" ({names}) SELECT {values} FROM "{table}" WHERE id = %s',
        [*(changes[column] for column in columns if column in changes), first],
    )


def attempt(sql: str, params: list[Any]) -> str:
    """The name of the constraint that refuses the statement itself; "nothing" when none does."""

    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, params)
    except IntegrityError as error:
        return str(error.__cause__.diag.constraint_name)  # type: ignore[union-attr]
    except DatabaseError as error:
        return type(error).__name__
    return "nothing"


def test_a_row_of_ones_own_business_is_accepted(db: None) -> None:
    """The check above can fail: the same statement with a row of the same business passes."""
    mine = open_full_business("Happy Tails")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE messaging_thread SET client_id = %s WHERE organization_id = %s",
            [mine.client.pk, mine.organization.pk],
        )
        assert cursor.rowcount > 0


def test_a_refusal_names_its_constraint(db: None) -> None:
    mine, theirs = open_full_business("Happy Tails"), open_full_business("Paws")
    thread = mine.thread()
    thread.client = theirs.client
    with pytest.raises(IntegrityError, match="messaging_thread_client_id_same_organization"):
        thread.save()
