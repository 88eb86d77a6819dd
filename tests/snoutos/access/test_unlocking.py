"""Ways past a locked name: a link by e-mail that works once, an owner, an operator."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone

from audit.models import AuditEvent
from snoutos.access import tasks, unlocking
from snoutos.accounts.models import UnlockLink, User
from snoutos.accounts.roles import Role
from snoutos.accounts.waits import FREE, Kind
from snoutos.management.commands import changepassword
from tests.snoutos.access.people import RIGHT, Browser, member, verbs

pytestmark = pytest.mark.django_db


def lock(user: User) -> None:
    for number in range(FREE[Kind.NAME] + 1):
        Browser(f"198.51.{number}.1").tries(user.email)
    assert Browser("192.0.2.1").tries(user.email, RIGHT).status_code == 429


def letter() -> str:
    """The path in the one letter."""
    tasks.send_letters()
    (sent,) = mail.outbox
    found = re.search(r"http://testserver(/admin/unlock/\S+)", str(sent.body))
    assert found
    return found[1]


def test_a_locked_member_gets_one_letter_with_a_link_that_works_once(settings: Any) -> None:
    owner = member()
    lock(owner)
    path = letter()
    assert mail.outbox[0].to == [owner.email]
    tasks.send_letters()
    assert len(mail.outbox) == 1
    browser = Browser("192.0.2.1")
    shown = browser.get(path)
    assert (shown.status_code, b'method="post"' in shown.content) == (200, True)
    assert browser.tries(owner.email, RIGHT).status_code == 429, "opening the link uses nothing up"
    assert browser.get(path).status_code == 200
    assert browser.post(path, follow=True).status_code == 200
    browser.signs_in(owner)
    assert Browser().post(path).status_code == 410
    assert Browser().get(path).status_code == 410
    assert verbs(organization=owner.organization)[-2:] == ["auth.unlocked", "auth.signed_in"]


def test_who_used_the_link_does_not_wait_for_strangers_who_go_on() -> None:
    owner = member()
    lock(owner)
    browser = Browser("192.0.2.1")
    browser.post(letter())
    lock(owner)
    browser.signs_in(owner)
    assert len(mail.outbox) == 1, "one letter an hour"


def test_the_link_is_no_sign_in() -> None:
    owner = member()
    lock(owner)
    browser = Browser("192.0.2.1")
    browser.post(letter())
    assert not browser.is_in
    assert browser.tries(owner.email, "wrong").status_code == 200


def test_a_link_expires_and_a_made_up_one_is_none() -> None:
    owner = member()
    lock(owner)
    path = letter()
    UnlockLink.objects.update(
        created_at=timezone.now() - timedelta(hours=3), expires_at=timezone.now() - timedelta(hours=1)
    )
    assert Browser().get(path).status_code == 410
    assert Browser().post(path).status_code == 410
    for token in ("x", "0" * 32 + ":sig", path.split("/")[3][:-1]):
        assert Browser().get(f"/admin/unlock/{token}/").status_code == 410


def test_the_button_needs_its_own_page() -> None:
    owner = member()
    lock(owner)
    assert Browser(enforce_csrf_checks=True).post(letter()).status_code == 403
    assert not UnlockLink.objects.exclude(used_at=None).exists()


@pytest.mark.parametrize("case", ["sitter", "integration", "no password", "switched off"])
def test_no_letter_to_who_cannot_sign_in_here(case: str) -> None:
    user = member(case if case in Role.values else Role.STAFF)
    if case == "no password":
        user.set_unusable_password()
    user.is_active = case != "switched off"
    user.save()
    lock(user)
    assert tasks.send_letters() == 0
    assert mail.outbox == []
    assert "auth.locked" in verbs(organization=user.organization)


def test_a_letter_that_does_not_leave_is_tried_again_and_not_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    owner = member()
    lock(owner)

    def away(*_: Any, **__: Any) -> int:
        raise OSError("the mail server is away")

    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.backends.locmem.EmailBackend.open", away)
        assert tasks.send_letters() == 0
    assert tasks.send_letters() == 1
    UnlockLink.objects.update(sent_at=None, tries=unlocking.TRIES)
    assert tasks.send_letters() == 0


def test_without_a_mail_server_no_letter_is_counted_as_sent(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    lock(member())
    assert (tasks.send_letters(), tasks.send_letters()) == (0, 0)
    assert UnlockLink.objects.get().sent_at is None


def test_an_owner_unlocks_their_staff_and_only_theirs() -> None:
    owner = member()
    staff, stranger = member(Role.STAFF, owner.organization), member(Role.STAFF)
    desk = Browser("192.0.2.9")
    desk.signs_in(owner)
    page = f"/admin/accounts/user/{staff.public_id}/change/"
    assert b"Unlock sign-in" not in desk.get(page).content
    lock(staff)
    lock(stranger)
    assert b"Unlock sign-in" in desk.get(page).content
    assert b"New browsers wait until" in desk.get("/admin/accounts/user/").content
    desk.post(f"/admin/accounts/user/{staff.public_id}/unlock/", {"_form_submitted": "on"})
    Browser("192.0.2.1").signs_in(staff)
    unlocked = AuditEvent.objects.get(verb="auth.unlocked")
    assert (unlocked.actor_id, unlocked.subject_id, unlocked.data["means"]) == (owner.pk, staff.pk, "owner")
    foreign = desk.post(f"/admin/accounts/user/{stranger.public_id}/unlock/", {"_form_submitted": "on"})
    assert foreign.status_code == 404
    assert Browser("192.0.2.1").tries(stranger.email, RIGHT).status_code == 429


def test_staff_unlock_nobody() -> None:
    owner = member()
    staff, other = member(Role.STAFF, owner.organization), member(Role.STAFF, owner.organization)
    lock(other)
    desk = Browser("192.0.2.9")
    desk.signs_in(staff)
    assert desk.post(
        f"/admin/accounts/user/{other.public_id}/unlock/", {"_form_submitted": "on"}
    ).status_code in (403, 404)
    assert Browser("192.0.2.1").tries(other.email, RIGHT).status_code == 429


def test_an_operator_unlocks_an_owner(capsys: pytest.CaptureFixture[str]) -> None:
    owner = member()
    lock(owner)
    call_command("unlock", f" {owner.email.upper()} ")
    assert capsys.readouterr().out == "Unlocked.\n"
    Browser("192.0.2.1").signs_in(owner)
    unlocked = AuditEvent.objects.get(verb="auth.unlocked")
    assert (unlocked.actor_kind, unlocked.data["means"]) == ("system", "operator")
    call_command("unlock", owner.email)
    assert "No one had to wait" in capsys.readouterr().out
    with pytest.raises(CommandError, match="No one signs in with this e-mail"):
        call_command("unlock", "nobody@example.com")


def wait_page(name: str, browser: Browser | None = None) -> str:
    answer = (browser or Browser("192.0.2.1")).tries(name, RIGHT)
    assert answer.status_code == 429
    # Both wait as long, give or take the second between them.
    return re.sub(r"in \d+ seconds?", "soon", answer.content.decode())


def test_the_page_that_says_to_wait_speaks_of_the_letter_and_tells_nobody_which_names_there_are() -> None:
    owner = member()
    for name in (owner.email, "nobody@example.com"):
        for number in range(FREE[Kind.NAME] + 1):
            Browser(f"198.51.{number}.1").tries(name)
    assert "the link we sent" in wait_page(owner.email)
    assert wait_page("nobody@example.com") == wait_page(owner.email)


def test_no_letter_is_spoken_of_where_none_is_sent(settings: Any) -> None:
    owner, known = member(), Browser("192.0.2.5")
    known.signs_in(owner)
    for _ in range(FREE[Kind.DEVICE] + 1):
        known.tries(owner.email)
    assert "the link we sent" not in wait_page(owner.email, known), "nobody writes about one's own browser"
    for number in range(FREE[Kind.ADDRESS] + 1):
        Browser("192.0.2.1").tries(f"nobody{number}@example.com")
    assert "the link we sent" not in wait_page("another@example.com")
    lock(owner)
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    assert "the link we sent" not in wait_page(owner.email, Browser("192.0.2.77"))


class TestChangePassword:
    """`manage.py changepassword`, Django's own command, leaves an event as every other new password does."""

    @pytest.fixture
    def types(self, monkeypatch: pytest.MonkeyPatch) -> Any:
        def type_in(*words: str) -> None:
            left = iter(words)
            monkeypatch.setattr(changepassword, "getpass", lambda prompt: next(left))

        return type_in

    def test_it_is_told_and_ends_sessions(self, types: Any, capsys: pytest.CaptureFixture[str]) -> None:
        owner, browser = member(), Browser()
        browser.signs_in(owner)
        types("purple wallaby 9", "purple wallaby 9")
        call_command("changepassword", f" {owner.email.upper()} ")
        assert capsys.readouterr().out == "Password set.\n"
        assert User.objects.get(pk=owner.pk).check_password("purple wallaby 9")
        assert browser.get("/admin/").status_code == 302
        told = AuditEvent.objects.get(verb="auth.password_changed")
        assert (told.actor_kind, told.subject_id, told.credential_kind) == ("system", owner.pk, "")
        assert told.organization_id == owner.organization_id

    @pytest.mark.parametrize("words", [("purple wallaby 9", "purple wallaby 8") * 3, ("short", "short") * 3])
    def test_what_is_no_password_changes_nothing(self, words: tuple[str, ...], types: Any) -> None:
        owner = member()
        types(*words)
        with pytest.raises(CommandError, match="No password was set in 3 tries"):
            call_command("changepassword", owner.email)
        assert User.objects.get(pk=owner.pk).check_password(RIGHT)
        assert not AuditEvent.objects.filter(verb="auth.password_changed").exists()

    def test_nobody_is_a_sentence(self) -> None:
        with pytest.raises(CommandError, match="No one signs in with this e-mail"):
            call_command("changepassword", "nobody@example.com")
