"""One spelling of a name, however it is typed: the count and the look-up can never disagree."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snoutos.accounts.models import User
from snoutos.accounts.names import fold
from tests.snoutos.access.people import member

SPELLINGS = [
    "olivia@kennel.example",
    "OLIVIA@kennel.example",
    "  Olivia@Kennel.Example\t",
    "\u3000olivia@kennel.example\u00a0",
    "ｏｌｉｖｉａ＠ｋｅｎｎｅｌ．ｅｘａｍｐｌｅ",
    "olivia@\u212aennel.example",
    "𝐨𝐥𝐢𝐯𝐢𝐚@kennel.example",
    "ⓞlivia@kennel.example",
]


@given(st.text())
def test_folding_twice_changes_nothing(name: str) -> None:
    assert fold(fold(name)) == fold(name)


@given(st.text(max_size=30), st.sampled_from(["", " ", "\t", "\u3000"]))
def test_case_and_outer_spaces_make_no_difference(name: str, space: str) -> None:
    assert fold(space + name + space) == fold(name)
    assert fold(fold(name).upper().lower()) == fold(fold(name).upper().lower())


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_spellings_of_one_name(spelling: str) -> None:
    assert fold(spelling) == "olivia@kennel.example"


@pytest.mark.django_db
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_what_is_stored_is_what_is_looked_up(spelling: str) -> None:
    made = member(email="Olivia@Kennel.example")
    assert User.objects.get_by_natural_key(spelling) == made
