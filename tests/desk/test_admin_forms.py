"""What owners do on the pages about rows: through the verbs, with refusals shown in place."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db.models import Model
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from audit.models import Alert, AuditEvent
from messaging.models import (
    Client,
    Delivery,
    MessageNumber,
    OptOut,
    RoutingOverride,
    Sitter,
    Visit,
)
from snoutos.devtools.twilio_sim.testing import SimulatorClient
from tests.api.factories import Business, phone
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


def page(label: str, name: str, row: Model | None = None) -> str:
    args = [str(row.public_id)] if row is not None else []  # type: ignore[attr-defined]
    return reverse(f"admin:{label.replace('.', '_')}_{name}", args=args)


def typed(name: str, moment: datetime, zone: Any) -> dict[str, str]:
    """A date and time as the two inputs of the form take it, in the business' zone."""
    local = moment.astimezone(zone)
    return {f"{name}_0": f"{local:%Y-%m-%d}", f"{name}_1": f"{local:%H:%M:%S}"}


def press(who: Any, label: str, verb: str, row: Any, **values: str) -> Any:
    """Confirm the dialog of a button."""
    url = reverse(f"admin:{label.replace('.', '_')}_{verb}", args=[str(getattr(row, "public_id", row.pk))])
    return who.post(url, {"_form_submitted": "on", **values}, headers={"HX-Request": "true"})


def verbs_of(made: Business) -> list[str]:
    return list(
        AuditEvent.objects.filter(organization=made.organization)
        .order_by("pk")
        .values_list("verb", flat=True)
    )


class TestWindows:
    def form(self, ours: Business, starts: datetime, ends: datetime) -> dict[str, str]:
        zone = ours.organization.zone
        who = {"client": str(ours.client.pk), "sitter": str(ours.sitter.pk), "visit_type": "drop_in"}
        return {**who, **typed("starts_at", starts, zone), **typed("ends_at", ends, zone)}

    def test_a_visit_is_made_in_the_business_zone_by_the_verb(self, ours: Business) -> None:
        starts = timezone.now().replace(microsecond=0) + timedelta(days=6)
        answer = browser(ours.owner).post(
            page("messaging.visit", "add"), self.form(ours, starts, starts + timedelta(hours=1))
        )
        assert answer.status_code == 302
        made = Visit.objects.latest("pk")
        assert (made.starts_at, made.organization, made.created_by) == (starts, ours.organization, ours.owner)
        assert verbs_of(ours)[-1] == "visit.created"

    def test_an_overlap_is_explained_in_the_form_and_nothing_is_kept(self, ours: Business) -> None:
        at, before = timezone.now(), Visit.objects.count()
        answer = browser(ours.owner).post(
            page("messaging.visit", "add"), self.form(ours, at, at + timedelta(hours=3))
        )
        assert answer.status_code == 200
        assert "is already booked" in answer.content.decode()
        assert Visit.objects.count() == before

    def test_an_end_before_the_start_is_an_error_in_place(self, ours: Business) -> None:
        at = timezone.now() + timedelta(days=6)
        answer = browser(ours.owner).post(
            page("messaging.visit", "add"), self.form(ours, at, at - timedelta(hours=3))
        )
        assert "The end must be after the start." in answer.content.decode()

    def test_the_schedule_is_kept_by_staff_too(self, ours: Business) -> None:
        starts = timezone.now() + timedelta(days=6)
        form = self.form(ours, starts, starts + timedelta(hours=1))
        assert browser(ours.staff).post(page("messaging.visit", "add"), form).status_code == 302

    def test_another_business_client_or_sitter_cannot_be_chosen(
        self, ours: Business, theirs: Business
    ) -> None:
        starts, before = timezone.now() + timedelta(days=6), Visit.objects.count()
        for foreign in ({"client": str(ours.client.pk)}, {"sitter": str(ours.sitter.pk)}):
            form = {**self.form(theirs, starts, starts + timedelta(hours=1)), **foreign}
            answer = browser(theirs.owner).post(page("messaging.visit", "add"), form)
            assert answer.status_code == 200
            assert "CANARYOURS" not in answer.content.decode()
        assert Visit.objects.count() == before

    def test_moving_goes_through_the_verb(self, ours: Business) -> None:
        assert ours.window
        zone, ends = ours.organization.zone, ours.window.ends_at.replace(microsecond=0) + timedelta(hours=2)
        form = {
            "sitter": str(ours.sitter.pk),
            **typed("starts_at", ours.window.starts_at, zone),
            **typed("ends_at", ends, zone),
        }
        assert (
            browser(ours.owner)
            .post(page("messaging.assignmentwindow", "change", ours.window), form)
            .status_code
            == 302
        )
        ours.window.refresh_from_db()
        assert ours.window.ends_at == ends
        assert "assignment.window_changed" in verbs_of(ours)

    def test_ending_and_then_nothing_more(self, ours: Business) -> None:
        owner = browser(ours.owner)
        assert "HX-Redirect" in press(owner, "messaging.assignmentwindow", "end", ours.window)
        assert ours.window
        ours.window.refresh_from_db()
        assert ours.window.ends_at <= timezone.now()
        refused = press(owner, "messaging.assignmentwindow", "cancel", ours.window)
        assert "HX-Redirect" not in refused
        assert "This visit is over." in refused.content.decode()
        form = {"sitter": str(ours.sitter.pk)}
        assert owner.post(page("messaging.assignmentwindow", "change", ours.window), form).status_code == 403

    def test_a_button_works_without_scripts(self, ours: Business) -> None:
        url = reverse("admin:messaging_assignmentwindow_end", args=[str(ours.window.public_id)])
        answer = browser(ours.owner).post(url, {"_form_submitted": "on"})
        assert (answer.status_code, answer["Location"]) == (
            302,
            page("messaging.assignmentwindow", "change", ours.window),
        )

    def test_a_button_asks_before_it_acts(self, ours: Business) -> None:
        url = reverse("admin:messaging_assignmentwindow_end", args=[str(ours.window.public_id)])
        asking = browser(ours.owner).get(url)
        assert (asking.status_code, "<form" in asking.content.decode()) == (200, True)
        assert "assignment.window_ended" not in verbs_of(ours)


