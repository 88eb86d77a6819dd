"""A business that the provider texts, and its owner's desk."""

from __future__ import annotations

import pytest
from django.test import Client as Browser

from tests.business import Business
from tests.doors.pages import signed_in


@pytest.fixture
def desk(business: Business) -> Browser:
    """The owner, signed in."""
    return signed_in(business.owner)
