"""What every provider adapter must do, whichever provider it speaks to.

Subclass `ProviderConformance` in a `test_*.py` and give it a `World`: an account at a (simulated) provider
over real HTTP, with the switches to make the provider misbehave. See docs/how-to/add-a-provider.md.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Protocol

import pytest

from messaging.providers.base import (
    NOT_FOUND,
    Accepted,
    AccountFault,
    Address,
    Bought,
    NotBought,
    Outcome,
    OutgoingText,
    Provider,
    ProviderError,
    PurchaseRefusal,
    PurchaseUnknown,
    Refused,
    RegistrationState,
    Rejected,
    RejectionKind,
    Unknown,
)

CLIENT, OTHER_CLIENT = "+14155550111", "+14155550122"


class World(Protocol):
    """The other side, as the suite drives it."""

    provider: Provider
    number: str  # a business number of the account, E.164
    service: str  # a messaging service of the account, which has some numbers, and not `number`

    def misbehave(self, fault: str, *, code: int = 0) -> None:
        """Make the next send go wrong as a fault of the simulator's list."""

    def sent_to(self, phone: str) -> list[str]:
        """Bodies that the provider accepted for a phone, oldest first."""

    def text_in(self, *, sender: str, body: str) -> str:
        """A phone texts `number`; the provider's SID."""

    def settle(self) -> None:
        """Wait until every accepted text has reached its last status."""

    def with_wrong_credentials(self) -> Provider:
        """The same account, another secret."""

    def with_key(self, *, works: bool) -> Provider:
        """The same account and token with an API key that is right or wrong."""

    def shut_account(self, fault: AccountFault) -> None:
        """Suspend or close the account at the provider."""

    def answer_elsewhere(self, number: str) -> None:
        """Let something at the provider answer texts to the number instead of its address."""

    def register(self, brand: RegistrationState, campaign: RegistrationState) -> None:
        """Let the carriers know the account's numbers by this brand and this campaign; `UNREGISTERED`: by none."""

    def unreachable(self) -> Provider:
        """The same account at an address where nobody listens."""

    def media_address(self) -> str:
        """Where a photo lies that a phone has sent; its bytes start with a PNG's first four."""


