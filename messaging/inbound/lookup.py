"""Whose number a text was sent to and whose phone sent it: number, account, business, participant, thread and client by one statement."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from django.db import connection

from messaging.models import Client, MessageNumber, Participant, ProviderAccount, Sitter, Thread
from messaging.models.joined import columns, take
from snoutos.accounts.models import Organization

_ROWS = (
    (MessageNumber, "n"),
    (ProviderAccount, "a"),
    (Organization, "o"),
    (Participant, "p"),
    (Thread, "t"),
    (Client, "c"),
    (Sitter, "s"),
)


@dataclass(frozen=True, slots=True)
class Found:
    """What the pair (recipient, sender) is known as. `party` is the open participant, if there is one: the conversation key."""

    number: MessageNumber | None
    party: Participant | None


def find(recipient: str, sender: str) -> Found:
    """Look the pair up. A number that was given back is nobody's."""
    with connection.cursor() as cursor:
        cursor.execute(_statement(), {"recipient": recipient, "sender": sender})
        row = cursor.fetchone()
    if row is None:
        return Found(None, None)
    at, found = 0, []
    for model, _ in _ROWS:
        instance, at = take(model, row, at)
        found.append(instance)
    number, account, organization, party, thread, client, sitter = found
    account.organization = number.organization = organization
    number.account = account
    if party is not None:
        thread.client, party.thread, party.sitter, party.client = client, thread, sitter, client
        party.number = number
    return Found(number, party)


@cache
def _statement() -> str:
    return f"""
    SELECT {", ".join(columns(model, alias) for model, alias in _ROWS)}
    FROM messaging_messagenumber n
    JOIN messaging_provideraccount a ON a.id = n.account_id
    JOIN accounts_organization o ON o.id = n.organization_id
    LEFT JOIN messaging_participant p ON p.number_id = n.id AND p.e164 = %(sender)s AND p.left_at IS NULL
    LEFT JOIN messaging_thread t ON t.id = p.thread_id
    LEFT JOIN messaging_client c ON c.id = t.client_id
    LEFT JOIN messaging_sitter s ON s.id = p.sitter_id
    WHERE n.e164 = %(recipient)s AND n.state <> 'retired'
    """  # noqa: S608  (column names of our own models, nothing a person wrote)
