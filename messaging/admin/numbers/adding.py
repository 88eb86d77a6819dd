"""A number that is typed in: the provider is asked whether the account owns it before it is saved."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from messaging import permissions
from messaging.models import MessageNumber
from messaging.models.numbers import NumberState, Proof
from messaging.numbers import buying, owned, proving
from messaging.numbers.owned import Prepared
from messaging.providers.accounts import credentials_of
from messaging.wording.proofs import what_to_do
from snoutos import adminkit
from snoutos.adminkit import TenantAdmin, badge, column, moment, verb_button
from snoutos.adminkit.buttons import list_link
from snoutos.adminkit.words import Tone
from snoutos.core.problems import Problem

_PROOF: dict[Proof, Tone] = {
    Proof.PROVEN: "success",
    Proof.WAITING: "",
    Proof.NOT_ARRIVED: "danger",
    Proof.NONE: "warning",
}


class AddsOwnedNumbers(TenantAdmin):
    """The part of the page about numbers that speaks with the provider."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponseBase:
        """The provider is asked before the transaction that saves begins."""
        if request.method == "POST" and object_id is None and self.has_add_permission(request):
            self._ask_provider(request)
        response: HttpResponseBase = super().changeform_view(request, object_id, form_url, extra_context)
        return response

    def _ask_provider(self, request: HttpRequest) -> None:
        """What it says of the number that was typed goes with the request: it is prepared, or the owner is told why not."""
        form = self.get_form(request)(request.POST)
        if not form.is_valid():
            return
        asked = form.cleaned_data
        try:
            request._prepared = owned.prepare(  # type: ignore[attr-defined]
                credentials_of(asked["account"]), asked["e164"], at=timezone.now()
            )
        except Problem as refusal:
            request._refusal = refusal.sentence  # type: ignore[attr-defined]

    def add_prepared(self, request: HttpRequest, asked: dict[str, Any]) -> MessageNumber:
        """The number that was typed, in use. It is only called for what the provider was asked about."""
        prepared: Prepared = request._prepared  # type: ignore[attr-defined]
        return owned.add(
            prepared,
            account=asked["account"],
            role=asked["role"],
            label=asked["label"],
            sitter=asked["sitter"],
            by=adminkit.person(request),
            at=timezone.now(),
        )

    @list_link(
        "Add from your provider",
        icon="playlist_add",
        url_path="from-provider",
        may=permissions.MANAGE_NUMBERS,
    )
    def from_provider(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:numbers_add"))

    @verb_button(
        description="Set webhooks",
        text="The provider is told to send this number's texts to SnoutOS, whatever is set there now.",
        done="The provider sends this number's texts here.",
        icon="webhook",
        asks_provider=True,
    )
    def set_webhooks(self, request: HttpRequest, number: MessageNumber, form: Any) -> None:
        owned.set_webhooks(number, by=adminkit.person(request), at=timezone.now())

    @verb_button(
        description="Prove it",
        text="Another of your numbers texts this one, to see whether it arrives here. The provider charges for one text each way, "
        "and nobody else sees it.",
        done="Test text sent. It should be here within a minute.",
        icon="verified",
        asks_provider=True,
    )
    def prove(self, request: HttpRequest, number: MessageNumber, form: Any) -> None:
        proving.ask(number, by=adminkit.person(request), at=timezone.now())

    @column("Texts reach SnoutOS")
    def reached(self, number: MessageNumber) -> str:
        proof = proving.proof_of(number, timezone.now())
        if number.state == NumberState.RETIRED:
            return "–"
        since = {Proof.PROVEN: number.webhooks_proven_at, Proof.NONE: None}.get(proof, number.proof_asked_at)
        return badge(f"{proof.label}, {moment(since)}" if since else proof.label, _PROOF[proof])

    @column("Webhooks")
    def proof_is(self, number: MessageNumber) -> str:
        """In the list, where there is no room for since when."""
        if number.state == NumberState.RETIRED:
            return "–"
        proof = proving.proof_of(number, timezone.now())
        return badge(proof.label, _PROOF[proof])

    @column("To prove it")
    def how_to_prove(self, number: MessageNumber) -> str:
        if number.state == NumberState.RETIRED:
            return "–"
        return what_to_do(proving.proof_of(number, timezone.now()), can_ask=proving.can_ask(number))

    @list_link("Buy a number", icon="add_shopping_cart", url_path="buy", may=permissions.MANAGE_NUMBERS)
    def buy_number(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:numbers_buy"))

    @list_link(
        "Compare with your provider",
        icon="compare_arrows",
        url_path="compare",
        may=permissions.COMPARE_PROVIDER,
    )
    def compare(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:provider_compare"))

    @verb_button(
        description="Return to the provider",
        text="This is for good: your provider account stops owning and paying for the number, and someone else may get it.",
        done="Returned to the provider.",
        icon="undo",
        asks_provider=True,
    )
    def give_up(self, request: HttpRequest, number: MessageNumber, form: Any) -> None:
        buying.give_up(number, by=adminkit.person(request), at=timezone.now())

    @column("Messaging service")
    def service_is(self, number: MessageNumber) -> str:
        if not number.account.messaging_service_sid:
            return "–"
        return "In it" if number.in_service else "Not in it: its texts go out without it"

    @column("Webhooks")
    def webhooks(self, number: MessageNumber) -> str:
        if number.given_up_at is not None:
            return f"Returned to the provider {moment(number.given_up_at)}"
        if number.webhooks_set_at is None:
            return "Not set by SnoutOS"
        return f"Set {moment(number.webhooks_set_at)}"
