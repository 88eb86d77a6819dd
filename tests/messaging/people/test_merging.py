"""Two cards of one person become one, and nothing of either is lost."""

from __future__ import annotations

import pytest
from django.utils import timezone

from automations.models import Step
from messaging.errors import NotPossibleNow
from messaging.models import Client, Participant, Thread
from messaging.people import merging, participants
from tests.automations.rules import active, settle
from tests.business import Business, another_client, open_business

pytestmark = pytest.mark.django_db


def merge(business: Business, kept: Client, gone: Client) -> Client:
    return merging.merge(kept, gone, by=business.owner, at=timezone.now())


def test_phones_conversations_and_words_of_both_stand_on_one_card(business: Business) -> None:
    sam, phone = another_client(business)
    Client.objects.filter(pk=sam.pk).update(
        pets="Maple", notes="Gate code at the back", vet_phones=["+16195550001"]
    )
    mine, theirs = business.thread(), business.text("Hi", sender=phone).thread
    assert merging.preview(business.client, sam) == merging.Preview(phones=1, threads=1)
    kept = merge(business, business.client, Client.objects.get(pk=sam.pk))
    kept.refresh_from_db()
    assert (kept.name, kept.pets, kept.notes) == ("Dana", "Biscuit, Maple", "Gate code at the back")
    assert set(kept.phones.values_list("e164", flat=True)) == {business.client_phone, phone}
    assert set(Thread.objects.filter(client=kept)) == {mine, theirs}
    assert participants.outside_party(theirs).client == kept
    assert business.text("still me", sender=phone).thread_id == theirs.pk
    assert not Client.objects.filter(pk=sam.pk).exists()
    assert business.verbs().count("people.clients_merged") == 1


def test_what_rules_did_for_them_is_kept(business: Business) -> None:
    sam, phone = another_client(business)
    active(business, {"kind": "text_client", "body": "Got it"})
    business.text("Hi", sender=phone)
    settle()
    assert Step.objects.filter(client=sam).exists()
    merge(business, business.client, sam)
    assert Step.objects.filter(client=business.client).exists()
    assert not Participant.objects.filter(client=sam.pk).exists()


def test_no_card_is_merged_with_itself_or_another_business(business: Business) -> None:
    with pytest.raises(NotPossibleNow):
        merge(business, business.client, business.client)
    with pytest.raises(NotPossibleNow):
        merge(business, business.client, open_business("Paws").client)


def test_of_two_who_merge_at_once_one_is_told(business: Business) -> None:
    sam, _ = another_client(business)
    merge(business, business.client, sam)
    with pytest.raises(NotPossibleNow, match="moment ago"):
        merge(business, business.client, sam)
