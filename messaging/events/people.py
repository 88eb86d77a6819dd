"""Conversations and who takes part: clients, sitters, their consent, visits and overrides."""

from __future__ import annotations

from datetime import datetime

from audit.registry import About, about, subject, verb

subject("thread", "messaging.Thread", has_page=True)
subject("client", "messaging.Client", has_page=True)
subject("sitter", "messaging.Sitter", has_page=True)
subject("window", "messaging.AssignmentWindow", has_page=True)
subject("override", "messaging.RoutingOverride", has_page=True)
subject("opt_out", "messaging.OptOut")
subject("people_import", "messaging.PeopleImport", has_page=True)
subject("revocation", "messaging.Revocation", has_page=True)
subject("consent", "messaging.Consent")


@verb("sitter.onboarded", "A sitter joined the business.", subject="sitter")
def sitter_onboarded(*, organization_id: int, sitter_id: int, number_id: int | None = None) -> About:
    return about(organization_id, sitter_id, number_id=number_id)


@verb("sitter.offboarded", "A sitter left the business.", subject="sitter")
def sitter_offboarded(
    *, organization_id: int, sitter_id: int, visits: int, lines: int, threads: int, hand_to_id: int | None
) -> About:
    """How many visits ended or went to `hand_to_id`, lines to clients closed, and clients' conversations moved to another number."""
    return about(
        organization_id, sitter_id, visits=visits, lines=lines, threads=threads, hand_to_id=hand_to_id
    )


@verb("sitter.out", "A sitter is out: {handed_over} visits handed over, {ended} ended.", subject="sitter")
def sitter_out(
    *,
    organization_id: int,
    sitter_id: int,
    starts_at: datetime,
    ends_at: datetime,
    handed_over: int,
    ended: int,
) -> About:
    """From when to when, how many visits others have now, and how many ended or were canceled."""
    return about(
        organization_id,
        sitter_id,
        starts_at=starts_at,
        ends_at=ends_at,
        handed_over=handed_over,
        ended=ended,
    )


@verb("people.client_created", "A client was added.", subject="client")
def people_client_created(*, organization_id: int, client_id: int) -> About:
    return about(organization_id, client_id)


@verb("people.import_started", "An import of {rows} {kind} from a file was started.", subject="people_import")
def people_import_started(*, organization_id: int, import_id: int, kind: str, rows: int) -> About:
    """`rows`: how many the preview said would be added."""
    return about(organization_id, import_id, kind=kind, rows=rows)


@verb(
    "people.import_finished",
    "An import of {kind} ended: {added} added, {refused} not.",
    subject="people_import",
)
def people_import_finished(
    *, organization_id: int, import_id: int, kind: str, added: int, there: int, refused: int
) -> About:
    return about(organization_id, import_id, kind=kind, added=added, there=there, refused=refused)


@verb(
    "people.import_undone",
    "An import of {kind} was undone: {removed} removed, {kept} stay.",
    subject="people_import",
)
def people_import_undone(
    *, organization_id: int, import_id: int, kind: str, removed: int, kept: int
) -> About:
    """What somebody has used since stays."""
    return about(organization_id, import_id, kind=kind, removed=removed, kept=kept)


@verb("people.client_removed", "A client from an import was removed again.", subject="client")
def people_client_removed(*, organization_id: int, client_id: int, import_id: int) -> About:
    return about(organization_id, client_id, import_id=import_id)


@verb("people.sitter_removed", "A sitter from an import was removed again.", subject="sitter")
def people_sitter_removed(*, organization_id: int, sitter_id: int, import_id: int) -> About:
    return about(organization_id, sitter_id, import_id=import_id)


@verb("people.partner_added", "A partner was added to a client's card.", subject="client")
def people_partner_added(*, organization_id: int, client_id: int) -> About:
    return about(organization_id, client_id)


@verb("people.phone_added", "A phone was added to a client's card.", subject="client")
def people_phone_added(*, organization_id: int, client_id: int, threads: int) -> About:
    """`threads`: how many conversations it had as an unknown sender, which are the client's now."""
    return about(organization_id, client_id, threads=threads)


@verb("people.clients_merged", "Two cards of one client were merged.", subject="client")
def people_clients_merged(
    *, organization_id: int, client_id: int, merged_client_id: int, threads: int
) -> About:
    """`client_id` stays; all that was of `merged_client_id` is theirs now."""
    return about(organization_id, client_id, merged_client_id=merged_client_id, threads=threads)


@verb("people.phone_replaced", "A client's phone was replaced.", subject="client")
def people_phone_replaced(*, organization_id: int, client_id: int, threads: int, said_stop: bool) -> About:
    """`threads`: how many conversations went on with the new phone; `said_stop`: whether the old one had."""
    return about(organization_id, client_id, threads=threads, said_stop=said_stop)


@verb("people.phone_removed", "A phone was taken off a client's card.", subject="client")
def people_phone_removed(*, organization_id: int, client_id: int, threads: int) -> About:
    return about(organization_id, client_id, threads=threads)


