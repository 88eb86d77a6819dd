"""Words of danger, English and Spanish, as words and not as parts of others."""

from __future__ import annotations

import pytest

from policy.emergency import is_urgent


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
    ],
)
def test_danger_is_seen(text: str) -> None:
    assert is_urgent(text)


@pytest.mark.parametrize("text", ["", "All is well", "he fired up the grill", "the 9110 gate", "bloodhound"])
def test_ordinary_texts_are_not(text: str) -> None:
    assert not is_urgent(text)
