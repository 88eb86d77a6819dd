"""What an earlier demo stored, and how it is left alone.

A demo that stays up shows the kept business as people left it. `--once` is a test of the whole, so it must play the flow: where there is a
story already, it plays in a database of its own beside it, made anew and dropped at the end.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

APART = "snoutos_once"
_NAMES = ("DATABASE_URL", "DATABASE_OWNER_URL")


def has_texts(url: str) -> bool:
    """Whether any text is stored; False in a database without a schema."""
    with psycopg.connect(url) as connection:
        if connection.execute("SELECT to_regclass('messaging_message')").fetchone() == (None,):
            return False
        return connection.execute("SELECT EXISTS (SELECT FROM messaging_message)").fetchone() == (True,)


@contextmanager
def left_alone(*, once: bool) -> Iterator[bool]:
    """With `once` and a kept story, the environment leads to an empty database of its own while this lasts. Yields whether it does."""
    before = {name: os.environ[name] for name in _NAMES if name in os.environ}
    owner = before.get("DATABASE_OWNER_URL", "")
    if not once or not owner or not has_texts(before["DATABASE_URL"]):
        yield False
        return
    _drop(owner)
    _run(owner, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(APART)))
    os.environ.update({name: _another(url) for name, url in before.items()})
    try:
        yield True
    finally:
        os.environ.update(before)
        _drop(owner)


def _drop(owner: str) -> None:
    _run(owner, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(APART)))


def _run(owner: str, statement: sql.Composed) -> None:
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(statement)


def _another(url: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{APART}"))
