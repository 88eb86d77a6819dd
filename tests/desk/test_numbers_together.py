"""Several numbers at once: the ticked ones lead to a page that says what happens to each and which are refused; then it is done."""

from __future__ import annotations

import html
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from messaging.models import MessageNumber
from messaging.models.phones import display
from messaging.phones import several
from snoutos.devtools.twilio_sim.testing import SimulatorClient
from tests.business import Business, open_business, stranger
from tests.factories import UserFactory
from tests.messaging.numbers.at_provider import knows
from tests.messaging.outbound.steps import owner_says
from tests.provider import _accounts_simulator, provider

__all__ = ["_accounts_simulator", "provider"]

LIST, PAGE = "admin:messaging_messagenumber_changelist", "admin:numbers_together"


def state(number: MessageNumber) -> tuple[str, str]:
    found = MessageNumber.objects.get(pk=number.pk)
    return found.role, found.state


def asked(deed: str, *numbers: MessageNumber, **typed: str) -> dict[str, Any]:
    return {"do": deed, "number": [str(one.public_id) for one in numbers], **typed}


def read(answer: Any) -> str:
    return " ".join(html.unescape(answer.content.decode()).split())


def tick(business: Business, choice: str, *numbers: MessageNumber) -> str:
    """Tick numbers in the list and run a choice; the page that follows."""
    form = {"action": choice, "_selected_action": [str(one.pk) for one in numbers]}
    return read(business.signed_in().post(reverse(LIST), form, follow=True))


def test_several_are_paused_with_one_reason(business: Business) -> None:
    other = business.add_number("pool")
    business.text("Hello", sender=stranger(), to=other.e164)
    shown = tick(business, "pause_together", business.front_desk, business.pool, other)
    assert "Add another front desk number" in shown, "who is refused, and why"
    assert f"{other}</strong>: 1 open conversation, 0 texts not sent yet" in shown
    assert state(business.pool) == ("pool", "active"), "nothing has changed yet"
    form = asked("pause", business.front_desk, business.pool, other, reason="Spam <calls>")
    done = read(business.signed_in().post(reverse(PAGE), form, follow=True))
    assert "Paused: 2." in done
    assert f"{display(business.front_desk.e164)}: " in done
    assert [state(one)[1] for one in (business.front_desk, business.pool, other)] == ["active", "quarantined", "quarantined"]  # fmt: skip
    assert MessageNumber.objects.get(pk=other.pk).state_reason == "Spam <calls>"


def test_texts_that_have_not_left_are_told_before(business: Business) -> None:
    business.add_number("front_desk")
    owner_says(business, "Not sent yet")
    shown = read(business.signed_in().get(reverse(PAGE), asked("pause", business.front_desk)))
    assert "1 text not sent yet" in shown


def test_of_two_front_desks_one_is_refused_before_and_after(business: Business) -> None:
    second = business.add_number("front_desk")
    shown = read(business.signed_in().get(reverse(PAGE), asked("pause", business.front_desk, second)))
    assert shown.count("Add another front desk number") == 1
    form = asked("pause", business.front_desk, second, reason="x")
    business.signed_in().post(reverse(PAGE), form)
    assert sorted(state(one)[1] for one in (business.front_desk, second)) == ["active", "quarantined"]


def test_a_pause_without_a_reason_pauses_none(business: Business) -> None:
    answer = business.signed_in().post(reverse(PAGE), asked("pause", business.pool, reason=" "))
    assert answer.status_code == 422
    assert "Say why" in read(answer)
    assert state(business.pool) == ("pool", "active")


def test_several_get_a_role(business: Business) -> None:
    other, paused = business.add_number("pool"), business.pause(business.add_number("pool"))
    desk = business.signed_in()
    assert "becomes Pool" not in tick(business, "roles_together", business.pool, other)
    shown = read(desk.get(reverse(PAGE), asked("role", business.pool, other, paused, role="front_desk")))
    assert shown.count("becomes Front desk") == 2
    assert "This number is paused" in shown
    form = asked("role", business.pool, other, paused, role="front_desk")
    assert "Role changed: 2." in read(desk.post(reverse(PAGE), form, follow=True))
    assert [state(one)[0] for one in (business.pool, other, paused)] == ["front_desk", "front_desk", "pool"]


