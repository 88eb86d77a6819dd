"""The migrated test database is kept as a template, so that the next run's processes copy it instead of migrating anew.

Its name holds a digest of all that migrating depends on: when a migration changes, the old template is dropped and a new one kept.
Django still runs `migrate` on every copy; with a template that fits there is nothing left to do.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import Any

import django
import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.db.utils import OperationalError, ProgrammingError
from psycopg import sql

APPS = ("snoutos", "messaging", "routing", "policy", "automations", "audit")
_OURS = re.compile(rf"^(?:from|import) ((?:{'|'.join(APPS)})[\w.]*)", re.MULTILINE)
_PREFIX = "snoutos_template_"


def digest(root: Path) -> str:
    """Of every migration below `root`, of our own modules that they import, and of Django's version."""
    migrations = sorted(path for app in APPS for path in (root / app).rglob("migrations/*.py"))
    imported = {name for path in migrations for name in _OURS.findall(path.read_text())}
    modules = [
        root / (name.replace(".", "/") + ending) for name in imported for ending in (".py", "/__init__.py")
    ]
    found = hashlib.sha256(django.__version__.encode())
    for path in sorted({*migrations, *(module for module in modules if module.is_file())}):
        found.update(f"{path.relative_to(root)}\n".encode() + path.read_bytes())
    return found.hexdigest()[:16]


@pytest.fixture(scope="session")
def template_name() -> str:
    """The template that fits the migrations as they are now, whether it stands yet or not."""
    return _PREFIX + digest(Path(settings.BASE_DIR))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings: None, django_db_blocker: Any, template_name: str
) -> None:
    with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
        if template_name in _templates(cursor):
            connection.settings_dict["TEST"]["TEMPLATE"] = template_name


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any, template_name: str) -> None:
    if not connection.settings_dict["TEST"].get("TEMPLATE"):
        with django_db_blocker.unblock():
            _keep(template_name)


def _templates(cursor: Any) -> set[str]:
    cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [_PREFIX])
    return {name for (name,) in cursor.fetchall()}


def _keep(name: str) -> None:
    """Copy the test database, just migrated, and give the copy its name last: a half-made one is never found under it."""
    fresh = f"{_PREFIX}new_{os.getpid()}"
    migrated = connection.settings_dict["NAME"]
    connection.close()
    with connection._nodb_cursor() as cursor:
        _run(cursor, "CREATE DATABASE {} TEMPLATE {}", fresh, migrated)
        try:
            _run(cursor, "ALTER DATABASE {} RENAME TO {}", fresh, name)
        except ProgrammingError as error:
            # Another process of this run was first.
            if not isinstance(error.__cause__, psycopg.errors.DuplicateDatabase):
                raise
            _run(cursor, "DROP DATABASE {}", fresh)
        for old in _templates(cursor) - {name}:
            if not old.startswith(f"{_PREFIX}new_"):
                _drop_if_unused(cursor, old)


def _drop_if_unused(cursor: Any, old: str) -> None:
    try:
        _run(cursor, "DROP DATABASE IF EXISTS {}", old)
    except OperationalError as error:
        # Another run is copying it right now.
        if not isinstance(error.__cause__, psycopg.errors.ObjectInUse):
            raise


def _run(cursor: Any, statement: str, *names: str) -> None:
    cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
