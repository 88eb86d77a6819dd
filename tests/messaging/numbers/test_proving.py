"""A number's webhooks are proven by a text that the provider brought, and by nothing else."""

from __future__ import annotations

import html
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from messaging.errors import NotPossibleNow
from messaging.inbound import backfill, receipts
from messaging.models import Delivery, Message, MessageNumber, ProviderAccount, Thread, WebhookReceipt
from messaging.models.numbers import Proof
from messaging.models.receipts import ReceiptState
from messaging.numbers import accounts, comparison, owned, proving
from messaging.wording.proofs import what_to_do
from snoutos.accounts.permissions import NotAllowed
from snoutos.adminkit.rows import address
from snoutos.devtools.twilio_sim.testing import SimulatorClient
from tests.api.factories import key_of
from tests.business import INBOUND, Business, stranger
from tests.doors.pages import press
from tests.factories import UserFactory
from tests.messaging.numbers.at_provider import changes, knows
from tests.messaging.outbound.steps import mark, verbs_since
from tests.provider import UNREACHABLE, _accounts_simulator, provider

__all__ = ["_accounts_simulator", "provider"]


@pytest.fixture(autouse=True)
def there(provider: SimulatorClient, business: Business) -> SimulatorClient:
    """The provider knows the account and its numbers; it can't reach this test's pages by itself."""
    knows(provider, business)
    return provider


def again(number: MessageNumber) -> MessageNumber:
    found: MessageNumber = MessageNumber.objects.get(pk=number.pk)
    return found


def proof(number: MessageNumber, *, later: float = 0) -> Proof:
    """How far it is, after some minutes."""
    return proving.proof_of(again(number), timezone.now() + timedelta(minutes=later))


def ask(business: Business, number: MessageNumber) -> MessageNumber:
    return proving.ask(number, by=business.owner, at=timezone.now())


def came_in(there: SimulatorClient, number: MessageNumber) -> dict[str, Any]:
    """The text that came in for `number` at the provider."""
    assert there.wait_idle()
    found = [one for one in there.ledger() if one["to"] == number.e164 and one["direction"] == "inbound"]
    assert len(found) == 1
    return found[0]


def bring(business: Business, text: dict[str, Any], **more: Any) -> Any:
    """The provider brings a text of its books."""
    params = business.inbound_params(text["body"], sender=text["from"], to=text["to"], MessageSid=text["sid"])
    return business.post(params, **more)


