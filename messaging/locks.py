"""Locks, and the one order in which they are taken.

execution or import → number → phone → thread → client → participant → message → delivery → attempt → sending line → alert (written last by
the trail). Within a kind, by ascending id, and the office's conversation with a sitter after a client's.
"Exclusively" on a row is FOR NO KEY UPDATE: it conflicts with FOR SHARE and does not hold up
foreign-key checks.

Who only wants to end, wake or move on somebody else's row passes over it while it is held (`free_…`, `update_free`): the claim, the
ring and every tick never wait for a delivery, an attempt or a line, so a process that stands still with one holds up nobody else. What must
wait, because it decides by the row, waits no longer than its process may (`snoutos.core.database_limits`).

A text leaves at the commit of `claimed → calling`. That transaction holds number, phone and thread shared. Whatever forbids sending takes
the same lock exclusively, so it either comes first and is seen, or waits until the text has left.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from messaging.models import Client, Delivery, Message, MessageNumber, SendAttempt, Thread
from messaging.models.numbers import NumberRole, NumberState
from messaging.models.threads import ThreadKind


def number(pk: int) -> MessageNumber:
    """The number, exclusively: what quarantines or retires it."""
    row: MessageNumber = MessageNumber.objects.select_for_update(no_key=True).get(pk=pk)
    return row


def front_desks_with(number: MessageNumber) -> dict[int, MessageNumber]:
    """The number, and every front desk of its business that is in use, exclusively, by ascending id; each under its id.

    Whoever waited reads them as they are by then: one that was paused meanwhile is not among them.
    """
    in_use = Q(role=NumberRole.FRONT_DESK, state=NumberState.ACTIVE)
    rows = MessageNumber.objects.filter(in_use | Q(pk=number.pk), organization=number.organization_id)
    return {row.pk: row for row in rows.order_by("pk").select_for_update(no_key=True)}


def free_number(pk: int) -> MessageNumber | None:
    """The number, exclusively; None while somebody else holds it."""
    row: MessageNumber | None = (
        MessageNumber.objects.select_for_update(no_key=True, skip_locked=True).filter(pk=pk).first()
    )
    return row


def number_shared(pk: int) -> str:
    """Hold the number as it is; its state."""
    return _share("SELECT state FROM messaging_messagenumber WHERE id = %s FOR SHARE", pk)


def number_to_send(pk: int) -> tuple[str, str, str]:
    """Hold the number as it is; its state, and how its brand and campaign are registered."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT state, brand_state, campaign_state FROM messaging_messagenumber WHERE id = %s FOR SHARE",
            [pk],
        )
        found: tuple[str, str, str] = cursor.fetchone()
        return found


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


def threads(pks: Iterable[int]) -> dict[int, Thread]:
    """Several threads, exclusively, by ascending id; each under its id."""
    return {pk: thread(pk) for pk in sorted(set(pks))}


def threads_of_clients(pks: Iterable[int], *, also: Iterable[int] = ()) -> dict[int, Thread]:
    """Every care thread of the clients, and those of `also`, and then the clients' rows, exclusively: what changes visits.

    Whoever opens a thread for a client, or brings one to their card, holds that row shared while it looks which visits there are
    (`client_shared`). So none is missed: one that came meanwhile is found behind the row, and all are taken anew, in their order. Raises
    LookupError when a client is gone.
    """
    clients = sorted(set(pks))
    wanted = {*also, *_care_threads(clients)}
    while True:
        with transaction.atomic():
            held = threads(wanted)
            rows = Client.objects.select_for_update(no_key=True).filter(pk__in=clients).order_by("pk")
            if len(rows) < len(clients):
                raise LookupError("A client that was to be held is gone.")
            found = set(_care_threads(clients))
            if found <= wanted:
                return held
            # Given back before they are taken again: a row's lock goes with its savepoint.
            transaction.set_rollback(True)
        wanted |= found


def client_shared(pk: int) -> None:
    """Hold the client's visits as they are."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM messaging_client WHERE id = %s FOR SHARE", [pk])


def _care_threads(clients: list[int]) -> QuerySet[Any]:
    return Thread.objects.filter(client__in=clients, kind=ThreadKind.CARE).values_list("pk", flat=True)


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


def ending_delivery(pk: int) -> Delivery:
    """As `delivery`, for whoever may write down its end: a relay's thread first, since its end makes the client's text the owner's."""
    threads_of_relays([pk])
    return delivery(pk)


def free_ending_delivery(pk: int) -> Delivery | None:
    """As `ending_delivery` for a tick: None while somebody else holds the relay's thread or the delivery."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT d.thread_id FROM messaging_delivery d WHERE d.id = %s AND d.authority = 'relay'", [pk]
        )
        relay = cursor.fetchone()
        if relay is not None:
            cursor.execute(
                "SELECT id FROM messaging_thread WHERE id = %s FOR NO KEY UPDATE SKIP LOCKED", [relay[0]]
            )
            if cursor.fetchone() is None:
                return None
    return free_delivery(pk)


def threads_of_relays(pks: Iterable[int]) -> None:
    """The threads of those of the deliveries that bring a client's text to a sitter, exclusively, by ascending id."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.id FROM messaging_thread t WHERE t.id IN "
            "(SELECT d.thread_id FROM messaging_delivery d WHERE d.id = ANY(%s) AND d.authority = 'relay') "
            "ORDER BY t.id FOR NO KEY UPDATE",
            [list(pks)],
        )


def deliveries(pks: Iterable[int]) -> list[Delivery]:
    """Deliveries, exclusively, by ascending id."""
    return list(Delivery.objects.select_for_update().filter(pk__in=list(pks)).order_by("pk"))


def free_delivery(pk: int) -> Delivery | None:
    """The delivery, exclusively; None while somebody else holds it."""
    row: Delivery | None = Delivery.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
    return row


def attempt(pk: int) -> SendAttempt:
    """The attempt, exclusively."""
    row: SendAttempt = SendAttempt.objects.select_for_update().get(pk=pk)
    return row


def free_attempt(pk: int) -> SendAttempt | None:
    """The attempt, exclusively; None while somebody else holds it."""
    row: SendAttempt | None = SendAttempt.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
    return row


def update_free(rows: QuerySet[Any], *, at_most: int = 1000, **values: Any) -> int:
    """Update those of `rows` that nobody holds, in a transaction of its own or the caller's. Returns how many.

    What is held is left to the next tick, which finds it by the same condition; the first `at_most` in the order of `rows` are taken.
    """
    with transaction.atomic():
        mine = rows.select_for_update(skip_locked=True, no_key=True, of=("self",))
        found = list(mine.values_list("pk", flat=True)[:at_most])
        return rows.model._default_manager.filter(pk__in=found).update(**values) if found else 0


def _share(sql: str, pk: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute(sql, [pk])
        row = cursor.fetchone()
    if row is None:
        raise LookupError("The row that was to be held is gone.")
    return str(row[0])
