"""Opening conversations through the API: with a client, a sitter or a phone, over the front desk or another number."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from messaging.consent import changes
from messaging.models import ClientPhone, MessageNumber, Participant, SendingLine, Thread
from tests.api.factories import Business, business, client_of, person, phone

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> Business:
    return business(full=False)


def open_with(made: Business, *, by: Any = None, **body: str) -> Any:
    return client_of(by or made.owner).post("/api/v1/threads/", body, format="json")


def party(answer: Any) -> dict[str, Any]:
    (found,) = answer.json()["participants"]
    return dict(found)


def another_number(made: Business, role: str, **columns: Any) -> MessageNumber:
    number: MessageNumber = MessageNumber.objects.create(
        organization=made.organization, account=made.number.account, e164=phone(), role=role, **columns
    )
    SendingLine.objects.create(organization=made.organization, number=number)
    return number


def test_with_a_client_by_the_phone_that_has_not_said_stop(made: Business) -> None:
    client = person(made.organization)
    stopped, other = client.phones.get().e164, phone()
    ClientPhone.objects.create(organization=made.organization, client=client, e164=other)
    changes.opt_out(made.organization, stopped, by=made.owner, at=timezone.now())
    answer = open_with(made, client=str(client.public_id))
    assert answer.status_code == 201
    assert (party(answer)["role"], party(answer)["phone"]) == ("client", other)
    chosen = open_with(made, client=str(client.public_id), phone=stopped)
    assert (chosen.status_code, party(chosen)["phone"]) == (201, stopped)


def test_the_pair_that_is_open_is_given(made: Business) -> None:
    asked = {"client": str(made.client.public_id)}
    for _ in range(2):
        answer = open_with(made, **asked)
        assert (answer.status_code, answer.json()["id"]) == (200, str(made.thread.public_id))
    assert Thread.objects.count() == 1


def test_with_a_sitter(made: Business) -> None:
    answer = open_with(made, sitter=str(made.sitter.public_id))
    assert (answer.status_code, answer.json()["kind"]) == (201, "staff")
    assert party(answer)["sitter"]["id"] == str(made.sitter.public_id)


@pytest.mark.parametrize("typed", ["(310) 555-0196", "310.555.0196", "+1 310 555 0196", "3105550196"])
def test_with_a_phone_of_nobodys_however_it_is_written(made: Business, typed: str) -> None:
    answer = open_with(made, phone=typed)
    assert (answer.status_code, answer.json()["client"]) == (201, None)
    assert (party(answer)["role"], party(answer)["phone"]) == ("unknown", "+13105550196")


def test_a_phone_that_is_somebodys_is_theirs(made: Business) -> None:
    answer = open_with(made, phone=made.client.phones.get().e164)
    assert (answer.status_code, answer.json()["id"]) == (200, str(made.thread.public_id))


def test_over_another_number(made: Business) -> None:
    other = another_number(made, "sitter")
    answer = open_with(made, client=str(made.client.public_id), number=str(other.public_id))
    assert (answer.status_code, party(answer)["number"]) == (201, str(other.public_id))


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "invalid"),
        ({"client": "{client}", "sitter": "{sitter}"}, 400, "invalid"),
        ({"sitter": "{sitter}", "phone": "(310) 555-0196"}, 400, "invalid"),
        ({"phone": "555-0186"}, 400, "invalid"),
        ({"phone": "+1 555 123 4567"}, 400, "invalid"),
        ({"phone": "call me"}, 400, "invalid"),
        ({"phone": ""}, 400, "invalid"),
        ({"phone": "{own}"}, 409, "own_number"),
        ({"client": "{client}", "phone": "(310) 555-0196"}, 409, "not_their_phone"),
        ({"sitter": "{sitter}", "number": "{other}"}, 409, "front_desk_only"),
        ({"client": "{client}", "number": "{pool}"}, 409, "number_is_pool"),
        ({"client": "{client}", "number": "{resting}"}, 409, "number_not_active"),
        ({"client": "{silent}"}, 400, "bad_phone"),
    ],
)
def test_what_is_refused(made: Business, body: dict[str, str], status: int, code: str) -> None:
    silent = person(made.organization)
    silent.phones.all().delete()
    named = {
        "client": made.client.public_id, "sitter": made.sitter.public_id, "own": made.number.e164,
        "pool": another_number(made, "pool").public_id, "other": another_number(made, "sitter").public_id, "silent": silent.public_id,
        "resting": another_number(made, "pool", state="quarantined").public_id,
    }  # fmt: skip
    before = Thread.objects.count()
    answer = open_with(made, **{name: value.format(**named) for name, value in body.items()})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert Thread.objects.count() == before


def test_a_number_without_its_area_code_is_refused_in_words(made: Business) -> None:
    errors = open_with(made, phone="555-0186").json()["errors"]
    assert errors == {"phone": ["“555-0186” has no area code: add the area code."]}


def test_somebody_elses_conversation_is_named(made: Business) -> None:
    other = person(made.organization)
    taken = made.client.phones.get()
    taken.client = other
    taken.save()
    answer = open_with(made, client=str(other.public_id), phone=taken.e164)
    assert (answer.status_code, answer.json()["code"]) == (409, "phone_in_use")
    told = {name: answer.json()[name] for name in ("holder", "holder_id", "thread")}
    assert told == {
        "holder": "client",
        "holder_id": str(made.client.public_id),
        "thread": str(made.thread.public_id),
    }
    assert made.client.name in answer.json()["detail"]


@pytest.mark.parametrize("role", ["owner", "staff", "integration"])
def test_who_may(made: Business, role: str) -> None:
    assert open_with(made, by=getattr(made, role), phone=phone()).status_code == 201


def test_another_business_phone_is_nobodys_here(made: Business) -> None:
    """The same phone may be a client's of two businesses, and neither learns of the other."""
    theirs = business("CANARY-B", full=False)
    answer = open_with(made, phone=theirs.client.phones.get().e164)
    assert party(answer)["role"] == "unknown"
    assert "CANARY-B" not in answer.getvalue().decode()
    assert Participant.objects.of(theirs.organization).count() == 1
