"""Redaction covers all findings, and only what was asked for."""

import pytest

from policy.detector import AllowList, find, redact

OFFICE = AllowList(numbers=frozenset(("+16282370142",)))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Luna ate! call 619 701 0558 ok?", "Luna ate! call [removed] ok?"),
        ("619 701 0558 or jenny@wags.com", "[removed] or [removed]"),
        ("my insta is jenny_wags and venmo @jenny-w-2", "my insta is [removed] and venmo [removed]"),
        ("all good here", "all good here"),
    ],
)
def test_each_contact_is_replaced_by_the_mark(text: str, shown: str) -> None:
    assert redact(text, find(text)) == shown


def test_the_mark_can_be_chosen() -> None:
    text = "call 619 701 0558"
    assert redact(text, find(text), "***") == "call ***"


def test_what_is_allowed_stays() -> None:
    text = "office 628 237 0142, mine 619 701 0558"
    assert redact(text, find(text, allow=OFFICE), allow=OFFICE) == "office 628 237 0142, mine [removed]"


def test_intent_stays_unless_it_was_asked_to_go() -> None:
    text = "text me directly at 619 701 0558"
    contacts = [f for f in find(text) if f.kind != "intent"]
    assert redact(text, contacts) == "text me directly at [removed]"
    assert "directly" not in redact(text, find(text))
