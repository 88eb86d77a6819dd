"""What did not get in, as the owner sees it: what went wrong in words, and a button that takes it in, once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse
from django.utils.html import escape

from audit.models import Alert, AuditEvent
from messaging.inbound import process
from messaging.models import Message, RejectedRequest, WebhookReceipt
from snoutos.accounts.roles import Role
from tests.business import Business, stranger
from tests.desk.test_admin_forms import page, press
from tests.desk.test_model_pages import browser
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

LABEL = "messaging.webhookreceipt"


def _broken(*args: object, **kwargs: object) -> None:
    raise RuntimeError("Is Biscuit ok?")


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Taking in fails until this is undone."""
    with monkeypatch.context() as patch:
        patch.setattr(process, "process_text", _broken)
        yield patch


def set_aside(business: Business, body: str = "Is Biscuit ok?") -> WebhookReceipt:
    """A text that fails while `broken`, as it stands after eight tries."""
    business.post(business.inbound_params(body))
    receipt = WebhookReceipt.objects.latest("pk")
    WebhookReceipt.objects.filter(pk=receipt.pk).update(state="quarantined", tries=8, next_try_at=None)
    return WebhookReceipt.objects.get(pk=receipt.pk)


def where(name: str, receipt: Any = None) -> str:
    args = [receipt.pk] if receipt is not None else []
    return reverse(f"admin:messaging_webhookreceipt_{name}", args=args)


def test_the_page_says_what_went_wrong_and_folds_the_technical_part_away(
    business: Business, broken: Any
) -> None:
    receipt = set_aside(business)
    shown = browser(business.owner).get(where("change", receipt)).content.decode()
    assert "The problem is in SnoutOS, not in the text" in shown
    assert "Is Biscuit ok?" in shown
    assert "Process again" in shown
    assert shown.index("<details>") < shown.index("RuntimeError") < shown.index("</details>")


def test_it_is_taken_in_once_it_can_be_and_only_once(business: Business, broken: Any) -> None:
    receipt = set_aside(business)
    owner = browser(business.owner)
    refused = press(owner, LABEL, "again", receipt)
    assert escape("couldn't be processed this time either") in refused.content.decode()
    receipt.refresh_from_db()
    assert (receipt.state, receipt.tries) == ("quarantined", 9)
    broken.undo()
    assert press(owner, LABEL, "again", receipt).headers["HX-Redirect"] == where("change", receipt)
    message = Message.objects.get(body="Is Biscuit ok?")
    assert "no longer possible" in press(owner, LABEL, "again", receipt).content.decode()
    assert Message.objects.filter(body="Is Biscuit ok?").count() == 1
    shown = owner.get(where("change", receipt)).content.decode()
    assert "Processed" in shown
    assert page("messaging.message", "change", message) in shown


def test_every_replay_by_hand_is_in_the_trail_with_who_did_it(business: Business, broken: Any) -> None:
    receipt = set_aside(business)
    press(browser(business.owner), LABEL, "again", receipt)
    broken.undo()
    press(browser(business.owner), LABEL, "again", receipt)
    events = AuditEvent.objects.filter(verb="webhook.inbound.replayed")
    rows = list(events.values_list("actor_kind", "actor_id", "subject_id", "data"))
    assert rows == [("user", business.owner.pk, receipt.pk, {"state": "quarantined"})] * 2


def test_ticked_ones_are_taken_in_each_on_its_own(business: Business, broken: Any) -> None:
    receipts = [set_aside(business, body) for body in ("One", "Two")]
    broken.undo()
    params = business.inbound_params("Three", to=stranger())
    business.post(params)
    receipts.append(WebhookReceipt.objects.get(state="unrouted"))
    ticked = {"action": "again_all", "_selected_action": [str(one.pk) for one in receipts], "index": "0"}
    answer = browser(business.owner).post(where("changelist"), ticked, follow=True).content.decode()
    assert "Processed: 2." in answer
    assert escape("Its number still isn't one of yours") in answer
    assert sorted(Message.objects.exclude(body="").values_list("body", flat=True)) == ["One", "Two"]


@pytest.mark.parametrize(
    ("state", "failure", "said", "offered"),
    [
        ("failed", "RuntimeError", "SnoutOS will try again", True),
        ("quarantined", "RuntimeError", "Process it again.", True),
        ("unrouted", "", escape("isn't one of your numbers"), True),
        ("unactionable", "The text has no sender.", "The text has no sender.", False),
        ("unactionable", "", escape("a text SnoutOS doesn't know"), False),
        ("done", "", "Processed", False),
    ],
)
def test_each_state_is_told_and_offers_what_helps(
    state: str, failure: str, said: str, offered: bool, business: Business
) -> None:
    business.text("Hello")
    receipt = WebhookReceipt.objects.get()
    again = receipt.received_at if state == "failed" else None
    WebhookReceipt.objects.update(state=state, failure=failure, next_try_at=again)
    shown = browser(business.owner).get(where("change", receipt)).content.decode()
    assert said in shown
    assert ("Process again" in shown) == offered


