"""A repeated POST does nothing twice: `Idempotency-Key`, stored in the transaction of its effect.

The unique index on (user, key) decides: a twin's INSERT waits until the first one commits, then reads its
answer. An error rolls the row back with everything else, so that the request can be made again, corrected,
under the same key.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, cast

from django.db import transaction
from drf_spectacular.utils import OpenApiParameter
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from snoutos.accounts.models import IdempotentRequest, User
from snoutos.core.problems import Problem

HEADER = "Idempotency-Key"
LONGEST = 200
KEPT = timedelta(days=30)
_KEY = re.compile(r"[\x21-\x7e]+")


class KeyRequiredError(Problem):
    sentence = (
        "Send an Idempotency-Key header with a value of your own, so that a repeated request texts once."
    )
    code = "idempotency_key_required"
    status = 400


class KeyInvalidError(Problem):
    sentence = "An Idempotency-Key has 1 to 200 printable ASCII characters without spaces."
    code = "idempotency_key_invalid"
    status = 400


class KeyReusedError(Problem):
    sentence = "This Idempotency-Key was used for another request. Take a new one."
    code = "idempotency_key_reused"
    status = 422


def key_parameter(*, required: bool) -> OpenApiParameter:
    """How the schema shows the header."""
    return OpenApiParameter(
        HEADER,
        {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": r"^[!-~]+$"},
        OpenApiParameter.HEADER,
        required=required,
        description="The same request with the same key gets the first answer again and does nothing.",
    )


def once(request: Request, effect: Callable[[], Response], *, required: bool = True) -> Response:
    """The answer of `effect`, or of the first request with this key.

    Runs `effect` in a transaction together with the stored answer; what it raises leaves nothing behind.
    Without the header it runs plainly, or raises `KeyRequiredError`. The same key with another method, path
    or body raises `KeyReusedError`.
    """
    key = _key(request)
    if key is None:
        if required:
            raise KeyRequiredError
        return effect()
    fingerprint, user = _fingerprint(request), cast(User, request.user)
    with transaction.atomic():
        first: dict[str, Any] = {"organization_id": user.organization_id, "fingerprint": fingerprint}
        kept, mine = IdempotentRequest.objects.get_or_create(user=user, key=key, defaults=first)
        if not mine:
            return _replay(kept, fingerprint)
        response = effect()
        kept.status = response.status_code
        kept.answer = json.loads(JSONRenderer().render(response.data) or b"null")
        kept.save(update_fields=["status", "answer"])
    return response


def forget(at: datetime) -> int:
    """Delete the answers kept for longer than 30 days, whoever's they are; how many."""
    forgotten, _ = IdempotentRequest.objects.filter(created_at__lt=at - KEPT).delete()
    return forgotten


def _key(request: Request) -> str | None:
    key: str | None = request.headers.get(HEADER)
    if key is not None and not (len(key) <= LONGEST and _KEY.fullmatch(key)):
        raise KeyInvalidError
    return key


def _fingerprint(request: Request) -> str:
    parts = [request.method, request.path, request.data]
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def _replay(kept: IdempotentRequest, fingerprint: str) -> Response:
    if kept.fingerprint != fingerprint:
        raise KeyReusedError
    return Response(kept.answer, status=kept.status, headers={"Idempotent-Replay": "true"})
