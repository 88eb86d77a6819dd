"""One table decides by author and kind; an owner may change it, never below "a sitter's phone number is held"."""

from __future__ import annotations

import itertools

import pytest

from policy.models import Action, FindingKind
from policy.rules import action_for

KINDS = FindingKind.values
AUTHORS = ["client", "sitter", "owner", "automation", "system"]


@pytest.mark.parametrize("author", AUTHORS)
def test_nothing_found_is_let_through(author: str) -> None:
    assert action_for(author, []) == Action.ALLOW


@pytest.mark.parametrize("kind", KINDS)
def test_the_defaults(kind: str) -> None:
    assert [action_for(author, [kind]) for author in AUTHORS] == [
        Action.REDACT,
        Action.HOLD,
        Action.WARN,
        Action.HOLD,
        Action.HOLD,
    ]


def test_the_strictest_of_several_findings_counts() -> None:
    chosen = {("sitter", "url"): "allow", ("sitter", "email"): "warn"}
    assert action_for("sitter", ["url"], chosen) == Action.ALLOW
    assert action_for("sitter", ["url", "email"], chosen) == Action.WARN
    assert action_for("sitter", ["url", "email", "social"], chosen) == Action.HOLD


@pytest.mark.parametrize("choice", Action.values)
def test_a_sitters_phone_number_is_held_whatever_was_chosen(choice: str) -> None:
    chosen = {("sitter", kind): choice for kind in KINDS}
    assert action_for("sitter", ["phone"], chosen) == Action.HOLD
    assert action_for("sitter", ["phone", "url"], chosen) == Action.HOLD


@pytest.mark.parametrize(("author", "choice", "kind"), list(itertools.product(AUTHORS, Action.values, KINDS)))
def test_what_a_choice_comes_to(author: str, choice: str, kind: str) -> None:
    action = action_for(author, [kind], {(author, kind): choice})
    if author == "client":
        assert action == ("redact" if choice == "hold" else choice), "a client's text is never kept back"
    elif author == "sitter" and kind == "phone":
        assert action == "hold"
    else:
        assert action == ("hold" if choice == "redact" else choice), "nobody's words are rewritten"


def test_a_choice_for_another_author_or_kind_changes_nothing() -> None:
    chosen = {("owner", "url"): "allow", ("sitter", "email"): "allow"}
    assert action_for("sitter", ["url"], chosen) == Action.HOLD
