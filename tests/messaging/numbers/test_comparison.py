"""What SnoutOS has is compared with what the provider has: found, told, repaired by a button, settled."""

from __future__ import annotations

import html
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit.models import Alert
from messaging import tasks
from messaging.errors import ProviderNotAnswering
from messaging.models import MessageNumber, ProviderAccount, ProviderDifference
from messaging.models.differences import DifferenceKind as Kind
from messaging.models.phones import display
from messaging.numbers import buying, comparison, lifecycle, owned, registration
from messaging.numbers.accounts import ProviderSilent
from messaging.numbers.compare import Theirs
from messaging.providers.accounts import credentials_of
from snoutos.accounts.permissions import NotAllowed
from snoutos.adminkit.rows import address
from snoutos.devtools.twilio_sim.testing import SimulatorClient
from tests.api.factories import key_of
from tests.business import Business, open_business, stranger
from tests.factories import ProviderAccountFactory, UserFactory
from tests.messaging.numbers.at_provider import changes, knows, with_service
from tests.messaging.outbound.steps import mark, verbs_since
from tests.provider import UNREACHABLE, _accounts_simulator, provider

__all__ = ["_accounts_simulator", "provider"]

PAGE = "admin:provider_compare"


@pytest.fixture(autouse=True)
def there(provider: SimulatorClient, business: Business) -> SimulatorClient:
    """The provider has what SnoutOS has."""
    knows(provider, business)
    return provider


def run(business: Business, *, nightly: bool = False) -> list[str]:
    by = None if nightly else business.owner
    comparison.run(business.account, by=by, at=timezone.now())
    return kinds(business)


def kinds(business: Business) -> list[str]:
    rows = ProviderDifference.objects.of(business.organization).order_by("kind")
    return list(rows.values_list("kind", flat=True))


def alert(business: Business) -> Alert:
    found: Alert = Alert.objects.of(business.organization).filter(kind="provider.differs").latest("pk")
    return found


def press(business: Business, kind: str) -> Any:
    """The button beside the difference."""
    difference = ProviderDifference.objects.of(business.organization).get(kind=kind)
    form = {"account": str(business.account.public_id), "difference": str(difference.public_id)}
    return business.signed_in().post(reverse(PAGE), form, follow=True)


def read(answer: Any) -> str:
    return html.unescape(answer.content.decode())


