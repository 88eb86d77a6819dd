"""A list of business numbers, pasted or from a file: what can be added is shown first, and what can't and why."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from messaging.errors import FileTooLarge, NoTableInFile
from messaging.models import MessageNumber
from messaging.models.phones import display
from messaging.numbers.owned import NotOwned, Owned
from messaging.spreadsheets import numbers, tables
from messaging.spreadsheets.numbers import ListTooLong, NumbersRead
from snoutos.devtools.twilio_sim.testing import SimulatorClient
from tests.business import Business, open_business, stranger
from tests.factories import ProviderAccountFactory, UserFactory
from tests.provider import UNREACHABLE, _accounts_simulator, provider

__all__ = ["_accounts_simulator", "provider"]

LIST, ADD = "admin:numbers_list", "admin:numbers_add"
OURS = ("+14155550131", "+14155550132", "+14155550133")
XSS = "<script>alert(1)</script>"


def owned(*e164s: str, **columns: Any) -> list[Owned]:
    return [Owned(sid=f"PN{one}", e164=one, name="", can_text=True, **columns) for one in e164s]


def read(business: Business, text: str, listed: list[Owned] | None = None, role: str = "pool") -> NumbersRead:
    found = owned(*OURS) if listed is None else listed
    return numbers.read(text.encode(), found, organization=business.organization, role=role)


def wanted(found: NumbersRead) -> list[tuple[str, str, str]]:
    return [(one.number.e164, one.role, one.label) for one in found.wanted]


class TestReading:
    @pytest.mark.parametrize(
        "text",
        [
            "\n".join(OURS),
            "(415) 555-0131\r\n\r\n415.555.0132\r\n4155550133",
            "+14155550131, (415) 555-0132, 415 555 0133",
            "+14155550131;+14155550132\n+14155550133",
        ],
    )
    def test_numbers_as_people_write_and_paste_them(self, business: Business, text: str) -> None:
        found = read(business, text)
        assert (wanted(found), found.refused) == ([(one, "pool", "") for one in OURS], [])

    def test_what_stands_behind_a_number_is_its_role_or_label(self, business: Business) -> None:
        found = read(business, "(415) 555-0131\tMain line\tFront desk\n(415) 555-0132\tSpare\t")
        assert wanted(found) == [(OURS[0], "front_desk", "Main line"), (OURS[1], "pool", "Spare")]

    def test_headings_as_the_provider_and_we_write_them(self, business: Business) -> None:
        text = f"Friendly Name,SID,Phone Number,Role,Sitter\nOne,PN1,{OURS[0]},,ana\nTwo,PN2,{OURS[1]},front_desk,\n"
        found = read(business, text)
        assert wanted(found) == [(OURS[0], "sitter", "One"), (OURS[1], "front_desk", "Two")]
        assert [one.sitter for one in found.wanted] == [business.sitter, None]

    def test_each_that_cannot_be_added_is_named_with_its_line_and_why(self, business: Business) -> None:
        used = Owned(sid="PN1", e164=OURS[1], name="", can_text=True, used=business.front_desk)
        calls_only = Owned(sid="PN2", e164=OURS[2], name="", can_text=False)
        listed = [*owned(OURS[0]), used, calls_only]
        lines = ["Number,Role,Sitter", OURS[0], OURS[0], "555-0100", XSS, "+14155550199", OURS[1], OURS[2]]
        found = read(business, "\n".join(lines), listed)
        assert wanted(found) == [(OURS[0], "pool", "")]
        told = {one.line: one.why for one in found.refused}
        assert told[3] == "It's in the list twice: the first one counts."
        assert "add the area code" in told[4]
        assert "isn't a phone number" in told[5]
        assert told[6] == NotOwned.sentence
        assert told[7] == "In use: Front desk."
        assert told[8] == "For calls only: it can't text."

    @pytest.mark.parametrize(
        ("rest", "why"),
        [
            ("boss,,", "“boss” is no role"),
            (",Nobody,", "No active sitter is called “Nobody”"),
            ("pool,Ana,", "Only a number with the role Sitter"),
            (f",,{'x' * 81}", "A label can have up to 80 characters"),
        ],
    )
    def test_what_does_not_fit_is_refused(self, business: Business, rest: str, why: str) -> None:
        found = read(business, f"Number,Role,Sitter,Label\n{OURS[0]},{rest}")
        assert wanted(found) == []
        assert found.refused[0].why.startswith(why)

    def test_sitters_are_this_business_own_and_active_and_one_of_a_name(self, business: Business) -> None:
        other = open_business("Other")
        other.add_sitter("Zoe")
        business.add_sitter("Twin")
        business.add_sitter("twin")
        for name in ("Zoe", "Twin"):
            assert read(business, f"Number,Sitter\n{OURS[0]},{name}").refused

    def test_a_number_too_new_to_be_known_here_is_one_when_it_is_owned(self, business: Business) -> None:
        new = "+15551234567"
        assert wanted(read(business, new, owned(new))) == [(new, "pool", "")]
        assert read(business, new).refused

    @pytest.mark.parametrize("text", ["", "\n\n", "Number,Role\n"])
    def test_an_empty_list_is_said(self, business: Business, text: str) -> None:
        with pytest.raises(NoTableInFile):
            read(business, text)

    def test_a_list_has_an_end(self, business: Business) -> None:
        with pytest.raises(ListTooLong):
            read(business, "\n".join(str(n) for n in range(numbers.MOST + 1)))
        with pytest.raises(FileTooLarge):
            read(business, "1" * (tables.LARGEST_FILE + 1))


@pytest.fixture
def there(provider: SimulatorClient, business: Business) -> SimulatorClient:
    account = business.account
    provider.add_account(sid=account.sid, token=account.auth_token, numbers=[business.front_desk.e164, *OURS])
    return provider


def said(answer: Any) -> str:
    return " ".join(html.unescape(answer.content.decode()).split())


def filled(shown: str) -> dict[str, Any]:
    """What the page's own form would send: the ticked numbers with what is chosen for each."""
    form: dict[str, Any] = {"number": re.findall(r'name="number"\s+value="(\w+)" checked', shown)}
    for sid in form["number"]:
        for name in ("role", "sitter"):
            select = re.search(rf'<select id="{name}-{sid}".*?</select>', shown)
            chosen = re.search(r'value="([^"]*)"\s*selected', select[0] if select else "")
            form[f"{sid}-{name}"] = chosen[1] if chosen else ""
        label = re.search(rf'name="{sid}-label"[^>]*value="([^"]*)"', shown)
        form[f"{sid}-label"] = html.unescape(label[1]) if label else ""
    return form


