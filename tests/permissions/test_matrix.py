"""Role × verb × face, generated from what is declared: desk and API let in the same people, and nothing stands outside.

A new endpoint, page, button or download joins by itself; one that names no permission fails here.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client as Browser
from django.urls import reverse
from rest_framework.test import APIClient

from audit.models import AuditEvent
from automations.models import Automation
from messaging.models import Sitter
from policy.models import AllowedContact
from snoutos.accounts.models import User
from snoutos.accounts.permissions import Permission, declared
from snoutos.accounts.roles import Role
from snoutos.adminkit import face
from snoutos.desk.navigation import MENU
from snoutos.desk.palette import DEEPER
from tests.api.factories import Business
from tests.api.routes import ROUTES, Route
from tests.api.test_access import call, each
from tests.desk.test_model_pages import OURS, address, browser, filled, row_of
from tests.permissions.faces import NO_VERB, api_verbs, desk_site, desk_uses, menu_leads_to
from tests.worlds import world

ROOT = Path(__file__).parents[2]
DESK = (Role.OWNER, Role.STAFF)
PEOPLE = (Role.OWNER, Role.STAFF, Role.SITTER, Role.INTEGRATION)


def _ours() -> Business:
    return filled("CANARYOURS")


ours = world(_ours)


@pytest.fixture(params=[False, True], ids=["kept", "lent"])
def lent(request: pytest.FixtureRequest, ours: Business) -> Business:
    """The business, once as it is by default and once with everything lent to the staff that can be."""
    for permission in declared():
        if permission.lent_by:
            setattr(ours.organization, permission.lent_by, request.param)
    ours.organization.save()
    return ours


def person(made: Business, role: Role) -> User:
    users = {
        Role.OWNER: made.owner, Role.STAFF: made.staff, Role.SITTER: made.sitter_user,
        Role.INTEGRATION: made.integration,
    }  # fmt: skip
    return User.objects.select_related("organization").get(pk=users[role].pk)


def session(user: User) -> APIClient:
    http = APIClient()
    http.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return http


@pytest.mark.parametrize("role", PEOPLE)
def test_the_api_lets_in_whom_the_verb_allows(role: Role, lent: Business) -> None:
    user = person(lent, role)
    http = session(user)

    def check(route: Route) -> None:
        answer = call(http, route, lent)
        refused = (answer.status_code, answer.json().get("code") if answer.status_code == 403 else "")
        assert (refused == (403, "not_allowed")) == (not route.permission.allows(user)), answer.status_code

    each(ROUTES, check)


@pytest.mark.parametrize("role", DESK)
def test_the_desk_lets_in_whom_the_verb_allows(role: Role, lent: Business) -> None:
    user = person(lent, role)
    who = browser(user)
    wrong = []
    for use in desk_uses(lent):
        allowed = any(one is not None and one.allows(user) for one in use.may)
        for url in use.urls:
            status = _status(who, url, post=use.post)
            if (status == 403) == allowed:
                wrong.append((use.name, url, status))
    assert wrong == []


def _allows(may: Permission | None, user: User) -> bool:
    assert may is not None
    return may.allows(user)


@pytest.mark.parametrize("role", DESK)
def test_forms_of_rows_are_open_to_whom_the_page_allows(role: Role, lent: Business) -> None:
    user = person(lent, role)
    who, owner = browser(user), browser(person(lent, Role.OWNER))
    for page in OURS:
        row, add = row_of(page, lent), address(page, "add")
        # What is a fact is added by nobody; only what is offered to somebody can be allowed to somebody.
        if owner.get(add).status_code == 200:
            assert (who.get(add).status_code == 200) == _allows(page.adds or page.act, user), page
        change = address(page, "change", face(row))
        if _status(owner, change, post=True) != 403:
            assert (_status(who, change, post=True) != 403) == _allows(page.act, user), page
        delete = address(page, "delete", face(row))
        if owner.get(delete).status_code == 200:
            assert (who.get(delete).status_code == 200) == _allows(page.act, user), page


@pytest.mark.parametrize("role", DESK)
def test_what_is_offered_is_what_is_allowed(role: Role, lent: Business) -> None:
    """Buttons, choices for ticked rows, links of lists."""
    user = person(lent, role)
    request = browser(user).get(reverse("admin:inbox")).wsgi_request
    for page in OURS:
        if not page.look.allows(user):
            continue
        offered = {
            *(one.method.original_function_name for one in page.get_actions_list(request)),
            *page.get_actions(request),
        }
        # Django's own choice, where rows may be deleted at all.
        assert ("delete_selected" in offered) == page.has_delete_permission(request), page
        offered -= {"delete_selected"}
        asked = {
            name: page.permission_of(getattr(page, name)) for name in [*page.actions, *page.actions_list]
        }
        assert offered == {name for name, may in asked.items() if _allows(may, user)}, page
        row = row_of(page, lent)
        shown = {one.method for one in page.get_actions_detail(request, face(row))}
        assert all(_allows(page.permission_of(method), user) for method in shown), page


@pytest.mark.parametrize("role", ["nobody", Role.SITTER, Role.INTEGRATION, Role.OPERATOR])
def test_who_has_no_desk_is_led_to_the_sign_in(role: Any, ours: Business) -> None:
    operator = User.objects.create_user("op@example.com", role=Role.OPERATOR)
    user = {"nobody": None, Role.OPERATOR: operator}.get(role) or (
        person(ours, role) if role in PEOPLE else None
    )
    who = browser(user)
    for use in desk_uses(ours):
        for url in use.urls:
            for answer in (who.get(url), who.post(url)):
                assert (answer.status_code, answer["Location"].split("?")[0]) == (
                    302,
                    reverse("admin:login"),
                ), url


def test_a_stranger_finds_nothing(ours: Business) -> None:
    stranger = browser(filled("CANARYTHEIRS").owner)
    for use in desk_uses(ours):
        for url in use.urls:
            if re.search(r"/[0-9a-f-]{36}/|/\d+/", url):
                assert _status(stranger, url, post=use.post) == 404, url


def test_every_verb_is_offered_where_it_says_and_nowhere_else(ours: Business) -> None:
    api = {permission for _, permission in api_verbs()}
    desk = {one for use in desk_uses(ours) for one in use.may}
    desk |= {one for page in OURS for one in (page.look, page.act, page.adds)}
    for permission in declared():
        assert (permission in api) == permission.api, f"{permission.name} and the API"
        assert (permission in desk) == permission.desk, f"{permission.name} and the desk"
    assert (api | desk) - {None} == set(declared())


def test_nothing_is_undeclared(ours: Business) -> None:
    assert [name for name, permission in api_verbs() if permission is None] == []
    assert [use.name for use in desk_uses(ours) if None in use.may] == []
    assert [page.opts.label for page in OURS if not isinstance(getattr(page, "look", None), Permission)] == []
    own = {pattern.name for pattern in desk_site().extra_urls()}
    rows = re.compile("|".join(f"{page.opts.app_label}_{page.opts.model_name}_" for page in OURS))
    others = {pattern.name for pattern in admin.site.get_urls() if hasattr(pattern, "name")} - own
    assert {name for name in others if not (name and rows.match(name))} <= set(NO_VERB)


def test_the_menu_and_its_search_ask_what_their_pages_ask() -> None:
    for entry in [entry for _, members in MENU for entry in members] + list(DEEPER):
        assert entry.may in menu_leads_to(entry.url()), entry.title


def test_no_face_knows_roles_by_itself() -> None:
    """Whoever must know a role asks a permission: one place decides."""
    faces = [*ROOT.glob("snoutos/desk/**/*.py"), *ROOT.glob("*/api/**/*.py"), *ROOT.glob("*/api.py"),
             *ROOT.glob("*/admin/**/*.py"), *ROOT.glob("*/admin.py"), *ROOT.glob("snoutos/adminkit/*.py"),
             *ROOT.glob("templates/**/*.html")]  # fmt: skip
    assert len(faces) > 80
    knows = re.compile(r"\bis_owner\b|\buser\.role\b|owner_only\s*=\s*True")
    found = {
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in faces
        for line in path.read_text().splitlines()
        if knows.search(line)
    }
    assert found == SHOWN_ROLES


# Where a role is shown, or is about the person the page is about, and opens nothing.
SHOWN_ROLES = {
    'messaging/api/me.py: role = serializers.ChoiceField(source="user.role", choices=Role.choices)',
}


def test_what_only_owners_may() -> None:
    """Settings, numbers, credentials and members (and what lets texts leave unseen): a change here is a decision, not a slip."""
    owners = {permission.name for permission in declared() if permission.roles == {Role.OWNER}}
    assert owners == {
        "hours.change", "provider.compare", "provider.repair",
        "settings.change", "alerting.choose", "members.manage", "api_keys.manage", "numbers.manage", "provider.manage",
        "webhook_calls.see", "webhook_calls.process_again", "automations.change_secret",
        "automations.change_limits", "allowed_contacts.change", "screening_rules.change",
        # Who joins or leaves takes numbers and a sign-in along.
        "sitters.onboard", "sitters.offboard", "sitters.sign_in",
    }  # fmt: skip
    assert [permission.name for permission in declared() if permission.lent_by] == ["allowed_contacts.change"]


class TestTheHoles:
    """Case 54 and its kind, by name."""

    def test_staff_get_no_new_key_of_an_automation(self, ours: Business) -> None:
        path = f"/api/v1/automations/{ours.automation.public_id}/change-secret/"
        before = Automation.objects.get(pk=ours.automation.pk).webhook_secret
        answer = session(ours.staff).post(path, {}, format="json")
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
        assert Automation.objects.get(pk=ours.automation.pk).webhook_secret == before
        assert "webhook_secret" in session(ours.owner).post(path, {}, format="json").json()

    def test_staff_let_nothing_through_unless_the_owner_lends_it(self, ours: Business) -> None:
        path = f"/api/v1/review/{ours.held.public_id}/allow/"
        url = reverse("admin:review_allow", args=[ours.held.public_id])
        wish = {"kind": "phone", "value": "+14155550177"}
        http, desk = session(ours.staff), browser(ours.staff)
        assert http.post(path, wish, format="json", HTTP_IDEMPOTENCY_KEY="a").status_code == 403
        assert desk.post(url, wish).status_code == 403
        assert desk.get(reverse("admin:policy_allowedcontact_add")).status_code == 403
        assert not AllowedContact.objects.filter(value=wish["value"]).exists()
        item = desk.get(reverse("admin:review_item", args=[ours.held.public_id]))
        assert "from now on" not in item.content.decode(), "what they may not do is not offered"
        ours.organization.staff_may_allow_contacts = True
        ours.organization.save()
        assert http.post(path, wish, format="json", HTTP_IDEMPOTENCY_KEY="b").status_code == 200
        assert desk.get(reverse("admin:policy_allowedcontact_add")).status_code == 200

    def test_staff_give_no_sitter_another_sign_in(self, ours: Business) -> None:
        """Whose sign-in opens a sitter's conversations is about members: the owner's alone, on whichever page."""
        other = User.objects.create_user(
            "other@example.com", role=Role.SITTER, organization=ours.organization
        )
        page = reverse("admin:messaging_sitter_change", args=[ours.sitter.public_id])
        form = {"name": "Renamed", "phone": "", "is_active": "on", "user": str(other.pk)}
        browser(ours.staff).post(page, form)
        ours.sitter.refresh_from_db()
        assert (ours.sitter.name, ours.sitter.user) == ("Renamed", ours.sitter_user)
        browser(ours.staff).post(
            reverse("admin:messaging_sitter_add"), {"name": "New", "user": str(other.pk)}
        )
        assert Sitter.objects.get(name="New").user is None
        browser(ours.owner).post(page, form)
        ours.sitter.refresh_from_db()
        assert ours.sitter.user == other

    def test_ticked_rows_are_deleted_on_the_record(self, ours: Business) -> None:
        contact = AllowedContact.objects.of(ours.organization).get()
        ticked = {"action": "delete_selected", "_selected_action": [str(contact.pk)], "post": "yes"}
        browser(ours.owner).post(reverse("admin:policy_allowedcontact_changelist"), ticked)
        assert not AllowedContact.objects.of(ours.organization).exists()
        event = AuditEvent.objects.filter(verb="settings.changed").latest("pk")
        assert event.data["fields"] == ["allowedcontact.removed"]


def _status(who: Browser, url: str, *, post: bool) -> int:
    """How the address answers, asked as its page asks it: by GET, or by POST where it is only posted to."""
    if not post:
        status = int(who.get(url).status_code)
        if status != 405:
            return status
    return int(who.post(url, {"_form_submitted": "on"}).status_code)
