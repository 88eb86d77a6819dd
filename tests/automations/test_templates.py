"""What owners may write into texts, and what comes out."""

from __future__ import annotations

import time
from typing import Any

import pytest

from automations.content import templates
from automations.content.templates import (
    GROUPS,
    MissingValue,
    TemplateError,
    check,
    names_used,
    render,
    sample,
    variables,
)

ALL = frozenset(GROUPS)
CLIENT = {"client": {"name": "Dana Whitfield", "first_name": "Dana", "pets": ""}}


def refusal(source: str, groups: frozenset[str] = ALL) -> TemplateError:
    with pytest.raises(TemplateError) as caught:
        check(source, groups=groups)
    return caught.value


def test_a_reminder() -> None:
    source = (
        "Hi {{ client.first_name }}, {% if visit.type == 'Drop-in' %}a drop-in{% else %}a visit{% endif %} for "
        "{{ client.pets | default: 'your pet' }} starts {{ visit.date }} at {{ visit.starts }}. {{ business.name | upcase }}"
    )
    check(source, groups=frozenset({"client", "visit", "business"}))
    assert render(source, sample(ALL)) == (
        "Hi Dana, a drop-in for Biscuit and Mochi starts Tue, Dec 1 at 2:30 PM. HAPPY TAILS"
    )


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ client.pets | default: 'your pet' }}", "your pet"),
        ("{{ client.nickname | default: client.first_name | upcase }}", "DANA"),
        ("{{ client.name | upcase }}", "DANA WHITFIELD"),
        ("{{ client.name | downcase }}", "dana whitfield"),
        ("{{ client.name | downcase | capitalize }}", "Dana whitfield"),
        ("{{ ' x ' | strip }}!", "x!"),
        ("{{ client.name | truncate: 7 }}", "Dana..."),
        ("{{ client.name | truncate: 5, '' }}", "Dana "),
        ("{{ client.name | truncate: 14 }}", "Dana Whitfield"),
        ("{% unless client.pets == '' %}a{% else %}b{% endunless %}", "b"),
        ("{% case client.first_name %}{% when 'Ana', 'Dana' %}a{% else %}b{% endcase %}", "a"),
        ("{% if client.name contains 'Whit' and client.pets == empty %}a{% elsif true %}b{% endif %}", "a"),
        ("a{% comment %}{{ client.name }}{% endcomment %}b", "ab"),
        ("one\r\ntwo\tthree\x07", "one\ntwo three"),
        ("5 < 6 & 'x' \"y\" <b>", "5 < 6 & 'x' \"y\" <b>"),
    ],
)
def test_what_a_template_may_say(source: str, text: str) -> None:
    assert render(source, CLIENT) == text


def test_values_are_plain_or_refused() -> None:
    class Sly(str):
        def __liquid__(self) -> str:
            return "sly"

    values: list[Any] = [
        Sly("x"),
        object(),
        ("a",),
        {1: "a"},
        b"x",
        {"a": {1, 2}},
        len,
        10**31,
        {Sly("a"): 1},
    ]
    for value in values:
        with pytest.raises(TemplateError):
            render("x", {"event": {"data": value}})
    data: dict[str, Any] = {
        "yes": True,
        "no": None,
        "n": -3,
        "f": 1.5,
        "list": ["a", {"b": "c"}],
        "list2": [1],
        "0": "zero",
    }
    names = ("yes", "no", "n", "f", "list[1].b", "list[-1]['b']")
    source = ",".join(f"{{{{ event.data.{name} }}}}" for name in names)
    assert render(source, {"event": {"data": data}}) == "true,,-3,1.5,c,c"


def test_values_are_bounded() -> None:
    deep: Any = "x"
    for _ in range(30):
        deep = [deep]
    for value in (deep, "x" * 100_001, [1] * 60_000):
        with pytest.raises(TemplateError):
            render("x", {"event": {"data": value}})


def test_values_are_never_read_as_templates() -> None:
    name = "{{ business.name }}{% if true %}{{ 'x' }}{% endif %}"
    values = {"client": {"name": name}, "business": {"name": "secret"}}
    assert render("Hi {{ client.name }}!", values) == f"Hi {name}!"
    assert render("Hi {{ client.nick | default: client.name | strip }}!", values) == f"Hi {name}!"


def test_control_characters_of_values_are_removed() -> None:
    values = {"client": {"name": "Da\x00na\x1b[31m\r\nW\x85\ud800\u200d👩"}}
    assert render("{{ client.name }}", values) == "Dana[31m\nW\u200d👩"


def test_what_is_missing_is_named() -> None:
    for source in (
        "{{ event.data.pet.name }}",
        "{% if event.data.pet.name %}x{% endif %}",
        "{% if event.data.pet.name == 'x' %}x{% endif %}",
        "{% case event.data.pet.name %}{% when 'x' %}x{% endcase %}",
        "{{ event.data.pet.name | upcase | default: 'x' }}",
        "{{ event.none | default: event.data.pet.name }}",
    ):
        with pytest.raises(MissingValue) as caught:
            render(source, {"event": {"data": {"pet": {}}}})
        assert caught.value.unknown == ("event.data.pet.name",)
        assert "event.data.pet.name" in caught.value.sentence
    assert render("{% if false %}{{ event.x }}{% endif %}ok", {}) == "ok"


