"""Each constraint of differences with the provider, broken once, by name."""

from __future__ import annotations

from typing import Any

from messaging.models import ProviderAccount, ProviderDifference
from tests.business import Business
from tests.constraints import breaks
from tests.refusals import refusal


def one(business: Business, **columns: Any) -> ProviderDifference:
    whole = {"organization": business.organization, "account": business.account, "kind": "suspended"}
    made: ProviderDifference = ProviderDifference.objects.create(**{**whole, **columns})
    return made


@breaks("providerdifference_once")
def test_a_difference_is_one_row(business: Business) -> None:
    one(business)
    assert refusal(lambda: one(business)) == "providerdifference_once"


@breaks("providerdifference_has_a_known_kind")
def test_a_difference_has_a_known_kind(business: Business) -> None:
    assert refusal(lambda: one(business, kind="odd")) == "providerdifference_has_a_known_kind"


@breaks("provideraccount_service_sid_is_one")
def test_a_messaging_service_is_one(business: Business) -> None:
    account = ProviderAccount.objects.filter(pk=business.account.pk)
    for sid in ("MG1", "AC" + "1" * 32, "MG" + "1" * 33):
        assert refusal(lambda sid=sid: account.update(messaging_service_sid=sid)) == (  # type: ignore[misc]
            "provideraccount_service_sid_is_one"
        )
