"""From an organization's account to the adapter that speaks for it."""

from __future__ import annotations

from dataclasses import replace

from django.conf import settings

from messaging.models import ProviderAccount
from messaging.providers.base import Credentials, Provider
from messaging.providers.twilio import READ_TIMEOUT, TwilioProvider
from messaging.timing import scaled


def provider_of(account: ProviderAccount) -> Provider:
    """The adapter for `account`, with the credentials that are saved (`provider_for`)."""
    return provider_for(credentials_of(account))


def credentials_of(account: ProviderAccount) -> Credentials:
    """How to sign in for `account`, as it is saved."""
    return Credentials(
        account_sid=account.sid,
        auth_token=account.auth_token,
        api_key_sid=account.api_key_sid,
        api_key_secret=account.api_key_secret,
    )


def provider_for(credentials: Credentials) -> Provider:
    """The adapter that signs in with `credentials`. TWILIO_API_BASE_URL, when set, is where it calls instead of the provider's
    own address; PROVIDER_READ_TIMEOUT (seconds) how long it waits for an answer, otherwise 30 s, shorter in
    rehearsals as the lease is.
    """
    return TwilioProvider(
        replace(credentials, base_url=settings.TWILIO_API_BASE_URL),
        read_timeout=getattr(settings, "PROVIDER_READ_TIMEOUT", scaled(seconds=READ_TIMEOUT).total_seconds()),
    )
