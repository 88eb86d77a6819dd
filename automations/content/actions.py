"""What an automation can do: each action's parameters and the sentence owners read. Pure; `automations.engine.steps` does them.

To add an action: describe it here, write its performer, name both in the tables (docs/how-to/add-an-automation-action.md).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from automations.content import params
from automations.content.params import ContentError, Param, Value
from automations.content.triggers import Spec as TriggerSpec
from automations.content.triggers import span_words

MOST_ACTIONS = 10
LONGEST_TEXT = 1600
ON_FAILURE = (("stop", "stop"), ("go_on", "continue"))


@dataclass(frozen=True, slots=True)
class Action:
    """One kind of action. `needs` are the groups it cannot do without; `is_text` whether it texts somebody."""

    kind: str
    label: str
    params: tuple[Param, ...]
    say: Callable[[Mapping[str, Value]], str]
    needs: frozenset[str] = frozenset()
    is_text: bool = False


@dataclass(frozen=True, slots=True)
class Spec:
    """An action with its values, and whether the automation goes on when it fails."""

    kind: str
    values: Mapping[str, Value]
    on_failure: str = "stop"

    @property
    def action(self) -> Action:
        """What kind it is."""
        return ACTIONS[self.kind]

    @property
    def sentence(self) -> str:
        """What it does, in words: "text the client"."""
        return self.action.say(self.values)

    def text(self, name: str) -> str:
        """A value that is a text; empty when it was left out."""
        value = self.values[name]
        return "" if value is None else str(value)

    def number(self, name: str) -> int:
        """A value that is a whole number; 0 when it was left out."""
        value = self.values[name]
        return value if isinstance(value, int) else 0


def parse(data: object, *, at: int, trigger: TriggerSpec) -> Spec:
    """The action at position `at` as `{"kind": …, "on_failure": …, parameters…}`. Raises ContentError."""
    path = f"actions.{at}"
    if not isinstance(data, Mapping) or not isinstance(data.get("kind"), str):
        raise ContentError(path, "Choose an action.")
    found = ACTIONS.get(data["kind"])
    if found is None:
        raise ContentError(f"{path}.kind", "There's no such action.")
    missing = found.needs - trigger.groups
    if missing or ("thread" in found.needs and trigger.thread == "never"):
        raise ContentError(
            f"{path}.kind",
            f"“{found.label}” isn't possible here: there's no conversation when {trigger.sentence}.",
        )
    on_failure = data.get("on_failure", "stop") or "stop"
    if on_failure not in dict(ON_FAILURE):
        raise ContentError(f"{path}.on_failure", "After a failure it can stop or continue.")
    values = {name: value for name, value in data.items() if name not in ("kind", "on_failure")}
    read = params.read(found.params, values, path=path, groups=trigger.groups)
    _check_wait(found, read, path)
    return Spec(found.kind, read, str(on_failure))


def to_json(spec: Spec) -> dict[str, Value]:
    """The canonical form."""
    unsaid = {
        param.name
        for param in spec.action.params
        if param.is_later and spec.values[param.name] == param.default
    }
    values = {name: value for name, value in spec.values.items() if name not in unsaid}
    return {"kind": spec.kind, "on_failure": spec.on_failure, **values}


def _check_wait(action: Action, values: Mapping[str, Value], path: str) -> None:
    if action.kind == "wait" and (values["minutes"] is None) == (values["until"] is None):
        raise ContentError(path, "Wait for a number of minutes or until a time of day, not both.")


def _body(label: str) -> Param:
    return Param(name="body", label=label, kind="template", most=LONGEST_TEXT)


def _notify(values: Mapping[str, Value]) -> str:
    return "alert the owner, also by e-mail" if values["email"] else "alert the owner"


def _wait(values: Mapping[str, Value]) -> str:
    if values["until"] is not None:
        return f"wait until {values['until']}"
    return f"wait {span_words(int(str(values['minutes'])))}"


def _tag(values: Mapping[str, Value]) -> str:
    return (
        f"remove the tag “{values['tag']}”" if values["remove"] else f"tag the conversation “{values['tag']}”"
    )


_PURPOSE = Param(
    name="purpose",
    label="What the text is for",
    kind="choice",
    default="service",
    choices=(("service", "about their visits"), ("promotional", "offers and news")),
    help="Offers only go to clients who agreed to them. Other texts go to clients with a visit or a text in 12 months.",
    is_later=True,
)
_LIST = (
    Action(
        "text_client",
        "Text the client",
        (_body("Text"), _PURPOSE),
        lambda values: (
            "text the client an offer" if values["purpose"] == "promotional" else "text the client"
        ),
        needs=frozenset({"thread"}),
        is_text=True,
    ),
    Action(
        "text_sitter",
        "Text the sitter",
        (_body("Text"),),
        lambda values: "text the sitter",
        needs=frozenset({"thread", "sitter"}),
        is_text=True,
    ),
    Action(
        "notify_owner",
        "Alert the owner",
        (
            Param(
                name="say",
                label="What the alert says",
                kind="text",
                most=160,
                help="One fixed sentence, without names or phone numbers.",
            ),
            Param(
                name="severity",
                label="How urgent",
                kind="choice",
                default="warning",
                choices=(
                    ("info", "for information"),
                    ("warning", "worth a look"),
                    ("critical", "right away"),
                ),
            ),
            Param(
                name="email",
                label="Also by e-mail",
                kind="yes_no",
                default=False,
                help="To every owner, if e-mail is set up. Alerts marked “right away” also go out as set under “Where alerts go”.",
            ),
        ),
        _notify,
    ),
    Action(
        "add_note",
        "Add a note",
        (_body("Note"),),
        lambda values: "add a note to the conversation",
        needs=frozenset({"thread"}),
    ),
    Action(
        "tag_thread",
        "Tag the conversation",
        (
            Param(name="tag", label="Tag", kind="tag", most=40),
            Param(name="remove", label="Remove it instead", kind="yes_no", default=False),
        ),
        _tag,
        needs=frozenset({"thread"}),
    ),
    Action(
        "set_override",
        "Redirect the conversation to the owner",
        (
            Param(
                name="hours", label="For how long", kind="integer", least=1, most=168, default=4, unit="hours"
            ),
            Param(name="reason", label="Reason", kind="text", most=200),
        ),
        lambda values: f"redirect the conversation to the owner for {values['hours']} h",
        needs=frozenset({"thread"}),
    ),
    Action(
        "call_webhook",
        "Call another system",
        (Param(name="url", label="Address", kind="url", most=500),),
        lambda values: "call another system",
    ),
    Action(
        "wait",
        "Wait",
        (
            Param(name="minutes", label="Minutes", kind="integer", required=False, least=1, most=20160),
            Param(name="until", label="Or until", kind="clock", required=False),
        ),
        _wait,
    ),
)
ACTIONS: dict[str, Action] = {action.kind: action for action in _LIST}
