"""Screening one text: what is found, what is done, what sitters may read, and what it costs when nothing is there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from messaging.models import Thread
from policy import detector
from policy.detector.languages import LANGUAGES
from policy.models import Action, AllowedContact, ScreeningRule
from policy.reader import HIDDEN
from policy.screen import Context, NotClearedError, Verdict, cleared, cleared_by, screen
from snoutos.accounts.models import NumberLanguage
from tests.business import Business, another_client, open_business

PHONE = "619-701-0558"


@pytest.fixture
def thread(business: Business) -> Thread:
    return business.thread()


def look(business: Business, thread: Thread, text: str, author: str = "sitter") -> Verdict:
    sitter = business.sitter.pk if author == "sitter" else None
    context = Context(
        organization=business.organization,
        thread=thread,
        author_kind=author,
        at=timezone.now(),
        sitter_id=sitter,
    )
    return screen(text, context)


def test_a_clean_text_passes_and_costs_no_query(business: Business, thread: Thread) -> None:
    with CaptureQueriesContext(connection) as captured:
        verdict = look(business, thread, "Biscuit had a lovely walk in the park today")
    assert (verdict.action, verdict.findings, verdict.redacted) == (Action.ALLOW, (), None)
    assert captured.captured_queries == []


@pytest.mark.parametrize(
    ("author", "action"),
    [("client", "redact"), ("sitter", "hold"), ("owner", "warn"), ("automation", "hold"), ("system", "hold")],
)
def test_what_is_done_depends_on_who_says_it(
    business: Business, thread: Thread, author: str, action: str
) -> None:
    verdict = look(business, thread, f"call me at {PHONE}", author)
    assert (verdict.action, verdict.kinds) == (action, ("phone",))


def test_every_finding_is_taken_out_not_only_the_first(business: Business, thread: Thread) -> None:
    text = f"call {PHONE} or mail ana@example.com or 503-555-0123"
    verdict = look(business, thread, text, "client")
    assert verdict.redacted is not None
    for secret in ("701", "example.com", "0123"):
        assert secret not in verdict.redacted
    assert detector.find(verdict.redacted) == []


def test_the_business_own_numbers_pass(business: Business, thread: Thread) -> None:
    own = business.front_desk.e164
    assert look(business, thread, f"Write to us at {own}").action == Action.ALLOW
    national = f"{own[2:5]}-{own[5:8]}-{own[8:]}"
    assert look(business, thread, f"Write to us at {national}").action == Action.ALLOW


def test_a_number_the_business_gave_back_no_longer_passes(business: Business, thread: Thread) -> None:
    business.pool.state = "retired"
    business.pool.save()
    assert look(business, thread, f"Write to us at {business.pool.e164}").is_held


def test_another_business_numbers_do_not_pass(business: Business, thread: Thread) -> None:
    other = open_business("Paws")
    assert look(business, thread, f"Write to {other.front_desk.e164}").is_held


def test_own_domains_pass(business: Business, thread: Thread) -> None:
    business.organization.own_domains = ["www.HappyTails.com"]
    business.organization.save()
    for text in ("see https://happytails.com/care", "mail hello@happytails.com"):
        assert look(business, thread, text).action == Action.ALLOW, text
    assert look(business, thread, "see https://happytails.evil.com").is_held


def allow(business: Business, kind: str, value: str) -> AllowedContact:
    contact = AllowedContact(organization=business.organization, kind=kind, value=value)
    contact.full_clean()
    contact.save()
    return contact


def test_what_the_owner_allowed_passes(business: Business, thread: Thread) -> None:
    allow(business, "phone", "(619) 701-0558")
    allow(business, "domain", "https://www.vetclinic.com/hours")
    assert look(business, thread, f"the vet is at {PHONE}").action == Action.ALLOW
    assert look(business, thread, "see vetclinic.com").action == Action.ALLOW


def test_what_is_no_domain_or_phone_cannot_be_allowed(business: Business) -> None:
    for kind, value in (("domain", "vetclinic"), ("phone", "12")):
        with pytest.raises(ValidationError):
            allow(business, kind, value)


def test_the_clients_vet_passes_in_their_conversation_only(business: Business, thread: Thread) -> None:
    business.client.vet_phones = ["+16197010558"]
    business.client.save()
    thread = Thread.objects.get(pk=thread.pk)
    assert look(business, thread, f"I called the vet, {PHONE}").action == Action.ALLOW
    elsewhere = open_business("Paws")
    assert look(elsewhere, elsewhere.thread(), f"I called the vet, {PHONE}").is_held


def test_something_else_beside_what_is_allowed_is_still_found(business: Business, thread: Thread) -> None:
    allow(business, "phone", "+16197010558")
    verdict = look(business, thread, f"vet {PHONE}, or mail ana@example.com")
    assert (verdict.action, verdict.kinds) == (Action.HOLD, ("email",))


def choose(business: Business, author: str, kind: str, action: str) -> None:
    ScreeningRule.objects.create(
        organization=business.organization, author_kind=author, finding_kind=kind, action=action
    )


def test_an_owner_may_loosen_and_tighten_by_kind(business: Business, thread: Thread) -> None:
    choose(business, "sitter", "url", "allow")
    choose(business, "owner", "phone", "hold")
    assert look(business, thread, "look at https://example.com/dog").action == Action.ALLOW
    assert look(business, thread, f"call {PHONE}", "owner").is_held


def test_a_choice_of_another_business_does_not_count(business: Business, thread: Thread) -> None:
    choose(open_business("Paws"), "sitter", "url", "allow")
    assert look(business, thread, "look at https://example.com/dog").is_held


def test_loosening_a_sitters_phone_is_refused_by_the_database(business: Business) -> None:
    with pytest.raises(IntegrityError, match="screeningrule_sitter_phone_is_held"), transaction.atomic():
        choose(business, "sitter", "phone", "warn")


@pytest.mark.parametrize("author", ["client", "sitter", "owner", "automation", "system"])
def test_when_the_detector_fails_nothing_leaves_unseen(
    business: Business, thread: Thread, author: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RecursionError(f"while reading {PHONE}")

    monkeypatch.setattr(detector, "find", fail)
    verdict = look(business, thread, "hello", author)
    assert verdict.action == (Action.REDACT if author == "client" else Action.HOLD)
    assert (verdict.redacted, verdict.failed) == (HIDDEN, "RecursionError")


def test_only_what_is_not_held_is_cleared(business: Business, thread: Thread) -> None:
    held = look(business, thread, f"call {PHONE}")
    with pytest.raises(NotClearedError):
        cleared("text", held)
    assert cleared("text", look(business, thread, "hello")).body == "text"
    assert cleared_by("text", business.owner.pk).by == f"user:{business.owner.pk}"


Say = Callable[..., str]


@pytest.fixture
def say(business: Business, thread: Thread) -> Say:
    """The sitter texts in the conversation; the state of what they said."""
    business.window(thread)
    line = thread.participants.get(role="sitter")

    def text(body: str) -> str:
        message = business.text(body, sender=business.sitter.phone, to=line.number.e164)
        return str(message.state)

    return text


def test_a_number_split_over_three_texts_is_held_when_complete(
    business: Business, thread: Thread, say: Say
) -> None:
    assert [say("619"), say("701"), say("0558")] == ["accepted", "accepted", "held"]
    held = thread.messages.get(state="held")
    assert held.violations.get().findings[0]["kind"] == "phone"


def test_pieces_of_two_senders_do_not_join(business: Business, thread: Thread, say: Say) -> None:
    assert say("619") == "accepted"
    business.text("701")
    assert say("0558") == "accepted"


def test_a_piece_that_the_client_asked_for_completes_the_sitters(
    business: Business, thread: Thread, say: Say
) -> None:
    assert say("702 555") == "accepted"
    business.text("and the rest?")
    assert say("0142") == "held"


def test_a_disguised_contact_is_held_and_explained(business: Business, thread: Thread, say: Say) -> None:
    assert say("jersey 61, shirt 45, cap 55, sock 01, boot 42, string those together and phone me") == "held"
    (finding,) = thread.messages.get(state="held").violations.get().findings
    assert finding["kind"] == "evasion"
    assert finding["reasons"] == ["says to put pieces together, with something to be read that way"]


def test_a_clients_disguised_contact_is_hidden_from_sitters_by_sentences(
    business: Business, thread: Thread, say: Say
) -> None:
    message = business.text(
        "He ate well. Jersey 61, shirt 45, cap 55, sock 01, boot 42, string those together and phone me. Bye!"
    )
    assert message.redacted_body is not None
    assert message.redacted_body.startswith("He ate well. [removed]")
    assert "string those" not in message.redacted_body


POLISH = "zadzwoń trzy zero trzy pięć pięć pięć zero jeden dwa osiem"


def test_only_the_languages_a_business_chose_are_read(business: Business, thread: Thread, say: Say) -> None:
    assert look(business, thread, POLISH).is_held
    business.organization.screening_languages = ["fr"]
    business.organization.save()
    assert not look(business, thread, POLISH).is_held
    business.organization.screening_languages = ["pl"]
    business.organization.save()
    assert look(business, thread, POLISH).is_held


def test_every_language_that_can_be_chosen_has_a_table_and_the_other_way_round() -> None:
    assert set(NumberLanguage.values) == set(LANGUAGES)


def test_pieces_of_two_conversations_do_not_join(business: Business, thread: Thread, say: Say) -> None:
    other = business.text("Hi", sender=another_client(business)[1]).thread
    business.window(other)
    line = other.participants.get(role="sitter")
    say("619")
    business.text("701", sender=business.sitter.phone, to=line.number.e164)
    assert say("0558") == "accepted"


def test_pieces_half_an_hour_apart_do_not_join(business: Business, thread: Thread, say: Say) -> None:
    say("619")
    say("701")
    thread.messages.filter(author_kind="sitter").update(created_at=timezone.now() - timedelta(minutes=31))
    assert say("0558") == "accepted"


def test_a_clients_split_number_is_hidden_from_the_sitter_where_it_completes(
    business: Business, thread: Thread, say: Say
) -> None:
    for body in ("619", "701", "0558"):
        message = business.text(body)
    assert message.body == "0558"
    assert message.redacted_body is not None
    assert "0558" not in message.redacted_body


def test_an_allowed_number_in_pieces_passes(business: Business, thread: Thread, say: Say) -> None:
    allow(business, "phone", "+16197010558")
    assert [say("619"), say("701"), say("0558")] == ["accepted"] * 3


def test_an_allowed_contact_does_not_hide_what_the_text_completes(
    business: Business, thread: Thread, say: Say
) -> None:
    business.organization.own_domains = ["happytails.com"]
    business.organization.save()
    say("619")
    say("701")
    assert say("0558 happytails.com") == "held"