@verb("people.phone_recycled", "A client's phone was marked as someone else's.", subject="client")
def people_phone_recycled(*, organization_id: int, client_id: int, threads: int) -> About:
    return about(organization_id, client_id, threads=threads)


@verb("people.phone_given", "A phone was moved to another client's card.", subject="client")
def people_phone_given(*, organization_id: int, client_id: int, from_client_id: int, threads: int) -> About:
    return about(organization_id, client_id, from_client_id=from_client_id, threads=threads)


@verb("people.sitter_phone_changed", "A sitter's phone was changed.", subject="sitter")
def people_sitter_phone_changed(*, organization_id: int, sitter_id: int, threads: int) -> About:
    return about(organization_id, sitter_id, threads=threads)


@verb("people.member_phone_changed", "A member's phone was changed.", subject="user")
def people_member_phone_changed(*, organization_id: int, user_id: int, threads: int) -> About:
    """How many conversations with the old phone ended or went on with the new one."""
    return about(organization_id, user_id, threads=threads)


@verb("thread.phone_confirmed", "A phone on nobody's card was confirmed as still theirs.", subject="thread")
def thread_phone_confirmed(*, organization_id: int, thread_id: int, participant_id: int) -> About:
    return about(organization_id, thread_id, thread_id, participant_id=participant_id)


@verb("thread.party_blocked", "The phone was blocked.", subject="thread")
def thread_party_blocked(*, organization_id: int, thread_id: int, participant_id: int) -> About:
    return about(organization_id, thread_id, thread_id, participant_id=participant_id)


@verb("thread.party_unblocked", "The phone was unblocked.", subject="thread")
def thread_party_unblocked(*, organization_id: int, thread_id: int, participant_id: int) -> About:
    return about(organization_id, thread_id, thread_id, participant_id=participant_id)


@verb("people.sitter_created", "A sitter was added.", subject="sitter")
def people_sitter_created(*, organization_id: int, sitter_id: int) -> About:
    return about(organization_id, sitter_id)


@verb("consent.opted_out", "The client opted out of texts ({source}).", subject="opt_out")
def consent_opted_out(*, organization_id: int, opt_out_id: int, thread_id: int | None, source: str) -> About:
    """`source` is a code: keyword, provider, review, import."""
    return about(organization_id, opt_out_id, thread_id, source=source)


@verb("consent.opted_in", "The client agreed to texts again ({source}).", subject="opt_out")
def consent_opted_in(*, organization_id: int, opt_out_id: int, thread_id: int | None, source: str) -> About:
    return about(organization_id, opt_out_id, thread_id, source=source)


@verb("consent.given", "Consent to {purpose} texts was recorded ({channel}).", subject="consent")
def consent_given(*, organization_id: int, consent_id: int, purpose: str, channel: str) -> About:
    """`purpose` and `channel` are codes: service, promotional; verbal, paper, web_form, text, import, api."""
    return about(organization_id, consent_id, purpose=purpose, channel=channel)


@verb("consent.ended", "Recorded consent ended ({reason}).", subject="consent")
def consent_ended(*, organization_id: int, consent_id: int, reason: str) -> About:
    """`reason` is a code: opted_out, replaced, recycled, undone."""
    return about(organization_id, consent_id, reason=reason)


@verb("consent.help_requested", "The client texted HELP.", subject="opt_out")
def consent_help_requested(
    *, organization_id: int, opt_out_id: int | None, thread_id: int | None, source: str
) -> About:
    """There is an opt-out only if that phone had one before."""
    return about(organization_id, opt_out_id, thread_id, source=source)


@verb(
    "consent.revocation_suspected",
    "A text may ask for no more texts; it's waiting for review.",
    subject="revocation",
)
def consent_revocation_suspected(
    *, organization_id: int, thread_id: int, revocation_id: int, message_id: int
) -> About:
    """“Please stop texting me” in own words: a person decides within ten business days. Again for each further such text."""
    return about(organization_id, revocation_id, thread_id, message_id=message_id)


@verb(
    "consent.revocation_confirmed",
    "They were opted out after a text that may have asked for it ({source}).",
    subject="revocation",
)
def consent_revocation_confirmed(
    *, organization_id: int, thread_id: int, revocation_id: int, source: str
) -> About:
    """`source` is a code: review (somebody read their words so), text (they said STOP themselves), provider, owner."""
    return about(organization_id, revocation_id, thread_id, source=source)


@verb(
    "consent.revocation_dismissed",
    "A text that may have asked for no more texts wasn't meant so ({source}).",
    subject="revocation",
)
def consent_revocation_dismissed(
    *, organization_id: int, thread_id: int, revocation_id: int, source: str
) -> About:
    """`source` as above; text: they said START themselves."""
    return about(organization_id, revocation_id, thread_id, source=source)


@verb("assignment.window_created", "A visit was added.", subject="window")
def assignment_window_created(
    *, organization_id: int, thread_id: int, window_id: int, sitter_id: int
) -> About:
    return about(organization_id, window_id, thread_id, sitter_id=sitter_id)


