"""Spans of the delivery protocol."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from messaging import timing
from messaging.models import ProviderAccount
from messaging.providers.accounts import provider_of


def test_a_span_is_as_written(settings: Any) -> None:
    settings.TIMES_DIVIDED_BY = 1.0
    assert timing.scaled(seconds=90, minutes=1, hours=1) == timedelta(hours=1, minutes=2, seconds=30)


def test_a_rehearsal_runs_all_spans_shorter_alike(settings: Any) -> None:
    settings.TIMES_DIVIDED_BY = 20.0
    assert timing.scaled(minutes=5) == timedelta(seconds=15)


@pytest.mark.parametrize(("divided_by", "seconds"), [(1.0, 30.0), (30.0, 1.0)])
def test_the_providers_answer_is_waited_for_as_long_as_the_lease_allows(
    settings: Any, divided_by: float, seconds: float
) -> None:
    settings.TIMES_DIVIDED_BY = divided_by
    provider: Any = provider_of(ProviderAccount(sid="AC1", auth_token="t"))
    assert provider._client.http_client._timeout == (3.0, seconds)
