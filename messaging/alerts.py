"""What the owner should look at: texts that came in oddly or not at all, what became of those on their way out, and what waits.

Titles and details are fixed sentences with counts and codes at most: never a body, a name, a phone or an address.
"""

from __future__ import annotations

from audit.models import Severity
from audit.pii_guard import facts
from audit.registry import Wording, alert, wording
from messaging.models import Delivery
from messaging.models.deliveries import DeliveryState
from messaging.wording import deliveries

# Business days that the law gives for a revocation in own words, and after how many it is urgent.
TO_DECIDE, LATE = 10, 8


@alert("routing.unmapped_pool", Severity.WARNING, subject="thread")
def unmapped_pool(*, organization_id: int, thread_id: int) -> Wording:
    return wording(
        organization_id,
        thread_id,
        thread_id,
        title="An unknown sender texted a pool number",
        detail="Only you see their text, in your inbox. Link them to a client or reply.",
    )


@alert("routing.sitter_unreachable", Severity.WARNING, subject="thread")
def sitter_unreachable(*, organization_id: int, thread_id: int) -> Wording:
    return wording(
        organization_id,
        thread_id,
        thread_id,
        title="A client's text came to you: the sitter on duty can't be reached",
        detail="The sitter gets no texts and hasn't used the sitter page for a day. Answer the client, or put another sitter on duty.",
    )


@alert("consent.sitter_opted_out", Severity.WARNING, subject="sitter")
def sitter_opted_out(*, organization_id: int, sitter_id: int, now: int, ahead: int, when: str) -> Wording:
    """`now` of their visits are on, `ahead` begin within two weeks, at the times `when`."""
    visits = f"Visits now: {now}. In the next 14 days: {ahead}{(f' ({when})' if when else '')}."
    return wording(
        organization_id,
        sitter_id,
        title="A sitter stopped your texts",
        severity=Severity.CRITICAL if now or ahead else Severity.WARNING,
        detail=f"{visits} Clients' texts come to you unless the sitter uses the sitter page. Ask them to text START.",
    )


@alert("relay.not_arrived", Severity.WARNING, subject="thread")
def relay_not_arrived(*, organization_id: int, thread_id: int) -> Wording:
    return wording(
        organization_id,
        thread_id,
        thread_id,
        title="A client's text didn't reach the sitter",
        detail="It's unread in your inbox now. Answer the client, or call the sitter.",
    )


@alert("number.unknown", Severity.WARNING, subject="account")
def number_unknown(*, organization_id: int, account_id: int) -> Wording:
    return wording(
        organization_id,
        account_id,
        title="Texts or calls are arriving for a number you haven't added",
        detail="They're saved. Add the number and they show in the right conversations.",
    )


@alert("call.missed", Severity.WARNING, subject="thread")
def call_missed(*, organization_id: int, thread_id: int) -> Wording:
    return wording(
        organization_id,
        thread_id,
        thread_id,
        title="You missed a client's call",
        detail="No one talked to them. Text them back or call them.",
    )


@alert("channel.other", Severity.WARNING, subject="client")
def other_channel(*, organization_id: int, client_id: int) -> Wording:
    return wording(
        organization_id,
        client_id,
        title="A client wrote by another app, not by text",
        detail="SnoutOS carries texts only, so nobody has answered. It is kept under Texts not processed. Text them back.",
    )


@alert("number.quarantined_text", Severity.WARNING, subject="number")
def number_quarantined_text(*, organization_id: int, number_id: int, thread_id: int | None = None) -> Wording:
    return wording(
        organization_id,
        number_id,
        thread_id,
        title="A text arrived on a paused or released number",
        detail="It's in your inbox, and no sitter got it. Reply from an active number.",
    )


@alert("webhook.fallback_used", Severity.WARNING, subject="account")
def fallback_used(*, organization_id: int, account_id: int) -> Wording:
    return wording(
        organization_id,
        account_id,
        title="Texts came in by the backup address only",
        detail="Nothing was lost. The provider couldn't reach the main address: check that it answers.",
    )


@alert("webhook.texts_missed", Severity.WARNING, subject="account")
def texts_missed(*, organization_id: int, account_id: int, count: int) -> Wording:
    """`count` texts were found late."""
    return wording(
        organization_id,
        account_id,
        title="Texts reached us late",
        detail="The provider hadn't passed them on; SnoutOS found them in its list. They're in your inbox now.",
        count=count,
    )