def test_no_word_of_a_value_is_in_an_error() -> None:
    values = {"event": {"data": {"a": "secret", "b": ["secret"], "secret": {}}}}
    for source in (
        "{% if event.data.a < 1 %}{% endif %}",
        "{{ event.data.b }}",
        "{{ event.data.a | truncate: event.data.a }}",
    ):
        with pytest.raises(TemplateError) as caught:
            render(source, values)
        assert "secret" not in caught.value.sentence


def test_unknown_variables_are_refused_by_name() -> None:
    error = refusal("{{ client.nmae }} {% if visit.foo == client.name %}{{ visitt }}{% endif %}")
    assert error.unknown == ("client.nmae", "visit.foo", "visitt")
    assert "“client.nmae”" in error.sentence
    assert "client.name" in error.sentence


def test_variables_of_another_trigger_are_refused() -> None:
    error = refusal("{{ visit.date }}", frozenset({"client"}))
    assert error.unknown == ("visit.date",)
    assert "for this trigger" in error.sentence


@pytest.mark.parametrize(
    "source", ["{{ event.data }}", "{{ event.database }}", "{{ client }}", "{{ client.name.x }}"]
)
def test_a_name_is_whole(source: str) -> None:
    assert refusal(source).unknown


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("{% for a in event.data.b %}{% endfor %}", "the tag “for”"),
        ("one\n\n{% include 'x' %}", "Line 3"),
        ("{{ client.name | date: '%Y' }}", "no filter “date”"),
        ("{{ client.name | truncate }}", "truncate: 40"),
        ("{{ client.name", "has no “}}”"),
        ("{% if client.name %}", "can't be read"),
        ("x" * 2_001, "2,000 characters"),
        ("{{ client[client.name] }}", "write names with dots"),
        ("{{ client.name }}" * 101, "100 variables"),
    ],
)
def test_a_refusal_says_why(source: str, words: str) -> None:
    assert words in refusal(source).sentence


def test_a_text_is_never_cut() -> None:
    assert render("{{ message.text }}", {"message": {"text": "é" * 1_600}}) == "é" * 1_600
    with pytest.raises(TemplateError, match="1,600 characters"):
        render("{{ message.text }}", {"message": {"text": "é" * 1_601}})
    with pytest.raises(TemplateError, match="1,600 characters"):
        render("{{ message.text }}" * 90, {"message": {"text": "é" * 1_000}})


def test_time_is_bounded_even_if_the_rest_were_not(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(10_000))
    monkeypatch.setattr("automations.content.templates.language.time.thread_time", lambda: next(clock))
    with pytest.raises(TemplateError, match="too long"):
        render("{{ client.name }}", CLIENT)


def test_names_used_are_all_names_anywhere() -> None:
    source = (
        "{% if visit.type == 'x' %}{{ client.name | default: client.pets }}{% elsif time.now %}{% else %}"
        "{% case event.data.a[0].b %}{% when sitter.name %}{{ message.text }}{% endcase %}{% endif %}"
        "{% unless event.name %}{% endunless %}{% comment %}{{ business.name }}{% endcomment %}"
    )
    assert names_used(source) == {
        "visit.type", "client.name", "client.pets", "time.now", "event.data.a.0.b", "sitter.name", "message.text", "event.name",
    }  # fmt: skip


def test_every_variable_renders_from_its_sample() -> None:
    for variable in variables(ALL):
        source = f"{{{{ {variable.name}{'.any.name' if variable.nested else ''} }}}}"
        check(source, groups=frozenset({variable.group}))
        assert render(source, sample({variable.group}, source=source)) == variable.sample


def test_samples_follow_a_template() -> None:
    source = "{{ event.data.pets[0].name }} {{ event.data.pets }} {{ event.data.x }}"
    assert sample({"event"}, source=source)["event"] == {
        "name": "booking.created",
        "data": {"pets": {"0": {"name": "example"}}, "x": "example"},
    }
    assert sample({"time"}) == {"time": {"today": "Tue, Dec 1", "now": "1:15 PM"}}


def test_registry_is_whole() -> None:
    names = [variable.name for variable in variables(ALL)]
    assert len(names) == len(set(names)) == 18
    assert set(GROUPS) == {"client", "sitter", "visit", "business", "message", "event", "time"}
    assert all(variable.name.startswith(f"{variable.group}.") for variable in variables(ALL))
    assert set(templates.__all__) <= set(dir(templates))


def test_a_template_is_read_once() -> None:
    source = "{{ client.name }} " * 50
    render(source, CLIENT)
    begun = time.thread_time()
    for _ in range(20):
        render(source, CLIENT)
    assert (time.thread_time() - begun) / 20 < 0.01
