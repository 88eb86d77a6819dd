"""An account is saved only with credentials that the provider has just taken."""

from __future__ import annotations

import html
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from messaging.errors import MessagingError
from messaging.models import ProviderAccount
from messaging.models.numbers import LineState
from messaging.numbers import accounts
from messaging.outbound.recovery import probing
from messaging.providers.base import Credentials
from snoutos.accounts.models import User
from snoutos.accounts.permissions import NotAllowed
from snoutos.devtools.twilio_sim.testing import SimulatorClient
from tests.business import Business, open_business
from tests.desk.test_admin_forms import page, press
from tests.factories import UserFactory
from tests.messaging.outbound.steps import mark, verbs_since
from tests.provider import UNREACHABLE, _accounts_simulator, provider

__all__ = ["_accounts_simulator", "provider"]

SID, TOKEN = "AC" + "7" * 32, "the right token"
KEY, SECRET = "SK" + "8" * 32, "the right secret"
RIGHT = Credentials(account_sid=SID, auth_token=TOKEN)


@pytest.fixture(autouse=True)
def there(provider: SimulatorClient) -> SimulatorClient:
    """An account that is nobody's yet."""
    provider.add_account(
        sid=SID, token=TOKEN, name="Happy Tails LLC", balance="12.30", api_keys={KEY: SECRET}
    )
    return provider


def staff_of(business: Business) -> User:
    return UserFactory(organization=business.organization, role="staff")


def read(answer: Any) -> str:
    """A page's words, as a browser shows them."""
    return html.unescape(answer.content.decode())


def refusal(credentials: Credentials) -> str:
    with pytest.raises(MessagingError) as caught:
        accounts.prove(credentials, at=timezone.now())
    return caught.value.code


class TestProving:
    def test_what_the_provider_takes_is_proven_with_what_it_says(self) -> None:
        proven = accounts.prove(replace(RIGHT, account_sid=f" {SID} "), at=timezone.now())
        assert (proven.name, proven.balance) == ("Happy Tails LLC", "12.30 USD")
        assert proven.credentials.account_sid == SID

    def test_a_balance_that_is_not_told_hinders_nothing(self, there: SimulatorClient) -> None:
        there.add_account(sid=SID, token=TOKEN, balance="")
        assert accounts.prove(RIGHT, at=timezone.now()).balance == ""

    @pytest.mark.parametrize("sid", ["AC123", "", "XX" + "7" * 32, "AC" + "7" * 31 + "-", "MG" + "7" * 32])
    def test_what_is_no_sid_is_not_asked_about(self, there: SimulatorClient, sid: str) -> None:
        assert refusal(replace(RIGHT, account_sid=sid)) == "bad_account_sid"
        assert there.calls() == []

    @pytest.mark.parametrize(
        "wrong",
        [replace(RIGHT, auth_token="x"), replace(RIGHT, account_sid="AC" + "6" * 32)],
    )
    def test_a_wrong_token_and_an_account_that_is_not_there_are_told_alike(self, wrong: Credentials) -> None:
        assert refusal(wrong) == "wrong_credentials"

    def test_a_key_is_tried_too(self) -> None:
        keyed = replace(RIGHT, api_key_sid=KEY, api_key_secret=SECRET)
        assert accounts.prove(keyed, at=timezone.now()).name == "Happy Tails LLC"
        assert refusal(replace(keyed, api_key_secret="x")) == "wrong_api_key"
        assert refusal(replace(keyed, api_key_sid="SK" + "1" * 32)) == "wrong_api_key"
        assert refusal(replace(keyed, api_key_sid="key")) == "bad_key_sid"
        # The token signs webhooks, so a key that works does not stand in for it.
        assert refusal(replace(keyed, auth_token="x")) == "wrong_credentials"

    @pytest.mark.parametrize(
        ("status", "code"), [("suspended", "account_suspended"), ("closed", "account_closed")]
    )
    def test_an_account_that_is_not_active_is_refused(
        self, there: SimulatorClient, status: str, code: str
    ) -> None:
        there.add_account(sid=SID, token=TOKEN, status=status)
        assert refusal(RIGHT) == code

    def test_a_provider_that_does_not_answer_proves_nothing(
        self, there: SimulatorClient, settings: Any
    ) -> None:
        there.set_faults(unavailable=1)
        assert refusal(RIGHT) == "provider_silent"
        settings.TWILIO_API_BASE_URL = UNREACHABLE
        assert refusal(RIGHT) == "provider_silent"


