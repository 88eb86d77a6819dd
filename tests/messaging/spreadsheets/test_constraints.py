"""Each constraint of imports and their rows, broken once, by name."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from messaging.models import ImportedRow, PeopleImport
from tests.business import Business, new_phone
from tests.constraints import breaks
from tests.messaging.spreadsheets.files import upload
from tests.refusals import refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(business: Business) -> PeopleImport:
    return upload(business, f"Name,Phone\nBo,{new_phone()}\n")


@pytest.mark.parametrize(
    ("columns", "name"),
    [
        ({"kind": "dogs"}, "peopleimport_has_a_known_kind"),
        ({"state": "lost"}, "peopleimport_has_a_known_state"),
        ({"state": "running"}, "peopleimport_started_has_its_time"),
    ],
)
@breaks(
    "peopleimport_has_a_known_kind", "peopleimport_has_a_known_state", "peopleimport_started_has_its_time"
)
def test_an_import_is_of_a_kind_and_in_a_state(
    draft: PeopleImport, columns: dict[str, Any], name: str
) -> None:
    assert refusal(lambda: PeopleImport.objects.filter(pk=draft.pk).update(**columns)) == name


@pytest.mark.parametrize(
    ("state", "name"),
    [("finished", "peopleimport_finished_has_its_time"), ("undone", "peopleimport_undone_has_its_time")],
)
@breaks("peopleimport_finished_has_its_time", "peopleimport_undone_has_its_time")
def test_what_is_over_has_its_time(draft: PeopleImport, state: str, name: str) -> None:
    rows = PeopleImport.objects.filter(pk=draft.pk)
    rows.update(started_at=draft.created_at)
    assert refusal(lambda: rows.update(state=state)) == name


@breaks("importedrow_once_per_import_and_number")
def test_a_row_of_the_file_is_there_once(draft: PeopleImport) -> None:
    twin = ImportedRow(organization_id=draft.organization_id, people_import=draft, number=2, state="new")
    assert refusal(twin.save) == "importedrow_once_per_import_and_number"


@breaks("importedrow_has_a_known_state", "importedrow_names_whom_it_made")
def test_a_row_is_in_a_state_and_names_whom_it_made(business: Business, draft: PeopleImport) -> None:
    rows = ImportedRow.objects.filter(people_import=draft)
    assert refusal(lambda: rows.update(state="lost")) in (
        "importedrow_has_a_known_state",
        "importedrow_names_whom_it_made",
    )
    wrong: list[dict[str, Any]] = [
        {"state": "added"},
        {"state": "kept"},
        {"state": "new", "client": business.client},
        {"state": "added", "client": business.client, "sitter": business.sitter},
    ]
    for columns in wrong:
        assert refusal(partial(rows.update, **columns)) == "importedrow_names_whom_it_made"
