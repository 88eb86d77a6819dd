"""Taking in: the receipt first, then everything it means, in one transaction with its audit events.

A failure inside rolls back to the savepoint; the receipt stays and a sweep tries again. The last statement makes the database check what it
would otherwise check at commit, so that nothing can take the receipt down with it.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from enum import Enum
from uuid import uuid4

import structlog
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from audit.record import Actor, current, recording
from messaging import alerts, events
from messaging.inbound import taking_in
from messaging.inbound.verify import Genuine, read
from messaging.models import Message, MessageNumber, ProviderAccount, WebhookReceipt
from messaging.models.numbers import NumberState
from messaging.models.receipts import ReceiptKind, ReceiptState
from messaging.providers.webhooks import BadWebhook, Unactionable
from messaging.timing import scaled
from snoutos.core import dberrors

log = structlog.get_logger(__name__)

TRIES = 8
AT_ONCE = 100
# A row that somebody holds is free again within the time that any process may stand still (`snoutos.core.database_limits`).
HELD_UP_AGAIN = timedelta(seconds=5)
# A sweep that meets held rows begins nothing more after so long: the next one comes in a moment.
ROUND_SECONDS = 10.0

_INSERT = """
INSERT INTO messaging_webhookreceipt
    (account_id, organization_id, kind, dedupe_key, raw, state, recipient, tries, failure, received_at)
