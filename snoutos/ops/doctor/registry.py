"""What a check is, and all of them by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

Broken: TypeAlias = Iterable[int | str]
Find: TypeAlias = Callable[[datetime], Broken]


@dataclass(frozen=True, slots=True)
class Check:
    """One rule. `find` yields what breaks it at a moment: ids of `subject`, or short names without personal data."""

    code: str
    subject: str
    wrong: str
    do: str
    find: Find


CHECKS: dict[str, Check] = {}


def check(code: str, *, subject: str, wrong: str, do: str) -> Callable[[Find], Find]:
    """Make `find(at)` the check `code`. `wrong` says what is the case when it yields anything, `do` what helps.

    Raises ValueError when the code is taken.
    """

    def register(find: Find) -> Find:
        if code in CHECKS:
            raise ValueError(f"two checks are called {code}")
        CHECKS[code] = Check(code, subject, wrong, do, find)
        return find

    return register
