"""Before anybody is added: what becomes of every row is said, with the reason and what to do, and no row of people changes."""

from __future__ import annotations

import tracemalloc
from typing import Any

import pytest
from django.core import serializers
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from messaging.alerting import channels
from messaging.errors import BadColumns, FileTooLarge, NoTableInFile, NotPossibleNow
from messaging.models import Client, ClientPhone, ImportedRow, PeopleImport, Sitter
from messaging.models.phones import display
from messaging.spreadsheets import running, tables, uploads
from tests.business import Business, another_client, new_phone, open_business, stranger
from tests.messaging.spreadsheets.files import fresh, imported, run, states, told, undone, upload, written

pytestmark = pytest.mark.django_db


def people() -> str:
    """Every row of people, as it is."""
    return "".join(
        serializers.serialize("json", model._default_manager.order_by("pk"))
        for model in (Client, ClientPhone, Sitter)
    )


def test_every_refusal_is_said_with_row_cell_and_what_to_do(business: Business) -> None:
    _, sams = another_client(business, "Sam")
    alerts = stranger()
    channels.choose(business.organization, phone=alerts, emails=[], by=business.owner, at=timezone.now())
    free = [new_phone() for _ in range(3)]
    rows = [
        ["Name", "Phone"],
        ["New One", free[0]],
        ["Dana", business.client_phone],
        ["dana ", display(business.client_phone)],
        ["Carol", sams],
        ["", free[1]],
        ["Typo", "555-0186"],
        ["Twin", free[0]],
        ["Office", business.front_desk.e164],
        ["Ana too", business.sitter.phone],
        ["Alerts", alerts],
        ["Dana", f"{business.client_phone}; {free[2]}"],
        ["X" * 121, ""],
    ]
    before = people()
    draft = upload(business, written(rows))
    assert people() == before
    by_row = {number: (state, cell, why) for number, state, cell, why in told(draft)}
    assert by_row[2][0] == "new"
    assert by_row[3][0] == "there"
    for number, words in {
        4: "twice in the file, at rows 3 and 4",
        5: "Sam already has this phone. Add the partner to that card",
        6: "The name is empty",
        7: "add the area code",
        8: "twice in the file, at rows 2 and 8",
        9: "one of your own numbers",
        10: "Ana, a sitter, already has this phone",
        11: "Alerts go to this phone",
        12: "twice in the file, at rows 3 and 12",
        13: "up to 120 characters",
    }.items():
        state, _, why = by_row[number]
        assert state == "refused", number
        assert words in why, (number, why)
    assert by_row[7][1] == "555-0186"
    assert uploads.count(draft) == {
        "new": 1,
        "there": 1,
        "refused": 10,
        "added": 0,
        "removed": 0,
        "kept": 0,
    }


def test_a_phone_more_for_somebody_who_is_there_is_said_to_be_added_on_the_card(business: Business) -> None:
    ((_, state, _, why),) = told(
        upload(business, f"Name,Phone\nDana,{business.client_phone}; {new_phone()}\n")
    )
    assert (state, "Dana's card has" in why) == ("refused", True)


def test_without_phones_the_name_says_who_is_there(business: Business) -> None:
    assert states(upload(business, "Name\nDana\nNova\nnova \n")) == ["there", "new", "refused"]


def test_who_texted_before_is_said_and_gets_that_conversation(business: Business) -> None:
    wrote = stranger()
    thread = business.text("Do you walk cats?", sender=wrote).thread
    draft = upload(business, f"Name,Phone\nBo,{wrote}\nAl,{new_phone()}\n")
    assert [(state, why) for _, state, _, why in told(draft)] == [
        ("new", "They texted you before: that conversation becomes theirs."),
        ("new", ""),
    ]
    done = run(business, draft)
    thread.refresh_from_db()
    assert thread.client == Client.objects.get(name="Bo")
    back = undone(business, done)
    assert [(state, why) for _, state, _, why in told(back)] == [("kept", "They have a conversation.")]


def test_sitters(business: Business) -> None:
    rows = f"Name,Phone\nAna,{business.sitter.phone}\nBen,{new_phone()}\nDana,{business.client_phone}\nCy,\n"
    assert states(upload(business, rows, "sitters")) == ["there", "new", "refused", "new"]


def test_nobody_of_another_business_is_in_the_way(business: Business) -> None:
    other = open_business("Paws")
    assert states(upload(business, f"Name,Phone\nDana,{other.client_phone}\n")) == ["new"]