class TestOverrides:
    def form(self, ours: Business, **values: str) -> dict[str, str]:
        return {
            "thread": str(ours.thread.pk),
            "target": "owner_inbox",
            "sitter": "",
            "lasts": "4",
            "ends_at_0": "",
            "ends_at_1": "",
            "reason": "Owner is home",
            **values,
        }

    @pytest.mark.parametrize("hours", [1, 4, 24])
    def test_it_lasts_as_long_as_was_said(self, hours: int, ours: Business) -> None:
        form = self.form(ours, lasts=str(hours))
        assert browser(ours.owner).post(page("messaging.routingoverride", "add"), form).status_code == 302
        made = RoutingOverride.objects.latest("pk")
        assert made.ends_at - made.starts_at == timedelta(hours=hours)
        assert "assignment.override_set" in verbs_of(ours)

    def test_or_until_a_given_time(self, ours: Business) -> None:
        until = timezone.now().replace(microsecond=0) + timedelta(days=2)
        form = self.form(ours, lasts="until", **typed("ends_at", until, ours.organization.zone))
        assert browser(ours.owner).post(page("messaging.routingoverride", "add"), form).status_code == 302
        assert RoutingOverride.objects.latest("pk").ends_at == until

    @pytest.mark.parametrize(
        ("values", "sentence"),
        [
            ({"lasts": "until"}, "Choose until when."),
            ({"target": "sitter"}, "Choose a sitter."),
            ({"reason": ""}, "This field is required."),
            ({"lasts": "until", "ends_at_0": "2999-01-01", "ends_at_1": "10:00"}, "up to 7 days"),
        ],
    )
    def test_what_is_missing_is_said_in_place(
        self, values: dict[str, str], sentence: str, ours: Business
    ) -> None:
        answer = browser(ours.owner).post(page("messaging.routingoverride", "add"), self.form(ours, **values))
        assert answer.status_code == 200
        assert sentence in answer.content.decode()

    def test_a_second_one_is_refused_and_the_first_can_be_removed(self, ours: Business) -> None:
        owner = browser(ours.owner)
        owner.post(page("messaging.routingoverride", "add"), self.form(ours))
        refused = owner.post(page("messaging.routingoverride", "add"), self.form(ours))
        assert "already has a redirect" in refused.content.decode()
        first = RoutingOverride.objects.latest("pk")
        assert "HX-Redirect" in press(owner, "messaging.routingoverride", "remove", first)
        assert owner.post(page("messaging.routingoverride", "add"), self.form(ours)).status_code == 302


