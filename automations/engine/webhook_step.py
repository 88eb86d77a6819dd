"""What leaves this installation: signed calls to other systems, and e-mail to the owner. Made outside any transaction, tried four times.

A process that dies in the middle of a call leaves the step `calling`; it is called again with the same key when its time is up. So the
other system may hear of one step twice and tells it by the key.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse

from automations.content.actions import Spec
from automations.engine import webhooks
from automations.engine.context import Situation
from automations.models import Execution, Step
from messaging.timing import scaled
from snoutos.accounts.models import User
from snoutos.accounts.roles import Role
from snoutos.core import mail

LEASE = timedelta(seconds=60)
AGAIN_AFTER = (scaled(minutes=1), scaled(minutes=5), scaled(minutes=15))


@dataclass(frozen=True, slots=True)
class Answer:
    """How a call ended: `reason` is empty when it worked; `again` whether trying once more can help."""

    reason: str = ""
    again: bool = False


def call(execution: Execution, step: Step, spec: Spec, situation: Situation, *, at: datetime) -> Answer:
    """Make the call of a step. Raises nothing that another system or the network can bring about."""
    if spec.kind == "notify_owner":
        return _email(execution, step, spec)
    try:
        webhooks.post(
            url=spec.text("url"),
            body=body_of(execution, situation),
            secret=execution.automation.webhook_secret,
            key=str(step.public_id),
            at=at,
            depth=execution.depth + 1,
        )
    except webhooks.AddressRefused:
        return Answer("address_refused")
    except webhooks.CallFailed as error:
        return Answer(error.code, again=error.retry)
    return Answer()


def body_of(execution: Execution, situation: Situation) -> dict[str, object]:
    """What another system is told: which rows it is about, by their public ids. It reads them by API; nobody's words are in it."""
    rows = {
        "thread": situation.thread,
        "client": situation.client,
        "sitter": situation.sitter,
        "message": situation.message,
        "window": situation.window,
        "visit": situation.window.visit if situation.window is not None else None,
        "delivery": situation.delivery,
        "event": situation.event,
    }
    return {
        "automation": str(execution.automation.public_id),
        "execution": str(execution.public_id),
        "trigger": execution.version.trigger_kind,
        "at": execution.created_at.isoformat(),
        **{name: str(row.public_id) for name, row in rows.items() if row is not None},
    }


def _email(execution: Execution, step: Step, spec: Spec) -> Answer:
    """The alert's sentence by e-mail to every owner who signs in, with the way to the conversation and nobody's words."""
    owners = User.objects.filter(
        organization_id=execution.organization_id, role=Role.OWNER, is_active=True
    ).values_list("email", flat=True)
    body = (
        f"{spec.text('say')}\n\n{_link(execution)}\n\nThe automation “{execution.automation.name}” sent this."
    )
    for number, address in enumerate(owners):
        key = f"{step.public_id}.{number}"
        fate = mail.send(to=address, subject=f"SnoutOS: {spec.text('say')}", body=body, key=key)
        if isinstance(fate, mail.NotSent):
            # The alert stands in the desk all the same.
            return Answer("mail_off" if fate.reason == mail.OFF else "mail_failed", again=fate.again)
        if isinstance(fate, mail.Unknown):
            return Answer("mail_unknown")
    return Answer()


def _link(execution: Execution) -> str:
    if execution.thread is None:
        rule = reverse("admin:automations_automation_change", args=[execution.automation.public_id])
        return f"{settings.PUBLIC_BASE_URL}{rule}"
    page = reverse("admin:conversation", args=[execution.thread.public_id])
    return f"{settings.PUBLIC_BASE_URL}{page}"
