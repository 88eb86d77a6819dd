"""Allowing a number or domain from a held text: from now on, once, and the text leaves when nothing else was found in it."""

from __future__ import annotations

import pytest
from django.utils import timezone

from messaging.consent import changes as consent
from messaging.errors import NotAllowable, OptedOut
from messaging.models import Delivery, Message
from messaging.outbound.queue.submit import Author, submit
from messaging.review import allowing, decisions
from messaging.review.allowing import Allowed
from policy.models import AllowedContact, Violation
from policy.reader import read
from tests.business import Business, open_business
from tests.messaging.outbound.steps import mark, verbs_since
from tests.messaging.review.held import LEAK, NUMBER, hold

pytestmark = pytest.mark.django_db


def allow(
    business: Business, message: Message, value: str = "(212) 555-0147", kind: str = "phone"
) -> Allowed:
    return allowing.allow(message, kind=kind, value=value, by=business.owner, at=timezone.now())


def test_the_text_leaves_as_written_and_the_next_one_is_not_held(business: Business) -> None:
    message, before = hold(business), mark()
    done = allow(business, message)
    assert (done.contact.value, done.contact.added_by) == (NUMBER, business.owner)
    kept = Message.objects.get(pk=message.pk)
    assert (kept.state, kept.reviewed_by, read(kept)) == ("accepted", business.owner, LEAK)
    assert Delivery.objects.get(message=message).body == LEAK
    assert Violation.objects.get(message=message).resolution == "approved"
    assert {"policy.allowed_added", "review.approved"} <= set(verbs_since(before))
    author = Author.sitter_by_app(business.sitter, business.sitter_user)
    said = submit(thread=message.thread, author=author, body=f"Again: {LEAK}", at=timezone.now())
    assert said.message.state == "accepted"


def test_with_something_else_in_it_the_text_waits_on(business: Business) -> None:
    message = hold(business, f"{LEAK} or mail ana.pets@gmail.com")
    done = allow(business, message)
    assert (done.message.state, done.refused) == ("held", None)
    assert AllowedContact.objects.get().value == NUMBER
    assert not Delivery.objects.exists()


def test_a_domain_lets_its_mailboxes_and_links_through(business: Business) -> None:
    message = hold(business, "Book at www.pawpost.example.com or mail us@example.com")
    assert allow(business, message, "https://www.example.com/book", "domain").message.state == "accepted"


def test_pieces_of_a_number_that_is_allowed_leave(business: Business) -> None:
    thread = business.thread()
    business.window(thread)
    author = Author.sitter_by_app(business.sitter, business.sitter_user)
    for piece in ("my cell: 619", "701"):
        submit(thread=thread, author=author, body=piece, at=timezone.now())
    last = hold(business, "0558", thread=thread)
    assert allow(business, last, "+16197010558").message.state == "accepted"


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("phone", "12"),
        ("phone", ""),
        ("domain", "nonsense"),
        ("domain", "gmail.com"),
        ("domain", "mail.yahoo.co.uk"),
        ("x", "y"),
    ],
)
def test_what_is_no_number_or_domain_or_everybodys_is_refused(
    business: Business, kind: str, value: str
) -> None:
    message, before = hold(business), mark()
    with pytest.raises(NotAllowable):
        allow(business, message, value, kind)
    assert verbs_since(before) == []
    assert not AllowedContact.objects.exists()


def test_what_is_allowed_already_is_recorded_once(business: Business) -> None:
    first, second = hold(business), hold(business)
    allow(business, first)
    before = mark()
    assert allow(business, second).message.state == "accepted"
    assert "policy.allowed_added" not in verbs_since(before)
    assert AllowedContact.objects.count() == 1


def test_a_decision_of_somebody_else_stands(business: Business) -> None:
    message = hold(business)
    decisions.reject(message, by=business.owner, note="no", at=timezone.now())
    assert allow(business, message).message.state == "rejected"
    assert not Delivery.objects.filter(message=message).exists()


def test_after_an_opt_out_the_number_is_allowed_and_nothing_leaves(business: Business) -> None:
    message = hold(business)
    consent.opt_out(business.organization, business.client_phone, by=business.owner, at=timezone.now())
    done = allow(business, message)
    assert isinstance(done.refused, OptedOut)
    assert Message.objects.get(pk=message.pk).state == "held"
    assert AllowedContact.objects.exists()
    assert not Delivery.objects.exists()


def test_another_business_allows_nothing_by_it(business: Business) -> None:
    allow(business, hold(business))
    other = open_business("Other")
    assert hold(other).state == "held"
