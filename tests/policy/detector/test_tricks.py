"""Disguises are found by their idea; the nearest ordinary texts pass."""

import pytest

from policy.detector import find, redact
from policy.detector.languages import LANGUAGES
from tests.policy.detector.tricks import LEAVING, ORDINARY, TRICKS

_DISGUISED = [(idea, kinds, text) for idea, (kinds, texts) in TRICKS.items() for text in texts]
_LEAVING = [text for texts in LEAVING.values() for text in texts]


@pytest.mark.parametrize(("idea", "kinds", "text"), _DISGUISED)
def test_a_disguise_is_found(idea: str, kinds: str, text: str) -> None:
    assert {finding.kind for finding in find(text)} & set(kinds.split()), idea


@pytest.mark.parametrize("text", [text for _, _, text in _DISGUISED])
def test_nothing_is_left_of_a_disguise_after_redaction(text: str) -> None:
    assert find(redact(text, find(text))) == []


@pytest.mark.parametrize("text", _LEAVING)
def test_a_wish_to_leave_is_found(text: str) -> None:
    assert find(text)


@pytest.mark.parametrize("text", ORDINARY)
def test_the_nearest_ordinary_texts_pass(text: str) -> None:
    assert find(text) == []


def test_a_trick_says_what_it_is() -> None:
    (finding,) = find("each digit is one too high: 725 666 1259, fix that and text it")
    assert finding.kind in ("phone", "evasion")
    (finding,) = find("jersey 61, shirt 45, cap 55, sock 01, boot 42, string those together and phone me")
    assert (finding.kind, finding.rule) == ("evasion", "evasion.reading.join")
    assert finding.reasons == ("says to put pieces together, with something to be read that way",)


def test_the_sentences_of_a_trick_are_hidden_and_the_others_stay() -> None:
    text = "He ate well. Left box 71, right box 85, shed 550163. They open nothing, but your phone app will like them! See you at 5."
    shown = redact(text, find(text))
    assert shown.startswith("He ate well. [removed]")
    assert "0163" not in shown
    assert "open nothing" not in shown or "box" not in shown


def test_a_language_that_was_not_chosen_is_not_read() -> None:
    text = "zadzwoń trzy zero trzy pięć pięć pięć zero jeden dwa osiem"
    assert find(text, languages=frozenset(LANGUAGES))
    assert find(text, languages=frozenset(("pl",)))
    assert find(text, languages=frozenset(("fr",))) == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language_counts_to_nine(code: str) -> None:
    language = LANGUAGES[code]
    assert {"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"} <= set(
        language.words.values()
    )
    assert len(language.sure) >= 3
