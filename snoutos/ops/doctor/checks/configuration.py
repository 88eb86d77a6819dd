"""The configuration: what is right for a developer's machine only must not be in use where the provider calls."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.core.checks import ERROR, run_checks

from snoutos.ops import connection_budget, startup
from snoutos.ops.doctor.registry import check


@check(
    "configuration.not_for_production",
    subject="setting",
    wrong="Is only right for a rehearsal",
    do="`manage.py check --deploy` says in a sentence what to set",
)
def not_for_production(at: datetime) -> Iterator[str]:
    """The system checks of our own. An address that only this machine can reach is a rehearsal: the provider cannot call it."""
    if startup.is_this_machine(settings.PUBLIC_BASE_URL):
        return
    if settings.DEBUG:
        yield "DEBUG"
    messages = run_checks(include_deployment_checks=True)
    # Django keeps its checks in a set.
    yield from sorted(
        str(one.id) for one in messages if one.level >= ERROR and str(one.id).startswith("snoutos.")
    )


@check(
    "configuration.connections",
    subject="connections",
    wrong="More than PostgreSQL offers, so under load texts and pages fail waiting for one",
    do="raise `max_connections`, or configure fewer processes: docs/deploying.md adds them up",
)
def connections_suffice(at: datetime) -> Iterator[str]:
    """The pools of all processes that the environment names fit into the server's limit."""
    if connection_budget.wanted() > connection_budget.offered():
        yield str(connection_budget.wanted())
