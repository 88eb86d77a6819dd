"""The owner's pages about the business itself: secrets, members, settings, the trail."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from audit.models import AuditEvent
from messaging.models import ProviderAccount
from policy.models import AllowedContact
from snoutos.accounts.models import ApiKey, Organization, User
from snoutos.devtools.twilio_sim.testing import SimulatorClient
from tests.api.factories import Business
from tests.desk.test_admin_forms import page, press, verbs_of
from tests.desk.test_model_pages import Two, browser, two_businesses
from tests.provider import _accounts_simulator, provider
from tests.worlds import world

__all__ = ["_accounts_simulator", "provider"]

pytestmark = pytest.mark.django_db


two = world(two_businesses)


@pytest.fixture
def ours(two: Two) -> Business:
    return two.ours


@pytest.fixture
def theirs(two: Two) -> Business:
    return two.theirs


class TestSecrets:
    def test_tokens_go_in_and_never_come_out(self, ours: Business, provider: SimulatorClient) -> None:
        account = ours.number.account
        owner = browser(ours.owner)
        assert (
            f"{ours.canary}-token"
            not in owner.get(page("messaging.provideraccount", "change", account)).content.decode()
        )
        kept = {"label": "Renamed", "auth_token": "", "previous_auth_token": "", "api_key_sid": "",
                "api_key_secret": ""}  # fmt: skip
        owner.post(page("messaging.provideraccount", "change", account), kept)
        fresh = ProviderAccount.objects.get(pk=account.pk)
        assert (fresh.label, fresh.auth_token) == ("Renamed", f"{ours.canary}-token")
        provider.add_account(sid=account.sid, token="t0ken-new")
        answer = owner.post(
            page("messaging.provideraccount", "change", account), {**kept, "auth_token": "t0ken-new"}
        )
        assert answer.status_code == 302
        assert ProviderAccount.objects.get(pk=account.pk).auth_token == "t0ken-new"
        trail = str(list(AuditEvent.objects.values_list("data", flat=True)))
        assert "auth_token" in trail
        assert "t0ken" not in trail

    def test_a_rejected_form_does_not_give_a_token_back(self, ours: Business) -> None:
        form = {
            "label": "x",
            "provider": "twilio",
            "sid": ours.number.account.sid,
            "auth_token": "t0ken-typed",
        }
        answer = browser(ours.owner).post(page("messaging.provideraccount", "add"), form)
        assert "already connected" in answer.content.decode()
        assert "t0ken-typed" not in answer.content.decode()

    def test_the_previous_token_is_forgotten_on_demand(self, ours: Business) -> None:
        account = ours.number.account
        ProviderAccount.objects.filter(pk=account.pk).update(previous_auth_token="old")
        assert "HX-Redirect" in press(
            browser(ours.owner), "messaging.provideraccount", "forget_previous", account
        )
        fresh = ProviderAccount.objects.get(pk=account.pk)
        assert (fresh.previous_auth_token, fresh.auth_token) == ("", f"{ours.canary}-token")

    def test_a_key_is_shown_once_and_revoked_for_good(self, ours: Business) -> None:
        owner = browser(ours.owner)
        form = {"name": "Booking", "user": str(ours.integration.pk), "scopes": ["read", "send"],
                "expires_at_0": "", "expires_at_1": ""}  # fmt: skip
        shown = owner.post(page("accounts.apikey", "add"), form)
        key = ApiKey.objects.get(name="Booking")
        secret = f"snout_{key.prefix}_"
        assert secret in shown.content.decode()
        assert "no-store" in shown["Cache-Control"]
        for name in ("changelist", "change"):
            again = owner.get(
                page("accounts.apikey", name, key if name == "change" else None)
            ).content.decode()
            assert secret not in again
            assert key.digest not in again
        assert "HX-Redirect" in press(owner, "accounts.apikey", "revoke", key)
        key.refresh_from_db()
        assert key.revoked_at
        assert [verb for verb in verbs_of(ours) if verb.startswith("api_key")] == [
            "api_key.issued",
            "api_key.revoked",
        ]

    def test_a_key_is_never_issued_to_another_business(self, ours: Business, theirs: Business) -> None:
        form = {"name": "Booking", "user": str(theirs.owner.pk), "scopes": ["read"]}
        assert browser(ours.owner).post(page("accounts.apikey", "add"), form).status_code == 200
        assert not ApiKey.objects.filter(name="Booking").exists()


class TestMembers:
    def form(self, user: User, **values: str) -> dict[str, str]:
        return {"name": user.name, "email": user.email, "role": user.role, "is_active": "on", **values}

    @pytest.mark.parametrize("values", [{"role": "staff"}, {"is_active": ""}])
    def test_the_last_owner_stays(self, values: dict[str, str], ours: Business) -> None:
        form = self.form(ours.owner, **values)
        answer = browser(ours.owner).post(page("accounts.user", "change", ours.owner), form)
        assert answer.status_code == 200
        assert "Make someone else an owner first" in answer.content.decode()
        ours.owner.refresh_from_db()
        assert ours.owner.is_owner
        assert ours.owner.is_active

    def test_one_of_two_owners_may_step_down(self, ours: Business) -> None:
        owner = browser(ours.owner)
        owner.post(page("accounts.user", "change", ours.staff), self.form(ours.staff, role="owner"))
        answer = owner.post(page("accounts.user", "change", ours.owner), self.form(ours.owner, role="staff"))
        assert answer.status_code == 302
        assert User.objects.get(pk=ours.owner.pk).role == "staff"

    def test_nobody_leaves_the_business_or_becomes_an_operator(
        self, ours: Business, theirs: Business
    ) -> None:
        owner = browser(ours.owner)
        form = self.form(ours.staff, organization=str(theirs.organization.pk))
        owner.post(page("accounts.user", "change", ours.staff), form)
        assert (
            owner.post(
                page("accounts.user", "change", ours.staff), self.form(ours.staff, role="operator")
            ).status_code
            == 200
        )
        ours.staff.refresh_from_db()
        assert (ours.staff.organization, ours.staff.role) == (ours.organization, "staff")

    def test_a_new_member_can_sign_in_and_belongs_here(self, ours: Business) -> None:
        word = "long enough 4 us"
        form = {
            "name": "Bo",
            "email": "Bo@Example.com",
            "role": "staff",
            "password1": word,
            "password2": word,
        }
        assert browser(ours.owner).post(page("accounts.user", "add"), form).status_code == 302
        made = User.objects.get(email="bo@example.com")
        assert (made.organization, made.check_password(word)) == (ours.organization, True)
        assert "member.created" in verbs_of(ours)

    @pytest.mark.parametrize("word", ["short", "password123", "1234567890"])
    def test_a_weak_password_is_refused_in_place(self, word: str, ours: Business) -> None:
        form = {
            "name": "Bo",
            "email": "bo@example.com",
            "role": "staff",
            "password1": word,
            "password2": word,
        }
        answer = browser(ours.owner).post(page("accounts.user", "add"), form)
        assert answer.status_code == 200
        assert not User.objects.filter(email="bo@example.com").exists()
        assert "HX-Redirect" not in press(
            browser(ours.owner), "accounts.user", "set_password", ours.staff, password1=word, password2=word
        )

    def test_a_password_is_set_and_never_written_down(self, ours: Business) -> None:
        word = "long enough 4 us"
        done = press(
            browser(ours.owner), "accounts.user", "set_password", ours.staff, password1=word, password2=word
        )
        assert "HX-Redirect" in done
        assert User.objects.get(pk=ours.staff.pk).check_password(word)
        assert (
            AuditEvent.objects.filter(verb="auth.password_changed").latest("pk").subject_id == ours.staff.pk
        )


class TestBusiness:
    def test_the_list_leads_to_the_one_business(self, ours: Business, theirs: Business) -> None:
        answer = browser(ours.owner).get(page("accounts.organization", "changelist"))
        assert answer["Location"] == page("accounts.organization", "change", ours.organization)

    def test_settings_are_saved_and_recorded_without_their_values(self, ours: Business) -> None:
        form = {
            "name": "New name", "timezone": "America/New_York", "pool_auto_reply": "Hello!",
            "quiet_from": "20:00",
            "quiet_until": "09:00", "own_domains": "a.example,b.example", "screening_languages": ["pl", "fr"], "unopened_minutes": "15",
            "number_cooldown_days": "90",
        }  # fmt: skip
        answer = browser(ours.owner).post(page("accounts.organization", "change", ours.organization), form)
        assert answer.status_code == 302
        fresh = Organization.objects.get(pk=ours.organization.pk)
        assert (fresh.timezone, fresh.own_domains) == ("America/New_York", ["a.example", "b.example"])
        assert fresh.screening_languages == ["pl", "fr"]
        recorded = AuditEvent.objects.filter(verb="settings.changed").latest("pk").data
        assert "timezone" in recorded["fields"]
        assert "New_York" not in str(recorded)

    def test_a_domain_is_allowed_once_and_taken_off_again(self, ours: Business) -> None:
        owner = browser(ours.owner)
        form = {"kind": "domain", "value": "https://www.vet.example/book", "note": ""}
        assert owner.post(page("policy.allowedcontact", "add"), form).status_code == 302
        again = owner.post(page("policy.allowedcontact", "add"), form)
        assert "This is already allowed." in again.content.decode()
        row = AllowedContact.objects.get(value="vet.example")
        assert row.added_by == ours.owner
        assert owner.post(page("policy.allowedcontact", "delete", row), {"post": "yes"}).status_code == 302
        assert not AllowedContact.objects.filter(pk=row.pk).exists()


class TestTrail:
    def test_the_download_has_the_lists_filters_and_is_recorded(
        self, ours: Business, theirs: Business
    ) -> None:
        url = reverse("admin:audit_auditevent_download")
        answer: Any = browser(ours.owner).get(url, {"verb": "message."})
        lines = b"".join(answer.streaming_content).decode().splitlines()
        assert lines[0].startswith("id,at,verb")
        assert len(lines) == 2
        assert verbs_of(ours)[-1] == "export.made"

    @pytest.mark.parametrize(
        ("query", "found"),
        [("verb=policy.", 0), ("verb=message.", 1), ("subject=message", 1), ("subject=message+x", 0),
         ("correlation=zzz", 0), ("actor_kind__exact=user", 1)],
    )  # fmt: skip
    def test_it_is_searched(self, query: str, found: int, ours: Business) -> None:
        answer = browser(ours.owner).get(f"{reverse('admin:audit_auditevent_changelist')}?{query}")
        assert (answer.context["cl"].result_count > 0) == bool(found)
