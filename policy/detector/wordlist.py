"""How the word lists of the detector are written down."""

from collections.abc import Iterable


def words(text: str) -> frozenset[str]:
    """The words of a text that is laid out for people to read and edit."""
    return frozenset(text.split())


def any_of(choices: Iterable[str]) -> str:
    """A pattern for any of the choices, longest first and in a fixed order."""
    return "(?:" + "|".join(sorted(choices, key=lambda choice: (-len(choice), choice))) + ")"
