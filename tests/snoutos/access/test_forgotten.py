"""A password that was forgotten: a link by e-mail, once, for 30 minutes, that tells nobody who has an account."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.models import AuditEvent
from snoutos.access import letters, tasks
from snoutos.accounts.hashing import digest_of_key
from snoutos.accounts.models import PasswordLink, SignInCount, User
from snoutos.accounts.roles import Role
from snoutos.accounts.waits import FREE, Kind
from tests.mailserver import mail_server
from tests.snoutos.access.letters import FORGOT, WORD, asked, chooses, latest
from tests.snoutos.access.people import RIGHT, Browser, member, verbs

pytestmark = pytest.mark.django_db


def token_in(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2]


def test_a_member_who_forgot_chooses_a_new_one_and_is_signed_out_elsewhere() -> None:
    owner, elsewhere, here = member(), Browser(), Browser("192.0.2.1")
    elsewhere.signs_in(owner)
    assert here.post(FORGOT, {"email": owner.email}).status_code == 200
    path = latest()
    assert mail.outbox[0].to == [owner.email]
    shown = here.get(path)
    assert (shown.status_code, b"password1" in shown.content) == (200, True)
    assert elsewhere.get("/admin/your-keys/").status_code == 200, "opening the link changes nothing"
    new = {"password1": WORD, "password2": WORD}
    assert here.post(path, {**new, "password2": "another"}).status_code == 200
    assert here.post(path, new).status_code == 303
    assert not here.is_in, "the link sets a password; it is no sign-in"
    assert elsewhere.get("/admin/your-keys/").status_code == 302
    assert here.tries(owner.email, RIGHT).status_code == 200, "the old one is over"
    assert here.tries(owner.email, WORD).status_code == 302
    assert verbs(organization=owner.organization)[-4:] == [
        "auth.password_link_used", "auth.password_changed", "auth.sign_in_failed", "auth.signed_in",
    ]  # fmt: skip


def test_looking_any_number_of_times_uses_nothing_up() -> None:
    path = asked(member())
    for _ in range(5):
        assert Browser().get(path).status_code == 200
        assert Browser().head(path).status_code == 200
    assert PasswordLink.objects.get().used_at is None
    assert chooses(path) == 303


def test_a_link_works_once() -> None:
    owner = member()
    path = asked(owner)
    assert chooses(path) == 303
    assert chooses(path, "another wallaby ten") == 410
    assert Browser().get(path).status_code == 410
    assert User.objects.get(pk=owner.pk).check_password(WORD)
    refused = AuditEvent.objects.get(verb="auth.password_link_refused")
    assert refused.data["why"] == "used"


def test_a_password_that_is_none_uses_nothing_up() -> None:
    owner = member()
    path = asked(owner)
    for wrong in ("short", "password123", owner.email):
        assert chooses(path, wrong) == 200
    assert Browser().post(path, {"password1": WORD, "password2": "other"}).status_code == 200
    assert User.objects.get(pk=owner.pk).check_password(RIGHT)
    assert chooses(path) == 303


def test_a_link_is_over_after_thirty_minutes() -> None:
    owner = member()
    path = asked(owner)
    link = PasswordLink.objects.get()
    assert link.expires_at - link.created_at == timedelta(minutes=30)
    PasswordLink.objects.update(
        created_at=timezone.now() - timedelta(minutes=31), expires_at=timezone.now() - timedelta(seconds=1)
    )
    assert (Browser().get(path).status_code, chooses(path)) == (410, 410)
    assert User.objects.get(pk=owner.pk).check_password(RIGHT)


def test_a_tampered_or_made_up_link_opens_nothing_and_is_told_of_by_nothing() -> None:
    path = asked(member())
    token = token_in(path)
    for wrong in (token[:-1], token + "A", token.swapcase(), "x", "%00", token[::-1]):
        assert Browser().get(f"/admin/set-password/{wrong}/").status_code == 410
        assert chooses(f"/admin/set-password/{wrong}/") == 410
    assert "auth.password_link_refused" not in verbs()
    assert chooses(path) == 303


@pytest.mark.parametrize("why", ["switched off", "business closed", "made a sitter"])
def test_who_may_not_sign_in_any_more_has_no_use_for_the_link(why: str) -> None:
    owner = member()
    path = asked(owner)
    if why == "business closed":
        owner.organization.is_active = False  # type: ignore[union-attr]
        owner.organization.save()  # type: ignore[union-attr]
    else:
        owner.is_active, owner.role = why != "switched off", Role.SITTER if "sitter" in why else owner.role
        owner.save()
    assert (Browser().get(path).status_code, chooses(path)) == (410, 410)
    assert User.objects.get(pk=owner.pk).check_password(RIGHT)


@pytest.mark.parametrize("column", ["email", "password"])
def test_whoever_has_another_address_or_password_since_ends_the_link(column: str) -> None:
    owner = member()
    path = asked(owner)
    if column == "email":
        owner.email = "elsewhere@example.com"
    else:
        owner.set_password("a third wallaby")
    owner.save()
    assert chooses(path) == 410
    assert AuditEvent.objects.get(verb="auth.password_link_refused").data["why"] == "changed"


def test_one_used_link_ends_the_others() -> None:
    owner = member()
    first, second = asked(owner), asked(owner)
    assert chooses(first) == 303
    assert chooses(second) == 410


def test_a_link_is_that_of_its_member_and_of_nobody_else() -> None:
    """One of another business sets no password here, whoever is signed in in the browser."""
    mine, theirs = member(), member()
    browser = Browser()
    browser.signs_in(mine)
    path = asked(theirs)
    assert chooses(path, browser=browser) == 303
    assert User.objects.get(pk=mine.pk).check_password(RIGHT)
    assert User.objects.get(pk=theirs.pk).check_password(WORD)
    used = AuditEvent.objects.get(verb="auth.password_link_used")
    assert (used.organization_id, used.actor_id) == (theirs.organization_id, theirs.pk)


def shapes(name: str, browser: Browser) -> tuple[list[str], str]:
    """What asking for `name` does to the database, without its values, and what the page says."""
    with CaptureQueriesContext(connection) as asked_for:
        answer = browser.post(FORGOT, {"email": name})
    sql = [
        re.sub(r"'[^']*'|\b\d+\b|\bs\d+_x\d+\b|NULL", "?", one["sql"]) for one in asked_for.captured_queries
    ]
    page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())
    return sql, page


def test_the_answer_and_the_work_are_the_same_for_a_name_that_nobody_has() -> None:
    owner, sitter, off = member(), member(Role.SITTER), member()
    off.is_active = False
    off.save()
    warm = shapes("warm@example.com", Browser("192.0.2.9"))
    known = shapes(owner.email, Browser("192.0.2.1"))
    for number, name in enumerate(("nobody@example.com", sitter.email, off.email), start=2):
        assert shapes(name, Browser(f"192.0.2.{number}")) == known
    assert warm == known
    assert (tasks.send_letters(), len(mail.outbox)) == (1, 1)
    assert PasswordLink.objects.get().user == owner, "of the others nothing stays"
    assert mail.outbox[0].to == [owner.email]


def test_asking_is_paced_by_name_and_alike_for_every_name() -> None:
    owner = member()
    for name in (owner.email, "nobody@example.com"):
        answers = [Browser(f"198.51.{n}.1").post(FORGOT, {"email": name}) for n in range(FREE[Kind.NAME] + 2)]
        assert [answer.status_code for answer in answers] == [200] * (FREE[Kind.NAME] + 1) + [429]
        assert "Too many links asked for" in answers[-1].content.decode()
        assert int(answers[-1]["Retry-After"]) <= 30
    spelled = Browser("192.0.2.1").post(FORGOT, {"email": owner.email.upper()})
    assert spelled.status_code == 429, "another spelling is no other name"
    Browser("192.0.2.2").signs_in(owner)


def test_asking_is_paced_by_address() -> None:
    answers = [
        Browser().post(FORGOT, {"email": f"n{number}@example.com"}).status_code
        for number in range(FREE[Kind.ADDRESS] + 2)
    ]
    assert answers == [200] * (FREE[Kind.ADDRESS] + 1) + [429]
    Browser().signs_in(member())


def test_asking_makes_nobody_wait_to_sign_in_and_is_not_undone_by_signing_in() -> None:
    owner = member()
    for number in range(FREE[Kind.NAME] + 2):
        Browser(f"198.51.{number}.1").post(FORGOT, {"email": owner.email})
    Browser("192.0.2.1").signs_in(owner)
    assert Browser("192.0.2.1").post(FORGOT, {"email": owner.email}).status_code == 429
    assert not SignInCount.objects.filter(user=owner, waits_until__isnull=False).exists()


def test_a_member_gets_no_more_than_five_letters_in_an_hour() -> None:
    owner = member()
    for number in range(letters.MOST_RESETS + 2):
        SignInCount.objects.all().delete()
        Browser(f"198.51.{number}.1").post(FORGOT, {"email": owner.email})
        tasks.send_letters()
    assert len(mail.outbox) == letters.MOST_RESETS


def test_who_waits_for_strangers_guesses_signs_in_after_choosing_anew() -> None:
    owner, here = member(), Browser("192.0.2.1")
    for number in range(FREE[Kind.NAME] + 1):
        Browser(f"198.51.{number}.1").tries(owner.email)
    assert here.tries(owner.email, RIGHT).status_code == 429
    assert chooses(asked(owner), browser=here) == 303
    assert here.tries(owner.email, WORD).status_code == 302
    assert AuditEvent.objects.get(verb="auth.unlocked").data["means"] == "link"


@pytest.mark.parametrize("case", ["no password", "sitter", "integration", "switched off"])
def test_no_letter_to_who_has_no_password_for_the_desk(case: str) -> None:
    user = member(case if case in Role.values else Role.STAFF)
    if case == "no password":
        user.set_unusable_password()
    user.is_active = case != "switched off"
    user.save()
    assert Browser().post(FORGOT, {"email": user.email}).status_code == 200
    assert (tasks.send_letters(), mail.outbox) == (0, [])
    assert not PasswordLink.objects.exists()


def test_the_secret_is_in_the_letter_alone() -> None:
    owner = member()
    path = asked(owner)
    token = token_in(path)
    link = PasswordLink.objects.get()
    assert link.digest == digest_of_key(token)
    stored = repr(list(PasswordLink.objects.values())) + repr(list(AuditEvent.objects.values()))
    assert token not in stored
    assert token not in path.replace(token, "")
    assert owner.email not in repr(list(AuditEvent.objects.values()))


def test_the_page_hands_the_link_to_nobody() -> None:
    """Not to its own files either: `strict-origin` tells the origin alone, which a browser's POST needs."""
    path = asked(member())
    for answer in (
        Browser().get(path),
        Browser().post(path, {"password1": "x", "password2": "y"}),
        Browser().get("/admin/set-password/made-up/"),
        Browser().post(path, {"password1": WORD, "password2": WORD}),
    ):
        assert answer["Referrer-Policy"] == "strict-origin"
        assert "no-store" in answer["Cache-Control"] or "private" in answer["Cache-Control"]


