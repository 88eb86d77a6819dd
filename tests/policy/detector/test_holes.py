"""A character that was lost on the way is no wall: what a person still reads is still found."""

import pytest

from policy.detector import find, redact
from tests.policy.detector.samples import PASSES

HOLES = {
    "NUL": "\x00",
    "what we store for NUL": "\ufffd",
    "the dollar's place": "\x02",
    "the underscore's place": "\x11",
    "escape": "\x1b",
    "vertical tab": "\x0b",
    "delete": "\x7f",
    "next line": "\x85",
    "private use": "\ue000",
    "another plane's private use": "\U000f0001",
    "unassigned": "\u0378",
    "no character": "\ufdd0",
    "object": "\ufffc",
    "a box": "□",
}
CONTACTS = (
    ("email", "my email xx.yyy{}gmail.com"),
    ("email", "write me: annie.walks{}live.com"),
    ("email", "xx.yyy {} hey.com"),
    ("email", "annie{}mail.myschool.org"),
    ("email", "jennywags{}gmail"),
    ("email", "jenny@gmail{}com"),
    ("phone", "call 619{}5550120"),
    ("phone", "619{}555-0120"),
    ("phone", "call 6{0}1{0}9{0}5{0}5{0}5{0}0{0}1{0}2{0}0"),
    ("url", "www{0}jennywags{0}com"),
    ("url", "jennywags{}com/book"),
    ("payment", "venmo {}jenny-wags"),
    ("payment", "ve{}nmo me jenny-wags"),
    ("payment", "cashapp {}jennywags"),
    ("social", "hmu {}jenny_wags"),
    ("social", "insta: jenny{}wags22"),
    ("social", "ins{}tagram: jennywags"),
)


@pytest.mark.parametrize("hole", HOLES.values(), ids=HOLES.keys())
@pytest.mark.parametrize(("kind", "form"), CONTACTS)
def test_a_contact_is_found_through_a_lost_character(kind: str, form: str, hole: str) -> None:
    text = form.format(hole)
    found = find(text)
    assert kind in {finding.kind for finding in found}
    assert find(redact(text, found)) == []


@pytest.mark.parametrize("twin", "¡¿§¤?")
@pytest.mark.parametrize("host", ["gmail.com", "live.com", "mail.com", "comcast.net"])
def test_a_sign_that_took_the_place_of_at_makes_an_address(twin: str, host: str) -> None:
    assert "email" in {finding.kind for finding in find(f"write me: annie.walks{twin}{host}")}


def test_the_dollars_and_the_underscores_twins_are_read() -> None:
    assert find("cashapp ¤jennywags")
    assert find("insta: jenny§wags")


def test_two_texts_make_an_address_around_a_lost_character() -> None:
    assert find("annie.walks\ufffd\nlive.com")


@pytest.mark.parametrize(
    "text",
    [
        "Don\ufffdt worry, we\ufffdre fine. They\ufffdll be there!",
        "we\ufffdre.in 5 min",
        "Ma\ufffdana.no s\ufffd",
        "Thanks \ufffd\ufffd see you at 5",
        "\ufffd10am-2pm works",
        "ready?ok.so am I",
        "¿Puedes venir? ¡Gracias!",
        "□ fed □ walked □ meds",
    ],
)
def test_a_lost_apostrophe_accent_or_emoji_makes_no_contact(text: str) -> None:
    assert find(text) == []


@pytest.mark.parametrize("text", [text for texts in PASSES.values() for text in texts if not find(text)])
def test_ordinary_texts_stay_ordinary_when_their_signs_are_lost(text: str) -> None:
    for lost in ("'", "’", "“", "”", "—"):
        assert find(text.replace(lost, "\ufffd")) == []
    assert find(f"{text} \ufffd\ufffd") == []
