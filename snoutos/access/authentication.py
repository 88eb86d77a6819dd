"""API keys as they come in: known to the trail as what is acted with, and told of when used from a new network."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from rest_framework.request import Request

from audit.record import Actor, recording
from snoutos.access import events
from snoutos.accounts import api_keys, credentials, networks
from snoutos.accounts.models import ApiKey, User
from snoutos.accounts.rest.authentication import ApiKeyAuthentication


class KeyAuthentication(ApiKeyAuthentication):
    """As the API's own; the key's first use from a neighbourhood (/24, IPv6: /48) is an event."""

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        found = super().authenticate(request)
        if found is not None:
            credentials.came_with_key(request._request, found[1].pk)
            _note_network(found[1], networks.network_word(request._request), timezone.now())
        return found


def _note_network(key: ApiKey, network: str, at: datetime) -> None:
    if network in key.networks:
        return
    with transaction.atomic(), recording(actor=Actor.api(key.user_id), at=at) as trail:
        if api_keys.note_network(key, network):
            trail.record(
                events.api_key_used_from_new_network(
                    organization_id=key.organization_id, key_id=key.pk, network=network
                )
            )
