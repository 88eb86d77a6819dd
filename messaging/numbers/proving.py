"""Whether the provider really reaches us for a number: what it signed and brought to the address of texts proves it, nothing else does.

Any text that comes in does. Where none comes by itself, another number of the account texts this one (`ask`); that text is known by its
words, which only we can make, and is nobody's conversation (docs/decisions/0033-webhooks-are-proven.md).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from audit.record import Actor, current, recording
from messaging import events
from messaging.errors import MessagingError, NotPossibleNow
from messaging.models import MessageNumber, ProviderAccount
from messaging.models.numbers import NumberRole, NumberState, Proof
from messaging.numbers import accounts
from messaging.permissions import MANAGE_NUMBERS
from messaging.providers.accounts import provider_of
from messaging.providers.base import OutgoingText, Refused, Rejected
from messaging.wording.codes import title_of
from snoutos.accounts.models import User

# A carrier takes seconds. What has not come by then is looked into, not waited for.
WAITS = timedelta(minutes=5)
_BEGINS = "SnoutOS webhook test "
_signer = Signer(salt="messaging.numbers.proving")


class NoOtherNumber(MessagingError):  # noqa: N818
    sentence = "This account has no other number in use that could text this one. Text it from your own phone: that proves it."
    code = "no_other_number"
    status = 409


class ProofTextRefused(MessagingError):  # noqa: N818
    """The provider did not take the text, for a reason that is final. `code`: the provider's own."""

    sentence = "The provider didn't take the test text."
    code = "test_text_refused"
    status = 409

    def __init__(self, code: int | None) -> None:
        why = f" {title_of(code)}." if code else ""
        super().__init__(f"{self.sentence}{why} Text the number from your own phone instead: that proves it.")


def ask(number: MessageNumber, *, by: User | None, at: datetime) -> MessageNumber:
    """Text `number` from another number of its account, once: the provider charges for one text each way. Never inside a transaction.

    It is noted before the call, so that no second one follows within five minutes whatever became of it. Raises NoOtherNumber,
    NotPossibleNow while one is on its way or the number is not in use, ProofTextRefused, WrongCredentials, ProviderSilent.
    """
    MANAGE_NUMBERS.require(by)
    sender = _other(number)
    if sender is None:
        raise NoOtherNumber
    _note_asked(number, by, at)
    text = OutgoingText(sender=sender.e164, recipient=number.e164, body=_words(number))
    outcome = provider_of(ProviderAccount.objects.get(pk=number.account_id)).send(text)
    if isinstance(outcome, Refused | Rejected):
        # Proven not sent: nothing is on its way.
        MessageNumber.objects.filter(pk=number.pk, proof_asked_at=at).update(proof_asked_at=None)
    if isinstance(outcome, Rejected):
        raise ProofTextRefused(outcome.code)
    if isinstance(outcome, Refused):
        raise accounts.WrongCredentials if outcome.circuit else accounts.ProviderSilent
    return MessageNumber.objects.get(pk=number.pk)


def note(number: MessageNumber | None) -> None:
    """The provider has just brought a signed text for `number` to the address of texts. Costs nothing for a number that is proven."""
    if number is None or number.webhooks_proven_at is not None:
        return
    at = timezone.now()
    with transaction.atomic(), recording(actor=Actor.provider(number.account_id), at=at):
        unproven = MessageNumber.objects.filter(pk=number.pk, webhooks_proven_at__isnull=True)
        if unproven.update(webhooks_proven_at=at, proof_asked_at=None):
            current().record(
                events.number_webhooks_proven(organization_id=number.organization_id, number_id=number.pk)
            )


def is_test(body: str, number: MessageNumber) -> bool:
    """Whether `body` is what `ask` texts to `number`: it is for no conversation, however late it comes."""
    if not body.startswith(_BEGINS):
        return False
    try:
        return _signer.unsign(body.removeprefix(_BEGINS).strip()) == str(number.public_id)
    except BadSignature:
        return False


def proof_of(number: MessageNumber, at: datetime) -> Proof:
    """How far `number` is with its proof."""
    if number.webhooks_proven_at is not None:
        return Proof.PROVEN
    if number.proof_asked_at is None:
        return Proof.NONE
    return Proof.WAITING if at < number.proof_asked_at + WAITS else Proof.NOT_ARRIVED


def can_ask(number: MessageNumber) -> bool:
    """Whether another number of the account could text it."""
    return _other(number) is not None


def _other(number: MessageNumber) -> MessageNumber | None:
    """The number that texts: one of the pool, where nobody is known, before any other."""
    mine = MessageNumber.objects.filter(account=number.account_id, state=NumberState.ACTIVE)
    others = sorted(mine.exclude(pk=number.pk), key=lambda one: (one.role != NumberRole.POOL, one.pk))
    return others[0] if others else None


def _note_asked(number: MessageNumber, by: User | None, at: datetime) -> None:
    waits = Q(proof_asked_at__isnull=True) | Q(proof_asked_at__lte=at - WAITS)
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        free = MessageNumber.objects.filter(waits, pk=number.pk).exclude(state=NumberState.RETIRED)
        if not free.update(proof_asked_at=at):
            raise NotPossibleNow(
                "A test text is on its way, or the number was released. Look again in a few minutes."
            )
        current().record(
            events.number_proof_asked(organization_id=number.organization_id, number_id=number.pk)
        )


def _words(number: MessageNumber) -> str:
    return f"{_BEGINS}{_signer.sign(str(number.public_id))}"
