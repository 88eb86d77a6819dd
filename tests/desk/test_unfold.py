"""django-unfold at arm's length: one module imports it, templates that stand in for its own are watched, no markup in Python."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
import unfold
from django.conf import settings
from django.template.loader import get_template

from snoutos.adminkit import unfold as door

ROOT = Path(settings.BASE_DIR)
OURS = ROOT / "templates"
THEIRS = Path(unfold.__file__).parent / "templates"
PRODUCT = ("snoutos", "messaging", "routing", "policy", "automations", "audit")

# The originals that our templates of the same name were made from. When unfold moves one: see what it changed, take over what
# matters, and write down the new digest.
ORIGINALS = {
    "admin/base.html": "2ce9250b3c649e3a",
    "unfold/helpers/app_list.html": "6ab83ac498b2f50f",
    "unfold/helpers/change_list_filter.html": "9606a6123fb48b05",
    "unfold/helpers/command.html": "ae6ce324d8536613",
    "unfold/helpers/dialog.html": "e961b19a9a2f2175",
    "unfold/helpers/edit_inline/tabular_heading.html": "eef46d03bc1655ad",
    "unfold/helpers/empty_results.html": "5f4727a37a99da76",
    "unfold/helpers/navigation_user.html": "4c9ba58b3f215326",
    "unfold/helpers/search.html": "91996c27181d14ad",
    "unfold/helpers/welcomemsg.html": "e8eab02522ba2319",
    "unfold/layouts/unauthenticated.html": "768501529f1a8dae",
}  # fmt: skip


def test_every_template_that_stands_in_for_one_of_unfolds_was_made_from_the_one_that_is_installed() -> None:
    standing_in = {str(path.relative_to(OURS)) for path in OURS.rglob("*.html")}
    originals = {name for name in standing_in if (THEIRS / name).exists()}
    now = {name: sha256((THEIRS / name).read_bytes()).hexdigest()[:16] for name in originals}
    assert now == ORIGINALS, "these originals moved: take over what changed, then write down the digest"


def test_every_template_of_unfold_that_we_name_exists() -> None:
    named = {value for name, value in vars(door).items() if name.isupper()}
    for path in OURS.rglob("*.html"):
        named |= set(re.findall(r'"(unfold/[\w/]+\.html)"', path.read_text()))
    assert len(named) > 10
    for name in named:
        get_template(name)


TAGS = (
    "html|head|body|main|nav|section|div|span|p|a|ul|ol|li|dl|dt|dd|h[1-6]|strong|em|small|code|pre|br|hr|img|details|summary|"
    "form|label|input|textarea|select|option|button|table|thead|tbody|tr|td|th|script|style"
)
MARKUP = re.compile(
    rf"</?(?:{TAGS})(?:\s[^<>]*)?/?>|<!doctype|\bx-on:|\bhx-\w+=|\bclass=|\b(?:dark|hover|lg):[a-z]+-"
)
# What no browser reads as ours: what the provider is answered, the address in a letter's header, the simulator's page for developers.
ELSEWHERE = ("snoutos/devtools/",)


def _strings(path: Path) -> Iterator[tuple[int, str]]:
    """The strings of a module that are no docstrings."""
    tree = ast.parse(path.read_text())
    told = {
        node.body[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in told:
            yield node.lineno, node.value


def test_no_markup_stands_in_python() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {said[:60]}"
        for app in PRODUCT
        for path in sorted((ROOT / app).rglob("*.py"))
        if not str(path.relative_to(ROOT)).startswith(ELSEWHERE) and "migrations" not in path.parts
        for line, said in _strings(path)
        if MARKUP.search(said)
    ]
    assert found == []


@pytest.mark.parametrize(
    "said", ['<a href="/">', "</p>", 'class="flex"', "dark:bg-base-900", 'x-on:click="a"']
)
def test_markup_is_known_when_it_is_seen(said: str) -> None:
    assert MARKUP.search(said)


def test_lines_of_templates_can_be_read() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in OURS.rglob("*.html")
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if len(line) > 140
    ]
    assert long == []