class TestAnyTextProvesIt:
    def test_the_first_that_comes_in_and_it_is_recorded_once(self, business: Business) -> None:
        assert proof(business.front_desk) is Proof.NONE
        before = mark()
        business.text("Hello")
        business.text("Are you there?")
        assert proof(business.front_desk) is Proof.PROVEN
        assert verbs_since(before).count("number.webhooks_proven") == 1
        assert proof(business.pool) is Proof.NONE

    def test_not_one_that_is_forged(self, business: Business) -> None:
        params = business.inbound_params("Hello", sender=stranger())
        assert business.post(params, token="wrong").status_code == 403
        assert proof(business.front_desk) is Proof.NONE

    def test_not_one_at_the_second_address(self, business: Business) -> None:
        params = business.inbound_params("Hello", sender=stranger())
        assert business.post(params, path=f"{INBOUND}/fallback").status_code == 200
        assert proof(business.front_desk) is Proof.NONE

    def test_not_one_that_was_found_in_the_list(
        self, business: Business, there: SimulatorClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(backfill, "SETTLES", timedelta(0))
        knows(there, business, {"e164": business.front_desk.e164, "sms_url": "", "sms_fallback_url": ""})
        there.send_text(sender=stranger(), recipient=business.front_desk.e164, body="Hello")
        assert backfill.fetch_missed() == 1
        assert proof(business.front_desk) is Proof.NONE

    def test_setting_the_webhooks_and_finding_them_changed_end_it(
        self, business: Business, there: SimulatorClient
    ) -> None:
        business.text("Hello")
        owned.set_webhooks(business.front_desk, by=business.owner, at=timezone.now())
        assert proof(business.front_desk) is Proof.NONE
        business.text("Hello again")
        assert proof(business.front_desk) is Proof.PROVEN
        changes(there, business, sms_url="https://elsewhere.example/")
        comparison.run(business.account, by=business.owner, at=timezone.now())
        assert proof(business.front_desk) is Proof.NONE

    def test_a_proven_number_costs_its_texts_nothing(
        self, business: Business, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sender = stranger()

        def asked() -> int:
            with CaptureQueriesContext(connection) as queries:
                business.text("Hello", sender=sender)
            return len(queries)

        for _ in range(2):
            business.text("Hello", sender=sender)
        with_it = asked()
        monkeypatch.setattr(proving, "note", lambda number: None)
        assert asked() == with_it


class TestTheTestText:
    def test_it_goes_round_once_and_is_nobodys_conversation(
        self, business: Business, there: SimulatorClient
    ) -> None:
        before = mark()
        ask(business, business.front_desk)
        assert proof(business.front_desk) is Proof.WAITING
        text = came_in(there, business.front_desk)
        assert text["from"] == business.pool.e164
        assert bring(business, text).status_code == 200
        assert proof(business.front_desk) is Proof.PROVEN
        assert bring(business, text).status_code == 200
        assert not Thread.objects.exists()
        assert not Message.objects.exists()
        assert not Delivery.objects.exists()
        assert WebhookReceipt.objects.get().state == ReceiptState.DONE
        assert verbs_since(before) == [
            "number.proof_asked", "number.webhooks_proven", "webhook.inbound.duplicate_rejected",
        ]  # fmt: skip
        assert business.alerts() == []

    def test_one_that_is_found_in_the_list_is_nobodys_either_and_proves_nothing(
        self, business: Business, there: SimulatorClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(backfill, "SETTLES", timedelta(0))
        ask(business, business.front_desk)
        came_in(there, business.front_desk)
        backfill.fetch_missed()
        assert not Thread.objects.exists()
        assert proof(business.front_desk) is Proof.WAITING
        assert proof(business.front_desk, later=6) is Proof.NOT_ARRIVED
        receipt = WebhookReceipt.objects.get()
        WebhookReceipt.objects.update(state=ReceiptState.QUARANTINED)
        receipts.process_again(receipt)
        assert not Thread.objects.exists()

    def test_words_that_only_look_like_it_are_an_ordinary_text(
        self, business: Business, there: SimulatorClient
    ) -> None:
        ask(business, business.front_desk)
        body = came_in(there, business.front_desk)["body"]
        for forged in (body[:-1], body.upper(), "SnoutOS webhook test ", f"{body} and more"):
            assert business.text(forged, sender=stranger()).body == forged
        # What was made for one number is none for another.
        assert business.text(body, sender=stranger(), to=business.pool.e164).body == body

    def test_a_second_one_waits_for_the_first_to_be_given_up(
        self, business: Business, there: SimulatorClient
    ) -> None:
        ask(business, business.front_desk)
        with pytest.raises(NotPossibleNow):
            ask(business, business.front_desk)
        later = timezone.now() + timedelta(minutes=6)
        proving.ask(business.front_desk, by=business.owner, at=later)
        posts = [one for one in there.calls("/Messages.json") if one["method"] == "POST"]
        assert len(posts) == 2

    @pytest.mark.parametrize("fault", ["fail_after", "no_sid"])
    def test_an_unknown_outcome_is_waited_for_and_never_repeated(
        self, business: Business, there: SimulatorClient, fault: str
    ) -> None:
        there.set_faults(**{fault: {"count": 1}})
        ask(business, business.front_desk)
        assert proof(business.front_desk) is Proof.WAITING
        assert bring(business, came_in(there, business.front_desk)).status_code == 200
        assert proof(business.front_desk) is Proof.PROVEN

    def test_what_was_surely_not_sent_can_be_tried_at_once(
        self, business: Business, there: SimulatorClient, settings: Any
    ) -> None:
        there.set_faults(error={"count": 1, "code": 21606})
        with pytest.raises(proving.ProofTextRefused, match="from your own phone"):
            ask(business, business.front_desk)
        settings.TWILIO_API_BASE_URL = UNREACHABLE
        with pytest.raises(accounts.ProviderSilent):
            ask(business, business.front_desk)
        assert proof(business.front_desk) is Proof.NONE

    def test_a_single_number_is_texted_from_a_phone(self, business: Business, there: SimulatorClient) -> None:
        MessageNumber.objects.exclude(pk=business.front_desk.pk).update(state="retired")
        with pytest.raises(proving.NoOtherNumber):
            ask(business, business.front_desk)
        shown = html.unescape(business.signed_in().get(address(business.front_desk) or "").content.decode())
        assert what_to_do(Proof.NONE, can_ask=False) in shown

    def test_a_number_of_another_account_does_not_text_it(self, business: Business) -> None:
        MessageNumber.objects.filter(pk=business.front_desk.pk).update(
            account=ProviderAccount.objects.create(
                organization=business.organization, sid="AC" + "4" * 32, auth_token="t"
            )
        )
        with pytest.raises(proving.NoOtherNumber):
            ask(business, again(business.front_desk))

    def test_staff_may_not(self, business: Business) -> None:
        staff = UserFactory(organization=business.organization, role="staff")
        with pytest.raises(NotAllowed):
            proving.ask(business.front_desk, by=staff, at=timezone.now())


class TestOnThePages:
    def shown(self, business: Business, number: MessageNumber | None = None) -> str:
        url = address(number) if number else reverse("admin:messaging_messagenumber_changelist")
        return html.unescape(business.signed_in().get(url or "").content.decode())

    def test_list_and_page_say_how_far_it_is(self, business: Business, there: SimulatorClient) -> None:
        number = business.front_desk
        assert Proof.NONE.label in self.shown(business)
        assert what_to_do(Proof.NONE, can_ask=True) in self.shown(business, number)
        press(business.signed_in(), number, "prove")
        assert Proof.WAITING.label in self.shown(business, number)
        MessageNumber.objects.update(proof_asked_at=timezone.now() - timedelta(minutes=6))
        assert what_to_do(Proof.NOT_ARRIVED, can_ask=True) in self.shown(business, number)
        bring(business, came_in(there, number))
        assert Proof.PROVEN.label in self.shown(business, number)
        assert "Prove it" not in self.shown(business, number)

    def test_by_the_api(self, business: Business, there: SimulatorClient) -> None:
        headers = {"Authorization": f"Bearer {key_of(business.owner)}"}
        where = f"/api/v1/numbers/{business.front_desk.public_id}/"
        asked = business.browser.post(f"{where}prove/", {}, content_type="application/json", headers=headers)
        assert asked.json()["webhooks_proven_at"] is None
        bring(business, came_in(there, business.front_desk))
        assert business.browser.get(where, headers=headers).json()["webhooks_proven_at"] is not None
