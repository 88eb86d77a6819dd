"""Refusals are known by their constraint's name, whatever language the server speaks."""

from __future__ import annotations

import pytest
from django.db import DataError, IntegrityError, connection, transaction

from messaging.models import Client
from snoutos.accounts.models import Organization
from snoutos.core.dberrors import saving, violated

pytestmark = pytest.mark.django_db


class TakenError(Exception):
    """What the caller wants to hear."""


def insert(value: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE IF NOT EXISTS odd (n int CONSTRAINT odd_is_odd CHECK (n % 2 = 1))"
        )
        cursor.execute("INSERT INTO odd VALUES (%s)", [value])


def test_the_constraint_asked_about_becomes_the_callers_refusal_and_the_transaction_goes_on() -> None:
    with pytest.raises(TakenError) as caught, saving("odd_is_odd", TakenError):
        insert(2)
    assert isinstance(caught.value.__cause__, IntegrityError)
    assert Client.objects.count() == 0, "the transaction can still be used"


def test_another_constraint_passes_unchanged() -> None:
    with pytest.raises(IntegrityError) as caught, saving("odd_is_even", TakenError):
        insert(2)
    assert violated(caught.value) == "odd_is_odd"


def test_an_error_that_is_no_refusal_names_no_constraint() -> None:
    with pytest.raises(DataError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")
    assert violated(caught.value) == ""
    assert violated(IntegrityError("made up")) == ""


def test_nothing_refused_saves() -> None:
    with saving("odd_is_odd", TakenError):
        Organization.objects.create(name="Happy Tails", timezone="UTC")
    assert Organization.objects.exists()
