"""Every command in the compose file exists, every queue has a worker, secrets reach only whom they must."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands

from snoutos import serve
from snoutos.embedded.postgres import WITHOUT_ROWS

PROJECT = Path(__file__).resolve().parents[3]
COMPOSE: dict[str, Any] = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
IMAGES_OF_OTHERS = {"proxy", "postgres", "redis"}


@cache
def run(*command: str) -> str:
    """What a command of the virtual environment prints, in production's settings; fails when it fails."""
    nowhere = "postgres://snoutos@127.0.0.1:1/none"
    names = {"DJANGO_SETTINGS_MODULE": "snoutos.settings", "DATABASE_URL": nowhere, "COLUMNS": "200"}
    environment = os.environ | names
    done = subprocess.run(
        command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def program(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def options_of(command: list[str]) -> list[str]:
    return [part.partition("=")[0] for part in command if part.startswith("-")]


def test_the_services_are_those_of_the_architecture() -> None:
    assert set(SERVICES) == {
        *("proxy", "web", "webhook", "live", "worker-send", "worker", "beat", "migrate"),
        *("postgres", "redis"),
    }
    assert set(SERVICES) - set(OURS) == IMAGES_OF_OTHERS


@pytest.mark.processes
@pytest.mark.parametrize("name", list(serve.KINDS))
def test_what_is_served_is_known_and_granian_has_the_options_it_is_given(name: str) -> None:
    assert OURS[name]["command"] == [
        *("python", "-m", "snoutos.serve", name, "--host=0.0.0.0", "--port=8000")
    ]
    offered = run(program("granian"), "--help")
    options = serve.granian_options(name)
    assert "--respawn-failed-workers" in options
    for option in options_of([*options, "--host", "--port"]):
        assert re.search(rf"(^|\s){option}\b", offered, re.MULTILINE), option
    run(sys.executable, "-c", f"import {serve.KINDS[name].target}")


def test_the_image_alone_runs_the_web_process() -> None:
    assert '"snoutos.serve", "web"' in (PROJECT / "Dockerfile").read_text()


def test_every_process_hears_how_many_there_are() -> None:
    for name in ("WEB_PROCESSES", "WEBHOOK_PROCESSES", "LIVE_PROCESSES", "SEND_THREADS", "WORK_PROCESSES"):
        default = getattr(settings, name)
        for service in OURS.values():
            assert service["environment"][name] == f"${{{name}:-{default}}}"
    assert f"${{SEND_THREADS:-{settings.SEND_THREADS}}}" in OURS["worker-send"]["command"]
    assert f"${{WORK_PROCESSES:-{settings.WORK_PROCESSES}}}" in OURS["worker"]["command"]


@pytest.mark.processes
@pytest.mark.parametrize("name", ["worker-send", "worker", "beat"])
def test_celery_has_the_commands_and_options_it_is_given(name: str) -> None:
    command = OURS[name]["command"]
    assert command[:3] == ["celery", "-A", "snoutos"]
    offered = run(program("celery"), "-A", "snoutos", command[3], "--help")
    for option in options_of(command[4:]):
        assert re.search(rf"(^|\s){re.escape(option)}\b", offered), option


def test_every_queue_has_a_worker_and_no_worker_waits_at_an_unknown_one() -> None:
    from snoutos.celery import app

    consumed = [
        queue
        for service in OURS.values()
        if "-Q" in service["command"]
        for queue in service["command"][service["command"].index("-Q") + 1].split(",")
    ]
    assert sorted(consumed) == sorted(queue.name for queue in app.conf.task_queues)


def test_migrate_is_a_command_of_the_project() -> None:
    assert OURS["migrate"]["command"][:3] == ["python", "manage.py", "migrate"]
    assert "migrate" in get_commands()
    assert (PROJECT / "manage.py").is_file()


def test_only_migrate_knows_the_role_that_owns_the_schema() -> None:
    for name, service in OURS.items():
        assert ("OWNER" in yaml.safe_dump(service["environment"])) == (name == "migrate"), name
        assert "env_file" not in service, f"{name}: an env file would carry every secret into it"
    assert "POSTGRES_PASSWORD" not in yaml.safe_dump(OURS)


def test_the_database_makes_both_roles_with_the_passwords_that_the_services_use() -> None:
    script = (PROJECT / "deploy" / "postgres-roles.sh").read_text()
    for name in ("OWNER_PASSWORD", "RUNNING_PASSWORD"):
        assert name in SERVICES["postgres"]["environment"]
        assert f"${name}" in script
    assert OURS["web"]["environment"]["DATABASE_URL"].startswith("postgres://snoutos:")
    assert OURS["migrate"]["environment"]["DATABASE_OWNER_URL"].startswith("postgres://snoutos_owner:")
    mounted = [volume for volume in SERVICES["postgres"]["volumes"] if "initdb.d" in volume]
    assert mounted == ["./deploy/postgres-roles.sh:/docker-entrypoint-initdb.d/roles.sh:ro"]


def test_the_database_keeps_rows_out_of_its_log_as_the_embedded_one_does() -> None:
    """What these settings do to a log: tests/snoutos/embedded/test_database_log.py."""
    program, *options = SERVICES["postgres"]["command"]
    assert program == "postgres"
    assert dict(option.removeprefix("-c").split("=") for option in options).items() >= WITHOUT_ROWS.items()


def test_long_running_services_restart_and_the_ones_with_an_address_are_checked() -> None:
    for name, service in SERVICES.items():
        assert service["restart"] == ("no" if name == "migrate" else "unless-stopped"), name
        assert ("healthcheck" in service) == (name not in {"migrate", "beat"}), name
    assert "/readyz" in SERVICES["web"]["healthcheck"]["test"][-1]
    for name in ("webhook", "live"):
        assert "/healthz" in SERVICES[name]["healthcheck"]["test"][-1]


def test_our_services_run_without_rights_and_wait_for_the_schema() -> None:
    for name, service in OURS.items():
        assert service["cap_drop"] == ["ALL"], name
        if name != "migrate":
            assert service["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    dockerfile = (PROJECT / "Dockerfile").read_text()
    assert "USER snoutos" in dockerfile
    assert "--require-hashes" in dockerfile


def test_images_of_others_name_a_version() -> None:
    for name in IMAGES_OF_OTHERS:
        assert re.search(r":\d", SERVICES[name]["image"]), name


def test_the_example_names_every_value_that_has_no_default() -> None:
    text = (PROJECT / "docker-compose.yml").read_text()
    asked = set(re.findall(r"\$\{([A-Z_]+)(?::\?[^}]*)?\}", text))
    named = set(re.findall(r"^([A-Z_]+)=", (PROJECT / ".env.example").read_text(), re.MULTILINE))
    assert asked == named


def test_every_environment_name_is_documented() -> None:
    read = set(re.findall(r'"([A-Z][A-Z_]+)"', (PROJECT / "snoutos" / "core" / "env.py").read_text()))
    names = read - {"INFO", "WARNING", "ERROR"}
    documented = (PROJECT / "docs" / "deploying.md").read_text()
    assert not [name for name in names if f"`{name}`" not in documented]


@pytest.mark.foreign
def test_docker_compose_itself_accepts_the_file() -> None:
    client = shutil.which("docker")
    if client is None or subprocess.run([client, "compose", "version"], capture_output=True).returncode != 0:
        pytest.skip("no docker compose client on this machine")
    names = re.findall(r"^([A-Z_]+)=", (PROJECT / ".env.example").read_text(), re.MULTILINE)
    done = subprocess.run(
        [client, "compose", "-f", "docker-compose.yml", "config", "-q"],
        cwd=PROJECT,
        env=os.environ | dict.fromkeys(names, "x"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
