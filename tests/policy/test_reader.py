"""What a sitter reads, by reader: whoever wrote it, on every face of theirs, also what was stored before there was the rule."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client as Browser
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.test import APIClient

from audit.record import Actor, recording
from messaging.models import Delivery, Message, Thread
from messaging.models.deliveries import Authority
from messaging.models.messages import AuthorKind
from messaging.outbound.queue import notices, outbox
from messaging.outbound.queue.outbox import NotForSittersError, Permit
from messaging.outbound.queue.relay import text_sitter
from messaging.outbound.queue.submit import Author, submit
from messaging.people import participants
from messaging.review import decisions as review
from policy import contacts, detector, reader
from policy.models import AllowedContact, ScreeningRule
from policy.reader import HIDDEN, MARK, for_sitters
from policy.screen import cleared, screen
from snoutos.accounts.models import User
from tests.business import Business, another_client
from tests.searching import searched

ROOT = Path(__file__).parents[2]
OTHERS = "+12127365000"


@pytest.fixture
def thread(business: Business) -> Thread:
    found = business.thread()
    business.window(found)
    return found


def api(user: User) -> APIClient:
    http = APIClient()
    http.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return http


def path_of(thread: Thread) -> str:
    return f"/api/v1/me/threads/{thread.public_id}/messages/"


def shown_to_sitter(business: Business, thread: Thread) -> str:
    """All that the sitter's API says, and every text that went to their phone."""
    http = api(business.sitter_user)
    faces = [
        http.get(path).content.decode() for path in ("/api/v1/me/", "/api/v1/me/threads/", path_of(thread))
    ]
    texts = Delivery.objects.filter(recipient=business.sitter.phone).values_list("body", flat=True)
    return "\n".join([*faces, *texts])


def digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def spellings(e164: str) -> list[str]:
    area, exchange, line = e164[2:5], e164[5:8], e164[8:]
    return [
        f"{area}-{exchange}-{line}", f"({area}) {exchange}-{line}", f"{area}{exchange}{line}", e164,
        f"{area}.{exchange}.{line}", " ".join(e164[2:]), f"{area} call {exchange} then {line}",
        f"{exchange}-{line}",
    ]  # fmt: skip


def say(business: Business, thread: Thread, author: str, body: str) -> None:
    """`body`, written by `author` the way they write."""
    at = timezone.now()
    if author == "client":
        business.text(body)
    elif author == "owner":
        submit(thread=thread, author=Author.owner(business.owner), body=body, at=at)
    elif author in ("automation", "system"):
        kind = Author.automation(1) if author == "automation" else Author.system()
        held = submit(thread=thread, author=kind, body=body, at=at).message
        review.approve(held, by=business.owner, at=at)
    elif author == "edited review":
        held = submit(thread=thread, author=_sitter(business), body="me at ana.k@example.net", at=at).message
        review.edit_and_send(held, by=business.owner, body=body, at=at)
    elif author == "rejection":
        held = submit(thread=thread, author=_sitter(business), body="me at ana.k@example.net", at=at).message
        review.reject(held, by=business.owner, note=body, at=at)
    elif author == "name":
        business.client.name = body[:120]
        business.client.save()
        business.text("Hello there")
    elif author == "pets":
        business.client.pets = body[:200]
        business.client.save()
    elif author == "notes":
        business.client.notes = body
        business.client.save()
    elif author == "note":
        from messaging.outbound.queue.submit import add_note

        add_note(thread=thread, by=business.owner, body=body, at=at)
    elif author == "before the rule":
        thread.refresh_from_db()
        _stored(thread, body)


def _sitter(business: Business) -> Author:
    """The sitter, whom earlier held texts have not locked."""
    type(business.sitter).objects.filter(pk=business.sitter.pk).update(sending_locked_at=None)
    return Author.sitter_by_app(business.sitter, business.sitter_user)


