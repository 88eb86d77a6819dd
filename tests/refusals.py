"""Asking the database what it refuses: the name of the constraint, not a guess from the words of an error."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction


def refusal(make: Callable[[], object]) -> str:
    """The name of the constraint that refuses what `make` does."""

    def try_it() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            make()
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(IntegrityError) as refused:
        try_it()
    return str(refused.value.__cause__.diag.constraint_name)  # type: ignore[union-attr]
