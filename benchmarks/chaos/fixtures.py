"""The businesses of a run: each with an account, a front desk, clients with open threads, and keys for its API."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from benchmarks.accounts import already_connected

BUSINESSES = 4
# Conversations of a business: enough that texts whose outcome is unknown do not hold up the others.
MOST_CLIENTS, SENDS_A_CLIENT = 30, 5
# The API takes 600 requests a minute and key; the drivers share these.
KEYS = 6
SEGMENTS_PER_SECOND = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A client's thread, as the API names it, and the pair behind it."""

    thread: str
    number: str
    phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Business:
    """What the drivers need of one business."""

    account: str
    token: str
    number: str
    keys: tuple[str, ...]
    conversations: tuple[Conversation, ...]


# Area codes that are somebody's: a number of another is refused as no phone.
_AREAS = (701, 702, 703, 704, 706, 707, 708, 712, 713, 714, 715, 716, 717, 718, 719, 720)


def account_sid(n: int) -> str:
    return f"AC{n:032x}"


def number(n: int) -> str:
    """The front desk of business `n`. All numbers here are of the exchange that nobody has."""
    return f"+1628555{100 + n:04d}"


def client_phone(n: int, client: int) -> str:
    """Every business has a client with the same phone: what is one's must never be another's."""
    return f"+1619555{client:04d}" if client % 3 == 0 else f"+1{_AREAS[n % len(_AREAS)]}555{client:04d}"


def stranger_phone(n: int) -> str:
    return f"+1{301 + n // 10000}555{n % 10000:04d}"


def found(at: datetime, *, sends: int) -> list[Business]:
    """Set the businesses up in the database, for so many sends. Needs Django."""
    clients = min(MOST_CLIENTS, max(1, sends // (BUSINESSES * SENDS_A_CLIENT)))
    return [_found_one(n, clients, at) for n in range(BUSINESSES)]


def _found_one(n: int, clients: int, at: datetime) -> Business:
    from messaging.models import Client, SendingLine
    from messaging.people import starting
    from messaging.people.starting import Whom
    from snoutos.accounts import api_keys
    from snoutos.accounts.models import User
    from snoutos.ops import bootstrap

    email, token = f"owner{n}@chaos.example", f"chaos-token-{n}"
    phones = {f"Client {c}": client_phone(n, c) for c in range(clients)}
    spec = bootstrap.Spec(
        organization={"name": f"Chaos {n}"},
        owner={"email": email, "password": f"chaos-password-{n}"},
        account={"sid": account_sid(n), "auth_token": token},
        numbers=[{"e164": number(n), "role": "front_desk"}],
        clients=[{"name": name, "phones": [phone]} for name, phone in phones.items()],
    )
    already_connected(spec)
    bootstrap.set_up(spec, at=at)
    owner = User.objects.get(email=email)
    opened = {
        client.name: starting.start(Whom(client=client), by=owner, at=at).thread
        for client in Client.objects.of(owner.organization_id)
    }
    for thread in opened.values():
        _line(thread)
    SendingLine.objects.of(owner.organization_id).update(
        segments_per_second=SEGMENTS_PER_SECOND, burst=SEGMENTS_PER_SECOND, tokens=SEGMENTS_PER_SECOND
    )
    return Business(
        account=account_sid(n),
        token=token,
        number=number(n),
        keys=tuple(
            api_keys.issue(owner, name=f"chaos {k}", scopes=list(api_keys.Scope.values)).secret
            for k in range(KEYS)
        ),
        conversations=tuple(
            Conversation(thread=str(thread.public_id), number=number(n), phone=phones[name])
            for name, thread in opened.items()
        ),
    )


def _line(thread: object) -> None:
    """The line of the thread's number, which is otherwise made by its first text, at the usual pace."""
    from messaging.models import Thread
    from messaging.outbound.queue.outbox import line_of
    from messaging.people.participants import outside_party

    assert isinstance(thread, Thread)
    line_of(outside_party(thread))