def _stored(thread: Thread, body: str, **columns: Any) -> Message:
    """An owner's text as it was stored by a release without the rule."""
    position = Message.objects.filter(thread=thread).count() + 100
    message: Message = Message.objects.create(
        organization_id=thread.organization_id, thread=thread, position=position, author_kind="owner",
        state="accepted", body=body, **columns,
    )  # fmt: skip
    return message


AUTHORS = (
    "client", "owner", "automation", "system", "edited review", "rejection", "name", "pets", "notes", "note",
    "before the rule",
)  # fmt: skip


@pytest.mark.parametrize("author", AUTHORS)
def test_a_clients_number_reaches_no_face_of_a_sitter_whoever_wrote_it(
    author: str, business: Business, thread: Thread
) -> None:
    for spelled in spellings(business.client_phone):
        say(business, thread, author, f"We have your number as {spelled}, right?")
        shown = shown_to_sitter(business, thread)
        assert business.client_phone[5:] not in digits(shown.replace(business.sitter.phone, "")), spelled


@pytest.mark.parametrize("author", AUTHORS)
@pytest.mark.parametrize("contact", ["(212) 736-5000", "dana.k@example.net", "instagram @danadogs"])
def test_every_contact_is_hidden_from_a_sitter_whoever_wrote_it(
    contact: str, author: str, business: Business, thread: Thread
) -> None:
    say(business, thread, author, f"You can reach her on {contact} today")
    shown = shown_to_sitter(business, thread)
    for part in ("7365000", "736-5000", "dana.k", "danadogs"):
        assert part not in shown


def test_the_words_around_stay(business: Business, thread: Thread) -> None:
    say(business, thread, "owner", "Hi Dana, we have your number as 619-555-0120. Bring the leash!")
    rows = api(business.sitter_user).get(path_of(thread)).json()["results"]
    assert rows[0]["body"] == f"Hi Dana, we have your number as {MARK}. Bring the leash!"


def test_the_owner_reads_everything_and_sees_what_sitters_read(business: Business, thread: Thread) -> None:
    body = "we have your number as 619-555-0120"
    submit(thread=thread, author=Author.owner(business.owner), body=body, at=timezone.now())
    _stored(thread, "or is it dana.k@example.net")
    desk = Browser()
    desk.force_login(business.owner, backend="django.contrib.auth.backends.ModelBackend")
    page = desk.get(f"/admin/conversations/{thread.public_id}/").content.decode()
    assert "Sitters see: “we have your number as [removed]”" in page
    assert "Sitters see: “or is it [removed]”" in page
    assert page.count("Sitters see:") == 2, "only where it differs"


def test_what_the_business_lets_through_is_read(business: Business, thread: Thread) -> None:
    business.client.vet_phones = ["+12127365001"]
    business.client.save()
    business.organization.own_domains = ["happytails.example.com"]
    business.organization.save()
    AllowedContact.objects.create(organization=business.organization, kind="phone", value=OTHERS)
    own = business.front_desk.e164
    body = f"Vet (212) 736-5001, groomer (212) 736-5000, us {own} or happytails.example.com"
    say(business, thread, "owner", body)
    assert api(business.sitter_user).get(path_of(thread)).json()["results"][0]["body"] == body


def test_a_clients_number_is_not_let_through_by_any_list(business: Business, thread: Thread) -> None:
    _, phone = another_client(business)
    AllowedContact.objects.create(organization=business.organization, kind="phone", value=phone)
    AllowedContact.objects.create(
        organization=business.organization, kind="phone", value=business.client_phone
    )
    business.client.vet_phones = [phone]
    business.client.save()
    ScreeningRule.objects.create(
        organization=business.organization, author_kind="client", finding_kind="phone", action="allow"
    )
    for author in ("owner", "client", "before the rule"):
        say(business, thread, author, f"Call {phone} or {business.client_phone}")
    shown = digits(shown_to_sitter(business, thread))
    assert phone[5:] not in shown
    assert business.client_phone[5:] not in shown


