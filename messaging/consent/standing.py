"""A phone's standing towards the organization, and what changes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from audit import events
from audit.record import current
from messaging import locks, news
from messaging.models import ConsentChange, Message, OptOut
from messaging.models.consent import ConsentKind, ConsentSource
from messaging.outbound import canceling
from snoutos.accounts.models import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing a phone, the provider or the owner said. `at` is the provider's time where there is one."""

    organization_id: int
    e164: str
    kind: ConsentKind
    source: ConsentSource
    at: datetime
    words: str = ""
    message: Message | None = None
    by: User | None = None

    @property
    def thread_id(self) -> int | None:
        """The thread it was said in."""
        return self.message.thread_id if self.message else None


def is_opted_out(organization_id: int, e164: str) -> bool:
    """Whether nothing may be sent to the phone. Certain only while the phone is held (`locks.phone_shared`)."""
    found: bool = OptOut.objects.of(organization_id).filter(e164=e164, is_in_force=True).exists()
    return found


def apply(change: Change) -> OptOut | None:
    """Record `change` and let it take effect when it is newer than what stands; STOP wins ties. Returns the standing, if any.

    An opt-out cancels everything queued to the phone over all of the organization's numbers. Takes the phone exclusively: call it before
    any thread is locked, or with the phone already held.
    """
    locks.phone(change.organization_id, change.e164)
    standing: OptOut | None = OptOut.objects.of(change.organization_id).filter(e164=change.e164).first()
    if change.kind == ConsentKind.HELP:
        _keep(change, standing)
        _record(change, standing)
        return standing
    if standing is None or _is_newer(change, standing):
        standing = _set(change, standing)
    kept = _keep(change, standing)
    _record(change, standing)
    if change.kind == ConsentKind.OPTED_OUT and standing.is_in_force:
        news.opted_out(organization_id=change.organization_id, change_id=kept.pk, thread_id=change.thread_id)
        canceling.cancel_to_phone(change.organization_id, change.e164, reason="opted_out", at=change.at)
    return standing


def _is_newer(change: Change, standing: OptOut) -> bool:
    if change.at == standing.changed_at:
        return change.kind == ConsentKind.OPTED_OUT
    return change.at > standing.changed_at


def _set(change: Change, standing: OptOut | None) -> OptOut:
    row = standing or OptOut(organization_id=change.organization_id, e164=change.e164)
    row.is_in_force = change.kind == ConsentKind.OPTED_OUT
    row.changed_at, row.source = change.at, change.source
    row.save()
    return row


def _keep(change: Change, standing: OptOut | None) -> ConsentChange:
    kept: ConsentChange = ConsentChange.objects.create(
        organization_id=change.organization_id,
        opt_out=standing,
        e164=change.e164,
        kind=change.kind,
        words=change.words[:40],
        source=change.source,
        message=change.message,
        by=change.by,
        at=change.at,
    )
    return kept


def _record(change: Change, standing: OptOut | None) -> None:
    organization_id, thread_id, source = change.organization_id, change.thread_id, change.source
    opt_out_id = standing.pk if standing else None
    if change.kind == ConsentKind.HELP:
        event = events.consent_help_requested(
            organization_id=organization_id, opt_out_id=opt_out_id, thread_id=thread_id, source=source
        )
    else:
        assert opt_out_id is not None  # noqa: S101  (only HELP leaves none)
        said = events.consent_opted_out if change.kind == ConsentKind.OPTED_OUT else events.consent_opted_in
        event = said(
            organization_id=organization_id, opt_out_id=opt_out_id, thread_id=thread_id, source=source
        )
    current().record(event)
