"""Phones as people write them: read, and looked for in columns that hold E.164."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache, reduce
from operator import or_
from typing import Any

import phonenumbers
from django.db import models
from django.db.models import Q


def read(text: str, region: str) -> tuple[str, Any]:
    """Why `text` is no phone, as a code of `messaging.models.phones.REFUSALS` (empty when it is one), and the number it was read as."""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return "not_a_phone", None
    if phonenumbers.is_valid_number(number):
        return "", number
    possible = phonenumbers.is_possible_number_with_reason(number)
    if possible == phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
        return "no_area_code", None
    return "not_in_use" if possible == phonenumbers.ValidationResult.IS_POSSIBLE else "bad_length", None


@lru_cache(maxsize=1024)
def named_in(text: str) -> tuple[str, ...]:
    """The valid phones that stand in `text`, in E.164 and in order; one without a country code is read as an American one."""
    found = phonenumbers.PhoneNumberMatcher(text, "US", leniency=phonenumbers.Leniency.VALID)
    return tuple(phonenumbers.format_number(one.number, phonenumbers.PhoneNumberFormat.E164) for one in found)


def having(text: str, *columns: str) -> Q | None:
    """Which rows have the phone that `text` names in one of `columns` (E.164), however it is written; None when it names none.

    A whole number finds that number; at least three digits find the numbers that hold them in this order.
    """
    digits = _digits(text)
    if len(digits) < LEAST_DIGITS:
        return None
    code, number = read(text, "US")
    if not code:
        e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        return reduce(or_, (Q(**{column: e164}) for column in columns))
    # The zero before a long number stands for "in this country"; the one of an ending is a digit of it.
    parts = {digits, digits.lstrip("0")} if len(digits) >= _LEAST_NATIONAL else {digits}
    return reduce(or_, (Q(**{f"{column}__contains": part}) for column in columns for part in sorted(parts)))


def found_by(text: str, *, words: Iterable[str] = (), phones: Iterable[str] = ()) -> Q:
    """Which rows a search for `text` means: those with it in a column of `words`, or with the phone that it names in one of `phones`."""
    text = text.strip()
    match = [Q(**{f"{column}__icontains": text}) for column in words]
    phone = having(text, *phones) if (phones := tuple(phones)) else None
    return reduce(or_, [*match, phone] if phone is not None else match, Q(pk__in=[]))


class PhoneColumn(models.CharField):  # type: ignore[type-arg]
    """A column of E.164 that searches find however a phone is written. For rows below `messaging`, which has a field that reads it too."""

    # What `phone_columns` finds.
    holds_phone = True

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


def phone_columns(model: type[models.Model], paths: Iterable[str]) -> tuple[str, ...]:
    """Those of `paths` (as in a filter, such as `phones__e164`) that lead from `model` to a phone."""
    return tuple(path for path in paths if getattr(_field_at(model, path), "holds_phone", False))


def _field_at(model: type[models.Model], path: str) -> Any:
    field: Any = None
    for name in path.split("__"):
        field = model._meta.get_field(name)
        model = field.related_model or model
    return field


def _digits(text: str) -> str:
    """The digits of what is written like a phone; empty for other words."""
    if _WRITTEN_AS_PHONE.fullmatch(text.strip()) is None:
        return ""
    return str(phonenumbers.normalize_digits_only(text))


LEAST_DIGITS = 3
_LEAST_NATIONAL = 7
# Digits of any script, and what people and desks put between them.
_WRITTEN_AS_PHONE = re.compile(r"(?:tel:)?[\d\s()+./\-\u2010-\u2015\u00b7\u2022]+", re.IGNORECASE)
