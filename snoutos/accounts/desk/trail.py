"""The port by which the desk reaches the audit trail, which stands above this floor."""

from __future__ import annotations

from typing import Any, Protocol

from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest

from snoutos.accounts.models import Organization, User


class Recorder(Protocol):
    """Writes one audit event of `verb` by `by`, in the running transaction."""

    def __call__(self, verb: str, *, by: User, **facts: Any) -> None: ...


class _Trail:
    recorder: Recorder | None = None


def record_with(recorder: Recorder) -> None:
    """Hand in the audit trail. Called once, by `audit.admin`."""
    _Trail.recorder = recorder


def record(request: HttpRequest, verb: str, **facts: Any) -> None:
    """Record `verb` by whoever is signed in.

    Raises ImproperlyConfigured when no trail was handed in: nothing goes unrecorded.
    """
    if _Trail.recorder is None:
        raise ImproperlyConfigured("No audit trail was handed to the desk.")
    _Trail.recorder(verb, by=person(request), **facts)


def person(request: HttpRequest) -> User:
    """Who is signed in. Raises PermissionDenied when nobody is."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def organization_of(request: HttpRequest) -> Organization | None:
    """The organization of whoever is signed in; None for nobody and for operators."""
    return request.user.organization if isinstance(request.user, User) else None
