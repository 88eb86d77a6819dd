"""Everything that the product's people may read: the text of templates, and the strings of the code that are words."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
APPS = ("audit", "automations", "messaging", "policy", "routing", "snoutos")
# Nobody but developers and operators reads these.
_NOT_READ = {"migrations", "devtools", "embedded"}
_LOGGERS = {"debug", "info", "warning", "error", "exception", "critical"}


class Read(NamedTuple):
    """A text that may be read, and where it stands."""

    where: str
    text: str


def sources() -> Iterator[Path]:
    """The product's modules."""
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if not _NOT_READ & set(path.relative_to(ROOT).parts):
                yield path


def of_templates() -> Iterator[Read]:
    """The words between tags, and those of attributes that are shown or read aloud."""
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.suffix not in {".html", ".txt"}:
            continue
        source = re.sub(
            r"\{%\s*comment.*?endcomment\s*%\}|\{#.*?#\}|<!--.*?-->", "", path.read_text(), flags=re.S
        )
        source = re.sub(r"<(script|style)\b.*?</\1>", "", source, flags=re.S)
        shown = re.findall(r"\b(?:title|placeholder|aria-label|alt|label)=\"([^\"]*)\"", source)
        quoted = re.findall(r"\{%[^%]*?\"([^\"]* [^\"]*)\"[^%]*?%\}", source)
        text = re.sub(r"\{%.*?%\}|<[^>]*>", "\n", source, flags=re.S)
        for piece in [*text.split("\n"), *shown, *quoted]:
            words = " ".join(re.sub(r"\{\{.*?\}\}", "…", piece).split())
            if re.search(r"[A-Za-z]{2}", words):
                yield Read(str(path.relative_to(ROOT)), words)


def of_code() -> Iterator[Read]:
    """Strings of two words or more, or of one that begins with a capital: not docstrings, logs, queries or patterns."""
    for path in sources():
        tree = ast.parse(path.read_text())
        skipped = set(_unread(tree))
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
                text = " ".join(node.value.split())
                if re.fullmatch(r"[A-Z][a-z’']+|.*\w \W*\w.*", text) and not _is_for_machines(text):
                    yield Read(f"{path.relative_to(ROOT)}:{node.lineno}", text)


def _unread(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                yield id(first.value)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr in _LOGGERS and getattr(node.func.value, "id", "") == "log":
                yield from (id(part) for part in ast.walk(node))
        elif isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            name = getattr(node.exc.func, "id", "")
            if name in {
                "RuntimeError",
                "ValueError",
                "TypeError",
                "LookupError",
                "AssertionError",
                "KeyError",
            }:
                yield from (id(part) for part in ast.walk(node))


def _is_for_machines(text: str) -> bool:
    return bool(
        re.search(r"\b(SELECT|UPDATE|INSERT|WHERE|FROM|ALTER|LOCK|CREATE)\b|\\[bdsw]|\(\?|^[a-z-]+/", text)
    )


def everything() -> list[Read]:
    """All of it."""
    return [*of_templates(), *of_code()]
