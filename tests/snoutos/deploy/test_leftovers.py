"""What operators leave lying beside the code, such as a dump of all conversations, gets neither into the repository nor into an image."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[3]
# As docs/deploying.md and docs/operating.md have them written, and what their tools call them.
LEFT = [
    "snoutos.dump", "snoutos-2026-11-29.dump", "snoutos.dump.gz", "deploy/snoutos.pgdump",
    "before-upgrade.sql", "before-upgrade.sql.zst", "deploy/old.backup", "snoutos/settings.py.bak",
    "backup/monday/toc.dat", "backups/toc.dat", "deploy/backups/3021.dat.gz", "dumps/3021.dat", "dump/1",
    "exports/false-alarms.jsonl", "dump.rdb", "appendonly.aof", "db.sqlite3", "worker.log",
    ".env", ".env.production", "deploy/.env", ".env.bak",
]  # fmt: skip
KEPT = [".env.example", "messaging/models/messages.py", "deploy/postgres-roles.sh", "policy/exports.py"]


@pytest.mark.foreign
@pytest.mark.parametrize(("names", "ignored"), [(LEFT, True), (KEPT, False)])
def test_git_leaves_them_out(names: list[str], ignored: bool) -> None:
    git = shutil.which("git")
    if git is None or not (PROJECT / ".git").exists():
        pytest.skip("not a clone")
    asked = subprocess.run(
        [git, "check-ignore", "--no-index", *names], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert asked.stdout.split() == (names if ignored else [])


@pytest.mark.parametrize(("names", "ignored"), [(LEFT, True), (KEPT, False)])
def test_images_leave_them_out(names: list[str], ignored: bool) -> None:
    assert [name for name in names if _left_out_of_images(name) != ignored] == []


@pytest.mark.foreign
def test_nothing_in_the_repository_is_ignored() -> None:
    git = shutil.which("git")
    if git is None or not (PROJECT / ".git").exists():
        pytest.skip("not a clone")
    lost = [git, "ls-files", "--cached", "--ignored", "--exclude-standard"]
    assert subprocess.run(lost, cwd=PROJECT, capture_output=True, text=True, check=True).stdout == ""


def _left_out_of_images(name: str) -> bool:
    """As Docker reads the file: the last pattern that fits the path or a folder above decides."""
    out = False
    for line in (PROJECT / ".dockerignore").read_text().splitlines():
        pattern = line.strip()
        if not pattern or pattern.startswith("#"):
            continue
        if re.fullmatch(f"{_expression(pattern.removeprefix('!'))}(/.*)?", name):
            out = not pattern.startswith("!")
    return out


def _expression(pattern: str) -> str:
    parts = re.split(r"(\*\*/|\*)", pattern)
    return "".join({"**/": "(.*/)?", "*": "[^/]*"}.get(part, re.escape(part)) for part in parts)
