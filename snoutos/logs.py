"""Structured logs: one JSON object a line, with ids and never a text, a name, a phone or an address."""

from __future__ import annotations

import logging
import sys
import traceback
from typing import Any

import structlog


def tell_errors_by_type(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Show an error by its type and the lines it came through: its words may quote a row of the database, and so a phone or a text."""
    found = event.pop("exc_info", None)
    error = sys.exc_info()[1] if found is True else found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        frames = traceback.extract_tb(error.__traceback__)[-12:]
        event["error"] = type(error).__name__
        event["where"] = [f"{f.filename.rsplit('/', 3)[-1]}:{f.lineno} {f.name}" for f in frames]
    return event


class WithoutWords(logging.Filter):
    """Celery puts a task's error into its sentence; the type is enough."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, dict) and "exc" in record.args and record.exc_info:
            kind = record.exc_info[0]
            record.args = {**record.args, "exc": kind.__name__ if kind else "", "traceback": ""}
        return True


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
    "filters": {"without_words": {"()": WithoutWords}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        # At INFO the provider's library prints phone numbers and texts.
        "twilio": {"level": "WARNING"},
        "urllib3": {"level": "WARNING"},
        # Django logs the path of each 4xx; status callback paths hold a token, so only failures are kept.
        "django.request": {"level": "ERROR"},
        "django.security": {"level": "WARNING"},
        "axes": {"level": "ERROR"},
        "celery.app.trace": {"level": "WARNING", "filters": ["without_words"]},
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
