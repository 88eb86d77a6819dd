"""What stands after several changes: the newest, and STOP when two are of the same moment."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import permutations

import pytest
from django.db import transaction
from django.utils import timezone

from audit.record import Actor, recording
from messaging.consent import changes
from messaging.consent.standing import Change, apply, is_opted_out
from messaging.models import ConsentChange, OptOut
from messaging.models.consent import ConsentKind, ConsentSource
from tests.business import Business, open_business

PHONE = "+16195557777"
NOON = datetime.fromisoformat("2026-07-01T12:00:00+00:00")


def say(business: Business, kind: ConsentKind, minute: int) -> None:
    with transaction.atomic(), recording(actor=Actor.system()):
        apply(
            Change(
                organization_id=business.organization.pk,
                e164=PHONE,
                kind=kind,
                source=ConsentSource.TEXT,
                at=NOON + timedelta(minutes=minute),
            )
        )


def stands(business: Business) -> bool:
    return is_opted_out(business.organization.pk, PHONE)


CHANGES = [(ConsentKind.OPTED_OUT, 1), (ConsentKind.OPTED_IN, 2), (ConsentKind.OPTED_OUT, 3)]


@pytest.mark.parametrize("order", list(permutations(CHANGES)))
def test_the_newest_change_stands_in_whatever_order_they_arrive(
    business: Business, order: list[tuple[ConsentKind, int]]
) -> None:
    for kind, minute in order:
        say(business, kind, minute)
    assert stands(business)
    assert OptOut.objects.get().changed_at == NOON + timedelta(minutes=3)
    assert ConsentChange.objects.count() == 3, "also what changed nothing is kept"


@pytest.mark.parametrize("order", list(permutations([(ConsentKind.OPTED_OUT, 1), (ConsentKind.OPTED_IN, 1)])))
def test_stop_wins_when_both_are_of_one_moment(
    business: Business, order: list[tuple[ConsentKind, int]]
) -> None:
    for kind, minute in order:
        say(business, kind, minute)
    assert stands(business)


def test_an_older_stop_does_not_undo_a_newer_start(business: Business) -> None:
    say(business, ConsentKind.OPTED_IN, 5)
    say(business, ConsentKind.OPTED_OUT, 4)
    assert not stands(business)


def test_help_changes_nothing_and_is_kept(business: Business) -> None:
    say(business, ConsentKind.HELP, 1)
    assert not OptOut.objects.exists()
    say(business, ConsentKind.OPTED_OUT, 2)
    say(business, ConsentKind.HELP, 3)
    assert stands(business)
    assert list(ConsentChange.objects.order_by("pk").values_list("kind", flat=True)) == [
        "help",
        "opted_out",
        "help",
    ]
    assert business.verbs().count("consent.help_requested") == 2


def test_another_business_is_not_concerned(business: Business) -> None:
    other = open_business("Paws")
    say(business, ConsentKind.OPTED_OUT, 1)
    assert not is_opted_out(other.organization.pk, PHONE)


def test_the_owner_records_what_was_said_on_the_phone(business: Business) -> None:
    now = timezone.now()
    changes.opt_out(business.organization, PHONE, by=business.owner, at=now)
    assert stands(business)
    changes.opt_in(business.organization, PHONE, by=business.owner, at=now + timedelta(minutes=1))
    assert not stands(business)
    assert set(ConsentChange.objects.values_list("by_id", "source")) == {(business.owner.pk, "owner")}
    assert [verb for verb in business.verbs() if verb.startswith("consent.")] == [
        "consent.opted_out",
        "consent.opted_in",
    ]
