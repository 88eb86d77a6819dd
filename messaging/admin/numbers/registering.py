"""How the US carriers know a number, and the button that asks the provider."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from messaging.models import MessageNumber
from messaging.models.numbers import Registered
from messaging.numbers import registration
from snoutos import adminkit
from snoutos.adminkit import TenantAdmin, badge, column, moment, verb_button
from snoutos.adminkit.words import Tone

_TONES: dict[Registered, Tone] = {
    Registered.UNREGISTERED: "danger",
    Registered.SUSPENDED: "danger",
    Registered.PENDING: "warning",
    Registered.APPROVED: "success",
}


class ShowsRegistration(TenantAdmin):
    """The part of the page about numbers that speaks of brand and campaign."""

    @column("Carriers")
    def registration_is(self, number: MessageNumber) -> str:
        stands = registration.standing(number.brand_state, number.campaign_state)
        return badge(stands.label, _TONES.get(stands, ""))

    @column("What it means")
    def registration_means(self, number: MessageNumber) -> str:
        return registration.means(number)

    @column("Brand")
    def brand_is(self, number: MessageNumber) -> str:
        return str(Registered(number.brand_state).label)

    @column("Campaign")
    def campaign_is(self, number: MessageNumber) -> str:
        return str(Registered(number.campaign_state).label)

    @column("Checked")
    def registration_read(self, number: MessageNumber) -> str:
        return moment(number.registration_read_at)

    @verb_button(
        description="Check registration",
        text="SnoutOS asks the provider how your numbers are registered with the US carriers. It does so every day by itself.",
        done="Checked: see “Registration with US carriers”.",
        icon="fact_check",
        asks_provider=True,
    )
    def check_registration(self, request: HttpRequest, number: MessageNumber, form: Any) -> None:
        registration.check(number, by=adminkit.person(request), at=timezone.now())
