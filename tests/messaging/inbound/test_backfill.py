"""Texts that never reached us: counted, told, found over any number of pages and after any length of outage."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.models import Alert, AuditEvent
from messaging.inbound import backfill
from messaging.models import Message, ProviderAccount
from messaging.providers import twilio
from messaging.providers.base import ListedText, ProviderError
from snoutos.devtools.twilio_sim.testing import running_simulator
from tests.business import Business, open_business
from tests.messaging.inbound.test_failures import listed

pytestmark = pytest.mark.django_db


class Listing:
    """A provider that lists what it is given, and remembers since when it was asked."""

    def __init__(self, *texts: ListedText, error: Exception | None = None) -> None:
        self.texts, self.error, self.since = texts, error, list[datetime]()

    def list_texts(self, *, since: datetime, limit: int) -> tuple[ListedText, ...]:
        self.since.append(since)
        if self.error is not None:
            raise self.error
        return self.texts[:limit]


def _provider(monkeypatch: pytest.MonkeyPatch, listing: Listing) -> Listing:
    monkeypatch.setattr(backfill, "provider_of", lambda _: listing)
    return listing


def _hours(between: timedelta) -> float:
    return round(between / timedelta(hours=1), 1)


def test_how_many_were_missed_is_recorded_and_counted_on_one_alert(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [listed(business, f"{n}") for n in range(3)]
    _provider(monkeypatch, Listing(*texts[:2]))
    assert backfill.fetch_missed() == 2
    assert backfill.fetch_missed() == 0
    _provider(monkeypatch, Listing(*texts))
    assert backfill.fetch_missed() == 1
    counts = AuditEvent.objects.filter(verb="webhook.inbound.missed_found").order_by("pk")
    assert [event.data for event in counts] == [{"count": 2}, {"count": 1}]
    assert Alert.objects.get(kind="webhook.texts_missed").count == 3


def test_nothing_missed_is_nothing_to_tell(business: Business, monkeypatch: pytest.MonkeyPatch) -> None:
    known = business.text("Hello")
    _provider(monkeypatch, Listing(listed(business, "Hello", sid=known.provider_sid)))
    assert backfill.fetch_missed() == 0
    assert business.alerts() == []


def test_the_list_is_read_over_all_its_pages(
    business: Business, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(twilio, "PAGE_SIZE", 3)
    monkeypatch.setattr(backfill, "SETTLES", timedelta(seconds=-5))
    with running_simulator(seed=3) as provider:  # no webhook address: nothing is handed over
        settings.TWILIO_API_BASE_URL = provider.base_url
        number = business.front_desk.e164
        provider.add_account(sid=business.account.sid, token=business.account.auth_token, numbers=[number])
        for n in range(8):
            provider.send_text(sender=business.client_phone, recipient=number, body=f"Text {n}")
        assert backfill.fetch_missed() == 8
        pages = [call for call in provider.calls("Messages.json") if call["method"] == "GET"]
    assert len(pages) >= 3
    bodies = Message.objects.order_by("position").values_list("body", flat=True)
    assert list(bodies) == [f"Text {n}" for n in range(8)]


def test_it_looks_back_a_day_and_after_a_longer_outage_to_where_it_last_read(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    listing = _provider(monkeypatch, Listing())
    now = timezone.now()
    backfill.fetch_missed()
    assert _hours(now - listing.since[-1]) == 24
    backfill.fetch_missed()
    assert _hours(now - listing.since[-1]) == 24
    ProviderAccount.objects.update(inbound_listed_at=now - timedelta(days=3))
    backfill.fetch_missed()
    assert _hours(now - listing.since[-1]) == 73


def test_a_list_not_read_to_its_end_is_read_again(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backfill, "LISTED_AT_MOST", 2)
    _provider(monkeypatch, Listing(*[listed(business, f"{n}") for n in range(3)]))
    assert backfill.fetch_missed() == 2
    assert ProviderAccount.objects.get(pk=business.account.pk).inbound_listed_at is None


def test_the_pages_that_were_read_before_one_failed_are_kept(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = ProviderError("Silent.", retry=True)
    error.read = [listed(business, f"{n}") for n in range(2)]
    _provider(monkeypatch, Listing(error=error))
    assert backfill.fetch_missed() == 2
    assert ProviderAccount.objects.get(pk=business.account.pk).inbound_listed_at is None, (
        "and it is read again"
    )
    assert backfill.fetch_missed() == 0


def test_an_account_whose_texts_take_long_goes_on_the_next_time(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    _provider(monkeypatch, Listing(*[listed(business, f"{n}") for n in range(3)]))
    with monkeypatch.context() as patch:
        patch.setattr(backfill, "TAKES_IN_FOR_SECONDS", -1.0)
        assert backfill.fetch_missed() == 0
        assert ProviderAccount.objects.get(pk=business.account.pk).inbound_listed_at is None
    assert backfill.fetch_missed() == 3
    assert ProviderAccount.objects.get(pk=business.account.pk).inbound_listed_at is not None


@pytest.mark.parametrize("error", [ProviderError("Silent.", retry=True), RuntimeError("odd")])
def test_one_account_that_cannot_be_asked_does_not_keep_the_others(
    business: Business, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    other = open_business("Other")
    bad, good = Listing(error=error), Listing(listed(other, "missed"))
    monkeypatch.setattr(
        backfill, "provider_of", lambda account: bad if account.pk == business.account.pk else good
    )
    assert backfill.fetch_missed() == 1
    assert ProviderAccount.objects.get(pk=business.account.pk).inbound_listed_at is None


def test_what_is_known_costs_one_query_a_thousand(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [listed(business, f"{n}") for n in range(30)]
    _provider(monkeypatch, Listing(*texts))
    backfill.fetch_missed()
    with CaptureQueriesContext(connection) as captured:
        backfill.fetch_missed()
    assert len(captured) <= 4
