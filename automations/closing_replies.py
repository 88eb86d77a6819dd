"""Answers that a business gives by itself while it is closed: each must say whom to call in an emergency."""

from __future__ import annotations

from automations.content import Content, templates
from automations.content import parse as parse_content
from automations.errors import EmergencyContactInUse, EmergencyContactNeeded
from automations.models import AutomationVersion, VersionState
from snoutos.accounts.models import Organization

# What a client has just done, and what says that nobody reads it now.
_TRIGGERS = frozenset({"message.received", "message.unanswered", "thread.opened"})
_CLOSED = frozenset({("time.is_business_hours", "is_no"), ("time.is_quiet", "is_yes")})
VARIABLE = "business.emergency_contact"


def is_one(content: Content) -> bool:
    """Whether it answers clients while the business is closed, or at night."""
    asked = {(leaf.field.name, leaf.operator.name) for leaf in content.conditions.leaves()}
    speaks = any(spec.kind == "text_client" for spec in content.actions)
    about_a_sitter = "sitter" in (content.trigger.values.get("author"), content.trigger.values.get("waiting"))
    return speaks and not about_a_sitter and content.trigger.kind in _TRIGGERS and bool(asked & _CLOSED)


def require_emergency_contact(organization: Organization, version: AutomationVersion) -> None:
    """Raise EmergencyContactNeeded when `version` is such an answer and does not tell clients the contact that is set."""
    content = _content_of(version)
    if not is_one(content):
        return
    contact = Organization.objects.get(pk=organization.pk).emergency_contact
    if not contact:
        raise EmergencyContactNeeded
    if not _says(content, contact):
        raise EmergencyContactNeeded(
            "This replies while you're closed, so its text must say whom to call: put {{ business.emergency_contact }} in it."
        )


def require_none(organization: Organization) -> None:
    """Raise EmergencyContactInUse while an automation that is turned on tells clients the contact: it must not go away under it."""
    active = (
        AutomationVersion.objects.of(organization)
        .filter(state=VersionState.ACTIVE)
        .select_related("automation")
    )
    for version in active.order_by("pk"):
        content = _content_of(version)
        if is_one(content) and any(VARIABLE in templates.names_used(text) for text in _texts(content)):
            raise EmergencyContactInUse(
                f"“{version.automation.name}” tells clients this contact. Pause that automation first."
            )


def _says(content: Content, contact: str) -> bool:
    """Whether each text to the client has the contact in it, word for word, in an ordinary case."""
    sample = templates.sample(content.trigger.groups)
    business = sample["business"]
    assert isinstance(business, dict)  # noqa: S101 -- for the type checker
    business["emergency_contact"] = contact
    return all(_renders(text, sample, contact) for text in _texts(content))


def _renders(text: str, sample: dict[str, object], contact: str) -> bool:
    try:
        return contact in templates.render(text, sample)
    except templates.TemplateError:
        return False


def _texts(content: Content) -> list[str]:
    return [spec.text("body") for spec in content.actions if spec.kind == "text_client"]


def _content_of(version: AutomationVersion) -> Content:
    return parse_content(version.content, lane=version.lane, is_urgent=version.is_urgent)
