"""The provider's webhooks. What could be stored is answered 200; only when nothing could be is the answer 503."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from messaging.calls import answering
from messaging.inbound import fallback, receipts, rejected, verify
from messaging.inbound.verify import Genuine, NotGenuine, TooLarge
from messaging.numbers import proving
from snoutos.core.outage import unavailable

log = structlog.get_logger(__name__)

_EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


@csrf_exempt
@require_POST
def inbound(request: HttpRequest) -> HttpResponse:
    """A text came in. That it came proves that the provider reaches us for its number."""

    def take_in(genuine: Genuine) -> None:
        receipts.receive(genuine)
        proving.note(genuine.number)

    return _answer(request, take_in, names_our_number=True)


@csrf_exempt
@require_POST
def inbound_fallback(request: HttpRequest) -> HttpResponse:
    """A text came in that the provider could not hand over at the first address. The same text is never taken in twice."""

    def take_in(genuine: Genuine) -> None:
        receipts.receive(genuine)
        fallback.note(genuine)

    return _answer(request, take_in, names_our_number=True)


@csrf_exempt
@require_POST
def status(request: HttpRequest, token: str = "") -> HttpResponse:
    """The provider reports about one of our texts. Without a token the SID says which: an account's or a service's own callback."""
    return _answer(request, lambda genuine: receipts.receive_status(genuine, token), names_our_number=False)


@csrf_exempt
@require_POST
def call(request: HttpRequest) -> HttpResponse:
    """Someone calls one of our numbers. The caller hears its sentence, also when taking the call in has failed."""

    def take_in(genuine: Genuine) -> str:
        receipts.receive_call(genuine)
        caller = genuine.params.get("From", "").replace("\x00", "")
        return answering.answer(genuine.account, genuine.number, caller, timezone.now())

    return _answer(request, take_in, names_our_number=True)


@csrf_exempt
@require_POST
def call_forwarded(request: HttpRequest) -> HttpResponse:
    """A call that was forwarded has been taken by the other phone, or not. Who was not put through hears the number's sentence."""

    def take_in(genuine: Genuine) -> str:
        receipts.receive_call_forwarded(genuine)
        return answering.after_forwarding(genuine.account, genuine.number, genuine.params, timezone.now())

    return _answer(request, take_in, names_our_number=True)


@csrf_exempt
@require_POST
def call_recording(request: HttpRequest) -> HttpResponse:
    """The provider has what a caller said after the tone."""
    return _answer(request, receipts.receive_recording, names_our_number=False)


@csrf_exempt
@require_POST
def call_recorded(request: HttpRequest) -> HttpResponse:
    """A caller has said what they had to say: the call is over. It tells of the recording too, should the other request be lost."""

    def take_in(genuine: Genuine) -> str:
        receipts.receive_recording(genuine)
        return answering.after_voicemail()

    return _answer(request, take_in, names_our_number=False)


@csrf_exempt
@require_POST
def call_status(request: HttpRequest) -> HttpResponse:
    """A call to one of our numbers has ended."""
    return _answer(request, receipts.receive_call_status, names_our_number=True)


def _answer(
    request: HttpRequest, take_in: Callable[[Genuine], str | None], *, names_our_number: bool
) -> HttpResponse:
    """What `take_in` says is to be done, or nothing."""
    try:
        said = take_in(verify.verify(request, names_our_number=names_our_number))
    except TooLarge:
        log.warning("webhook.too_large")
        return HttpResponse("The body is over 64 KiB.\n", status=413, content_type="text/plain")
    except NotGenuine as refusal:
        return _refuse(refusal, request.path)
    except DatabaseError as error:
        # Nothing is stored: the provider must know, so that it tries again or calls the fallback address.
        log.error("webhook.not_stored", error=type(error).__name__)
        return unavailable(request.path)
    return HttpResponse(said or _EMPTY, content_type="text/xml")


def _refuse(refusal: NotGenuine, path: str) -> HttpResponse:
    try:
        rejected.store(refusal, path)
    except DatabaseError as error:
        log.error("webhook.refusal_not_kept", error=type(error).__name__)
    return HttpResponse("Refused.\n", status=403, content_type="text/plain")
