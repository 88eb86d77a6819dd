"""Every verb has one typed constructor of ids, enums, counts and times, and one sentence for owners."""

from __future__ import annotations

import inspect
import re
import string
import typing
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import pytest

from audit import events
from audit.errors import PersonalDataError
from audit.events import VERBS, Event
from audit.models import AuditEvent
from audit.record import Actor, recording
from audit.verbs import sentence
from tests.audit.places import NOON, organization

CONSTRUCTORS: dict[str, Callable[..., Event]] = {
    name: value for name, value in vars(events).items() if inspect.isfunction(value)
}
TEXT = (
    "My number is 415 555 0123",
    "+14155550123",
    "4155550123",
    "ana@example.test",
    "https://x.test",
    "Hi\nAna",
)


def types(make: Callable[..., Event]) -> dict[str, Any]:
    names = {"Iterable": Iterable, "datetime": datetime}
    found = typing.get_type_hints(make, globalns={**make.__globals__, **names})
    return {name: kind for name, kind in found.items() if name != "return"}


def sample(kind: Any) -> Any:
    """A fitting value."""
    if typing.get_origin(kind) is Iterable:
        return [sample(typing.get_args(kind)[0])]
    kinds = [each for each in typing.get_args(kind) or (kind,) if each is not type(None)]
    return {bool: True, int: 7, str: "phone_number", datetime: NOON}[kinds[0]]


def made(make: Callable[..., Event], **values: Any) -> Event:
    return make(**{**{name: sample(kind) for name, kind in types(make).items()}, **values})


def test_every_verb_has_one_constructor_of_its_name() -> None:
    verbs = {name: made(make).verb for name, make in CONSTRUCTORS.items()}
    assert {name: verb.replace(".", "_") for name, verb in verbs.items()} == {name: name for name in verbs}
    assert sorted(verbs.values()) == sorted(VERBS)
    assert list(VERBS) == sorted(VERBS)


@pytest.mark.parametrize("name", CONSTRUCTORS)
def test_constructors_take_ids_enums_counts_and_times_by_keyword(name: str) -> None:
    parameters = inspect.signature(CONSTRUCTORS[name]).parameters.values()
    assert all(parameter.kind is parameter.KEYWORD_ONLY for parameter in parameters)
    forbidden = re.compile(r"body|text|name|phone|e164|email|address|words|note|title|url")
    assert not [parameter.name for parameter in parameters if forbidden.search(parameter.name)]


@pytest.mark.parametrize("name", CONSTRUCTORS)
@pytest.mark.parametrize("text", TEXT)
def test_no_constructor_accepts_free_text(name: str, text: str) -> None:
    make = CONSTRUCTORS[name]
    for parameter, kind in types(make).items():
        if "str" not in str(kind):
            continue
        value = [text] if typing.get_origin(kind) is Iterable else text
        with pytest.raises(PersonalDataError) as refusal:
            made(make, **{parameter: value})
        assert parameter in str(refusal.value)
        assert text not in str(refusal.value)


@pytest.mark.parametrize("name", CONSTRUCTORS)
def test_sentences_name_only_values_of_the_event(name: str) -> None:
    event = made(CONSTRUCTORS[name])
    named = {part[1] for part in string.Formatter().parse(VERBS[event.verb]) if part[1]}
    assert named <= set(event.data)
    shown = sentence(event.verb, event.data)
    assert shown.endswith(".")
    assert "{" not in shown
    assert "[" not in shown


@pytest.mark.django_db
def test_every_event_is_stored_with_its_organization_subject_and_thread() -> None:
    business = organization()
    with recording(actor=Actor.system()) as trail:
        for make in CONSTRUCTORS.values():
            trail.record(made(make, organization_id=business.pk))
    assert AuditEvent.objects.filter(organization=business).count() == len(VERBS)
    assert not AuditEvent.objects.filter(subject_kind="").exists()
    without = AuditEvent.objects.filter(verb__regex=r"^(message|review|routing|thread)\.", thread_id=None)
    assert not without.exists()


def test_sentences_read_well() -> None:
    assert sentence("policy.violation.detected", {"kinds": ["phone", "social"], "action": "held"}) == (
        "Screening found phone, social (held)."
    )
    assert sentence("message.outbound.canceled", {"reason": "window_changed"}) == (
        "A text was canceled before it left (window changed)."
    )
    assert sentence("message.outbound.failed", {}) == "The provider refused the text: – (error –)."
    assert sentence("a.verb.of.the.past", {}) == "a.verb.of.the.past"
