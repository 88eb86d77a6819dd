"""Tables as CSV among the answers of the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework.renderers import BaseRenderer, JSONRenderer


class CsvRenderer(BaseRenderer):
    """Lets `Accept: text/csv` through. The table itself is streamed; what goes wrong is problem details all the same."""

    media_type = "text/csv"
    format = "csv"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """A problem as JSON."""
        rendered: bytes = JSONRenderer().render(data)
        return rendered