class TestRegistrationIsReadToo:
    def test_a_campaign_that_was_suspended_is_found_with_the_rest(
        self, business: Business, there: SimulatorClient
    ) -> None:
        number = business.front_desk
        run(business, nightly=True)
        assert MessageNumber.objects.get(pk=number.pk).campaign_state == "approved"
        account = business.account
        there.add_account(sid=account.sid, token=account.auth_token, campaign_status="SUSPENDED")
        run(business, nightly=True)
        assert MessageNumber.objects.get(pk=number.pk).campaign_state == "suspended"
        assert "number.unregistered" in business.alerts()

    def test_differences_stand_where_the_provider_does_not_say(
        self, business: Business, there: SimulatorClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def silent(account: ProviderAccount, at: datetime) -> int:
            raise ProviderNotAnswering

        changes(there, business, voice_url="")
        monkeypatch.setattr(registration, "refresh", silent)
        assert run(business, nightly=True) == ["calls"]
        account = ProviderAccount.objects.get(pk=business.account.pk)
        assert account.compared_at
        assert account.registrations_due_at is None, "the daily reading asks at its next tick"

    def test_a_fault_of_the_account_hides_it_as_the_rest(
        self, business: Business, there: SimulatorClient
    ) -> None:
        knows(there, business, status="suspended")
        run(business, nightly=True)
        assert MessageNumber.objects.get(pk=business.front_desk.pk).campaign_state == "unknown"


class TestFoundToldRepairedSettled:
    @pytest.mark.parametrize(
        ("changed", "kind", "severity"),
        [
            ({"sms_url": "https://elsewhere.example/x"}, "texts", "critical"),
            ({"sms_application_sid": "AP" + "1" * 32}, "backup", "critical"),
            ({"sms_fallback_url": ""}, "backup", "warning"),
            ({"voice_url": ""}, "calls", "warning"),
            ({"status_callback": "https://elsewhere.example/x"}, "calls", "warning"),
        ],
    )
    def test_a_webhook_that_someone_changed(
        self, business: Business, there: SimulatorClient, changed: dict[str, str], kind: str, severity: str
    ) -> None:
        assert run(business) == []
        changes(there, business, **changed)
        assert kind in run(business, nightly=True)
        assert (alert(business).state, alert(business).severity) == ("open", severity)
        shown = read(business.signed_in().get(reverse(PAGE)))
        assert f"{display(business.front_desk.e164)}: {Kind(kind).label}" in shown
        before = mark()
        assert "Repaired." in read(press(business, kind))
        assert verbs_since(before) == [
            "account.compared", "account.difference_repaired", "alert.resolved", "number.webhooks_set",
        ]  # fmt: skip
        assert kinds(business) == []
        assert alert(business).state == "resolved"

    def test_a_number_that_the_account_lost_is_released_after_a_look(
        self, business: Business, there: SimulatorClient
    ) -> None:
        there.drop_number(business.pool.e164)
        assert run(business) == ["number_gone"]
        assert alert(business).severity == "critical"
        desk = business.signed_in()
        release = reverse("admin:number_release", args=[business.pool.public_id])
        assert release in read(desk.get(reverse(PAGE)))
        assert "can't repair this by itself" in read(press(business, "number_gone"))
        desk.post(release, {"reason": "Gone at the provider"})
        assert kinds(business) == []
        assert alert(business).state == "resolved"
        assert run(business) == []
        assert alert(business).state == "resolved"

    def test_a_number_that_is_not_used_here_is_shown_and_alerts_nobody(
        self, business: Business, there: SimulatorClient
    ) -> None:
        e164 = stranger()
        knows(there, business, e164)
        assert run(business, nightly=True) == ["unused"]
        assert "provider.differs" not in business.alerts()
        shown = read(business.signed_in().get(reverse(PAGE)))
        assert f"{display(e164)}: {Kind.UNUSED.label}" in shown
        assert f"{reverse('admin:numbers_add')}?account={business.account.public_id}" in shown
        prepared = owned.prepare(credentials_of(business.account), e164, at=timezone.now())
        owned.add(prepared, account=business.account, role="pool", by=business.owner, at=timezone.now())
        assert run(business) == []

    def test_a_released_number_that_still_costs_leads_to_its_page(
        self, business: Business, there: SimulatorClient
    ) -> None:
        number = lifecycle.retire(business.pool, reason="x", by=business.owner, at=timezone.now())
        assert run(business) == ["unreturned"]
        assert (address(number) or "") in read(business.signed_in().get(reverse(PAGE)))
        buying.give_up(number, by=business.owner, at=timezone.now())
        assert run(business) == []

    @pytest.mark.parametrize("status", ["suspended", "closed"])
    def test_an_account_that_is_shut(self, business: Business, there: SimulatorClient, status: str) -> None:
        changes(there, business, voice_url="")
        assert run(business) == ["calls"]
        knows(there, business, status=status)
        assert run(business) == ["calls", status], "what can't be read now stays as it was"
        assert alert(business).severity == "critical"
        assert Kind(status).label in read(business.signed_in().get(reverse(PAGE)))
        knows(there, business, status="active")
        assert run(business) == []
        assert alert(business).state == "resolved"

    def test_credentials_that_are_refused_since(self, business: Business, there: SimulatorClient) -> None:
        there.add_account(sid=business.account.sid, token="another since")
        assert run(business) == ["credentials"]
        there.add_account(sid=business.account.sid, token=business.account.auth_token)
        assert run(business) == []

    @pytest.mark.parametrize(
        ("changed", "kind", "severity"),
        [
            ({"by_number": False, "inbound_url": "https://x.example/"}, "service_texts", "critical"),
            ({"by_number": False, "fallback_url": ""}, "service_backup", "warning"),
            ({"sticky_sender": False}, "service_sender", "warning"),
        ],
    )
    def test_a_setting_of_the_messaging_service(
        self, business: Business, there: SimulatorClient, changed: dict[str, Any], kind: str, severity: str
    ) -> None:
        with_service(there, business, **changed)
        assert run(business) == [kind]
        assert alert(business).severity == severity
        assert "Repaired." in read(press(business, kind))
        assert kinds(business) == []
        assert alert(business).state == "resolved"

    def test_a_messaging_service_that_is_gone(self, business: Business, there: SimulatorClient) -> None:
        with_service(there, business)
        ProviderAccount.objects.filter(pk=business.account.pk).update(messaging_service_sid="MG" + "0" * 32)
        assert run(business) == ["service_gone"]
        assert "Repaired." in read(press(business, "service_gone"))
        assert ProviderAccount.objects.get(pk=business.account.pk).messaging_service_sid == ""
        assert alert(business).state == "resolved"


class TestTellingOfIt:
    def test_each_night_counts_and_asking_by_hand_does_not(
        self, business: Business, there: SimulatorClient
    ) -> None:
        changes(there, business, voice_url="")
        for nightly in (True, False, True, False):
            run(business, nightly=nightly)
        assert alert(business).count == 2
        changes(there, business, sms_url="")
        run(business)
        assert (alert(business).count, "Differences: 2." in alert(business).detail) == (3, True)

    def test_what_is_left_is_said_anew(self, business: Business, there: SimulatorClient) -> None:
        changes(there, business, voice_url="")
        there.drop_number(business.pool.e164)
        run(business)
        press(business, "calls")
        assert alert(business).state == "open"
        assert "Differences: 1." in alert(business).detail

    def test_the_same_difference_keeps_its_beginning(
        self, business: Business, there: SimulatorClient
    ) -> None:
        changes(there, business, voice_url="")
        run(business)
        since = ProviderDifference.objects.get().since
        run(business)
        assert ProviderDifference.objects.get().since == since


class TestWhenTheProviderDoesNotAnswer:
    def test_nothing_changes_and_the_page_says_so(
        self, business: Business, there: SimulatorClient, settings: Any
    ) -> None:
        changes(there, business, voice_url="")
        run(business)
        settings.TWILIO_API_BASE_URL = UNREACHABLE
        with pytest.raises(ProviderSilent):
            run(business)
        assert kinds(business) == ["calls"]
        answer = business.signed_in().post(reverse(PAGE), {"account": str(business.account.public_id)})
        assert answer.status_code == 409
        assert "The provider didn't answer" in read(answer)


class TestTheNight:
    def due(self, business: Business, at: datetime) -> None:
        ProviderAccount.objects.filter(pk=business.account.pk).update(compare_at=at)

    def test_an_account_waits_for_its_first_night(self, business: Business, there: SimulatorClient) -> None:
        changes(there, business, voice_url="")
        tasks.compare_accounts()
        account = ProviderAccount.objects.get(pk=business.account.pk)
        assert (account.compared_at, kinds(business)) == (None, [])
        assert account.compare_at is not None
        local = account.compare_at.astimezone(business.organization.zone)
        assert 2 <= local.hour < 5
        assert account.compare_at > timezone.now()
        self.due(business, timezone.now())
        tasks.compare_accounts()
        assert kinds(business) == ["calls"]
        tasks.compare_accounts()
        assert alert(business).count == 1, "once a night"

    def test_nights_are_spread_and_keep_their_hour_when_clocks_change(self, business: Business) -> None:
        organization = business.organization
        organization.timezone = "America/Los_Angeles"
        at = datetime(2026, 10, 31, 20, tzinfo=UTC)
        moments = {
            comparison.next_night(organization, pk, at + timedelta(days=n))
            for pk in range(60)
            for n in (0, 1)
        }
        assert {one.astimezone(organization.zone).hour for one in moments} == {2, 3, 4}
        assert len({one for one in moments if one < at + timedelta(days=1)}) == 60

    def test_one_account_that_fails_keeps_no_other_from_its_turn(
        self, business: Business, there: SimulatorClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        other = open_business("Paws")
        knows(there, other)
        changes(there, other, voice_url="")
        # The provider does not know this one at all, and that of a third breaks something of ours.
        broken = open_business("Broken")
        for one in (business, other, broken):
            self.due(one, timezone.now() - timedelta(hours=1))
        ask = comparison.ask

        def asks(provider: Any, service: str) -> Theirs:
            if provider.credentials.account_sid == broken.account.sid:
                raise KeyError("odd")
            return ask(provider, service)

        monkeypatch.setattr(comparison, "ask", asks)
        assert comparison.run_due(timezone.now()) == 2
        assert kinds(other) == ["calls"]

    def test_a_silent_provider_is_asked_again_in_an_hour(self, business: Business, settings: Any) -> None:
        settings.TWILIO_API_BASE_URL = UNREACHABLE
        at = timezone.now()
        self.due(business, at)
        assert comparison.run_due(at) == 0
        account = ProviderAccount.objects.get(pk=business.account.pk)
        assert (account.compare_at, account.comparison_failed_at) == (at + comparison.AGAIN_IN, at)


class TestWhoMay:
    def test_staff_neither_look_nor_compare_nor_repair(self, business: Business) -> None:
        staff = UserFactory(organization=business.organization, role="staff")
        desk = business.signed_in(staff)
        assert desk.get(reverse(PAGE)).status_code == 403
        assert desk.post(reverse(PAGE), {}).status_code == 403
        with pytest.raises(NotAllowed):
            comparison.run(business.account, by=staff, at=timezone.now())

    def test_another_business_differences_are_not_there(
        self, business: Business, there: SimulatorClient
    ) -> None:
        changes(there, business, voice_url="")
        run(business)
        difference = ProviderDifference.objects.get()
        other = open_business("Paws")
        for account in (business.account, other.account):
            form = {"account": str(account.public_id), "difference": str(difference.public_id)}
            assert other.signed_in().post(reverse(PAGE), form).status_code == 404
        assert kinds(business) == ["calls"]


def test_the_account_that_is_chosen_is_shown(business: Business, there: SimulatorClient) -> None:
    changes(there, business, voice_url="")
    run(business)
    second = ProviderAccountFactory(organization=business.organization, label="Second account")
    desk = business.signed_in()
    assert Kind.CALLS.label in read(desk.get(reverse(PAGE)))
    shown = read(desk.get(reverse(PAGE), {"account": str(second.public_id)}))
    assert Kind.CALLS.label not in shown
    assert "Not compared yet." in shown


class TestByTheApi:
    def call(self, business: Business, path: str) -> Any:
        headers = {"Authorization": f"Bearer {key_of(business.owner)}"}
        where = f"/api/v1/provider-differences/{path}"
        return business.browser.post(where, {}, content_type="application/json", headers=headers)

    def test_compared_listed_and_repaired(self, business: Business, there: SimulatorClient) -> None:
        changes(there, business, voice_url="")
        assert self.call(business, "compare/").json() == {"new": 1, "gone": 0, "differences": 1}
        headers = {"Authorization": f"Bearer {key_of(business.owner)}"}
        [row] = business.browser.get("/api/v1/provider-differences/", headers=headers).json()["results"]
        assert (row["kind"], row["number"]) == ("calls", str(business.front_desk.public_id))
        assert row["can_be_repaired"]
        assert self.call(business, f"{row['id']}/repair/").json() == {"new": 0, "gone": 1, "differences": 0}
        assert self.call(business, f"{row['id']}/repair/").status_code == 404

    def test_what_cannot_be_repaired_is_refused(self, business: Business, there: SimulatorClient) -> None:
        there.drop_number(business.pool.e164)
        run(business)
        answer = self.call(business, f"{ProviderDifference.objects.get().public_id}/repair/")
        assert (answer.status_code, answer.json()["code"]) == (409, "not_possible_now")


def test_the_page_costs_the_same_however_many_differ(business: Business, there: SimulatorClient) -> None:
    desk = business.signed_in()

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(reverse(PAGE)).status_code == 200
        return len(queries)

    changes(there, business, voice_url="", sms_url="")
    run(business)
    few = asked()
    knows(there, business, *(stranger() for _ in range(12)))
    there.drop_number(business.pool.e164)
    run(business)
    assert len(kinds(business)) > 10
    assert asked() == few
