"""A critical alert leaves once by each channel, says what happened without anybody's words, and stays when somebody was there first."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from django.utils import timezone

from audit.alert_lifecycle import acknowledge, resolve
from audit.models import Alert, AuditEvent
from audit.record import recording
from audit.registry import ALERTS
from automations import alerts as automations_alerts
from messaging import alerts
from messaging.alerting import letters, notify, words
from messaging.consent import changes as consent
from messaging.models import Message, Notification, Participant, ProviderAccount, Thread
from messaging.outbound.queue import begin_call, claims
from policy import alerts as policy_alerts
from tests.business import Business, open_business
from tests.factories import MessageNumberFactory, ProviderAccountFactory
from tests.mailserver import MailServer, mail_server
from tests.messaging.alerting.steps import (
    hurry,
    locked,
    raise_alert,
    states,
    texts_to,
    tick,
    use_phone,
)

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


@pytest.fixture
def server(settings: Any) -> Iterator[MailServer]:
    with mail_server(settings) as running:
        yield running


def test_an_emergency_reaches_the_owner_by_mail_and_text_without_a_word_of_it(
    business: Business, server: MailServer
) -> None:
    phone = use_phone(business)
    thread = business.text("zanzibar EMERGENCY, he is bleeding, call 415-701-0558").thread
    business.window(thread)
    alert = Alert.objects.get(kind="policy.emergency")
    tick()
    (letter,) = server.to(business.owner.email)
    (text,) = texts_to(phone)
    assert text.sender == business.front_desk.e164
    assert text.body == "SnoutOS: A text may be about an emergency. Open SnoutOS. Reply OK if you've got it."
    assert letter["Subject"] == "SnoutOS: A text may be about an emergency"
    assert f"/conversations/{thread.public_id}/" in letter.get_content()
    for said in (str(letter), text.body):
        for secret in (
            "zanzibar",
            "bleeding",
            "701-0558",
            "7010558",
            business.client.name,
            business.client_phone[2:],
        ):
            assert secret not in said
    assert states(alert) == [("mail", "sent"), ("text", "sent")]
    notified = AuditEvent.objects.filter(verb="alert.notified", subject_id=alert.pk)
    assert sorted(event.data["channel"] for event in notified) == ["mail", "text"]


def test_repeats_are_counted_and_not_sent_and_what_comes_back_is_sent_again(
    business: Business, server: MailServer
) -> None:
    phone = use_phone(business)
    alert = locked(business)
    tick()
    for _ in range(3):
        locked(business)
        tick(after=10 * MINUTE)
    assert (len(server.letters), len(texts_to(phone))) == (1, 1)
    alert.refresh_from_db()
    assert alert.count == 4
    resolve(alert, by=business.owner, at=timezone.now())
    locked(business)
    tick(after=10 * MINUTE)
    assert (len(server.letters), len(texts_to(phone))) == (2, 2)


@pytest.mark.parametrize("verb", [acknowledge, resolve])
def test_what_somebody_dealt_with_before_it_left_stays(
    business: Business, server: MailServer, verb: Any
) -> None:
    phone = use_phone(business)
    verb(locked(business), by=business.owner, at=timezone.now())
    tick()
    assert (server.letters, texts_to(phone)) == ([], [])


def test_a_letter_and_a_text_on_their_way_stay_when_the_alert_is_over(
    business: Business, server: MailServer
) -> None:
    phone = use_phone(business)
    alert = locked(business)
    notify.notify(timezone.now())
    (text,) = texts_to(phone)
    claims.wake(text.line_id)
    attempt = claims.claim(text.line_id)
    assert attempt is not None
    resolve(alert, by=business.owner, at=timezone.now())
    assert begin_call.begin(attempt) is None
    letters.send_due()
    text.refresh_from_db()
    assert (text.state, text.reason) == ("canceled", "alert_over")
    assert server.letters == []
    assert states(alert) == [("mail", "skipped"), ("text", "sent")]


def test_only_critical_ones_leave_and_one_that_becomes_critical_does(
    business: Business, server: MailServer
) -> None:
    ids = {"organization_id": business.organization.pk}
    raise_alert(alerts.pool_exhausted(**ids, needed=2))
    tick()
    assert server.letters == []
    rule = {**ids, "automation_id": 1, "thread_id": None, "say": "Look"}
    raise_alert(automations_alerts.automation_notice(**rule, severity="warning"))  # type: ignore[arg-type]
    raise_alert(automations_alerts.automation_notice(**rule, severity="critical"))  # type: ignore[arg-type]
    tick()
    assert [letter["Subject"] for _, letter in server.letters] == ["SnoutOS: Look"]


def test_a_storm_becomes_one_letter_and_one_text_and_what_follows_leaves_within_five_minutes(
    business: Business, server: MailServer
) -> None:
    phone = use_phone(business)
    for sitter_id in range(1, 31):
        locked(business, sitter_id)
    tick()
    (letter,) = server.to(business.owner.email)
    (text,) = texts_to(phone)
    assert letter["Subject"] == "SnoutOS: 30 things need you now"
    assert (
        text.body
        == "SnoutOS: 30 things need you now. A sitter's texts are paused. Open SnoutOS. Reply OK if you've got it."
    )
    late = [locked(business, sitter_id) for sitter_id in (31, 32)]
    tick(after=MINUTE)
    assert len(server.letters) == 1
    tick(after=MINUTE)
    assert (len(server.letters), len(texts_to(phone))) == (2, 2)
    assert [states(alert) for alert in late] == [[("mail", "sent"), ("text", "sent")]] * 2


def test_at_night_too(business: Business, server: MailServer) -> None:
    phone = use_phone(business)
    business.organization.quiet_from, business.organization.quiet_until = "00:00", "23:59"
    business.organization.save()
    locked(business)
    tick()
    (text,) = texts_to(phone)
    assert not text.obeys_quiet_hours


def test_a_phone_that_said_stop_gets_nothing_and_the_channel_says_so(
    business: Business, server: MailServer
) -> None:
    phone = use_phone(business)
    business.text("STOP", sender=phone)
    alert = locked(business)
    tick()
    assert texts_to(phone) == []
    assert states(alert) == [("mail", "sent")]
    business.text("START", sender=phone)
    tick()
    assert [text.body[:8] for text in texts_to(phone)] == ["SnoutOS:"]


def test_a_stop_between_queueing_and_leaving_holds(business: Business) -> None:
    phone = use_phone(business)
    locked(business)
    tick()
    consent.opt_out(business.organization, phone, by=business.owner, at=timezone.now())
    (text,) = texts_to(phone)
    assert (text.state, text.reason) == ("canceled", "opted_out")


def test_when_the_front_desk_cannot_send_another_account_does(business: Business) -> None:
    phone = use_phone(business)
    other = ProviderAccountFactory(organization=business.organization)
    spare = MessageNumberFactory(
        organization=business.organization, account=other, role="pool", e164="+16285559001"
    )
    ProviderAccount.objects.filter(pk=business.account.pk).update(line_state="stopped")
    raise_alert(
        alerts.account_credentials(organization_id=business.organization.pk, account_id=business.account.pk)
    )
    tick()
    (text,) = texts_to(phone)
    assert text.sender == spare.e164


def test_when_no_number_can_send_the_letter_leaves_and_the_text_follows_later(
    business: Business, server: MailServer
) -> None:
    phone = use_phone(business)
    ProviderAccount.objects.filter(pk=business.account.pk).update(line_state="stopped")
    alert = raise_alert(
        alerts.account_credentials(organization_id=business.organization.pk, account_id=business.account.pk)
    )
    tick()
    assert states(alert) == [("mail", "sent")]
    assert texts_to(phone) == []
    ProviderAccount.objects.filter(pk=business.account.pk).update(line_state="open")
    tick()
    assert len(texts_to(phone)) == 1


def test_an_alert_about_a_text_to_that_phone_is_no_further_text(
    business: Business, server: MailServer
) -> None:
    phone = use_phone(business)
    locked(business)
    tick()
    (text,) = texts_to(phone)
    raise_alert(
        alerts.delivery_dead_letter(
            organization_id=business.organization.pk,
            thread_id=text.thread_id,
            delivery_id=text.pk,
            attempts=4,
            code="30003",
        )
    )
    tick(after=5 * MINUTE)
    assert len(texts_to(phone)) == 1
    assert [letter["Subject"] for _, letter in server.letters][1:] == ["SnoutOS: A text couldn't be sent"]


def test_the_text_stands_in_the_phones_own_staff_conversation(business: Business) -> None:
    phone = use_phone(business)
    locked(business)
    tick()
    locked(business, 2)
    tick(after=3 * MINUTE)
    line = Participant.objects.get(e164=phone)
    assert (line.role, line.thread.kind, line.number_id) == ("member", "staff", business.front_desk.pk)
    assert Message.objects.filter(thread=line.thread, author_kind="system", audience="owner").count() == 2
    answer = business.text("On it", sender=phone)
    assert (answer.thread_id, answer.author_kind, answer.audience) == (line.thread_id, "owner", "owner")
    line.thread.refresh_from_db()
    assert line.thread.owner_position == answer.position


def test_a_phone_that_wrote_before_as_unknown_becomes_the_members(business: Business) -> None:
    phone = "+19175550177"
    before = business.text("Testing my own number", sender=phone)
    use_phone(business, phone)
    locked(business)
    tick()
    (text,) = texts_to(phone)
    assert text.thread_id == before.thread_id
    assert Thread.objects.get(pk=before.thread_id).kind == "staff"


def test_a_phone_that_alerts_go_to_is_known_when_it_writes_first(business: Business) -> None:
    phone = use_phone(business)
    assert business.text("Hello", sender=phone).thread.kind == "staff"


def test_an_owner_who_is_a_sitter_is_texted_in_their_own_conversation_never_over_a_clients_line(
    business: Business,
) -> None:
    thread = business.thread()
    business.window(thread)
    business.text("Is Rex well?")
    lines = set(Participant.objects.filter(e164=business.sitter.phone).values_list("number_id", flat=True))
    phone = use_phone(business, business.sitter.phone)
    locked(business)
    tick()
    text = texts_to(phone)[-1]
    assert text.line.number_id not in lines
    assert text.thread.kind == "staff"


def test_a_closed_conversation_opens_for_an_alert(business: Business) -> None:
    phone = use_phone(business)
    locked(business)
    tick()
    Thread.objects.filter(participants__e164=phone).update(state="closed")
    locked(business, 2)
    tick(after=3 * MINUTE)
    assert len(texts_to(phone)) == 2
    assert Thread.objects.get(participants__e164=phone).state == "open"


def test_a_resting_front_desk_is_gone_around(business: Business) -> None:
    phone = use_phone(business)
    business.pause()
    locked(business)
    tick()
    assert [text.sender for text in texts_to(phone)] != [business.front_desk.e164]
    assert len(texts_to(phone)) == 1


def test_another_business_hears_nothing(business: Business, server: MailServer) -> None:
    other = open_business("Paws")
    locked(business)
    tick()
    assert server.to(other.owner.email) == []
    assert len(server.to(business.owner.email)) == 1


def test_what_fails_for_one_business_keeps_nobody_else_waiting(
    business: Business, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = open_business("Paws")
    locked(business)
    locked(other)
    real = notify._of

    def fails(organization: Any, at: Any) -> None:
        if organization.pk == business.organization.pk:
            raise RuntimeError("on purpose")
        real(organization, at)

    monkeypatch.setattr(notify, "_of", fails)
    tick()
    assert [address for address, _ in server.letters] == [other.owner.email]


def test_without_a_mail_server_nothing_is_said_to_have_left(business: Business, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    alert = locked(business)
    tick()
    assert states(alert) == []
    assert mail.outbox == []


def test_every_critical_alert_there_is_can_leave_as_a_text() -> None:
    """Their sentences hold nothing that could stop them, and fit two segments."""
    from policy.screen import cleared_as_ours

    found = []
    for name, make in ALERTS.items():
        takes = inspect.signature(make.make).parameters
        words_of = {
            "code": "30003",
            "say": "Look",
            "severity": "critical",
            "state": "failed",
            "reason": "retries_exhausted",
        }
        given: dict[str, Any] = {n: words_of.get(n, 3) for n in takes}
        notice = make(**given)
        if notice.severity == "critical":
            text = words.text([Alert(title=notice.title, detail=notice.detail)])
            assert cleared_as_ours(text).body == text
            found.append(name)
    assert len(found) >= 8


def test_a_long_sentence_of_an_owner_is_cut(business: Business) -> None:
    said = words.text([Alert(title="x" * 160), Alert(title="y" * 160)])
    assert len(said) <= words.LONGEST_TEXT
    assert said.endswith("… Open SnoutOS. Reply OK if you've got it.")


def test_an_alert_of_yesterday_does_not_leave_today(business: Business, server: MailServer) -> None:
    with transaction.atomic(), recording(at=timezone.now() - timedelta(hours=25)) as trail:
        trail.alert(policy_alerts.sitter_locked(organization_id=business.organization.pk, sitter_id=1))
    tick()
    assert server.letters == []
    hurry(MINUTE)
    assert not Notification.objects.exists()
