"""What can set an automation off: its parameters, what is known then, and the sentence owners read. Pure.

To add a trigger: describe it here, say in `engine.matcher` which occurrences it takes, write the occurrence where it happens.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from automations.content import params, schedules
from automations.content.params import ContentError, Param, Value

# What conditions and templates may speak of. `time` and `business` are always known.
ALWAYS = frozenset({"time", "business"})
_TALK = ALWAYS | {"message", "number", "client", "thread", "sitter"}
_VISIT = ALWAYS | {"visit", "number", "client", "thread", "sitter"}

Thread = str  # "always", "maybe" or "never" has a conversation
ANYONE = (("anyone", "anybody"), ("client", "a client"), ("sitter", "a sitter"))


@dataclass(frozen=True, slots=True)
class Trigger:
    """One kind of trigger. `groups` are the facts and variables there are; `thread` whether there is a conversation."""

    kind: str
    label: str
    params: tuple[Param, ...]
    groups: frozenset[str]
    thread: Thread
    say: Callable[[Mapping[str, Value]], str]


@dataclass(frozen=True, slots=True)
class Spec:
    """A trigger with its values, as an automation has it."""

    kind: str
    values: Mapping[str, Value]

    @property
    def trigger(self) -> Trigger:
        """What kind it is."""
        return TRIGGERS[self.kind]

    @property
    def groups(self) -> frozenset[str]:
        """What conditions and templates may speak of with these values."""
        if self.kind == "schedule" and self.values["each"] == "business":
            return ALWAYS
        return self.trigger.groups

    @property
    def thread(self) -> Thread:
        """Whether there is a conversation when it fires: always, maybe or never."""
        if self.kind == "schedule":
            return "never" if self.values["each"] == "business" else "always"
        return self.trigger.thread

    @property
    def sentence(self) -> str:
        """When it fires, in words: "a client writes"."""
        return self.trigger.say(self.values)

    def number(self, name: str) -> int:
        """A value that is a whole number."""
        value = self.values[name]
        if not isinstance(value, int):
            raise TypeError(name)
        return value


def parse(data: object) -> Spec:
    """A trigger as `{"kind": …, parameters…}`. Raises ContentError."""
    if not isinstance(data, Mapping) or not isinstance(data.get("kind"), str):
        raise ContentError("trigger", "Choose a trigger.")
    found = TRIGGERS.get(data["kind"])
    if found is None:
        raise ContentError("trigger.kind", "There's no such trigger.")
    values = {name: value for name, value in data.items() if name != "kind"}
    return Spec(found.kind, params.read(found.params, values, path="trigger", groups=found.groups))


def to_json(spec: Spec) -> dict[str, Value]:
    """The canonical form: `parse(to_json(spec)) == spec`."""
    return {"kind": spec.kind, **spec.values}


def schedule_of(spec: Spec) -> schedules.Schedule:
    """The schedule of a trigger of that kind."""
    return schedules.parse({"weekdays": spec.values["weekdays"], "time": spec.values["at"]})


def _minutes(label: str, *, least: int, default: int | None = None) -> Param:
    return Param(
        name="minutes", label=label, kind="integer", least=least, most=20160, default=default, unit="minutes"
    )


def span_words(minutes: int) -> str:
    """“2 days”, “1 hour 30 minutes”, “15 minutes”."""
    parts = []
    for size, name in ((1440, "day"), (60, "hour"), (1, "minute")):
        count, minutes = divmod(minutes, size)
        if count:
            parts.append(f"{count} {name}{'' if count == 1 else 's'}")
    return " ".join(parts) or "0 minutes"


def _window(
    kind: str, label: str, *, least: int, default: int | None, words: Callable[[int], str]
) -> Trigger:
    how_long = "How long before" if least else "How long after (0 = right away)"
    return Trigger(
        kind,
        label,
        (_minutes(how_long, least=least, default=default),),
        _VISIT,
        "always",
        lambda values: words(int(str(values["minutes"]))),
    )


def _unanswered(values: Mapping[str, Value]) -> str:
    minutes = span_words(int(str(values["minutes"])))
    who = {"client": "a client's text", "sitter": "a sitter's text to the office"}[str(values["waiting"])]
    by = {"anyone": "", "owner": " by the office", "sitter": " by a sitter"}[str(values["reply_by"])]
    return f"{who} hasn't been answered{by} for {minutes}"


def _received(values: Mapping[str, Value]) -> str:
    return f"{dict(ANYONE)[str(values['author'])]} writes"


def _schedule(values: Mapping[str, Value]) -> str:
    when = schedules.sentence(schedules.parse({"weekdays": values["weekdays"], "time": values["at"]}))
    return {
        "business": when,
        "visit_today": f"{when}, for each visit of that day",
        "visit_tomorrow": f"{when}, for each visit of the day after",
    }[str(values["each"])]


def _failed(values: Mapping[str, Value]) -> str:
    return "all retries of a text fail" if values["only"] == "dead_letter" else "a text isn't delivered"


def _health(values: Mapping[str, Value]) -> str:
    return (
        "a number's health changes"
        if values["to"] == "any"
        else f"a number's health becomes “{values['to']}”"
    )


_LIST = (
    Trigger(
        "message.received",
        "A text comes in",
        (Param(name="author", label="From", kind="choice", default="anyone", choices=ANYONE),),
        _TALK,
        "always",
        _received,
    ),
    Trigger(
        "message.unanswered",
        "A text isn't answered in time",
        (
            _minutes("For how long", least=1, default=15),
            Param(
                name="waiting",
                label="Who is waiting",
                kind="choice",
                default="client",
                choices=(("client", "a client"), ("sitter", "a sitter who wrote to the office")),
            ),
            Param(
                name="reply_by",
                label="An answer is one by",
                kind="choice",
                default="anyone",
                choices=(
                    ("anyone", "the office or a sitter"),
                    ("owner", "the office"),
                    ("sitter", "a sitter"),
                ),
            ),
        ),
        _TALK,
        "always",
        _unanswered,
    ),
    Trigger(
        "thread.opened",
        "A new conversation comes in",
        (),
        ALWAYS | {"number", "client", "thread", "sitter"},
        "always",
        lambda values: "a new conversation comes in",
    ),
    _window(
        "window.starting",
        "A visit is about to start",
        least=1,
        default=60,
        words=lambda minutes: f"a visit starts in {span_words(minutes)}",
    ),
    _window(
        "window.started",
        "A visit has started",
        least=0,
        default=0,
        words=lambda minutes: f"a visit started {span_words(minutes)} ago" if minutes else "a visit starts",
    ),
    _window(
        "window.ending",
        "A visit is about to end",
        least=1,
        default=15,
        words=lambda minutes: f"a visit ends in {span_words(minutes)}",
    ),
    _window(
        "window.ended",
        "A visit has ended",
        least=0,
        default=0,
        words=lambda minutes: f"a visit ended {span_words(minutes)} ago" if minutes else "a visit ends",
    ),
    Trigger(
        "violation.held",
        "A text is held for review",
        (),
        _TALK | {"violation"},
        "always",
        lambda values: "a text is held for review",
    ),
    Trigger(
        "delivery.failed",
        "A text isn't delivered",
        (
            Param(
                name="only",
                label="Which",
                kind="choice",
                default="any",
                choices=(("any", "any that wasn't delivered"), ("dead_letter", "all retries failed")),
            ),
        ),
        _TALK | {"delivery"},
        "always",
        _failed,
    ),
    Trigger(
        "consent.opted_out",
        "Someone texts STOP",
        (),
        ALWAYS | {"client", "thread", "number", "sitter"},
        "maybe",
        lambda values: "someone texts STOP",
    ),
    Trigger(
        "number.health_changed",
        "A number's health changes",
        (
            Param(
                name="to",
                label="Becomes",
                kind="choice",
                default="any",
                choices=(
                    ("any", "anything"),
                    ("watch", "watch"),
                    ("failing", "failing"),
                    ("healthy", "healthy again"),
                ),
            ),
        ),
        ALWAYS | {"number"},
        "never",
        _health,
    ),
    Trigger(
        "schedule",
        "At set times",
        (
            Param(name="weekdays", label="On", kind="weekdays", default=list(params.WEEKDAYS)),
            Param(name="at", label="At", kind="clock"),
            Param(
                name="each",
                label="For",
                kind="choice",
                default="business",
                choices=(
                    ("business", "the business, once"),
                    ("visit_today", "each visit of that day"),
                    ("visit_tomorrow", "each visit of the day after"),
                ),
            ),
        ),
        _VISIT,
        "always",
        _schedule,
    ),
    Trigger(
        "event",
        "Another system sends an event",
        (Param(name="name", label="Event", kind="event_name", help="Such as booking.created, or booking.*"),),
        ALWAYS | {"event", "client", "thread", "number", "sitter"},
        "maybe",
        lambda values: f"another system sends {values['name']}",
    ),
)
TRIGGERS: dict[str, Trigger] = {trigger.kind: trigger for trigger in _LIST}
