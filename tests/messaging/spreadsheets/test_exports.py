"""What is taken away comes back: an export is imported into another business and gives the same people."""

from __future__ import annotations

import csv
import io

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from messaging.models import Client, ClientPhone, Sitter
from messaging.people import many
from messaging.spreadsheets import columns, exports, reports
from snoutos.accounts.models import Organization
from tests.business import Business, Office, new_phone, open_business, open_office
from tests.messaging.spreadsheets.files import imported, states, upload
from tests.searching import searched

pytestmark = pytest.mark.django_db

_WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30).map(str.strip)
_NAMES = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Z"]) | st.sampled_from(["=", "+", "'", "@"]),
    min_size=1,
    max_size=30,
)
_PEOPLE = st.lists(
    st.tuples(_NAMES, st.lists(_WORDS, max_size=3), _WORDS, _WORDS), min_size=1, max_size=6,
    unique_by=lambda one: " ".join(one[0].split()).casefold(),
)  # fmt: skip


def exported(of: Office, kind: str = "clients") -> str:
    return "".join(exports.people_csv(of.organization, kind))


def clients_of(organization: Organization) -> list[tuple[str, str, str, tuple[tuple[str, str], ...]]]:
    rows = Client.objects.of(organization).prefetch_related("phones")
    return sorted(
        (row.name, row.pets, row.notes, tuple((one.e164, one.label) for one in row.phones.order_by("pk")))
        for row in rows
    )


@searched(20, suppress_health_check=list(HealthCheck))
@given(_PEOPLE)
def test_clients_come_back_as_they_were(people: list[tuple[str, list[str], str, str]]) -> None:
    ours, theirs = open_office("Ours"), open_office("Theirs")
    many.create_clients(
        organization=ours.organization, by=ours.owner, at=timezone.now(),
        people=[
            many.NewPerson(name=name, phones=[(new_phone("213"), label) for label in labels], pets=pets, notes=notes)
            for name, labels, pets, notes in people
        ],
    )  # fmt: skip
    draft = upload(theirs, exported(ours))
    assert draft.columns == columns.guess("clients", draft.headings)
    imported(theirs, exported(ours))
    assert clients_of(theirs.organization) == clients_of(ours.organization)
    assert set(states(upload(ours, exported(ours)))) == {"there"}


def test_sitters_come_back_and_who_left_does_not(business: Business) -> None:
    business.add_sitter("Gone", phone=new_phone())
    Sitter.objects.filter(name="Gone").update(is_active=False)
    business.add_sitter("App only")
    theirs = open_office("Theirs")
    imported(theirs, exported(business, "sitters"), "sitters")
    found = Sitter.objects.of(theirs.organization)
    assert set(found.values_list("name", "phone")) == {("Ana", business.sitter.phone), ("App only", "")}


def test_a_spreadsheet_opens_it_without_running_anything(business: Business) -> None:
    Client.objects.filter(pk=business.client.pk).update(name="=1+1", notes="@SUM(A1)", pets="\tx")
    ClientPhone.objects.filter(client=business.client).update(e164="+442079460958")
    text = exported(business)
    assert text.startswith("\ufeff")
    cells = [cell for row in csv.reader(io.StringIO(text[1:])) for cell in row]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t"))] == []
    assert "'=1+1" in cells


def test_a_report_is_safe_to_open_too(business: Business) -> None:
    draft = upload(business, "Name,Phone\n=cmd,555-0186\n+Bo,\n")
    lines = "".join(reports.report_csv(draft))
    assert "2,Not added,'=cmd,555-0186,This has no area code: add the area code.\r\n" in lines
    assert "3,Will be added,'+Bo,,\r\n" in lines


def test_nothing_of_another_business_is_in_it(business: Business) -> None:
    other = open_business("Paws")
    Client.objects.filter(pk=other.client.pk).update(name="Stranger")
    assert "Stranger" not in exported(business)
