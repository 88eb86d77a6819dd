"""The owner's pages about people, numbers, visits, texts and consent. Facts change by domain verbs only."""

from messaging.admin import assignments, consent, deliveries, numbers, people, receipts, threads

__all__ = ["assignments", "consent", "deliveries", "numbers", "people", "receipts", "threads"]