def test_the_owners_rule_for_clients_texts_holds(business: Business, thread: Thread) -> None:
    """“Let through” for links in clients' texts means that sitters may read them; it is about clients' texts alone."""
    ScreeningRule.objects.create(
        organization=business.organization, author_kind="client", finding_kind="url", action="allow"
    )
    body = "The rules are on www.dogpark.example.org"
    say(business, thread, "client", body)
    say(business, thread, "owner", body)
    rows = api(business.sitter_user).get(path_of(thread)).json()["results"]
    assert [row["body"] == body for row in rows[:2]] == [False, True]


def test_a_number_in_two_texts_of_the_owner_is_hidden_where_it_is_completed(
    business: Business, thread: Thread
) -> None:
    say(business, thread, "owner", "her number is 212 736")
    say(business, thread, "owner", "5000 is the rest")
    rows = api(business.sitter_user).get(path_of(thread)).json()["results"]
    assert "5000" not in rows[0]["body"]


class TestTheOfficesOwnConversation:
    """Of the staff thread with a sitter: the office may give them a vet or an address, never a client's phone."""

    @pytest.fixture
    def staff(self, business: Business) -> Thread:
        office: Thread = business.text("Morning!", sender=business.sitter.phone).thread
        return office

    def sent(self, business: Business, staff: Thread, body: str) -> Delivery:
        said = submit(thread=staff, author=Author.owner(business.owner), body=body, at=timezone.now())
        assert said.delivery is not None
        assert said.delivery.recipient == business.sitter.phone
        return said.delivery

    def test_a_vet_and_an_address_pass(self, business: Business, staff: Thread) -> None:
        body = "The vet is on (212) 736-5000, map at www.vet.example.org"
        assert self.sent(business, staff, body).body == body

    def test_a_clients_phone_does_not_pass(self, business: Business, staff: Thread) -> None:
        for spelled in spellings(business.client_phone)[:-1]:
            delivery = self.sent(business, staff, f"Dana is on {spelled}, the vet on (212) 736-5000")
            assert business.client_phone[5:] not in digits(delivery.body)
            assert "(212) 736-5000" in delivery.body
            kept = Message.objects.get(pk=delivery.message_id)
            assert spelled in kept.body, "whole for the office"
            assert kept.redacted_body == delivery.body

    def test_nothing_leaves_to_a_sitter_that_was_not_read_first(
        self, business: Business, staff: Thread
    ) -> None:
        party = participants.outside_party(staff)
        message = self.sent(business, staff, "Hi").message
        raw = cleared("Hi", screen("Hi", _context(business, staff)))
        with pytest.raises(NotForSittersError):
            outbox.enqueue(
                message, raw, to=party, permit=Permit(authority=Authority.OWNER), at=timezone.now()
            )


def _context(business: Business, thread: Thread) -> Any:
    from policy.screen import Context

    return Context(
        organization=business.organization, thread=thread, author_kind=AuthorKind.OWNER, at=timezone.now()
    )


def test_a_notice_is_read_first(business: Business, thread: Thread) -> None:
    business.client.name = f"Dana {business.client_phone}"
    business.client.save()
    for key, sentence in (("a", "All fine."), ("b", f"About {business.client_phone}")):
        with transaction.atomic(), recording(actor=Actor.system(), at=timezone.now()):
            notices.tell(business.sitter, sentence, about=thread, key=key, at=timezone.now())
    shown = shown_to_sitter(business, thread)
    assert "All fine." in shown
    assert business.client_phone[5:] not in digits(shown.replace(business.sitter.phone, ""))


def test_an_automations_text_to_a_sitter_is_read_first(business: Business, thread: Thread) -> None:
    ScreeningRule.objects.create(
        organization=business.organization, author_kind="automation", finding_kind="phone", action="allow"
    )
    text_sitter(
        thread=thread, sitter=business.sitter, author=Author.automation(1, is_urgent=True),
        body="Dana moved to 212-736-5000", at=timezone.now(), origin_key="a",
    )  # fmt: skip
    assert Delivery.objects.get(recipient=business.sitter.phone).body == f"Dana moved to {MARK}"


