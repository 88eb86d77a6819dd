"""A number is bought once or visibly not, and given back only when it is released."""

from __future__ import annotations

import html
from functools import partial
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from messaging.errors import NotPossibleNow
from messaging.models import MessageNumber
from messaging.models.phones import display
from messaging.numbers import accounts, addresses, buying, lifecycle, owned
from messaging.providers.base import Address, PurchaseRefusal
from snoutos.accounts.permissions import NotAllowed
from snoutos.devtools.twilio_sim.testing import SimulatorClient
from tests.business import Business
from tests.factories import MessageNumberFactory, ProviderAccountFactory, UserFactory
from tests.messaging.outbound.steps import mark, verbs_since
from tests.provider import UNREACHABLE, _accounts_simulator, provider

__all__ = ["_accounts_simulator", "provider"]

FOR_SALE = "+14155550105"
PAGE = "admin:numbers_buy"


@pytest.fixture(autouse=True)
def there(provider: SimulatorClient, business: Business) -> SimulatorClient:
    numbers = [business.front_desk.e164, business.pool.e164]
    provider.add_account(sid=business.account.sid, token=business.account.auth_token, numbers=numbers)
    return provider


def at_provider(there: SimulatorClient) -> dict[str, Any]:
    return {one["e164"]: one for one in there._get("state")["numbers"]}


def purchases(there: SimulatorClient) -> int:
    return len([one for one in there.calls("/IncomingPhoneNumbers.json") if one["method"] == "POST"])


def buy(business: Business, e164: str = FOR_SALE) -> owned.Prepared:
    return buying.buy(business.account, e164, by=business.owner, at=timezone.now())


class TestSearching:
    def test_by_area_code_and_by_digits(self, business: Business) -> None:
        search = partial(buying.search, business.account, by=business.owner)
        assert all(one.e164.startswith("+1628") for one in search(area_code="628"))
        assert [one.e164 for one in search(area_code="415", contains="0105")] == [FOR_SALE]
        assert search(contains="7777777") == []

    @pytest.mark.parametrize(
        "asked", [{}, {"area_code": "1"}, {"area_code": "abc"}, {"contains": "4"}, {"contains": "44%"}]
    )
    def test_what_cannot_be_searched_for_is_not_asked(
        self, business: Business, there: SimulatorClient, asked: dict[str, str]
    ) -> None:
        with pytest.raises(buying.BadSearch):
            buying.search(business.account, **asked, by=business.owner)
        assert there.calls() == []

    def test_a_provider_that_does_not_answer(self, business: Business, settings: Any) -> None:
        settings.TWILIO_API_BASE_URL = UNREACHABLE
        with pytest.raises(accounts.ProviderSilent):
            buying.search(business.account, area_code="415", by=business.owner)


class TestBuying:
    def test_it_is_owned_and_its_texts_come_here(self, business: Business, there: SimulatorClient) -> None:
        before = mark()
        assert buy(business).e164 == FOR_SALE
        assert at_provider(there)[FOR_SALE]["sms_url"] == addresses.wanted()[Address.SMS]
        assert verbs_since(before) == ["account.number_bought"]

    @pytest.mark.parametrize("fault", ["buy_fail_after", "buy_hang_after"])
    def test_an_unknown_outcome_is_found_among_the_numbers(
        self, business: Business, there: SimulatorClient, settings: Any, fault: str
    ) -> None:
        settings.PROVIDER_READ_TIMEOUT = 1
        there.set_faults(**{fault: {"count": 1, "seconds": 3}})
        before = mark()
        assert buy(business).e164 == FOR_SALE
        assert purchases(there) == 1
        assert verbs_since(before) == ["account.number_bought"]

    def test_one_that_is_owned_already_is_not_bought_again(
        self, business: Business, there: SimulatorClient
    ) -> None:
        buy(business)
        before = mark()
        assert buy(business).e164 == FOR_SALE
        assert purchases(there) == 1
        assert verbs_since(before) == []

    def test_what_nobody_knows_is_said_and_not_tried_again(
        self, business: Business, there: SimulatorClient
    ) -> None:
        # The number was not bought although the provider's answer proves nothing: a gateway failed before it.
        there.set_faults(buy_error={"count": 1, "code": 20500})
        with pytest.raises(buying.PurchaseOpen):
            buy(business)
        assert purchases(there) == 1

    @pytest.mark.parametrize(
        ("code", "reason"),
        [
            (21422, "gone"),
            (21404, "trial"),
            (21649, "papers"),
            (21631, "papers"),
            (20402, "balance"),
            (20403, "permission"),
            (20003, "permission"),
            (20429, "later"),
            (29999, "other"),
        ],
    )
    def test_refusals_are_told_in_words(
        self, business: Business, there: SimulatorClient, code: int, reason: str
    ) -> None:
        there.set_faults(buy_error={"count": 1, "code": code})
        before = mark()
        with pytest.raises(buying.NumberNotBought) as caught:
            buy(business)
        assert caught.value.reason == reason
        assert FOR_SALE not in caught.value.sentence
        assert caught.value.sentence[0].isupper()
        assert FOR_SALE not in at_provider(there)
        assert verbs_since(before) == []

    def test_each_reason_has_words_of_its_own_and_another_the_providers(
        self, business: Business, there: SimulatorClient
    ) -> None:
        known = set(PurchaseRefusal) - {PurchaseRefusal.OTHER}
        sentences = {buying.NumberNotBought(reason, "Told.").sentence for reason in known}
        assert len(sentences) == len(known)
        assert not any("Told." in one for one in sentences), "ours say what to do"
        for reason, word in (
            ("balance", "balance"),
            ("papers", "regulatory bundle"),
            ("permission", "may not buy"),
            ("gone", "choose another"),
        ):
            assert word in buying.NumberNotBought(PurchaseRefusal(reason), "").sentence
        there.set_faults(buy_error={"count": 1, "code": 29999})
        with pytest.raises(buying.NumberNotBought, match="It says: "):
            buy(business)

    def test_only_an_owner_searches_buys_and_gives_back(
        self, business: Business, there: SimulatorClient
    ) -> None:
        staff, at = UserFactory(organization=business.organization, role="staff"), timezone.now()
        for call in (
            partial(buying.search, business.account, area_code="415"),
            partial(buying.buy, business.account, FOR_SALE, at=at),
            partial(buying.give_up, business.pool, at=at),
        ):
            with pytest.raises(NotAllowed):
                call(by=staff)
        assert business.signed_in(staff).get(reverse(PAGE)).status_code == 403
        assert there.calls() == []


