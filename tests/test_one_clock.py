"""The product reads the statement's time from the database: `now()` is when the transaction began, which is another clock."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
APPS = ("audit", "automations", "messaging", "policy", "routing", "snoutos")
_TRANSACTIONS = re.compile(
    r"(?<![\w.])(now\(\)|transaction_timestamp\(\)|current_timestamp\b)", re.IGNORECASE
)
_SQL = re.compile(r"\b(select|insert|update|delete|values|coalesce|set)\b|%s", re.IGNORECASE)


def spoken(source: str) -> list[str]:
    """The SQL of `source` that asks for the transaction's time."""
    texts = [
        node.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    return [text for text in texts if _TRANSACTIONS.search(text) and _SQL.search(text)]


@pytest.mark.parametrize("app", APPS)
def test_no_statement_asks_when_its_transaction_began(app: str) -> None:
    files = [path for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts]
    assert files
    assert {str(path): found for path in files if (found := spoken(path.read_text()))} == {}


def test_it_is_seen_where_it_is_written() -> None:
    assert spoken('SQL = "UPDATE line SET due = now()"')
    assert spoken('ROW = "(%s, COALESCE(%s, CURRENT_TIMESTAMP))"')
    assert not spoken('SQL = "UPDATE line SET due = statement_timestamp()"')
