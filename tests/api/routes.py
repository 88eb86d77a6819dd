"""Every route of the API with its methods, taken from the URL configuration, so that none is forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver

from audit.models import Alert
from automations.models import Automation, Execution, ExternalEvent
from messaging.models import (
    AssignmentWindow,
    Client,
    Delivery,
    ImportedRow,
    Message,
    MessageNumber,
    PeopleImport,
    ProviderDifference,
    Revocation,
    RoutingOverride,
    Sitter,
    SitterDevice,
    Thread,
    Visit,
)
from policy.models import Violation
from snoutos.accounts.models import User
from snoutos.accounts.permissions import Permission
from snoutos.accounts.rest.permissions import permission_of
from snoutos.api import urls
from tests.api.factories import Business


@dataclass(frozen=True)
class Route:
    """One method of one address."""

    method: str
    pattern: str
    view: Any
    action: str

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.pattern}"

    @property
    def is_detail(self) -> bool:
        """Whether the address names a row."""
        return "<" in self.pattern

    @property
    def permission(self) -> Permission:
        """What it asks for. Every action names one: tests/permissions holds that."""
        found = permission_of(self.view, self.action)
        assert found is not None, f"{self} names no permission"
        return found

    def path(self, made: Business) -> str:
        """The address with the rows of `made`."""
        named = self.pattern.replace("<uuid:thread>", str(made.thread.public_id))
        if "<uuid:automation>" in named:
            named = named.replace("<uuid:automation>", str(made.automation.public_id))
        return "/api/v1/" + named.replace("<uuid:public_id>", self._id(made))

    def _id(self, made: Business) -> str:
        """The row's own id; nothing where the business has none of the kind."""
        names: dict[Any, str] = {
            Thread: "thread", Message: "held", Delivery: "failed", AssignmentWindow: "window", Visit: "visit",
            RoutingOverride: "override", Client: "client", Sitter: "sitter", MessageNumber: "number",
            Violation: "violation", Alert: "alert", Automation: "automation", Execution: "execution",
            ExternalEvent: "event", PeopleImport: "people_import", ImportedRow: "people_import",
            Revocation: "revocation", SitterDevice: "device", User: "owner", ProviderDifference: "difference",
        }  # fmt: skip
        row: Any = getattr(made, names.get(getattr(self.view, "model", None), ""), None)
        return str(row.public_id) if row is not None else ""


def routes() -> list[Route]:
    """All of them, but the schema, its page and the answer for unknown addresses."""
    return sorted(_walk(urls.urlpatterns, ""), key=str)


def _walk(patterns: list[Any], prefix: str) -> Iterator[Route]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, prefix + str(pattern.pattern))
        elif isinstance(pattern, URLPattern) and hasattr(pattern.callback, "actions"):
            view: Any = pattern.callback
            for method, action in view.actions.items():
                if method != "head":
                    yield Route(method, prefix + str(pattern.pattern), view.cls, action)


ROUTES = routes()
MINE = [route for route in ROUTES if route.pattern.startswith("me/")]
OTHERS = [route for route in ROUTES if not route.pattern.startswith("me/")]
