"""A form as a browser would send it: what a page holds, to be changed and posted."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

Fields = dict[str, list[str]]
_TICKED = ("checkbox", "radio")


class _Form(HTMLParser):
    """Collects the fields of the form with the id `wanted`."""

    def __init__(self, wanted: str) -> None:
        super().__init__(convert_charrefs=True)
        self._wanted = wanted
        self.fields: Fields = {}
        self._inside = False
        self._select: str | None = None
        self._chosen: str | None = None
        self._first: str | None = None
        self._area: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "form":
            self._inside = found.get("id") == self._wanted
        if not self._inside:
            return
        name, value = found.get("name") or "", found.get("value") or ""
        kind = found.get("type")
        if tag == "input" and name and kind != "submit" and (kind not in _TICKED or "checked" in found):
            self._add(name, value or ("on" if kind in _TICKED else ""))
        elif tag == "select":
            self._select, self._chosen, self._first = name, None, None
        elif tag == "option" and self._select is not None:
            self._first = value if self._first is None else self._first
            self._chosen = value if "selected" in found else self._chosen
        elif tag == "textarea":
            self._area = name
            self._add(name, "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._select:
            self._add(self._select, self._chosen if self._chosen is not None else self._first or "")
            self._select = None
        elif tag == "textarea":
            self._area = None
        elif tag == "form":
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self.fields[self._area][-1] += data

    def _add(self, name: str, value: str) -> None:
        self.fields.setdefault(name, []).append(value)


def fields_of(answer: Any, form_id: str = "builder") -> Fields:
    """What the form of this page would send, without a button: the builder, unless another is named."""
    form = _Form(form_id)
    form.feed(answer.content.decode())
    form.fields.pop("csrfmiddlewaretoken", None)
    return form.fields
