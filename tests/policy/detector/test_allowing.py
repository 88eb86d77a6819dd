"""What the allow-list names passes, and nothing beside it."""

import pytest

from policy.detector import AllowList, find

ALLOW = AllowList(
    numbers=frozenset(("+16282370142", "+18884264435")),
    domains=frozenset(("chewy.com", "google.com", "happypaws.co.uk")),
    emails=frozenset(("office@example-vet.com",)),
)


@pytest.mark.parametrize(
    "text",
    [
        "call the office 628 237 0142",
        "(628) 237-0142 is our line",
        "six two eight two three seven oh one four two",
        "poison control +1 888-426-4435",
        "order it on www.chewy.com/deals",
        "shop.happypaws.co.uk has our hours",
        "write to hello@happypaws.co.uk",
        "the vet is office@example-vet.com",
    ],
)
def test_an_allowed_contact_passes(text: str) -> None:
    assert find(text)
    assert find(text, allow=ALLOW) == []


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("the office is 628 237 0142, mine is 415 882 1307", "415 882 1307"),
        ("notchewy.com", "notchewy.com"),
        ("docs.google.com/forms/d/1abc", "docs.google.com/forms/d/1abc"),
        ("other@example-vet.com", "other@example-vet.com"),
    ],
)
def test_what_is_not_allowed_is_still_found(text: str, kept: str) -> None:
    assert [text[f.start : f.end] for f in find(text, allow=ALLOW)] == [kept]
