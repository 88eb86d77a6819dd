"""An alert has the button that solves it: that of the page about its subject, for whoever may press it there."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from audit.models import Alert
from audit.registry import ALERTS, SUBJECTS, AlertKind, alert_kind
from messaging import alerts
from messaging.models import Sitter
from policy import alerts as policy_alerts
from snoutos.accounts.roles import Role
from tests.business import Business, open_business
from tests.factories import UserFactory
from tests.messaging.alerting.steps import raise_alert

pytestmark = pytest.mark.django_db


LEADS = '<a href="/admin/review/" class="text-link">Open the review</a>'


def page_of(alert: Alert, browser: Browser) -> Any:
    return browser.get(reverse("admin:audit_alert_change", args=[alert.public_id]))


def locked(business: Business) -> Alert:
    Sitter.objects.filter(pk=business.sitter.pk).update(sending_locked_at=timezone.now())
    ids = {"organization_id": business.organization.pk, "sitter_id": business.sitter.pk}
    return raise_alert(policy_alerts.sitter_locked(**ids))


@pytest.mark.parametrize("kind", [one for one in ALERTS.values() if one.solved_by], ids=lambda one: one.code)
def test_the_buttons_that_are_named_exist(kind: AlertKind[...]) -> None:
    page: Any = admin.site._registry[apps.get_model(SUBJECTS[kind.subject].model)]
    assert set(kind.solved_by) <= set(page.actions_detail)


@pytest.mark.parametrize("kind", [one for one in ALERTS.values() if one.solved_at], ids=lambda one: one.code)
@pytest.mark.parametrize("role", [Role.OWNER, Role.STAFF])
def test_the_pages_that_are_named_open(kind: AlertKind[...], role: str, business: Business) -> None:
    assert kind.solved_at is not None
    browser = Browser()
    browser.force_login(
        UserFactory(organization=business.organization, role=role),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    assert browser.get(reverse(kind.solved_at[1])).status_code == 200


def test_a_locked_sitter_is_unlocked_from_the_alert(business: Business) -> None:
    alert, browser = locked(business), business.signed_in()
    button = reverse("admin:messaging_sitter_lift_lock", args=[business.sitter.public_id])
    assert button in page_of(alert, browser).content.decode()
    browser.post(button, {"_form_submitted": "on"})
    assert not Sitter.objects.get(pk=business.sitter.pk).sending_locked_at
    alert.refresh_from_db()
    assert button not in page_of(alert, browser).content.decode(), "it is offered while it does something"


def test_an_alert_with_a_page_leads_there_while_it_is_open(business: Business) -> None:
    ids = {"organization_id": business.organization.pk}
    waiting = raise_alert(alerts.review_waiting(**ids, waiting=2, minutes=20))
    browser = business.signed_in()
    assert LEADS in (page := page_of(waiting, browser).content.decode())
    assert "What solves it" in page
    Alert.objects.filter(pk=waiting.pk).update(
        state="resolved", resolved_automatically=True, resolved_at=waiting.last_at
    )
    assert LEADS not in (page := page_of(waiting, browser).content.decode())
    assert "What solves it" not in page, "a line that leads nowhere is not there"


def test_another_business_has_no_such_page(business: Business) -> None:
    alert = locked(business)
    assert page_of(alert, open_business("Elsewhere").signed_in()).status_code == 404


def test_a_subject_of_another_business_has_no_button_here(business: Business) -> None:
    other = open_business("Elsewhere")
    ids = {"organization_id": business.organization.pk, "sitter_id": other.sitter.pk}
    alert = raise_alert(policy_alerts.sitter_locked(**ids))
    assert str(other.sitter.public_id) not in page_of(alert, business.signed_in()).content.decode()


def test_a_kind_that_is_stored_with_a_number_is_found() -> None:
    assert alert_kind("policy.sitter_locked") is ALERTS["policy.sitter_locked"]
    assert alert_kind("policy.sitter_locked.12") is ALERTS["policy.sitter_locked"]
    assert alert_kind("policy.made_up") is None
