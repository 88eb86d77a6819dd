"""Exactly the words that count, alone in a text; the provider's own reading goes first."""

from __future__ import annotations

import pytest

from messaging.consent.words import HELP, START, STOP, read
from messaging.models.consent import ConsentKind


@pytest.mark.parametrize("word", sorted(STOP))
def test_stop_words_opt_out(word: str) -> None:
    for body in (word, word.lower(), word.title(), f"  {word}\n", f"{word}.", f"{word}!!", f"{word} ."):
        assert read(body) == (ConsentKind.OPTED_OUT, word)


@pytest.mark.parametrize("word", sorted(START))
def test_start_words_opt_in(word: str) -> None:
    assert read(word.lower()) == (ConsentKind.OPTED_IN, word)


@pytest.mark.parametrize("word", sorted(HELP))
def test_help_words_ask_for_help(word: str) -> None:
    assert read(f" {word.title()} ") == (ConsentKind.HELP, word)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "   ",
        "stop it",
        "please stop",
        "STOP STOP",
        "stopped",
        "S T O P",
        "the end",
        "yes please",
        "Yes!",
        "help me",
        "information",
        "bus stop",
        "don't cancel",
        ".",
        "!",
    ],
)
def test_a_word_among_others_changes_nothing(body: str) -> None:
    assert read(body) is None


def test_every_word_of_the_product_is_known() -> None:
    assert {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"} == STOP
    assert {"START", "YES", "UNSTOP"} == START
    assert {"HELP", "INFO"} == HELP


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("STOP", ConsentKind.OPTED_OUT), ("START", ConsentKind.OPTED_IN), ("HELP", ConsentKind.HELP)],
)
def test_the_providers_own_reading_counts_whatever_the_words(kind: str, expected: ConsentKind) -> None:
    assert read("arrêt", kind) == (expected, "ARRÊT")
    assert read("", kind) == (expected, kind)


def test_a_kind_that_is_none_leaves_it_to_the_words() -> None:
    assert read("hello", "SOMETHING") is None
    assert read("stop", "SOMETHING") == (ConsentKind.OPTED_OUT, "STOP")


def test_long_words_are_cut_to_what_is_kept() -> None:
    said = read("x" * 500, "STOP")
    assert said is not None
    assert len(said[1]) == 40
