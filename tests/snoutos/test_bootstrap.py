"""Setting up a business by command: once, again, and wrongly."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client as Browser
from django.utils import timezone

from audit.models import AuditEvent
from messaging.models import Client, MessageNumber, ProviderAccount, SendingLine, Sitter
from snoutos.accounts import api_keys
from snoutos.accounts.models import ApiKey, Organization, PasswordLink, User
from snoutos.devtools.twilio_sim.testing import SimulatorClient
from tests.provider import _accounts_simulator, provider

pytestmark = pytest.mark.django_db
__all__ = ["_accounts_simulator", "provider"]

SID = "AC00000000000000000000000000000b00t"


@pytest.fixture(autouse=True)
def there(provider: SimulatorClient) -> SimulatorClient:
    """The provider knows the account."""
    numbers = ["+16285550100", "+16285550101", "+16285550102"]
    provider.add_account(sid=SID, token="secret-token", numbers=numbers)
    return provider


FLAGS = [
    "--organization=Happy Tails",
    "--owner-email=Owner@Tails.test",
    "--account-sid=AC00000000000000000000000000000b00t",
    "--auth-token=secret-token",
    "--number=+16285550100=front_desk",
    "--number=(628) 555-0101=pool",
]


def past(*, days: int) -> datetime:
    return timezone.now() - timedelta(days=days)


def _run(*args: str) -> dict[str, Any]:
    out = StringIO()
    call_command("bootstrap", *args, "--json", stdout=out)
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer


def test_a_business_is_made_with_owner_key_account_and_numbers() -> None:
    answer = _run(*FLAGS)
    owner = User.objects.get(email="owner@tails.test")
    assert owner.role == "owner"
    assert not owner.has_usable_password()
    assert [n["e164"] for n in answer["numbers"]] == ["+16285550100", "+16285550101"]
    assert ProviderAccount.objects.get(sid="AC00000000000000000000000000000b00t").auth_token == "secret-token"
    assert SendingLine.objects.count() == 2


WORD = "purple wallaby nine"


def _path(answer: dict[str, Any]) -> str:
    return str(answer["owner"]["link"]).removeprefix("http://testserver")


def test_the_first_owner_chooses_a_password_by_the_link(client: Browser) -> None:
    path = _path(_run(*FLAGS))
    assert client.get(path).status_code == 200
    assert client.post(path, {"password1": WORD, "password2": WORD}).status_code == 303
    assert User.objects.get(email="owner@tails.test").check_password(WORD)
    assert client.post(path, {"password1": WORD, "password2": WORD}).status_code == 410
    assert _run(*FLAGS, "--new-link")["owner"]["link"] is None, (
        "they have a password; the sign-in page sends links"
    )
    told = AuditEvent.objects.get(verb="auth.password_link_made")
    assert (told.actor_kind, told.data["purpose"]) == ("system", "first_owner")


def test_a_lost_link_is_replaced(client: Browser) -> None:
    first = _path(_run(*FLAGS))
    second = _path(_run(*FLAGS, "--new-link"))
    assert client.get(first).status_code == 410
    assert client.get(second).status_code == 200
    PasswordLink.objects.update(created_at=past(days=9), expires_at=past(days=1))
    assert client.get(second).status_code == 410
    assert client.get(_path(_run(*FLAGS))).status_code == 200, "one that ran out is made anew unasked"


def test_an_owner_with_a_password_gets_no_link() -> None:
    assert _run(*FLAGS, "--owner-password", WORD)["owner"]["link"] is None
    assert not PasswordLink.objects.exists()


def test_the_key_opens_the_api_for_the_owner() -> None:
    key = api_keys.find(_run(*FLAGS)["owner"]["api_key"], timezone.now())
    assert key is not None
    assert key.user.email == "owner@tails.test"
    issued = AuditEvent.objects.get(verb="api_key.issued")
    assert (issued.actor_kind, issued.subject_id, issued.data["user_id"]) == ("system", key.pk, key.user_id)


def test_doing_it_again_changes_nothing_and_shows_no_secret() -> None:
    _run(*FLAGS)
    counts = [m.objects.count() for m in (Organization, User, ApiKey, ProviderAccount, MessageNumber)]
    again = _run(*FLAGS)
    assert again["owner"] == {"email": "owner@tails.test", "link": None, "api_key": None}
    assert [m.objects.count() for m in (Organization, User, ApiKey, ProviderAccount, MessageNumber)] == counts


def test_an_account_that_the_provider_does_not_take_is_not_set_up(there: SimulatorClient) -> None:
    with pytest.raises(CommandError, match="doesn't accept this account SID"):
        _run(*FLAGS[:3], "--auth-token=wrong")
    assert not Organization.objects.exists()
    there.set_faults(unavailable=1)
    with pytest.raises(CommandError, match="isn't answering"):
        _run(*FLAGS)
    assert not Organization.objects.exists()


def test_a_number_that_the_account_does_not_own_is_not_set_up() -> None:
    with pytest.raises(CommandError, match="doesn't own this number"):
        _run(*FLAGS[:4], "--number=+16285550177=pool")
    assert not Organization.objects.exists()


def test_a_number_that_is_set_up_gets_its_webhooks(there: SimulatorClient) -> None:
    _run(*FLAGS)
    assert MessageNumber.objects.filter(webhooks_set_at__isnull=False).count() == 2
    addresses = {one["sms_url"].partition("#")[0] for one in there._get("state")["numbers"]}
    assert "http://testserver/webhooks/twilio/inbound" in addresses


def test_what_is_saved_already_asks_nobody(there: SimulatorClient) -> None:
    _run(*FLAGS)
    there.reset(keep_accounts=False)
    _run(*FLAGS)
    assert there.calls() == []


def test_what_differs_is_changed(there: SimulatorClient) -> None:
    _run(*FLAGS)
    there.add_account(sid=SID, token="new-token")
    _run(
        *FLAGS[:3],
        "--auth-token=new-token",
        "--number=+16285550101=front_desk",
        "--timezone=America/New_York",
    )
    assert ProviderAccount.objects.get(sid="AC00000000000000000000000000000b00t").auth_token == "new-token"
    assert MessageNumber.objects.get(e164="+16285550101").role == "front_desk"
    assert Organization.objects.get(name="Happy Tails").timezone == "America/New_York"


def test_a_description_brings_sitters_and_clients(tmp_path: Path) -> None:
    spec = tmp_path / "business.json"
    spec.write_text(
        json.dumps(
            {
                "organization": {"name": "Happy Tails"},
                "owner": {"email": "owner@tails.test", "password": "a-good-long-password"},
                "account": {"sid": "AC00000000000000000000000000000b00t", "auth_token": "secret-token"},
                "sitters": [{"name": "Ana", "phone": "503-555-0130", "email": "ana@tails.test"}],
                "clients": [{"name": "Dana", "phones": ["619-555-0120", "619-555-0121"]}],
                "numbers": [{"e164": "+16285550102", "role": "sitter", "sitter": "Ana"}],
            }
        )
    )
    for _ in range(2):
        call_command("bootstrap", f"--spec={spec}", stdout=StringIO())
    assert Sitter.objects.get(name="Ana").phone == "+15035550130"
    assert Client.objects.get(name="Dana").phones.count() == 2
    assert MessageNumber.objects.get(e164="+16285550102").sitter == Sitter.objects.get(name="Ana")


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["--owner-email=a@b.test"], "Missing part: organization"),
        (["--organization=X", "--owner-email=a@b.test", "--number=123=pool"], "Numbers need an account"),
        ([*FLAGS[:4], "--number=+16285550100=telephone"], "Unknown role: telephone"),
        ([*FLAGS[:4], "--number=hello=pool"], "isn't a phone number"),
        ([*FLAGS[:4], "--timezone=Mars/Olympus"], "isn't a time zone"),
    ],
)
def test_what_cannot_be_used_is_one_sentence_and_nothing_is_made(args: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command("bootstrap", *args, stdout=StringIO())
    assert not Organization.objects.exists()


def test_another_business_account_is_refused() -> None:
    _run(*FLAGS)
    with pytest.raises(CommandError, match="connected to another business"):
        _run(
            "--organization=Other",
            "--owner-email=x@other.test",
            "--account-sid=AC00000000000000000000000000000b00t",
            "--auth-token=t",
        )
    assert not Organization.objects.filter(name="Other").exists()


def test_a_new_password_for_an_owner_is_in_the_trail() -> None:
    _run(*FLAGS)
    assert not AuditEvent.objects.filter(verb="auth.password_changed").exists()
    _run(*FLAGS, "--owner-password", "another long word")
    changed = AuditEvent.objects.get(verb="auth.password_changed")
    assert (changed.actor_kind, changed.subject_id) == (
        "system",
        User.objects.get(email="owner@tails.test").pk,
    )
