"""The words that count, alone in a text, through what phones and people add; the provider's own reading goes first."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

from messaging.consent.words import HELP, PROVIDER, START, STOP, WORDS, Said, Word, read

BY_KIND = {kind: sorted(one.word for one in WORDS if one.kind == kind) for kind in (STOP, START, HELP)}
# What phones, carriers and people put around a word, in which nothing is said.
AROUND = (
    "{}",
    "  {}\n",
    "{}.",
    "{}!!",
    "{} .",
    "“{}”",
    '"{}"',
    "'{}'",
    "«{}»",
    "*{}*",
    "({})",
    "{} 🛑",
    "👍🏽 {}",
    "{}\u200d",
    "\ufeff{}",
    "\u202a{}\u202c",
    "\u200b{}\ufe0f",
    "\x00{}",
    "{}\n\nSent from my iPhone",
    "{}\n-- \nCarol Lopez, 12 Elm St",
    "{}\n- Carol",
    "{}\nCarol Lopez",
    "{} - Carol",
    "{}\nEnviado desde mi iPhone",
    "{} please",
    "Please {}",
    "pls {}!!",
    "{}, thanks",
    "{}. Thank you!",
    "Please, {}, thank you.",
    "{} por favor",
    "{} svp",
    "{} s’il vous plaît",
    "{} {} {}",
    "{}\nThanks,\nCarol",
)


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize("one", WORDS, ids=lambda one: one.word)
def test_a_word_counts_through_what_phones_and_people_add(one: Word, around: str) -> None:
    for written in (one.word, one.word.lower(), one.word.title(), _wide(one.word)):
        said = read(around.replace("{}", written))
        assert said is not None, written
        assert (said.kind, said.word, said.language) == (one.kind, one.word, one.language)


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("Opt-out", "OPTOUT"),
        ("opt out", "OPTOUT"),
        ("Opt out.", "OPTOUT"),
        ("stop all", "STOPALL"),
        ("un-subscribe", "UNSUBSCRIBE"),
        ("please opt me out", "OPT ME OUT"),
        ("ARRÊT", "ARRET"),
        ("arrêt", "ARRET"),
        ("Alto!", "ALTO"),
        ("S.T.O.P.", "STOP"),
        ("𝗦𝗧𝗢𝗣", "STOP"),
    ],
)
def test_stop_is_written_in_many_ways(body: str, word: str) -> None:
    said = read(body)
    assert said is not None
    assert (said.kind, said.word, said.is_answered) == (STOP, word, False)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "   ",
        "stop it",
        "stopped",
        "the end",
        "help me",
        "information",
        "bus stop",
        "don't stop",
        "don't cancel",
        "Stop Ben",
        "STOP 2",
        "st0p",
        "Stop?",
        "yes, at five",
        "stop by at 5",
        "Baja",
        "СТОП",
        "STOP\nBiscuit is not well",
        "please",
        "Sent from my iPhone",
        ".",
        "!",
        "🛑",
        "Liked “STOP”",
        "Emphasized “Stop”",
        "👍 to “STOP”",
        "STOP " * 200,
    ],
)
def test_a_word_among_others_changes_nothing(body: str) -> None:
    assert read(body) is None


@pytest.mark.parametrize("one", [one for one in WORDS if PROVIDER in one.sources], ids=lambda one: one.word)
def test_the_provider_has_answered_only_what_is_exactly_its_own_word(one: Word) -> None:
    for exact in (one.word, one.word.lower(), f" {one.word} \n"):
        assert read(exact) == Said(one.kind, one.word, is_answered=True)
    for nearly in (f"{one.word}.", f"{one.word} please", f"“{one.word}”"):
        assert read(nearly) == Said(one.kind, one.word, is_answered=False)


def test_a_word_that_is_not_the_providers_was_never_answered() -> None:
    for word in ("PARAR", "ALTO", "ARRET", "OPT ME OUT", "OPT OUT"):
        said = read(word)
        assert said is not None
        assert not said.is_answered


def test_every_word_of_the_product_is_known() -> None:
    assert set(BY_KIND[STOP]) == {
        "STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT", "OPT ME OUT", "PARAR", "ALTO", "ARRET",
    }  # fmt: skip
    assert set(BY_KIND[START]) == {"START", "YES", "UNSTOP"}
    assert set(BY_KIND[HELP]) == {"HELP", "INFO"}
    assert all(one.sources for one in WORDS)


def test_the_documentation_has_the_words_and_their_sources() -> None:
    told = (Path(settings.BASE_DIR) / "docs" / "consent.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([A-Z ]+)` \| (\w+) \| ([a-z, ]+) \|$", told, re.M)
    names = {STOP: "STOP", START: "START", HELP: "HELP"}
    assert rows == [(one.word, names[one.kind], ", ".join(one.sources)) for one in WORDS]


@pytest.mark.parametrize(("kind", "expected"), [("STOP", STOP), ("START", START), ("HELP", HELP)])
def test_the_providers_own_reading_counts_whatever_the_words(kind: str, expected: str) -> None:
    assert read("arrêt", kind) == Said(expected, "ARRÊT", is_answered=True)  # type: ignore[arg-type]
    assert read("", kind) == Said(expected, kind, is_answered=True)  # type: ignore[arg-type]


def test_a_kind_that_is_none_leaves_it_to_the_words() -> None:
    assert read("hello", "SOMETHING") is None
    assert read("stop", "SOMETHING") == Said(STOP, "STOP", is_answered=True)


def test_long_words_are_cut_to_what_is_kept() -> None:
    said = read("x" * 500, "STOP")
    assert said is not None
    assert len(said.word) == 40


def _wide(word: str) -> str:
    """In full-width letters."""
    return "".join(chr(ord(char) + 0xFEE0) if char != " " else char for char in word)
