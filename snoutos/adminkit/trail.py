"""What the desk itself changes leaves its event beside the change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from audit.record import Actor, recording
from audit.types import Event
from snoutos.accounts.models import Organization, User


def record(request: HttpRequest, verb: Callable[..., Event], **facts: Any) -> None:
    """Record `verb` of the organization of whoever is signed in, by them, in the running transaction."""
    by = person(request)
    with transaction.atomic(), recording(actor=Actor.user(by.pk), at=timezone.now()) as trail:
        trail.record(verb(organization_id=by.organization_id, **facts))


def person(request: HttpRequest) -> User:
    """Who is signed in. Raises PermissionDenied when nobody is."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def organization_of(request: HttpRequest) -> Organization | None:
    """The organization of whoever is signed in; None for nobody and for operators."""
    return request.user.organization if isinstance(request.user, User) else None
