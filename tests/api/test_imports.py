"""Imports and exports through the API: the same verbs as on the desk."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from audit.models import AuditEvent
from messaging.models import Client, PeopleImport
from messaging.spreadsheets import running, tables
from tests.api.factories import Business, business, client_of, phone
from tests.worlds import world

pytestmark = pytest.mark.django_db


def _made() -> Business:
    return business(full=False)


made = world(_made)


def hand_in(http: Any, data: str | bytes, **more: Any) -> Any:
    file = SimpleUploadedFile("people.csv", data if isinstance(data, bytes) else data.encode())
    return http.post("/api/v1/imports/", {"kind": "clients", "file": file, **more}, format="multipart")


def test_upload_start_rows_undo(made: Business) -> None:
    http = client_of(made.owner)
    first = hand_in(http, f"Name,Phone\nCarol,{phone()}\nTypo,555-0186\n")
    assert first.status_code == 201, first.json()
    told = first.json()
    assert (told["state"], told["columns"], told["headings"]) == (
        "draft",
        ["name", "phone"],
        ["Name", "Phone"],
    )
    assert (told["counts"]["new"], told["counts"]["refused"]) == (1, 1)
    assert not Client.objects.filter(name="Carol").exists()

    where = f"/api/v1/imports/{told['id']}/"
    rows = http.get(f"{where}rows/", {"state": "refused"}).json()["results"]
    assert rows == [
        {
            "number": 3, "state": "refused", "name": "Typo", "cell": "555-0186",
            "why": "This has no area code: add the area code.", "client": None, "sitter": None,
        }
    ]  # fmt: skip

    assert http.post(f"{where}start/", {}, format="json").json()["state"] == "running"
    running.go_on(PeopleImport.objects.get().pk)
    assert (http.get(where).json()["state"], http.get(where).json()["added"]) == ("finished", 1)
    (added,) = http.get(f"{where}rows/", {"state": "added"}).json()["results"]
    assert added["client"]["id"] == str(Client.objects.get(name="Carol").public_id)

    assert http.post(f"{where}undo/", {}, format="json").json()["state"] == "undoing"
    running.go_on(PeopleImport.objects.get().pk)
    assert (http.get(where).json()["state"], http.get(where).json()["removed"]) == ("undone", 1)
    assert not Client.objects.filter(name="Carol").exists()
    assert [one["state"] for one in http.get("/api/v1/imports/").json()["results"]] == ["undone"]


def test_columns_with_the_file_and_afterwards(made: Business) -> None:
    http = client_of(made.owner)
    told = hand_in(http, f"a,b,c\nBo,{phone()},Milo\n", columns=["name", "phone", ""]).json()
    assert (told["columns"], told["counts"]["new"]) == (["name", "phone", ""], 1)
    where = f"/api/v1/imports/{told['id']}/columns/"
    again = http.post(where, {"columns": ["name", "", "pets"]}, format="json").json()
    assert again["columns"] == ["name", "", "pets"]
    wrong = http.post(where, {"columns": ["name", "name", ""]}, format="json")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "bad_columns")


def test_the_kind_says_whom_the_file_adds(made: Business) -> None:
    http = client_of(made.owner)
    told = hand_in(http, f"Name,Phone\nBen,{phone()}\n", kind="sitters").json()
    assert told["kind"] == "sitters"
    assert hand_in(http, "Name\nBo\n", kind="dogs").status_code == 400


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (b"PK\x03\x04", 422, "no_table_in_file"),
        (b"Name,Phone\n", 422, "no_table_in_file"),
        (b"Name\nB\0o\n", 422, "no_table_in_file"),
        (b"a" * (tables.LARGEST_FILE + 1), 413, "file_too_large"),
        (b"", 400, "invalid"),
    ],
)
def test_files_that_are_none(made: Business, data: bytes, status: int, code: str) -> None:
    answer = hand_in(client_of(made.owner), data)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not PeopleImport.objects.exists()


def test_a_body_without_a_file(made: Business) -> None:
    answer = client_of(made.owner).post("/api/v1/imports/", {"kind": "clients"}, format="json")
    assert (answer.status_code, "file" in answer.json()["errors"]) == (400, True)


def test_what_is_no_longer_possible(made: Business) -> None:
    http = client_of(made.owner)
    told = hand_in(http, f"Name,Phone\nBo,{phone()}\n").json()
    where = f"/api/v1/imports/{told['id']}/"
    assert http.post(f"{where}undo/", {}, format="json").status_code == 409
    assert http.post(f"{where}discard/", {}, format="json").status_code == 204
    assert http.get(where).status_code == 404


def test_exports(made: Business) -> None:
    http = client_of(made.owner, "read")
    for kind, name in (("clients", made.client.name), ("sitters", made.sitter.name)):
        answer: Any = http.get(f"/api/v1/{kind}/csv/")
        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        assert name in b"".join(answer.streaming_content).decode()
        event = AuditEvent.objects.latest("pk")
        assert (event.verb, event.data) == ("export.made", {"kind": kind, "rows": 1})


def test_a_key_needs_the_scope(made: Business) -> None:
    http = client_of(made.owner, "read")
    assert hand_in(http, "Name\nBo\n").status_code == 403
    assert client_of(made.owner, "send").get("/api/v1/clients/csv/").status_code == 403