class ProviderConformance:
    """Subclasses provide the fixture `world`."""

    def outgoing(self, world: World, body: str = "Hello 🐶", *, to: str = CLIENT) -> OutgoingText:
        return OutgoingText(sender=world.number, recipient=to, body=body)

    def test_it_is_a_provider(self, world: World) -> None:
        assert isinstance(world.provider, Provider)

    def test_an_accepted_text_has_a_sid_that_can_be_looked_up(self, world: World) -> None:
        outcome = world.provider.send(self.outgoing(world))
        assert isinstance(outcome, Accepted)
        assert outcome.segments == 1
        found = world.provider.fetch_text(outcome.sid)
        assert found is not None
        assert (found.sender, found.recipient, found.body) == (world.number, CLIENT, "Hello 🐶")
        assert not found.is_inbound
        assert world.sent_to(CLIENT) == ["Hello 🐶"]

    @pytest.mark.parametrize(
        "body", ["a" * 1600, " spaces \n", "100% & =+", "\U0001f469\u200d\U0001f467", "<b>"]
    )
    def test_a_body_arrives_unchanged(self, world: World, body: str) -> None:
        assert isinstance(world.provider.send(self.outgoing(world, body)), Accepted)
        assert world.sent_to(CLIENT) == [body]

    def test_photos_alone_can_be_sent(self, world: World) -> None:
        media = ("https://snoutos.example/a.jpg", "https://snoutos.example/b.jpg")
        text = OutgoingText(sender=world.number, recipient=CLIENT, body="", media_urls=media)
        outcome = world.provider.send(text)
        assert isinstance(outcome, Accepted)
        found = world.provider.fetch_text(outcome.sid)
        assert found is not None
        assert found.media_count == 2

    @pytest.mark.parametrize(
        ("fault", "code", "expected", "copies"),
        [
            ("rate429", 0, Refused, 0),
            ("error", 21611, Refused, 0),
            ("error", 21610, Rejected, 0),
            ("error", 99999, Rejected, 0),
            ("fail_before", 0, Unknown, 0),
            ("reset_before", 0, Unknown, 0),
            ("fail_after", 0, Unknown, 1),
            ("hang_after", 0, Unknown, 1),
            ("reset_after", 0, Unknown, 1),
            ("no_sid", 0, Unknown, 1),
            ("not_json", 0, Unknown, 1),
            ("unavailable", 0, Unknown, 0),
        ],
    )
    def test_every_fault_has_the_outcome_that_is_safe(
        self, world: World, fault: str, code: int, expected: type[Outcome], copies: int
    ) -> None:
        """What may have gone out is never `Refused`, and nothing is sent twice."""
        world.misbehave(fault, code=code)
        assert isinstance(world.provider.send(self.outgoing(world)), expected)
        assert len(world.sent_to(CLIENT)) == copies

    def test_an_opt_out_is_told_apart(self, world: World) -> None:
        world.text_in(sender=CLIENT, body="Stop")
        outcome = world.provider.send(self.outgoing(world))
        assert isinstance(outcome, Rejected)
        assert outcome.reason is RejectionKind.OPTED_OUT
        assert isinstance(world.provider.send(self.outgoing(world, to=OTHER_CLIENT)), Accepted)

    def test_a_number_that_is_none_is_final(self, world: World) -> None:
        outcome = world.provider.send(self.outgoing(world, to="+1"))
        assert isinstance(outcome, Rejected)
        assert outcome.reason is RejectionKind.UNTEXTABLE

    def test_wrong_credentials_stop_the_line_without_using_up_a_retry(self, world: World) -> None:
        provider = world.with_wrong_credentials()
        outcome = provider.send(self.outgoing(world))
        assert isinstance(outcome, Refused)
        assert (outcome.counts, outcome.circuit) == (False, True)
        check = provider.check_credentials()
        assert not check.works
        assert check.reason
        assert check.fault is AccountFault.CREDENTIALS
        with pytest.raises(ProviderError) as caught:
            provider.list_texts()
        assert (caught.value.circuit, caught.value.retry) == (True, False)

    def test_credentials_that_work_tell_about_the_account(self, world: World) -> None:
        check = world.provider.check_credentials()
        assert (check.works, check.fault, check.reason) == (True, None, "")
        assert check.status == "active"

    @pytest.mark.parametrize("fault", [AccountFault.SUSPENDED, AccountFault.CLOSED])
    def test_an_account_that_is_not_active_does_not_work(self, world: World, fault: AccountFault) -> None:
        world.shut_account(fault)
        check = world.provider.check_credentials()
        assert (check.works, check.fault) == (False, fault)
        assert check.reason

    def test_an_api_key_is_tried_besides_the_token(self, world: World) -> None:
        assert world.with_key(works=True).check_credentials().works
        check = world.with_key(works=False).check_credentials()
        assert (check.works, check.fault) == (False, AccountFault.API_KEY)

    def test_nobody_there_is_certainly_not_sent(self, world: World) -> None:
        provider = world.unreachable()
        outcome = provider.send(self.outgoing(world))
        assert isinstance(outcome, Refused)
        assert (outcome.counts, outcome.circuit) == (True, False)
        for call in (provider.list_texts, provider.list_numbers, provider.check_credentials):
            with pytest.raises(ProviderError) as caught:
                call()
            assert caught.value.retry

    def test_the_books_are_listed_newest_first_both_ways(self, world: World) -> None:
        world.provider.send(self.outgoing(world, "one"))
        sid = world.text_in(sender=CLIENT, body="two")
        world.provider.send(self.outgoing(world, "three", to=OTHER_CLIENT))
        texts = world.provider.list_texts()
        assert [text.body for text in texts] == ["three", "two", "one"]
        assert [text.sid for text in texts if text.is_inbound] == [sid]
        assert all(text.created_at and text.created_at.tzinfo for text in texts)

    def test_the_books_can_be_narrowed(self, world: World) -> None:
        for number in range(7):
            world.provider.send(self.outgoing(world, f"n{number}", to=CLIENT if number % 2 else OTHER_CLIENT))
        listed = world.provider.list_texts
        assert [text.body for text in listed(recipient=CLIENT)] == ["n5", "n3", "n1"]
        assert [text.body for text in listed(sender=world.number, recipient=CLIENT, limit=2)] == ["n5", "n3"]
        assert not listed(sender=OTHER_CLIENT)
        assert not listed(limit=0)
        assert len(listed(since=datetime.now(UTC) - timedelta(minutes=1))) == 7
        assert not listed(since=datetime.now(UTC) + timedelta(minutes=1))

    def test_a_text_that_is_still_queued_is_listed(self, world: World) -> None:
        outcome = world.provider.send(self.outgoing(world))
        assert isinstance(outcome, Accepted)
        assert [text.sid for text in world.provider.list_texts(recipient=CLIENT)] == [outcome.sid]

    def test_a_text_between_two_numbers_of_the_account_comes_in(self, world: World) -> None:
        service = world.provider.fetch_service(world.service)
        assert service is not None
        other = min(service.numbers)
        world.provider.send(self.outgoing(world, "to ourselves", to=other))
        world.settle()
        assert [one.body for one in world.provider.list_texts(recipient=other) if one.is_inbound] == [
            "to ourselves"
        ]

    def test_an_unknown_sid_is_none(self, world: World) -> None:
        assert world.provider.fetch_text("SM" + "0" * 32) is None

    def test_redacting_blanks_the_body_for_good(self, world: World) -> None:
        outcome = world.provider.send(self.outgoing(world, "secret"))
        assert isinstance(outcome, Accepted)
        world.settle()
        world.provider.redact(outcome.sid)
        world.provider.redact(outcome.sid)
        found = world.provider.fetch_text(outcome.sid)
        assert found is not None
        assert found.body == ""
        world.provider.redact("SM" + "0" * 32)

    def test_the_account_and_its_numbers_can_be_read_and_set(self, world: World) -> None:
        assert world.provider.check_credentials().works
        number = next(one for one in world.provider.list_numbers() if one.e164 == world.number)
        assert number.can_sms
        assert set(number.addresses) == set(Address)
        for name, host in ((number.sid, "https://one.example"), (world.number, "https://two.example")):
            wanted = {address: f"{host}/{address.name.lower()}" for address in Address}
            assert world.provider.configure_number(name, wanted).addresses == wanted
            assert wanted in [one.addresses for one in world.provider.list_numbers()]

    def test_addresses_that_are_not_named_stay(self, world: World) -> None:
        configure = world.provider.configure_number
        configure(world.number, {Address.SMS: "https://a.example/", Address.VOICE: "https://b.example/"})
        configured = configure(world.number, {Address.SMS: "https://c.example/"})
        assert configured.addresses[Address.SMS] == "https://c.example/"
        assert configured.addresses[Address.VOICE] == "https://b.example/"

    def test_an_address_that_the_provider_passes_over_is_none_until_it_is_set(self, world: World) -> None:
        url = {Address.SMS: "https://a.example/"}
        world.provider.configure_number(world.number, url)
        world.answer_elsewhere(world.number)
        number = next(one for one in world.provider.list_numbers() if one.e164 == world.number)
        assert number.addresses[Address.SMS] == ""
        assert world.provider.configure_number(world.number, url).addresses[Address.SMS] == url[Address.SMS]

    @pytest.mark.parametrize("unknown", ["PN" + "0" * 32, "+14155559999"])
    def test_a_number_of_nobody_cannot_be_set(self, world: World, unknown: str) -> None:
        with pytest.raises(ProviderError) as caught:
            world.provider.configure_number(unknown, {Address.SMS: "https://snoutos.example/a"})
        assert (caught.value.retry, caught.value.code) == (False, NOT_FOUND)

    def test_a_number_can_be_found_bought_and_given_back(self, world: World) -> None:
        provider = world.provider
        offer = provider.search_numbers(area_code="415", limit=3)[0]
        assert provider.find_number(offer.e164) is None
        wanted = {Address.SMS: "https://snoutos.example/in"}
        outcome = provider.buy_number(offer.e164, wanted)
        assert isinstance(outcome, Bought)
        assert outcome.number.addresses[Address.SMS] == wanted[Address.SMS]
        assert provider.find_number(offer.e164) == outcome.number
        assert offer.e164 not in {one.e164 for one in provider.search_numbers(area_code="415")}
        again = provider.buy_number(offer.e164, wanted)
        assert isinstance(again, NotBought)
        assert again.reason is PurchaseRefusal.GONE
        assert (provider.release_number(offer.e164), provider.release_number(offer.e164)) == (True, False)
        assert provider.find_number(offer.e164) is None
        assert len(provider.search_numbers(area_code="415", limit=3)) == 3
        assert not provider.search_numbers(area_code="415", limit=0)

    @pytest.mark.parametrize("fault", ["buy_fail_after", "buy_hang_after"])
    def test_a_purchase_without_an_answer_is_unknown(self, world: World, fault: str) -> None:
        """What may have been bought is never told as not bought."""
        offer = world.provider.search_numbers(area_code="415", limit=1)[0]
        world.misbehave(fault)
        assert isinstance(world.provider.buy_number(offer.e164, {}), PurchaseUnknown)
        assert world.provider.find_number(offer.e164) is not None

    def test_nobody_there_is_certainly_not_bought(self, world: World) -> None:
        outcome = world.unreachable().buy_number("+14155550199", {})
        assert isinstance(outcome, NotBought)
        assert outcome.reason is PurchaseRefusal.LATER

    @pytest.mark.parametrize("campaign", ["unregistered", "pending", "approved", "suspended"])
    @pytest.mark.parametrize("brand", ["unregistered", "pending", "approved", "suspended"])
    def test_every_number_says_how_it_is_registered(self, world: World, brand: str, campaign: str) -> None:
        world.register(RegistrationState(brand), RegistrationState(campaign))
        listed = {one.e164: one for one in world.provider.list_registrations()}
        assert set(listed) == {one.e164 for one in world.provider.list_numbers()}
        assert (listed[world.number].brand, listed[world.number].campaign) == (brand, campaign)

    def test_registrations_that_cannot_be_read_are_an_error_and_no_answer(self, world: World) -> None:
        for provider in (world.unreachable(), world.with_wrong_credentials()):
            with pytest.raises(ProviderError):
                provider.list_registrations()

    def test_a_messaging_service_is_read_and_set(self, world: World) -> None:
        provider = world.provider
        before = provider.fetch_service(world.service)
        assert before is not None
        assert before.sid == world.service
        assert before.numbers
        assert world.number not in before.numbers
        wanted = {
            Address.SMS: "https://snoutos.example/in",
            Address.SMS_FALLBACK: "https://snoutos.example/b",
        }
        for _ in range(2):
            after = provider.configure_service(world.service, {**wanted, Address.VOICE: "https://x.example/"})
            assert (after.addresses, after.keeps_sender, after.numbers) == (wanted, True, before.numbers)
            assert provider.fetch_service(world.service) == after

    def test_a_service_of_nobody_is_none_and_cannot_be_set(self, world: World) -> None:
        unknown, wanted = "MG" + "0" * 32, {Address.SMS: "https://a.example/", Address.SMS_FALLBACK: ""}
        assert world.provider.fetch_service(unknown) is None
        with pytest.raises(ProviderError) as caught:
            world.provider.configure_service(unknown, wanted)
        assert (caught.value.retry, caught.value.code) == (False, NOT_FOUND)
        with pytest.raises(ProviderError) as caught:
            world.with_wrong_credentials().fetch_service(world.service)
        assert caught.value.circuit

    def test_an_attachment_can_be_fetched_and_nothing_else(self, world: World) -> None:
        media = world.provider.fetch_media(world.media_address())
        assert media.content.startswith(b"\x89PNG")
        assert media.content_type == "image/png"
        with pytest.raises(ProviderError) as caught:
            world.provider.fetch_media("https://evil.example/x")
        assert not caught.value.retry

    def test_nothing_personal_is_logged_or_shown(
        self, world: World, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.INFO):
            world.provider.send(self.outgoing(world, "very private"))
            world.provider.list_texts(recipient=CLIENT)
            shown = (
                repr(world.provider.list_texts())
                + repr(self.outgoing(world))
                + repr(world.provider.list_numbers())
            )
        for private in (CLIENT, CLIENT[1:], world.number, "very private"):
            assert private not in caplog.text
            assert private not in shown
