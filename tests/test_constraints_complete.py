"""Every constraint that a model declares is broken by a test, by name."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

from django.apps import apps

from tests.constraints import BROKEN

HERE = Path(__file__).parent
OURS = {"accounts", "audit", "automations", "messaging", "policy", "routing"}


def declared() -> set[str]:
    """All but `…_of_organization`: an id is unique anyway; those stand for the composite keys, which have their own test."""
    return {
        constraint.name
        for model in apps.get_models()
        if model._meta.app_label in OURS
        for constraint in model._meta.constraints
        if not constraint.name.endswith("_of_organization")
    }


def broken() -> set[str]:
    for path in HERE.rglob("test_*.py"):
        if "from tests.constraints import breaks" in path.read_text():
            importlib.import_module(".".join(("tests", *path.relative_to(HERE).with_suffix("").parts)))
    return BROKEN | named(HERE / "audit" / "test_constraints.py")


def named(path: Path) -> set[str]:
    """The names that the audit's own tests compare a refusal with."""
    return set(re.findall(r'"(\w+)"', path.read_text()))


def test_every_constraint_is_broken_by_a_test() -> None:
    assert declared() - broken() == set()


def test_no_test_claims_a_constraint_that_the_database_does_not_have() -> None:
    from_triggers = {
        name
        for app in ("messaging", "automations")
        for path in (HERE.parent / app / "migrations").glob("*.py")
        for name in re.findall(r"broken := '(\w+)'", path.read_text())
    }
    broken()
    assert BROKEN - declared() == from_triggers & BROKEN
