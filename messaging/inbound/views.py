"""The provider's webhooks. What could be stored is answered 200; only when nothing could be is the answer 503."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from messaging.inbound import receipts, rejected, verify
from messaging.inbound.verify import Genuine, NotGenuine, TooLarge
from snoutos.core.outage import unavailable

log = structlog.get_logger(__name__)

_EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


@csrf_exempt
@require_POST
def inbound(request: HttpRequest) -> HttpResponse:
    """A text came in."""
    return _answer(request, receipts.receive, is_text=True)


@csrf_exempt
@require_POST
def inbound_fallback(request: HttpRequest) -> HttpResponse:
    """A text came in that the provider could not hand over at the first address. The same text is never taken in twice."""

    def take_in(genuine: Genuine) -> None:
        receipts.receive(genuine)
        receipts.note_fallback(genuine)

    return _answer(request, take_in, is_text=True)


@csrf_exempt
@require_POST
def status(request: HttpRequest, token: str = "") -> HttpResponse:
    """The provider reports about one of our texts. Without a token the SID says which: an account's or a service's own callback."""
    return _answer(request, lambda genuine: receipts.receive_status(genuine, token), is_text=False)


def _answer(request: HttpRequest, take_in: Callable[[Genuine], None], *, is_text: bool) -> HttpResponse:
    try:
        take_in(verify.verify(request, is_text=is_text))
    except TooLarge:
        log.warning("webhook.too_large")
        return HttpResponse("The body is over 64 KiB.\n", status=413, content_type="text/plain")
    except NotGenuine as refusal:
        return _refuse(refusal, request.path)
    except DatabaseError as error:
        # Nothing is stored: the provider must know, so that it tries again or calls the fallback address.
        log.error("webhook.not_stored", error=type(error).__name__)
        return unavailable(request.path)
    return HttpResponse(_EMPTY, content_type="text/xml")


def _refuse(refusal: NotGenuine, path: str) -> HttpResponse:
    try:
        rejected.store(refusal, path)
    except DatabaseError as error:
        log.error("webhook.refusal_not_kept", error=type(error).__name__)
    return HttpResponse("Refused.\n", status=403, content_type="text/plain")
