"""All checks, by topic. Importing this package registers them."""

from snoutos.ops.doctor.checks import (
    alerting,
    attempts,
    configuration,
    conversations,
    database,
    deliveries,
    guards,
    references,
    running,
    trail,
)

__all__ = [
    "alerting",
    "attempts",
    "configuration",
    "conversations",
    "database",
    "deliveries",
    "guards",
    "references",
    "running",
    "trail",
]
