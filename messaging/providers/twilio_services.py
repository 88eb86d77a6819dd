"""Twilio's messaging services: pools of numbers with settings of their own.

Source: https://www.twilio.com/docs/messaging/api/service-resource. What a service answers to STOP and its kin can't be read
there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from messaging.providers.base import Address, MessagingService

_PAGE_SIZE = 100


class TwilioServices:
    """The services of one account. Raises what the library raises."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def fetch(self, sid: str) -> MessagingService:
        """The service with its numbers."""
        return self._with_numbers(self._client.messaging.v1.services(sid).fetch())

    def configure(self, sid: str, addresses: Mapping[Address, str]) -> MessagingService:
        """Set its addresses for texts, called by POST, and Sticky Sender."""
        changed = self._client.messaging.v1.services(sid).update(
            inbound_request_url=addresses[Address.SMS],
            inbound_method="POST",
            fallback_url=addresses[Address.SMS_FALLBACK],
            fallback_method="POST",
            sticky_sender=True,
        )
        return self._with_numbers(changed)

    def _with_numbers(self, service: Any) -> MessagingService:
        numbers = self._client.messaging.v1.services(service.sid).phone_numbers.stream(page_size=_PAGE_SIZE)
        return MessagingService(
            sid=service.sid,
            name=service.friendly_name or "",
            addresses={
                Address.SMS: service.inbound_request_url or "",
                Address.SMS_FALLBACK: service.fallback_url or "",
            },
            by_number=bool(service.use_inbound_webhook_on_number),
            keeps_sender=bool(service.sticky_sender),
            numbers=frozenset(one.phone_number for one in numbers),
        )
