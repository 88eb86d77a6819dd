"""A business that the provider texts, its owner's desk, and the provider that is asked about accounts."""

from __future__ import annotations

import pytest
from django.test import Client as Browser

from tests.business import Business
from tests.doors.pages import signed_in
from tests.provider import _accounts_simulator, provider

__all__ = ["_accounts_simulator", "provider"]


@pytest.fixture
def desk(business: Business) -> Browser:
    """The owner, signed in."""
    return signed_in(business.owner)