@verb("assignment.window_changed", "A visit was changed.", subject="window")
def assignment_window_changed(
    *, organization_id: int, thread_id: int, window_id: int, sitter_id: int
) -> About:
    return about(organization_id, window_id, thread_id, sitter_id=sitter_id)


@verb("assignment.window_handed_over", "A visit was handed over to another sitter.", subject="window")
def assignment_window_handed_over(
    *, organization_id: int, thread_id: int, window_id: int, sitter_id: int, to_id: int, from_window_id: int
) -> About:
    """`sitter_id` had the visit until now, `to_id` has it from then on as `window_id`; one that had not begun stays the same window."""
    return about(
        organization_id,
        window_id,
        thread_id,
        sitter_id=sitter_id,
        to_id=to_id,
        from_window_id=from_window_id,
    )


@verb("assignment.window_canceled", "A visit was canceled.", subject="window")
def assignment_window_canceled(
    *, organization_id: int, thread_id: int, window_id: int, sitter_id: int
) -> About:
    return about(organization_id, window_id, thread_id, sitter_id=sitter_id)


@verb("assignment.window_ended", "A visit was ended.", subject="window")
def assignment_window_ended(*, organization_id: int, thread_id: int, window_id: int, sitter_id: int) -> About:
    return about(organization_id, window_id, thread_id, sitter_id=sitter_id)


@verb(
    "assignment.override_set",
    "A redirect was set: texts go to {target_kind}.",
    subject="override",
)
def assignment_override_set(
    *, organization_id: int, thread_id: int, override_id: int, target_kind: str
) -> About:
    return about(organization_id, override_id, thread_id, target_kind=target_kind)


@verb("assignment.override_removed", "A redirect was removed.", subject="override")
def assignment_override_removed(
    *, organization_id: int, thread_id: int, override_id: int, target_kind: str
) -> About:
    return about(organization_id, override_id, thread_id, target_kind=target_kind)


@verb("assignment.override_expired", "A redirect ended.", subject="override")
def assignment_override_expired(
    *, organization_id: int, thread_id: int, override_id: int, target_kind: str
) -> About:
    return about(organization_id, override_id, thread_id, target_kind=target_kind)


@verb("thread.opened", "The conversation was opened ({kind}).", subject="thread")
def thread_opened(
    *, organization_id: int, thread_id: int, kind: str, participant_id: int, number_id: int
) -> About:
    return about(
        organization_id, thread_id, thread_id, kind=kind, participant_id=participant_id, number_id=number_id
    )


@verb("thread.closed", "The conversation was closed.", subject="thread")
def thread_closed(*, organization_id: int, thread_id: int) -> About:
    return about(organization_id, thread_id, thread_id)


@verb("thread.reopened", "The conversation was reopened.", subject="thread")
def thread_reopened(*, organization_id: int, thread_id: int) -> About:
    return about(organization_id, thread_id, thread_id)


@verb("thread.tagged", "A tag was changed.", subject="thread")
def thread_tagged(*, organization_id: int, thread_id: int, removed: bool) -> About:
    """A tag was put on a conversation or taken off; which one is the owner's word and stays with the row."""
    return about(organization_id, thread_id, thread_id, removed=removed)


@verb("thread.given", "The conversation was given to a member.", subject="thread")
def thread_given(*, organization_id: int, thread_id: int, user_id: int) -> About:
    """`user_id` sees to it from now on."""
    return about(organization_id, thread_id, thread_id, user_id=user_id)


@verb("thread.given_to_nobody", "The conversation is no one's in particular anymore.", subject="thread")
def thread_given_to_nobody(*, organization_id: int, thread_id: int) -> About:
    return about(organization_id, thread_id, thread_id)


@verb("thread.snoozed", "The conversation was snoozed.", subject="thread")
def thread_snoozed(*, organization_id: int, thread_id: int) -> About:
    """Until when stands with the conversation."""
    return about(organization_id, thread_id, thread_id)


@verb("thread.woken", "A snooze was taken back.", subject="thread")
def thread_woken(*, organization_id: int, thread_id: int) -> About:
    return about(organization_id, thread_id, thread_id)


@verb("thread.moved", "The conversation moved to another number.", subject="thread")
def thread_moved(*, organization_id: int, thread_id: int, from_number_id: int, to_number_id: int) -> About:
    return about(
        organization_id, thread_id, thread_id, from_number_id=from_number_id, to_number_id=to_number_id
    )


@verb("thread.party_linked", "An unknown sender was linked to a client.", subject="thread")
def thread_party_linked(
    *, organization_id: int, thread_id: int, participant_id: int, client_id: int
) -> About:
    """An unknown party turned out to be a client."""
    return about(organization_id, thread_id, thread_id, participant_id=participant_id, client_id=client_id)


@verb(
    "thread.sender_recognised",
    "An unknown sender was recognised as one of your team ({role}).",
    subject="thread",
)
def thread_sender_recognised(
    *, organization_id: int, thread_id: int, participant_id: int, role: str
) -> About:
    """An unknown party turned out to be a sitter, or the phone that alerts go to."""
    return about(organization_id, thread_id, thread_id, participant_id=participant_id, role=role)
