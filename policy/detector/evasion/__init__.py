"""Tricks: people who hide a contact talk about how to read it, about who watches, or about a place without its name.

Nothing is decoded here. A text counts when such talk stands with something to be read: digits however they are said, names, codes.
"""

from policy.detector.evasion.rules import evasions

__all__ = ["evasions"]
