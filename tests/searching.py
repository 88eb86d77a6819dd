"""How far property tests search.

`ci`, the profile of `make test`, tries the same examples in every run: nobody's change fails on what an earlier one broke. `deep`, of
`make test-all`, tries more, other ones in every run; it prints the seed that `--hypothesis-seed` takes to try them again.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, TypeVar

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine

DEEPER = 5


class InOneTransaction(RuleBasedStateMachine):
    """A machine over the database: each example leaves nothing behind."""

    def __init__(self) -> None:
        super().__init__()
        self._block = transaction.atomic()
        self._block.__enter__()

    def teardown(self) -> None:
        """Whatever the example did is undone."""
        transaction.set_rollback(True)
        self._block.__exit__(None, None, None)


Case = TypeVar("Case")

# A busy machine draws slowly; what is drawn is checked all the same.
_BOTH: dict[str, Any] = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("ci", derandomize=True, database=None, **_BOTH)
settings.register_profile("deep", max_examples=100 * DEEPER, print_blob=True, **_BOTH)
settings.load_profile("ci")


def searched(examples: int, **more: Any) -> settings:
    """Settings of a property test that tries `examples`, and more of them in the deep search."""
    deep = settings.get_current_profile_name() == "deep"
    return settings(max_examples=examples * (DEEPER if deep else 1), **more)


def some(cases: Sequence[Case], count: int) -> Sequence[Case]:
    """`count` of many cases, the same ones each time; all of them in the deep search. A test that asks is marked `hypothesis`."""
    deep = settings.get_current_profile_name() == "deep"
    return cases if deep else random.Random(count).sample(cases, count)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Draw the seed of a deep search here, so that all processes of the run have the same."""
    if _is_deep(config) and config.getoption("hypothesis_seed") is None:
        config.option.hypothesis_seed = str(random.randrange(2**32))


def pytest_report_header(config: pytest.Config) -> str | None:
    return f"deep search, seed {config.getoption('hypothesis_seed')}" if _is_deep(config) else None


def _is_deep(config: pytest.Config) -> bool:
    return bool(config.getoption("hypothesis_profile") == "deep")
