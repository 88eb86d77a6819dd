"""One truth of who is on duty: the rule, the queryset and every face say the same, over random businesses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from audit.record import Actor, recording
from messaging.models import AssignmentWindow, OptOut, Participant, RoutingOverride, Sitter, Thread
from messaging.people import participants
from routing import access, decisions, duty, engine, rulesets, standing
from snoutos.accounts import api_keys
from snoutos.accounts.models import ApiKey
from tests.business import Business, open_business
from tests.factories import (
    ClientFactory,
    MessageNumberFactory,
    ParticipantFactory,
    SitterFactory,
    ThreadFactory,
    UserFactory,
    WindowFactory,
)
from tests.searching import searched

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Planned:
    """A window or override of one sitter in one thread, in half hours from now. `sitter` None sends to the owner."""

    sitter: int | None
    begins: int
    lasts: int
    is_canceled: bool


@dataclass(frozen=True)
class Case:
    """One conversation: what it is, who is at the other end, what is planned."""

    kind: str
    state: str
    role: str
    is_blocked: bool
    has_left: bool
    window: Planned | None
    override: Planned | None


def planned(sitters: st.SearchStrategy[int | None]) -> st.SearchStrategy[Planned | None]:
    return st.none() | st.builds(
        Planned,
        sitter=sitters,
        begins=st.integers(-3, 2),
        lasts=st.integers(1, 4),
        is_canceled=st.booleans(),
    )


mostly_care = st.sampled_from(["care", "care", "care", "staff"])
cases = st.builds(
    Case,
    kind=mostly_care,
    state=st.sampled_from(["open", "open", "closed"]),
    role=st.sampled_from(["client", "client", "unknown"]),
    is_blocked=st.sampled_from([False, False, True]),
    has_left=st.sampled_from([False, False, True]),
    window=planned(st.integers(0, 2)),
    override=planned(st.none() | st.integers(0, 2)),
)


def build(business: Business, case: Case, sitters: list[Sitter], at: datetime) -> Thread:
    client = ClientFactory(organization=business.organization)
    is_staff = case.kind == "staff"
    thread = ThreadFactory(
        organization=business.organization,
        kind=case.kind,
        state=case.state,
        client=None if case.role == "unknown" or is_staff else client,
    )
    role = "sitter" if is_staff else case.role
    ParticipantFactory(
        organization=business.organization,
        thread=thread,
        number=business.front_desk,
        role=role,
        sitter=sitters[0] if is_staff else None,
        client=client if role == "client" else None,
        is_blocked=case.is_blocked,
        joined_at=at - 9 * HOUR,
        left_at=at - HOUR if case.has_left else None,
    )
    models: list[tuple[Any, Planned | None]] = [
        (AssignmentWindow, case.window),
        (RoutingOverride, case.override),
    ]
    for model, plan in models:
        if plan is None:
            continue
        starts_at = at + plan.begins * HOUR / 2
        more: dict[str, object] = {}
        if model is RoutingOverride:
            more = {"reason": "r", "target": "owner_inbox" if plan.sitter is None else "sitter"}
        model.objects.create(
            organization=business.organization,
            thread=thread,
            sitter=sitters[plan.sitter] if plan.sitter is not None else None,
            starts_at=starts_at,
            ends_at=starts_at + plan.lasts * HOUR / 2,
            canceled_at=at if plan.is_canceled else None,
            **more,
        )
    return thread


@searched(25)
@given(st.lists(cases, min_size=1, max_size=5), st.lists(st.booleans(), min_size=3, max_size=3))
def test_the_rule_the_queryset_and_every_face_name_the_same_sitter(
    drawn: list[Case], active: list[bool]
) -> None:
    business, at = open_business(), timezone.now()
    users = [UserFactory(organization=business.organization, role="sitter") for _ in active]
    sitters = [
        SitterFactory(organization=business.organization, user=user, phone="", is_active=is_active)
        for user, is_active in zip(users, active, strict=True)
    ]
    threads = [build(business, case, sitters, at) for case in drawn]
    asked = duty.on_duty(Thread.objects.of(business.organization), at)
    by_queryset = dict(asked.values_list("pk", "duty_sitter_id"))
    until = dict(asked.values_list("pk", "duty_until"))
    standings = standing.of_all(threads, at)
    for thread in threads:
        named = by_queryset.get(thread.pk)
        assert standings[thread.pk].sitter_id == named
        assert standings[thread.pk].duty.until == until.get(thread.pk)
        assert standings[thread.pk].receives.sitter_id in (None, named)
        party = Participant.objects.filter(
            thread=thread, left_at=None, role__in=["client", "unknown"]
        ).first()
        if party is not None and thread.kind != "staff":
            assert decisions.on_duty(thread, party, at).sitter_id == named
        for user, sitter in zip(users, sitters, strict=True):
            may_read = access.threads(user, at).filter(pk=thread.pk).exists()
            assert may_read == (named == sitter.pk)


def test_two_queries_whatever_the_number_of_conversations(
    django_assert_num_queries: object,
) -> None:
    business = open_business()
    threads = [business.thread()] + [
        build(
            business,
            Case("care", "open", "client", False, False, None, None),
            [business.sitter],
            timezone.now(),
        )
        for _ in range(5)
    ]
    business.window(threads[0])
    with django_assert_num_queries(2):  # type: ignore[operator]
        standing.of_all(threads, timezone.now())


def test_a_sitter_who_is_switched_off_is_nowhere_on_duty() -> None:
    business = open_business()
    thread = business.thread()
    business.window(thread)
    at = timezone.now()
    assert standing.of(thread, at).sitter_name == "Ana"
    Sitter.objects.filter(pk=business.sitter.pk).update(is_active=False)
    assert standing.of(thread, at).sitter_id is None
    assert not duty.on_duty(Thread.objects.all(), at).exists()
    assert standing.of(thread, at).receives.reason == "window_sitter_inactive"


def test_an_unknown_senders_window_shows_nobody_their_texts() -> None:
    business = open_business()
    thread = business.text("I am a stranger", sender="+19175550101").thread
    business.window(thread)
    assert not access.threads(business.sitter_user, timezone.now()).exists()
    assert not access.messages(business.sitter_user, timezone.now()).exists()


class TestReachable:
    """A phone that is not opted out and a line to it, or the sitter page used within a day."""

    def receives(self, business: Business) -> str:
        return standing.of(business.thread(), timezone.now()).receives.reason

    def test_an_opted_out_phone_is_not(self) -> None:
        business = open_business()
        business.window(business.thread())
        assert self.receives(business) == "window_in_force"
        OptOut.objects.create(
            organization=business.organization,
            e164=business.sitter.phone,
            changed_at=timezone.now(),
            source="text",
        )
        found = standing.of(business.thread(), timezone.now())
        assert (found.receives.reason, found.receives.params["phone"]) == ("sitter_unreachable", "opted_out")
        assert found.sitter_name == "Ana"
        assert found.differs
        said = found.why_owner(business.organization.zone, timezone.now())
        assert said == "they can't be reached (their phone texted STOP)"

    def test_without_a_phone_only_who_uses_the_app(self) -> None:
        business = open_business()
        Sitter.objects.filter(pk=business.sitter.pk).update(phone="")
        business.window(business.thread())
        assert self.receives(business) == "sitter_unreachable"
        issued = api_keys.issue(business.sitter_user, name="phone", scopes=["read"])
        assert self.receives(business) == "sitter_unreachable"
        api_keys.find(issued.secret, timezone.now())
        assert self.receives(business) == "window_in_force"
        ApiKey.objects.filter(pk=issued.key.pk).update(last_used_at=timezone.now() - timedelta(hours=24))
        assert self.receives(business) == "sitter_unreachable"

    def test_a_revoked_key_reaches_nobody(self) -> None:
        business = open_business()
        Sitter.objects.filter(pk=business.sitter.pk).update(phone="")
        business.window(business.thread())
        mine = ApiKey.objects.filter(
            pk=api_keys.issue(business.sitter_user, name="phone", scopes=["read"]).key.pk
        )
        mine.update(last_used_at=timezone.now())
        assert self.receives(business) == "window_in_force"
        mine.update(revoked_at=timezone.now())
        assert self.receives(business) == "sitter_unreachable"

    def test_the_fact_and_the_opening_of_a_line_agree(self) -> None:
        """As many conversations at once as there are numbers can be reached; the next one cannot, until a number is added."""
        business = open_business()
        at = timezone.now()
        for expected in (True, True, False):
            thread = build(
                business, Case("care", "open", "client", False, False, None, None), [business.sitter], at
            )
            WindowFactory(organization=business.organization, thread=thread, sitter=business.sitter)
            assert (standing.of(thread, at).receives.target == "sitter") == expected
            with recording(actor=Actor.system(), at=at):
                line = participants.sitter_participant(thread, business.sitter, at)
            assert (line is not None) == expected
        assert standing.of(thread, at).receives.params["phone"] == "no_line"
        MessageNumberFactory(organization=business.organization, account=business.account, role="pool")
        assert standing.of(thread, at).receives.target == "sitter"


def test_the_present_rules_are_the_newest_ruleset() -> None:
    assert rulesets.NAMES[-1] == engine.RULESET
