"""The numbers and addresses that a business knows: what it lets through, and its clients' own phones, which no sitter ever reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from messaging.models import ClientPhone, MessageNumber, Participant, Thread
from messaging.models.threads import Role
from policy.detector import AllowList, Finding
from policy.detector.normalise import view
from policy.models import AllowedContact
from snoutos.accounts.models import Organization
from snoutos.core.phones import named_in

RULE = "phone.client"
_LOCAL, _SHORTEST, _NATIONAL, _LONGEST = 7, 8, 10, 15
_MOST = 400


def allow_list(organization: Organization, thread: Thread | None = None) -> AllowList:
    """What this organization lets through: its own numbers and domains, what it added, its emergency contact, the client's stored vet.

    Never a client's own phone, whoever put it on the list.
    """
    contacts = list(AllowedContact.objects.of(organization).values_list("kind", "value"))
    numbers = set(
        MessageNumber.objects.of(organization).exclude(state="retired").values_list("e164", flat=True)
    )
    own = set(numbers)
    numbers.update(value for kind, value in contacts if kind == "phone")
    numbers.update(named_in(organization.emergency_contact))
    if thread is not None and thread.client is not None:
        numbers.update(thread.client.vet_phones)
    if numbers != own:
        numbers -= _of_clients(numbers - own, organization.pk) | _outside(thread)
    domains = {domain.lower().removeprefix("www.") for domain in organization.own_domains}
    domains.update(value for kind, value in contacts if kind == "domain")
    return AllowList(numbers=frozenset(numbers), domains=frozenset(domains))


def clients_phones(
    text: str, found: Sequence[Finding], *, organization_id: int, thread: Thread | None = None
) -> list[Finding]:
    """Where `text` says the phone of one of the business' clients, however it is grouped or spelled; `found` is what the detector found.

    Of the client of `thread` the seven digits after the area code are enough. A text with fewer digits costs no query; one with more
    than anybody writes is not searched: its digits count as found.
    """
    digits = _Digits(text)
    spelled = {finding.value for finding in found if finding.kind == "phone" and finding.value}
    if len(digits) < _LOCAL and not spelled:
        return []
    if len(digits) > _MOST:
        spans = [digits.all]
    else:
        outside = _outside(thread)
        known = outside | _of_clients(spelled | digits.numbers(), organization_id)
        spans = [(f.start, f.end) for f in found if f.value in known]
        spans += [*digits.spans_of(known), *digits.spans_of_locals(outside)]
    return [
        Finding("phone", start, end, 1.0, ("the phone of a client",), RULE)
        for start, end in dict.fromkeys(spans)
    ]


class _Digits:
    """The digits of a text, and where in it each of them stands."""

    def __init__(self, text: str) -> None:
        plain = view(text)
        places = [at for at, character in enumerate(plain.text) if character in "0123456789"]
        self._digits = "".join(plain.text[at] for at in places)
        self._spans = [plain.span(at, at + 1) for at in places]

    def __len__(self) -> int:
        return len(self._digits)

    @property
    def all(self) -> tuple[int, int]:
        """From the first to the last."""
        return self._between(0, len(self._digits))

    def numbers(self) -> set[str]:
        """Every number in E.164 that some of the digits in a row could be."""
        return {e164 for e164, _, _ in self._windows()}

    def spans_of(self, known: Iterable[str]) -> list[tuple[int, int]]:
        """Where the digits of one of `known` stand."""
        wanted = set(known)
        return [self._between(start, end) for e164, start, end in self._windows() if e164 in wanted]

    def spans_of_locals(self, phones: Iterable[str]) -> list[tuple[int, int]]:
        """Where the last seven digits of one of `phones` stand, without regard to what is before them."""
        locals_ = {phone[-_LOCAL:] for phone in phones}
        ends = range(_LOCAL, len(self._digits) + 1)
        return [
            self._between(end - _LOCAL, end) for end in ends if self._digits[end - _LOCAL : end] in locals_
        ]

    def _windows(self) -> Iterator[tuple[str, int, int]]:
        for start in range(len(self._digits)):
            for size in range(_SHORTEST, _LONGEST + 1):
                end = start + size
                if end > len(self._digits):
                    break
                part = self._digits[start:end]
                yield f"+{part}", start, end
                if size == _NATIONAL:
                    yield f"+1{part}", start, end

    def _between(self, start: int, end: int) -> tuple[int, int]:
        return self._spans[start][0], self._spans[end - 1][1]


def _of_clients(numbers: set[str], organization_id: int) -> set[str]:
    """Those of `numbers` that belong to a client."""
    if not numbers:
        return set()
    phones = ClientPhone.objects.of(organization_id).filter(e164__in=numbers)
    return set(phones.values_list("e164", flat=True))


def _outside(thread: Thread | None) -> set[str]:
    """The phones by which clients and strangers take or took part in `thread`."""
    if thread is None:
        return set()
    parties = Participant.objects.filter(thread=thread, role__in=[Role.CLIENT, Role.UNKNOWN])
    return set(parties.values_list("e164", flat=True))
