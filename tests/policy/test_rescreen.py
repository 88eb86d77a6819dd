"""`manage.py rescreen` reports what the present rules would change, and changes nothing."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from audit.models import AuditEvent
from messaging.models import Message
from policy.models import AllowedContact, Violation
from tests.business import Business
from tests.messaging.review.held import NUMBER, hold

pytestmark = pytest.mark.django_db


def rescreen(capsys: pytest.CaptureFixture[str], *options: str) -> str:
    capsys.readouterr()
    call_command("rescreen", *options)
    return capsys.readouterr().out


def test_with_the_same_rules_nothing_would_change(
    business: Business, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also not for the pieces of one number: what came after a text is none of its earlier ones."""
    for piece in ("my number: 619", "701", "0558"):
        business.text(piece)
    hold(business)
    assert Violation.objects.count() == 2
    assert "Nothing would change." in rescreen(capsys)


def test_what_would_change_is_counted_and_nothing_is_changed(
    business: Business, capsys: pytest.CaptureFixture[str]
) -> None:
    message = hold(business)
    AllowedContact.objects.create(organization=business.organization, kind="phone", value=NUMBER)
    before = AuditEvent.objects.count(), Violation.objects.values_list("action", "resolution").get()
    said = rescreen(capsys, "--organization", str(business.organization.public_id))
    assert "1  sitter: hold → allow" in said
    assert Message.objects.get(pk=message.pk).state == "held"
    assert (
        AuditEvent.objects.count(),
        Violation.objects.values_list("action", "resolution").get(),
    ) == before
