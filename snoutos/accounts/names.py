"""The name that somebody signs in with, as it is stored and looked up: one spelling for all ways to write it."""

from __future__ import annotations

import unicodedata


def fold(name: str) -> str:
    """`name` as the sign-in knows it: without case, outer spaces and look-alike widths. Folding twice changes nothing."""
    before, after = "", name
    while after != before:
        before, after = after, unicodedata.normalize("NFKC", after).strip().lower()
    return after
