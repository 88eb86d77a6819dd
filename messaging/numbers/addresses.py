"""Which addresses of ours the provider must call for a number: the one place that says so.

Setting, proving and comparing all read this table, so a new row is set at every number that is added from then on.
"""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from messaging.providers.base import Address
from messaging.providers.twilio import RETRY_FRAGMENT

# The name of the page, and what follows its address: the policy of retries is not part of what the provider signs.
_PAGES = (
    (Address.SMS, "twilio-inbound", RETRY_FRAGMENT),
    (Address.SMS_FALLBACK, "twilio-inbound-fallback", ""),
    (Address.VOICE, "twilio-voice", ""),
    (Address.CALL_STATUS, "twilio-voice-status", RETRY_FRAGMENT),
)


def wanted() -> dict[Address, str]:
    """Every address that a number needs, as the provider is to call it. Not those of texts' statuses: each text brings its own."""
    return {address: f"{settings.PUBLIC_BASE_URL}{reverse(page)}{after}" for address, page, after in _PAGES}
