"""Taking an import back: whom nobody used goes without a trace but the trail's; who was used stays and is named with the reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db.models import ManyToOneRel
from django.utils import timezone

from messaging.errors import NotPossibleNow
from messaging.models import Client, ClientPhone, ImportedRow, PeopleImport, Sitter
from messaging.people import merging
from messaging.spreadsheets import retention, running, undoing
from tests.business import Business, new_phone
from tests.messaging.spreadsheets.files import fresh, imported, run, states, told, undone, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def done(business: Business) -> PeopleImport:
    """Two clients of a file, both with a phone and notes."""
    return imported(business, f"Name,Phone,Notes\nBo,{new_phone()},x\nAl,{new_phone()},\n")


def bo() -> Client:
    found: Client = Client.objects.get(name__startswith="Bo")
    return found


def test_whom_nobody_used_goes(business: Business, done: PeopleImport) -> None:
    phones = ClientPhone.objects.count()
    back = undone(business, done)
    assert (back.state, back.removed, back.kept, back.added) == ("undone", 2, 0, 2)
    assert not Client.objects.filter(name__in=["Bo", "Al"]).exists()
    assert ClientPhone.objects.count() == phones - 2
    assert Client.objects.filter(pk=business.client.pk).exists()


def test_what_the_file_said_is_forgotten_with_it(business: Business, done: PeopleImport) -> None:
    business.text("Hi", sender=bo().phones.get().e164)
    back = undone(business, done)
    assert (back.file_name, back.headings, back.columns) == ("", [], [])
    assert back.forgotten_at is not None
    (row,) = ImportedRow.objects.filter(people_import=back)
    assert (row.state, row.cells, row.client) == ("kept", [], bo())


def a_text(business: Business) -> None:
    business.text("Hi", sender=bo().phones.get().e164)


def an_edit(business: Business) -> None:
    Client.objects.filter(pk=bo().pk).update(notes="key code")


def another_phone(business: Business) -> None:
    ClientPhone.objects.create(organization=business.organization, client=bo(), e164=new_phone())


def a_label(business: Business) -> None:
    bo().phones.update(label="Lee")


def a_zone(business: Business) -> None:
    Client.objects.filter(pk=bo().pk).update(timezone="America/New_York")


def a_merge(business: Business) -> None:
    merging.merge(bo(), business.client, by=business.owner, at=timezone.now())


@pytest.mark.parametrize(
    ("use", "why"),
    [
        (a_text, "They have a conversation."),
        (an_edit, "Changed since."),
        (another_phone, "Changed since."),
        (a_label, "Changed since."),
        (a_zone, "Changed since."),
        (a_merge, "Changed since."),
    ],
)
def test_who_was_used_stays_and_is_named(
    business: Business, done: PeopleImport, use: Callable[[Business], None], why: str
) -> None:
    use(business)
    back = undone(business, done)
    assert (back.removed, back.kept) == (1, 1)
    assert [(state, said) for _, state, _, said in told(back)] == [("kept", why)]
    assert bo() is not None


def test_a_card_that_was_there_before_stays_also_when_an_imported_one_was_merged_into_it(
    business: Business,
) -> None:
    old = Client.objects.create(organization=business.organization, name="Zed")
    done = imported(business, f"Name,Phone\nZed,{new_phone()}\n")
    new = Client.objects.exclude(pk=old.pk).get(name="Zed")
    merging.merge(old, new, by=business.owner, at=timezone.now())
    back = undone(business, done)
    assert (back.removed, back.kept) == (0, 1)
    assert Client.objects.filter(pk=old.pk).exists()


def test_two_rows_that_were_merged_stay(business: Business) -> None:
    done = imported(business, "Name\nBo\nAl\n")
    al = Client.objects.get(name="Al")
    merging.merge(bo(), al, by=business.owner, at=timezone.now())
    back = undone(business, done)
    assert (back.removed, back.kept) == (0, 2)
    assert bo() is not None


def test_sitters_with_a_visit_or_a_sign_in_stay(business: Business) -> None:
    rows = "".join(f"{name},{new_phone()}\n" for name in ("Ben", "Cy", "Di", "Ed"))
    done = imported(business, f"Name,Phone\n{rows}", "sitters")
    thread, cy = business.thread(), Sitter.objects.get(name="Cy")
    business.window(thread, sitter=Sitter.objects.get(name="Ben"))
    Sitter.objects.filter(pk=cy.pk).update(is_active=False)
    Sitter.objects.filter(name="Di").update(sending_locked_at=timezone.now())
    back = undone(business, done)
    assert (back.removed, back.kept) == (1, 3)
    assert not Sitter.objects.filter(name="Ed").exists()
    assert "They have a visit." in [why for _, _, _, why in told(back)]


def test_an_import_that_still_runs_is_stopped_and_undone(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "BATCH", 1)
    monkeypatch.setattr(running, "SECONDS", 0.0)
    draft = upload(business, f"Name,Phone\nBo,{new_phone()}\nAl,{new_phone()}\n")
    running.start(draft, by=business.owner, at=timezone.now())
    running.go_on(draft.pk)
    assert states(draft) == ["added", "new"]
    undoing.undo(draft, by=business.owner, at=timezone.now())
    for _ in range(3):
        running.go_on(draft.pk)
    back = fresh(draft)
    assert (back.state, back.removed, back.added) == ("undone", 1, 1)
    assert not Client.objects.filter(name__in=["Bo", "Al"]).exists()


def test_it_is_undone_once_and_a_draft_not_at_all(business: Business, done: PeopleImport) -> None:
    draft = upload(business, f"Name,Phone\nCy,{new_phone()}\n")
    undone(business, done)
    for one in (draft, done):
        with pytest.raises(NotPossibleNow):
            undoing.undo(one, by=business.owner, at=timezone.now())


def test_after_an_undo_the_file_can_be_imported_again(business: Business) -> None:
    rows = f"Name,Phone\nBo,{new_phone()}\n"
    undone(business, imported(business, rows))
    assert run(business, upload(business, rows)).added == 1


class TestThirtyDays:
    """What files said is personal data, and kept so long."""

    def test_it_is_forgotten_and_the_people_stay(self, business: Business, done: PeopleImport) -> None:
        upload(business, f"Name,Phone\nCy,{new_phone()}\n")
        now = timezone.now()
        assert retention.forget(now + timedelta(days=29)) == 0
        assert retention.forget(now + timedelta(days=31)) == 2
        assert not ImportedRow.objects.exists()
        assert bo() is not None
        after = fresh(done)
        assert (after.file_name, after.headings, after.added) == ("", [], 2)
        assert retention.forget(now + timedelta(days=31)) == 0
        with pytest.raises(NotPossibleNow, match="30 days"):
            undoing.undo(after, by=business.owner, at=now)

    def test_what_is_being_worked_on_waits(self, business: Business) -> None:
        draft = upload(business, f"Name,Phone\nCy,{new_phone()}\n")
        running.start(draft, by=business.owner, at=timezone.now())
        assert retention.forget(timezone.now() + timedelta(days=31)) == 0


def test_every_table_that_names_people_counts_as_use() -> None:
    """What is added later is not forgotten: the relations are Django's own, and only a client's phones are looked at apart."""
    named = {
        relation.related_model._meta.label
        for model in (Client, Sitter)
        for relation in model._meta.get_fields(include_hidden=True)
        if isinstance(relation, ManyToOneRel)
    }
    assert {
        "messaging.Thread",
        "messaging.Participant",
        "messaging.AssignmentWindow",
        "messaging.ClientPhone",
    } <= named
    assert set(undoing._SAYS) <= named
