"""How the desk looks and what its menu shows: the `UNFOLD` setting."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy


def _stylesheet(_: HttpRequest) -> str:
    return static("snoutos/desk.css")


def _talk(_: HttpRequest) -> str:
    return static("snoutos/talk.css")


def _favicon(_: HttpRequest) -> str:
    return static("snoutos/paw.svg")


def _business(request: HttpRequest) -> str:
    """The business' name under the product's, so that nobody with two businesses writes to the wrong one."""
    organization = getattr(request.user, "organization", None)
    return str(organization) if organization is not None else ""


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "SnoutOS",
    "SITE_HEADER": "SnoutOS",
    "SITE_SUBHEADER": _business,
    "SITE_URL": None,
    "SITE_SYMBOL": "pets",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": _favicon}],
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "BORDER_RADIUS": "8px",
    "STYLES": [_stylesheet, _talk],
    # A teal whose 600 carries white text at 5.5:1.
    "COLORS": {
        "primary": {
            "50": "oklch(98.4% .014 180.72)",
            "100": "oklch(95.3% .045 180.8)",
            "200": "oklch(90% .08 180.4)",
            "300": "oklch(83% .115 181)",
            "400": "oklch(75% .125 182)",
            "500": "oklch(67% .118 183)",
            "600": "oklch(51.1% .096 186.391)",
            "700": "oklch(45% .082 187.5)",
            "800": "oklch(39% .068 188.4)",
            "900": "oklch(34% .056 189)",
            "950": "oklch(25% .042 192.5)",
        },
        # Unfold's own is one step lighter: too faint on grey.
        "font": {
            "subtle-light": "var(--color-base-600)",
            "subtle-dark": "var(--color-base-400)",
            "default-light": "var(--color-base-600)",
            "default-dark": "var(--color-base-300)",
            "important-light": "var(--color-base-900)",
            "important-dark": "var(--color-base-100)",
        },
    },
    # The menu behind one's own picture. The desk opens for owners and staff only, who all may use them.
    "ACCOUNT": {
        "navigation": [
            {"title": "Change password", "link": reverse_lazy("admin:password_change")},
            {"title": "Your phone", "link": reverse_lazy("admin:own_phone")},
            {"title": "Your keys", "link": reverse_lazy("admin:own_keys")},
        ],
    },
    "SIDEBAR": {
        "show_search": True,
        "command_search": True,
        "show_all_applications": False,
        "navigation": "snoutos.desk.navigation.sidebar",
    },
}
