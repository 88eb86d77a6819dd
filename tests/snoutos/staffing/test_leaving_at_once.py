"""A sitter leaves while others give them visits, change their phone and text: the second is told, and nothing of theirs stays open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from messaging.assignments import windows
from messaging.errors import MessagingError
from messaging.models import AssignmentWindow, Participant, Sitter, WebhookReceipt
from messaging.models.threads import Role, ThreadKind
from messaging.phones import moving
from messaging.phones import sitters as sitter_phones
from snoutos.staffing import offboarding
from tests.business import Business, another_client, number_of, open_business, stranger
from tests.messaging.people.test_claiming_at_once import told
from tests.messaging.people.test_starting_at_once import at_once, writes

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 8


def jobs(business: Business) -> list[Callable[[], object]]:
    """Two who let the sitter go, and everything that touches the same rows."""
    by, sitter, thread = business.owner, business.sitter, business.thread()
    business.window(thread, begins=-1, ends=3)
    _, sams = another_client(business)
    own = business.text("Hi Ana", sender=sams, to=business.sitter_number.e164).thread
    other, at = number_of(business.account, "front_desk"), timezone.now()
    begins, ends = at + timedelta(days=1), at + timedelta(days=2)

    def gives_a_visit() -> object:
        return windows.create(
            thread=own, sitter=sitter, starts_at=begins, ends_at=ends, by=by, at=timezone.now()
        )

    return [
        told(lambda: offboarding.offboard(sitter, by=by, at=timezone.now())),
        told(lambda: offboarding.offboard(sitter, by=by, at=timezone.now())),
        told(gives_a_visit),
        told(lambda: sitter_phones.change_phone(sitter, new=stranger(), by=by, at=timezone.now())),
        told(lambda: moving.move(own, other, by=by, at=timezone.now())),
        writes(business, business.client_phone),
        writes(business, sams),
    ]


def test_one_lets_them_go_and_nothing_of_theirs_stays_open() -> None:
    for round_ in range(ROUNDS):
        business = open_business()
        asked = jobs(business)
        found = at_once(*(asked if round_ % 2 else reversed(asked)))
        left = [one for one in found if isinstance(one, offboarding.Leaving)]
        assert len(left) == 1, found
        assert any(isinstance(one, MessagingError) for one in found)
        sitter = Sitter.objects.get(pk=business.sitter.pk)
        assert not sitter.is_active
        lines = Participant.objects.filter(sitter=sitter, role=Role.SITTER, left_at=None)
        assert not lines.filter(thread__kind=ThreadKind.CARE).exists()
        ahead = AssignmentWindow.objects.filter(sitter=sitter, canceled_at=None, ends_at__gt=timezone.now())
        assert not ahead.exists()
        assert (
            not WebhookReceipt.objects.filter(organization=business.organization)
            .exclude(state="done")
            .exists()
        )
