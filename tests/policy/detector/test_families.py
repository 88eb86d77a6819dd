"""Every family of contacts is found and named, every family of look-alikes passes."""

import pytest

from policy.detector import RULESET_VERSION, find
from tests.policy.detector.samples import FOUND, PASSES

_POSITIVES = [(kind, text) for kind, texts in FOUND.items() for text in texts]
_NEGATIVES = [text for texts in PASSES.values() for text in texts]


@pytest.mark.parametrize(("kind", "text"), _POSITIVES)
def test_a_contact_is_found_as_its_kind(kind: str, text: str) -> None:
    assert kind in {finding.kind for finding in find(text)}


@pytest.mark.parametrize("text", _NEGATIVES)
def test_what_only_looks_like_a_contact_passes(text: str) -> None:
    assert find(text) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("call me at (619) 701-0558 ok?", "(619) 701-0558"),
        ("ext: 619-701-0558 x909.", "619-701-0558 x909"),
        ("write jenny at gmail dot com thanks", "jenny at gmail dot com"),
        ("see https://waggytails.com/book, ok", "https://waggytails.com/book"),
        ("wa.me/16197010558", "wa.me/16197010558"),
        ("hmu @jenny_wags!", "@jenny_wags"),
        ("call 6⃣1⃣9⃣7⃣0⃣1⃣0⃣5⃣5⃣8⃣ now", "6⃣1⃣9⃣7⃣0⃣1⃣0⃣5⃣5⃣8⃣"),
        ("😀😀 619 701 0558 😀", "619 701 0558"),
    ],
)
def test_the_span_is_exactly_what_was_written(text: str, said: str) -> None:
    (finding,) = (f for f in find(text) if f.kind != "intent")
    assert text[finding.start : finding.end] == said


def test_a_finding_says_why_and_by_which_rules() -> None:
    (finding,) = find("text me: six one nine seven oh one oh five five eight")
    assert finding.reasons == ("spelled-out digits that make a phone number", "next to 'text'")
    assert finding.rule == "phone.digits"
    assert finding.version == RULESET_VERSION
    assert 0.5 <= finding.score <= 1


def test_two_contacts_in_one_text_are_two_findings() -> None:
    kinds = [finding.kind for finding in find("call 619 701 0558 or mail jenny@wags.com")]
    assert kinds == ["phone", "email"]


def test_context_decides_about_the_same_digits() -> None:
    assert find("call me on 415-882-1307")
    assert not find("order number 415-882-1307")
    assert find("order number 415-882-1307 ;) call that order")
