"""A provider account and numbers for a measurement that runs without a provider: as if they had been proven before."""

from __future__ import annotations

from typing import Any


def already_connected(spec: Any) -> None:
    """Store the account and the numbers of a `snoutos.ops.bootstrap.Spec`, so that `set_up` finds them and asks nobody."""
    from django.utils import timezone

    from messaging.models import MessageNumber, ProviderAccount
    from messaging.numbers import lifecycle
    from snoutos.accounts.models import Organization

    organization, _ = Organization.objects.get_or_create(name=spec.organization["name"])
    account, _ = ProviderAccount.objects.get_or_create(
        sid=spec.account["sid"],
        defaults={"organization": organization, "auth_token": spec.account["auth_token"]},
    )
    for row in spec.numbers:
        if not MessageNumber.objects.filter(e164=row["e164"]).exists():
            lifecycle.add(account=account, e164=row["e164"], role=row["role"], by=None, at=timezone.now())
