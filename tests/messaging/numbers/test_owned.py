"""Numbers come into use only when the account owns them, and the provider then sends their texts to us."""

from __future__ import annotations

import html
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as project
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from messaging.errors import CoolingDown, MessagingError, NotPossibleNow, NumberInUse
from messaging.models import MessageNumber, Sitter
from messaging.models.phones import display
from messaging.numbers import addresses, buying, lifecycle, owned
from messaging.providers.accounts import credentials_of
from messaging.providers.base import Address
from messaging.providers.twilio import RETRY_FRAGMENT
from snoutos.accounts.permissions import NotAllowed
from snoutos.devtools.twilio_sim.testing import SimulatorClient
from tests.business import Business, open_business, stranger
from tests.factories import ProviderAccountFactory, UserFactory
from tests.messaging.outbound.steps import mark, verbs_since
from tests.provider import UNREACHABLE, _accounts_simulator, provider

__all__ = ["_accounts_simulator", "provider"]

PAGE = "admin:numbers_add"


@pytest.fixture
def spare() -> str:
    """A number that the account owns and nobody uses."""
    return stranger()


@pytest.fixture(autouse=True)
def there(provider: SimulatorClient, business: Business, spare: str) -> SimulatorClient:
    """The account with a number in use and a spare one, whose texts go elsewhere yet."""
    numbers = [
        business.front_desk.e164,
        {"e164": spare, "name": "Old line", "sms_url": "https://elsewhere.example/x"},
    ]
    provider.add_account(sid=business.account.sid, token=business.account.auth_token, numbers=numbers)
    return provider


def at_provider(there: SimulatorClient, e164: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in there._get("state")["numbers"] if one["e164"] == e164)
    return found


def prepare(business: Business, e164: str) -> owned.Prepared:
    return owned.prepare(credentials_of(business.account), e164, at=timezone.now())


def buy(business: Business, e164: str) -> owned.Prepared:
    return buying.buy(business.account, e164, by=business.owner, at=timezone.now())


def add(business: Business, e164: str, role: str = "pool", sitter: Sitter | None = None) -> MessageNumber:
    return owned.add(
        prepare(business, e164),
        account=business.account,
        role=role,
        sitter=sitter,
        by=business.owner,
        at=timezone.now(),
    )


def test_the_addresses_are_those_that_the_guide_tells() -> None:
    wanted = addresses.wanted()
    inbound = f"{project.PUBLIC_BASE_URL}/webhooks/twilio/inbound"
    assert wanted[Address.SMS] == f"{inbound}{RETRY_FRAGMENT}"
    assert wanted[Address.SMS_FALLBACK] == f"{inbound}/fallback"
    voice = f"{project.PUBLIC_BASE_URL}/webhooks/twilio/voice"
    assert wanted[Address.VOICE] == voice
    assert wanted[Address.CALL_STATUS] == f"{voice}/status{RETRY_FRAGMENT}"


def test_adding_sets_the_webhooks_and_records_it(
    business: Business, there: SimulatorClient, spare: str
) -> None:
    before = mark()
    number = add(business, spare)
    assert number.webhooks_set_at
    assert (number.role, number.state) == ("pool", "active")
    found = at_provider(there, spare)
    assert {address: found[address.value] for address in addresses.wanted()} == addresses.wanted()
    assert verbs_since(before) == ["number.added", "number.webhooks_set"]


def test_an_application_at_the_provider_no_longer_answers_instead(
    business: Business, there: SimulatorClient, spare: str
) -> None:
    there.add_account(
        sid=business.account.sid,
        token=business.account.auth_token,
        numbers=[{"e164": spare, "sms_application_sid": "AP" + "1" * 32}],
    )
    add(business, spare)
    assert at_provider(there, spare)["sms_application_sid"] == ""


