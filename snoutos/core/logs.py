"""Structured logs: one JSON object a line, with ids and never a text, a name, a phone or an address.

An error is told by its type and the lines it came through. Its words stay out: the database quotes rows in them ("Key (e164)=(+1…) already
exists", "Failing row contains (…)"), and libraries put an error's words into sentences of their own.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import Any

import structlog

# Where PostgreSQL begins to quote: the rest of the text goes with it, as what is quoted may have line breaks and quotes of its own.
_QUOTING = re.compile(
    r"(\s|\\n)*(?<![A-Z])(DETAIL|CONTEXT|STATEMENT|QUERY|HINT|LINE \d+):.*"
    r"|(?<=invalid input)( syntax for| value for) .*|(?<=\bvalue )\".*|(?<=syntax error in) .*",
    re.DOTALL,
)

# Whoever knows the path of such a link gets in by it.
_SECRET_PATHS = re.compile(r"(/(?:link|unlock|set-password)/)[^/\s?]+")


def tell_errors_by_type(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Show an error by its type and the lines it came through, wherever in the event it stands."""
    error = _error_of(event.pop("exc_info", None))
    at_hand = error or sys.exc_info()[1]
    event.pop("exception", None)
    for key, value in event.items():
        event[key] = _without_words(value, at_hand)
    if error is not None:
        event["error"] = type(error).__name__
        event["where"] = _where(error)
    return event


class WithoutWords(logging.Filter):
    """For records of libraries: errors among what they log are told by type, and quoted rows are cut off."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = (record.exc_info or sys.exc_info())[1]
        if isinstance(record.args, dict):
            # Celery's: the error's words, and the traceback with them once more.
            args = {**record.args, "traceback": ""} if "traceback" in record.args else record.args
            record.args = {key: _without_words(value, error) for key, value in args.items()}
        elif record.args:
            record.args = tuple(_without_words(value, error) for value in record.args)
        record.msg = _without_words(record.msg, error)
        record.exc_text = None
        return True


class WithoutUnavailable(logging.Filter):
    """A 503 is an answer that somebody chose, such as readiness, or a database that is away; whoever chose it says so where that helps.

    Django would log each as an error, and each time the outage that led to it with all its lines.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        from snoutos.core.outage import is_outage

        return getattr(record, "status_code", None) != 503 and not is_outage(
            record.exc_info[1] if record.exc_info else None
        )


def tell_what_ended_the_process(
    _kind: type[BaseException], error: BaseException, _trace: TracebackType | None
) -> None:
    """A `sys.excepthook`: what a command dies of goes to the operator's screen, or into a container's log, without quoted rows."""
    for one in reversed(list(_chain(error))):
        sys.stderr.write("".join(traceback.format_tb(one.__traceback__)))
        sys.stderr.write(f"{type(one).__name__}: {_QUOTING.sub('', str(one))}\n")


def _error_of(found: Any) -> BaseException | None:
    if found is True:
        return sys.exc_info()[1]
    error = found[1] if isinstance(found, tuple) else found
    return error if isinstance(error, BaseException) else None


def _where(error: BaseException) -> list[str]:
    """Our own lines, and the last three whosever they are."""
    all_frames = traceback.extract_tb(error.__traceback__)
    last = all_frames[-3:]
    frames = [frame for frame in all_frames if frame in last or "site-packages" not in frame.filename][-12:]
    return [f"{f.filename.rsplit('/', 3)[-1]}:{f.lineno} {f.name}" for f in frames]


def _without_words(value: Any, error: BaseException | None) -> Any:
    """`value` without the words of `error` and of what caused it, without what PostgreSQL quotes, and without the secret in a path."""
    if isinstance(value, BaseException):
        return type(value).__name__
    if not isinstance(value, str):
        return value
    for one in _chain(error):
        for words in (repr(one), str(one)):
            # Words as short as a key ("0") would tear holes into everything else.
            if len(words) > 3:
                value = value.replace(words, type(one).__name__)
    return _SECRET_PATHS.sub(r"\1…", _QUOTING.sub("", value))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """`error`, and what it came from."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    tell_errors_by_type,
]

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processor": structlog.processors.JSONRenderer(),
            "foreign_pre_chain": _SHARED,
        }
    },
    "filters": {
        "without_words": {"()": WithoutWords},
        "without_unavailable": {"()": WithoutUnavailable},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["without_words"]}
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        # At INFO the provider's library prints phone numbers and texts.
        "twilio": {"level": "WARNING"},
        "urllib3": {"level": "WARNING"},
        # Django logs the path of each 4xx; status callback paths hold a token, so only failures are kept.
        "django.request": {"level": "ERROR", "filters": ["without_unavailable"]},
        "django.security": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        # The web server prints whole tracebacks by a handler of its own, such as of a download that breaks off.
        "_granian": {"handlers": ["console"], "level": "INFO", "propagate": False},
    },
}


def configure(level: str) -> None:
    """Set the root level and route structlog through the standard library, so that both print the same lines."""
    LOGGING["root"]["level"] = level
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
