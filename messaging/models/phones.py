"""Phone numbers as columns: E.164, checked where people type them."""

from __future__ import annotations

import phonenumbers
from django.core.exceptions import ValidationError
from django.db import models


def parse_e164(text: str, region: str = "US") -> str:
    """The E.164 form of a number a person typed.

    Raises ValidationError with a sentence when it is not a possible number. `region` is assumed when no country code is given.
    """
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        raise ValidationError(f"“{text}” is not a phone number.") from error
    if not phonenumbers.is_possible_number(number):
        raise ValidationError(f"“{text}” is not a possible phone number: check its digits.")
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


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


def validate_e164(value: str) -> None:
    """Refuse anything but a possible number in E.164 form."""
    if parse_e164(value) != value:
        raise ValidationError("Use the international form, such as +14155550100.")


class E164Field(models.CharField):  # type: ignore[type-arg]
    """A phone number in E.164; what a person types in another form is rewritten by `clean`."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        kwargs.setdefault("max_length", 20)
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]

    def clean(self, value: object, model_instance: models.Model | None) -> str:
        text = str(value or "").strip()
        cleaned: str = super().clean(parse_e164(text) if text else text, model_instance)
        return cleaned
