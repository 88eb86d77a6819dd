"""The schema, the page that shows it, and the answer for addresses that do not exist."""

from __future__ import annotations

from typing import Any, NoReturn

from django.http import Http404
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from snoutos.api import ENUM_NAMES


class KeptSchema(SchemaGenerator):
    """The schema as it was made first; it depends on the code alone."""

    def get_schema(self, request: Any = None, public: bool = False) -> Any:
        if not _kept:
            _kept.append(super().get_schema(request=None, public=True))  # type: ignore[no-untyped-call]
        return _kept[0]


_kept: list[Any] = []


class Schema(SpectacularAPIView):
    """The OpenAPI schema. Public: it holds no data. Made once a process, because making it takes a second."""

    authentication_classes: list[Any] = []
    custom_settings = {"ENUM_NAME_OVERRIDES": ENUM_NAMES}
    generator_class = KeptSchema
    permission_classes = [AllowAny]


class Docs(SpectacularSwaggerSplitView):
    """The schema to read and try. Its script is a request of its own: nothing inline, so the CSP holds."""

    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]


class Unknown(APIView):
    """An address that does not exist, for every method."""

    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> NoReturn:
        raise Http404

    def get(self, request: Request) -> Response:
        """Never reached: `initial` answers 404 for every method."""
        raise Http404
