"""Emergencies, English and Spanish: what is going on now, and not what is quoted, denied, feared or long over."""

from __future__ import annotations

import pytest

from benchmarks import emergency
from policy.emergency import LONGEST_READ, is_urgent


@pytest.mark.parametrize(
    "text",
    [
        "It is an EMERGENCY",
        "we are at the hospital",
        "he is bleeding!",
        "she can't breathe",
        "she can’t breathe",
        "Rex was hit by a car",
        "I called 911.",
        "at the ER vet now",
        "es una emergencia",
        "the dog ran away",
        "The dog is lost!!!",
        "We lost her in the park",
        "I lost him by the old toy shop",
        "my cat is still lost, please call",
        "She's lost somewhere near the park",
        "el perro está perdido",
        "no emergency, but he is bleeding",
        "It’s not an emergency. Well it is: Bo collapsed",
        "Is this thing on? EMERGENCYYY!!!",
        "he is bleeeeding",
        "e\u200bmergency",
        "EMERGENCY",
        "Se escapó el perro",
        "se escapo el perro",
        "Biscuit ate chocolate and is vomiting blood, please help!",
        "HELP the dog ran away!! where is Ben??",
    ],
)
def test_danger_is_seen(text: str) -> None:
    assert is_urgent(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "All is well",
        "he fired up the grill",
        "He is lost without you",
        "She's lost her red ball",
        "The puppy is lost in thought",
        "The key is lost",
        "the 9110 gate",
        "bloodhound",
        "not an emergency",
        "It isn’t an emergency",
        "No emergency, but please call when you can",
        "Loved “Rex is bleeding, help!”",
        'She wrote "he is not breathing" in her novel',
        "If he is bleeding call me",
        "He had a seizure two years ago",
        "Emergency contact: my sister",
        "no es una emergencia",
        "\x00",
        "?" * 5000,
    ],
)
def test_ordinary_texts_are_not(text: str) -> None:
    assert not is_urgent(text)


@pytest.mark.parametrize("name", emergency.OWN)
def test_the_labelled_texts_are_told_apart(name: str) -> None:
    missed, false, meant, not_meant = emergency.score(emergency.read(emergency.DATA / name))
    assert meant + not_meant >= 150
    assert len(missed) <= 0.05 * meant, missed
    assert len(false) <= 0.02 * not_meant, false


@pytest.mark.parametrize("name", emergency.OTHER)
def test_texts_about_other_things_do_not_alarm(name: str) -> None:
    _, false, _, not_meant = emergency.score(emergency.read(emergency.DATA / name))
    assert len(false) <= 0.02 * not_meant, false


def test_a_very_long_text_is_read_in_bounded_time() -> None:
    assert not is_urgent("if he " * 200_000)
    assert not is_urgent("a, " * LONGEST_READ)
