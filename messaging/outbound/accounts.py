"""The owner opens an account's line by hand, without waiting for the next probe (`circuit`)."""

from __future__ import annotations

from datetime import datetime

from audit.record import Actor
from messaging.errors import MessagingError
from messaging.models import ProviderAccount
from messaging.outbound import circuit
from messaging.providers.accounts import provider_of
from messaging.providers.base import ProviderError
from snoutos.accounts.models import User


class StillRefused(MessagingError):  # noqa: N818
    """The provider does not take this account's credentials. Enter its current token first."""

    code = "credentials_refused"
    status = 409


class ProviderUnreachable(MessagingError):  # noqa: N818
    """The provider could not be asked just now. Try again in a minute."""

    code = "provider_unreachable"
    status = 503


def reopen(account: ProviderAccount, *, by: User | None, at: datetime) -> ProviderAccount:
    """Sign in with the account's present credentials; when the provider takes them, let its texts leave again.

    An open account stays as it is. Calls the provider: never inside a transaction. Raises StillRefused or ProviderUnreachable.
    """
    _check_credentials(ProviderAccount.objects.get(pk=account.pk))
    return circuit.open_line(account, actor=Actor.person(by), at=at)


def _check_credentials(account: ProviderAccount) -> None:
    try:
        check = provider_of(account).check_credentials()
    except ProviderError as error:
        raise ProviderUnreachable from error
    if not check.works:
        raise StillRefused(check.reason)
