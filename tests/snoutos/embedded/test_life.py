"""The servers live as long as somebody uses them, and lose nothing however the processes end."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import redis

from tests.snoutos.embedded.conftest import (
    Home,
    eventually,
    is_alive,
    keep_a_row,
    kept,
    kill,
    query,
    using,
)

pytestmark = pytest.mark.processes

SERVERS = ("keeper", "postgresql", "valkey")


def test_a_second_process_joins_and_the_last_one_to_leave_stops_the_servers(home: Home) -> None:
    first, addresses = home.user()
    pids = home.state()
    second, same = home.user()
    assert same == addresses
    assert home.state() == pids
    first.communicate("")
    assert query(addresses["database_url"], "SELECT 1") == [(1,)]
    assert redis.Redis.from_url(addresses["redis_url"]).ping()
    second.communicate("")
    eventually(lambda: not any(is_alive(pids[name]) for name in SERVERS))
    assert home.command("status").returncode == 3


def test_a_killed_user_leaves_no_server_and_no_committed_row_is_lost(home: Home) -> None:
    user, addresses = home.user()
    pids = home.state()
    keep_a_row(addresses)
    put_a_task(addresses)
    kill_and_reap(user)
    eventually(lambda: not any(is_alive(pids[name]) for name in SERVERS))
    home.user()
    assert kept(addresses) == [(42,)]
    assert _queue(addresses) == [b"task"]


def test_a_killed_keeper_takes_its_servers_along_and_the_next_user_recovers(home: Home) -> None:
    _, addresses = home.user()
    keep_a_row(addresses)
    pids = home.state()
    kill(pids["keeper"])
    home.user()
    assert kept(addresses) == [(42,)]
    eventually(lambda: not any(is_alive(pids[name]) for name in SERVERS))


def test_a_server_that_crashes_is_started_again_with_its_data(home: Home) -> None:
    _, addresses = home.user()
    keep_a_row(addresses)
    put_a_task(addresses)
    kill(home.state()["postgresql"])
    kill(home.state()["valkey"])
    eventually(lambda: _answer(addresses) == [(42,)])
    assert eventually(lambda: _queue(addresses)) == [b"task"]


def test_everything_killed_at_once_is_recovered(home: Home) -> None:
    user, addresses = home.user()
    keep_a_row(addresses)
    pids = home.state()
    kill_and_reap(user)
    for name in SERVERS:
        os.kill(pids[name], 9)
    home.user()
    assert kept(addresses) == [(42,)]


def test_a_stale_pid_file_whose_number_is_another_process_stops_nothing(home: Home) -> None:
    user, addresses = home.user()
    run = Path(addresses["redis_url"].removeprefix("unix://")).parent
    user.communicate("")
    eventually(lambda: home.command("status").returncode == 3)
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        data = home.path / "postgres"
        if (home.path / "postgres-is-away").exists():
            pytest.skip("the data is not in the home where user namespaces are off")
        (data / "postmaster.pid").write_text(f"{stranger.pid}\n{data}\n")
        (home.path / "valkey" / "valkey.pid").write_text(f"{stranger.pid}\n")
        run.mkdir(mode=0o700, exist_ok=True)
        (run / ".s.PGSQL.5432.lock").write_text(f"{stranger.pid}\n{data}\n")
        _, addresses = home.user()
        assert query(addresses["database_url"], "SELECT 1") == [(1,)]
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_data_of_another_major_version_is_refused_with_a_sentence(home: Home) -> None:
    home.command("run", "--", "true")
    home.command("stop")
    if not (home.path / "postgres").exists():
        pytest.skip("the data is not in the home where user namespaces are off")
    version = home.path / "postgres" / "PG_VERSION"
    installed = version.read_text()
    version.write_text("17\n")
    done = home.command("start")
    version.write_text(installed)
    assert done.returncode == 1
    assert "was made by PostgreSQL 17" in done.stderr
    assert "Traceback" not in done.stderr


def test_processes_that_start_at_the_same_time_share_one_instance(home: Home) -> None:
    home.command("run", "--", "true")
    home.command("stop")
    log = home.path / "logs" / "postgres.log"
    before = log.read_text().count("starting PostgreSQL")
    users = [home.begin_user() for _ in range(4)]
    assert len({tuple(home.addresses_of(user).values()) for user in users}) == 1
    assert log.read_text().count("starting PostgreSQL") == before + 1


def test_start_keeps_the_servers_up_without_a_user_until_stop(home: Home) -> None:
    assert home.command("start").returncode == 0
    pids = home.state()
    with pytest.raises(AssertionError):
        eventually(lambda: not is_alive(pids["keeper"]), seconds=1)
    assert home.command("stop").stdout == "stopped\n"
    assert not is_alive(pids["postgresql"])


def test_run_gives_a_command_the_addresses_and_returns_its_code(home: Home) -> None:
    done = home.command("run", "--", "sh", "-c", 'echo "$REDIS_URL"; exit 7')
    assert done.returncode == 7
    assert done.stdout.startswith("unix:///")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_without_user_namespaces_root_runs_postgresql_as_another_user(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with using(closed / "home") as home:
        _, addresses = home.user(SNOUTOS_EMBEDDED_NO_NAMESPACE="1")
        away = Path((home.path / "postgres-is-away").read_text().strip())
        assert Path(f"/proc/{home.state()['postgresql']}").stat().st_uid != 0
        keep_a_row(addresses)
        home.command("stop")
        home.user(SNOUTOS_EMBEDDED_NO_NAMESPACE="1")
        assert kept(addresses) == [(42,)]
    assert not away.exists()


def kill_and_reap(user: subprocess.Popen[str]) -> None:
    user.kill()
    user.communicate()


def put_a_task(addresses: dict[str, str]) -> None:
    with redis.Redis.from_url(addresses["redis_url"]) as broker:
        broker.delete("queue")
        broker.rpush("queue", "task")


def _answer(addresses: dict[str, str]) -> list[tuple[int]] | None:
    try:
        return kept(addresses)
    except psycopg.OperationalError:
        return None


def _queue(addresses: dict[str, str]) -> list[bytes] | None:
    with redis.Redis.from_url(addresses["redis_url"]) as broker:
        try:
            return list(broker.lrange("queue", 0, -1))
        except redis.ConnectionError:
            return None
