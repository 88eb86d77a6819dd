"""What is done with rules: made, changed, switched on, paused, archived. Testing has its own module.

    draft → tested → active ⇄ paused → archived

Each in one transaction that holds the automation, with its audit event. The active version runs on while a draft beside it is changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from audit import alert_lifecycle
from audit.errors import PersonalDataError
from audit.pii_guard import refuse_contacts
from audit.record import Actor, current, recording
from automations import alerts, closing_replies, events, permissions
from automations import content as contents
from automations.content import Content
from automations.content.params import ContentError
from automations.engine import webhooks
from automations.errors import BadContent, NameTaken, NoDraft, NotPossible, NotTested, ReasonNeeded
from automations.models import Automation, AutomationVersion, Lane, VersionState
from automations.models.rules import EDITABLE, IN_FORCE, new_secret
from snoutos.accounts.models import Organization, User
from snoutos.core.dberrors import saving


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants an automation to do, as a form or a request sent it. `content` is checked by `draft_of`."""

    content: Mapping[str, Any]
    lane: str = Lane.FRONT_DESK
    is_urgent: bool = False
    urgent_reason: str = ""

    def read(self) -> Content:
        """The content, checked. Raises BadContent with the place and a sentence, or ReasonNeeded."""
        try:
            found = contents.parse(self.content, lane=self.lane, is_urgent=self.is_urgent)
        except ContentError as error:
            raise BadContent(error) from error
        for at, spec in enumerate(found.actions):
            if spec.kind == "call_webhook":
                _check_address(spec.text("url"), at)
            if spec.kind == "notify_owner":
                _check_alert(spec.text("say"), at)
        if self.is_urgent and not self.urgent_reason.strip():
            raise ReasonNeeded
        return found


def create(
    *, organization: Organization, name: str, wish: Wish, by: User, at: datetime, description: str = ""
) -> Automation:
    """A new automation with a draft. Raises BadContent, ReasonNeeded or NameTaken."""
    content = wish.read()
    with transaction.atomic(), recording(actor=Actor.user(by.pk), at=at):
        automation = Automation(
            organization=organization,
            name=name.strip()[:80],
            description=description.strip()[:300],
            created_by=by,
            created_at=at,
        )
        _save_named(automation)
        _write_draft(automation, content, wish, by, at)
        current().record(
            events.automation_created(organization_id=organization.pk, automation_id=automation.pk, version=1)
        )
        return automation


def rename(automation: Automation, *, name: str, description: str, by: User, at: datetime) -> Automation:
    """Give it another name or description: what it does stays as tested. Raises NameTaken."""
    with transaction.atomic(), recording(actor=Actor.user(by.pk), at=at):
        held = _hold(automation)
        held.name, held.description = name.strip()[:80], description.strip()[:300]
        _save_named(held)
        newest = held.versions.latest("number")
        current().record(events.automation_changed(**_ids(held), version=newest.number))
        return held


def change(automation: Automation, *, wish: Wish, by: User, at: datetime) -> AutomationVersion:
    """Rewrite the draft, or begin one beside what is in force. A draft whose content stays the same stays tested.

    Raises BadContent or ReasonNeeded; NotPossible for an archived automation.
    """
    content = wish.read()
    with transaction.atomic(), recording(actor=Actor.user(by.pk), at=at):
        held = _hold(automation)
        draft = _write_draft(held, content, wish, by, at)
        current().record(events.automation_changed(**_ids(held), version=draft.number))
        return draft


def activate(automation: Automation, *, by: User, at: datetime) -> AutomationVersion:
    """Switch the tested draft on; a version that was in force before is archived. What came due earlier does not set it off.

    Raises NoDraft, NotTested when exactly this content was not tested, or EmergencyContactNeeded for an answer while the business is closed
    that names nobody to call.
    """
    with transaction.atomic(), recording(actor=Actor.user(by.pk), at=at):
        held = _hold(automation)
        draft = draft_of(held)
        if draft is None:
            raise NoDraft
        if draft.state != VersionState.TESTED or draft.tested_digest != draft.digest:
            raise NotTested
        closing_replies.require_emergency_contact(held.organization, draft)
        held.versions.filter(state__in=IN_FORCE).update(state=VersionState.ARCHIVED)
        draft.state, draft.activated_at = VersionState.ACTIVE, at
        draft.save(update_fields=["state", "activated_at"])
        _forget_failures(held, at)
        current().record(events.automation_activated(**_ids(held), version=draft.number))
        return draft


def pause(automation: Automation, *, by: User, at: datetime) -> AutomationVersion:
    """Switch it off for now; what it had begun is canceled at its next step. Raises NotPossible when it is not active."""
    with transaction.atomic(), recording(actor=Actor.user(by.pk), at=at):
        held = _hold(automation)
        active: AutomationVersion | None = held.versions.filter(state=VersionState.ACTIVE).first()
        if active is None:
            raise NotPossible("It isn't turned on.")
        active.state, active.paused_reason = VersionState.PAUSED, ""
        active.save(update_fields=["state", "paused_reason"])
        current().record(events.automation_paused(**_ids(held), version=active.number, reason="owner"))
        return active


