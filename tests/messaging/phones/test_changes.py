"""A phone belongs to somebody for a time: replaced, taken off, given away, somebody else's."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.record import Actor, recording
from messaging.consent.standing import Change, apply
from messaging.errors import ConsentNeeded, NotPossibleNow, OffCard, OptedOut, PhoneInUse, PhoneIsForAlerts
from messaging.models import Client, ClientPhone, Delivery, Message, Participant, Sitter, Thread
from messaging.models.consent import ConsentKind, ConsentSource
from messaging.models.deliveries import DeliveryState
from messaging.models.threads import LeftReason, Role, ThreadState
from messaging.outbound.queue.submit import Author, submit
from messaging.outbound.recovery import owner_actions
from messaging.people import off_card, participants, starting
from messaging.people.phones import BadPhone
from messaging.people.starting import Whom
from messaging.phones import changes
from messaging.phones import sitters as sitter_phones
from messaging.review import decisions as review
from snoutos.adminkit.rows import address
from tests.business import Business, another_client, stranger
from tests.messaging.consent.agreeing import agree

pytestmark = pytest.mark.django_db


def phone_of(business: Business, client: Client | None = None) -> ClientPhone:
    return (client or business.client).phones.get()


def says(business: Business, thread: Thread, body: str = "See you at 5") -> Message:
    return submit(thread=thread, author=Author.owner(business.owner), body=body, at=timezone.now()).message


def replace(business: Business, new: str, phone: ClientPhone | None = None) -> ClientPhone:
    return changes.replace(phone or phone_of(business), new=new, by=business.owner, at=timezone.now())


def stop(business: Business, e164: str, kind: ConsentKind = ConsentKind.OPTED_OUT) -> None:
    with transaction.atomic(), recording(actor=Actor.person(business.owner)):
        apply(
            Change(
                organization_id=business.organization.pk,
                e164=e164,
                kind=kind,
                source=ConsentSource.OWNER,
                at=timezone.now(),
            )
        )


class TestReplacing:
    def test_the_conversation_goes_on_with_the_new_phone(self, business: Business) -> None:
        thread, new = business.thread(), stranger()
        replace(business, new)
        party = participants.outside_party(thread)
        assert (party.e164, party.client) == (new, business.client)
        old = Participant.objects.get(thread=thread, e164=business.client_phone)
        assert old.left_reason == LeftReason.REPLACED
        assert says(business, thread).deliveries.get().recipient == new
        assert business.text("It's me", sender=new).thread_id == thread.pk
        assert business.verbs().count("people.phone_replaced") == 1

    def test_what_is_queued_to_the_old_phone_is_canceled_and_goes_to_the_new_one_only_on_the_owners_word(
        self, business: Business
    ) -> None:
        thread, new = business.thread(), stranger()
        queued = says(business, thread, "The key code is 1234").deliveries.get()
        replace(business, new)
        queued.refresh_from_db()
        assert (queued.state, queued.reason) == (DeliveryState.CANCELED, "phone_replaced")
        assert not Delivery.objects.filter(recipient=new).exists()
        again = owner_actions.retry(queued, by=business.owner, at=timezone.now())
        assert again.recipient == new

    def test_the_old_phone_begins_a_conversation_of_its_own(self, business: Business) -> None:
        thread = business.thread()
        replace(business, stranger())
        message = business.text("who is this?")
        assert message.thread_id != thread.pk
        assert message.participant is not None
        assert message.participant.role == Role.UNKNOWN
        assert [
            one.client for one in changes.former_holders(business.organization.pk, business.client_phone)
        ] == [business.client]

    def test_the_new_phone_wrote_before_the_card_was_changed(self, business: Business) -> None:
        thread, new = business.thread(), stranger()
        strange = business.text("Hi it's Dana from my new phone", sender=new).thread
        shown = changes.preview(phone_of(business), new=new)
        assert [one.pk for one in shown.joined] == [strange.pk]
        replace(business, new)
        strange.refresh_from_db()
        assert (strange.state, strange.client) == (ThreadState.CLOSED, business.client)
        assert business.text("Ok", sender=new).thread_id == thread.pk
        left = Participant.objects.get(thread=strange)
        assert (left.left_reason, left.e164) == (LeftReason.MERGED, new)

    def test_a_preview_counts_and_writes_nothing(self, business: Business) -> None:
        says(business, business.thread())
        with CaptureQueriesContext(connection) as asked:
            shown = changes.preview(phone_of(business), new=stranger())
        assert (shown.queued, len(shown.touched), shown.said_stop) == (1, 1, False)
        assert asked.captured_queries
        assert all(one["sql"].startswith("SELECT") for one in asked.captured_queries)

    def test_after_stop_no_automation_texts_the_new_phone_until_consent_is_recorded(
        self, business: Business
    ) -> None:
        thread, new = business.thread(), stranger()
        stop(business, business.client_phone)
        assert changes.preview(phone_of(business), new=new).said_stop
        held = replace(business, new)
        says(business, thread)
        with pytest.raises(ConsentNeeded):
            submit(thread=thread, author=Author.automation(1), body="Reminder", at=timezone.now())
        agree(held, by=business.owner)
        assert phone_of(business).automations_off_at is None

    def test_start_from_the_new_phone_is_consent(self, business: Business) -> None:
        business.thread()
        stop(business, business.client_phone)
        new = stranger()
        replace(business, new)
        business.text("START", sender=new)
        assert phone_of(business).automations_off_at is None

    def test_a_phone_of_somebody_else_is_refused_with_the_name(self, business: Business) -> None:
        sam, phone = another_client(business)
        for taken, name in ((phone, "Sam"), (business.sitter.phone, "Ana"), (business.pool.e164, "your own")):
            with pytest.raises(PhoneInUse, match=name):
                replace(business, taken)
            with pytest.raises(PhoneInUse, match=name):
                changes.preview(phone_of(business), new=taken)
        business.organization.alert_phone = stranger()
        business.organization.save()
        with pytest.raises(PhoneIsForAlerts):
            replace(business, business.organization.alert_phone)
        with pytest.raises(BadPhone):
            replace(business, "call me")
        assert phone_of(business).e164 == business.client_phone
        assert sam.phones.get().e164 == phone

    def test_of_two_owners_who_change_it_one_is_told(self, business: Business) -> None:
        seen = phone_of(business)
        replace(business, stranger())
        with pytest.raises(NotPossibleNow, match="just changed"):
            replace(business, stranger(), seen)

    def test_a_second_phone_of_the_same_client_takes_the_place(self, business: Business) -> None:
        second = ClientPhone.objects.create(
            organization=business.organization, client=business.client, e164=stranger()
        )
        thread = business.thread()
        theirs = business.text("from my other phone", sender=second.e164).thread
        replace(business, second.e164, business.client.phones.get(e164=business.client_phone))
        assert list(business.client.phones.all()) == [second]
        theirs.refresh_from_db()
        assert theirs.state == ThreadState.CLOSED
        assert business.text("again", sender=second.e164).thread_id == thread.pk


class TestTakingOff:
    def test_before_the_next_text_leaves_the_owner_is_asked_once(self, business: Business) -> None:
        thread = business.thread()
        changes.remove(phone_of(business), by=business.owner, at=timezone.now())
        with pytest.raises(OffCard):
            says(business, thread)
        off_card.confirm(thread, by=business.owner, at=timezone.now())
        says(business, thread)
        assert business.verbs().count("thread.phone_confirmed") == 1

    def test_what_is_queued_to_it_is_canceled(self, business: Business) -> None:
        thread = business.thread()
        says(business, thread)
        changes.remove(phone_of(business), by=business.owner, at=timezone.now())
        queued = Delivery.objects.get(thread=thread)
        assert (queued.state, queued.reason) == (DeliveryState.CANCELED, "phone_removed")

    def test_neither_rules_nor_sitters_text_it_until_it_is_confirmed(self, business: Business) -> None:
        thread = business.thread()
        business.window(thread)
        changes.remove(phone_of(business), by=business.owner, at=timezone.now())
        for author in (Author.automation(1), Author.sitter_by_text(business.sitter)):
            with pytest.raises(OffCard):
                submit(thread=thread, author=author, body="The key is under the mat", at=timezone.now())

    def test_a_held_text_and_one_that_failed_wait_for_the_confirmation(self, business: Business) -> None:
        thread = business.thread()
        business.window(thread)
        said = submit(
            thread=thread,
            author=Author.sitter_by_text(business.sitter),
            body="Call me at 212 555 0147",
            at=timezone.now(),
        )
        says(business, thread)
        changes.remove(phone_of(business), by=business.owner, at=timezone.now())
        canceled = Delivery.objects.get(thread=thread)
        with pytest.raises(OffCard):
            review.approve(said.message, by=business.owner, at=timezone.now())
        with pytest.raises(OffCard):
            owner_actions.retry(canceled, by=business.owner, at=timezone.now())
        off_card.confirm(thread, by=business.owner, at=timezone.now())
        review.approve(said.message, by=business.owner, at=timezone.now())
        owner_actions.retry(canceled, by=business.owner, at=timezone.now())

    def test_a_phone_on_the_card_is_never_asked_about(self, business: Business) -> None:
        assert off_card.find(business.thread()) is None
        off_card.confirm(business.thread(), by=business.owner, at=timezone.now())
        assert "thread.phone_confirmed" not in business.verbs()


class TestRecycling:
    def test_the_next_text_is_a_strangers_and_history_stays(self, business: Business) -> None:
        thread = business.thread()
        says(business, thread)
        changes.recycle(phone_of(business), by=business.owner, at=timezone.now())
        message = business.text("hello, is this the vet?")
        assert message.thread_id != thread.pk
        assert message.participant is not None
        assert message.participant.client is None
        thread.refresh_from_db()
        assert thread.client == business.client
        assert not business.client.phones.exists()
        assert Delivery.objects.get(thread=thread).reason == "phone_recycled"
        assert business.text("me again").thread_id == message.thread_id

    def test_an_opt_out_stays_until_start(self, business: Business) -> None:
        business.thread()
        stop(business, business.client_phone)
        changes.recycle(phone_of(business), by=business.owner, at=timezone.now())
        thread = business.text("hello?").thread
        with pytest.raises(OptedOut):
            says(business, thread)
        business.text("START")
        says(business, thread)

    def test_the_page_of_a_conversation_that_nobody_takes_part_in_opens(self, business: Business) -> None:
        thread = business.thread()
        changes.recycle(phone_of(business), by=business.owner, at=timezone.now())
        business.browser.force_login(business.owner)
        assert business.browser.get(f"/admin/conversations/{thread.public_id}/").status_code == 200
        assert business.browser.get("/admin/inbox/").status_code == 200
        assert business.browser.get(address(business.client) or "").status_code == 200


def test_a_phone_on_the_wrong_card_goes_to_the_right_one_with_its_conversation(business: Business) -> None:
    thread = business.thread()
    sam, _ = another_client(business)
    changes.give(phone_of(business), sam, by=business.owner, at=timezone.now())
    thread.refresh_from_db()
    assert thread.client == sam
    assert participants.outside_party(thread).client == sam
    assert business.text("Hi").thread_id == thread.pk
    assert not business.client.phones.exists()


class TestSittersPhones:
    def test_the_old_phones_lines_are_closed_at_once(self, business: Business) -> None:
        thread, new = business.thread(), stranger()
        business.window(thread)
        line = Participant.objects.get(thread=thread, role=Role.SITTER)
        relayed = business.text("Is he ok?").deliveries.get()
        sitter_phones.change_phone(business.sitter, new=new, by=business.owner, at=timezone.now())
        relayed.refresh_from_db()
        assert (relayed.state, relayed.reason) == (DeliveryState.CANCELED, "phone_replaced")
        old = business.text("this is nobody", sender=line.e164, to=line.number.e164)
        assert old.thread_id != thread.pk
        assert old.participant is not None
        assert old.participant.role == Role.UNKNOWN
        assert not Delivery.objects.filter(recipient=business.client_phone, body__contains="nobody").exists()
        assert business.text("And now?").deliveries.get().recipient == new

    def test_who_knows_the_sitter_from_before_opens_no_line_to_the_old_phone(
        self, business: Business
    ) -> None:
        """A text that was on its way to the sitter when their phone changed."""
        thread, new = business.thread(), stranger()
        business.window(thread)
        for known in (None, Participant.objects.get(thread=thread, role=Role.SITTER)):
            before = Sitter.objects.get(pk=business.sitter.pk)
            if known is None:
                Participant.objects.filter(thread=thread, role=Role.SITTER).delete()
            sitter_phones.change_phone(before, new=new, by=business.owner, at=timezone.now())
            with transaction.atomic(), recording(actor=Actor.system()):
                line = participants.sitter_participant(thread, before, timezone.now())
            assert line is not None
            assert line.e164 == new
            lines = Participant.objects.filter(thread=thread, role=Role.SITTER, left_at=None)
            assert [one.e164 for one in lines] == [new]
            new = stranger()

    def test_the_office_conversation_goes_on(self, business: Business) -> None:
        office, new = business.text("Hi office", sender=business.sitter.phone).thread, stranger()
        sitter_phones.change_phone(business.sitter, new=new, by=business.owner, at=timezone.now())
        assert business.text("New phone", sender=new).thread_id == office.pk
        assert participants.outside_party(office).e164 == new

    def test_no_phone_at_all(self, business: Business) -> None:
        sitter_phones.change_phone(business.sitter, new="", by=business.owner, at=timezone.now())
        business.sitter.refresh_from_db()
        assert business.sitter.phone == ""

    def test_a_clients_phone_is_refused_with_the_name(self, business: Business) -> None:
        with pytest.raises(PhoneInUse, match="Dana"):
            sitter_phones.change_phone(
                business.sitter, new=business.client_phone, by=business.owner, at=timezone.now()
            )


def test_a_later_replacement_is_found_from_the_first_phone_on(business: Business) -> None:
    """First → second → first again: the pair is opened anew in the same thread."""
    thread, new = business.thread(), stranger()
    replace(business, new)
    back = replace(business, business.client_phone)
    assert back.e164 == business.client_phone
    assert business.text("Back again").thread_id == thread.pk
    started = starting.start(Whom(client=business.client), by=business.owner, at=timezone.now())
    assert started.thread == thread
    assert timezone.now() - back.client.created_at < timedelta(hours=1)