class TestNumbers:
    def test_adding_goes_through_the_verb(self, ours: Business, provider: SimulatorClient) -> None:
        e164, account = phone(), ours.number.account
        provider.add_account(sid=account.sid, token=account.auth_token, numbers=[e164])
        form = {
            "e164": e164,
            "label": "Second",
            "role": "pool",
            "sitter": "",
            "account": str(account.pk),
        }
        answer = browser(ours.owner).post(page("messaging.messagenumber", "add"), form)
        assert answer.status_code == 302
        assert MessageNumber.objects.get(e164=e164).organization == ours.organization
        assert "number.added" in verbs_of(ours)

    def test_a_number_in_use_is_an_error_in_place(self, ours: Business) -> None:
        form = {"e164": ours.number.e164, "role": "pool", "account": str(ours.number.account_id)}
        answer = browser(ours.owner).post(page("messaging.messagenumber", "add"), form)
        assert "is already in use" in answer.content.decode()

    def test_another_business_account_cannot_be_used(self, ours: Business, theirs: Business) -> None:
        form = {"e164": phone(), "role": "pool", "account": str(theirs.number.account_id)}
        assert browser(ours.owner).post(page("messaging.messagenumber", "add"), form).status_code == 200

    def test_its_buttons_lead_to_the_pages_that_show_what_it_touches(self, ours: Business) -> None:
        owner, number = browser(ours.owner), ours.number
        for verb, where in (("quarantine", "number_pause"), ("retire", "number_release")):
            answer = owner.get(reverse(f"admin:messaging_messagenumber_{verb}", args=[number.public_id]))
            assert answer["Location"] == reverse(f"admin:{where}", args=[number.public_id])

    def test_staff_look_and_do_not_touch(self, ours: Business) -> None:
        assert (
            browser(ours.staff).get(page("messaging.messagenumber", "change", ours.number)).status_code == 200
        )
        assert press(browser(ours.staff), "messaging.messagenumber", "retire", ours.number).status_code == 403


class TestPeople:
    def test_a_client_with_phones_as_people_write_them(self, ours: Business) -> None:
        form = {"name": "Mary Poe", "phones": "(415) 555-0199\n+1 415 555 0198\n", "pets": "Rex", "notes": ""}
        assert browser(ours.staff).post(page("messaging.client", "add"), form).status_code == 302
        made = Client.objects.get(name="Mary Poe")
        assert {one.e164 for one in made.phones.all()} == {"+14155550199", "+14155550198"}
        assert "people.client_created" in verbs_of(ours)

    @pytest.mark.parametrize("phones", ["nonsense", "555"])
    def test_what_is_no_phone_is_said_in_place(self, phones: str, ours: Business) -> None:
        answer = browser(ours.owner).post(
            page("messaging.client", "add"), {"name": "Mary", "phones": phones, "pets": "", "notes": ""}
        )
        assert answer.status_code == 200
        assert "phone number" in answer.content.decode()

    def test_another_clients_phone_is_refused_in_place(self, ours: Business) -> None:
        form = {"name": "Mary", "phones": ours.client.phones.get().e164, "pets": "", "notes": ""}
        answer = browser(ours.owner).post(page("messaging.client", "add"), form)
        assert "already has this phone" in answer.content.decode()
        assert not Client.objects.filter(name="Mary").exists()

    def test_a_phone_is_added_on_the_clients_page(self, ours: Business) -> None:
        held = ours.client.phones.get()
        form = {
            "name": "New name", "pets": "", "notes": "", "timezone": "", "vet_phones": "",
            "phones-TOTAL_FORMS": "2", "phones-INITIAL_FORMS": "1",
            "phones-0-id": str(held.pk), "phones-0-client": str(ours.client.pk), "phones-0-e164": held.e164,
            "phones-0-label": "", "phones-1-id": "", "phones-1-client": str(ours.client.pk),
            "phones-1-e164": "(415) 555-0177", "phones-1-label": "work",
        }  # fmt: skip
        answer = browser(ours.owner).post(page("messaging.client", "change", ours.client), form)
        assert answer.status_code == 302, answer.context["errors"]
        assert ours.client.phones.filter(e164="+14155550177", organization=ours.organization).exists()
        changed = AuditEvent.objects.filter(verb="settings.changed", organization=ours.organization)
        assert "client.name" in str([event.data for event in changed])
        assert "New name" not in str([event.data for event in changed])

    def test_of_two_who_edit_one_sitters_phone_the_second_is_told(self, ours: Business) -> None:
        """The page carries the phone that it showed: saving another field doesn't bring the old phone back either."""
        owner, address = browser(ours.owner), page("messaging.sitter", "change", ours.sitter)
        shown = ours.sitter.phone
        assert f'name="initial-phone" value="{shown}"' in owner.get(address).content.decode()
        form = {"name": ours.sitter.name, "user": "", "initial-phone": shown}
        first, second = phone(), phone()
        assert owner.post(address, {**form, "phone": first}).status_code == 302
        for typed_phone in (second, shown):
            refused = owner.post(address, {**form, "phone": typed_phone})
            assert "Someone else just changed this phone." in refused.content.decode()
            ours.sitter.refresh_from_db()
            assert ours.sitter.phone == first

    def test_the_lock_of_a_sitter_is_lifted(self, ours: Business) -> None:
        Sitter.objects.filter(pk=ours.sitter.pk).update(sending_locked_at=timezone.now())
        assert "HX-Redirect" in press(browser(ours.owner), "messaging.sitter", "lift_lock", ours.sitter)
        ours.sitter.refresh_from_db()
        assert ours.sitter.sending_locked_at is None
        refused = press(browser(ours.owner), "messaging.sitter", "lift_lock", ours.sitter)
        assert escape("This sitter isn't locked.") in refused.content.decode()


