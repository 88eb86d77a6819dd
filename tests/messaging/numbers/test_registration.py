"""How the US carriers know a number: read from the provider, told when it is bad, and asked before every text."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from audit.models import Alert, AuditEvent
from automations.models import Step
from messaging.errors import NumberUnregistered, ProviderNotAnswering
from messaging.models import Delivery, Message, MessageNumber, ProviderAccount
from messaging.models.numbers import Registered
from messaging.numbers import registration
from messaging.outbound.queue.submit import Author, submit
from messaging.providers.twilio_registrations import kind_of
from snoutos.accounts.permissions import NotAllowed
from snoutos.adminkit import address
from snoutos.devtools.twilio_sim.testing import SimulatorClient
from tests.api.factories import client_of
from tests.automations.rules import active, settle
from tests.business import Business, open_business
from tests.doors.pages import press, signed_in
from tests.factories import MessageNumberFactory, UserFactory
from tests.provider import UNREACHABLE, _accounts_simulator, provider

__all__ = ["_accounts_simulator", "provider"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def there(provider: SimulatorClient, business: Business) -> SimulatorClient:
    """The business' account at the provider, registered as any that may text."""
    register(provider, business)
    return provider


def register(there: SimulatorClient, business: Business, **more: Any) -> None:
    numbers = more.pop("numbers", [business.front_desk.e164, business.pool.e164])
    there.add_account(sid=business.account.sid, token=business.account.auth_token, numbers=numbers, **more)


def read(business: Business) -> int:
    return registration.refresh(business.account, timezone.now())


def states(number: MessageNumber) -> tuple[str, str]:
    found = MessageNumber.objects.get(pk=number.pk)
    return found.brand_state, found.campaign_state


def alerts(business: Business) -> list[tuple[str, str]]:
    rows = Alert.objects.filter(organization=business.organization, kind="number.unregistered")
    return [(row.state, row.severity) for row in rows.order_by("pk")]


def of(number: MessageNumber, campaign: str, brand: str = "approved") -> None:
    MessageNumber.objects.filter(pk=number.pk).update(brand_state=brand, campaign_state=campaign)


