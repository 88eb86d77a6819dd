"""Taking in again what was set aside, once an operator has repaired what was wrong."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from messaging.inbound import process
from messaging.models import Message, WebhookReceipt
from tests.business import Business, open_business

pytestmark = pytest.mark.django_db


def _broken(*args: object, **kwargs: object) -> None:
    raise RuntimeError("Is Biscuit ok?")


@pytest.fixture
def set_aside(monkeypatch: pytest.MonkeyPatch) -> tuple[Business, WebhookReceipt]:
    business = open_business()
    with monkeypatch.context() as patch:
        patch.setattr(process, "process_text", _broken)
        business.post(business.inbound_params("Is Biscuit ok?"))
    WebhookReceipt.objects.update(state="quarantined", tries=8, next_try_at=None)
    return business, WebhookReceipt.objects.get()


def test_what_was_repaired_is_taken_in_once(set_aside: tuple[Business, WebhookReceipt]) -> None:
    for _ in range(2):
        call_command("process_receipts", stdout=StringIO())
    assert Message.objects.get().body == "Is Biscuit ok?"
    assert WebhookReceipt.objects.get().state == "done"


def test_one_receipt_can_be_named(set_aside: tuple[Business, WebhookReceipt]) -> None:
    _, receipt = set_aside
    out = StringIO()
    call_command("process_receipts", f"--receipt={receipt.pk + 1}", stdout=out)
    assert "0 processed" in out.getvalue()
    assert WebhookReceipt.objects.get().state == "quarantined"


def test_what_still_fails_stays_and_says_where_without_the_text(
    set_aside: tuple[Business, WebhookReceipt], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "process_text", _broken)
    out = StringIO()
    with pytest.raises(CommandError, match="still fail"):
        call_command("process_receipts", stdout=out)
    assert "RuntimeError" in out.getvalue()
    assert "Biscuit" not in out.getvalue()
    assert WebhookReceipt.objects.get().state == "quarantined"
