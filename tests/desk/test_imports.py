"""The pages of imports, as the office uses them: upload, columns, preview, start, report, undo; and what strangers' files try."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import AuditEvent
from messaging.models import Client, PeopleImport
from messaging.spreadsheets import running, tables, uploads
from tests.business import Business, new_phone, open_business
from tests.desk.test_default_buttons import wrong
from tests.messaging.spreadsheets.files import fresh, imported, run, states, written

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(business: Business) -> Browser:
    return business.signed_in()


def hand_in(desk: Browser, data: str | bytes, kind: str = "clients", name: str = "people.csv") -> Any:
    """Upload a file; the page that it leads to."""
    file = SimpleUploadedFile(name, data if isinstance(data, bytes) else data.encode())
    return desk.post(reverse("admin:imports"), {"kind": kind, "file": file}, follow=True)


def newest() -> PeopleImport:
    found: PeopleImport = PeopleImport.objects.latest("pk")
    return found


def do(desk: Browser, verb: str, **typed: str) -> Any:
    return desk.post(reverse(f"admin:import_{verb}", args=[newest().public_id]), typed, follow=True)


def words(answer: Any) -> str:
    """What the page says, without its markup."""
    text = re.sub(r"<[^>]+>", " ", answer.content.decode().split("<main", 1)[-1])
    return " ".join(text.split())


def test_from_file_to_clients_and_back(desk: Browser, business: Business) -> None:
    phone = new_phone()
    shown = hand_in(desk, f"Name,Phone\nCarol,{phone}\nTypo,555-0186\nDana,{business.client_phone}\n")
    said = words(shown)
    assert "New 1 Already there 1 Not added 1" in said
    assert "Row 3: Typo 555-0186 This has no area code: add the area code." in said
    assert not Client.objects.filter(name="Carol").exists()

    do(desk, "start")
    running.go_on(newest().pk)
    page = desk.get(reverse("admin:messaging_peopleimport_change", args=[newest().public_id]))
    assert "Added 1 Already there 1 Not added 1" in words(page)
    assert Client.objects.get(name="Carol").phones.get().e164 == phone

    report: Any = desk.get(reverse("admin:import_report", args=[newest().public_id]))
    lines = b"".join(report.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[1:] == [
        "2,Added,Carol,,",
        "3,Not added,Typo,555-0186,This has no area code: add the area code.",
        "4,Already there,Dana,,",
    ]

    assert "Undoing" in words(do(desk, "undo"))
    running.go_on(newest().pk)
    assert "Removed again 1 Stay 0" in words(
        desk.get(reverse("admin:messaging_peopleimport_change", args=[newest().public_id]))
    )
    assert not Client.objects.filter(name="Carol").exists()


def test_the_kind_that_was_chosen_decides_whom_the_file_adds(desk: Browser) -> None:
    hand_in(desk, f"Name,Phone\nBen,{new_phone()}\n", kind="sitters")
    assert newest().kind == "sitters"
    assert "Add 1 sitter" in words(desk.get(newest_url()))


def newest_url() -> str:
    return reverse("admin:messaging_peopleimport_change", args=[newest().public_id])


def test_columns_are_chosen_on_the_page(desk: Browser) -> None:
    """By the fields `column-*`, one for each column of the file."""
    shown = hand_in(desk, f"Wer,Telefon\nBo,{new_phone()}\nAl,{new_phone()}\n")
    assert "The name is empty" in words(shown)
    answer = desk.post(newest_url(), {"column-0": "name", "column-1": "phone"}, follow=True)
    assert "New 2" in words(answer)
    answer = desk.post(newest_url(), {"column-0": "name", "column-1": "name"})
    assert answer.status_code == 422
    assert "Two columns are “Name”: choose one." in words(answer)
    assert newest().columns == ["name", "phone"]


def test_who_was_used_since_is_named_with_a_link(desk: Browser, business: Business) -> None:
    phone = new_phone()
    hand_in(desk, f"Name,Phone\nCarol,{phone}\n")
    run(business, newest())
    business.text("Hi", sender=phone)
    do(desk, "undo")
    running.go_on(newest().pk)
    page = desk.get(newest_url())
    assert "Row 2: Carol They have a conversation." in words(page)
    carol = Client.objects.get(name="Carol")
    assert reverse("admin:messaging_client_change", args=[carol.public_id]) in page.content.decode()


def test_who_texted_before_is_counted(desk: Browser, business: Business) -> None:
    wrote = new_phone()
    business.text("Hi", sender=wrote)
    assert "1 of them texted you before" in words(hand_in(desk, f"Name,Phone\nCarol,{wrote}\n"))
    run(business, newest())
    assert "1 of them texted you before" in words(desk.get(newest_url()))


def test_a_file_is_thrown_away(desk: Browser) -> None:
    hand_in(desk, f"Name,Phone\nCarol,{new_phone()}\n")
    assert "thrown away" in words(do(desk, "discard"))
    assert not PeopleImport.objects.exists()


@pytest.mark.parametrize("verb", ["start", "undo", "discard"])
def test_what_is_no_longer_possible_is_said(desk: Browser, business: Business, verb: str) -> None:
    hand_in(desk, f"Name,Phone\nCarol,{new_phone()}\n")
    if verb != "undo":
        run(business, newest())
    answer = do(desk, verb)
    assert answer.status_code == 409
    assert 'role="alert"' in answer.content.decode()


class TestHostileFiles:
    """What strangers and spreadsheets hand in: an answer in words, nothing kept, nothing run."""

    @pytest.mark.parametrize(
        ("data", "status", "says"),
        [
            (b"", 422, "The file is empty."),
            (b"Name,Phone\n", 422, "nothing below the first row"),
            (b"PK\x03\x04" + b"\0" * 100, 422, "not a CSV file"),
            (b"Name,Phone\nB\0o,1\n", 422, "isn&#x27;t text"),
            (b"," * tables.LARGEST_FILE, 422, "columns"),
            (",".join(f"c{n}" for n in range(100_000)).encode(), 422, "100,000 columns"),
            (b"a" * (tables.LARGEST_FILE + 1), 413, "larger than 5 MB"),
            (b"Name\n" + b"Bo\n" * 5001, 422, "more than 5,000 rows"),
            (b'Name\n"Bo', 422, "quotation marks"),
        ],
    )
    def test_are_refused_in_words(self, desk: Browser, data: bytes, status: int, says: str) -> None:
        answer = hand_in(desk, data)
        assert answer.status_code == status
        assert says in answer.content.decode()
        assert not PeopleImport.objects.exists()

    def test_no_file_and_no_such_kind(self, desk: Browser) -> None:
        assert "Choose a file." in words(desk.post(reverse("admin:imports"), {"kind": "clients"}))
        assert hand_in(desk, "Name\nBo\n", kind="dogs").status_code == 422

    @pytest.mark.parametrize(
        "name", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}", "{% debug %}"]
    )
    def test_names_and_headings_are_shown_as_they_are(
        self, desk: Browser, business: Business, name: str
    ) -> None:
        rows = written([["Name", "Phone", name], [name, "555-0186", name], [f"{name} 2", new_phone(), ""]])
        shown = hand_in(desk, rows, name=f"{name}.csv").content.decode()
        for bad in ("<script>alert", "<img src=x", ">49<"):
            assert bad not in shown
        run(business, newest())
        assert "<script>alert" not in desk.get(newest_url()).content.decode()
        assert Client.objects.filter(name=f"{name} 2").exists()

    def test_windows_letters_are_shown_to_be_checked(self, desk: Browser) -> None:
        shown = hand_in(desk, f"Name;Phone\nZoë;{new_phone()}\n".encode("cp1252"))
        assert "read as Western European. Check these: “Zoë”." in words(shown)


class TestWhereItIs:
    """Imports and exports are where people look."""

    @pytest.mark.parametrize(("listed", "kind"), [("client", "clients"), ("sitter", "sitters")])
    def test_on_the_lists(self, desk: Browser, business: Business, listed: str, kind: str) -> None:
        page = desk.get(reverse(f"admin:messaging_{listed}_changelist")).content.decode()
        bring_in = reverse(f"admin:messaging_{listed}_bring_in")
        assert bring_in in page
        assert desk.get(bring_in)["Location"] == f"{reverse('admin:imports')}?kind={kind}"
        chosen = desk.get(bring_in, follow=True).content.decode()
        assert f'<option value="{kind}" selected>' in chosen
        download = reverse(f"admin:messaging_{listed}_download")
        assert download in page
        before = AuditEvent.objects.filter(verb="export.made").count()
        answer: Any = desk.get(download)
        text = b"".join(answer.streaming_content).decode()
        assert (business.client.name if kind == "clients" else business.sitter.name) in text
        assert answer["Content-Disposition"] == f'attachment; filename="{kind}.csv"'
        event = AuditEvent.objects.filter(verb="export.made").latest("pk")
        assert AuditEvent.objects.filter(verb="export.made").count() == before + 1
        assert event.data == {"kind": kind, "rows": 1}

    def test_in_the_palette_and_in_the_trail(self, desk: Browser, business: Business) -> None:
        found = desk.get(reverse("admin:search"), {"s": "import", "extended": "1"}).content.decode()
        assert reverse("admin:imports") in found
        imported(business, f"Name,Phone\nCarol,{new_phone()}\n")
        event = AuditEvent.objects.get(verb="people.import_finished")
        page = desk.get(reverse("admin:audit_auditevent_change", args=[event.pk])).content.decode()
        assert newest_url() in page

    def test_imports_so_far(self, desk: Browser, business: Business) -> None:
        imported(business, f"Name,Phone\nCarol,{new_phone()}\n")
        assert "people.csv Finished Clients" in words(desk.get(reverse("admin:imports")))


def test_nobody_of_another_business_finds_it(desk: Browser) -> None:
    hand_in(desk, f"Name,Phone\nCarol,{new_phone()}\n")
    stranger = open_business("Paws").signed_in()
    assert stranger.get(newest_url()).status_code == 404
    for verb in ("start", "undo", "discard"):
        assert do(stranger, verb).status_code == 404
    assert states(newest()) == ["new"]


def test_many_refusals_come_in_pages_and_cost_no_more(desk: Browser, business: Business) -> None:
    def asked(many: int) -> int:
        hand_in(desk, written([["Name", "Phone"], *([f"C{n}", "555-0186"] for n in range(many))]))
        with CaptureQueriesContext(connection) as captured:
            shown = desk.get(newest_url())
        assert f"Not added: {many}" in words(shown)
        return len(captured)

    few, many = asked(3), asked(120)
    assert many <= few + 1
    assert "Page 3 of 3" in words(desk.get(newest_url(), {"page": "3"}))
    assert "Page 3 of 3" in words(desk.get(newest_url(), {"page": "99"}))


def test_progress_is_a_part_of_the_page(desk: Browser, business: Business) -> None:
    hand_in(desk, f"Name,Phone\nCarol,{new_phone()}\n")
    do(desk, "start")
    part = desk.get(newest_url(), {"part": "progress"})
    assert "0 of 1" in words(part)
    assert "data-over" not in part.content.decode()
    running.go_on(newest().pk)
    assert "data-over" in desk.get(newest_url(), {"part": "progress"}).content.decode()


def test_enter_presses_what_the_form_is_for(desk: Browser, business: Business) -> None:
    pages = [desk.get(reverse("admin:imports")), hand_in(desk, f"Name,Phone\nCarol,{new_phone()}\n")]
    pages.append(do(desk, "start"))
    running.go_on(newest().pk)
    pages.append(desk.get(newest_url()))
    assert [wrong(page.content.decode()) for page in pages] == [[]] * 4


def test_what_was_chosen_stays_when_the_choice_is_refused(desk: Browser) -> None:
    hand_in(desk, f"Name,Phone\nCarol,{new_phone()}\n")
    draft = newest()
    page = desk.post(newest_url(), {"column-0": "phone", "column-1": "phone"}).content.decode()
    assert page.count('<option value="phone" selected>') == 2
    assert fresh(draft).columns == ["name", "phone"]
    assert uploads.count(draft)["new"] == 1
