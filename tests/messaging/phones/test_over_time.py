"""Phones that come and go, played at random: whatever happens in whatever order, a text belongs to whoever has the phone by then."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test

from messaging.assignments import windows
from messaging.errors import MessagingError
from messaging.models import (
    AssignmentWindow,
    Client,
    ClientPhone,
    Delivery,
    Message,
    MessageNumber,
    Participant,
    Sitter,
    Thread,
    WebhookReceipt,
)
from messaging.models.deliveries import DeliveryState
from messaging.models.threads import Role, ThreadKind
from messaging.outbound.queue.submit import Author, submit
from messaging.people import clients, merging, sitters, threads
from messaging.phones import blocking, changes, moving
from messaging.phones import sitters as sitter_phones
from snoutos.staffing import offboarding
from tests.business import Business, another_client, number_of, open_business, stranger
from tests.searching import InOneTransaction, searched

choice = st.integers(0, 7)


class PhonesOverTime(InOneTransaction):
    """Three clients and a sitter, six phones that change hands, two front desks, a pool."""

    business: Business

    @initialize()
    def open(self) -> None:
        business = self.business = open_business()
        other = number_of(business.account, "front_desk")
        self.numbers: list[MessageNumber] = [business.front_desk, other, business.pool]
        self.phones = [
            business.client_phone,
            *(another_client(business, name)[1] for name in ("Sam", "Rosa")),
        ]
        self.phones += [stranger() for _ in range(3)]
        business.window(business.thread(), begins=-1, ends=9)

    def _clients(self) -> list[Client]:
        return list(Client.objects.of(self.business.organization).order_by("pk"))

    def _on_cards(self) -> list[ClientPhone]:
        return list(
            ClientPhone.objects.of(self.business.organization).select_related("client").order_by("pk")
        )

    def _threads(self) -> list[Thread]:
        return list(Thread.objects.of(self.business.organization).order_by("pk"))

    def _try(self, verb: Any, *args: Any, **kwargs: Any) -> None:
        """What a verb refuses, it refuses whole."""
        before = self._standing()
        try:
            with transaction.atomic():
                verb(*args, by=self.business.owner, at=timezone.now(), **kwargs)
        except MessagingError:
            assert self._standing() == before

    def _standing(self) -> list[Any]:
        of = self.business.organization
        return [
            list(Participant.objects.of(of).order_by("pk").values_list("pk", "left_at", "client_id")),
            list(ClientPhone.objects.of(of).order_by("pk").values_list("pk", "e164", "client_id")),
            list(Delivery.objects.of(of).order_by("pk").values_list("pk", "state")),
        ]

    @rule(phone=choice, number=choice)
    def texts(self, phone: int, number: int) -> None:
        sender, to = self.phones[phone % 6], self.numbers[number % 3]
        message = self.business.text("Hello", sender=sender, to=to.e164)
        party = message.participant
        assert party is not None
        assert party.e164 == sender
        holder = ClientPhone.objects.of(self.business.organization).filter(e164=sender).first()
        if holder is not None and party.left_at is None and party.role == Role.CLIENT:
            assert message.thread.client_id == holder.client_id
        if party.left_at is not None:
            assert message.audience == "owner", "who left is heard by the owner alone"

    @rule(thread=choice)
    def answers(self, thread: int) -> None:
        one = self._threads()[thread % len(self._threads())]
        try:
            with transaction.atomic():
                submit(thread=one, author=Author.owner(self.business.owner), body="Ok", at=timezone.now())
        except MessagingError:
            pass

    @rule(which=choice, new=choice)
    def replaces(self, which: int, new: int) -> None:
        rows = self._on_cards()
        if rows:
            self._try(changes.replace, rows[which % len(rows)], new=self.phones[new % 6])

    @rule(which=choice)
    def recycles(self, which: int) -> None:
        rows = self._on_cards()
        if rows:
            self._try(changes.recycle, rows[which % len(rows)])

    @rule(which=choice)
    def removes(self, which: int) -> None:
        rows = self._on_cards()
        if rows:
            self._try(changes.remove, rows[which % len(rows)])

    @rule(which=choice, to=choice)
    def gives(self, which: int, to: int) -> None:
        rows, clients = self._on_cards(), self._clients()
        if rows:
            self._try(changes.give, rows[which % len(rows)], clients[to % len(clients)])

    @rule(thread=choice, to=choice)
    def moves(self, thread: int, to: int) -> None:
        self._try(moving.move, self._threads()[thread % len(self._threads())], self.numbers[to % 3])

    @rule(thread=choice, back=st.booleans())
    def blocks(self, thread: int, back: bool) -> None:
        verb = blocking.unblock if back else blocking.block
        self._try(verb, self._threads()[thread % len(self._threads())])

    @rule(kept=choice, gone=choice)
    def merges(self, kept: int, gone: int) -> None:
        clients = self._clients()
        self._try(merging.merge, clients[kept % len(clients)], clients[gone % len(clients)])

    @rule(thread=choice, to=choice)
    def links(self, thread: int, to: int) -> None:
        clients = self._clients()
        one = self._threads()[thread % len(self._threads())]
        self._try(threads.link, one, clients[to % len(clients)])

    @rule(phone=choice, second=choice)
    def adds_a_client(self, phone: int, second: int) -> None:
        if len(self._clients()) < 6:
            both = [self.phones[phone % 6], self.phones[second % 6]]
            of = self.business.organization
            self._try(clients.create_client, organization=of, name="Rosa", phones=both)

    @rule(client=choice, phone=choice)
    def adds_a_phone(self, client: int, phone: int) -> None:
        rows = self._clients()
        self._try(clients.add_phone, rows[client % len(rows)], self.phones[phone % 6])

    @rule(phone=choice)
    def adds_a_sitter(self, phone: int) -> None:
        of = self.business.organization
        if Sitter.objects.of(of).count() < 3:
            self._try(sitters.create_sitter, organization=of, name="Ben", phone=self.phones[phone % 6])

    @rule(thread=choice)
    def closes(self, thread: int) -> None:
        self._try(threads.close_thread, self._threads()[thread % len(self._threads())])

    @rule(new=choice)
    def the_sitter_has_another_phone(self, new: int) -> None:
        self._try(sitter_phones.change_phone, self.business.sitter, new=self.phones[new % 6])

    @rule(back=st.booleans())
    def the_sitter_leaves_or_comes_back(self, back: bool) -> None:
        sitter = Sitter.objects.get(pk=self.business.sitter.pk)
        self._try(sitters.rejoin if back else offboarding.offboard, sitter)

    @rule(thread=choice)
    def plans_a_visit(self, thread: int) -> None:
        one = self._threads()[thread % len(self._threads())]
        starts_at = timezone.now() + timedelta(days=len(self._threads()) + AssignmentWindow.objects.count())
        times = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=1)}
        self._try(windows.create, thread=one, sitter=self.business.sitter, **times)

    @invariant()
    def what_waits_to_leave_goes_to_who_takes_part(self) -> None:
        if not hasattr(self, "phones"):
            return
        waiting = Delivery.objects.of(self.business.organization).filter(state=DeliveryState.QUEUED)
        for one in waiting.select_related("participant__number"):
            party = one.participant
            assert party.left_at is None
            assert not party.is_blocked
            assert (party.e164, party.number.e164, party.thread_id) == (
                one.recipient,
                one.sender,
                one.thread_id,
            )

    @invariant()
    def a_conversation_and_its_party_name_the_same_client(self) -> None:
        if not hasattr(self, "phones"):
            return
        of = self.business.organization
        for party in (
            Participant.objects.of(of).filter(left_at=None, role=Role.CLIENT).select_related("thread")
        ):
            assert party.client_id == party.thread.client_id
            holder = ClientPhone.objects.of(of).filter(e164=party.e164).first()
            assert holder is None or holder.client_id == party.client_id

    @invariant()
    def nobody_has_a_phone_twice(self) -> None:
        if not hasattr(self, "phones"):
            return
        of = self.business.organization
        cards = set(ClientPhone.objects.of(of).values_list("e164", flat=True))
        theirs = set(Sitter.objects.of(of).exclude(phone="").values_list("phone", flat=True))
        assert not theirs & cards

    @invariant()
    def a_phone_that_is_known_is_a_stranger_on_the_pool_alone(self) -> None:
        """Or where a visit had been planned before the phone turned out to be a sitter's."""
        if not hasattr(self, "phones"):
            return
        of = self.business.organization
        strange = Participant.objects.of(of).filter(left_at=None, role=Role.UNKNOWN)
        for party in strange.exclude(number=self.business.pool):
            assert not ClientPhone.objects.of(of).filter(e164=party.e164).exists()
            if Sitter.objects.of(of).filter(phone=party.e164).exists():
                assert party.thread.windows.exists()

    @invariant()
    def only_a_sitters_own_phone_takes_part_for_them(self) -> None:
        if not hasattr(self, "phones"):
            return
        rows = Participant.objects.of(self.business.organization).filter(left_at=None, role=Role.SITTER)
        for party in rows.select_related("sitter", "thread"):
            assert party.sitter is not None
            assert party.sitter.is_active or party.thread.kind == ThreadKind.STAFF
            assert party.e164 == party.sitter.phone

    @invariant()
    def nothing_was_lost(self) -> None:
        if hasattr(self, "phones"):
            receipts = WebhookReceipt.objects.filter(organization=self.business.organization)
            assert not receipts.exclude(state="done").values_list("failure", flat=True)
            assert Message.objects.of(self.business.organization).exists()


@pytest.mark.hypothesis
@pytest.mark.django_db
def test_a_text_belongs_to_whoever_has_the_phone_by_then() -> None:
    run_state_machine_as_test(
        PhonesOverTime,
        settings=searched(
            8,
            stateful_step_count=30,
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
