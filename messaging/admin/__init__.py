"""The owner's pages about people, numbers, visits, texts and consent. Facts change by domain verbs only."""

from messaging.admin import (
    clients,
    consent,
    deliveries,
    numbers,
    overrides,
    receipts,
    sitters,
    threads,
    visits,
)

__all__ = [
    "clients",
    "consent",
    "deliveries",
    "numbers",
    "overrides",
    "receipts",
    "sitters",
    "threads",
    "visits",
]
