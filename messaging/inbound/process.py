"""What one inbound text means: whose it is, in which thread, where it goes, and who hears of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from audit.record import Actor, current
from messaging import alerts, events, locks, occurrences, publish, timeline
from messaging.alerting import answers
from messaging.consent import words
from messaging.consent.standing import Change, apply, is_opted_out
from messaging.inbound import auto_replies, reacting, relay, revoking, sitters, unopened, visits
from messaging.inbound.reactions import Reaction
from messaging.models import Message, MessageMedia, MessageNumber, Participant, WebhookReceipt
from messaging.models.consent import ConsentKind, ConsentSource
from messaging.models.joined import insert
from messaging.models.messages import Audience, AuthorKind, MessageState
from messaging.models.numbers import NumberRole, NumberState
from messaging.models.threads import Role, ThreadKind
from messaging.outbound.queue import machines, opt_out_confirmation, permission
from messaging.outbound.queue.submit import Author, Text, may_write, say
from messaging.people import arrivals
from messaging.providers.webhooks import InboundText, Unactionable
from messaging.sign_in import links
from policy.reader import RULES
from policy.record import alert_emergency
from policy.record import record as keep_findings
from policy.screen import Context, screen
from routing import decisions
from routing import events as routing_events
from routing.engine import Decision

LONGEST_SENDER = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One inbound text on its way through: the parsed text, its receipt, the number, whose it is, and what it says about consent.

    `revokes`: it may ask for no more texts in its own words.
    """

    text: InboundText
    receipt: WebhookReceipt
    party: Participant
    is_late: bool
    consent: words.Said | None
    revokes: bool
    at: datetime

    @property
    def columns(self) -> dict[str, object]:
        """Where a message came from."""
        return {
            "account_id": self.receipt.account_id,
            "provider_sid": self.text.provider_sid,
            "receipt_id": self.receipt.pk,
            "written_at": self.written_at,
            "is_auto_reply": self.is_auto_reply,
        }

    @property
    def is_auto_reply(self) -> bool:
        """Whether the sender's phone or system wrote it by itself."""
        return auto_replies.is_one(self.text.body)

    @property
    def written_at(self) -> datetime:
        """When it was sent: what the provider's list says, or when it reached us first; never after now, whatever its clock says."""
        return min(self.receipt.received_at, self.at)

    @property
    def owner_only(self) -> str:
        """Why the text is for the owner alone whatever routing says, as a reason code; empty when it is not."""
        if self.is_late:
            return "late_reply"
        if self.consent is not None:
            return "consent_word"
        return "revocation" if self.revokes and not revoking.goes_on(self.text.body, self.party) else ""


def process_text(
    text: InboundText, *, receipt: WebhookReceipt, number: MessageNumber, party: Participant | None = None
) -> Message:
    """Take in `text`, inside its receipt's transaction and recording block. Decides at the time of processing.

    `party` is the pair's open participant where the caller has looked it up already.
    """
    if len(text.sender) > LONGEST_SENDER:
        raise Unactionable("The sender isn't a phone, so no one could be answered.")
    at = timezone.now()
    consent = _about_consent(text, number.organization_id)
    revokes = consent is None and revoking.may_revoke(text, number.organization_id)
    resolved = arrivals.resolve(number, text.sender, at, known=party)
    party, is_new = resolved.party, resolved.is_new
    if is_new:
        occurrences.thread_opened(party.thread)
    arrival = Arrival(
        text=text,
        receipt=receipt,
        party=party,
        is_late=resolved.is_late,
        consent=consent,
        revokes=revokes,
        at=at,
    )
    reacted = None if consent or text.media or is_new else reacting.find(text.body, party)
    if reacted is not None:
        return _keep_reaction(arrival, *reacted)
    of_ours = party.role in (Role.SITTER, Role.MEMBER)
    message = _from_sitter(arrival) if of_ours else _from_outside(arrival)
    _keep_media(message, text)
    if consent is not None:
        _heed(arrival, message)
    if revokes:
        revoking.suspect(message, party, at)
    if is_new and number.role == NumberRole.POOL and not party.is_blocked:
        _stranger_on_pool(arrival)
    if number.state == NumberState.QUARANTINED and party.number_id == number.pk:
        current().alert(
            alerts.number_quarantined_text(
                organization_id=number.organization_id, number_id=number.pk, thread_id=party.thread_id
            )
        )
    return message


def _about_consent(text: InboundText, organization_id: int) -> words.Said | None:
    """What `text` changes about texts to its sender. Holds the phone when it does, before any thread is locked.

    "Yes" is also what people answer: it is about consent only from a phone that had said STOP.
    """
    said = words.read(text.body, text.opt_out_type)
    if said is None:
        return None
    locks.phone(organization_id, text.sender)
    if said.word == words.YES and not is_opted_out(organization_id, text.sender):
        return None
    return said