class TestReading:
    def test_what_the_provider_says_is_written_down_once(
        self, business: Business, there: SimulatorClient
    ) -> None:
        assert states(business.front_desk) == ("unknown", "unknown")
        assert read(business) == 2
        assert states(business.front_desk) == ("approved", "approved")
        assert read(business) == 0, "the same again is no change"
        said = AuditEvent.objects.filter(
            verb="number.registration_changed", subject_id=business.front_desk.pk
        )
        assert [event.data for event in said] == [{"from_state": "unknown", "to_state": "approved"}]
        assert alerts(business) == []

    @pytest.mark.parametrize(
        ("more", "expected"),
        [
            ({"campaign_status": "IN_PROGRESS"}, ("approved", "pending")),
            ({"campaign_status": "FAILED"}, ("approved", "unregistered")),
            ({"campaign_status": "SUSPENDED"}, ("approved", "suspended")),
            ({"campaign_status": ""}, ("approved", "unregistered")),
            ({"campaign_status": "", "brand_status": "IN_REVIEW"}, ("pending", "unregistered")),
            ({"campaign_status": "", "brand_status": ""}, ("unregistered", "unregistered")),
            ({"brand_status": "SUSPENDED"}, ("suspended", "approved")),
            # Words that nobody knows decide nothing.
            ({"campaign_status": "PURPLE"}, ("approved", "unknown")),
            ({"brand_status": "PURPLE"}, ("unknown", "approved")),
        ],
    )
    def test_every_word_of_the_provider(
        self, business: Business, there: SimulatorClient, more: dict[str, str], expected: tuple[str, str]
    ) -> None:
        register(there, business, **more)
        read(business)
        assert states(business.front_desk) == expected

    def test_a_number_outside_the_campaign_is_not_registered(
        self, business: Business, there: SimulatorClient
    ) -> None:
        numbers = [business.front_desk.e164, {"e164": business.pool.e164, "in_campaign": False}]
        register(there, business, numbers=numbers)
        read(business)
        assert states(business.front_desk) == ("approved", "approved")
        assert states(business.pool) == ("approved", "unregistered")
        assert "in no approved campaign" in registration.means(MessageNumber.objects.get(pk=business.pool.pk))

    def test_the_provider_is_read_page_by_page(
        self, business: Business, there: SimulatorClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("messaging.providers.twilio_registrations.PAGE_SIZE", 1)
        assert read(business) == 2
        assert states(business.front_desk) == states(business.pool) == ("approved", "approved")

    @pytest.mark.parametrize(
        ("verification", "expected"),
        [
            ("TWILIO_APPROVED", "approved"),
            ("IN_REVIEW", "pending"),
            ("TWILIO_REJECTED", "unregistered"),
            ("", "unregistered"),
            ("PURPLE", "unknown"),
        ],
    )
    def test_a_toll_free_number_has_its_own_verification_and_is_warned_of_only(
        self, business: Business, there: SimulatorClient, verification: str, expected: str
    ) -> None:
        number = MessageNumberFactory(
            organization=business.organization,
            account=business.account,
            role="front_desk",
            e164="+18445550123",
        )
        numbers = [business.front_desk.e164, {"e164": number.e164, "verification": verification}]
        register(there, business, numbers=numbers)
        read(business)
        assert states(number) == ("exempt", expected)
        assert not registration.bars(*states(number))
        assert alerts(business) == ([("open", "critical")] if expected == "unregistered" else [])

    def test_one_that_does_not_answer_changes_nothing(
        self, business: Business, there: SimulatorClient, settings: Any
    ) -> None:
        read(business)
        register(there, business, campaign_status="FAILED")
        settings.TWILIO_API_BASE_URL = UNREACHABLE
        with pytest.raises(ProviderNotAnswering):
            read(business)
        assert states(business.front_desk) == ("approved", "approved")

    def test_another_business_numbers_are_left_alone(
        self, business: Business, there: SimulatorClient
    ) -> None:
        other = open_business("Other")
        read(business)
        assert states(other.front_desk) == ("unknown", "unknown")


@pytest.mark.parametrize(
    ("e164", "kind"),
    [
        ("+12125551234", "long_code"),
        ("+18445550123", "toll_free"),
        ("+14165550100", "other"),
        ("+447911123456", "other"),
        ("+1", "other"),
    ],
)
def test_which_numbers_the_us_carriers_want_registered(e164: str, kind: str) -> None:
    assert kind_of(e164) == kind


class TestAlert:
    def test_it_comes_when_it_turns_bad_and_goes_when_it_is_mended(
        self, business: Business, there: SimulatorClient
    ) -> None:
        read(business)
        register(there, business, numbers=[{"e164": business.front_desk.e164, "in_campaign": False}])
        read(business)
        read(business)
        assert alerts(business) == [("open", "critical")]
        register(there, business, numbers=[{"e164": business.front_desk.e164, "in_campaign": True}])
        read(business)
        assert [state for state, _ in alerts(business)] == ["resolved"]

    def test_a_suspension_is_told_as_such(self, business: Business, there: SimulatorClient) -> None:
        register(there, business, campaign_status="SUSPENDED")
        read(business)
        alert = Alert.objects.filter(kind="number.unregistered").first()
        assert alert is not None
        assert (alert.title, "Nothing is sent" in alert.detail) == ("The carriers suspended a number", True)


class TestTheGate:
    def say(self, business: Business) -> Message:
        return submit(
            thread=business.thread(), body="Hi", author=Author.owner(business.owner), at=timezone.now()
        ).message

    @pytest.mark.parametrize(
        ("campaign", "brand"),
        [("unregistered", "approved"), ("suspended", "approved"), ("approved", "suspended")],
    )
    def test_nothing_is_sent_over_a_number_known_to_be_unregistered(
        self, business: Business, campaign: str, brand: str
    ) -> None:
        business.thread()
        of(business.front_desk, campaign, brand)
        with pytest.raises(NumberUnregistered, match="isn't registered"):
            self.say(business)
        assert not Delivery.objects.exists()

    @pytest.mark.parametrize("campaign", ["unknown", "pending", "approved", "exempt"])
    def test_what_is_unknown_or_under_review_blocks_nothing(self, business: Business, campaign: str) -> None:
        business.thread()
        of(business.front_desk, campaign, "unknown")
        assert self.say(business).pk

    def test_an_automation_is_skipped_with_the_reason(self, business: Business) -> None:
        active(business)
        of(business.front_desk, "unregistered")
        business.text("Hello")
        settle()
        assert not Message.objects.filter(author_kind="automation").exists()
        step = Step.objects.get()
        assert (step.state, step.reason) == ("skipped", "number_unregistered")

    def test_the_whole_way_at_the_provider_and_back(self, business: Business, there: SimulatorClient) -> None:
        business.thread()
        register(there, business, campaign_status="FAILED")
        read(business)
        with pytest.raises(NumberUnregistered):
            self.say(business)
        register(there, business, campaign_status="VERIFIED")
        read(business)
        assert self.say(business).pk


class TestEveryDay:
    def test_each_account_is_asked_once_a_day(self, business: Business, there: SimulatorClient) -> None:
        registration.refresh_due()
        assert states(business.front_desk) == ("approved", "approved")
        asked = len(there.calls("/v1/Services"))
        registration.refresh_due()
        assert len(there.calls("/v1/Services")) == asked
        ProviderAccount.objects.update(registrations_due_at=timezone.now() - timedelta(minutes=1))
        registration.refresh_due()
        assert len(there.calls("/v1/Services")) == asked + 1

    def test_one_that_fails_waits_an_hour_and_keeps_no_other_from_its_turn(
        self, business: Business, provider: SimulatorClient
    ) -> None:
        other = open_business("Other")
        register(provider, other)
        registration.refresh_due()
        assert states(other.front_desk) == ("approved", "approved")
        due = ProviderAccount.objects.get(pk=business.account.pk).registrations_due_at
        assert due is not None
        assert timedelta(minutes=55) < due - timezone.now() <= timedelta(hours=1)


class TestThePage:
    def test_an_owner_sees_it_in_words_and_checks_it_now(
        self, business: Business, there: SimulatorClient
    ) -> None:
        register(there, business, campaign_status="FAILED")
        desk = business.signed_in()
        assert "Not checked yet" in desk.get("/admin/messaging/messagenumber/").content.decode()
        press(desk, business.front_desk, "check_registration")
        assert "Not registered" in desk.get("/admin/messaging/messagenumber/").content.decode()
        page = desk.get(address(business.front_desk) or "").content.decode()
        assert "Your brand is registered, but the number is in no approved campaign" in page

    def test_the_verb_itself_is_the_owners(self, business: Business, there: SimulatorClient) -> None:
        staff = UserFactory(organization=business.organization, role="staff")
        with pytest.raises(NotAllowed):
            registration.check(business.front_desk, by=staff, at=timezone.now())
        card = signed_in(staff).get(address(business.front_desk) or "").content.decode()
        assert "Check registration" not in card

    def test_the_api_says_it_too(self, business: Business) -> None:
        of(business.front_desk, "suspended")
        where = f"/api/v1/numbers/{business.front_desk.public_id}/"
        shown = client_of(business.owner, "read").get(where).json()
        assert (shown["registration"], shown["brand_state"], shown["campaign_state"]) == (
            "suspended",
            "approved",
            "suspended",
        )


@pytest.mark.parametrize("campaign", Registered.values)
@pytest.mark.parametrize("brand", Registered.values)
def test_every_state_has_a_sentence(brand: str, campaign: str) -> None:
    number = MessageNumber(brand_state=brand, campaign_state=campaign)
    assert registration.means(number).endswith((".", "again."))
