"""Phone numbers as columns: E.164, checked where people type them."""

from __future__ import annotations

import re
from typing import Any

import phonenumbers
from django import forms
from django.core.exceptions import ValidationError
from django.db import models

from snoutos.core.phones import read


def parse_e164(text: str, region: str = "US") -> str:
    """The E.164 form of a number a person typed. `region` is assumed when no country code is given.

    Raises ValidationError with a sentence that quotes it, and a code of `REFUSALS`, unless somebody can have the number: one that is
    possible but nobody's ("555-0186", +1 555 123 4567) is refused too.
    """
    code, number = read(text.strip(), region)
    if code:
        raise ValidationError(f"“{text.strip()[:40]}” {REFUSALS[code]}", code=code)
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


# Why a typed number is refused, as the end of a sentence that begins with it.
REFUSALS = {
    "not_a_phone": "isn't a phone number.",
    "no_area_code": "has no area code: add the area code.",
    "bad_length": "isn't a valid phone number: check the digits.",
    "not_in_use": "isn't a valid phone number: check the area code and the digits.",
}


def display(e164: str) -> str:
    """How a number is shown to people: (415) 555-0100 for +1 numbers, international form for others."""
    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return e164
    style = (
        phonenumbers.PhoneNumberFormat.NATIONAL
        if number.country_code == 1
        else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    )
    return str(phonenumbers.format_number(number, style))


class E164FormField(forms.CharField):
    """A number as people write it; its E.164 form comes out. In a list of numbers it is what reads each.

    What the row holds already (`stored`) passes as it is: a phone that wrote to us may have a number that is too new to be known here.
    """

    stored: frozenset[str] = frozenset()

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        return parse_e164(text) if text and text not in self.stored else text


_E164 = re.compile(r"\+[1-9]\d{7,14}", re.ASCII)


class E164Field(models.CharField):  # type: ignore[type-arg]
    """A phone number in E.164; what a person types in another form is rewritten by forms and by `clean`.

    Whether somebody can have the number is asked where people type it: a row keeps what it holds.
    """

    # What `snoutos.core.phones.phone_columns` finds.
    holds_phone = True

    def __init__(self, *args: object, **kwargs: object) -> None:
        kwargs.setdefault("max_length", 20)
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]

    def clean(self, value: object, model_instance: models.Model | None) -> str:
        text = str(value or "").strip()
        is_typed = bool(text) and _E164.fullmatch(text) is None
        cleaned: str = super().clean(parse_e164(text) if is_typed else text, model_instance)
        return cleaned

    def formfield(self, *args: Any, **kwargs: Any) -> Any:
        return super().formfield(*args, **{"form_class": E164FormField, **kwargs})
