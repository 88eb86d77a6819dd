"""Each constraint of people, numbers, threads, messages, receipts and consent, broken once, by name."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from messaging.models import Message, MessageMedia, MessageNumber, OptOut, Thread, ThreadRead, WebhookReceipt
from tests.business import open_business
from tests.constraints import breaks
from tests.factories import (
    ClientPhoneFactory,
    MessageNumberFactory,
    OrganizationFactory,
    ParticipantFactory,
    ProviderAccountFactory,
    SitterFactory,
    ThreadFactory,
    UserFactory,
)
from tests.refusals import refusal

pytestmark = pytest.mark.django_db


@breaks("clientphone_unique_per_organization")
def test_a_phone_is_one_clients_of_a_business() -> None:
    phone = ClientPhoneFactory()
    ClientPhoneFactory(e164=phone.e164)  # another business
    name = refusal(lambda: ClientPhoneFactory(organization=phone.organization, e164=phone.e164))
    assert name == "clientphone_unique_per_organization"


@breaks("sitter_unique_phone_per_organization")
def test_a_phone_is_one_sitters_of_a_business() -> None:
    sitter = SitterFactory()
    SitterFactory(phone=sitter.phone)
    for _ in range(2):
        SitterFactory(organization=sitter.organization, phone="")
    name = refusal(lambda: SitterFactory(organization=sitter.organization, phone=sitter.phone))
    assert name == "sitter_unique_phone_per_organization"


@breaks("thread_snoozed_stands_somewhere")
def test_a_snoozed_conversation_knows_where_it_stood() -> None:
    thread = ThreadFactory(snoozed_until=timezone.now(), snoozed_at_position=0)
    assert thread.pk
    name = refusal(lambda: ThreadFactory(snoozed_until=timezone.now()))
    assert name == "thread_snoozed_stands_somewhere"


@breaks("sitter_one_per_user")
def test_a_user_is_one_sitter() -> None:
    user = UserFactory(role="sitter")
    SitterFactory(organization=user.organization, user=user)
    name = refusal(lambda: SitterFactory(organization=user.organization, user=user))
    assert name == "sitter_one_per_user"


@breaks("provideraccount_unique_sid")
def test_an_account_is_connected_once_in_the_installation() -> None:
    account = ProviderAccountFactory()
    assert refusal(lambda: ProviderAccountFactory(sid=account.sid)) == "provideraccount_unique_sid"


@breaks("messagenumber_only_a_released_number_is_given_up")
def test_a_number_in_use_is_not_given_up() -> None:
    broken = refusal(lambda: MessageNumberFactory(given_up_at=timezone.now()))
    assert broken == "messagenumber_only_a_released_number_is_given_up"


@breaks("messagenumber_has_a_known_registration")
@pytest.mark.parametrize("column", ["brand_state", "campaign_state"])
def test_a_numbers_registration_is_a_known_one(column: str) -> None:
    broken = refusal(lambda: MessageNumberFactory(**{column: "perhaps"}))
    assert broken == "messagenumber_has_a_known_registration"


@breaks("provideraccount_has_a_known_line_state")
def test_an_accounts_line_is_open_stopped_or_paused() -> None:
    assert (
        refusal(lambda: ProviderAccountFactory(line_state="ajar")) == "provideraccount_has_a_known_line_state"
    )


@breaks("messagenumber_unique_e164")
def test_a_number_in_use_is_one_row_in_the_installation() -> None:
    number = MessageNumberFactory()
    assert refusal(lambda: MessageNumberFactory(e164=number.e164)) == "messagenumber_unique_e164"
    MessageNumber.objects.filter(pk=number.pk).update(state="quarantined")
    assert refusal(lambda: MessageNumberFactory(e164=number.e164)) == "messagenumber_unique_e164"
    MessageNumber.objects.filter(pk=number.pk).update(state="retired")
    assert MessageNumberFactory(e164=number.e164).pk


@breaks(
    "messagenumber_has_a_known_role",
    "messagenumber_has_a_known_state",
    "messagenumber_only_a_sitter_number_has_a_sitter",
)
def test_a_number_has_a_known_role_and_state() -> None:
    organization = OrganizationFactory()
    sitter = SitterFactory(organization=organization)

    def add(**more: Any) -> str:
        return refusal(lambda: MessageNumberFactory(organization=organization, **more))

    assert add(role="fax") == "messagenumber_has_a_known_role"
    assert add(state="lost") == "messagenumber_has_a_known_state"
    for role in ("front_desk", "pool"):
        assert add(role=role, sitter=sitter) == "messagenumber_only_a_sitter_number_has_a_sitter"


@breaks("thread_has_a_known_kind", "thread_has_a_known_state")
def test_a_thread_has_a_known_kind_and_state() -> None:
    organization = OrganizationFactory()
    assert refusal(lambda: ThreadFactory(organization=organization, kind="x")) == "thread_has_a_known_kind"
    assert refusal(lambda: ThreadFactory(organization=organization, state="x")) == "thread_has_a_known_state"


@breaks("participant_one_thread_per_number_and_phone")
def test_a_pair_is_open_in_one_thread_only() -> None:
    party = ParticipantFactory()
    same = {"organization": party.organization, "number": party.number, "e164": party.e164}
    assert refusal(lambda: ParticipantFactory(**same)) == "participant_one_thread_per_number_and_phone"
    ParticipantFactory(**same, left_at=timezone.now() + timedelta(days=1))
    party.left_at = timezone.now() + timedelta(days=1)
    party.save()
    assert ParticipantFactory(**same).pk


@breaks("thread_one_open_outside_participant")
def test_a_thread_has_one_outside_phone() -> None:
    party = ParticipantFactory()
    same = {"organization": party.organization, "thread": party.thread}
    name = "thread_one_open_outside_participant"
    assert refusal(lambda: ParticipantFactory(**same)) == name
    assert refusal(lambda: ParticipantFactory(**same, role="unknown")) == name
    sitter = SitterFactory(organization=party.organization)
    assert ParticipantFactory(**same, role="sitter", sitter=sitter).pk


@breaks("participant_one_line_per_sitter_and_thread")
def test_a_sitter_has_one_line_into_a_thread() -> None:
    thread = ThreadFactory()
    sitter = SitterFactory(organization=thread.organization)
    same = {"organization": thread.organization, "thread": thread, "role": "sitter", "sitter": sitter}
    ParticipantFactory(**same)
    assert refusal(lambda: ParticipantFactory(**same)) == "participant_one_line_per_sitter_and_thread"


@breaks("participant_role_names_its_party")
def test_a_role_names_its_party_and_no_other() -> None:
    thread = ThreadFactory()
    organization = thread.organization
    sitter = SitterFactory(organization=organization)
    wrong: list[dict[str, Any]] = [
        {"role": "client", "client": None},
        {"role": "client", "client": thread.client, "sitter": sitter},
        {"role": "sitter", "sitter": None},
        {"role": "sitter", "sitter": sitter, "client": thread.client},
        {"role": "unknown", "client": thread.client},
        {"role": "unknown", "sitter": sitter},
        {"role": "owner"},
    ]
    for values in wrong:
        name = refusal(lambda v=values: ParticipantFactory(organization=organization, thread=thread, **v))  # type: ignore[misc]
        assert name == "participant_role_names_its_party", values


@breaks("participant_only_a_member_is_named_as_one")
@pytest.mark.parametrize("role", ["client", "sitter", "unknown"])
def test_only_a_member_is_named_as_one(role: str) -> None:
    thread = ThreadFactory()
    member = UserFactory(organization=thread.organization, role="staff")
    party = {
        "client": {"client": thread.client},
        "sitter": {"sitter": SitterFactory(organization=thread.organization)},
        "unknown": {"client": None},
    }[role]
    name = refusal(
        lambda: ParticipantFactory(
            organization=thread.organization, thread=thread, role=role, member=member, **party
        )
    )
    assert name == "participant_only_a_member_is_named_as_one"


@breaks("participant_leaves_after_joining")
def test_nobody_leaves_before_joining() -> None:
    organization = OrganizationFactory()
    before = timezone.now() - timedelta(hours=1)
    name = refusal(lambda: ParticipantFactory(organization=organization, left_at=before))
    assert name == "participant_leaves_after_joining"


@breaks("participant_left_reason_is_known")
def test_only_who_left_has_a_reason_and_only_a_known_one() -> None:
    organization = OrganizationFactory()
    left = timezone.now() + timedelta(hours=1)
    for wrong in ({"left_reason": "moved"}, {"left_at": left, "left_reason": "bored"}):
        name = refusal(lambda values=wrong: ParticipantFactory(organization=organization, **values))  # type: ignore[misc]
        assert name == "participant_left_reason_is_known", wrong


@breaks("threadread_one_per_user_and_thread")
def test_a_user_has_read_a_thread_to_one_position() -> None:
    thread = ThreadFactory()
    user = UserFactory(organization=thread.organization)

    def read() -> None:
        ThreadRead.objects.create(organization=thread.organization, thread=thread, user=user)

    read()
    assert refusal(read) == "threadread_one_per_user_and_thread"


def say(thread: Thread, position: int = 1, **more: Any) -> Message:
    values: dict[str, Any] = {"author_kind": "client", "state": "received", **more}
    message: Message = Message.objects.create(
        organization=thread.organization, thread=thread, position=position, body="Hello", **values
    )
    return message


@breaks("message_unique_position_in_thread")
def test_a_position_is_one_messages() -> None:
    thread = ThreadFactory()
    say(thread)
    say(ThreadFactory(organization=thread.organization))
    assert refusal(lambda: say(thread)) == "message_unique_position_in_thread"


@breaks("message_unique_provider_sid")
def test_a_sid_is_one_message_of_an_account() -> None:
    thread = ThreadFactory()
    one, two = (ProviderAccountFactory(organization=thread.organization) for _ in range(2))
    say(thread, 1, account=one, provider_sid="SM1")
    say(thread, 2, account=two, provider_sid="SM1")
    for position in (3, 4):
        say(thread, position, account=one)
    assert refusal(lambda: say(thread, 5, account=one, provider_sid="SM1")) == "message_unique_provider_sid"


@breaks("message_unique_origin_key")
def test_an_origin_makes_one_message_of_a_business() -> None:
    thread = ThreadFactory()
    say(thread, 1, origin_key="k")
    say(ThreadFactory(), 1, origin_key="k")
    assert refusal(lambda: say(thread, 2, origin_key="k")) == "message_unique_origin_key"


@breaks(
    "message_held_has_reason",
    "message_has_a_known_state",
    "message_of_a_sitter_names_them",
    "message_note_is_for_the_owner",
)
@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"state": "held"}, "message_held_has_reason"),
        ({"state": "lost"}, "message_has_a_known_state"),
        ({"author_kind": "sitter"}, "message_of_a_sitter_names_them"),
        ({"is_note": True, "audience": "thread"}, "message_note_is_for_the_owner"),
    ],
)
def test_a_message_is_whole(values: dict[str, Any], name: str) -> None:
    thread = ThreadFactory()
    assert refusal(lambda: say(thread, **values)) == name


@breaks("messagemedia_unique_position")
def test_a_file_has_a_place_of_its_own() -> None:
    message = say(ThreadFactory())

    def keep() -> None:
        MessageMedia.objects.create(
            organization=message.organization, message=message, position=0, content_type="image/png"
        )

    keep()
    assert refusal(keep) == "messagemedia_unique_position"


def receipt(**more: Any) -> WebhookReceipt:
    values: dict[str, Any] = {"kind": "inbound", "dedupe_key": "SM1", "raw": b"", **more}
    account = values.pop("account", None) or ProviderAccountFactory()
    kept: WebhookReceipt = WebhookReceipt.objects.create(
        account=account, organization=account.organization, **values
    )
    return kept


@breaks("webhookreceipt_once_per_delivery")
def test_a_delivery_of_the_provider_is_kept_once() -> None:
    account = receipt().account
    receipt(account=account, kind="status")
    receipt(account=account, dedupe_key="SM2")
    assert refusal(lambda: receipt(account=account)) == "webhookreceipt_once_per_delivery"


@breaks("webhookreceipt_failed_has_next_try")
def test_what_failed_is_tried_again() -> None:
    account = ProviderAccountFactory()
    name = refusal(lambda: receipt(account=account, state="failed"))
    assert name == "webhookreceipt_failed_has_next_try"


@breaks("optout_one_per_phone")
def test_a_phone_stands_once_with_a_business() -> None:
    organization = OrganizationFactory()

    def stand() -> None:
        OptOut.objects.create(
            organization=organization, e164="+16195550100", changed_at=timezone.now(), source="text"
        )

    stand()
    assert refusal(stand) == "optout_one_per_phone"


@breaks("message_reaction_is_for_the_owner")
def test_a_reaction_is_for_the_owner_alone() -> None:
    business = open_business()
    text = business.text("Hello")

    def react() -> None:
        Message.objects.filter(pk=business.text("Hi").pk).update(reacts_to=text)

    assert refusal(react) == "message_reaction_is_for_the_owner"
