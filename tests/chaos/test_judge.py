"""The judge of the rehearsal finds every fault that is planted, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from benchmarks.chaos.judge import (
    Attempt,
    DeliveryRow,
    MessageRow,
    Promise,
    ProviderText,
    Snapshot,
    judge,
)

ACCOUNT, DESK, DANA, SAM = "AC1", "+16285550100", "+16195550120", "+16195550121"
KINDS = ("lost", "duplicate", "mislinked", "wrong_status", "stuck", "parked")


def text(n: int, **more: Any) -> ProviderText:
    """A text that went to Dana for delivery `n`."""
    usual = {"sid": f"SM{n}", "account": ACCOUNT, "sender": DESK, "recipient": DANA, "body": f"Text {n}"}
    return ProviderText(**{**usual, "status": "delivered", "token": f"token{n}", **more})


def promise(n: int, **more: Any) -> Promise:
    usual = {"delivery": f"d{n}", "account": ACCOUNT, "sender": DESK, "recipient": DANA, "body": f"Text {n}"}
    return Promise(**{**usual, **more})


def delivery(n: int, **more: Any) -> DeliveryRow:
    usual = {"id": f"d{n}", "account": ACCOUNT, "sender": DESK, "recipient": DANA, "body": f"Text {n}"}
    attempts = (
        Attempt(token=f"before{n}", state="refused"),
        Attempt(token=f"token{n}", state="accepted", sid=f"SM{n}"),
    )
    state = {"state": "delivered", "accepted": f"token{n}", "attempts": attempts}
    return DeliveryRow(**{**usual, **state, **more})


def unsent(n: int, state: str, reason: str, attempt: str) -> DeliveryRow:
    attempts = (Attempt(token=f"token{n}", state=attempt),)
    return delivery(n, state=state, reason=reason, accepted="", attempts=attempts)


def inbound(n: int, phone: str = DANA) -> ProviderText:
    return text(n, sid=f"IN{n}", sender=phone, recipient=DESK, status="received", token="")


def message(n: int, phone: str = DANA, **more: Any) -> MessageRow:
    usual = {"sid": f"IN{n}", "account": ACCOUNT, "number": DESK, "phone": phone, "body": f"Text {n}"}
    return MessageRow(**{**usual, "thread": 7 if phone == DANA else 8, **more})


# What was asked for and went well, was refused for good, was given up, and came in.
GOOD = Snapshot(
    texts=(
        text(1),
        text(2, status="undelivered"),
        text(3),
        inbound(1),
        inbound(2, SAM),
        inbound(3),
    ),
    promises=tuple(promise(n) for n in range(1, 6)),
    deliveries=(
        delivery(1),
        delivery(2, state="undelivered", reason="provider_undelivered"),
        delivery(3),
        unsent(4, "failed", "number_invalid", "rejected"),
        unsent(5, "canceled", "opted_out", "abandoned"),
    ),
    messages=(message(1), message(2, SAM), message(3)),
    receipts=("unactionable",),
)

Change = Callable[[Snapshot], Snapshot]


def change_delivery(n: int, **more: Any) -> Change:
    """Delivery `n`, otherwise."""

    def changed(seen: Snapshot) -> Snapshot:
        rows = [replace(row, **more) if row.id == f"d{n}" else row for row in seen.deliveries]
        return replace(seen, deliveries=tuple(rows))

    return changed


def change_text(sid: str, **more: Any) -> Change:
    def changed(seen: Snapshot) -> Snapshot:
        rows = [replace(row, **more) if row.sid == sid else row for row in seen.texts]
        return replace(seen, texts=tuple(rows))

    return changed


def change_message(n: int, **more: Any) -> Change:
    def changed(seen: Snapshot) -> Snapshot:
        rows = [replace(row, **more) if row.sid == f"IN{n}" else row for row in seen.messages]
        return replace(seen, messages=tuple(rows))

    return changed


def without(what: str, name: str) -> Change:
    """The row of that name is not there."""

    def changed(seen: Snapshot) -> Snapshot:
        rows = getattr(seen, what)
        kept = tuple(row for row in rows if name not in (getattr(row, "sid", ""), getattr(row, "id", "")))
        assert len(kept) == len(rows) - 1
        return replace(seen, **{what: kept})

    return changed


def also(what: str, row: object) -> Change:
    """One row more."""
    return lambda seen: replace(seen, **{what: (*getattr(seen, what), row)})


def both(*changes: Change) -> Change:
    def changed(seen: Snapshot) -> Snapshot:
        for change in changes:
            seen = change(seen)
        return seen

    return changed


def attempt(state: str, n: int = 5) -> dict[str, tuple[Attempt, ...]]:
    return {"attempts": (Attempt(token=f"token{n}", state=state),)}


# Given back once and sent the second time; given back until its retries were used up.
GIVEN_BACK = both(
    also("texts", text(1, sid="SM8", token="first", status="failed", code="30001")),
    change_delivery(
        1,
        attempts=(
            Attempt(token="first", state="returned", sid="SM8"),
            Attempt(token="token1", state="accepted", sid="SM1"),
        ),
    ),
)
DEAD = both(
    also("texts", text(4, status="undelivered", code="30022")),
    change_delivery(
        4,
        state="failed",
        reason="retries_exhausted",
        attempts=(Attempt(token="token4", state="returned", sid="SM4"),),
    ),
)


@pytest.mark.parametrize("changed", [GIVEN_BACK, DEAD])
def test_what_the_provider_gave_back_may_be_with_it_again(changed: Change) -> None:
    assert not any(judge(changed(GOOD)).faults.values())


PLANTED: list[tuple[str, str, Change]] = [
    ("lost", "an accepted send is gone", without("deliveries", "d5")),
    ("lost", "called sent, yet the provider has nothing", without("texts", "SM1")),
    ("lost", "failed without a word", change_delivery(4, reason="")),
    ("lost", "parked without a word", change_delivery(5, state="parked", reason="", **attempt("absent"))),
    ("lost", "a text from a phone has no message", without("messages", "IN1")),
    ("duplicate", "the same attempt twice", also("texts", text(1, sid="SM9"))),
    (
        "duplicate",
        "two attempts went out",
        both(
            also("texts", text(1, sid="SM9", token="again")),
            change_delivery(
                1,
                attempts=(
                    Attempt(token="again", state="accepted_late", sid="SM9"),
                    Attempt(token="token1", state="accepted", sid="SM1"),
                ),
            ),
        ),
    ),
    (
        "duplicate",
        "a send that nobody asked for",
        both(also("deliveries", delivery(6)), also("texts", text(6))),
    ),
    (
        "duplicate",
        "sent again although another code was reported",
        both(GIVEN_BACK, change_text("SM8", code="30003")),
    ),
    ("duplicate", "sent again although it arrived", both(GIVEN_BACK, change_text("SM8", status="delivered"))),
    ("duplicate", "a text without an attempt", also("texts", text(9))),
    ("duplicate", "a text from a phone twice", also("messages", message(1))),
    (
        "mislinked",
        "another text's SID",
        change_delivery(
            1,
            attempts=(
                Attempt(token="before1", state="refused"),
                Attempt(token="token1", state="accepted", sid="SM3"),
            ),
        ),
    ),
    (
        "mislinked",
        "a SID on a refused attempt",
        change_delivery(
            1,
            attempts=(
                Attempt(token="before1", state="refused", sid="SM3"),
                Attempt(token="token1", state="accepted", sid="SM1"),
            ),
        ),
    ),
    ("mislinked", "sent to somebody else", change_text("SM1", recipient=SAM)),
    ("mislinked", "sent from another number", change_text("SM1", sender="+16285550199")),
    ("mislinked", "sent over another account", change_text("SM1", account="AC2")),
    ("mislinked", "other words", change_text("SM1", body="Other words")),
    (
        "mislinked",
        "queued to somebody else",
        both(change_delivery(1, recipient=SAM), change_text("SM1", recipient=SAM)),
    ),
    ("mislinked", "in another's conversation", change_message(2, number="+16285550199")),
    ("mislinked", "in another business", change_message(2, account="AC2")),
    ("mislinked", "one conversation in two threads", change_message(3, thread=9)),
    ("mislinked", "two conversations in one thread", change_message(2, thread=7)),
    ("mislinked", "a message nobody texted", also("messages", message(9))),
    ("wrong_status", "the final word is missing", change_delivery(1, state="sent")),
    ("wrong_status", "a final word nobody said", change_text("SM1", status="sent")),
    ("wrong_status", "the other final word", change_text("SM1", status="undelivered")),
    ("wrong_status", "canceled, yet it went out", change_delivery(3, state="canceled", reason="opted_out")),
    ("stuck", "still queued", change_delivery(5, state="queued", **attempt("abandoned"))),
    ("stuck", "still being sent", change_delivery(1, state="sending")),
    ("stuck", "still unknown", change_delivery(5, state="unknown", **attempt("unknown"))),
    ("stuck", "an open attempt", change_delivery(5, **attempt("claimed"))),
    ("stuck", "a failed receipt", also("receipts", "failed")),
    ("stuck", "a receipt set aside", also("receipts", "quarantined")),
    ("parked", "parked", change_delivery(5, state="parked", reason="not_found", **attempt("absent"))),
]


def counted(seen: Snapshot) -> dict[str, int]:
    findings = judge(seen)
    return {kind: len(getattr(findings, kind)) for kind in KINDS}


def test_nothing_is_found_where_nothing_is_wrong() -> None:
    assert counted(GOOD) == dict.fromkeys(KINDS, 0)
    assert judge(GOOD).line == "lost 0 duplicate 0 mislinked 0 wrong-status 0 stuck 0 parked 0"


@pytest.mark.parametrize(("kind", "what", "change"), PLANTED, ids=[f"{k}: {w}" for k, w, _ in PLANTED])
def test_a_planted_fault_is_found_once_and_as_what_it_is(kind: str, what: str, change: Change) -> None:
    assert counted(change(GOOD)) == {**dict.fromkeys(KINDS, 0), kind: 1}


def test_a_parked_text_that_the_provider_accepted_is_wrong() -> None:
    seen = change_delivery(1, state="parked", reason="not_found", accepted="", **attempt("absent", 1))(GOOD)
    assert counted(seen) == {**dict.fromkeys(KINDS, 0), "parked": 1, "wrong_status": 1}


def test_findings_name_no_phone_and_no_words() -> None:
    for _, _, change in PLANTED:
        findings = judge(change(GOOD))
        sentences = " ".join(s for kind in KINDS for s in getattr(findings, kind))
        assert "+1" not in sentences
        assert "Text 1" not in sentences
