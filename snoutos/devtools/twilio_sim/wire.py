"""Requests in, replies out: plain values between the socket and the handlers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qsl

Manner = Literal["answer", "reset", "hang"]


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request. `headers` has lower-case names."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def arguments(self) -> dict[str, str]:
        return dict(parse_qsl(self.query, keep_blank_values=True))

    @property
    def form(self) -> list[tuple[str, str]]:
        return parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True)

    def json(self) -> Any:
        """The JSON body; raises `ValueError` when it is none."""
        return json.loads(self.body or b"{}")


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer, after `seconds`; `manner` "reset" breaks the connection and "hang" does so after the silence."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    manner: Manner = "answer"
    seconds: float = 0.0
    headers: Mapping[str, str] = field(default_factory=dict)


def json_reply(payload: object, status: int = 200) -> Reply:
    return Reply(status, json.dumps(payload, ensure_ascii=False, default=str).encode("utf-8", "replace"))


class ApiError(Exception):
    """The provider's refusal, in its own words."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message

    def reply(self) -> Reply:
        more = f"https://www.twilio.com/docs/errors/{self.code}"
        payload = {"code": self.code, "message": self.message, "more_info": more, "status": self.status}
        return json_reply(payload, self.status)


def not_found(path: str) -> ApiError:
    return ApiError(404, 20404, f"The requested resource {path} was not found")