def test_the_form_needs_its_own_page() -> None:
    path = asked(member())
    foreign = Browser(enforce_csrf_checks=True)
    assert foreign.post(path, {"password1": WORD, "password2": WORD}).status_code == 403
    assert PasswordLink.objects.get().used_at is None


def test_the_sign_in_page_leads_here_only_where_letters_leave(settings: Any) -> None:
    assert FORGOT in Browser().get("/admin/login/").content.decode()
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    assert FORGOT not in Browser().get("/admin/login/").content.decode()
    assert "can't send e-mail" in Browser().get(FORGOT).content.decode()
    Browser().post(FORGOT, {"email": member().email})
    assert not PasswordLink.objects.exists()


def test_a_letter_waits_for_its_mail_server_and_its_link_is_the_one_that_opens(settings: Any) -> None:
    owner = member()
    with mail_server(settings) as server:
        server.refuses_letter = "451 later"
        Browser().post(FORGOT, {"email": owner.email})
        assert (tasks.send_letters(), tasks.send_letters()) == (0, 0)
        assert PasswordLink.objects.get().tries == 1, "not twice within two minutes"
        server.refuses_letter = None
        PasswordLink.objects.update(tried_at=timezone.now() - letters.TRIED_AGAIN_AFTER)
        assert tasks.send_letters() == 1
        (letter,) = server.to(owner.email)
    found = re.search(r"(/admin/set-password/\S+)", letter.get_content())
    assert found
    assert chooses(found[1]) == 303


