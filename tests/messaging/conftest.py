"""A business that the provider texts."""

from __future__ import annotations

import pytest

from tests.business import Business, open_business


@pytest.fixture
def business(db: None) -> Business:
    return open_business()
