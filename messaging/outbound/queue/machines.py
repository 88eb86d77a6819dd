"""Who is a machine: nothing is sent to one by itself, because it would answer by itself.

A short code, a name ("AMAZON"), an address of another channel, or a number of the business' own. A person may still write to one.
"""

from __future__ import annotations

import re

from messaging.people.ownership import own_number

# The longest short code has six figures; the shortest number of a person, with its country, has eight.
_PERSONS = re.compile(r"\+[1-9]\d{7,14}", re.ASCII)


def is_one(organization_id: int, address: str) -> bool:
    """Whether a machine is behind `address`."""
    return _PERSONS.fullmatch(address) is None or own_number(organization_id, address) is not None
