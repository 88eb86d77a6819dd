"""Every place where a verb can be used, with the permission it names: taken from the program, so that none is forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.urls import URLPattern, resolve, reverse

from messaging.models import MessageMedia
from snoutos.accounts.permissions import Permission
from snoutos.accounts.rest.permissions import permission_of
from snoutos.adminkit import face
from snoutos.desk.site import Desk
from tests.api.factories import Business
from tests.api.routes import ROUTES
from tests.desk.test_model_pages import OURS, address, row_of

# Pages of Django's own site. They show no rows: signing in and out, scripts, and what asks each page in turn.
NO_VERB = {
    "index": "the inbox, which asks for itself",
    "search": "each kind of result asks for itself",
    "login": "for nobody yet",
    "logout": "for everybody",
    "unlock": "for nobody yet, by a link that was sent to them",
    "forgot_password": "for nobody yet; says the same to everybody",
    "set_password": "for nobody yet, by a link that was sent to them",
    "password_change": "one's own",
    "password_change_done": "one's own",
    "autocomplete": "asks the page about the rows",
    "jsi18n": "words of the page's scripts",
    "view_on_site": "leads to nothing: no row has a public page",
    "app_list": "asks each page",
    None: "what is not there",
}


@dataclass(frozen=True)
class Use:
    """One way to use verbs at the desk: whoever has one of `may` comes in. Each of `urls` names rows of one business."""

    name: str
    may: tuple[Permission | None, ...]
    urls: tuple[str, ...]
    post: bool = False

    @property
    def names_a_row(self) -> bool:
        """Whether the address says which row, so that a stranger's is a 404."""
        return any(character.isdigit() for url in self.urls for character in url)


def desk_site() -> Desk:
    site = admin.site
    assert isinstance(site, Desk)
    return site


def api_verbs() -> Iterator[tuple[str, Permission | None]]:
    """Each method of each address of the API, with its permission."""
    for route in ROUTES:
        yield str(route), permission_of(route.view, route.action)


def desk_uses(made: Business) -> list[Use]:
    """Each page, button, choice and download of the desk."""
    return [*_own_pages(made), *_model_pages(made)]


def _own_pages(made: Business) -> Iterator[Use]:
    for pattern in desk_site().extra_urls():
        may = getattr(pattern.callback, "may", (None,))
        if pattern.name == "delivery_remedy":
            # One address for three verbs, each of which asks for itself.
            by_name = {one.name.rpartition(".")[2]: one for one in may if one is not None}
            for what, permission in by_name.items():
                url = reverse("admin:delivery_remedy", args=[made.failed.public_id, what])
                yield Use(f"delivery_remedy {what}", (permission,), (url,), post=True)
            continue
        yield Use(str(pattern.name), may, (reverse(f"admin:{pattern.name}", kwargs=_named(pattern, made)),))


def _named(pattern: URLPattern, made: Business) -> dict[str, Any]:
    names = {
        "window_id": made.window, "override_id": made.override, "client_id": made.client, "reply": made.canned,
        "public_id": _row(str(pattern.name), made),
    }  # fmt: skip
    asked = pattern.pattern.converters
    found = {name: row.public_id for name, row in names.items() if name in asked}
    return {**found, **({"slug": "missed-visit"} if "slug" in asked else {})}


def _row(name: str, made: Business) -> Any:
    if name == "automations_execution_change":
        return made.execution
    if name.startswith("automation"):
        return made.automation
    if name.startswith("import") or name == "messaging_peopleimport_change":
        return made.people_import
    if name == "client_consent":
        return made.client
    if "revocation" in name:
        return made.revocation
    if name.startswith("review"):
        return made.held
    if name.startswith("visit_"):
        return made.window
    if name in ("sitter_leaves", "sitter_out"):
        return made.sitter
    if name.startswith("number_"):
        return made.number
    if name == "media":
        return MessageMedia.objects.of(made.organization).get()
    return made.thread


def _model_pages(made: Business) -> Iterator[Use]:
    for page in OURS:
        name, row = page.opts.label, row_of(page, made)
        yield Use(
            f"{name} look", (page.look,), (address(page, "changelist"), address(page, "change", face(row)))
        )
        for verb in page._get_base_actions_detail():
            url = reverse(f"admin:{verb.action_name}", args=[face(row)])
            yield Use(verb.action_name, (page.permission_of(verb.method),), (url,))
        for link in page._get_base_actions_list():
            yield Use(
                link.action_name, (page.permission_of(link.method),), (reverse(f"admin:{link.action_name}"),)
            )


def menu_leads_to(url: str) -> tuple[Permission, ...]:
    """What the page at `url` asks for."""
    found = resolve(url).func
    page = getattr(found, "model_admin", None)
    may: tuple[Permission, ...] = (page.look,) if page is not None else getattr(found, "may")  # noqa: B009
    return may
