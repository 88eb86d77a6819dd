"""Every page of every model × everybody who might ask for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.options import ModelAdmin
from django.db.models import Model
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from messaging.consent import changes as consent
from messaging.models import RejectedRequest, WebhookReceipt
from policy.models import AllowedContact, ScreeningRule
from snoutos.accounts import api_keys
from snoutos.accounts.models import User
from snoutos.adminkit import TenantAdmin, face, own_rows
from tests.api.factories import Business, business, phone
from tests.worlds import world

OURS = sorted(
    (page for page in admin.site._registry.values() if isinstance(page, TenantAdmin)),
    key=lambda page: page.opts.label,
)
names = [page.opts.label for page in OURS]


@dataclass(frozen=True)
class Asked:
    """One address, and what it wants to be asked with."""

    url: str
    post: bool = False
    of_row: bool = False


def filled(canary: str) -> Business:
    """A business with at least one row behind every page."""
    made = business(canary)
    consent.opt_out(made.organization, phone(), by=made.owner, at=timezone.now())
    AllowedContact.objects.create(
        organization=made.organization, kind="domain", value=f"{canary}.example".lower(), note=canary
    )
    ScreeningRule.objects.create(
        organization=made.organization, author_kind="client", finding_kind="url", action="warn"
    )
    _not_taken_in(made)
    api_keys.issue(made.owner, name=f"{canary} key", scopes=["read"])
    return made


@dataclass
class Two:
    """Two businesses that know nothing of each other."""

    ours: Business
    theirs: Business


def two_businesses() -> Two:
    return Two(filled("CANARYOURS"), filled("CANARYTHEIRS"))


def _not_taken_in(made: Business) -> None:
    """A text that was set aside, and a request that was refused."""
    account = made.number.account
    sent = f"From=%2B16195550123&To={made.number.e164.replace('+', '%2B')}&Body={made.canary}"
    WebhookReceipt.objects.create(
        account=account,
        organization=made.organization,
        kind="inbound",
        dedupe_key=made.canary,
        raw=sent.encode(),
        recipient=made.number.e164,
        state="quarantined",
        tries=8,
        failure="RuntimeError",
    )
    RejectedRequest.objects.create(
        account=account,
        organization=made.organization,
        reason="signature",
        path="/webhooks/twilio/inbound",
        body=sent.encode(),
    )


def browser(user: User | None) -> Browser:
    """Signed in as `user`."""
    found = Browser()
    if user is not None:
        found.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return found


def row_of(page: ModelAdmin[Any], made: Business) -> Model:
    """A row of `made` behind `page`."""
    row = own_rows(page.model, made.organization).first()
    assert row is not None, f"nothing of {page.opts.label} to look at"
    found: Model = row
    return found


def address(page: ModelAdmin[Any], name: str, *args: str) -> str:
    return reverse(f"admin:{page.opts.app_label}_{page.opts.model_name}_{name}", args=args)


def everything(page: Any) -> str:
    """The list of `page` with all its rows, also those that are shown on demand only."""
    on_demand = any(getattr(entry, "parameter_name", "") == "show" for entry in page.list_filter)
    return address(page, "changelist") + ("?show=all" if on_demand else "")


def asked(page: Any, row: Model) -> Iterator[Asked]:
    """Every address of `page`, those about `row` among them."""
    yield Asked(address(page, "changelist"))
    yield Asked(f"{address(page, 'changelist')}?q=a")
    yield Asked(address(page, "add"))
    yield Asked(address(page, "add"), post=True)
    for name in ("change", "history", "delete"):
        yield Asked(address(page, name, face(row)), of_row=True)
        yield Asked(address(page, name, face(row)), post=True, of_row=True)
    for verb in page._get_base_actions_detail():
        url = reverse(f"admin:{verb.action_name}", args=[face(row)])
        yield Asked(url, of_row=True)
        yield Asked(url, post=True, of_row=True)
    for listed in page._get_base_actions_list():
        yield Asked(reverse(f"admin:{listed.action_name}"))


def ask(who: Browser, wanted: Asked) -> Any:
    return who.post(wanted.url, {"_form_submitted": "on"}) if wanted.post else who.get(wanted.url)


two = world(two_businesses)


@pytest.fixture
def ours(two: Two) -> Business:
    return two.ours


@pytest.fixture
def theirs(two: Two) -> Business:
    return two.theirs


def test_every_page_about_rows_stands_on_the_tenant_base() -> None:
    assert [
        page.opts.label for page in admin.site._registry.values() if not isinstance(page, TenantAdmin)
    ] == []
    assert len(OURS) >= 19


@pytest.mark.parametrize("role", ["nobody", "sitter", "integration"])
def test_who_has_no_desk_is_led_to_the_sign_in(role: str, ours: Business) -> None:
    who = browser({"nobody": None, "sitter": ours.sitter_user, "integration": ours.integration}[role])
    for page in OURS:
        for wanted in asked(page, row_of(page, ours)):
            answer = ask(who, wanted)
            assert (answer.status_code, answer["Location"].split("?")[0]) == (302, reverse("admin:login")), (
                wanted
            )


@pytest.mark.parametrize("page", OURS, ids=names)
def test_the_owner_sees_list_form_and_row(page: Any, ours: Business) -> None:
    owner, row = browser(ours.owner), row_of(page, ours)
    follow = page.opts.model_name == "organization"
    listed = owner.get(everything(page), follow=follow)
    assert listed.status_code == 200
    if not follow:
        assert address(page, "change", face(row)) in listed.content.decode()
    assert owner.get(address(page, "change", face(row))).status_code == 200
    may_add = page.has_add_permission(listed.wsgi_request)
    assert owner.get(address(page, "add")).status_code == (200 if may_add else 403)


@pytest.mark.parametrize("page", OURS, ids=names)
def test_another_business_gets_404_and_no_word_of_it(page: Any, ours: Business, theirs: Business) -> None:
    stranger = browser(theirs.owner)
    for wanted in asked(page, row_of(page, ours)):
        answer = ask(stranger, wanted)
        assert "CANARYOURS" not in _text(answer), wanted
        if wanted.of_row:
            assert answer.status_code == 404, wanted


def test_ticked_rows_of_another_business_are_left_alone(ours: Business, theirs: Business) -> None:
    for page in OURS:
        row = row_of(page, ours)
        before = page.model._default_manager.values().get(pk=row.pk)
        for name in page.actions:
            ticked = {"action": name, "_selected_action": [str(row.pk)], "index": "0"}
            answer = browser(theirs.owner).post(everything(page), ticked)
            assert "CANARYOURS" not in _text(answer)
        assert page.model._default_manager.values().get(pk=row.pk) == before


def test_a_row_is_named_by_its_public_id_alone(ours: Business) -> None:
    owner = browser(ours.owner)
    for page in OURS:
        row = row_of(page, ours)
        if hasattr(row, "public_id"):
            assert owner.get(address(page, "change", str(row.pk))).status_code == 404
            links = owner.get(address(page, "change", face(row)), follow=True).content.decode()
            assert f"/{page.opts.model_name}/{row.pk}/" not in links


@pytest.mark.parametrize(
    "name", ["0", "-1", "x", "\u0000", "9" * 40, "..", "00000000-0000-0000-0000-000000000000"]
)
def test_no_such_row_is_a_404(name: str, ours: Business) -> None:
    owner = browser(ours.owner)
    for page in OURS:
        assert owner.get(address(page, "change", name)).status_code == 404, page


def test_completion_of_names_stays_inside(ours: Business, theirs: Business) -> None:
    for page in OURS:
        for field in page.opts.get_fields():
            if not getattr(field, "remote_field", None) or field.auto_created:
                continue
            answer = browser(theirs.owner).get(
                reverse("admin:autocomplete"),
                {
                    "term": "CANARY",
                    "app_label": page.opts.app_label,
                    "model_name": page.opts.model_name,
                    "field_name": field.name,
                },
            )
            assert "CANARYOURS" not in answer.content.decode()


def test_a_filter_cannot_guess_at_columns_it_does_not_show(ours: Business) -> None:
    owner = browser(ours.owner)
    for url in (
        f"{reverse('admin:accounts_user_changelist')}?password__startswith=md5",
        f"{reverse('admin:messaging_client_changelist')}?organization__name=x",
        f"{reverse('admin:accounts_apikey_changelist')}?digest__startswith=a",
    ):
        assert owner.get(url).status_code == 400


def _text(answer: Any) -> str:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    text: str = body.decode()
    return text