class TestRefusals:
    def test_a_number_that_the_account_does_not_own(self, business: Business) -> None:
        with pytest.raises(owned.NotOwned):
            prepare(business, stranger())

    def test_a_number_of_another_account_at_the_provider(
        self, business: Business, there: SimulatorClient
    ) -> None:
        theirs = stranger()
        there.add_account(sid="AC" + "5" * 32, token="t", numbers=[theirs])
        with pytest.raises(owned.NotOwned):
            prepare(business, theirs)

    def test_a_number_in_use_is_left_as_it_is_at_the_provider(
        self, business: Business, there: SimulatorClient
    ) -> None:
        with pytest.raises(NumberInUse):
            prepare(business, business.front_desk.e164)
        assert there.calls() == []

    def test_one_that_was_released_while_its_cooldown_ran(
        self, business: Business, there: SimulatorClient, spare: str
    ) -> None:
        """Also bought again: releasing and adding would be a way around the cooldown."""
        number = add(business, spare)
        business.text("Hello", sender=stranger(), to=spare)
        business.release(business.pause(number))
        asked = len(there.calls())
        for way in (prepare, buy):
            with pytest.raises(CoolingDown, match="can't be used before"):
                way(business, spare)
        assert len(there.calls()) == asked, "before anything is bought or set"
        later = timezone.now() + timedelta(days=business.organization.number_cooldown_days)
        assert owned.prepare(credentials_of(business.account), spare, at=later).e164 == spare

    def test_not_one_that_nobody_knew_or_that_was_not_paused_or_is_anothers(
        self, business: Business, there: SimulatorClient, spare: str
    ) -> None:
        business.release(business.pause(add(business, spare)))
        business.text("Hello", sender=stranger(), to=add(business, spare).e164)
        business.release(MessageNumber.objects.get(e164=spare, state="active"))
        number = add(business, spare)
        business.text("Hello", sender=stranger(), to=spare)
        business.release(business.pause(number))
        other = open_business("Other")
        there.drop_number(spare)
        there.add_account(sid=other.account.sid, token=other.account.auth_token, numbers=[spare])
        assert add(other, spare).e164 == spare

    def test_a_number_for_calls_only(self, business: Business, there: SimulatorClient, spare: str) -> None:
        numbers = [{"e164": spare, "can_sms": False}]
        there.add_account(sid=business.account.sid, token=business.account.auth_token, numbers=numbers)
        with pytest.raises(owned.CannotText):
            prepare(business, spare)

    def test_a_sitter_for_another_role(self, business: Business, spare: str) -> None:
        with pytest.raises(owned.SitterMissing):
            add(business, spare, role="pool", sitter=business.sitter)
        assert not MessageNumber.objects.filter(e164=spare).exists()

    @pytest.mark.parametrize(
        ("fault", "code"), [("silent", "provider_silent"), ("token", "wrong_credentials")]
    )
    def test_a_provider_that_does_not_answer_or_does_not_know_us(
        self, business: Business, there: SimulatorClient, settings: Any, fault: str, code: str, spare: str
    ) -> None:
        if fault == "silent":
            settings.TWILIO_API_BASE_URL = UNREACHABLE
        else:
            there.add_account(sid=business.account.sid, token="another since")
        for call in (
            lambda: prepare(business, spare),
            lambda: owned.listing(business.account, by=business.owner),
            lambda: owned.set_webhooks(business.front_desk, by=business.owner, at=timezone.now()),
        ):
            with pytest.raises(MessagingError) as caught:
                call()
            assert caught.value.code == code

    def test_what_was_prepared_for_another_account(self, business: Business, spare: str) -> None:
        other = ProviderAccountFactory(organization=business.organization)
        with pytest.raises(ValueError, match="another account"):
            owned.add(
                prepare(business, spare), account=other, role="pool", by=business.owner, at=timezone.now()
            )

    def test_staff_neither_list_nor_add_nor_set(self, business: Business, spare: str) -> None:
        staff, at = UserFactory(organization=business.organization, role="staff"), timezone.now()
        prepared = prepare(business, spare)
        for call in (
            lambda: owned.listing(business.account, by=staff),
            lambda: owned.add(prepared, account=business.account, role="pool", by=staff, at=at),
            lambda: owned.set_webhooks(business.front_desk, by=staff, at=at),
        ):
            with pytest.raises(NotAllowed):
                call()


class TestWebhooksSetAgain:
    def test_they_are_what_the_provider_has_afterwards(
        self, business: Business, there: SimulatorClient
    ) -> None:
        before = mark()
        number = owned.set_webhooks(business.front_desk, by=business.owner, at=timezone.now())
        assert number.webhooks_set_at
        assert at_provider(there, number.e164)["sms_url"] == addresses.wanted()[Address.SMS]
        assert verbs_since(before) == ["number.webhooks_set"]

    def test_a_released_number_is_let_be(self, business: Business, there: SimulatorClient) -> None:
        number = lifecycle.retire(
            business.pool, reason="No longer needed", by=business.owner, at=timezone.now()
        )
        with pytest.raises(NotPossibleNow):
            owned.set_webhooks(number, by=business.owner, at=timezone.now())
        assert there.calls() == []

    def test_there_is_a_button(self, business: Business, there: SimulatorClient) -> None:
        desk, number = business.signed_in(), business.front_desk
        shown = desk.get(reverse("admin:messaging_messagenumber_change", args=[number.public_id]))
        assert "Not set by SnoutOS" in shown.content.decode()
        url = reverse("admin:messaging_messagenumber_set_webhooks", args=[number.public_id])
        answer = desk.post(url, {"_form_submitted": "on"}, headers={"HX-Request": "true"})
        assert "HX-Redirect" in answer
        number.refresh_from_db()
        assert number.webhooks_set_at


