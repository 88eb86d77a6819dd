"""A contact in pieces is found in the text that completes it."""

from datetime import UTC, datetime, timedelta

import pytest

from policy.detector import AllowList, Conversation, Finding, find, may_be_fragment
from tests.policy.detector.samples import PASSES

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def replay(texts: list[str], *, minutes: float = 1, sender: str = "sitter") -> list[list[Finding]]:
    conversation = Conversation()
    return [
        conversation.add(sender, text, NOON + timedelta(minutes=minutes * i)) for i, text in enumerate(texts)
    ]


@pytest.mark.parametrize(
    ("texts", "kind", "completes"),
    [
        (["619", "701", "0558"], "phone", "0558"),
        (["call me 619-701", "sounds good", "0558"], "phone", "0558"),
        (["area code is 619", "lol", "7010558"], "phone", "7010558"),
        (["six one nine", "then", "seven oh one", "oh five five eight"], "phone", "oh five five eight"),
        (["619 (1/3)", "701 (2/3)", "0558 (3/3)"], "phone", "0558"),
        (["jennywags22", "it's a gmail"], "email", "it's a gmail"),
        (["jenny.wags at", "ok", "proton dot com"], "url", "proton dot com"),
        (["venmo", "@jenny-wags-2"], "social", "@jenny-wags-2"),
        (["look me up on telegram", "it's xjennyx"], "social", "it's xjennyx"),
        (["waggytails", "dot com"], "url", "dot com"),
    ],
)
def test_the_completing_text_shows_the_contact(texts: list[str], kind: str, completes: str) -> None:
    *earlier, last = replay(texts)
    assert not any(finding.kind != "intent" for found in earlier for finding in found)
    (finding,) = last
    assert finding.kind == kind
    assert completes in texts[-1][finding.start : finding.end]


def test_pieces_of_different_senders_never_join() -> None:
    conversation = Conversation()
    assert not conversation.add("sitter", "619 701", NOON)
    assert not conversation.add("client", "0558", NOON)


def test_pieces_too_far_apart_do_not_join() -> None:
    assert not any(replay(["619", "701", "0558"], minutes=8))


def test_only_the_last_six_texts_count() -> None:
    assert replay(["619 701", *["woof woof"] * 4, "0558"])[-1]
    assert not replay(["619 701", *["woof woof"] * 5, "0558"])[-1]


def test_an_allowed_number_in_pieces_passes() -> None:
    conversation = Conversation(allow=AllowList(numbers=frozenset(("+16197010558",))))
    assert not any(conversation.add("sitter", text, NOON) for text in ("619", "701", "0558"))


def test_a_contact_that_was_complete_is_not_found_again() -> None:
    assert [len(found) for found in replay(["619 701 0558", "ok?", "see you at 5"])] == [1, 0, 0]


def test_codes_and_times_in_a_row_are_no_number() -> None:
    texts = ["unit 642", "the code is 5525", "9:05-9:45", "then 9022#", "visit 2 of 8", "zip 32822"]
    assert not any(replay(texts))


def test_a_pet_named_after_a_platform_was_mentioned_is_no_handle() -> None:
    assert not any(replay(["did you get my venmo", "mochi"]))
    assert not any(replay(["is your instagram private", "waffles ate"]))


def test_a_whole_contact_in_one_text_is_found_as_find_does() -> None:
    text = "my insta is jenny_wags"
    assert replay([text]) == [find(text)]


@pytest.mark.parametrize(
    "text", ["619", "oh five", "@gmail.com", "it's a gmail", "dot com", "venmo", "jennywags"]
)
def test_a_piece_may_be_a_fragment(text: str) -> None:
    assert may_be_fragment(text)


@pytest.mark.parametrize(
    "text", ["ok", "she is so cute", "see you soon!", "all good here, he ate everything"]
)
def test_ordinary_talk_is_no_fragment(text: str) -> None:
    assert not may_be_fragment(text)


def test_where_no_fragment_is_possible_earlier_texts_change_nothing() -> None:
    earlier = ["call me 619-701", "jennywags22", "look me up on telegram"]
    for text in (text for texts in PASSES.values() for text in texts if not may_be_fragment(text)):
        assert replay([*earlier, text])[-1] == find(text)
