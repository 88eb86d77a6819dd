"""`migrate` alone brings an installation with django-axes here, and one without it too."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from snoutos.accounts.models import User
from tests.audit.places import owner as database_owner
from tests.audit.places import run
from tests.snoutos.access.people import member

pytestmark = pytest.mark.django_db

dropping: Any = importlib.import_module("snoutos.accounts.migrations.0007_drop_the_tables_of_axes")
folding: Any = importlib.import_module("snoutos.accounts.migrations.0006_fold_the_names_people_sign_in_with")


def drop() -> None:
    with database_owner(), connection.schema_editor() as editor:
        dropping.drop(apps, editor)


def test_the_tables_of_axes_go_with_what_django_knew_of_them() -> None:
    with database_owner():
        for table in dropping.TABLES:
            run(f"CREATE TABLE {table} (id bigint)")
        run("INSERT INTO django_migrations (app, name, applied) VALUES ('axes', '0001_initial', now())")
        run("INSERT INTO django_content_type (app_label, model) VALUES ('axes', 'accessattempt')")
        run(
            "INSERT INTO auth_permission (name, codename, content_type_id) "
            "SELECT 'Can', 'can', id FROM django_content_type WHERE app_label = 'axes'"
        )
    drop()
    drop()
    with connection.cursor() as cursor:
        assert not set(dropping.TABLES) & set(connection.introspection.table_names(cursor))
        cursor.execute("SELECT count(*) FROM django_migrations WHERE app = 'axes'")
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT count(*) FROM django_content_type WHERE app_label = 'axes'")
        assert cursor.fetchone() == (0,)


def test_stored_names_are_folded_unless_two_would_become_one() -> None:
    odd, taken, kept = member(), member(email="taken@kennel.example"), member()
    User.objects.filter(pk=odd.pk).update(email="\u212aim@kennel.example")
    User.objects.filter(pk=kept.pk).update(email="Taken@Kennel.example")
    folding.fold_names(apps, None)
    emails = dict(User.objects.values_list("pk", "email"))
    assert emails[odd.pk] == "kim@kennel.example"
    assert (emails[taken.pk], emails[kept.pk]) == ("taken@kennel.example", "Taken@Kennel.example")