def test_a_letter_that_the_server_may_have_is_not_sent_again(settings: Any) -> None:
    owner = member()
    with mail_server(settings) as server:
        server.breaks_off_after_taking = True
        Browser().post(FORGOT, {"email": owner.email})
        tasks.send_letters()
        PasswordLink.objects.update(tried_at=timezone.now() - letters.TRIED_AGAIN_AFTER)
        assert tasks.send_letters() == 0
        assert len(server.to(owner.email)) == 1


def test_letters_are_tried_five_times(settings: Any) -> None:
    with mail_server(settings) as server:
        server.refuses_recipient = "450 later"
        Browser().post(FORGOT, {"email": member().email})
        for _ in range(9):
            PasswordLink.objects.update(tried_at=timezone.now() - letters.TRIED_AGAIN_AFTER)
            tasks.send_letters()
        assert PasswordLink.objects.get().tries == 5


def test_what_is_no_address_is_asked_for_again() -> None:
    for wrong in ("", "nobody", "a\0b@example.com", "x" * 300 + "@example.com"):
        assert b"on its way" not in Browser().post(FORGOT, {"email": wrong}).content
    assert not PasswordLink.objects.exists()
    assert not mail.outbox


def test_the_latest_of_two_letters_opens_too() -> None:
    owner = member()
    first = asked(owner)
    Browser().post(FORGOT, {"email": owner.email})
    second = latest()
    assert first != second
    assert [Browser().get(path).status_code for path in (first, second)] == [200, 200]
