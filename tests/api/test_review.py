"""Reviewing by API: the same verbs, and nothing of it for sitters."""

from __future__ import annotations

from typing import Any

import pytest

from messaging.models import Delivery, Message
from policy.models import AllowedContact
from tests.api.factories import client_of
from tests.api.routes import ROUTES
from tests.business import Business, open_business
from tests.messaging.review.held import LEAK, NUMBER, hold

pytestmark = pytest.mark.django_db


def post(business: Business, path: str, body: dict[str, Any], key: str = "k1") -> Any:
    http = client_of(business.owner, "review")
    return http.post(f"/api/v1/review/{path}", body, format="json", HTTP_IDEMPOTENCY_KEY=key)


def test_allowing_a_number_sends_the_text_once(business: Business) -> None:
    message = hold(business)
    body = {"kind": "phone", "value": "(212) 555-0147"}
    first = post(business, f"{message.public_id}/allow/", body)
    assert first.status_code == 200, first.content
    answer = first.json()
    assert (answer["kind"], answer["value"], answer["refused"]) == ("phone", NUMBER, None)
    assert (answer["message"]["id"], answer["message"]["state"]) == (str(message.public_id), "accepted")
    assert post(business, f"{message.public_id}/allow/", body).json() == answer
    assert Delivery.objects.get(message=message).body == LEAK
    assert AllowedContact.objects.get().added_by == business.owner


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"kind": "domain", "value": "gmail.com"}, "not_allowable"),
        ({"kind": "phone", "value": "12"}, "not_allowable"),
        ({"kind": "color", "value": "red"}, "invalid"),
        ({"kind": "phone"}, "invalid"),
    ],
)
def test_what_cannot_be_allowed_is_a_problem(business: Business, body: dict[str, str], code: str) -> None:
    answer = post(business, f"{hold(business).public_id}/allow/", body)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert not AllowedContact.objects.exists()


def test_several_are_approved_together_and_again_nothing_happens(business: Business) -> None:
    texts = [hold(business), hold(business, "or 212 555 0148")]
    ids = [str(text.public_id) for text in texts]
    answer = post(business, "approve-together/", {"messages": ids})
    assert (answer.status_code, answer.json()) == (200, {"approved": ids, "left": []})
    again = post(business, "approve-together/", {"messages": ids}, key="k2").json()
    assert again["approved"] == []
    assert [left["code"] for left in again["left"]] == ["already_reviewed"] * 2
    assert Delivery.objects.filter(message__in=texts).count() == 2


def test_texts_that_are_not_alike_are_refused(business: Business) -> None:
    ids = [str(hold(business).public_id), str(hold(business, "mail ana.pets@gmail.com").public_id)]
    answer = post(business, "approve-together/", {"messages": ids})
    assert (answer.status_code, answer.json()["code"]) == (422, "not_alike")
    assert not Delivery.objects.exists()


def test_another_business_texts_do_not_exist(business: Business) -> None:
    theirs = hold(open_business("Other"))
    answer = post(business, "approve-together/", {"messages": [str(theirs.public_id)]})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    answer = post(business, f"{theirs.public_id}/allow/", {"kind": "phone", "value": NUMBER})
    assert answer.status_code == 404
    assert Message.objects.get(pk=theirs.pk).state == "held"


def test_no_address_gives_a_sitter_the_text_or_what_was_found(business: Business) -> None:
    """Own held texts and the client's, by every address of the API, and by the desk."""
    secrets = ("555 0147", "555 0199", "0147", "0199")
    held = hold(business)
    told = business.text("My other phone is 212 555 0199")
    violations = [held.violations.get(), told.violations.get()]
    http = client_of(business.sitter_user)
    readable = 0
    for route in (one for one in ROUTES if one.method == "get"):
        rows = {Message: held.public_id, type(violations[0]): violations[0].public_id}
        row = rows.get(getattr(route.view, "model", None), held.thread.public_id)
        path = route.pattern.replace("<uuid:thread>", str(held.thread.public_id))
        answer = http.get("/api/v1/" + path.replace("<uuid:public_id>", str(row)))
        readable += answer.status_code == 200
        said = answer.content.decode()
        assert not [word for word in (*secrets, '"findings"', '"start"', '"original_body"') if word in said]
    # What is theirs: themselves, their conversations and texts, their visits and their browsers.
    assert readable == 5
    business.browser.force_login(business.sitter_user, backend="django.contrib.auth.backends.ModelBackend")
    for page in (
        "",
        "inbox/",
        "review/",
        f"review/{held.public_id}/",
        f"conversations/{held.thread.public_id}/",
        "policy/violation/",
        f"policy/violation/{violations[0].public_id}/change/",
    ):
        shown = business.browser.get(f"/admin/{page}")
        assert shown.status_code in (302, 403, 404), page
        assert not [word for word in secrets if word in shown.content.decode()]
