"""The verdict: what the provider knows against what the database believes. Pure: two snapshots in, findings out.

Every attempt's callback token travels with the text, so the provider's books say without doubt which attempt a text belongs to.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from messaging.outbound.outcome.states import STATES

OPEN_DELIVERIES = frozenset({"queued", "sending", "unknown"})
OPEN_ATTEMPTS = frozenset({"claimed", "calling", "unknown"})
OPEN_RECEIPTS = frozenset({"failed", "quarantined", "unrouted"})
# The provider's words for a text that may be sent once more: its status and error code.
GIVEN_BACK = frozenset((status, code) for status in ("failed", "undelivered") for code in ("30001", "30022"))
# States that say of themselves why nothing arrived, and so need a reason.
ENDED_UNSENT = frozenset({"failed", "canceled", "parked"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderText:
    """One text in the provider's books. `token` is the attempt it was sent for, empty for a text from a phone."""

    sid: str
    account: str
    sender: str
    recipient: str
    body: str
    status: str
    token: str = ""
    code: str = ""

    @property
    def is_inbound(self) -> bool:
        return not self.token


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A send that the API accepted: the delivery it named, and where that was to go."""

    delivery: str
    account: str
    sender: str
    recipient: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One call of ours to the provider."""

    token: str
    state: str
    sid: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRow:
    """What the database says of one delivery. `accepted` is the token of its accepted attempt."""

    id: str
    account: str
    sender: str
    recipient: str
    body: str
    state: str
    reason: str = ""
    accepted: str = ""
    attempts: tuple[Attempt, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRow:
    """What the database says of one text from a phone: whose it is, by the conversation key, and where it stands."""

    sid: str
    account: str
    number: str
    phone: str
    thread: int
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Both sides at the end: the provider's books, what we promised, and the rows."""

    texts: tuple[ProviderText, ...] = ()
    promises: tuple[Promise, ...] = ()
    deliveries: tuple[DeliveryRow, ...] = ()
    messages: tuple[MessageRow, ...] = ()
    receipts: tuple[str, ...] = ()
    """The state of every webhook receipt that is not `done`."""


@dataclass(slots=True)
class Findings:
    """What is wrong, by kind, each in a few words. `parked` is no fault: the owner was told and decides."""

    lost: list[str] = field(default_factory=list)
    duplicate: list[str] = field(default_factory=list)
    mislinked: list[str] = field(default_factory=list)
    wrong_status: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    parked: list[str] = field(default_factory=list)

    @property
    def line(self) -> str:
        """The last line of the report."""
        return (
            f"lost {len(self.lost)} duplicate {len(self.duplicate)} mislinked {len(self.mislinked)} "
            f"wrong-status {len(self.wrong_status)} stuck {len(self.stuck)} parked {len(self.parked)}"
        )

    @property
    def faults(self) -> Mapping[str, list[str]]:
        """The five kinds that must be empty."""
        return {
            "lost": self.lost,
            "duplicate": self.duplicate,
            "mislinked": self.mislinked,
            "wrong-status": self.wrong_status,
            "stuck": self.stuck,
        }


def judge(seen: Snapshot) -> Findings:
    """Compare both sides. An empty column means that nothing of its kind happened."""
    findings = Findings()
    _judge_promises(seen, findings)
    texts = _by_token(text for text in seen.texts if not text.is_inbound)
    for row in seen.deliveries:
        mine = [text for attempt in row.attempts for text in texts.get(attempt.token, ())]
        _judge_delivery(row, mine, findings)
    _judge_strays(seen, findings)
    _judge_inbound(seen, findings)
    findings.stuck += [f"a webhook receipt is {state}" for state in seen.receipts if state in OPEN_RECEIPTS]
    return findings


def _judge_promises(seen: Snapshot, findings: Findings) -> None:
    """What the API accepted is there, unchanged; nothing is there that nobody asked for."""
    rows = {row.id: row for row in seen.deliveries}
    promised = {promise.delivery for promise in seen.promises}
    for promise in seen.promises:
        row = rows.get(promise.delivery)
        if row is None:
            findings.lost.append(f"delivery {promise.delivery} was accepted by the API and is not there")
        elif _whither(row) != _whither(promise):
            findings.mislinked.append(f"delivery {row.id} does not go where the API was asked to send it")
    findings.duplicate += [
        f"delivery {row.id} was asked for by nobody" for row in seen.deliveries if row.id not in promised
    ]


def _judge_delivery(row: DeliveryRow, texts: list[ProviderText], findings: Findings) -> None:
    name = f"delivery {row.id} ({row.state})"
    # What the provider gave back unsent may be with it once more.
    returned = {one.token for one in row.attempts if one.state == "returned"}
    findings.duplicate += [
        f"{name}: counts as given back, and the provider says {text.status}"
        for text in texts
        if text.token in returned and (text.status, text.code) not in GIVEN_BACK
    ]
    texts = [text for text in texts if text.token not in returned]
    if len(texts) > 1:
        findings.duplicate.append(f"{name}: the provider has it {len(texts)} times")
    if any(_whither(text) != _whither(row) for text in texts):
        findings.mislinked.append(f"{name}: the provider has it with another sender, recipient or body")
    if row.state in OPEN_DELIVERIES or any(one.state in OPEN_ATTEMPTS for one in row.attempts):
        findings.stuck.append(f"{name}: attempts {', '.join(one.state for one in row.attempts) or 'none'}")
        return
    if row.state == "parked" and row.reason:
        findings.parked.append(name)
    if not texts:
        _judge_unsent(row, name, findings)
        return
    expected = {STATES.get(text.status, "sent") for text in texts}
    if row.state not in expected:
        said = ", ".join(sorted(text.status for text in texts))
        findings.wrong_status.append(f"{name}: the provider says {said}")
    if row.state not in ENDED_UNSENT and not _is_linked(row, texts):
        findings.mislinked.append(f"{name}: its accepted SID is not the one the provider gave this attempt")


def _judge_unsent(row: DeliveryRow, name: str, findings: Findings) -> None:
    """The provider never had it: then the row says so, with a reason."""
    if row.state not in ENDED_UNSENT or not row.reason:
        findings.lost.append(f"{name}: the provider never had it, and nobody was told")


def _is_linked(row: DeliveryRow, texts: Iterable[ProviderText]) -> bool:
    sids = {attempt.token: attempt.sid for attempt in row.attempts}
    return any(text.token == row.accepted and text.sid == sids.get(row.accepted) for text in texts)


def _judge_strays(seen: Snapshot, findings: Findings) -> None:
    """Each SID stands on the attempt that it was given to; each text to a phone has an attempt of ours behind it."""
    outgoing = {text.sid: text.token for text in seen.texts if not text.is_inbound}
    known = {attempt.token for row in seen.deliveries for attempt in row.attempts}
    for row in seen.deliveries:
        for attempt in row.attempts:
            # The accepted one is judged with its delivery.
            wrong = attempt.sid and outgoing.get(attempt.sid) != attempt.token
            if wrong and attempt.token != row.accepted:
                findings.mislinked.append(f"delivery {row.id}: an attempt carries another text's SID")
    findings.duplicate += [
        f"text {sid} went out without an attempt" for sid, token in outgoing.items() if token not in known
    ]


def _judge_inbound(seen: Snapshot, findings: Findings) -> None:
    rows: dict[str, list[MessageRow]] = defaultdict(list)
    for row in seen.messages:
        rows[row.sid].append(row)
    for text in seen.texts:
        if text.is_inbound:
            _judge_text(text, rows.pop(text.sid, []), findings)
    findings.mislinked += [f"message {sid} is not in the provider's books" for sid in rows]
    _judge_threads(seen.messages, findings)


def _judge_text(text: ProviderText, rows: list[MessageRow], findings: Findings) -> None:
    if not rows:
        findings.lost.append(f"text {text.sid} from a phone was not taken in")
    if len(rows) > 1:
        findings.duplicate.append(f"text {text.sid} from a phone was taken in {len(rows)} times")
    wanted = (text.account, text.recipient, text.sender, text.body)
    if any((row.account, row.number, row.phone, row.body) != wanted for row in rows):
        findings.mislinked.append(f"text {text.sid} from a phone stands in another's conversation")


def _judge_threads(messages: Iterable[MessageRow], findings: Findings) -> None:
    """One thread a pair of number and phone, one pair a thread: nobody moved during the run."""
    threads: dict[tuple[str, str, str], set[int]] = defaultdict(set)
    pairs: dict[int, set[tuple[str, str, str]]] = defaultdict(set)
    for row in messages:
        pair = (row.account, row.number, row.phone)
        threads[pair].add(row.thread)
        pairs[row.thread].add(pair)
    split = [sorted(found) for found in threads.values() if len(found) > 1]
    findings.mislinked += [f"one conversation lies in threads {found}" for found in split]
    # A text in a stranger's thread is reported with the text when its pair is wrong; here the thread itself is.
    mixed = [thread for thread, found in pairs.items() if len(found) > 1]
    findings.mislinked += [f"thread {thread} mixes conversations" for thread in mixed]


def _whither(one: ProviderText | DeliveryRow | Promise) -> tuple[str, str, str, str]:
    return (one.account, one.sender, one.recipient, one.body)


def _by_token(texts: Iterable[ProviderText]) -> dict[str, list[ProviderText]]:
    found: dict[str, list[ProviderText]] = defaultdict(list)
    for text in texts:
        found[text.token].append(text)
    return found
