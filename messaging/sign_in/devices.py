"""The browsers in which the sitter page is used: known by their session, shown to their sitter and to owners, revoked by either."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from audit.record import Actor, current, recording
from messaging import events
from messaging.models import Sitter, SitterDevice, SitterLink
from messaging.sign_in import links
from snoutos.accounts.models import User
from snoutos.accounts.roles import Role

# How exact `last_used_at` is: a page that refreshes itself writes no more often.
NOTED_AFTER = timedelta(minutes=5)

_BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome"),
             ("SamsungBrowser", "Samsung Internet"), ("Chrome", "Chrome"), ("Safari", "Safari"))  # fmt: skip
_SYSTEMS = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Win64", "PC"),
            ("Macintosh", "Mac"), ("Linux", "Linux"))  # fmt: skip


def seen(sitter: Sitter, user: User, session_key: str, *, agent: str, at: datetime) -> SitterDevice | None:
    """The browser with this session, on `sitter`'s list from now on and used `at`; None once it was revoked."""
    found: SitterDevice | None = SitterDevice.objects.filter(session_key=session_key).first()
    if found is None:
        return _added(sitter, user, session_key, agent, at)
    if found.revoked_at is not None or found.sitter_id != sitter.pk:
        return None
    if at - found.last_used_at >= NOTED_AFTER:
        SitterDevice.objects.filter(pk=found.pk, last_used_at__lt=at).update(last_used_at=at)
    return found


def here(sitter: Sitter, session_key: str | None) -> SitterDevice | None:
    """The browser with this session, where it is on `sitter`'s list."""
    found: SitterDevice | None = SitterDevice.objects.filter(sitter=sitter, session_key=session_key).first()
    return found


def signed_in(sitter: Sitter | None, at: datetime) -> QuerySet[SitterDevice]:
    """The browsers in which `sitter` is signed in at `at`, last used first; of nobody none."""
    session = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=at)
    rows: QuerySet[SitterDevice] = SitterDevice.objects.filter(sitter=sitter, revoked_at=None)
    return rows.filter(Exists(session)).order_by("-last_used_at", "pk")


def revoke(device: SitterDevice, *, by: User, at: datetime) -> bool:
    """Sign that browser out, at once and for good; whether it was signed in. `by` is its sitter, or whoever may sign sitters in."""
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        return _end(SitterDevice.objects.filter(pk=device.pk), at) > 0


def sign_out_everywhere(sitter: Sitter, *, by: User | None, at: datetime) -> int:
    """End every browser's session and every link nobody has used yet; how many browsers that was."""
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        links.revoke(sitter, at)
        return _end(SitterDevice.objects.filter(sitter=sitter), at)


def end_all(sitter: Sitter, at: datetime) -> None:
    """As `sign_out_everywhere`, inside a recording transaction, when the sitter leaves or has another phone.

    Who works in the office too stays signed in there.
    """
    links.revoke(sitter, at)
    if sitter.user is None or sitter.user.role == Role.SITTER:
        _end(SitterDevice.objects.filter(sitter=sitter), at)


def forget(at: datetime, *, after: timedelta) -> int:
    """Delete what is over for longer than `after`: links that ran out, and browsers without a session. How many rows."""
    session = Session.objects.filter(session_key=OuterRef("session_key"))
    gone = Q(revoked_at__lt=at - after) | Q(~Exists(session), last_used_at__lt=at - after)
    devices, _ = SitterDevice.objects.filter(gone).delete()
    old, _ = SitterLink.objects.filter(expires_at__lt=at - after).delete()
    return int(devices + old)


def called(agent: str) -> str:
    """What people call the browser that says `agent` of itself: "Safari on iPhone"."""
    browser = next((name for sign, name in _BROWSERS if sign in agent), "A browser")
    system = next((name for sign, name in _SYSTEMS if sign in agent), "")
    return f"{browser} on {system}" if system else browser


def _added(sitter: Sitter, user: User, session_key: str, agent: str, at: datetime) -> SitterDevice | None:
    with transaction.atomic(), recording(actor=Actor.user(user.pk), at=at):
        row = SitterDevice(
            organization_id=sitter.organization_id,
            sitter=sitter,
            user=user,
            name=called(agent),
            session_key=session_key,
            created_at=at,
            last_used_at=at,
        )
        # Two pages opened at once: one makes the row.
        SitterDevice.objects.bulk_create([row], ignore_conflicts=True)
        made: SitterDevice = SitterDevice.objects.get(session_key=session_key)
        if made.public_id == row.public_id:
            ids = {"organization_id": sitter.organization_id, "sitter_id": sitter.pk}
            current().record(events.sitter_device_added(**ids, device_id=made.pk))
    return made if made.revoked_at is None and made.sitter_id == sitter.pk else None


def _end(devices: QuerySet[SitterDevice], at: datetime) -> int:
    """Revoke those of `devices` that are not, with their sessions, inside a recording transaction; how many."""
    live = list(devices.filter(revoked_at=None).select_for_update(no_key=True).order_by("pk"))
    Session.objects.filter(session_key__in=[one.session_key for one in live]).delete()
    devices.model.objects.filter(pk__in=[one.pk for one in live]).update(revoked_at=at)
    for one in live:
        current().record(
            events.sitter_device_revoked(
                organization_id=one.organization_id, sitter_id=one.sitter_id, device_id=one.pk
            )
        )
    return len(live)
