"""What the documentation names exists: files, links, modules, commands with their options, settings, addresses, pages of the desk."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.core.management import get_commands, load_command_class
from django.urls import Resolver404, resolve

from snoutos.desk.navigation import MENU
from snoutos.desk.theme import UNFOLD

ROOT = Path(settings.BASE_DIR)
DOCS = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
PRODUCT = ("snoutos", "messaging", "routing", "policy", "automations", "audit")
FLOORS = {"access": "snoutos", "accounts": "snoutos", "core": "snoutos", "desk": "snoutos", "ops": "snoutos"}
# Made when something runs. A cache holds every name there is.
CACHES = {
    "__pycache__",
    ".hypothesis",
    ".import_linter_cache",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    "staticfiles",
}
MADE = (".snoutos", ".venv")
PATH = re.compile(r"[\w.-]+/[\w./-]*|[\w-]+\.(?:py|md|toml|txt|yml|html|css|js|sh|in)")
NAME = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
DOTTED = re.compile(r"(?P<name>[a-z_]\w*(?:\.\w+)+)(?:\(.*\))?")
ADDRESS = re.compile(r"/(?:[a-z_-]+/)*[a-z_-]*")


@pytest.fixture(params=DOCS, ids=lambda path: str(path.relative_to(ROOT)))
def page(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


@cache
def files() -> frozenset[str]:
    """Every file and folder of the project, from its root."""
    found = {
        path for path in ROOT.rglob("*") if not set(path.relative_to(ROOT).parts) & {*MADE, *CACHES, ".git"}
    }
    return frozenset(str(path.relative_to(ROOT)) for path in found)


@cache
def sources() -> str:
    """The text of all that is no documentation and no test."""
    paths = [
        ROOT / name for name in files() if not name.startswith(("docs/", "tests/")) and name[-3:] != ".md"
    ]
    return "\n".join(
        path.read_text(errors="replace") for path in paths if path.is_file() and path.suffix != ".png"
    )


def spans(page: Path) -> set[str]:
    """What stands as code in a line of `page`."""
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)
    return set(re.findall(r"`([^`\n]+)`", text))


def test_links_lead_somewhere(page: Path) -> None:
    lost = []
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        where, _, heading = target.partition("#")
        to = page.parent / where if where else page
        if target.startswith("http"):
            continue
        if not to.exists() or (heading and heading not in _headings(to)):
            lost.append(target)
    assert lost == []


def _headings(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-") for title in titles}


def test_files_and_modules_exist(page: Path) -> None:
    lost = {span for span in spans(page) if PATH.fullmatch(span) and not _is_file(span.rstrip("/"))}
    lost |= {
        span
        for span in spans(page)
        if (found := DOTTED.fullmatch(span)) and not _is_file(span) and not _is_known(found["name"])
    }
    assert lost == set()


def _is_file(span: str) -> bool:
    """A file, from the root or from the folder that the page speaks of; or a part of an address of the API."""
    if span.startswith(MADE) or any(name == span or name.endswith(f"/{span}") for name in files()):
        return True
    return span.replace("/", "").isidentifier() and f'"{span}/' in sources() + _routes()


@cache
def _routes() -> str:
    from tests.api.routes import ROUTES

    return " ".join(f'"{part}/' for route in ROUTES for part in route.pattern.split("/")) + '"me/threads/"'


def _is_known(name: str) -> bool:
    """A module or what stands in one, a table's column, or a name that the program says: an event of the log, a check, a code."""
    first, *_ = name.split(".")
    if name in _columns():
        return True
    if first in PRODUCT or first in ("tests", "benchmarks"):
        return _is_in_module(name) or f'"{name}"' in sources()
    for parent in {FLOORS.get(first, "messaging"), "messaging", "snoutos"}:
        if f"{parent}/{first}" in files() or f"{parent}/{first}.py" in files():
            return _is_in_module(f"{parent}.{name}") or name in sources()
    return name in sources() or name.rpartition(".")[0] in sources()


@cache
def _columns() -> frozenset[str]:
    return frozenset(
        f"{model._meta.db_table}.{field.column}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
    )