class TestThePlainForm:
    def test_a_number_that_is_not_owned_is_refused_in_words(self, business: Business) -> None:
        e164 = stranger()
        form = {
            "e164": display(e164),
            "label": "",
            "role": "pool",
            "sitter": "",
            "account": str(business.account.pk),
        }
        shown = business.signed_in().post(reverse("admin:messaging_messagenumber_add"), form)
        assert owned.NotOwned.sentence in html.unescape(shown.content.decode())
        assert not MessageNumber.objects.filter(e164=e164).exists()


class TestThePage:
    def sids(self, there: SimulatorClient, *numbers: str) -> list[str]:
        return [at_provider(there, one)["sid"] for one in numbers]

    def choose(self, desk: Browser, business: Business, sid: str, **typed: str) -> Any:
        row = {f"{sid}-{name}": value for name, value in {"role": "front_desk", **typed}.items()}
        form = {"account": str(business.account.public_id), "number": [sid], **row}
        return desk.post(reverse(PAGE), form, follow=True)

    def test_it_lists_what_the_account_owns_and_what_is_in_use(self, business: Business, spare: str) -> None:
        shown = html.unescape(business.signed_in().get(reverse(PAGE)).content.decode())
        assert f"{display(spare)} · Old line" in shown
        assert display(business.front_desk.e164) in shown
        assert "In use: Front desk" in shown
        assert shown.count('type="checkbox" name="number"') == 1

    def test_a_ticked_number_is_added_with_its_role_sitter_and_label(
        self, business: Business, there: SimulatorClient, spare: str
    ) -> None:
        """The fields of a row are named after the number: *-role, *-sitter, *-label."""
        [sid] = self.sids(there, spare)
        typed = {"role": "sitter", "sitter": str(business.sitter.public_id), "label": "Ana's second"}
        shown = self.choose(business.signed_in(), business, sid, **typed)
        assert "1 number added." in shown.content.decode()
        number = MessageNumber.objects.get(e164=spare)
        assert (number.role, number.sitter, number.label) == ("sitter", business.sitter, "Ana's second")
        assert at_provider(there, spare)["sms_url"] == addresses.wanted()[Address.SMS]

    def test_one_that_is_refused_keeps_no_other_from_being_added(
        self, business: Business, there: SimulatorClient, spare: str
    ) -> None:
        second = stranger()
        account = business.account
        there.add_account(sid=account.sid, token=account.auth_token, numbers=[second])
        one, two = self.sids(there, spare, second)
        form = {
            "account": str(account.public_id),
            "number": [one, two],
            f"{one}-role": "pool",
            f"{one}-sitter": str(business.sitter.public_id),
            f"{two}-role": "pool",
        }
        shown = html.unescape(business.signed_in().post(reverse(PAGE), form).content.decode())
        assert owned.SitterMissing.sentence in shown
        assert "1 number added." in shown
        assert not MessageNumber.objects.filter(e164=spare).exists()
        assert MessageNumber.objects.filter(e164=second).exists()

    def test_nothing_ticked_is_said(self, business: Business) -> None:
        answer = business.signed_in().post(reverse(PAGE), {"account": str(business.account.public_id)})
        assert answer.status_code == 422
        assert "Tick the numbers" in answer.content.decode()

    def test_a_provider_that_does_not_answer_is_said(self, business: Business, settings: Any) -> None:
        settings.TWILIO_API_BASE_URL = UNREACHABLE
        answer = business.signed_in().get(reverse(PAGE))
        assert answer.status_code == 409
        assert "isn't answering" in html.unescape(answer.content.decode())

    def test_another_business_numbers_and_accounts_stay_theirs(
        self, business: Business, there: SimulatorClient, spare: str
    ) -> None:
        other = open_business("Other")
        desk = other.signed_in()
        there.add_account(sid=other.account.sid, token=other.account.auth_token)
        [sid] = self.sids(there, spare)
        asked = {"account": str(business.account.public_id)}
        assert display(spare) not in desk.get(reverse(PAGE), asked).content.decode()
        self.choose(desk, business, sid)
        assert not MessageNumber.objects.filter(e164=spare).exists()

    def test_without_an_account_it_leads_to_connecting_one(self) -> None:
        owner = UserFactory()
        browser = Browser()
        browser.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
        assert "Connect your provider account" in browser.get(reverse(PAGE)).content.decode()

    def test_staff_do_not_see_it(self, business: Business, there: SimulatorClient) -> None:
        staff = UserFactory(organization=business.organization, role="staff")
        assert business.signed_in(staff).get(reverse(PAGE)).status_code == 403
        assert there.calls() == []
