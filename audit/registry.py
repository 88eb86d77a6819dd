"""What the trail can tell, declared by the apps: each verb, alert and kind of subject once, in its app's `events` or `alerts`.

    subject("thread", "messaging.Thread", has_page=True)

    @verb("thread.closed", "The conversation was closed.", subject="thread")
    def thread_closed(*, organization_id: int, thread_id: int) -> About:
        return about(organization_id, thread_id, thread_id)

The function is called as before; what it gives is then an `Event` of that verb. Django's start loads every app's declarations.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, ParamSpec

from audit.models import Severity
from audit.pii_guard import Value, facts
from audit.types import Event, Notice

P = ParamSpec("P")


class DeclaredTwiceError(RuntimeError):
    """Two apps declare the same verb, alert or kind of subject: a fault in the program."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A kind of thing that events and alerts are about. `model` is empty for one without rows; `has_page` says the desk links to it."""

    kind: str
    model: str
    has_page: bool


@dataclass(frozen=True, slots=True)
class About:
    """What one event is about: made by `about`."""

    organization_id: int | None
    subject_id: int | None
    thread_id: int | None
    data: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Wording:
    """What one alert says, of what: made by `wording`."""

    organization_id: int
    subject_id: int
    thread_id: int | None
    title: str
    detail: str
    count: int
    number: int | None
    severity: Severity | None
    subject: str


@dataclass(frozen=True, slots=True)
class Verb(Generic[P]):
    """A verb of the trail. `sentence` is what owners read; braces name values of the event's data."""

    code: str
    sentence: str
    subject: str
    make: Callable[P, About]

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Event:
        """An event of this verb. Raises `PersonalDataError` unless its data is ids, enums, counts and times."""
        made = self.make(*args, **kwargs)
        return Event(
            self.code,
            made.organization_id,
            self.subject,
            made.subject_id,
            made.thread_id,
            facts(made.data),
        )


@dataclass(frozen=True, slots=True)
class AlertKind(Generic[P]):
    """A kind of alert, with the severity and subject that it has unless its words say otherwise."""

    code: str
    severity: Severity
    subject: str
    make: Callable[P, Wording]
    solved_by: tuple[str, ...] = ()
    solved_at: tuple[str, str] | None = None

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Notice:
        """An alert of this kind, to be raised."""
        said = self.make(*args, **kwargs)
        return Notice(
            organization_id=said.organization_id,
            kind=self.code if said.number is None else f"{self.code}.{said.number}",
            severity=said.severity or self.severity,
            subject_kind=said.subject or self.subject,
            subject_id=said.subject_id,
            thread_id=said.thread_id,
            title=said.title,
            detail=said.detail,
            count=said.count,
        )


VERBS: dict[str, Verb[...]] = {}
ALERTS: dict[str, AlertKind[...]] = {}
SUBJECTS: dict[str, Subject] = {}


def subject(kind: str, model: str = "", *, has_page: bool = False) -> Subject:
    """Declare a kind of subject. `model` is named as in `app.Model`: audit stands below the apps."""
    declared = Subject(kind, model, has_page)
    if SUBJECTS.setdefault(kind, declared) is not declared:
        raise DeclaredTwiceError(kind)
    return declared


def verb(code: str, sentence: str, *, subject: str) -> Callable[[Callable[P, About]], Verb[P]]:
    """Declare a verb about a kind of `subject`. The function beneath is named as the verb and takes ids, enums, counts and times."""

    def declare(make: Callable[P, About]) -> Verb[P]:
        declared = Verb(code, sentence, subject, make)
        if VERBS.setdefault(code, declared) is not declared:
            raise DeclaredTwiceError(code)
        return declared

    return declare


def alert(
    code: str,
    severity: Severity,
    *,
    subject: str,
    solved_by: tuple[str, ...] = (),
    solved_at: tuple[str, str] | None = None,
) -> Callable[[Callable[P, Wording]], AlertKind[P]]:
    """Declare a kind of alert about a kind of `subject`.

    `solved_by` names the buttons of the subject's page that deal with it; `solved_at` is a page that does, as the words of a link and the
    page's name, open to everyone who sees alerts.
    """

    def declare(make: Callable[P, Wording]) -> AlertKind[P]:
        declared = AlertKind(code, severity, subject, make, solved_by, solved_at)
        if ALERTS.setdefault(code, declared) is not declared:
            raise DeclaredTwiceError(code)
        return declared

    return declare


def alert_kind(code: str) -> AlertKind[...] | None:
    """The declared kind of an alert as it is stored: some are stored with a number behind it."""
    name, _, number = code.rpartition(".")
    return ALERTS.get(code) or (ALERTS.get(name) if number.isdecimal() else None)


def about(
    organization_id: int | None, subject_id: int | None, thread_id: int | None = None, **data: Value
) -> About:
    """What an event is about, and what else it tells."""
    return About(organization_id, subject_id, thread_id, data)


def wording(
    organization_id: int,
    subject_id: int,
    thread_id: int | None = None,
    *,
    title: str,
    detail: str = "",
    count: int = 1,
    number: int | None = None,
    severity: Severity | None = None,
    subject: str = "",
) -> Wording:
    """What an alert says. With a `number` one alert stands for each of them, under the kind followed by it."""
    return Wording(organization_id, subject_id, thread_id, title, detail, count, number, severity, subject)