@alert("webhook.receipt_quarantined", Severity.CRITICAL, subject="receipt", solved_by=("again",))
def receipt_quarantined(*, organization_id: int, receipt_id: int) -> Wording:
    return wording(
        organization_id,
        receipt_id,
        title="A text couldn't be processed",
        detail="It's saved in full. Process it again; if that fails, tell whoever runs SnoutOS for you.",
    )


@alert("webhook.signature_rejected", Severity.WARNING, subject="account")
def signature_rejected(*, organization_id: int, account_id: int, count: int) -> Wording:
    return wording(
        organization_id,
        account_id,
        title="Webhook calls were blocked",
        detail="They couldn't be verified. The auth token or public address is wrong, or someone is faking them. Texts may be missing.",
        count=count,
    )


@alert("consent.cancel_near_visit", Severity.WARNING, subject="thread")
def cancel_near_visit(*, organization_id: int, thread_id: int) -> Wording:
    return wording(
        organization_id,
        thread_id,
        thread_id,
        title="A client may have meant to cancel a visit",
        detail="Their word also stops all texts to them, and a visit is close. Call them.",
    )


@alert("consent.revocation", Severity.WARNING, subject="revocation")
def revocation(*, organization_id: int, thread_id: int, revocation_id: int, days: int = 0) -> Wording:
    """`days` of the ten business days are over; late in them it is critical."""
    passed = (
        f"Business days since their text: {days} of {TO_DECIDE}." if days else "You have 10 business days."
    )
    return wording(
        organization_id,
        revocation_id,
        thread_id,
        title="Someone may want no more texts",
        severity=Severity.CRITICAL if days >= LATE else Severity.WARNING,
        detail=f"{passed} Read their text under Review: opt them out, or say it wasn't meant. Until then, no automation texts them.",
    )


@alert(
    "delivery.dead_letter", Severity.CRITICAL, subject="delivery", solved_by=("retry", "send_again", "leave")
)
def delivery_dead_letter(
    *, organization_id: int, thread_id: int, delivery_id: int, attempts: int, code: str
) -> Wording:
    facts({"code": code})
    words = deliveries.ended(DeliveryState.FAILED, Delivery.EXHAUSTED, code)
    return wording(
        organization_id,
        delivery_id,
        thread_id,
        title="A text couldn't be sent",
        detail=f"It was tried {attempts} times. {words.with_code(code)}",
    )


@alert("delivery.parked", Severity.WARNING, subject="delivery", solved_by=("retry", "send_again", "leave"))
def delivery_parked(*, organization_id: int, thread_id: int, delivery_id: int) -> Wording:
    return wording(
        organization_id,
        delivery_id,
        thread_id,
        title="A text probably wasn't sent",
        detail="The connection broke and the provider doesn't know the text. Send it again or leave it.",
    )


@alert("delivery.sent_twice", Severity.CRITICAL, subject="delivery")
def delivery_sent_twice(*, organization_id: int, thread_id: int, delivery_id: int) -> Wording:
    return wording(
        organization_id,
        delivery_id,
        thread_id,
        title="A text may have been sent twice",
        detail="The provider confirmed the first try during the second. A short apology may help.",
    )


@alert("delivery.failed", Severity.WARNING, subject="delivery", solved_by=("retry", "send_again", "leave"))
def delivery_failed(
    *, organization_id: int, thread_id: int, delivery_id: int, state: str, reason: str, code: str
) -> Wording:
    """It failed or was not delivered (`state`) for `reason`, with the provider's `code` or ""."""
    facts({"code": code})
    return wording(
        organization_id,
        delivery_id,
        thread_id,
        title="A text wasn't delivered",
        detail=deliveries.ended(DeliveryState(state), reason, code).with_code(code),
    )


@alert("account.credentials", Severity.CRITICAL, subject="account", solved_by=("check_account", "open_line"))
def account_credentials(*, organization_id: int, account_id: int) -> Wording:
    return wording(
        organization_id,
        account_id,
        title="The provider rejects your account",
        detail="No texts go out until you correct the auth token under Provider. Texts wait until then.",
    )


@alert("account.unreachable", Severity.WARNING, subject="account", solved_by=("check_account", "open_line"))
def account_unreachable(*, organization_id: int, account_id: int) -> Wording:
    return wording(
        organization_id,
        account_id,
        title="The provider isn't answering",
        detail="Texts wait and go out once it does. There's nothing to do.",
    )


