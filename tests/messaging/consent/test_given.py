"""Consent that people gave: kept with its words and proof, ended by an opt-out or when the phone is no longer theirs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import AuditEvent
from messaging.consent import changes as opting
from messaging.consent import proof
from messaging.errors import ConsentInTheFuture, ConsentWithdrawn, OptedOut
from messaging.models import ClientPhone, Consent, Participant
from messaging.models.consent import Purpose
from messaging.people import merging
from messaging.phones import changes
from messaging.review import revocations
from tests.business import Business, another_client, stranger
from tests.constraints import breaks
from tests.messaging.consent.agreeing import agree
from tests.refusals import refusal

pytestmark = pytest.mark.django_db


def phone(business: Business) -> ClientPhone:
    found: ClientPhone = business.client.phones.get()
    return found


def only(business: Business) -> Consent:
    found: Consent = Consent.objects.of(business.organization).get()
    return found


class TestRecording:
    def test_it_is_kept_whole(self, business: Business) -> None:
        kept = agree(phone(business), by=business.owner, purpose=Purpose.PROMOTIONAL)
        assert (kept.client, kept.e164, kept.recorded_by) == (
            business.client,
            business.client_phone,
            business.owner,
        )
        assert (kept.purpose, kept.channel, kept.ended_at) == ("promotional", "verbal", None)
        event = AuditEvent.objects.get(verb="consent.given")
        assert (event.data, event.subject_id) == ({"purpose": "promotional", "channel": "verbal"}, kept.pk)

    def test_a_time_ahead_is_refused(self, business: Business) -> None:
        with pytest.raises(ConsentInTheFuture):
            agree(phone(business), by=business.owner, at=timezone.now() + timedelta(minutes=1))

    def test_a_phone_that_gets_no_texts_is_refused(self, business: Business) -> None:
        business.text("STOP")
        with pytest.raises(OptedOut):
            agree(phone(business), by=business.owner)
        assert not Consent.objects.exists()

    def test_what_they_took_back_since_counts_no_longer(self, business: Business) -> None:
        business.text("STOP")
        business.text("START")
        with pytest.raises(ConsentWithdrawn):
            agree(phone(business), by=business.owner, at=timezone.now() - timedelta(days=1))
        assert Consent.objects.count() == 1, "their START alone"


class TestWords:
    def test_start_after_stop_is_consent_with_the_text_as_proof(self, business: Business) -> None:
        business.text("STOP")
        message = business.text("Unstop")
        kept = only(business)
        assert (kept.purpose, kept.channel, kept.wording) == ("service", "text", "UNSTOP")
        assert (kept.client, kept.message, kept.recorded_by) == (business.client, message, None)

    def test_yes_after_stop_too_and_a_strangers(self, business: Business) -> None:
        who = stranger()
        business.text("STOP", sender=who)
        business.text("Yes", sender=who)
        assert (only(business).client, only(business).wording) == (None, "YES")

    def test_start_without_a_stop_is_none(self, business: Business) -> None:
        business.text("START")
        assert not Consent.objects.exists()

    def test_what_the_owner_allows_again_is_none(self, business: Business) -> None:
        business.text("STOP")
        opting.opt_in(business.organization, business.client_phone, by=business.owner, at=timezone.now())
        assert not Consent.objects.exists()


class TestEnding:
    @pytest.mark.parametrize("said", ["STOP", "Stop please", "please stop texting me"])
    def test_an_opt_out_ends_all_of_it(self, business: Business, said: str) -> None:
        agree(phone(business), by=business.owner, purpose=Purpose.PROMOTIONAL)
        agree(phone(business), by=business.owner)
        business.text(said)
        if said.startswith("please"):
            from messaging.models import Revocation

            assert not Consent.objects.filter(ended_at__isnull=False).exists(), "not before it is decided"
            revocations.opt_out(Revocation.objects.get(), by=business.owner, at=timezone.now())
        assert [row.ended_as for row in Consent.objects.all()] == ["opted_out", "opted_out"]
        assert business.verbs().count("consent.ended") == 2
        business.text("START")
        assert list(Consent.objects.filter(ended_at__isnull=True).values_list("purpose", flat=True)) == [
            "service"
        ], "offers need a word of their own"

    def test_somebody_elses_phone_has_agreed_to_nothing(self, business: Business) -> None:
        agree(phone(business), by=business.owner)
        changes.recycle(phone(business), by=business.owner, at=timezone.now())
        assert only(business).ended_as == "recycled"

    def test_a_replaced_phone_has_agreed_to_nothing_any_more(self, business: Business) -> None:
        agree(phone(business), by=business.owner)
        changes.replace(phone(business), new=stranger(), by=business.owner, at=timezone.now())
        assert only(business).ended_as == "replaced"

    def test_it_goes_with_the_phone_to_another_card_and_with_a_merged_one(self, business: Business) -> None:
        sam, _ = another_client(business)
        agree(phone(business), by=business.owner)
        changes.give(phone(business), sam, by=business.owner, at=timezone.now())
        assert only(business).client == sam
        merging.merge(business.client, sam, by=business.owner, at=timezone.now())
        assert only(business).client == business.client


class TestProof:
    def test_it_holds_all_that_was_said_in_order(self, business: Business) -> None:
        agree(phone(business), by=business.owner)
        business.text("STOP")
        business.text("START")
        business.text("please stop texting me")
        (sheet,) = proof.sheet(business.client)
        assert (sheet.e164, sheet.is_theirs) == (business.client_phone, True)
        assert [(entry.what, entry.words) for entry in sheet.entries] == [
            ("Agreed to texts: about their visits", "Yes, text me about Biscuit"),
            ("Opted out", "STOP"),
            ("Consent ended: about their visits", ""),
            ("Opted in", "START"),
            ("Agreed to texts: about their visits", "START"),
            ("May have asked for no more texts", "please stop texting me"),
        ]
        assert sheet.entries[0].by == str(business.owner)

    def test_of_a_phone_that_went_only_what_was_said_before(self, business: Business) -> None:
        business.thread()
        agree(phone(business), by=business.owner)
        changes.recycle(phone(business), by=business.owner, at=timezone.now())
        assert Participant.objects.get().left_reason == "recycled"
        business.text("STOP")
        (sheet,) = proof.sheet(business.client)
        assert not sheet.is_theirs
        assert [entry.what for entry in sheet.entries] == [
            "Agreed to texts: about their visits",
            "Consent ended: about their visits",
        ]


@breaks(
    "consent_has_a_known_purpose",
    "consent_has_a_known_channel",
    "consent_says_to_what",
    "consent_was_given_before_it_was_recorded",
    "consent_has_a_witness",
    "consent_ended_says_when_and_why",
)
@pytest.mark.parametrize(
    ("columns", "name"),
    [
        ({"purpose": "fun"}, "consent_has_a_known_purpose"),
        ({"channel": "telepathy"}, "consent_has_a_known_channel"),
        ({"wording": ""}, "consent_says_to_what"),
        ({"recorded_at": timezone.now() - timedelta(days=1)}, "consent_was_given_before_it_was_recorded"),
        ({"recorded_by": None}, "consent_has_a_witness"),
        ({"ended_as": "recycled"}, "consent_ended_says_when_and_why"),
        ({"ended_at": timezone.now() + timedelta(days=1)}, "consent_ended_says_when_and_why"),
    ],
)
def test_it_is_whole(business: Business, columns: dict[str, object], name: str) -> None:
    rows = Consent.objects.filter(pk=agree(phone(business), by=business.owner).pk)
    assert refusal(lambda: rows.update(**columns)) == name
