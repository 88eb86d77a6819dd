"""The owner's pages about people, numbers, visits, texts and consent. Facts change by domain verbs only."""

from messaging.admin import assignments, clients, consent, deliveries, numbers, receipts, sitters, threads

__all__ = ["assignments", "clients", "consent", "deliveries", "numbers", "receipts", "sitters", "threads"]
