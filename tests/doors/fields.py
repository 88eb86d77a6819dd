"""Every field that an owner or staff can fill in, taken from the program, so that none is forgotten.

Named by its face: `admin messaging.Client.pets`, `desk TextForm.body`, `page alerting.html phone`, `rule wait.minutes`,
`api POST clients/ name`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.test import RequestFactory
from django.urls import get_resolver

from automations.content.actions import ACTIONS
from automations.content.triggers import TRIGGERS
from tests.api.factories import Business
from tests.api.test_schema import generated
from tests.desk.test_model_pages import OURS, filled, row_of

_TEMPLATES = Path(settings.BASE_DIR) / "templates"
_INPUT = re.compile(r"<(?:input|select|textarea)\b(?:{%.*?%}|{{.*?}}|[^>])*>", re.DOTALL)
_NAMED = re.compile(r'\sname="(?P<name>[^"]+)"')
# What a page itself fills in, and the whole name of an input of a rule, whose parts `rule_fields` names.
_NO_CHOICE = re.compile(r'\stype="hidden"|\sname="{{ input\.place }}"')
# The marks of dialogs and formsets.
_MARKS = frozenset({"_form_submitted"})
_OF_FORMSETS = frozenset({"id"})


def every_field() -> set[str]:
    """All of them. Makes a business to look at."""
    made = filled("CANARYDOORS")
    return {*admin_fields(made), *form_fields(), *page_fields(), *rule_fields(), *api_fields()}


def admin_fields(made: Business) -> Iterator[str]:
    """Fields of rows' pages, of the rows inside them, and of the dialogs of their buttons."""
    request = RequestFactory().get("/")
    request.user = made.owner
    for page in OURS:
        name, row = page.opts.label, row_of(page, made)
        for form in _row_forms(page, request, row):
            yield from (f"admin {name}.{field}" for field in form.base_fields)
        for inline in page.get_inline_instances(request, row):
            if inline.has_change_permission(request, row):
                inside = inline.get_formset(request, row)
                fields = {*inside.form.base_fields, *(("DELETE",) if inside.can_delete else ())}
                yield from (
                    f"admin {name}.{inline.opts.model_name}.{field}" for field in fields - _OF_FORMSETS
                )
        for verb in page._get_base_actions_detail():
            form = (getattr(verb, "dialog", None) or {}).get("form_class", forms.Form)
            called = verb.method.original_function_name
            yield from (f"admin {name}.{called}.{field}" for field in set(form.base_fields) - _MARKS)


def _row_forms(page: Any, request: Any, row: Any) -> Iterator[Any]:
    if page.has_add_permission(request):
        yield page.get_form(request, None, change=False)
    if page.has_change_permission(request, row) or page.has_change_permission(request):
        yield page.get_form(request, row, change=True)


def form_fields() -> Iterator[str]:
    """Fields of the forms of the desk's own pages and of signing in; what model pages show is among theirs."""
    get_resolver().url_patterns  # noqa: B018  (brings in every page)
    for form in _forms(forms.BaseForm):
        shown_by_a_model = form.__module__.startswith("snoutos.access.admin.")
        if form.__module__.startswith(("snoutos.desk.", "snoutos.access.")) and not shown_by_a_model:
            yield from (f"desk {form.__name__}.{field}" for field in form.base_fields)


def _forms(of: Any) -> Iterator[Any]:
    for form in of.__subclasses__():
        yield form
        yield from _forms(form)


def page_fields() -> Iterator[str]:
    """Inputs that the templates of the desk write themselves and that no form class names."""
    of_forms = {name.rpartition(".")[2] for name in form_fields()}
    for path in sorted([*_TEMPLATES.glob("desk/*.html"), *_TEMPLATES.glob("automations/*.html")]):
        for tag in _INPUT.findall(path.read_text()):
            found = _NAMED.search(tag)
            if found is None or _NO_CHOICE.search(tag):
                continue
            name = re.sub(r"{{.*?}}", "*", found["name"])
            if name not in of_forms:
                yield f"page {path.name} {name}"


def rule_fields() -> Iterator[str]:
    """What a trigger or an action of an automation asks for."""
    for trigger in TRIGGERS.values():
        yield from (f"rule {trigger.kind}.{param.name}" for param in trigger.params)
    for action in ACTIONS.values():
        yield from (f"rule {action.kind}.{param.name}" for param in action.params)


def api_fields() -> Iterator[str]:
    """What bodies of the API take."""
    schema = generated()
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            for content in operation.get("requestBody", {}).get("content", {}).values():
                body = content["schema"]
                name = body.get("$ref", "").rpartition("/")[2]
                shape = schema["components"]["schemas"][name] if name else body
                short = path.removeprefix("/api/v1/")
                yield from (f"api {method.upper()} {short} {field}" for field in shape.get("properties", {}))
