"""An installation of the last release comes here by `migrate` alone: nothing is lost, and it works as a new one does."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.upgrade.installation import Installation, installed, restore

pytestmark = [pytest.mark.processes]

# What the release had and this one has not: django-axes' counts of failed sign-ins.
GONE = "axes_"
# Written by `migrate` itself.
MIGRATES_OWN = {"django_migrations", "django_content_type", "auth_permission"}


@dataclass(frozen=True)
class Upgraded:
    now: Installation
    rows_before: dict[str, int]


@pytest.fixture(scope="module")
def upgraded() -> Iterator[Upgraded]:
    with installed(f"snoutos_upgrade_{os.getpid()}") as installation:
        restore(installation)
        before = installation.counts()
        installation.manage("migrate", "--no-input")
        yield Upgraded(installation, before)


@pytest.fixture(scope="module")
def new() -> Iterator[Installation]:
    with installed(f"snoutos_new_{os.getpid()}") as installation:
        installation.manage("migrate", "--no-input")
        yield installation


def test_the_kept_installation_has_rows_in_the_tables_that_businesses_fill(upgraded: Upgraded) -> None:
    empty = {name for name, rows in upgraded.rows_before.items() if rows == 0}
    assert {name for name in empty if not name.startswith(GONE)} == {
        "auth_group",
        "auth_group_permissions",
        "django_admin_log",
    }


def test_no_row_is_lost(upgraded: Upgraded) -> None:
    after = upgraded.now.counts()
    kept = {
        name: rows
        for name, rows in upgraded.rows_before.items()
        if not name.startswith(GONE) and name not in MIGRATES_OWN
    }
    assert {name: after.get(name) for name in kept} == kept


def test_the_schema_is_that_of_a_new_installation(upgraded: Upgraded, new: Installation) -> None:
    assert upgraded.now.schema() ^ new.schema() == set()


def test_every_decision_is_decided_again_as_it_was(upgraded: Upgraded) -> None:
    decisions = upgraded.rows_before["routing_routingdecision"]
    assert decisions > 20
    told = upgraded.now.manage("replay_routing")
    assert str(decisions) in re.findall(r"\d+", told.replace(",", "")), told


def test_the_trail_still_verifies(upgraded: Upgraded) -> None:
    upgraded.now.manage("verify_audit")


def test_owners_work_on_with_what_they_had(upgraded: Upgraded) -> None:
    done = upgraded.now.run("-m", "tests.upgrade.day")
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(done.stdout.splitlines()) == 4, done.stdout