def _from_outside(arrival: Arrival) -> Message:
    party, thread = arrival.party, arrival.party.thread
    place = timeline.next_position(thread, arrival.at)
    thread.state = place.state
    decision = decisions.decide(thread, party, arrival.at, owner_only=arrival.owner_only)
    verdict = screen(
        arrival.text.body,
        Context(
            organization=arrival.receipt.account.organization,
            thread=thread,
            author_kind=AuthorKind.CLIENT,
            at=arrival.at,
            participant_id=party.pk,
        ),
    )
    for_owner = bool(arrival.owner_only) or party.is_blocked or thread.kind != ThreadKind.CARE
    message = Message(
        organization_id=thread.organization_id,
        thread=thread,
        position=place.position,
        author_kind=AuthorKind.CLIENT,
        participant=party,
        state=MessageState.RECEIVED,
        audience=Audience.OWNER if for_owner else Audience.THREAD,
        body=arrival.text.body,
        redacted_body=verdict.redacted,
        reader_rules=RULES,
        owner_due_at=_owner_due_at(arrival, decision),
        created_at=arrival.at,
        **arrival.columns,
    )
    insert(message)
    if decision.target == "owner_inbox" and not party.is_blocked:
        timeline.mark_unread(thread, place.position)
    arrivals.reopen(thread, arrival.at)
    decisions.keep(message, decision)
    _record_received(arrival, message)
    keep_findings(message, verdict, at=arrival.at)
    if decision.reason == "sitter_unreachable":
        current().alert(
            alerts.sitter_unreachable(organization_id=thread.organization_id, thread_id=thread.pk)
        )
    if decision.target == "sitter":
        relay.to_sitter(message, party, decision, media=len(arrival.text.media), at=arrival.at)
    return message


def _owner_due_at(arrival: Arrival, decision: Decision) -> datetime | None:
    """When the owner is to read what goes to a sitter, unless the sitter has it by then."""
    if decision.target != "sitter":
        return None
    return unopened.due_at(arrival.receipt.account.organization, arrival.at)


def _from_sitter(arrival: Arrival) -> Message:
    """A sitter's text: said to the client when they are in charge, otherwise for the owner alone, as a member's always is."""
    thread = locks.thread(arrival.party.thread_id)
    arrival.party.thread = thread
    if links.is_asked_for(arrival.text.body, arrival.party):
        return _asked_for_link(arrival)
    if not arrival.text.media and answers.is_one(arrival.text.body, arrival.party):
        return _answered_ok(arrival)
    if thread.kind == ThreadKind.STAFF or arrival.owner_only:
        return _to_owner(arrival, arrival.owner_only)
    standing = sitters.standing(thread, arrival.party, arrival.at)
    if standing.refused:
        message = _to_owner(arrival, f"sitter_{standing.refused}")
        sitters.tell_refused(arrival.party, standing, message, arrival.at)
        return message
    sitters.in_charge_again(arrival.party)
    return _say_for_sitter(arrival, standing)


def _say_for_sitter(arrival: Arrival, standing: sitters.Standing) -> Message:
    assert standing.client_party is not None  # noqa: S101  (not refused)
    assert arrival.party.sitter is not None  # noqa: S101  (their role)
    organization = arrival.receipt.account.organization
    said = say(
        arrival.party.thread,
        standing.client_party,
        Author.sitter_by_text(arrival.party.sitter),
        Text(
            body=arrival.text.body,
            media_count=len(arrival.text.media),
            hold_media=sitters.holds_media(arrival.text, organization),
            extra=(*arrival.columns.items(), ("participant_id", arrival.party.pk)),
        ),
        arrival.at,
        decision=standing.decision,
    )
    if standing.decision is not None:
        decisions.keep(said.message, standing.decision)
    _record_received(arrival, said.message)
    if said.delivery is None:
        sitters.tell_held(arrival.party, said.message, arrival.at)
    return said.message


def _asked_for_link(arrival: Arrival) -> Message:
    """A sitter's LINK: answered with one, and then nobody in the office has to read it."""
    message = _to_owner(arrival, arrival.owner_only, is_news=False)
    if not links.answer(arrival.party, key=f"message:{message.pk}:link", at=arrival.at):
        timeline.mark_unread(message.thread, message.position)
    return message


def _answered_ok(arrival: Arrival) -> Message:
    """OK to alerts they were told of: answered, and nobody in the office has to read it. Without any it is a text like others."""
    message = _to_owner(arrival, arrival.owner_only, is_news=False)
    key = f"message:{message.pk}:ok"
    if not answers.acknowledge(arrival.party, written_at=arrival.written_at, key=key, at=arrival.at):
        timeline.mark_unread(message.thread, message.position)
    return message


