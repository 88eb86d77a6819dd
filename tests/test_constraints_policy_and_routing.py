"""Each constraint of decisions, violations and screening rules, broken once, by name."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from policy.models import AllowedContact, ScreeningRule, Violation
from routing.models import RoutingDecision
from tests.business import Business, open_business
from tests.constraints import breaks
from tests.refusals import refusal


@breaks("routingdecision_one_per_message")
def test_a_message_is_decided_about_once(business: Business) -> None:
    decision = RoutingDecision.objects.get(message=business.text("Hello"))
    values = {f.attname: getattr(decision, f.attname) for f in RoutingDecision._meta.concrete_fields}
    del values["id"], values["public_id"]
    name = refusal(lambda: RoutingDecision.objects.create(**values))
    assert name == "routingdecision_one_per_message"


@breaks("violation_resolved_has_resolver_and_time")
def test_a_resolution_has_a_resolver_and_a_time(business: Business) -> None:
    business.text("call 619-701-0558")
    violation = Violation.objects.get()
    by, at = business.owner.pk, timezone.now()
    half: list[dict[str, Any]] = [
        {"resolution": "approved"},
        {"resolution": "approved", "resolved_at": at},
        {"resolution": "approved", "resolved_by": by},
        {"resolved_at": at},
        {"resolved_by": by},
        {"resolution": "canceled"},
    ]
    for values in half:
        name = refusal(lambda v=values: Violation.objects.filter(pk=violation.pk).update(**v))  # type: ignore[misc]
        assert name == "violation_resolved_has_resolver_and_time", values
    whole = Violation.objects.filter(pk=violation.pk)
    assert whole.update(resolution="approved", resolved_by=by, resolved_at=at) == 1
    assert whole.update(resolution="canceled", resolved_by=None) == 1


@breaks("allowedcontact_once_per_organization")
def test_a_contact_is_allowed_once(business: Business) -> None:
    def allow(whose: Business) -> None:
        AllowedContact.objects.create(organization=whose.organization, kind="domain", value="vet.example")

    allow(business)
    allow(open_business("Paws"))
    assert refusal(lambda: allow(business)) == "allowedcontact_once_per_organization"


def rule(business: Business, author: str, kind: str, action: str) -> None:
    ScreeningRule.objects.create(
        organization=business.organization, author_kind=author, finding_kind=kind, action=action
    )


@breaks("screeningrule_one_per_author_and_kind")
def test_there_is_one_choice_for_author_and_kind(business: Business) -> None:
    rule(business, "owner", "url", "allow")
    name = refusal(lambda: rule(business, "owner", "url", "warn"))
    assert name == "screeningrule_one_per_author_and_kind"


@breaks("screeningrule_sitter_phone_is_held")
def test_a_sitters_phone_number_is_always_held(business: Business) -> None:
    for action in ("allow", "warn", "redact"):
        name = refusal(lambda a=action: rule(business, "sitter", "phone", a))  # type: ignore[misc]
        assert name == "screeningrule_sitter_phone_is_held"
    rule(business, "sitter", "phone", "hold")