class TestOnTheDesk:
    def add(self, desk: Browser, **typed: str) -> Any:
        form = {"label": "Texts", "sid": SID, "auth_token": TOKEN, "previous_auth_token": ""}
        keys = {"api_key_sid": "", "api_key_secret": ""}
        return desk.post(page("messaging.provideraccount", "add"), {**form, **keys, **typed}, follow=True)

    def test_a_wrong_token_is_not_saved_and_not_shown_again(self, business: Business) -> None:
        shown = read(self.add(business.signed_in(), auth_token="x-y-z-token"))
        assert accounts.WrongCredentials.sentence in shown
        assert "x-y-z-token" not in shown
        assert not ProviderAccount.objects.filter(sid=SID).exists()

    def test_ac123_with_any_token_is_not_saved(self, business: Business) -> None:
        shown = self.add(business.signed_in(), sid="AC123", auth_token="x").content.decode()
        assert "starts with AC" in shown
        assert not ProviderAccount.objects.filter(sid="AC123").exists()

    def test_the_right_ones_are_saved_and_told(self, business: Business) -> None:
        before = mark()
        shown = self.add(business.signed_in()).content.decode()
        assert "Happy Tails LLC" in shown
        assert "12.30 USD" in shown
        assert TOKEN not in shown
        account = ProviderAccount.objects.get(sid=SID)
        assert account.proven_at
        assert (account.organization, account.label) == (business.organization, "Texts")
        assert verbs_since(before) == ["account.connected"]

    def test_an_account_of_another_business_is_refused_without_its_name(self, business: Business) -> None:
        self.add(open_business("Somebody Else").signed_in())
        shown = self.add(business.signed_in()).content.decode()
        assert "already connected" in shown
        assert "Somebody Else" not in shown
        assert ProviderAccount.objects.filter(sid=SID).count() == 1

    def test_the_database_has_the_last_word_about_whose_it_is(self, business: Business) -> None:
        proven = accounts.prove(RIGHT, at=timezone.now())
        accounts.connect(proven, organization=open_business("Else").organization, by=None)
        with pytest.raises(accounts.AccountInUse):
            accounts.connect(proven, organization=business.organization, by=business.owner)

    def test_other_credentials_are_tried_before_they_are_saved(
        self, business: Business, there: SimulatorClient
    ) -> None:
        desk = business.signed_in()
        self.add(desk)
        account = ProviderAccount.objects.get(sid=SID)
        there.add_account(sid=SID, token="the next token")
        url = page("messaging.provideraccount", "change", account)
        form = {"label": "Texts", "previous_auth_token": TOKEN, "api_key_sid": "", "api_key_secret": ""}
        refused = read(desk.post(url, {**form, "auth_token": "a typo"}))
        assert accounts.WrongCredentials.sentence in refused
        account.refresh_from_db()
        assert (account.auth_token, account.previous_auth_token) == (TOKEN, "")
        before = mark()
        assert desk.post(url, {**form, "auth_token": "the next token"}).status_code == 302
        account.refresh_from_db()
        assert (account.auth_token, account.previous_auth_token) == ("the next token", TOKEN)
        assert verbs_since(before) == ["account.proven", "settings.changed"]

    def test_another_name_asks_nobody(self, business: Business, there: SimulatorClient) -> None:
        desk = business.signed_in()
        url = page("messaging.provideraccount", "change", business.account)
        form = dict.fromkeys(("auth_token", "previous_auth_token", "api_key_sid", "api_key_secret"), "")
        assert desk.post(url, {**form, "label": "Renamed"}).status_code == 302
        business.account.refresh_from_db()
        assert business.account.label == "Renamed"
        assert there.calls() == []

    def test_staff_cause_no_call(self, business: Business, there: SimulatorClient) -> None:
        assert self.add(business.signed_in(staff_of(business))).status_code == 403
        assert there.calls() == []

    def test_what_is_saved_can_be_checked_at_any_time(
        self, business: Business, there: SimulatorClient
    ) -> None:
        desk, account = business.signed_in(), business.account
        assert (
            "Not checked yet"
            in desk.get(reverse("admin:messaging_provideraccount_changelist")).content.decode()
        )
        there.add_account(sid=account.sid, token="another since")
        shown = desk.post(
            reverse("admin:messaging_provideraccount_check_account", args=[account.public_id]),
            {"_form_submitted": "on"},
            headers={"HX-Request": "true"},
        )
        assert accounts.WrongCredentials.sentence in read(shown)
        there.add_account(sid=account.sid, token=account.auth_token)
        before = mark()
        assert "HX-Redirect" in press(desk, "messaging.provideraccount", "check_account", account)
        assert verbs_since(before) == ["account.proven"]
        account.refresh_from_db()
        assert account.proven_at


def test_new_credentials_reopen_a_stopped_line_without_waiting(
    business: Business, there: SimulatorClient
) -> None:
    account, at = business.account, timezone.now()
    there.add_account(sid=account.sid, token="the new one")
    ProviderAccount.objects.filter(pk=account.pk).update(
        line_state=LineState.STOPPED, line_stopped_code="20003", probe_at=at + timedelta(hours=1)
    )
    proven = accounts.prove(Credentials(account_sid=account.sid, auth_token="the new one"), at=at)
    accounts.change(account, proven=proven, by=business.owner, at=at)
    assert probing.probe() == 1
    account.refresh_from_db()
    assert account.line_state == "open"


def test_a_proof_of_one_account_changes_no_other(business: Business) -> None:
    proven = accounts.prove(RIGHT, at=timezone.now())
    with pytest.raises(ValueError, match="another account"):
        accounts.change(business.account, proven=proven, by=business.owner, at=timezone.now())


def test_only_an_owner_connects_and_changes(business: Business) -> None:
    proven, at = accounts.prove(RIGHT, at=timezone.now()), timezone.now()
    staff = staff_of(business)
    connecting = partial(accounts.connect, proven, organization=business.organization)
    changing = partial(accounts.change, business.account, label="x", at=at)
    checking = partial(accounts.check, business.account, at=at)
    for call in (connecting, changing, checking):
        with pytest.raises(NotAllowed):
            call(by=staff)