def _to_owner(arrival: Arrival, owner_only: str, *, is_news: bool = True) -> Message:
    party, thread = arrival.party, arrival.party.thread
    place = timeline.next_position(thread, arrival.at)
    decision = decisions.decide(thread, party, arrival.at, owner_only=owner_only)
    message: Message = Message.objects.create(
        organization_id=thread.organization_id,
        thread=thread,
        position=place.position,
        author_kind=AuthorKind.SITTER if party.sitter else AuthorKind.OWNER,
        author_id=party.member_id,
        sitter=party.sitter,
        participant=party,
        state=MessageState.RECEIVED,
        audience=Audience.OWNER,
        body=arrival.text.body,
        created_at=arrival.at,
        **arrival.columns,
    )
    if is_news:
        timeline.mark_unread(thread, place.position)
    alert_emergency(message)
    thread.state = place.state
    arrivals.reopen(thread, arrival.at)
    decisions.keep(message, decision)
    _record_received(arrival, message)
    return message


def _keep_reaction(arrival: Arrival, to: Message, reaction: Reaction) -> Message:
    """Kept at its text, and recorded; nobody is told, because nothing was said."""
    kept = reacting.keep(to, reaction, arrival.text.body, arrival.party, arrival.at, arrival.columns)
    _record(arrival, kept)
    return kept


def _record_received(arrival: Arrival, message: Message) -> None:
    _record(arrival, message)
    if not arrival.party.is_blocked:
        occurrences.message_received(message)


def _record(arrival: Arrival, message: Message) -> None:
    ids = {
        "organization_id": message.organization_id,
        "thread_id": message.thread_id,
        "message_id": message.pk,
    }
    trail = current()
    trail.record(
        events.webhook_inbound_received(
            **ids, receipt_id=arrival.receipt.pk, account_id=arrival.receipt.account_id
        )
    )
    trail.record(
        events.message_received(**ids, author_kind=message.author_kind, audience=message.audience),
        actor=_speaker(arrival.party, message),
    )


def _speaker(party: Participant, message: Message) -> Actor:
    if message.sitter_id:
        return Actor.sitter(message.sitter_id)
    return Actor.user(party.member_id) if party.member_id else Actor.client(party.client_id)


def _heed(arrival: Arrival, message: Message) -> None:
    assert arrival.consent is not None  # noqa: S101  (the caller asked)
    said = arrival.consent
    applied = apply(
        Change(
            organization_id=message.organization_id,
            e164=arrival.text.sender,
            kind=said.kind,
            source=ConsentSource.TEXT,
            at=arrival.receipt.received_at,
            words=said.word,
            message=message,
            is_answered=said.is_answered,
        )
    )
    if applied.is_new_opt_out and not said.is_answered:
        opt_out_confirmation.send(applied.kept, arrival.party, language=said.language, at=arrival.at)
    about_a_visit = said.kind == ConsentKind.OPTED_OUT and said.word in words.ABOUT_A_VISIT
    if about_a_visit and arrival.party.role != Role.SITTER and visits.is_near(message.thread, arrival.at):
        current().alert(
            alerts.cancel_near_visit(organization_id=message.organization_id, thread_id=message.thread_id)
        )


def _stranger_on_pool(arrival: Arrival) -> None:
    """Never joined to a conversation: the owner is told, and the sender answered when the business wants that."""
    party = arrival.party
    ids = {"organization_id": party.organization_id, "thread_id": party.thread_id}
    current().record(
        routing_events.routing_unmapped_pool(**ids, participant_id=party.pk, number_id=party.number_id)
    )
    current().alert(alerts.unmapped_pool(**ids))
    reply = arrival.receipt.account.organization.pool_auto_reply.strip()
    if not reply or arrival.consent is not None or arrival.is_auto_reply:
        return
    if party.number.state != NumberState.ACTIVE:
        return
    if is_opted_out(party.organization_id, party.e164) or machines.is_one(party.organization_id, party.e164):
        return
    if permission.automatic_refusal(party, arrival.at) is not None:
        return
    thread, author = locks.thread(party.thread_id), Author.system()
    may_write(thread, party, author, arrival.at)
    text = Text(body=reply, origin_key=f"thread:{party.thread_id}:pool_auto_reply")
    say(thread, party, author, text, arrival.at)


def _keep_media(message: Message, text: InboundText) -> None:
    if not text.media:
        return
    MessageMedia.objects.bulk_create(
        MessageMedia(
            organization_id=message.organization_id,
            message=message,
            position=position,
            content_type=content_type[:100],
            source_url=url[:500],
        )
        for position, (url, content_type) in enumerate(text.media)
    )
    publish.on_commit("messaging.tasks.fetch_media_of", message.pk)
