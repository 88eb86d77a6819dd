"""JSON bodies, bounded: no request of the API needs more than 64 KiB."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from snoutos.problems import Problem

LONGEST_BODY = 64 * 1024


class BodyTooLargeError(Problem):
    """The request is larger than 64 KiB."""

    code = "body_too_large"
    status = 413


class BoundedJSONParser(JSONParser):
    """Refuses a body over 64 KiB before reading it, and one that is nested too deeply to be read."""

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
            return super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError("The JSON is nested too deeply.") from error
