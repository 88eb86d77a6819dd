"""Headings and cells: which column is what, and the phones that people write into one cell."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.export import plain_cell, safe_cell
from messaging.spreadsheets import columns, people
from messaging.spreadsheets.people import Reading, Unusable

A, B = "+13105550161", "+13105550162"


@pytest.mark.parametrize(
    ("headings", "fields"),
    [
        ("Name,Phone,Pets,Notes", "name,phone,pets,notes"),
        ("Client Name,Mobile,Home phone,E-mail", "name,phone,phone,"),
        ("FIRST NAME,Last_Name,Cell Phone", "first_name,last_name,phone"),
        ("Full name,First name,Last name,Tel", "name,,,phone"),
        ("Customer,Phone number,Phone number,Pet names", "name,phone,phone,pets"),
        ("Name,Phone 1 - Label,Phone 1 - Value", "name,label,phone"),
        ("Name,Vet phone,Emergency contact phone", "name,,"),
        ("Name,Name,Comments", "name,,notes"),
        ("Spalte,Telefon", ","),
        ("", ""),
    ],
)
def test_columns_are_guessed_by_the_words_people_use(headings: str, fields: str) -> None:
    assert columns.guess("clients", headings.split(",")) == fields.split(",")


def test_sitters_have_neither_pets_nor_notes() -> None:
    assert columns.guess("sitters", ["Sitter name", "Phone", "Pets", "Notes"]) == ["name", "phone", "", ""]


@pytest.mark.parametrize("most", [1, 2, 10])
def test_our_own_headings_are_guessed(most: int) -> None:
    guessed = columns.guess("clients", columns.written("clients", most))
    assert guessed == ["name", *["phone", "label"] * most, "pets", "notes"]
    assert columns.guess("sitters", columns.written("sitters", 1)) == ["name", "phone"]


@pytest.mark.parametrize(
    ("chosen", "says"),
    [
        (["phone", ""], "which column has the name"),
        (["name", "name"], "Two columns"),
        (["name", "first_name"], "not both"),
        (["name", "label"], "more phone labels"),
        (["name", "email"], "isn't known"),
    ],
)
def test_a_choice_that_makes_no_sense_is_refused(chosen: list[str], says: str) -> None:
    assert says in " ".join(columns.faults("clients", chosen))


@pytest.mark.parametrize(
    ("cell", "phones"),
    [
        ("(310) 555-0161", [(A, "")]),
        ("310/555-0161", [(A, "")]),
        ("13105550161.0", [(A, "")]),
        ("'+13105550161", [(A, "")]),
        ("310-555-0161; 310-555-0162", [(A, ""), (B, "")]),
        ("310-555-0161 / 310-555-0162", [(A, ""), (B, "")]),
        ("310-555-0161/310-555-0162", [(A, ""), (B, "")]),
        ("310-555-0161\n310-555-0162", [(A, ""), (B, "")]),
        ("310-555-0161 or 310-555-0162", [(A, ""), (B, "")]),
        ("Cell: 310-555-0161, Home: 310-555-0162", [(A, "Cell"), (B, "Home")]),
        ("310-555-0161 (Lee)", [(A, "Lee")]),
        ("", []),
    ],
)
def test_phones_are_read_as_people_write_them(cell: str, phones: list[tuple[str, str]]) -> None:
    found = Reading("clients", ["Name", "Phone"], ["name", "phone"]).person(["Bo", cell]).phones
    assert [(phone.e164, phone.label) for phone in found] == phones


@pytest.mark.parametrize(
    ("cells", "why", "cell"),
    [
        (["", "310-555-0161"], "name is empty", ""),
        (["Bo", "555-0186"], "add the area code", "555-0186"),
        (["Bo", "310-555-0161; 555-0186"], "add the area code", "555-0186"),
        (["Bo", "call me"], "isn't a phone number", "call me"),
        (["Bo", "1.31056E+10"], "digits are lost", "1.31056E+10"),
        (["B" * 121, ""], "up to 120 characters", "B" * 121),
        (["Bo", "", "p" * 201], "up to 200 characters", "p" * 201),
        (["Bo", "", "", "n" * 4001], "up to 4,000 characters", "n" * 4001),
        (["Bo", "", "", "", "more"], "more cells than the first row", "more"),
        (["Bo", f"310-555-0161 ({'x' * 41})"], "up to 40 characters", "x" * 41),
        (["Bo", "; ".join(f"310-555-01{n}" for n in range(60, 71))], "up to 10 phones", None),
    ],
)
def test_what_is_wrong_is_said_with_the_cell_and_what_to_do(
    cells: list[str], why: str, cell: str | None
) -> None:
    reading = Reading("clients", ["Name", "Phone", "Pets", "Notes"], ["name", "phone", "pets", "notes"])
    with pytest.raises(Unusable) as wrong:
        reading.person(cells)
    assert why in wrong.value.why
    assert cell is None or wrong.value.cell == cell


def test_a_sitter_has_one_phone() -> None:
    with pytest.raises(Unusable, match="one phone"):
        Reading("sitters", ["Name", "Phone"], ["name", "phone"]).person(["Bo", "310-555-0161; 310-555-0162"])


def test_labels_belong_to_the_phones_in_their_order_and_headings_speak_where_there_are_none() -> None:
    labelled = Reading("clients", ["", "", "", "", ""], ["name", "phone", "label", "phone", "label"])
    found = labelled.person(["Bo", "310-555-0161", "", "310-555-0162", "Lee"]).phones
    assert [phone.label for phone in found] == ["", "Lee"]
    headed = Reading("clients", ["Name", "Mobile", "Phone 2"], ["name", "phone", "phone"])
    found = headed.person(["Bo", "310-555-0161", "310-555-0162"]).phones
    assert [phone.label for phone in found] == ["Mobile", ""]


def test_the_same_phone_twice_in_a_row_is_one() -> None:
    reading = Reading("clients", ["", "", ""], ["name", "phone", "phone"])
    assert len(reading.person(["Bo", "310-555-0161", "(310) 555 0161"]).phones) == 1


def test_what_looks_like_a_formula_is_text() -> None:
    found = Reading("clients", ["Name", "Notes"], ["name", "notes"]).person(["=cmd|' /C calc'!A0", "@SUM(1)"])
    assert (found.name, found.notes) == ("=cmd|' /C calc'!A0", "@SUM(1)")


@given(st.text(st.sampled_from("'=+-@\t\r\nab＝")))
def test_a_cell_that_was_made_safe_is_read_as_it_was(text: str) -> None:
    assert plain_cell(str(safe_cell(text))) == text


@given(st.text(max_size=60))
def test_any_cell_is_phones_or_refused(cell: str) -> None:
    try:
        found = list(people.phones_in(cell))
    except Unusable:
        return
    assert all(phone.e164.startswith("+") for phone in found)
