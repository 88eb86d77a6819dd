"""How many SMS segments a text takes, and in which encoding: what the owner pays for. Pure.

Source: 3GPP TS 23.038 (GSM 7-bit default alphabet and its extension table) and TS 23.040 (concatenation:
153 septets or 67 UCS-2 units per part once a text needs more than one).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Encoding = Literal["GSM-7", "UCS-2"]

GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENSION = frozenset("\f^{}\\[~]|€")

MAX_CHARACTERS = 1600  # what the provider takes in one request


@dataclass(frozen=True, slots=True)
class Measure:
    """`units` are septets for GSM-7 and 16-bit units for UCS-2; `characters` is what a person would count
    as typed.
    """

    encoding: Encoding
    units: int
    segments: int
    characters: int

    @property
    def sentence(self) -> str:
        """What people read under a text they write."""
        texts = "1 text" if self.segments == 1 else f"{self.segments} texts"
        why = " (emoji make texts shorter)" if self.encoding == "UCS-2" else ""
        return f"{self.characters} characters · {texts}{why}"


def measure(body: str) -> Measure:
    """Encoding, units and segments of `body`. An empty text (a photo alone) has 0 segments of GSM-7."""
    characters = len(body)
    if all(char in GSM_BASIC or char in GSM_EXTENSION for char in body):
        costs = [2 if char in GSM_EXTENSION else 1 for char in body]
        return Measure("GSM-7", sum(costs), _segments(costs, alone=160, part=153), characters)
    costs = [2 if ord(char) > 0xFFFF else 1 for char in body]
    return Measure("UCS-2", sum(costs), _segments(costs, alone=70, part=67), characters)


def _segments(costs: list[int], *, alone: int, part: int) -> int:
    """Parts needed when a character of two units is never split over two parts."""
    if not costs:
        return 0
    if sum(costs) <= alone:
        return 1
    parts, used = 1, 0
    for cost in costs:
        if used + cost > part:
            parts, used = parts + 1, 0
        used += cost
    return parts
