"""What a sitter may read: conversations in their charge now, two weeks of them, nothing that is the owner's or another's."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from messaging.assignments import overrides, windows
from messaging.models import Message, Participant, Thread
from messaging.outbound.queue.submit import Author, add_note, submit
from routing import access
from snoutos.accounts.models import User
from tests.business import Business, another_client, open_business
from tests.factories import SitterFactory, UserFactory


def threads(user: User, hours: float = 0) -> set[Thread]:
    return set(access.threads(user, timezone.now() + timedelta(hours=hours)))


def bodies(user: User) -> set[str]:
    return set(access.messages(user, timezone.now()).values_list("body", flat=True))


def colleague(business: Business) -> User:
    user = UserFactory(organization=business.organization, role="sitter")
    SitterFactory(organization=business.organization, user=user, phone="")
    return user


def test_the_owner_reads_everything_of_the_business_and_nothing_else(business: Business) -> None:
    other = open_business("Paws")
    mine, theirs = business.text("mine"), other.text("theirs")
    assert threads(business.owner) == {mine.thread}
    assert bodies(business.owner) == {"mine"}
    assert bodies(other.owner) == {theirs.body}


def test_a_sitter_reads_only_while_a_window_runs(business: Business) -> None:
    thread = business.thread()
    assert threads(business.sitter_user) == set()
    business.window(thread, begins=-1, ends=1)
    assert threads(business.sitter_user) == {thread}
    assert threads(business.sitter_user, hours=-1.01) == set()
    assert threads(business.sitter_user, hours=1.01) == set()


def test_the_window_is_half_open(business: Business) -> None:
    window = business.window(business.thread())
    assert access.threads(business.sitter_user, window.starts_at).exists()
    assert not access.threads(business.sitter_user, window.ends_at).exists()


def test_a_canceled_window_opens_nothing(business: Business) -> None:
    window = business.window(business.thread())
    windows.cancel(window, by=business.owner, at=timezone.now())
    assert threads(business.sitter_user) == set()


def test_another_conversation_of_the_same_client_stays_closed(business: Business) -> None:
    business.window(business.thread())
    direct = business.text("private", to=business.sitter_number.e164).thread
    assert direct not in threads(business.sitter_user)
    assert "private" not in bodies(business.sitter_user)


def test_an_override_takes_and_gives_the_charge(business: Business) -> None:
    thread = business.thread()
    business.window(thread)
    other = colleague(business)
    now = timezone.now()
    set_to = overrides.set_override(
        thread=thread,
        target="sitter",
        sitter=access.sitter_of(other),
        ends_at=now + timedelta(hours=1),
        reason="ill",
        by=business.owner,
        at=now,
    )
    assert threads(other) == {thread}
    assert threads(business.sitter_user) == set()
    overrides.remove(set_to, by=business.owner, at=timezone.now())
    assert threads(other) == set()
    assert threads(business.sitter_user) == {thread}


@pytest.mark.parametrize("gone", ["inactive sitter", "operator", "no sitter"])
def test_who_is_no_active_sitter_reads_nothing(business: Business, gone: str) -> None:
    business.window(business.thread())
    user = business.sitter_user
    if gone == "inactive sitter":
        business.sitter.is_active = False
        business.sitter.save()
    elif gone == "operator":
        user = UserFactory(organization=None, role="operator")
    else:
        user = UserFactory(organization=business.organization, role="sitter")
    assert threads(user) == set()
    assert bodies(user) == set()


def test_what_is_older_than_fourteen_days_is_gone(business: Business) -> None:
    thread = business.thread()
    business.window(thread)
    fresh, old = business.text("fresh"), business.text("old")
    now = timezone.now()
    Message.objects.filter(pk=fresh.pk).update(created_at=now - timedelta(days=13, hours=23))
    Message.objects.filter(pk=old.pk).update(created_at=now - timedelta(days=14, minutes=1))
    assert "fresh" in bodies(business.sitter_user)
    assert "old" not in bodies(business.sitter_user)


def test_notes_and_what_is_for_the_owner_stay_with_the_owner(business: Business) -> None:
    thread = business.thread()
    business.window(thread)
    add_note(thread=thread, by=business.owner, body="difficult client", at=timezone.now())
    business.text("HELP")
    assert bodies(business.sitter_user) == {"Hello"}
    assert bodies(business.owner) == {"Hello", "difficult client", "HELP"}


def test_a_sitter_sees_their_own_held_text_and_nobody_elses(business: Business) -> None:
    thread = business.thread()
    first = business.window(thread)
    line = Participant.objects.get(thread=thread, role="sitter")
    held = business.text("call 619-701-0558", sender=business.sitter.phone, to=line.number.e164)
    assert held.state == "held"
    assert held.body in bodies(business.sitter_user)
    windows.cancel(first, by=business.owner, at=timezone.now())
    other = colleague(business)
    business.window(thread, sitter=access.sitter_of(other), begins=0)
    assert held.body not in bodies(other)


def test_what_the_owner_wrote_is_read(business: Business) -> None:
    thread = business.thread()
    business.window(thread)
    submit(thread=thread, author=Author.owner(business.owner), body="Key is at the desk", at=timezone.now())
    assert "Key is at the desk" in bodies(business.sitter_user)


def test_a_sitter_of_another_business_reads_nothing(business: Business) -> None:
    other = open_business("Paws")
    business.window(business.thread())
    assert threads(other.sitter_user) == set()
    assert bodies(other.sitter_user) == set()


def test_two_conversations_in_charge_are_both_read(business: Business) -> None:
    first = business.thread()
    second = business.text("Hi", sender=another_client(business)[1]).thread
    business.window(first)
    business.window(second)
    assert threads(business.sitter_user) == {first, second}
