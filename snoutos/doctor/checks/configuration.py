"""The configuration: what is right for a developer's machine only must not be in use where the provider calls."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import ERROR, run_checks

from snoutos.doctor.registry import check

_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")


@check(
    "configuration.not_for_production",
    subject="setting",
    wrong="Is right for a rehearsal only",
    do="`manage.py check --deploy` says in a sentence what to set",
)
def not_for_production(at: datetime) -> Iterator[str]:
    """The system checks of our own. An address that only this machine can reach is a rehearsal: the provider cannot call it."""
    if urlsplit(settings.PUBLIC_BASE_URL).hostname in _THIS_MACHINE:
        return
    if settings.DEBUG:
        yield "DEBUG"
    for message in run_checks(include_deployment_checks=True):
        if message.level >= ERROR and str(message.id).startswith("snoutos."):
            yield str(message.id)
