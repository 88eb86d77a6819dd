"""How fast a number sends: what carriers take from its kind, until somebody who knows better says otherwise (`lifecycle.set_pace`).

Source: the provider's documentation, 1 segment a second for a long code and 3 for a toll-free number. 10DLC limits are a campaign's, not a
number's: a business that has more or less sets it.
"""

from __future__ import annotations

import phonenumbers

from messaging.models import MessageNumber, SendingLine

LONG_CODE = 1.0
TOLL_FREE = 3.0
FASTEST = 100.0
LARGEST_BURST = 1000.0


def segments_per_second(e164: str) -> float:
    """What a number of this kind may send by default."""
    try:
        kind = phonenumbers.number_type(phonenumbers.parse(e164))
    except phonenumbers.NumberParseException:
        return LONG_CODE
    return TOLL_FREE if kind == phonenumbers.PhoneNumberType.TOLL_FREE else LONG_CODE


def new_line(number: MessageNumber) -> SendingLine:
    """The line of a number that has none yet, not saved."""
    return SendingLine(
        organization_id=number.organization_id,
        number=number,
        segments_per_second=segments_per_second(number.e164),
    )
