"""All checks, by topic. Importing this package registers them."""

from snoutos.doctor.checks import (
    attempts,
    configuration,
    conversations,
    deliveries,
    guards,
    references,
    running,
    trail,
)

__all__ = [
    "attempts",
    "configuration",
    "conversations",
    "deliveries",
    "guards",
    "references",
    "running",
    "trail",
]
