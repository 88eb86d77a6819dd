"""Addresses are the same for every process, fit a socket, and mean the same to every library."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import environ
import pytest

from snoutos import embedded
from snoutos.embedded import places
from tests.snoutos.embedded.conftest import Home, query


@pytest.mark.processes
def test_a_home_that_moved_to_a_long_path_with_spaces_works(tmp_path: Path, home: Home) -> None:
    home.command("run", "--", "true")
    home.command("stop")
    long = Home(tmp_path / ("a long name " * 12).strip())
    home.base.rename(long.base)
    try:
        _, addresses = long.user()
        assert query(addresses["database_url"], "SELECT current_user::text") == [("snoutos",)]
    finally:
        long.end_users()
        long.command("stop")
        long.base.rename(home.base)


@pytest.mark.parametrize("name", ["short", "with space", "x" * 200, "ü"])
@pytest.mark.parametrize("uid", [0, 1000])
def test_socket_paths_stay_below_the_limit_and_need_no_escapes(
    monkeypatch: pytest.MonkeyPatch, name: str, uid: int
) -> None:
    monkeypatch.setenv("SNOUTOS_HOME", f"/srv/{name}")
    monkeypatch.setattr(os, "geteuid", lambda: uid)
    here = places.places()
    assert len(f"{here.postgres_socket}.lock") < 100
    assert str(here.run).isascii()
    assert " " not in str(here.run)


def test_two_homes_never_share_a_socket_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for name in ("a", "b"):
        monkeypatch.setenv("SNOUTOS_HOME", f"/srv/{name * 150}")
        found.append(places.places().run)
    assert found[0] != found[1]


def test_fast_servers_have_a_home_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SNOUTOS_HOME", "/srv/pets")
    monkeypatch.delenv("SNOUTOS_EMBEDDED_FAST", raising=False)
    lasting = embedded.addresses()
    monkeypatch.setenv("SNOUTOS_EMBEDDED_FAST", "1")
    assert embedded.home() == Path("/srv/pets/test")
    assert embedded.addresses() != lasting


def test_django_environ_and_django_read_the_database_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SNOUTOS_HOME", "/srv/pets")
    addresses = embedded.addresses()
    read = environ.Env.db_url_config(addresses.database_url)
    assert (read["USER"], read["NAME"], read["HOST"]) == ("snoutos", "snoutos", "")
    assert read["OPTIONS"] == {"host": str(places.places().run)}
    assert environ.Env.db_url_config(addresses.database_owner_url)["USER"] == "snoutos_owner"


def test_a_socket_folder_prepared_by_another_user_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    somebody_else = folder.stat().st_uid + 1
    monkeypatch.setattr(os, "geteuid", lambda: somebody_else)
    with pytest.raises(embedded.EmbeddedError, match="belongs to another user"):
        places.make_private(folder)


def test_root_in_another_users_project_has_servers_of_its_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SNOUTOS_HOME", str(tmp_path))
    monkeypatch.delenv("SNOUTOS_EMBEDDED_FAST", raising=False)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    own = tmp_path.stat().st_uid == 0
    assert embedded.home() == (tmp_path if own else tmp_path / "root")
    monkeypatch.setattr(Path, "stat", lambda _: os.stat_result((0o40700, 0, 0, 0, 1000, 1000, 0, 0, 0, 0)))
    assert embedded.home() == tmp_path / "root"


def test_a_home_that_cannot_be_made_is_refused_with_a_sentence() -> None:
    with pytest.raises(embedded.EmbeddedError, match="set SNOUTOS_HOME"):
        places.make_private(Path("/proc/nothing"))


@pytest.fixture
def theirs(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    urls = {
        "DATABASE_URL": "postgres://me@db.example/texts",
        "DATABASE_OWNER_URL": "postgres://owner@db.example/texts",
        "REDIS_URL": "redis://broker.example/0",
    }
    for name, value in urls.items():
        monkeypatch.setenv(name, value)
    return urls


def test_addresses_in_the_environment_turn_both_servers_off(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, theirs: dict[str, str]
) -> None:
    monkeypatch.setenv("SNOUTOS_HOME", str(tmp_path / "home"))
    found = embedded.ensure()
    assert found.database_url == theirs["DATABASE_URL"]
    assert found.database_owner_url == theirs["DATABASE_OWNER_URL"]
    assert found.redis_url == found.broker_url == theirs["REDIS_URL"]
    assert not (tmp_path / "home").exists()


@pytest.mark.processes
def test_only_the_server_without_an_address_is_started(home: Home) -> None:
    _, addresses = home.user(DATABASE_URL="postgres://me@db.example/texts")
    assert addresses["database_url"] == "postgres://me@db.example/texts"
    assert addresses["redis_url"].startswith("unix://")
    assert home.state().keys() == {"keeper", "ready", "valkey"}


@pytest.mark.processes
def test_a_user_of_both_servers_joins_a_home_where_only_one_runs(home: Home) -> None:
    home.user(DATABASE_URL="postgres://me@db.example/texts")
    _, addresses = home.user()
    assert query(addresses["database_url"], "SELECT 1") == [(1,)]
    assert home.state().keys() == {"keeper", "ready", "postgresql", "valkey"}