def resume(automation: Automation, *, by: User, at: datetime) -> AutomationVersion:
    """Switch a paused one on again. What came due meanwhile does not set it off. Raises NotPossible when it is not paused,
    EmergencyContactNeeded as `activate` does.
    """
    with transaction.atomic(), recording(actor=Actor.user(by.pk), at=at):
        held = _hold(automation)
        paused: AutomationVersion | None = held.versions.filter(state=VersionState.PAUSED).first()
        if paused is None:
            raise NotPossible("It isn't paused.")
        closing_replies.require_emergency_contact(held.organization, paused)
        paused.state, paused.paused_reason, paused.activated_at = VersionState.ACTIVE, "", at
        paused.save(update_fields=["state", "paused_reason", "activated_at"])
        _forget_failures(held, at)
        current().record(events.automation_activated(**_ids(held), version=paused.number))
        return paused


def archive(automation: Automation, *, by: User, at: datetime) -> Automation:
    """Put it away for good; its log stays. What it had begun is canceled at its next step. Raises NotPossible when it is archived."""
    with transaction.atomic(), recording(actor=Actor.user(by.pk), at=at):
        held = _hold(automation)
        held.versions.exclude(state=VersionState.ARCHIVED).update(state=VersionState.ARCHIVED)
        held.archived_at = at
        held.save(update_fields=["archived_at"])
        current().record(events.automation_archived(**_ids(held)))
        return held


def change_secret(automation: Automation, *, by: User, at: datetime) -> Automation:
    """A new key for its signed calls; the old one signs nothing more. Raises NotAllowed for anybody but an owner."""
    permissions.CHANGE_SECRET.require(by)
    with transaction.atomic(), recording(actor=Actor.user(by.pk), at=at):
        held = _hold(automation)
        held.webhook_secret = new_secret()
        held.save(update_fields=["webhook_secret"])
        current().record(events.automation_secret_changed(**_ids(held)))
        return held


def draft_of(automation: Automation) -> AutomationVersion | None:
    """The version that can be edited, if there is one."""
    found: AutomationVersion | None = automation.versions.filter(state__in=EDITABLE).first()
    return found


def in_force(automation: Automation) -> AutomationVersion | None:
    """The active or paused version, if there is one."""
    found: AutomationVersion | None = automation.versions.filter(state__in=IN_FORCE).first()
    return found


def _check_address(url: str, at: int) -> None:
    try:
        webhooks.check(url)
    except webhooks.AddressRefused as error:
        raise BadContent(ContentError(f"actions.{at}.url", error.sentence)) from error


def _check_alert(say: str, at: int) -> None:
    """Alerts refuse such sentences when they are raised: better to hear of it now than by a rule that fails."""
    try:
        refuse_contacts(say=say)
    except PersonalDataError as error:
        sentence = "An alert is one line without a phone number, address or link: say what to look at."
        raise BadContent(ContentError(f"actions.{at}.say", sentence)) from error


def _hold(automation: Automation) -> Automation:
    held: Automation = Automation.objects.select_for_update(no_key=True).get(pk=automation.pk)
    if held.archived_at is not None:
        raise NotPossible("It's archived.")
    return held


def _write_draft(
    automation: Automation, content: Content, wish: Wish, by: User, at: datetime
) -> AutomationVersion:
    draft = draft_of(automation)
    if draft is None:
        newest = automation.versions.order_by("-number").first()
        draft = AutomationVersion(
            organization_id=automation.organization_id,
            automation=automation,
            number=newest.number + 1 if newest else 1,
            created_by=by,
            created_at=at,
        )
    draft.lane, draft.trigger_kind = wish.lane, content.trigger.kind
    draft.content, draft.digest = contents.to_json(content), content.digest
    draft.is_urgent = wish.is_urgent
    draft.urgent_reason = wish.urgent_reason.strip()[:200] if wish.is_urgent else ""
    is_tested = draft.pk is not None and draft.tested_digest == draft.digest
    draft.state = VersionState.TESTED if is_tested else VersionState.DRAFT
    draft.save()
    return draft


def _save_named(automation: Automation) -> None:
    if not automation.name:
        raise BadContent(ContentError("name", "Give the automation a name."))
    with saving("automation_name_once_per_organization", NameTaken):
        automation.save()


def _forget_failures(automation: Automation, at: datetime) -> None:
    Automation.objects.filter(pk=automation.pk).update(failures_in_row=0)
    alert_lifecycle.settle(
        alerts.automation_paused, organization_id=automation.organization_id, subject_id=automation.pk, at=at
    )


def _ids(automation: Automation) -> dict[str, int]:
    return {"organization_id": automation.organization_id, "automation_id": automation.pk}
