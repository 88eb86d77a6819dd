"""The command line: `python -m snoutos.embedded status|start|stop|run -- COMMAND|url|wipe`."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

from .attach import ensure, keeper_pid, stop
from .errors import EmbeddedError
from .keeper import pin_file
from .places import addresses, places


def status() -> int:
    """Say whether the servers run; exit code 0 when they do and 3 when not."""
    here = places()
    pid = keeper_pid(here)
    print(f"home: {here.home}")
    print(f"keeper: {pid}" if pid else "not running")
    return 0 if pid else 3


def start() -> int:
    """Start the servers and let them run until `stop`."""
    ensure()
    pid = keeper_pid(places())
    pin_file(places()).write_text(str(pid), encoding="ascii")
    return url()


def stop_servers() -> int:
    """Stop the servers even while processes use them."""
    print("stopped" if stop(places()) else "not running")
    return 0


def url() -> int:
    """Print the addresses as lines for a shell's `export`."""
    here = addresses()
    print(f"DATABASE_URL={here.database_url}")
    print(f"DATABASE_OWNER_URL={here.database_owner_url}")
    print(f"REDIS_URL={here.redis_url}")
    return 0


def run(command: list[str]) -> int:
    """Run a command with the servers up and their addresses in its environment; its exit code is ours."""
    if not command:
        print("run needs a command: python -m snoutos.embedded run -- COMMAND", file=sys.stderr)
        return 2
    ensure()
    try:
        return subprocess.run(command, check=False, env=os.environ).returncode
    except FileNotFoundError:
        print(f"There is no command {command[0]}.", file=sys.stderr)
        return 127


def wipe() -> int:
    """Stop the servers and remove what they made; anything else in the home stays."""
    here = places()
    stop(here)
    if here.away.exists():
        shutil.rmtree(Path(here.away.read_text(encoding="utf-8").strip()), ignore_errors=True)
    drafts = list(here.home.glob("*.new"))
    for folder in (here.run, here.logs, here.postgres_data, here.valkey_data, *drafts):
        if folder.is_dir():
            shutil.rmtree(folder)
    for file in (here.away, here.state, pin_file(here), here.users_lock, here.start_lock, here.keeper_lock):
        file.unlink(missing_ok=True)
    print(f"removed the servers of {here.home}")
    return 0


def main(arguments: list[str]) -> int:
    try:
        if arguments[:1] == ["run"]:
            return run(arguments[2:] if arguments[1:2] == ["--"] else arguments[1:])
        actions = {"status": status, "start": start, "stop": stop_servers, "url": url, "wipe": wipe}
        parser = argparse.ArgumentParser(prog="python -m snoutos.embedded", description=__doc__)
        parser.add_argument("action", choices=[*actions, "run"])
        return actions[parser.parse_args(arguments).action]()
    except EmbeddedError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
