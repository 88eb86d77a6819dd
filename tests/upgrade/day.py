"""A day after the upgrade, in a process of its own: `python -m tests.upgrade.day` texts, and opens every page as each owner."""

from __future__ import annotations

import sys

import django

django.setup()

from datetime import timedelta  # noqa: E402
from urllib.parse import urlencode  # noqa: E402

from django.conf import settings  # noqa: E402
from django.contrib import admin  # noqa: E402
from django.test import Client as Browser  # noqa: E402
from django.test import override_settings  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from messaging.models import Message, MessageNumber, Thread  # noqa: E402
from messaging.providers.signature import sign  # noqa: E402
from snoutos.accounts.models import Organization, User  # noqa: E402


def open_everything(owner: User, browser: Browser) -> int:
    """How many pages opened; raises on the first that did not."""
    paths = [f"{reverse('admin:index')}", reverse("admin:inbox")]
    for thread in Thread.objects.of(owner.organization_id):
        paths.append(reverse("admin:conversation", args=[thread.public_id]))
    for model in admin.site._registry:
        paths.append(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"))
    for path in paths:
        answer = browser.get(path, follow=True)
        assert answer.status_code in (200, 403), (path, answer.status_code)
    return len(paths)


def text(organization: Organization) -> None:
    """A client who wrote before writes again, and lands in the same conversation."""
    number = MessageNumber.objects.of(organization).filter(role="front_desk", state="active").first()
    assert number is not None
    before = Message.objects.of(organization).filter(author_kind="client", thread__state="open")
    known = before.filter(participant__number=number, participant__left_at=None).latest("pk")
    assert known.participant is not None
    params = {
        "MessageSid": f"SM{organization.pk:032x}", "AccountSid": number.account.sid, "From": known.participant.e164,
        "To": number.e164, "Body": "Are you still there?", "NumMedia": "0", "SmsStatus": "received",
    }  # fmt: skip
    path = "/webhooks/twilio/inbound"
    signed = sign(url=f"{settings.PUBLIC_BASE_URL}{path}", params=params, token=number.account.auth_token)
    answer = Browser().post(
        path,
        urlencode(params),
        content_type="application/x-www-form-urlencoded",
        headers={"X-Twilio-Signature": signed},
    )
    assert answer.status_code == 200, answer.content
    came = Message.objects.of(organization).get(provider_sid=params["MessageSid"])
    assert came.thread_id == known.thread_id
    assert came.created_at > timezone.now() - timedelta(minutes=1)


PLAIN = {
    "ALLOWED_HOSTS": ["testserver"],
    "SECURE_SSL_REDIRECT": False,
    # Files are served from where they are: nothing was collected here.
    "STORAGES": {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    },
}


def main() -> None:
    for organization in Organization.objects.order_by("pk"):
        owner = User.objects.filter(organization=organization, role="owner").first()
        assert owner is not None
        browser = Browser()
        browser.force_login(owner)
        text(organization)
        sys.stdout.write(f"{organization.name}: {open_everything(owner, browser)} pages\n")


with override_settings(**PLAIN):
    main()
