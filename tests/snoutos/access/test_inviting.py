"""Members come in without a shell: an owner invites them by e-mail."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from audit.models import AuditEvent
from snoutos.access import links, tasks
from snoutos.access.errors import CannotInvite, MailIsOff
from snoutos.accounts.models import PasswordLink, User
from snoutos.accounts.permissions import NotAllowed
from snoutos.accounts.roles import Role
from tests.mailserver import mail_server
from tests.snoutos.access.letters import FORGOT, WORD, chooses, latest
from tests.snoutos.access.people import Browser, member

pytestmark = pytest.mark.django_db

LIST, ADD = "/admin/accounts/user/", "/admin/accounts/user/add/"


@pytest.fixture
def owner() -> User:
    return member()


@pytest.fixture
def desk(owner: User) -> Browser:
    browser = Browser("192.0.2.9")
    browser.signs_in(owner)
    return browser


def added(desk: Browser, email: str = "bo@example.com", **fields: str) -> Any:
    form = {"name": "Bo", "email": email, "role": "staff", "invite": "on", **fields}
    return desk.post(ADD, {name: value for name, value in form.items() if value})


def press(desk: Browser, user: User, verb: str) -> int:
    return int(desk.post(f"{LIST}{user.public_id}/{verb}/", {"_form_submitted": "on"}).status_code)


def invited(desk: Browser) -> tuple[User, str]:
    assert added(desk).status_code == 302
    return User.objects.get(email="bo@example.com"), latest()


def told(verb: str, user: User) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(verb=verb, subject_id=user.pk))


def test_an_owner_invites_a_member_who_signs_in(owner: User, desk: Browser) -> None:
    assert 'name="invite"' in desk.get(ADD).content.decode()
    bo, path = invited(desk)
    assert (bo.organization, bo.role, bo.has_usable_password()) == (owner.organization, Role.STAFF, False)
    letter = mail.outbox[-1]
    assert letter.to == [bo.email]
    assert str(owner.organization) in letter.subject
    assert "as staff" in str(letter.body)
    assert "Invited, until" in desk.get(LIST).content.decode()
    browser = Browser("192.0.2.1")
    assert browser.get(path).status_code == 200
    assert chooses(path, browser=browser) == 303
    assert browser.tries(bo.email, WORD).status_code == 302
    assert "Invited" not in desk.get(LIST).content.decode()
    (sent,) = told("member.invited", bo)
    assert (sent.actor_id, sent.data["role"]) == (owner.pk, "staff")
    assert chooses(path) == 410


def test_an_invitation_is_good_for_seven_days(desk: Browser) -> None:
    _, path = invited(desk)
    link = PasswordLink.objects.get()
    assert link.expires_at - link.created_at == timedelta(days=7)
    at = timezone.now()
    PasswordLink.objects.update(created_at=at - timedelta(days=8), expires_at=at - timedelta(seconds=1))
    assert (Browser().get(path).status_code, chooses(path)) == (410, 410)
    assert "Invitation expired" in desk.get(LIST).content.decode()


def test_a_withdrawn_invitation_opens_nothing(owner: User, desk: Browser) -> None:
    bo, path = invited(desk)
    assert press(desk, bo, "revoke_invitation") == 302
    assert (Browser().get(path).status_code, chooses(path)) == (410, 410)
    assert not User.objects.get(pk=bo.pk).has_usable_password()
    assert [event.actor_id for event in told("member.invitation_revoked", bo)] == [owner.pk]
    assert "No password yet" in desk.get(LIST).content.decode()
    Browser().post(FORGOT, {"email": bo.email})
    assert tasks.send_letters() == 0, "nor does the sign-in page give them another"


def test_one_that_was_withdrawn_before_it_left_does_not_leave(desk: Browser) -> None:
    added(desk)
    bo = User.objects.get(email="bo@example.com")
    assert press(desk, bo, "revoke_invitation") == 302
    assert (tasks.send_letters(), mail.outbox) == (0, [])


def test_a_second_invitation_ends_the_first(desk: Browser) -> None:
    bo, first = invited(desk)
    assert press(desk, bo, "invite") == 302
    second = latest()
    assert (chooses(first), chooses(second)) == (410, 303)
    assert press(desk, bo, "invite") == 200, "they have a password now: the dialog says so"
    assert tasks.send_letters() == 0


def test_a_member_who_is_switched_off_or_gets_another_address_does_not_come_in(desk: Browser) -> None:
    bo, path = invited(desk)
    form = {"name": "Bo", "email": "bo2@example.com", "role": "staff", "phone": "", "is_active": "on"}
    assert desk.post(f"{LIST}{bo.public_id}/change/", form).status_code == 302
    assert chooses(path) == 410
    bo.refresh_from_db()
    assert press(desk, bo, "invite") == 302
    path = latest()
    assert mail.outbox[-1].to == ["bo2@example.com"]
    desk.post(f"{LIST}{bo.public_id}/change/", {**form, "is_active": ""})
    assert chooses(path) == 410


def test_saving_an_old_page_does_not_take_a_new_password_away(desk: Browser, owner: User) -> None:
    bo, path = invited(desk)
    stale = User.objects.get(pk=bo.pk)
    assert chooses(path) == 303
    form = {"name": "Bo B.", "email": stale.email, "role": "staff", "phone": "", "is_active": "on"}
    desk.post(f"{LIST}{bo.public_id}/change/", form)
    assert User.objects.get(pk=bo.pk).check_password(WORD)


def test_staff_invite_nobody_and_owners_only_their_own(desk: Browser, owner: User) -> None:
    bo, path = invited(desk)
    staff, stranger = Browser("192.0.2.10"), Browser("192.0.2.11")
    colleague, other = member(Role.STAFF, owner.organization), member()
    staff.signs_in(colleague)
    stranger.signs_in(other)
    for verb in ("invite", "revoke_invitation"):
        assert press(staff, bo, verb) in (403, 404)
        assert press(stranger, bo, verb) == 404
    for by in (colleague, member(Role.SITTER, owner.organization)):
        with pytest.raises(NotAllowed):
            links.invite(bo, by=by, at=timezone.now())
        with pytest.raises(NotAllowed):
            links.revoke_invitation(bo, by=by, at=timezone.now())
    assert chooses(path) == 303


def test_only_who_has_no_password_for_the_desk_is_invited(owner: User, desk: Browser) -> None:
    staff = member(Role.STAFF, owner.organization)
    assert f"{staff.public_id}/invite/" not in desk.get(f"{LIST}{staff.public_id}/change/").content.decode()
    sitter = User.objects.create_user("s@example.com", role=Role.SITTER, organization=owner.organization)
    for user in (staff, sitter):
        with pytest.raises(CannotInvite):
            links.invite(user, by=owner, at=timezone.now())
    added(desk, email="i@example.com", role="integration")
    assert not PasswordLink.objects.exists(), "a system gets no letter, also when the box was left ticked"


def test_who_gets_a_password_from_their_owner_is_not_invited(desk: Browser) -> None:
    """The box is ticked when the page opens."""
    assert added(desk, password1=WORD, password2=WORD).status_code == 302
    assert User.objects.get(email="bo@example.com").check_password(WORD)
    assert not PasswordLink.objects.exists()
    added(desk, email="cy@example.com", invite="")
    assert not PasswordLink.objects.exists(), "nor who is not to be"


def test_nothing_is_offered_where_no_letter_can_leave(desk: Browser, owner: User, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    assert 'name="invite"' not in desk.get(ADD).content.decode()
    assert added(desk).status_code == 302
    bo = User.objects.get(email="bo@example.com")
    assert not PasswordLink.objects.exists()
    assert f"{bo.public_id}/invite/" not in desk.get(f"{LIST}{bo.public_id}/change/").content.decode()
    with pytest.raises(MailIsOff):
        links.invite(bo, by=owner, at=timezone.now())


def test_a_letter_that_cannot_leave_is_shown(desk: Browser, settings: Any) -> None:
    with mail_server(settings) as server:
        server.refuses_recipient = "550 no such mailbox"
        added(desk)
        assert "Invitation is being sent" in desk.get(LIST).content.decode()
        tasks.send_letters()
    assert "Invitation couldn&#x27;t be sent" in desk.get(LIST).content.decode().replace("'", "&#x27;")


def test_two_owners_wish_for_one_member_is_one_member(desk: Browser) -> None:
    added(desk)
    again = added(desk)
    assert again.status_code == 200
    assert PasswordLink.objects.count() == 1
