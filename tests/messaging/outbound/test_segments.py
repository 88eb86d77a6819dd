"""What a text costs: GSM-7 and UCS-2 at their limits."""

from __future__ import annotations

import pytest

from messaging.outbound.queue.segments import GSM_BASIC, GSM_EXTENSION, Measure, measure


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("", Measure("GSM-7", 0, 0, 0)),
        ("Hi", Measure("GSM-7", 2, 1, 2)),
        ("a" * 160, Measure("GSM-7", 160, 1, 160)),
        ("a" * 161, Measure("GSM-7", 161, 2, 161)),
        ("a" * 306, Measure("GSM-7", 306, 2, 306)),
        ("a" * 307, Measure("GSM-7", 307, 3, 307)),
        ("€", Measure("GSM-7", 2, 1, 1)),
        ("{" * 80, Measure("GSM-7", 160, 1, 80)),
        ("{" * 81, Measure("GSM-7", 162, 2, 81)),
        ("Grüße, señorita Ñandú"[:18], Measure("GSM-7", 18, 1, 18)),
        ("ç", Measure("UCS-2", 1, 1, 1)),  # only the capital Ç is in the alphabet
        ("it’s", Measure("UCS-2", 4, 1, 4)),
        ("я" * 70, Measure("UCS-2", 70, 1, 70)),
        ("я" * 71, Measure("UCS-2", 71, 2, 71)),
        ("я" * 134, Measure("UCS-2", 134, 2, 134)),
        ("я" * 135, Measure("UCS-2", 135, 3, 135)),
        ("🐶", Measure("UCS-2", 2, 1, 1)),
        ("🐶" * 35, Measure("UCS-2", 70, 1, 35)),
        ("🐶" * 36, Measure("UCS-2", 72, 2, 36)),
        ("a" * 159 + "🐶", Measure("UCS-2", 161, 3, 160)),  # one emoji turns the whole text
    ],
)
def test_measures(body: str, expected: Measure) -> None:
    assert measure(body) == expected


def test_a_character_of_two_units_is_never_split_over_two_parts() -> None:
    assert measure("a" * 152 + "{" + "b" * 152).segments == 3  # 306 septets, and yet not two parts of 153
    assert measure("я" * 66 + "🐶" + "я" * 66).segments == 3


def test_the_alphabet_has_the_size_that_the_standard_gives() -> None:
    assert len(GSM_BASIC) == 127  # 128 places, one of which is the escape to the extension table
    assert len(GSM_EXTENSION) == 10
    assert not GSM_BASIC & GSM_EXTENSION
