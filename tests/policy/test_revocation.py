"""Texts that ask for no more texts in their own words, English, Spanish and French, and what only sounds like it."""

from __future__ import annotations

import re
import time
from dataclasses import replace

import pytest

from benchmarks import revocation
from policy.revocation import LONGEST_READ, reading, revokes
from policy.revocation.reading import LANGUAGES


@pytest.mark.parametrize(
    "text",
    [
        "please stop texting me",
        "PLEASE STOP TEXTING ME!!!",
        "plz stop txting me",
        "no more texts",
        "remove me",
        "Lose my number.",
        "wrong number",
        "take me off this list",
        "do not contact me again",
        "dont txt dis numbr",
        "stop te\u200bxting me",
        "ｐｌｅａｓｅ ｓｔｏｐ ｔｅｘｔｉｎｇ ｍｅ",
        "Thanks for everything. We moved, so please take us off your list.",
        "Do not call, text, or email me.",
        "“Please stop texting me”",
        "Stop. I told you twice.",
        "please stop texting me, my dog ran away and I need my phone",
        "STOP! My dog ran away",
        "no me escribas más",
        "quiero darme de baja",
        "Número equivocado",
        "Ne m’écrivez plus",
        "arrêtez de m'envoyer des messages",
    ],
)
def test_a_revocation_is_recognised(text: str) -> None:
    assert revokes(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\x00",
        "Can you stop by at 5?",
        "stop giving him treats",
        "can you stop texting Ben, text me instead",
        "don't stop texting me",
        "Please don’t stop sending photos",
        "Why did you stop texting me?",
        "please don't text me after 9pm",
        "If I text STOP will I still get photos?",
        'My ex wrote "stop texting me" again',
        "Loved “Reply STOP to stop texts from us”",
        "My neighbor told his kids to stop bothering the dog",
        "Cancel tomorrow's walk please",
        "wrong number of treats, he gets two",
        "Stop! Don't let him eat that",
        "stop it 😂 he's so cute",
        "¿Puedes parar en la tienda?",
        "no dejes de mandarme fotos",
        "N'arrêtez pas de m'envoyer des photos",
    ],
)
def test_what_only_sounds_like_one_is_not(text: str) -> None:
    assert not revokes(text)


@pytest.mark.parametrize("name", revocation.OWN)
def test_the_labelled_texts_are_told_apart(name: str) -> None:
    scored = revocation.score(revocation.read(revocation.DATA / name))
    assert scored.meant >= 100
    assert scored.not_meant >= 100
    assert scored.recall >= 0.95, scored.missed
    assert scored.false_alarms <= 0.01, scored.false


@pytest.mark.parametrize("name", revocation.OTHER)
def test_texts_about_other_things_are_left_alone(name: str) -> None:
    scored = revocation.score(revocation.read(revocation.DATA / name))
    assert scored.false_alarms <= 0.01, scored.false


def test_no_text_stands_in_two_sets() -> None:
    texts = [text for name in revocation.OWN for text, _ in revocation.read(revocation.DATA / name)]
    assert len(texts) == len(set(texts))


@pytest.mark.parametrize(
    "piece", ["stop ", "dont want to ", "take me off the ", "no more of the ", "ne veux plus ", "a,"]
)
def test_the_time_grows_with_the_text_and_no_faster(piece: str) -> None:
    def cost(length: int) -> float:
        text = (piece * length)[:length]
        return min(_timed(text) for _ in range(5))

    assert cost(LONGEST_READ) <= 4 * cost(LONGEST_READ // 2) + 0.01
    assert not revokes("x " * 500_000)


def test_hints_hide_no_phrase(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without them, which only save time, the same texts are found."""
    texts = [text for name in revocation.OWN for text, _ in revocation.read(revocation.DATA / name)]
    with_hints = {text for text in texts if revokes(text)}
    always = tuple(replace(language, hints=re.compile("")) for language in LANGUAGES)
    monkeypatch.setattr(reading, "LANGUAGES", always)
    assert {text for text in texts if revokes(text)} == with_hints


def _timed(text: str) -> float:
    began = time.process_time()
    revokes(text)
    return time.process_time() - began