def test_other_columns_judge_anew_and_change_nobody(business: Business) -> None:
    draft = upload(business, f"Wer,Telefon,Katze\nBo,{new_phone()},Milo\nAl,555-0186,\n")
    assert (draft.columns, states(draft)) == (["", "", ""], ["refused", "refused"])
    before = people()
    uploads.choose_columns(draft, ["name", "phone", "pets"])
    assert states(draft) == ["new", "refused"]
    uploads.choose_columns(draft, ["name", "", "pets"])
    assert states(draft) == ["new", "new"]
    assert people() == before


@pytest.mark.parametrize("chosen", [["name"], ["name", "name"], ["phone", ""], ["name", "nonsense"]])
def test_columns_that_make_no_sense_are_refused_and_change_nothing(
    business: Business, chosen: list[str]
) -> None:
    draft = upload(business, f"Name,Phone\nBo,{new_phone()}\n")
    with pytest.raises(BadColumns):
        uploads.choose_columns(draft, chosen)
    assert (fresh(draft).columns, states(draft)) == (["name", "phone"], ["new"])


def test_columns_can_be_named_with_the_file(business: Business) -> None:
    draft = upload(business, f"a,b\nBo,{new_phone()}\n", columns=["name", "phone"])
    assert states(draft) == ["new"]
    with pytest.raises(BadColumns):
        upload(business, "a,b\nBo,1\n", columns=["name"])


def test_a_first_row_that_is_somebody_is_no_heading(business: Business) -> None:
    draft = upload(business, f"Bo,{new_phone()}\nAl,{new_phone()}\n")
    assert draft.headings == ["", ""]
    uploads.choose_columns(draft, ["name", "phone"])
    assert [(number, state) for number, state, _, _ in told(draft)] == [(1, "new"), (2, "new")]


@pytest.mark.parametrize("headings", ["Name,Name,Phone,Phone", "Phone,Phone,Name,Name"])
def test_headings_that_are_there_twice(business: Business, headings: str) -> None:
    draft = upload(business, f"{headings}\na,b,c,d\n")
    assert sorted(draft.columns) == ["", "name", "phone", "phone"]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ("", "empty"),
        ("\n\n\n", "empty"),
        ("Name,Phone\n", "nothing below the first row"),
        ("Just one row", "nothing below the first row"),
        ("Name\n" + "Bo\n" * (tables.MOST_ROWS + 1), "more than 5,000 rows"),
        ('Name\nBo\n"never closed', "Row 3 has quotation marks"),
    ],
)
def test_what_is_no_list_of_people_is_refused_and_leaves_nothing(
    business: Business, data: str, says: str
) -> None:
    with pytest.raises(NoTableInFile, match=says):
        upload(business, data)
    assert not PeopleImport.objects.exists()
    assert not ImportedRow.objects.exists()


def test_a_file_that_is_too_large_is_not_even_read(business: Business) -> None:
    with pytest.raises(FileTooLarge):
        upload(business, b"a" * (tables.LARGEST_FILE + 1))


def test_a_draft_is_thrown_away_with_all_it_said(business: Business) -> None:
    draft = upload(business, f"Name,Phone\nBo,{new_phone()}\n")
    uploads.discard(draft)
    assert not PeopleImport.objects.exists()
    assert not ImportedRow.objects.exists()


def test_what_was_started_is_no_draft(business: Business) -> None:
    done = imported(business, f"Name,Phone\nBo,{new_phone()}\n")
    verbs: list[Any] = [
        lambda: uploads.discard(done),
        lambda: uploads.choose_columns(done, ["name", ""]),
        lambda: running.start(done, by=business.owner, at=timezone.now()),
    ]
    for verb in verbs:
        with pytest.raises(NotPossibleNow):
            verb()


def test_a_file_of_nobody_new_is_not_started(business: Business) -> None:
    draft = upload(business, "Name,Phone\nBo,555-0186\n")
    with pytest.raises(NotPossibleNow, match="No row"):
        running.start(draft, by=business.owner, at=timezone.now())


def test_a_longer_file_costs_no_more_questions_until_the_next_five_hundred(business: Business) -> None:
    def asked(many: int) -> int:
        rows = written([["Name", "Phone"], *([f"C{n}", new_phone()] for n in range(many))])
        with CaptureQueriesContext(connection) as captured:
            upload(business, rows)
        return len(captured)

    assert asked(400) == asked(4)


def test_a_large_file_takes_memory_for_itself_and_not_for_its_rows(business: Business) -> None:
    """5 MB in 5,000 rows: the bytes, their text, and a few hundred rows at a time."""
    row = "n" * 960
    data = written([["Name", "Notes"], *([f"Client {n:04}", row] for n in range(tables.MOST_ROWS))]).encode()
    assert 0.9 * tables.LARGEST_FILE < len(data) <= tables.LARGEST_FILE
    tracemalloc.start()
    upload(business, data)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 3 * len(data)
