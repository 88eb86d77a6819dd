"""Each constraint of sitters' links and browsers, broken once, by name."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from messaging.models import SitterDevice, SitterLink
from tests.business import Business
from tests.constraints import breaks
from tests.refusals import refusal

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def link(business: Business, **columns: Any) -> SitterLink:
    now = timezone.now()
    same = {"digest": "d" * 64, "created_at": now, "expires_at": now + 10 * MINUTE, **columns}
    made: SitterLink = SitterLink.objects.create(
        organization=business.organization, sitter=business.sitter, **same
    )
    return made


def device(business: Business, **columns: Any) -> SitterDevice:
    made: SitterDevice = SitterDevice.objects.create(
        organization=business.organization,
        sitter=business.sitter,
        user=business.sitter_user,
        **{"name": "Safari on iPhone", "session_key": "k" * 32, **columns},
    )
    return made


@breaks("sitterlink_unique_digest")
def test_a_link_is_one_row(business: Business) -> None:
    link(business)
    assert refusal(lambda: link(business)) == "sitterlink_unique_digest"


@breaks("sitterlink_expires_after_it_was_made")
def test_a_link_expires_after_it_was_made(business: Business) -> None:
    over = timezone.now() - MINUTE
    assert refusal(lambda: link(business, expires_at=over)) == "sitterlink_expires_after_it_was_made"


@breaks("sitterlink_is_used_before_it_expires")
def test_a_link_is_used_before_it_expires(business: Business) -> None:
    late = timezone.now() + 11 * MINUTE
    assert refusal(lambda: link(business, used_at=late)) == "sitterlink_is_used_before_it_expires"


@breaks("sitterlink_is_used_or_revoked")
def test_a_link_is_used_or_revoked(business: Business) -> None:
    now = timezone.now()
    assert refusal(lambda: link(business, used_at=now, revoked_at=now)) == "sitterlink_is_used_or_revoked"


@breaks("sitterdevice_unique_session")
def test_a_session_is_one_browser(business: Business) -> None:
    device(business)
    assert refusal(lambda: device(business)) == "sitterdevice_unique_session"


@breaks("sitterdevice_is_used_after_it_came")
def test_a_browser_is_used_after_it_came(business: Business) -> None:
    before = timezone.now() - MINUTE
    assert refusal(lambda: device(business, last_used_at=before)) == "sitterdevice_is_used_after_it_came"
