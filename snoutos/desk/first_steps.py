"""What a business that cannot text yet has to do first, as an empty inbox says it."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from messaging import permissions as may
from messaging.models import ProviderAccount
from messaging.numbers import front_desks
from snoutos.desk.request import DeskRequest


@dataclass(frozen=True, slots=True)
class FirstSteps:
    """A heading, a sentence, and links with their words: the first of them is the one to take."""

    heading: str
    sentence: str
    links: tuple[tuple[str, str], ...] = ()


def of(desk: DeskRequest) -> FirstSteps | None:
    """What comes next until there is a front desk in use; None from then on."""
    if front_desks.in_use(desk.organization.pk).exists():
        return None
    if not (desk.may(may.MANAGE_PROVIDER) and desk.may(may.MANAGE_NUMBERS)):
        return FirstSteps(
            "No number yet", "Texts can come in once the owner has added the number that clients text."
        )
    if not ProviderAccount.objects.of(desk.organization).exists():
        return FirstSteps(
            "Set up texting",
            "Connect the account at your text provider first. Then buy or add the number that clients text.",
            (("Connect your provider account", reverse("admin:messaging_provideraccount_add")),),
        )
    return FirstSteps(
        "Now the number that clients text",
        "Buy one, or add one that your provider account owns already. Its role is Front desk.",
        (
            ("Buy a number", reverse("admin:numbers_buy")),
            ("Add one you own", reverse("admin:numbers_add")),
        ),
    )
