"""What screening found, taken away: a table without a word of the texts, and false alarms as labelled rows."""

from __future__ import annotations

import csv
import json
import stat
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEvent
from messaging.models import Sitter
from messaging.review import decisions
from policy.exports import violations_csv
from policy.models import Violation
from snoutos.accounts.roles import Role
from tests.api.factories import client_of
from tests.business import Business, open_business
from tests.factories import UserFactory
from tests.messaging.review.held import LEAK, hold

pytestmark = pytest.mark.django_db


def table(lines: str) -> list[dict[str, str]]:
    return list(csv.DictReader(lines.splitlines()))


def of(business: Business) -> str:
    return "".join(violations_csv(Violation.objects.of(business.organization).order_by("-pk")))


def events(business: Business) -> list[tuple[str, int]]:
    found = AuditEvent.objects.filter(organization=business.organization, verb="export.made").order_by("pk")
    return [(event.data["kind"], event.data["rows"]) for event in found]


def test_the_table_says_what_was_found_and_decided_without_a_word_of_the_text(business: Business) -> None:
    message = hold(business, f"{LEAK} or mail ana.pets@gmail.com")
    decisions.reject(message, by=business.owner, note="Contacts stay here", at=timezone.now())
    text = of(business)
    [row] = table(text)
    assert row["kinds"] == "email phone"
    assert (row["findings"], row["action"], row["resolution"]) == ("2", "hold", "rejected")
    assert (row["message"], row["sitter"]) == (str(message.public_id), business.sitter.name)
    assert row["resolved by"] == str(business.owner)
    asserted = {"id", "message", "at", "resolved by", "resolved at"}
    told = " ".join(value for column, value in row.items() if column not in asserted)
    for word in ("212", "0147", "gmail", "Call", "call", "Contacts", str(business.client.name)):
        assert word not in told


def test_a_name_that_a_spreadsheet_would_run_is_defused(business: Business) -> None:
    hold(business)
    Sitter.objects.filter(pk=business.sitter.pk).update(name='=HYPERLINK("http://x")')
    [row] = table(of(business))
    assert row["sitter"] == '\'=HYPERLINK("http://x")'


def test_the_desk_downloads_what_its_filters_show(business: Business) -> None:
    held, mail = hold(business), hold(business, "mail ana.pets@gmail.com")
    hold(open_business("Other"))
    decisions.dismiss(mail, by=business.owner, at=timezone.now())
    browser = business.browser
    browser.force_login(business.owner, backend="django.contrib.auth.backends.ModelBackend")
    url = reverse("admin:policy_violation_download")
    everything = table(browser.get(url).getvalue().decode())
    assert [row["message"] for row in everything] == [str(mail.public_id), str(held.public_id)]
    waiting = table(browser.get(f"{url}?decided=no").getvalue().decode())
    assert [row["message"] for row in waiting] == [str(held.public_id)]
    assert events(business) == [("violations", 2), ("violations", 1)]
    page = browser.get(f"{reverse('admin:policy_violation_changelist')}?decided=no").content.decode()
    assert f"{url}?decided=no" in page


def test_the_api_gives_the_same_with_its_own_filters(business: Business) -> None:
    held, mail = hold(business), hold(business, "mail ana.pets@gmail.com")
    hold(open_business("Other"))
    http = client_of(business.owner)
    for accept in ("text/csv", "application/json", "*/*"):
        answer = http.get("/api/v1/violations/csv/?kind=email", HTTP_ACCEPT=accept)
        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        [row] = table(answer.getvalue().decode())
        assert row["message"] == str(mail.public_id)
    assert len(table(http.get("/api/v1/violations/csv/").getvalue().decode())) == 2
    assert events(business) == [*[("violations", 1)] * 3, ("violations", 2)]
    refused = http.get("/api/v1/violations/csv/?color=red", HTTP_ACCEPT="text/csv")
    assert (refused.status_code, refused["Content-Type"]) == (400, "application/problem+json")
    assert refused.json()["errors"] == {"color": ["There's no such filter."]}
    assert held.state == "held"


def test_nobody_else_gets_the_table(business: Business) -> None:
    hold(business)
    system = UserFactory(organization=business.organization, role=Role.INTEGRATION)
    for person in (business.sitter_user, system):
        assert client_of(person).get("/api/v1/violations/csv/").status_code == 403
    business.browser.force_login(business.sitter_user, backend="django.contrib.auth.backends.ModelBackend")
    assert business.browser.get(reverse("admin:policy_violation_download")).status_code == 302
    assert events(business) == []


def test_false_alarms_are_labelled_rows(
    business: Business, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second, other = hold(business), hold(business, "mail ana.pets@gmail.com"), open_business("Other")
    decisions.dismiss(first, by=business.owner, at=timezone.now())
    decisions.approve(second, by=business.owner, at=timezone.now())
    decisions.dismiss(hold(other, "text 212 555 0149"), by=other.owner, at=timezone.now())
    path = tmp_path / "false.jsonl"
    call_command("export_false_alarms", str(path), organization=str(business.organization.public_id))
    [row] = [json.loads(line) for line in path.read_text().splitlines()]
    sample = json.loads(Path("benchmarks/data/held_out.jsonl").read_text().splitlines()[0])
    assert list(row) == list(sample)
    assert (row["text"], row["spans"], row["label_types"], row["group"]) == (LEAK, [], [], "neg")
    assert row["family"] == "false_alarm_phone"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "personal data" in capsys.readouterr().out
    assert (events(business), events(other)) == ([("false_alarms", 1)], [])
    everything = tmp_path / "all.jsonl"
    call_command("export_false_alarms", str(everything))
    assert len(everything.read_text().splitlines()) == 2
    assert events(other) == [("false_alarms", 1)]


def test_the_text_that_was_flagged_is_exported_not_what_became_of_it(
    business: Business, tmp_path: Path
) -> None:
    flagged = business.text("My other phone is 212 555 0147")
    decisions.dismiss(flagged, by=business.owner, at=timezone.now())
    call_command("export_false_alarms", str(tmp_path / "f"))
    assert json.loads((tmp_path / "f").read_text())["text"] == "My other phone is 212 555 0147"


def test_a_file_that_exists_is_not_overwritten(business: Business, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("mine")
    with pytest.raises(CommandError, match="Choose one that doesn't exist yet"):
        call_command("export_false_alarms", str(tmp_path / "kept"))
    assert (tmp_path / "kept").read_text() == "mine"
    for wrong in ("nonsense", "3f2b1c9e-0000-4000-8000-000000000000"):
        with pytest.raises(CommandError, match="No organization"):
            call_command("export_false_alarms", str(tmp_path / "new"), organization=wrong)
    assert not (tmp_path / "new").exists()
