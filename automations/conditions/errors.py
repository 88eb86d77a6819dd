"""Why a condition was refused, and how words of strangers are shown in a sentence."""

from __future__ import annotations

import unicodedata
from typing import Literal

Part = Literal["", "field", "op", "value"]

_LONGEST_SHOWN = 60
# Joins the people of a family emoji; the other format characters can turn the reading direction of what follows.
_JOINER = "\u200d"


class ConditionError(ValueError):
    """Data is no condition. `path` says where ("all.0.any.1"), `part` which part of it, `sentence` what to do."""

    def __init__(self, sentence: str, *, path: str, part: Part = "") -> None:
        self.sentence = sentence
        self.path = path
        self.part = part
        super().__init__(f"{path}: {sentence}" if path else sentence)


def quoted(text: str) -> str:
    """The text in quotation marks, on one line, without characters that do not show or that would close the marks."""
    plain = "".join(char for char in " ".join(text.split()) if shows(char))
    return "“" + plain.replace("“", "'").replace("”", "'") + "”"


def named(text: str) -> str:
    """As `quoted`, shortened: for what somebody sent, which may be of any length."""
    return quoted(text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 1]}…")


def shows(char: str) -> bool:
    """False for characters that nobody sees or that are none."""
    return char == _JOINER or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Zl", "Zp")