class TestTexts:
    def test_a_failed_text_is_tried_again(self, ours: Business) -> None:
        answer = press(browser(ours.owner), "messaging.delivery", "retry", ours.failed)
        made = Delivery.objects.get(retry_of=ours.failed)
        assert answer.headers["HX-Redirect"] == page("messaging.delivery", "change", made)

    @pytest.mark.parametrize(("verb", "state"), [("send_again", "queued"), ("leave", "canceled")])
    def test_a_parked_text_is_sent_or_left(self, verb: str, state: str, ours: Business) -> None:
        assert "HX-Redirect" in press(browser(ours.owner), "messaging.delivery", verb, ours.parked)
        assert Delivery.objects.get(pk=ours.parked.pk).state == state

    def test_the_page_tells_the_story_in_plain_words(self, ours: Business) -> None:
        text = browser(ours.owner).get(page("messaging.delivery", "change", ours.failed)).content.decode()
        for words in ("What happened", "Ready to send", "Try 1: handed to the provider", "(error 30003)"):
            assert words in text

    def test_ticked_texts_are_tried_together_and_refusals_are_said(self, ours: Business) -> None:
        ticked = {
            "action": "retry_all",
            "_selected_action": [str(ours.failed.pk), str(ours.parked.pk)],
            "index": "0",
        }
        answer = browser(ours.owner).post(page("messaging.delivery", "changelist"), ticked, follow=True)
        assert "Sending again: 1." in answer.content.decode()
        assert "no longer possible" in answer.content.decode()

    def test_an_alert_leads_to_what_it_is_about(self, ours: Business) -> None:
        critical = Alert.objects.of(ours.organization).get(severity="critical")
        text = browser(ours.owner).get(page("audit.alert", "change", critical)).content.decode()
        assert page("messaging.delivery", "change", ours.failed) in text
        assert reverse("admin:conversation", args=[ours.thread.public_id]) in text

    def test_alerts_are_finished_by_their_verbs(self, ours: Business) -> None:
        owner = browser(ours.owner)
        critical = Alert.objects.of(ours.organization).get(severity="critical")
        assert (
            escape("Critical alerts can't be dismissed.")
            in press(owner, "audit.alert", "dismiss", critical).content.decode()
        )
        assert "HX-Redirect" in press(owner, "audit.alert", "resolve", critical)
        assert verbs_of(ours)[-1] == "alert.resolved"


class TestConsent:
    def test_stop_and_start_by_the_owners_word(self, ours: Business) -> None:
        owner, e164 = browser(ours.owner), phone()
        assert owner.post(page("messaging.optout", "add"), {"e164": e164}).status_code == 302
        row = OptOut.objects.get(e164=e164, organization=ours.organization)
        assert row.is_in_force
        assert "HX-Redirect" in press(owner, "messaging.optout", "allow", row)
        assert not OptOut.objects.get(pk=row.pk).is_in_force
        assert "consent.opted_in" in verbs_of(ours)