@alert("provider.differs", Severity.WARNING, subject="account", solved_by=("compare",))
def provider_differs(*, organization_id: int, account_id: int, differences: int, urgent: int) -> Wording:
    """`urgent` of the `differences` keep texts from coming in or going out."""
    urgently = f" Of them, texts may not come in or go out because of: {urgent}." if urgent else ""
    return wording(
        organization_id,
        account_id,
        title="Your provider has something else set than SnoutOS",
        severity=Severity.CRITICAL if urgent else Severity.WARNING,
        detail=f"Differences: {differences}.{urgently} Most are repaired with one button: choose Compare on the account's page.",
    )


@alert("number.health", Severity.WARNING, subject="number")
def number_health(*, organization_id: int, number_id: int, failed: int, failing: bool) -> Wording:
    return wording(
        organization_id,
        number_id,
        title="Texts from a number are failing" if failing else "A number needs watching",
        severity=Severity.WARNING if failing else Severity.INFO,
        detail=f"Phones its texts didn't reach in the last 7 days: {failed}. See Deliveries.",
    )


@alert("number.filtered", Severity.CRITICAL, subject="number", solved_by=("lift_filtering",))
def number_filtered(*, organization_id: int, number_id: int, phones: int) -> Wording:
    return wording(
        organization_id,
        number_id,
        title="Carriers are blocking texts from a number",
        detail=f"Phones in an hour: {phones}. Automations don't text from it now; your own texts go out. "
        "Open the number to see the words these texts share, change them, then let automations text again.",
    )


@alert("number.unregistered", Severity.CRITICAL, subject="number", solved_by=("check_registration",))
def number_unregistered(*, organization_id: int, number_id: int, suspended: bool, stops: bool) -> Wording:
    """`stops`: nothing is sent over the number now. Otherwise carriers block most of it (toll-free)."""
    title = "The carriers suspended a number" if suspended else "A number isn't registered with US carriers"
    effect = "Nothing is sent from it now." if stops else "They block most of its texts."
    return wording(
        organization_id,
        number_id,
        title=title,
        detail=f"{effect} Open the number to see what to do at the provider, then check it again.",
    )


@alert("number.opt_outs", Severity.WARNING, subject="number")
def number_opt_outs(*, organization_id: int, number_id: int, stopped: int, texts: int) -> Wording:
    """`stopped` phones opted out in a day of `texts` texts to clients."""
    return wording(
        organization_id,
        number_id,
        title="Many people stop texts from a number",
        detail=f"Opt-outs in a day: {stopped}; texts to clients: {texts}. Carriers block numbers for that. "
        "Check what your automations send, and to whom.",
    )


@alert("number.cooldown_ended", Severity.INFO, subject="number")
def number_cooldown_ended(*, organization_id: int, number_id: int) -> Wording:
    return wording(
        organization_id,
        number_id,
        title="A number's cooldown is over",
        detail="It's a pool number now. Use it for sitters' conversations, give it a new role, or release it.",
    )


@alert(
    "pool.exhausted",
    Severity.WARNING,
    subject="organization",
    solved_at=("See your numbers", "admin:messaging_messagenumber_changelist"),
)
def pool_exhausted(*, organization_id: int, needed: int) -> Wording:
    """`needed` numbers more would be enough."""
    return wording(
        organization_id,
        organization_id,
        title="No free number for a sitter's conversation",
        detail=f"The sitter can only use the sitter page. Numbers needed: {needed}.",
    )


@alert("policy.held", Severity.WARNING, subject="thread")
def policy_held(*, organization_id: int, thread_id: int) -> Wording:
    return wording(
        organization_id,
        thread_id,
        thread_id,
        title="A text is waiting for your review",
        detail="Screening found something. Approve, edit or reject it.",
    )


@alert(
    "review.waiting", Severity.WARNING, subject="organization", solved_at=("Open the review", "admin:review")
)
def review_waiting(*, organization_id: int, waiting: int, minutes: int) -> Wording:
    """`waiting` texts wait, the oldest for `minutes`."""
    return wording(
        organization_id,
        organization_id,
        title="Texts have been waiting for your review",
        detail=f"No one has decided yet. Texts: {waiting}; minutes of the oldest: {minutes}. Open the review.",
    )
