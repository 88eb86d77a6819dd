"""Locks, and the one order in which they are taken.

execution → number → phone → thread → participant → message → delivery → attempt → sending line → alert (written last by the trail).
Within a kind, by ascending id. "Exclusively" on a row is FOR NO KEY UPDATE: it conflicts with FOR SHARE and does not hold up
foreign-key checks. The claim takes line and delivery SKIP LOCKED and so never waits.

A text leaves at the commit of `claimed → calling`. That transaction holds number, phone and thread shared. Whatever forbids sending takes
the same lock exclusively, so it either comes first and is seen, or waits until the text has left.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from messaging.models import Delivery, Message, MessageNumber, SendAttempt, Thread


def number(pk: int) -> MessageNumber:
    """The number, exclusively: what quarantines or retires it."""
    row: MessageNumber = MessageNumber.objects.select_for_update(no_key=True).get(pk=pk)
    return row


def number_shared(pk: int) -> str:
    """Hold the number as it is; its state."""
    return _share("SELECT state FROM messaging_messagenumber WHERE id = %s FOR SHARE", pk)


def phone(organization_id: int, e164: str) -> None:
    """A phone's standing with the organization, exclusively: consent changes and first contacts."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{organization_id}:{e164}"])


def phone_shared(organization_id: int, e164: str) -> None:
    """Hold a phone's standing as it is."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock_shared(hashtextextended(%s, 0))", [f"{organization_id}:{e164}"]
        )


def thread(pk: int) -> Thread:
    """The thread, exclusively: what closes it, moves it or changes who is in charge."""
    row: Thread = Thread.objects.select_for_update(no_key=True).get(pk=pk)
    return row


def thread_shared(pk: int) -> str:
    """Hold the thread as it is; its state."""
    return _share("SELECT state FROM messaging_thread WHERE id = %s FOR SHARE", pk)


def message(pk: int) -> Message:
    """The message, exclusively."""
    row: Message = Message.objects.select_for_update(no_key=True).get(pk=pk)
    return row


def delivery(pk: int) -> Delivery:
    """The delivery, exclusively, as the attempt guard takes it."""
    row: Delivery = Delivery.objects.select_for_update().get(pk=pk)
    return row


def deliveries(pks: Iterable[int]) -> list[Delivery]:
    """Deliveries, exclusively, by ascending id."""
    return list(Delivery.objects.select_for_update().filter(pk__in=list(pks)).order_by("pk"))


def attempt(pk: int) -> SendAttempt:
    """The attempt, exclusively."""
    row: SendAttempt = SendAttempt.objects.select_for_update().get(pk=pk)
    return row


def _share(sql: str, pk: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute(sql, [pk])
        row = cursor.fetchone()
    if row is None:
        raise LookupError("The row that was to be held is gone.")
    return str(row[0])
