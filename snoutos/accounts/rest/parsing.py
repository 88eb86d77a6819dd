"""JSON bodies, bounded: no request of the API needs more than 64 KiB, or 64 levels."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from snoutos.core.problems import Problem

LONGEST_BODY = 64 * 1024
DEEPEST = 64


class BodyTooLargeError(Problem):
    sentence = "The request is larger than 64 KiB."
    code = "body_too_large"
    status = 413


class BoundedJSONParser(JSONParser):
    """Refuses a body over 64 KiB before reading it, and one that is nested too deeply or holds halves of characters."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        request = (parser_context or {}).get("request")
        if request is not None and int(request.META.get("CONTENT_LENGTH") or 0) > LONGEST_BODY:
            raise BodyTooLargeError
        try:
            found = super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError(_TOO_DEEP) from error
        _check(found)
        return found


def _check(found: Any) -> None:
    """Raises ParseError for what is read but could be neither stored nor answered: too deep, or halves of characters."""
    level, depth = [found], 0
    while level:
        if depth > DEEPEST:
            raise ParseError(_TOO_DEEP)
        texts = [one for one in level if isinstance(one, str)]
        if any(_HALVES.search(text) for text in texts):
            raise ParseError("The JSON contains a surrogate, which isn't a character.")
        level, depth = [inner for one in level for inner in _inner(one)], depth + 1


def _inner(one: Any) -> Iterable[Any]:
    if isinstance(one, dict):
        return chain(one.keys(), one.values())
    return one if isinstance(one, list) else ()


_TOO_DEEP = "The JSON is nested too deeply."
_HALVES = re.compile("[\ud800-\udfff]")
