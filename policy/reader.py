"""What a sitter reads: every face of theirs asks here, whoever wrote the text (client, owner, staff, automation, SnoutOS, a name, notes).

In a conversation with a client all contacts are hidden but those the business lets through; what a client wrote is hidden by the
owner's rules for clients' texts. In the office's own conversation with a sitter, where the office may give them the vet's phone or
an address, only clients' phones are. A client's own phone passes nowhere, allowed or not.
"""

from __future__ import annotations

from collections.abc import Iterable

import structlog

from messaging.models import Message, Thread
from messaging.models.messages import AuthorKind
from messaging.models.threads import ThreadKind
from policy import contacts, rules
from policy import detector as detectors
from policy.detector import AllowList, Finding
from policy.detector.redact import redact_until_clean
from snoutos.accounts.models import Organization

log = structlog.get_logger(__name__)

# The version of these rules: stored with a text, so that one from before is looked through when it is read.
RULES = 1
HIDDEN = "[hidden until the owner checks it]"
MARK = "[removed]"


class Reader:
    """Reads the texts of one organization as its sitters may, looking up what is let through once for each client."""

    def __init__(self, organization_id: int, *, organization: Organization | None = None) -> None:
        self._organization_id = organization_id
        self._organization = organization
        self._allowed: dict[int | None, AllowList] = {}
        self._languages: frozenset[str] = frozenset()
        self._chosen: dict[tuple[str, str], str] | None = None

    def message(self, message: Message) -> str:
        """The body as sitters may read it. One stored under earlier rules is looked through now, what was hidden then stays so."""
        kept = message.body if message.redacted_body is None else message.redacted_body
        if message.reader_rules >= RULES:
            return kept
        # Words that the owner put in place of a sitter's are the owner's.
        author = AuthorKind.OWNER if message.original_body is not None else message.author_kind
        return self.text(kept, thread=message.thread, author_kind=author)

    def text(
        self,
        text: str,
        *,
        thread: Thread | None = None,
        author_kind: str = AuthorKind.SYSTEM,
        also: Iterable[Finding] = (),
        is_harmless: bool = False,
    ) -> str:
        """`text` as sitters may read it in `thread`; `also` was found in it together with earlier texts.

        Of a text that a human found harmless only clients' phones are hidden. Never raises: what cannot be looked through is hidden
        whole.
        """
        try:
            return self._text(text, thread, "" if is_harmless else author_kind, list(also))
        except Exception as error:
            # Fail closed. The error's words may quote the text, so only its type is kept.
            log.error("policy.reader_failed", error=type(error).__name__)
            return HIDDEN

    def _text(self, text: str, thread: Thread | None, author_kind: str, also: list[Finding]) -> str:
        def find(left: str, _: AllowList) -> list[Finding]:
            return self._hidden(left, thread, author_kind)

        hidden = [*find(text, AllowList()), *(f for f in also if self._hides(f.kind, thread, author_kind))]
        return redact_until_clean(text, hidden, mark=MARK, allow=AllowList(), find=find)

    def _hidden(self, text: str, thread: Thread | None, author_kind: str) -> list[Finding]:
        """What of `text` sitters may not read."""
        found = detectors.find(text)
        hidden = contacts.clients_phones(text, found, organization_id=self._organization_id, thread=thread)
        if found:
            allow = self._allow_list(thread)
            left = detectors.find(text, allow=allow, languages=self._languages)
            hidden += [f for f in left if self._hides(f.kind, thread, author_kind)]
        return hidden

    def _hides(self, kind: str, thread: Thread | None, author_kind: str) -> bool:
        if not author_kind or (thread is not None and thread.kind == ThreadKind.STAFF):
            return False
        if self._chosen is None:
            self._chosen = rules.chosen(self._organization_id)
        return rules.hides_from_sitters(author_kind, kind, self._chosen)

    def _allow_list(self, thread: Thread | None) -> AllowList:
        client_id = thread.client_id if thread is not None else None
        if client_id not in self._allowed:
            if self._organization is None:
                self._organization = Organization.objects.get(pk=self._organization_id)
            self._languages = frozenset(self._organization.screening_languages)
            self._allowed[client_id] = contacts.allow_list(self._organization, thread)
        return self._allowed[client_id]


def for_sitters(
    text: str,
    *,
    organization_id: int,
    thread: Thread | None = None,
    author_kind: str = AuthorKind.SYSTEM,
) -> str:
    """`text` as sitters of the organization may read it: `Reader.text` for one text."""
    return Reader(organization_id).text(text, thread=thread, author_kind=author_kind)


def read(message: Message) -> str:
    """The body of `message` as sitters may read it: `Reader.message` for one message."""
    return Reader(message.organization_id).message(message)
