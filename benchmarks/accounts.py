"""A provider account for a measurement that runs without a provider: as if it had been proven before."""

from __future__ import annotations

from typing import Any


def already_connected(spec: Any) -> None:
    """Store the account of a `snoutos.ops.bootstrap.Spec`, so that `set_up` finds it and asks nobody."""
    from messaging.models import ProviderAccount
    from snoutos.accounts.models import Organization

    organization, _ = Organization.objects.get_or_create(name=spec.organization["name"])
    ProviderAccount.objects.get_or_create(
        sid=spec.account["sid"],
        defaults={"organization": organization, "auth_token": spec.account["auth_token"]},
    )
