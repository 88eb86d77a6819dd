"""An installation that ran the last release, restored from what is kept beside this file, in a database of its own."""

from __future__ import annotations

import gzip
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.conf import settings
from psycopg import sql

from snoutos.core.env import DEVELOPMENT_FIELD_KEY

# A demo played to its end, two businesses at work and one with a row in every table, written by the release of that day.
LAST_RELEASE = Path(__file__).with_name("release_2026_11_25.gz")

# One line for each thing that PostgreSQL would refuse or do differently: what `migrate` must leave as a new installation has it.
_SCHEMA = """
SELECT 'column', table_name, column_name, concat_ws(' ', data_type, character_maximum_length, is_nullable, column_default, is_identity)
  FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
UNION ALL SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'function', proname, pg_get_function_identity_arguments(p.oid), md5(prosrc)
  FROM pg_proc p JOIN pg_language l ON l.oid = prolang WHERE pronamespace = 'public'::regnamespace AND lanname <> 'c'
UNION ALL SELECT 'grant', table_name, grantee, privilege_type FROM information_schema.table_privileges WHERE table_schema = 'public'
"""


@dataclass(frozen=True)
class Installation:
    """A database and how to run commands on it."""

    name: str

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a process that runs on this database."""
        return {
            **os.environ,
            "DATABASE_URL": self._at("DATABASE_URL"),
            "DATABASE_OWNER_URL": self._at("DATABASE_OWNER_URL"),
            # The demo's part was written with the tests' key, the businesses' with that of development.
            "FIELD_ENCRYPTION_KEYS": f"{settings.FIELD_ENCRYPTION_KEYS[0]},{DEVELOPMENT_FIELD_KEY}",
            "DJANGO_SETTINGS_MODULE": "snoutos.settings",
        }

    def _at(self, variable: str) -> str:
        return urlunsplit(urlsplit(os.environ[variable])._replace(path=f"/{self.name}"))

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run Python with `arguments` from the project's folder."""
        return subprocess.run(
            [sys.executable, *arguments],
            env=self.environment,
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )

    def manage(self, *arguments: str) -> str:
        """What `manage.py` prints; it must succeed."""
        done = self.run("manage.py", *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def connect(self) -> psycopg.Connection[tuple[object, ...]]:
        """As the owner role, each statement for itself."""
        return psycopg.connect(self._at("DATABASE_OWNER_URL"), autocommit=True)

    def counts(self) -> dict[str, int]:
        """The rows of every table."""
        with self.connect() as connection:
            tables = connection.execute("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'")
            names = sorted(str(name) for (name,) in tables.fetchall())
            count = sql.SQL("SELECT count(*) FROM {}")
            return {
                name: int(str(row[0]))
                for name in names
                if (row := connection.execute(count.format(sql.Identifier(name))).fetchone())
            }

    def schema(self) -> set[tuple[str, ...]]:
        """Columns, constraints, indexes, triggers, functions and grants.

        Without casts and brackets: a definition that was dumped and restored has others and means the same.
        """
        with self.connect() as connection:
            rows = connection.execute(_SCHEMA).fetchall()
        return {
            (*map(str, row[:-1]), re.sub(r"::(?:character varying|text)(?:\[\])?|[()\s]", "", str(row[-1])))
            for row in rows
        }


@contextmanager
def installed(name: str) -> Iterator[Installation]:
    """An empty database of this name, dropped at the end."""
    server = os.environ["DATABASE_OWNER_URL"]
    quoted = sql.Identifier(name)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(quoted))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(quoted))
        try:
            yield Installation(name)
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(quoted))


def restore(into: Installation) -> None:
    """Fill an empty database with the last release's installation."""
    with into.connect() as connection:
        connection.execute(gzip.decompress(LAST_RELEASE.read_bytes()))