def test_several_get_a_label(business: Business) -> None:
    gone = business.release(business.add_number("pool", label="Old"))
    MessageNumber.objects.filter(pk=business.pool.pk).update(label="Was so")
    shown = tick(business, "labels_together", business.pool, business.front_desk, gone)
    assert f"{business.pool}</strong> · Was so: gets another label" in shown
    assert f"{business.front_desk}</strong>: has no label yet" in shown
    assert "This number is released" in shown
    form = asked("label", business.pool, business.front_desk, gone, label=" North <side> ")
    assert "Label changed: 2." in read(business.signed_in().post(reverse(PAGE), form, follow=True))
    labels = dict(MessageNumber.objects.values_list("pk", "label"))
    assert [labels[one.pk] for one in (business.pool, business.front_desk, gone)] == ["North <side>", "North <side>", "Old"]  # fmt: skip
    assert business.verbs().count("settings.changed") == 2
    business.signed_in().post(reverse(PAGE), asked("label", business.pool, label=""))
    assert MessageNumber.objects.get(pk=business.pool.pk).label == ""


def test_a_label_that_is_too_long_changes_none(business: Business) -> None:
    answer = business.signed_in().post(reverse(PAGE), asked("label", business.pool, label="x" * 81))
    assert answer.status_code == 422
    assert "A label can have up to 80 characters." in read(answer)


def test_a_role_that_does_not_exist_changes_none(business: Business) -> None:
    answer = business.signed_in().post(reverse(PAGE), asked("role", business.pool, role="boss"))
    assert answer.status_code == 422
    assert state(business.pool)[0] == "pool"


def test_several_get_their_webhooks_and_one_that_is_gone_is_named(
    business: Business, provider: SimulatorClient
) -> None:
    knows(provider, business)
    provider.drop_number(business.pool.e164)
    assert tick(business, "webhooks_together", business.front_desk, business.pool).count("set again") == 2
    form = asked("webhooks", business.front_desk, business.pool)
    done = read(business.signed_in().post(reverse(PAGE), form, follow=True))
    assert "Webhooks set: 1." in done
    assert f"{display(business.pool.e164)}: Your provider account doesn't own this number." in done


@pytest.mark.parametrize("form", [{}, {"do": "odd"}, {"do": "pause"}, {"do": "pause", "number": "x"}])
def test_what_names_nothing_is_not_there(business: Business, form: dict[str, str]) -> None:
    assert business.signed_in().get(reverse(PAGE), form).status_code == 404
    assert business.signed_in().post(reverse(PAGE), form).status_code == 404


def test_another_business_numbers_are_passed_over_and_staff_do_not_see_it(business: Business) -> None:
    theirs = open_business("Paws").pool
    desk = business.signed_in()
    assert desk.post(reverse(PAGE), asked("pause", theirs, reason="x")).status_code == 404
    desk.post(reverse(PAGE), asked("pause", theirs, business.pool, reason="x"))
    assert (state(theirs)[1], state(business.pool)[1]) == ("active", "quarantined")
    staff = business.signed_in(UserFactory(organization=business.organization, role="staff"))
    assert staff.get(reverse(PAGE), asked("pause", business.pool)).status_code == 403
    assert "Pause…" not in read(staff.get(reverse(LIST)))


def test_no_more_than_fifty(business: Business, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(several, "AT_MOST", 1)
    assert "Choose up to 1 numbers." in tick(business, "pause_together", business.front_desk, business.pool)


def test_the_preview_costs_the_same_however_many_are_chosen(business: Business) -> None:
    desk = business.signed_in()

    def costs(*numbers: MessageNumber) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(reverse(PAGE), asked("pause", *numbers)).status_code == 200
        return len(queries)

    few = costs(business.pool)
    numbers = [business.add_number("pool") for _ in range(6)]
    assert costs(business.pool, *numbers) == few