@pytest.mark.parametrize("author", ["owner", "client", "before the rule", "name", "rejection"])
def test_when_nothing_can_be_looked_through_nothing_is_read(
    author: str, business: Business, thread: Thread, monkeypatch: pytest.MonkeyPatch
) -> None:
    _stored(thread, "an earlier text of the office")

    def broken(*_: Any, **__: Any) -> Any:
        raise RecursionError

    held = submit(thread=thread, author=_sitter(business), body="at ana.k@example.net", at=timezone.now())
    monkeypatch.setattr(detector, "find", broken)
    if author == "rejection":
        review.reject(held.message, by=business.owner, note="the secret reason", at=timezone.now())
    elif author == "owner":
        submit(thread=thread, author=Author.owner(business.owner), body="the secret word", at=timezone.now())
    else:
        say(business, thread, author, "the secret word")
    shown = shown_to_sitter(business, thread)
    assert "secret" not in shown
    assert "an earlier text" not in shown
    assert HIDDEN in shown


def test_what_was_hidden_before_the_rule_stays_hidden(business: Business, thread: Thread) -> None:
    message = _stored(thread, "all of it", redacted_body="[hidden] or 212-736-5000")
    assert reader.read(message) == f"[hidden] or {MARK}"


def test_a_sitter_cannot_search_for_what_is_hidden(business: Business, thread: Thread) -> None:
    say(business, thread, "owner", "we have your number as 619-555-0120")
    http = api(business.sitter_user)
    for path in ("/api/v1/me/threads/", path_of(thread)):
        for name in ("search", "q", "body", "body__contains", "ordering", "client__name"):
            assert http.get(path, {name: "0120"}).status_code == 400, (path, name)


def test_a_clean_text_costs_no_query(
    business: Business, thread: Thread, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        assert (
            for_sitters("Biscuit ate at 5:30", organization_id=business.organization.pk)
            == "Biscuit ate at 5:30"
        )


def test_more_digits_than_anybody_writes_are_hidden_unsearched(business: Business, thread: Thread) -> None:
    read = for_sitters("so " + "47" * 400 + " it is", organization_id=business.organization.pk, thread=thread)
    assert read == f"so {MARK} it is"


_GAPS = st.sampled_from(["", " ", "-", ".", ") ", "  -  ", " / ", "\u200b", "\u00a0"])


@searched(60)
@given(st.data())
def test_digits_are_found_however_they_are_grouped(data: st.DataObject) -> None:
    number = data.draw(st.from_regex(r"[2-9][0-9]{2}[2-9][0-9]{6}", fullmatch=True))
    before = data.draw(st.sampled_from(["", "room 4: ", "at 5:30, ", "Ⅳ "]))
    text = before + "".join(digit + data.draw(_GAPS) for digit in number)
    found = contacts._Digits(text)
    assert f"+1{number}" in found.numbers()
    [(start, end)] = found.spans_of([f"+1{number}"])
    assert digits(text[start:end]) == number
    assert start >= len(before.rstrip())


FACES: dict[str, Callable[[str], bool]] = {
    # Modules by which words reach a sitter, and what they may not do there.
    "messaging/api/me.py": lambda source: "message.body" not in source and 'source="body"' not in source,
    "messaging/inbound/relay.py": lambda source: "message.body" not in source,
}


def test_no_face_of_a_sitter_reads_a_body_by_itself() -> None:
    for path, holds in FACES.items():
        source = (ROOT / path).read_text()
        assert holds(source), path
        assert "reader" in source, path


def test_the_first_hour_after_an_upgrade_costs_no_fixed_price(business: Business, thread: Thread) -> None:
    """Texts from before the rule are looked through when they are read; the allow-list is asked once for all of them."""
    for n in range(5):
        _stored(thread, f"her number is 212-736-500{n}", created_at=timezone.now() - timedelta(minutes=n))
    rows = api(business.sitter_user).get(path_of(thread)).json()["results"]
    assert [row["body"] for row in rows if "her number" in row["body"]] == [f"her number is {MARK}"] * 5