class TestThePage:
    def test_a_number_is_found_bought_and_in_use(self, business: Business) -> None:
        desk = business.signed_in()
        shown = desk.get(reverse(PAGE), {"area_code": "415"}).content.decode()
        assert display(FOR_SALE) in shown
        form = {
            "area_code": "415",
            "number": FOR_SALE,
            "role": "sitter",
            "sitter": str(business.sitter.public_id),
            "label": "New",
        }
        answer = desk.post(reverse(PAGE), form, follow=True)
        assert f"{display(FOR_SALE)} is yours and in use." in html.unescape(answer.content.decode())
        number = MessageNumber.objects.get(e164=FOR_SALE)
        assert (number.role, number.sitter, number.label) == ("sitter", business.sitter, "New")
        assert number.webhooks_set_at

    def test_the_account_that_is_chosen_sells(self, business: Business, there: SimulatorClient) -> None:
        other = ProviderAccountFactory(organization=business.organization)
        there.add_account(sid=other.sid, token=other.auth_token)
        form = {"account": str(other.public_id), "area_code": "415", "number": FOR_SALE, "role": "pool"}
        business.signed_in().post(reverse(PAGE), form)
        assert MessageNumber.objects.get(e164=FOR_SALE).account == other
        assert at_provider(there)[FOR_SALE]["account_sid"] == other.sid

    def test_what_would_be_refused_here_is_not_bought(
        self, business: Business, there: SimulatorClient
    ) -> None:
        form = {
            "area_code": "415",
            "number": FOR_SALE,
            "role": "pool",
            "sitter": str(business.sitter.public_id),
        }
        answer = business.signed_in().post(reverse(PAGE), form)
        assert owned.SitterMissing.sentence in html.unescape(answer.content.decode())
        assert purchases(there) == 0

    def test_a_refusal_keeps_what_was_typed(self, business: Business, there: SimulatorClient) -> None:
        there.set_faults(buy_error=1)
        form = {"area_code": "415", "number": FOR_SALE, "role": "pool", "label": "Second pool"}
        answer = business.signed_in().post(reverse(PAGE), form)
        assert answer.status_code == 422
        shown = html.unescape(answer.content.decode())
        assert "Someone else just got this number" in shown
        assert "Second pool" in shown

    def test_no_match_and_a_bad_search_are_said(self, business: Business) -> None:
        desk = business.signed_in()
        assert "No numbers match" in desk.get(reverse(PAGE), {"contains": "7777777"}).content.decode()
        assert "Search by a US area code" in desk.get(reverse(PAGE), {"area_code": "1"}).content.decode()


class TestGivingBack:
    def test_a_released_number_is_given_back_once(self, business: Business, there: SimulatorClient) -> None:
        number = lifecycle.retire(
            business.pool, reason="No longer needed", by=business.owner, at=timezone.now()
        )
        url = reverse("admin:messaging_messagenumber_give_up", args=[number.public_id])
        before = mark()
        for _ in range(2):
            answer = business.signed_in().post(url, {"_form_submitted": "on"}, headers={"HX-Request": "true"})
            assert "HX-Redirect" in answer
        assert number.e164 not in at_provider(there)
        assert verbs_since(before) == ["number.given_up"]
        number.refresh_from_db()
        assert number.given_up_at

    def test_one_in_use_stays(self, business: Business, there: SimulatorClient) -> None:
        with pytest.raises(NotPossibleNow):
            buying.give_up(business.pool, by=business.owner, at=timezone.now())
        assert business.pool.e164 in at_provider(there)

    def test_one_that_is_in_use_again_stays(self, business: Business, there: SimulatorClient) -> None:
        number = lifecycle.retire(
            business.pool, reason="No longer needed", by=business.owner, at=timezone.now()
        )
        MessageNumberFactory(organization=business.organization, account=business.account, e164=number.e164)
        with pytest.raises(NotPossibleNow, match="in use again"):
            buying.give_up(number, by=business.owner, at=timezone.now())
        assert number.e164 in at_provider(there)

    def test_a_provider_that_does_not_answer_changes_nothing(self, business: Business, settings: Any) -> None:
        number = lifecycle.retire(
            business.pool, reason="No longer needed", by=business.owner, at=timezone.now()
        )
        settings.TWILIO_API_BASE_URL = UNREACHABLE
        with pytest.raises(accounts.ProviderSilent):
            buying.give_up(number, by=business.owner, at=timezone.now())
        number.refresh_from_db()
        assert number.given_up_at is None