@pytest.mark.parametrize(
    ("tab", "states"),
    [
        ("", {"failed", "quarantined", "unrouted"}),
        ("?show=aside", {"quarantined"}),
        ("?show=failed", {"failed"}),
        ("?show=unrouted", {"unrouted"}),
        ("?show=nothing", {"unactionable"}),
        ("?show=all", {"failed", "quarantined", "unrouted", "unactionable"}),
        ("?show=nonsense", {"failed", "quarantined", "unrouted"}),
    ],
)
def test_tabs(tab: str, states: set[str], business: Business) -> None:
    for number, state in enumerate(("done", "failed", "quarantined", "unrouted", "unactionable")):
        WebhookReceipt.objects.create(
            account=business.account,
            organization=business.organization,
            kind="status" if number % 2 else "inbound",
            dedupe_key=state,
            raw=b"From=%2B16195550100&Body=x&MessageStatus=sent",
            state=state,
            next_try_at=business.organization.created_at if state == "failed" else None,
        )
    answer = browser(business.owner).get(f"{where('changelist')}{tab}")
    assert {row.state for row in answer.context["cl"].queryset} == states
    assert answer.content.decode().count('aria-current="page"') >= 1


def test_a_request_that_is_no_form_is_shown_all_the_same(business: Business) -> None:
    business.text("Hello")
    WebhookReceipt.objects.update(state="unactionable", raw=b"\xff\xfe")
    receipt = WebhookReceipt.objects.get()
    for url in (where("change", receipt), f"{where('changelist')}?show=all"):
        assert browser(business.owner).get(url).status_code == 200


def test_texts_in_requests_are_for_owners_only(business: Business, broken: Any) -> None:
    receipt = set_aside(business)
    staff = UserFactory(organization=business.organization, role=Role.STAFF)
    operator = UserFactory(organization=None, role=Role.OPERATOR)
    for user, status in ((staff, 403), (operator, 302)):
        for url in (where("change", receipt), where("changelist"), where("again", receipt)):
            answer = browser(user).get(url)
            assert answer.status_code == status, (user.role, url)
            assert b"Biscuit" not in answer.content
        answer = press(browser(user), LABEL, "again", receipt)
        assert answer.status_code == status
    assert WebhookReceipt.objects.get(pk=receipt.pk).tries == 8


def test_the_alert_leads_to_the_receipt(business: Business, broken: Any) -> None:
    business.post(business.inbound_params("Is Biscuit ok?"))
    WebhookReceipt.objects.update(tries=7)
    receipt = WebhookReceipt.objects.get()
    press(browser(business.owner), LABEL, "again", receipt)
    alert = Alert.objects.get(kind="webhook.receipt_quarantined")
    shown = browser(business.owner).get(page("audit.alert", "change", alert)).content.decode()
    assert where("change", receipt) in shown


class TestRefused:
    def test_the_owner_learns_why_and_what_to_compare(self, business: Business) -> None:
        answer = business.post(business.inbound_params("Hello there"), token="wrong")
        assert answer.status_code == 403
        refused = RejectedRequest.objects.get()
        url = reverse("admin:messaging_rejectedrequest_change", args=[refused.pk])
        shown = browser(business.owner).get(url).content.decode()
        assert escape("Its signature doesn't match") in shown
        assert "http://testserver/webhooks/twilio/inbound" in shown
        assert shown.index("<details>") < shown.index("Body: Hello there") < shown.index("</details>")

    @pytest.mark.parametrize("reason", ["signature", "other_accounts_number", "something_new"])
    def test_every_reason_has_words(self, reason: str, business: Business) -> None:
        RejectedRequest.objects.create(
            account=business.account, organization=business.organization, reason=reason, path="/x", body=b"\xff", more=4
        )  # fmt: skip
        listed = browser(business.owner).get(reverse("admin:messaging_rejectedrequest_changelist"))
        assert f">{reason}<" not in listed.content.decode()
        assert ">5<" in listed.content.decode().replace(" ", "").replace("\n", "")

    def test_it_is_read_only(self, business: Business) -> None:
        refused = RejectedRequest.objects.create(
            account=business.account, organization=business.organization, reason="signature", path="/x", body=b""
        )  # fmt: skip
        url = reverse("admin:messaging_rejectedrequest_change", args=[refused.pk])
        assert browser(business.owner).post(url, {"reason": "x"}).status_code == 403
        assert RejectedRequest.objects.get().reason == "signature"
