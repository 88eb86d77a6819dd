"""What a tag is: the owner's own word for a kind of conversation."""

from __future__ import annotations

import re
from collections.abc import Iterable

LONGEST = 40  # characters
MOST = 20  # on one conversation
RULE = "Tags can have letters, digits, spaces and hyphens, up to 40."
_TAG = re.compile(r"[a-z0-9][a-z0-9 _-]{0,38}[a-z0-9]|[a-z0-9]")


def read(text: str) -> str:
    """`text` as a tag, in small letters. Raises ValueError when it is none."""
    tag = " ".join(text.split()).lower()
    if not _TAG.fullmatch(tag):
        raise ValueError(RULE)
    return tag


def read_list(text: str) -> list[str]:
    """The tags that `text` names with commas between them, each once, in its order. Raises ValueError when one is none."""
    return unique(read(one) for one in text.split(",") if one.strip())


def unique(tags: Iterable[str]) -> list[str]:
    """Each of `tags` once, in their order."""
    return list(dict.fromkeys(tags))
