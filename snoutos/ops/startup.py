"""Whether this process may start: none on the keys of the public source unless on a developer's machine (DEBUG on, an address of
its own), none at a public address on a demo's, and none on an older schema.

Asked by everything that works or answers: web, webhook and live processes, workers and the beat. Commands (`migrate`, `check`,
`bootstrap`, `doctor`) are not asked: they are what repairs it.
"""

from __future__ import annotations

import ipaddress
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection

from snoutos.core.env import (
    is_known_field_key,
    is_known_secret,
    is_public_field_key,
    is_public_secret,
)
from snoutos.core.outage import is_away
from snoutos.ops import schema

_asked = False


def go_on_or_exit() -> None:
    """Return when this process may start; else print one sentence for each reason and exit with 1. Asks once a process family."""
    global _asked
    if _asked:
        return
    found = list(refusals())
    for sentence in found:
        # The real one: Celery's beat has put a logger in its place by now.
        print(f"SnoutOS does not start: {sentence}", file=sys.__stderr__, flush=True)
    if found:
        sys.exit(1)
    _asked = True


def refusals() -> Iterator[str]:
    """Why this process may not start, a sentence each."""
    if is_public(settings.PUBLIC_BASE_URL):
        yield from _not_for_strangers()
    elif not settings.DEBUG:
        yield from _not_without_debug()
    if schema_is_older():
        yield "the database's schema is older than this version, so run `manage.py migrate` first."


def is_public(address: str) -> bool:
    """Whether others than this machine can reach `address`. `testserver` is the name that Django's own test client calls."""
    return not is_this_machine(address) and urlsplit(address).hostname != "testserver"


def is_this_machine(address: str) -> bool:
    """Whether `address` is one of loopback's."""
    host = urlsplit(address).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def schema_is_older() -> bool:
    """Whether the database is there and its schema older than the code. `/readyz` tells when a database is away."""
    try:
        return schema.is_older()
    except DatabaseError as error:
        if is_away(error):
            return False
        raise
    finally:
        # Processes fork after this, and a connection must not be shared between them.
        if not connection.in_atomic_block:
            connection.close()


def _not_without_debug() -> Iterator[str]:
    """A forgotten PUBLIC_BASE_URL must not let an installation run on keys that everybody can read. A demo's are its clone's own."""
    if is_public_secret(settings.SECRET_KEY):
        yield (
            "SECRET_KEY isn't set, or is publicly known; set one of your own (docs/deploying.md), or DEBUG=1 on a "
            "developer's machine."
        )
    if any(map(is_public_field_key, settings.FIELD_ENCRYPTION_KEYS)):
        yield (
            "FIELD_ENCRYPTION_KEYS isn't set, or contains the key from the source code; set one of your own "
            "(docs/deploying.md), and rewrite secrets with `manage.py rotate_secrets` where that key was in use, "
            "or set DEBUG=1 on a developer's machine."
        )


def _not_for_strangers() -> Iterator[str]:
    if settings.DEBUG:
        yield "DEBUG must be off at a public address; set DEBUG=0."
    if is_known_secret(settings.SECRET_KEY):
        yield "SECRET_KEY is publicly known; set one of your own (docs/deploying.md)."
    if any(map(is_known_field_key, settings.FIELD_ENCRYPTION_KEYS)):
        yield (
            "FIELD_ENCRYPTION_KEYS contains a publicly known key; set one of your own (docs/deploying.md), and "
            "rewrite secrets with `manage.py rotate_secrets` where that key was in use."
        )
    if settings.TIMES_DIVIDED_BY != 1:
        yield "TIMES_DIVIDED_BY is for rehearsals and must be 1 at a public address."