VALUES (%s, %s, %s, %s, %s, 'done', %s, 0, '', %s)
ON CONFLICT ON CONSTRAINT webhookreceipt_once_per_delivery DO NOTHING RETURNING id
"""


def receive(genuine: Genuine) -> None:
    """Keep and take in one inbound text. Returns once it is committed, also when taking it in failed: then the receipt says so."""
    with transaction.atomic():
        receipt = _keep(genuine, ReceiptKind.INBOUND, _sid(genuine.params))
        if receipt is not None:
            _guarded(receipt, lambda: taking_in.text(receipt, genuine.params, genuine.number, genuine.party))


def receive_status(genuine: Genuine, token: str) -> None:
    """Keep and take in one status callback."""
    with transaction.atomic():
        params = genuine.params
        word = params.get("MessageStatus") or params.get("SmsStatus", "")
        key = f"{_sid(params)}:{word}:{params.get('ErrorCode', '')}"
        receipt = _keep(genuine, ReceiptKind.STATUS, key, token) or _told_before(genuine, key, token)
        if receipt is not None:
            _guarded(receipt, lambda: taking_in.status(receipt, params))


def receive_call(genuine: Genuine) -> None:
    """Keep and take in one call, as `receive` a text."""
    _receive_call(genuine, ReceiptKind.CALL, genuine.params.get("CallSid", ""))


def receive_call_status(genuine: Genuine) -> None:
    """Keep and take in the end of one call."""
    params = genuine.params
    _receive_call(
        genuine, ReceiptKind.CALL_STATUS, f"{params.get('CallSid', '')}:{params.get('CallStatus', '')}"
    )


def receive_call_forwarded(genuine: Genuine) -> None:
    """Keep and take in what became of a forwarded call."""
    params = genuine.params
    _receive_call(
        genuine,
        ReceiptKind.CALL_FORWARDED,
        f"{params.get('CallSid', '')}:{params.get('DialCallStatus', '')}",
    )


def receive_recording(genuine: Genuine) -> None:
    """Keep and take in that a caller left a message; the provider says so twice, each in its own words."""
    params = genuine.params
    key = f"{params.get('CallSid', '') or uuid4()}:{params.get('RecordingStatus', '')}"
    with transaction.atomic():
        receipt = _keep(genuine, ReceiptKind.CALL_RECORDED, key)
        if receipt is not None:
            _guarded(receipt, lambda: taking_in.recording(receipt, params))


def _receive_call(genuine: Genuine, kind: ReceiptKind, key: str) -> None:
    named = key if genuine.params.get("CallSid") else f"nameless:{uuid4()}"
    with transaction.atomic():
        receipt = _keep(genuine, kind, named)
        if receipt is not None:
            _guarded(receipt, lambda: taking_in.call(receipt, genuine.params, genuine.number, genuine.party))


def _told_before(genuine: Genuine, key: str, token: str) -> WebhookReceipt | None:
    """The same report by another address, when nobody knew then whose text it is about: this time it comes with a token."""
    if not token:
        return None
    earlier = WebhookReceipt.objects.select_for_update(of=("self",), no_key=True).filter(
        account=genuine.account,
        kind=ReceiptKind.STATUS,
        dedupe_key=_storable(key)[:120],
        state=ReceiptState.UNMATCHED,
    )
    receipt: WebhookReceipt | None = earlier.select_related("account").first()
    if receipt is not None:
        receipt.recipient = _storable(token)[:64]
        receipt.state, receipt.next_try_at = ReceiptState.DONE, None
        receipt.save(update_fields=["recipient", "state", "next_try_at"])
    return receipt


def process_again(receipt: WebhookReceipt) -> bool:
    """Try a receipt once more that failed, was set aside, or waited for its number. Whether it is done now."""
    return _try_again(receipt) is Try.MADE and _is_done(receipt)


class Try(Enum):
    """What came of going for a receipt once more: made, none left to make (done, or in other hands), or a row it needs is held."""

    MADE = "made"
    NONE = "none"
    HELD_UP = "held_up"


def _try_again(receipt: WebhookReceipt) -> Try:
    with transaction.atomic():
        held = (
            WebhookReceipt.objects.select_for_update(skip_locked=True, of=("self",), no_key=True)
            .select_related("account__organization")
            .filter(pk=receipt.pk)
            .exclude(state__in=[ReceiptState.DONE, ReceiptState.UNACTIONABLE])
            .first()
        )
        if held is None:
            return Try.NONE
        params = read(bytes(held.raw))
        WebhookReceipt.objects.filter(pk=held.pk).update(state=ReceiptState.DONE, next_try_at=None)
        if held.kind == ReceiptKind.STATUS:
            could = _guarded(held, lambda: taking_in.status(held, params))
        elif held.kind == ReceiptKind.CALL_RECORDED:
            could = _guarded(held, lambda: taking_in.recording(held, params))
        else:
            number = _number_of(held.account, held.recipient)
            take_in = taking_in.text if held.kind == ReceiptKind.INBOUND else taking_in.call
            could = _guarded(held, lambda: take_in(held, params, number))
        return Try.MADE if could else Try.HELD_UP


def retry_failed() -> int:
    """The sweep: try every failed receipt whose time has come, and every one whose number or text came meanwhile.

    Returns how many are done now. What waits for somebody's lock makes the rest of its business wait for the next sweep, and nobody else.
    """
    due = WebhookReceipt.objects.filter(next_try_at__lte=Now()).order_by("next_try_at", "pk")
    failed, unmatched = due.filter(state=ReceiptState.FAILED), due.filter(state=ReceiptState.UNMATCHED)
    found = [*failed[:AT_ONCE], *unmatched[:AT_ONCE], *_whose_number_came()[:AT_ONCE]]
    return sum(map(_is_done, _tried(found)))


def _tried(receipts: Iterable[WebhookReceipt]) -> list[WebhookReceipt]:
    """Try them in turn, for ten seconds; those that were tried."""
    held_up: set[int | None] = set()
    tried: list[WebhookReceipt] = []
    ends = time.monotonic() + ROUND_SECONDS
    for receipt in receipts:
        if receipt.organization_id in held_up or time.monotonic() > ends:
            continue
        outcome = _try_again(receipt)
        if outcome is Try.MADE:
            tried.append(receipt)
        elif outcome is Try.HELD_UP:
            held_up.add(receipt.organization_id)
    return tried


def _is_done(receipt: WebhookReceipt) -> bool:
    return bool(WebhookReceipt.objects.filter(pk=receipt.pk, state=ReceiptState.DONE).exists())


def process_unrouted(number: MessageNumber) -> int:
    """Take in what came to `number` before it was ours to know. Returns how many texts and calls."""
    waiting = WebhookReceipt.objects.filter(
        organization_id=number.organization_id,
        account_id=number.account_id,
        recipient=number.e164,
        state=ReceiptState.UNROUTED,
    ).order_by("received_at", "pk")
    return sum(process_again(receipt) for receipt in waiting)


def _whose_number_came() -> QuerySet[WebhookReceipt]:
    """Unrouted receipts whose number is there by now: it was added while they came in, or the ring was lost."""
    there = MessageNumber.objects.filter(account=OuterRef("account"), e164=OuterRef("recipient"))
    return WebhookReceipt.objects.filter(
        Exists(there.exclude(state=NumberState.RETIRED)),
        state=ReceiptState.UNROUTED,
    ).order_by("received_at", "pk")


def _number_of(account: ProviderAccount, e164: str) -> MessageNumber | None:
    """The number that is `account`'s now: one given back, or another account's since, is none."""
    found: MessageNumber | None = (
        MessageNumber.objects.filter(account=account, e164=e164).exclude(state=NumberState.RETIRED).first()
    )
    return found


def _keep(
    genuine: Genuine, kind: ReceiptKind, key: str, token: str = "", *, at: datetime | None = None
) -> WebhookReceipt | None:
    """Insert the receipt; None when it is there already, which is recorded as a duplicate."""
    account = genuine.account
    now = at or timezone.now()
    key = _storable(key)
    recipient = _storable(token if kind == ReceiptKind.STATUS else genuine.params.get("To", ""))
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            [account.pk, account.organization_id, kind, key[:120], genuine.raw, recipient[:64], now],
        )
        row = cursor.fetchone()
    if row is None:
        if kind == ReceiptKind.INBOUND:
            _record_duplicate(account, key)
        return None
    return WebhookReceipt(
        pk=row[0],
        account=account,
        organization_id=account.organization_id,
        kind=kind,
        dedupe_key=key[:120],
        raw=genuine.raw,
        recipient=recipient[:64],
        received_at=now,
    )


def _record_duplicate(account: ProviderAccount, key: str) -> None:
    first = WebhookReceipt.objects.get(account=account, kind=ReceiptKind.INBOUND, dedupe_key=key[:120])
    with recording(actor=Actor.provider(account.pk)):
        current().record(
            events.webhook_inbound_duplicate_rejected(
                organization_id=account.organization_id, receipt_id=first.pk, account_id=account.pk
            )
        )


def _sid(params: dict[str, str]) -> str:
    """What names the request. One without a SID is kept under a name of its own, to be looked at."""
    named = (params.get(name, "") for name in ("MessageSid", "SmsSid", "SmsMessageSid"))
    return next(filter(None, named), f"nameless:{uuid4()}")


def _storable(value: str) -> str:
    """PostgreSQL cannot hold NUL."""
    return value.replace("\x00", "\ufffd")


def _guarded(receipt: WebhookReceipt, work: Callable[[], None]) -> bool:
    """Run `work` in a savepoint. When it fails, only the receipt and the record of the failure remain.

    False when it could not be tried because somebody holds a row that it needs: that is none of the eight tries.
    """
    try:
        with transaction.atomic():
            with recording(actor=Actor.provider(receipt.account_id)):
                work()
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except Unactionable as error:
        _set_aside(receipt, "no_sender", str(error))
    except BadWebhook as error:
        _set_aside(receipt, "bad_parameters", str(error))
    except Exception as error:
        if dberrors.is_held_up(error):
            _held_up(receipt, error)
            return False
        # Anything may be wrong with what we do with a text; nothing may be lost of it.
        log.error("webhook.failed", receipt_id=receipt.pk, error=type(error).__name__)
        _failed(receipt, error)
    return True


def _held_up(receipt: WebhookReceipt, error: Exception) -> None:
    """Nothing is wrong with the text: it is taken in as soon as who stands in its way has gone or was ended."""
    log.warning("webhook.held_up", receipt_id=receipt.pk, error=type(error).__name__)
    WebhookReceipt.objects.filter(pk=receipt.pk).update(
        state=ReceiptState.FAILED, next_try_at=Now() + HELD_UP_AGAIN, failure=_where(error)
    )


def process_listed(account: ProviderAccount, raw: bytes, *, at: datetime | None) -> bool:
    """Take in a text that the provider has had since `at` and that never reached us. Whether it was new.

    The receipt carries the provider's time: a STOP found late must not undo a START that came after it.
    """
    with transaction.atomic():
        params = read(raw)
        genuine = Genuine(account, raw, params, _number_of(account, params["To"]))
        receipt = _keep_quietly(genuine, _sid(params), at)
        if receipt is None:
            return False
        _guarded(receipt, lambda: taking_in.text(receipt, params, genuine.number))
    return True


def _keep_quietly(genuine: Genuine, key: str, at: datetime | None) -> WebhookReceipt | None:
    """As `_keep`; a text that is there already is no duplicate worth recording: we looked for it ourselves.

    One whose receipt or words are gone by now (retention, a person erased) stays known by its message, and never comes back.
    """
    known = WebhookReceipt.objects.filter(account=genuine.account, kind=ReceiptKind.INBOUND, dedupe_key=key)
    said = Message.objects.filter(account=genuine.account, provider_sid=key)
    return None if known.exists() or said.exists() else _keep(genuine, ReceiptKind.INBOUND, key, at=at)


def _set_aside(receipt: WebhookReceipt, reason: str, sentence: str) -> None:
    WebhookReceipt.objects.filter(pk=receipt.pk).update(state=ReceiptState.UNACTIONABLE, failure=sentence)
    with recording(actor=Actor.provider(receipt.account_id)):
        current().record(
            events.webhook_inbound_unactionable(
                organization_id=receipt.organization_id, receipt_id=receipt.pk, reason=reason
            )
        )


def _failed(receipt: WebhookReceipt, error: Exception) -> None:
    tries = receipt.tries + 1
    for_good = tries >= TRIES
    WebhookReceipt.objects.filter(pk=receipt.pk).update(
        state=ReceiptState.QUARANTINED if for_good else ReceiptState.FAILED,
        tries=tries,
        next_try_at=None if for_good else Now() + scaled(seconds=min(5 * 4 ** (tries - 1), 3600)),
        failure=_where(error),
    )
    ids = {"organization_id": receipt.organization_id, "receipt_id": receipt.pk}
    with recording(actor=Actor.system()):
        current().record(events.webhook_inbound_failed(**ids, tries=tries, error_type=type(error).__name__))
        if for_good:
            current().record(events.webhook_inbound_quarantined(**ids))
            current().alert(alerts.receipt_quarantined(**ids))


def _where(error: Exception) -> str:
    """The error's type and the lines it came through; its words are left out, because they may quote what somebody wrote."""
    frames = traceback.extract_tb(error.__traceback__)[-12:]
    lines = [f"{frame.filename.rsplit('/', 3)[-1]}:{frame.lineno} {frame.name}" for frame in frames]
    return "\n".join([type(error).__name__, *lines])
