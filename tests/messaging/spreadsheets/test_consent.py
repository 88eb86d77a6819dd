"""Consent that a file brings along: read strictly, counted before anybody is added, recorded as any other, and ended by an undo."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from messaging.consent import changes, given
from messaging.models import Client, Consent, PeopleImport
from messaging.models.consent import ConsentChannel, ConsentEnd, Purpose
from messaging.spreadsheets import agreements, columns, uploads
from messaging.spreadsheets.agreements import NotSaid
from tests.api.factories import client_of
from tests.business import Business, new_phone
from tests.messaging.consent.agreeing import agree
from tests.messaging.spreadsheets.files import imported, run, told, undone, upload, written

pytestmark = pytest.mark.django_db

PACIFIC = ZoneInfo("America/Los_Angeles")
HEADINGS = ["Name", "Phone", "SMS consent", "SMS consent date"]


def file_of(*rows: list[str], headings: list[str] = HEADINGS) -> str:
    return written([headings, *rows])


def bo(phone: str, said: str = "Yes", on: str = "1/5/2026") -> list[str]:
    return ["Bo", phone, said, on]


@pytest.mark.parametrize(
    ("headings", "fields"),
    [
        ("Name,Phone,SMS consent,SMS consent date", ["name", "phone", "consent", "consent_on"]),
        ("Name,Phone,Text opt-in,Text opt-in date", ["name", "phone", "consent", "consent_on"]),
        (
            "Name,Agreed to texts,Agreed on,Words they agreed to,How they agreed,Proof that they agreed",
            ["name", "consent", "consent_on", "consent_words", "consent_how", "consent_where"],
        ),
        # Consent without its day proves nothing: such columns stay left out, as they were.
        ("Name,Phone,SMS consent", ["name", "phone", ""]),
        ("Name,Phone,SMS consent date", ["name", "phone", ""]),
    ],
)
def test_columns_are_guessed(headings: str, fields: list[str]) -> None:
    assert columns.guess("clients", headings.split(",")) == fields


def test_a_choice_of_columns_that_proves_nothing_is_refused() -> None:
    assert columns.faults("clients", ["name", "phone", "consent"]) == [
        "Choose which column says on what day they agreed: consent without its day proves nothing."
    ]
    assert columns.faults("clients", ["name", "consent_on"]) == [
        "Choose which column says that they agreed to texts."
    ]
    assert columns.faults("sitters", ["name", "consent", "consent_on"]) != []


def read(said: str = "yes", on: str = "1/5/2026", **more: Any) -> Any:
    rest = {"words": "", "how": "", "where": "", "heading": "SMS consent", "zone": PACIFIC, **more}
    return agreements.read(said, on=on, **rest)


@pytest.mark.parametrize(
    ("said", "purpose"),
    [
        ("Yes", Purpose.SERVICE), ("TRUE", Purpose.SERVICE), (" opted  in ", Purpose.SERVICE), ("offers", Purpose.PROMOTIONAL),
        ("Marketing", Purpose.PROMOTIONAL), ("no", None), ("", None), ("Opted out", None), ("unknown", None),
    ],
)  # fmt: skip
def test_what_they_agreed_to(said: str, purpose: Purpose | None) -> None:
    found = read(said)
    assert (found.purpose if found else None) == purpose


@pytest.mark.parametrize(
    ("on", "at"),
    [
        ("1/5/2026", datetime(2026, 1, 5, 8, tzinfo=UTC)),
        ("Jan 5, 2026", datetime(2026, 1, 5, 8, tzinfo=UTC)),
        ("2026-01-05", datetime(2026, 1, 5, 8, tzinfo=UTC)),
        ("1/5/2026 2:30 PM", datetime(2026, 1, 5, 22, 30, tzinfo=UTC)),
        ("2026-07-05 14:30:00", datetime(2026, 7, 5, 21, 30, tzinfo=UTC)),
        ("2026-01-05T14:30:00Z", datetime(2026, 1, 5, 14, 30, tzinfo=UTC)),
    ],
)
def test_when_they_agreed_by_the_business_clock(on: str, at: datetime) -> None:
    assert read(on=on).at == at


@pytest.mark.parametrize(
    ("typed", "cell", "why"),
    [
        ({"said": "maybe"}, "maybe", "Write yes, offers, or no."),
        ({"on": ""}, "yes", "Say on what day"),
        ({"on": "13/1/2026"}, "13/1/2026", "This is no day"),
        ({"on": "last spring"}, "last spring", "This is no day"),
        ({"how": "telepathy"}, "telepathy", "Write how they agreed"),
        ({"words": "x" * 1001}, "x" * 1001, "up to 1,000"),
        ({"where": "x" * 401}, "x" * 401, "up to 400"),
    ],
)
def test_what_does_not_say_it_is_refused_with_its_cell(typed: dict[str, str], cell: str, why: str) -> None:
    with pytest.raises(NotSaid) as refused:
        read(**typed)
    assert (refused.value.cell, why in refused.value.why) == (cell, True)


def test_it_is_recorded_with_the_words_and_the_row_of_the_file(business: Business) -> None:
    one, other = new_phone(), new_phone()
    headings = [
        "Name",
        "Phone",
        "Agreed to texts",
        "Agreed on",
        "Words they agreed to",
        "How they agreed",
        "Proof that they agreed",
    ]
    done = imported(
        business,
        file_of(
            [
                "Bo",
                f"{one}; {other}",
                "offers",
                "2/1/2026",
                "I want offers",
                "Web form",
                "https://x.example/7",
            ],
            ["Cy", new_phone(), "no", "", "", "", ""],
            headings=headings,
        ),
    )
    assert (done.added, uploads.agreeing(done)) == (2, 1)
    rows = Consent.objects.of(business.organization).order_by("pk")
    assert {row.e164 for row in rows} == {one, other}
    for row in rows:
        assert (row.purpose, row.channel, row.wording) == (
            Purpose.PROMOTIONAL,
            ConsentChannel.WEB_FORM,
            "I want offers",
        )
        assert row.evidence == "Row 2 of people.csv: https://x.example/7"
        assert row.given_at == datetime(2026, 2, 1, tzinfo=business.organization.zone)
        assert (row.recorded_by, row.client.name if row.client else "") == (business.owner, "Bo")
    assert given.holds(business.organization.pk, one, Purpose.PROMOTIONAL)
    assert business.verbs().count("consent.given") == 2


def test_without_a_column_for_the_words_the_files_own_are_kept(business: Business) -> None:
    phone = new_phone()
    imported(business, file_of(bo(phone)))
    row = Consent.objects.get(e164=phone)
    assert (row.wording, row.evidence, row.channel) == (
        "SMS consent: Yes",
        "Row 2 of people.csv",
        ConsentChannel.IMPORT,
    )


def test_the_preview_counts_them_and_says_which_rows_do_not_say_it(business: Business) -> None:
    draft = upload(
        business,
        file_of(
            bo(new_phone()),
            ["Cy", new_phone(), "Yes", ""],
            ["Di", new_phone(), "Yes", f"{timezone.now() + timedelta(days=2):%m/%d/%Y}"],
            ["Ed", "", "Yes", "1/5/2026"],
            ["Flo", new_phone(), "", ""],
        ),
    )
    assert [(state, why) for _, state, _, why in told(draft)] == [
        ("new", ""),
        ("refused", "Say on what day they agreed, or leave consent empty."),
        ("refused", "They can't have agreed later than now. Correct the day."),
        ("refused", "Consent to texts belongs to a phone, and this row has none. Add it."),
        ("new", ""),
    ]
    assert not Consent.objects.exists(), "a preview records nothing"
    page = business.signed_in().get(reverse("admin:messaging_peopleimport_change", args=[draft.public_id]))
    assert "1 of them agreed to texts" in " ".join(page.content.decode().split())
    assert (
        client_of(business.owner, "windows", "read")
        .get(f"/api/v1/imports/{draft.public_id}/")
        .json()["agreeing"]
        == 1
    )
    done = run(business, draft)
    page = business.signed_in().get(reverse("admin:messaging_peopleimport_change", args=[done.public_id]))
    assert "Consent to texts was recorded for 1 of them." in page.content.decode()


def opt_out(business: Business, phone: str) -> None:
    changes.opt_out(business.organization, phone, by=business.owner, at=timezone.now())


def test_who_opted_out_since_comes_without_consent(business: Business) -> None:
    phone = new_phone()
    opt_out(business, phone)
    draft = upload(business, file_of(bo(phone)))
    assert [(state, cell) for _, state, cell, _ in told(draft)] == [("new", "1/5/2026")]
    assert uploads.agreeing(draft) == 0
    page = business.signed_in().get(reverse("admin:messaging_peopleimport_change", args=[draft.public_id]))
    assert "1 opted out of texts since they agreed" in " ".join(page.content.decode().split())
    run(business, draft)
    assert Client.objects.filter(name="Bo").exists()
    assert not Consent.objects.exists()


def test_who_opted_out_between_preview_and_start_too(business: Business) -> None:
    phone = new_phone()
    draft = upload(business, file_of(bo(phone)))
    assert uploads.agreeing(draft) == 1
    opt_out(business, phone)
    done = run(business, draft)
    assert (done.added, uploads.agreeing(done), Consent.objects.count()) == (1, 0, 0)
    assert told(done)[0][3] == "They opted out of texts since, so no consent is recorded."


def test_a_client_who_is_there_stays_as_they_are(business: Business) -> None:
    done = imported(
        business, file_of([business.client.name, business.client_phone, "Yes", "1/5/2026"], bo(new_phone()))
    )
    assert (done.there, done.added) == (1, 1)
    assert not Consent.objects.filter(client=business.client).exists()


class TestUndo:
    def made(self, business: Business) -> tuple[PeopleImport, Consent]:
        phone = new_phone()
        done = imported(business, file_of(bo(phone)))
        return done, Consent.objects.get(e164=phone)

    def test_it_ends_what_it_recorded(self, business: Business) -> None:
        done, consent = self.made(business)
        done = undone(business, done)
        assert (done.removed, done.kept) == (1, 0)
        assert not Client.objects.filter(name="Bo").exists()
        consent.refresh_from_db()
        assert (consent.client, consent.ended_as) == (None, ConsentEnd.UNDONE)
        assert not given.holds(business.organization.pk, consent.e164, Purpose.SERVICE)
        assert "consent.ended" in business.verbs()

    def test_someone_with_consent_recorded_since_stays_and_so_does_theirs(self, business: Business) -> None:
        done, consent = self.made(business)
        agree(Client.objects.get(name="Bo").phones.get(), by=business.owner)
        done = undone(business, done)
        assert (done.removed, done.kept) == (0, 1)
        assert told(done)[0][3] == "Consent was recorded since."
        consent.refresh_from_db()
        assert consent.ended_at is None

    def test_the_file_can_be_imported_again(self, business: Business) -> None:
        done, consent = self.made(business)
        undone(business, done)
        imported(business, file_of(bo(consent.e164)))
        assert given.holds(business.organization.pk, consent.e164, Purpose.SERVICE)