def _is_in_module(name: str) -> bool:
    parts = name.split(".")
    for depth in range(len(parts), 0, -1):
        base, rest = "/".join(parts[:depth]), parts[depth:]
        for module in (f"{base}.py", f"{base}/__init__.py"):
            if module in files():
                return not rest or bool(re.search(rf"\b{rest[0]}\b", (ROOT / module).read_text()))
        if base in files():
            return not rest
    return False


def test_settings_exist(page: Path) -> None:
    named = {found for span in spans(page) for found in NAME.findall(span)}
    assert {name for name in named if not re.search(rf"\b{name}\b", sources() + _variables())} == set()


@cache
def _variables() -> str:
    return "\n".join(path.read_text() for path in (ROOT / "tests").glob("*.py"))


def test_commands_exist_with_their_options(page: Path) -> None:
    text = page.read_text().replace("\\\n", " ")
    lost = [
        name
        for name in re.findall(r"\bmake ([a-z-]+)[` ]", text)
        if not _is_target(name) and f"`make {name}" in text
    ]
    for name, rest in re.findall(r"manage\.py ([a-z_]+)([^\n`|]*)", text):
        options = re.findall(r"--[a-z-]+", rest)
        if name not in get_commands():
            lost.append(name)
        else:
            lost += [f"{name} {option}" for option in options if option not in _options(name)]
    for name in re.findall(r"python -m ([\w.]+)", text):
        if (
            name != "pytest"
            and not {f"{name.replace('.', '/')}{end}" for end in (".py", "/__main__.py")} & files()
        ):
            lost.append(name)
    assert lost == []


def _is_target(name: str) -> bool:
    return bool(re.search(rf"^{name}:", (ROOT / "Makefile").read_text(), re.MULTILINE))


@cache
def _options(command: str) -> frozenset[str]:
    app = get_commands()[command]
    made = load_command_class(app, command) if isinstance(app, str) else app
    parser = made.create_parser("manage.py", command)
    return frozenset(option for action in parser._actions for option in action.option_strings)


def test_addresses_are_served(page: Path) -> None:
    lost = []
    for span in spans(page):
        if not ADDRESS.fullmatch(span) or span in ("/", "/tmp", "/dev"):
            continue
        if (
            not any(_is_served(address) for address in (span, f"/api/v1{span}"))
            and f'"{span}' not in sources()
        ):
            lost.append(span)
    assert lost == []


def _is_served(address: str) -> bool:
    try:
        resolve(address)
    except Resolver404:
        return False
    return True


@cache
def titles() -> frozenset[str]:
    """What a page, or a part of one, is called."""
    menu = {entry.title for _, entries in MENU for entry in entries}
    own = {str(entry["title"]) for entry in UNFOLD["ACCOUNT"]["navigation"]}
    parts = {
        str(title)
        for page in admin.site._registry.values()
        for title, _ in [*(page.fieldsets or ()), *(getattr(page, "add_fieldsets", None) or ())]
    }
    return frozenset(menu | own | parts)


def test_pages_of_the_desk_that_are_named_exist(page: Path) -> None:
    named = set(re.findall(r"(?<![*\w])\*([A-Z][^*\n]+)\*(?!\*)", page.read_text()))
    named |= set(re.findall(r"\bunder ([A-Z][a-z]+)\b", page.read_text()))
    spoken = {name for name in named if "decisions" not in page.parts and name not in _IDEAS}
    shown = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "snoutos" / "desk").rglob("*.py")]
    text = " ".join(path.read_text() for path in shown)
    assert {name for name in spoken - titles() if name not in text} == set()


# Words that are explained, not pages.
_IDEAS = frozenset({"On duty", "Receives"})
_WHERE = re.compile(
    r"\b[Uu]nder “?(?P<a>[A-Z][a-z]+(?: [a-z]+)*)”?|\bOpen (?P<b>[A-Z][a-z]+)\b|“(?P<c>[A-Z][a-z ]+)” page"
)


def _sentences() -> Iterator[tuple[str, str]]:
    for app in PRODUCT:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" in path.parts or "detector" in path.parts or "devtools" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
                    yield str(path.relative_to(ROOT)), node.value


def test_pages_that_the_program_points_to_exist() -> None:
    lost = [
        (where, said)
        for where, said in _sentences()
        for found in _WHERE.finditer(said)
        if not any(
            f"{name} ".startswith(f"{title} ") for name in found.groups() if name for title in titles()
        )
    ]
    assert lost == []
