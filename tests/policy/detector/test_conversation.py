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


def both(*said: str) -> list[list[Finding]]:
    """What is found in each of "S: ..." (sitter) and "C: ..." (client)."""
    conversation = Conversation()
    return [
        conversation.add(one[0], one[3:], NOON + timedelta(minutes=index)) for index, one in enumerate(said)
    ]


def contacts(found: list[Finding]) -> set[str]:
    return {finding.kind for finding in found if finding.kind != "intent"}


def test_pieces_of_different_senders_join_only_when_they_are_asked_for_or_talked_about() -> None:
    assert not any(both("S: 619 701", "C: 0558"))
    assert contacts(both("S: 619 701", "C: and the rest?", "S: 0558")[-1]) == {"phone"}
    assert contacts(both("C: does it start with 619?", "S: yes, then 701", "C: and ends in 0558")[-1]) == {
        "phone"
    }


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (("S: first bit 720", "S: he ate all his dinner", "S: second bit 555", "S: third 0138"), "phone"),
        (("S: I was born in 303", "S: she did 2 pees", "S: then five five five", "S: and zero one two nine"), "phone"),
        (("S: 0142", "S: thats the back of it", "S: 614 555 goes in front"), "phone"),
        (("S: photo 1: 206", "S: photo 2: 555", "S: he looks so happy here", "S: photo 3: 0133"), "phone"),
        (("S: 702 555", "S: woof", "S: 01 44", "S: that's me by the way"), "phone"),
        (("S: area code's the Boston one", "S: he says hi", "S: 555 0144"), "phone"),
        (("S: por whatsapp mejor", "S: 655", "S: 20 19", "S: la gata ya comió", "S: 34"), "phone"),
        (("S: write me at tess.underhill", "S: she is asleep", "S: it's with gmail"), "email"),
        (("S: I have my own page", "S: it's barkingbeatrice", "S: then dot net"), "url"),
        (("S: im on insta", "S: all bowls clean", "S: fetchwithfreya"), "social"),
        (("S: you have venmo?", "C: yes", "C: whats the name", "S: gus-muttley"), "payment"),
    ],
)  # fmt: skip
def test_pieces_are_put_together_with_ordinary_texts_between(said: tuple[str, ...], kind: str) -> None:
    assert kind in {found for each in both(*said) for found in contacts(each)}


@pytest.mark.parametrize(
    "said",
    [
        ("S: visit 1 was 7:02", "S: visit 2 12:15", "S: visit 3 5:50"),
        ("C: what is the code?", "S: 0142", "C: and the alarm?", "S: 614555"),
        ("S: fed 555 g", "S: then 40 g", "S: weighs 614 g now"),
        ("S: price is 22", "S: times 14", "S: 308, minus 10"),
        ("S: chip 985112", "S: 004567823", "S: that's the chip off the scanner"),
        ("S: order 112938", "S: 4756", "S: it's from the pet shop"),
        ("S: bp 120", "S: 88", "S: 155 after lunch", "S: 142 now"),
        ("C: do you use instagram?", "S: no", "S: Barnabywiggles ate a sock"),
        ("S: the wifi is HomePups", "S: password treats22", "S: all one word"),
        ("S: six dogs today", "S: five of them labs", "S: four baths, zero bites"),
        ("S: 6/14", "S: and 7/5", "S: and 8/22 through 8/30"),
    ],
)
def test_what_a_label_a_count_or_a_question_explains_is_no_piece(said: tuple[str, ...]) -> None:
    assert not any(contacts(found) for found in both(*said))


def test_pieces_too_far_apart_do_not_join() -> None:
    assert not any(replay(["619", "701", "0558"], minutes=16))


def test_only_the_last_twelve_texts_count() -> None:
    assert replay(["619 701", *["woof woof"] * 10, "0558"])[-1]
    assert not replay(["619 701", *["woof woof"] * 11, "0558"])[-1]


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