@pytest.mark.usefixtures("there")
class TestThePage:
    def test_a_pasted_list_is_looked_at_and_then_added(self, business: Business) -> None:
        desk = business.signed_in()
        form = {"numbers": f"{display(OURS[0])}\n{OURS[1]}\n{stranger()}\n{XSS}", "role": "front_desk"}
        answer = desk.post(reverse(LIST), form)
        shown = said(answer)
        assert "2 of the list can be added, 2 can't." in shown
        assert NotOwned.sentence in shown
        assert XSS not in answer.content.decode()
        assert display(OURS[2]) not in shown, "only those of the list"
        assert not MessageNumber.objects.filter(e164__in=OURS).exists(), "looking adds none"
        done = desk.post(reverse(ADD), filled(" ".join(answer.content.decode().split())), follow=True)
        assert "2 numbers added." in said(done)
        added = MessageNumber.objects.filter(e164__in=OURS)
        assert set(added.values_list("e164", "role")) == {(OURS[0], "front_desk"), (OURS[1], "front_desk")}

    def test_a_file_with_headings_gives_each_its_role_label_and_sitter(self, business: Business) -> None:
        text = f'Number,Label,Role,Sitter\n{OURS[0]},Ana\'s,sitter,Ana\n{OURS[1]},"Q & A",pool,\n'
        file = SimpleUploadedFile("numbers.csv", text.encode("utf-16"))
        desk = business.signed_in()
        answer = desk.post(reverse(LIST), {"file": file, "role": "front_desk"})
        desk.post(reverse(ADD), filled(" ".join(answer.content.decode().split())))
        added = {one.e164: one for one in MessageNumber.objects.filter(e164__in=OURS)}
        assert (added[OURS[0]].role, added[OURS[0]].sitter, added[OURS[0]].label) == ("sitter", business.sitter, "Ana's")  # fmt: skip
        assert (added[OURS[1]].role, added[OURS[1]].sitter, added[OURS[1]].label) == ("pool", None, "Q & A")

    def test_the_account_that_is_chosen_is_asked(self, business: Business, there: SimulatorClient) -> None:
        other = ProviderAccountFactory(organization=business.organization)
        theirs = stranger()
        there.add_account(sid=other.sid, token=other.auth_token, numbers=[theirs])
        form = {"numbers": f"{theirs}\n{OURS[0]}", "role": "pool"}
        shown = said(business.signed_in().post(reverse(LIST), {**form, "account": str(other.public_id)}))
        assert "1 of the list can be added, 1 can't." in shown
        assert f"<strong>{OURS[0]}</strong>: {NotOwned.sentence}" in shown

    def test_one_list_is_asked_for_and_what_was_pasted_stays(self, business: Business) -> None:
        desk = business.signed_in()
        file = SimpleUploadedFile("numbers.csv", OURS[0].encode())
        for form in ({}, {"numbers": "x", "file": file}):
            answer = desk.post(reverse(LIST), {"role": "pool", **form})
            assert answer.status_code == 422
            assert "one of them" in said(answer)
        kept = desk.post(reverse(LIST), {"numbers": "\n", "role": "nonsense"})
        assert "Choose a role." in said(kept)
        empty = desk.post(
            reverse(LIST), {"file": SimpleUploadedFile("a.xlsx", b"PK\x03\x04..."), "role": "pool"}
        )
        assert "not a CSV file" in said(empty)

    def test_a_list_of_which_nothing_can_be_added_says_so(self, business: Business) -> None:
        shown = said(business.signed_in().post(reverse(LIST), {"numbers": stranger(), "role": "pool"}))
        assert "None of the list can be added." in shown
        assert "Add the ticked numbers" not in shown
        assert "owns no numbers yet" not in shown

    def test_a_provider_that_does_not_answer_is_said(self, business: Business, settings: Any) -> None:
        settings.TWILIO_API_BASE_URL = UNREACHABLE
        answer = business.signed_in().post(reverse(LIST), {"numbers": OURS[0], "role": "pool"})
        assert answer.status_code == 409
        assert "isn't answering" in said(answer)
        assert OURS[0] in said(answer), "the list need not be pasted again"

    def test_staff_see_nothing_and_cause_no_call(self, business: Business, there: SimulatorClient) -> None:
        staff = business.signed_in(UserFactory(organization=business.organization, role="staff"))
        assert staff.get(reverse(LIST)).status_code == 403
        assert staff.post(reverse(LIST), {"numbers": OURS[0], "role": "pool"}).status_code == 403
        assert there.calls() == []

    def test_another_business_account_is_not_asked(self, business: Business, there: SimulatorClient) -> None:
        other = open_business("Other")
        there.add_account(sid=other.account.sid, token=other.account.auth_token)
        form = {"account": str(business.account.public_id), "numbers": OURS[0], "role": "pool"}
        assert "None of the list can be added." in said(other.signed_in().post(reverse(LIST), form))
