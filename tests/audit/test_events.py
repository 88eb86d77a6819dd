"""Every verb has one typed constructor of ids, enums, counts and times, and one sentence for owners."""

from __future__ import annotations

import inspect
import re
import string
import typing
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps

from audit import registry
from audit.errors import PersonalDataError
from audit.models import AuditEvent, Severity
from audit.record import Actor, recording
from audit.registry import VERBS, Verb
from audit.sentences import sentence
from audit.types import Event
from snoutos import adminkit
from tests.audit.places import NOON, organization

TEXT = (
    "My number is 415 555 0123",
    "+14155550123",
    "4155550123",
    "ana@example.test",
    "https://x.test",
    "Hi\nAna",
)


def types(verb: Verb[...]) -> dict[str, Any]:
    found = typing.get_type_hints(verb.make)
    return {name: kind for name, kind in found.items() if name != "return"}


def sample(kind: Any) -> Any:
    """A fitting value."""
    if typing.get_origin(kind) is Iterable:
        return [sample(typing.get_args(kind)[0])]
    kinds = [each for each in typing.get_args(kind) or (kind,) if each is not type(None)]
    return {bool: True, int: 7, str: "phone_number", datetime: NOON}[kinds[0]]


def made(verb: Verb[...], **values: Any) -> Event:
    return verb(**{**{name: sample(kind) for name, kind in types(verb).items()}, **values})


def test_every_verb_is_declared_by_its_name_among_the_events_of_an_app() -> None:
    assert {code: verb.make.__name__ for code, verb in VERBS.items()} == {
        code: code.replace(".", "_") for code in VERBS
    }
    assert {made(verb).verb for verb in VERBS.values()} == set(VERBS)
    apps = {verb.make.__module__.rpartition(".events")[0] for verb in VERBS.values()}
    assert apps == {"audit", "automations", "messaging", "policy", "routing", "snoutos.access"}


def test_what_is_declared_twice_is_a_fault() -> None:
    known = next(iter(VERBS))
    with pytest.raises(registry.DeclaredTwiceError, match=re.escape(known)):
        registry.verb(known, "Something else.", subject="thread")(lambda: registry.about(1, 1))
    with pytest.raises(registry.DeclaredTwiceError, match="thread"):
        registry.subject("thread", "messaging.Thread")
    with pytest.raises(registry.DeclaredTwiceError, match=r"policy\.held"):
        registry.alert("policy.held", Severity.INFO, subject="thread")(
            lambda: registry.wording(1, 1, title="T")
        )


def test_events_and_alerts_are_about_kinds_of_rows_that_an_app_declares() -> None:
    about = {one.subject for one in VERBS.values()} | {one.subject for one in registry.ALERTS.values()}
    assert about <= set(registry.SUBJECTS)
    assert set(registry.SUBJECTS) - about <= {"decision", "violation"}, "nothing is about them"


@pytest.mark.parametrize("kind", [kind for kind, one in registry.SUBJECTS.items() if one.model])
def test_a_kind_of_row_is_a_model_and_has_the_page_it_claims(kind: str) -> None:
    subject = registry.SUBJECTS[kind]
    model = apps.get_model(subject.model)
    if subject.has_page:
        assert adminkit.address(model(public_id=uuid4()) if hasattr(model, "public_id") else model(pk=1))


@pytest.mark.parametrize("name", VERBS)
def test_constructors_take_ids_enums_counts_and_times_by_keyword(name: str) -> None:
    parameters = inspect.signature(VERBS[name].make).parameters.values()
    assert all(parameter.kind is parameter.KEYWORD_ONLY for parameter in parameters)
    forbidden = re.compile(r"body|text|name|phone|e164|email|address|words|note|title|url")
    assert not [parameter.name for parameter in parameters if forbidden.search(parameter.name)]


@pytest.mark.parametrize("name", VERBS)
@pytest.mark.parametrize("text", TEXT)
def test_no_constructor_accepts_free_text(name: str, text: str) -> None:
    make = VERBS[name]
    for parameter, kind in types(make).items():
        if "str" not in str(kind):
            continue
        value = [text] if typing.get_origin(kind) is Iterable else text
        with pytest.raises(PersonalDataError) as refusal:
            made(make, **{parameter: value})
        assert parameter in str(refusal.value)
        assert text not in str(refusal.value)


@pytest.mark.parametrize("name", VERBS)
def test_sentences_name_only_values_of_the_event(name: str) -> None:
    event = made(VERBS[name])
    named = {part[1] for part in string.Formatter().parse(VERBS[event.verb].sentence) if part[1]}
    # The name of an automation is no part of the trail: who reads it is told it.
    assert named <= {*event.data, "automation"}
    shown = sentence(event.verb, event.data)
    assert shown.endswith(".")
    assert "{" not in shown
    assert "[" not in shown


@pytest.mark.django_db
def test_every_event_is_stored_with_its_organization_subject_and_thread() -> None:
    business = organization()
    with recording(actor=Actor.system()) as trail:
        for verb in VERBS.values():
            trail.record(made(verb, organization_id=business.pk))
    assert AuditEvent.objects.filter(organization=business).count() == len(VERBS)
    assert not AuditEvent.objects.filter(subject_kind="").exists()
    without = AuditEvent.objects.filter(verb__regex=r"^(message|review|routing|thread)\.", thread_id=None)
    assert not without.exists()


def test_sentences_read_well() -> None:
    assert sentence("policy.violation.detected", {"kinds": ["phone", "social"], "action": "held"}) == (
        "Screening found phone, social (held)."
    )
    assert sentence("message.outbound.canceled", {"reason": "window_changed"}) == (
        "A text was canceled before it was sent (window changed)."
    )
    assert sentence("message.outbound.failed", {}) == "The provider refused the text: –."
    assert sentence("a.verb.of.the.past", {}) == "a.verb.of.the.past"
