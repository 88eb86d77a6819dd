"""Rows for tests, of one organization each. Phones are from ranges that nobody has."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Generic, TypeVar

from django.db.models import Model
from django.utils import timezone
from factory import LazyAttribute, LazyFunction, SelfAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory, Password

from messaging.models import (
    AssignmentWindow,
    Client,
    ClientPhone,
    MessageNumber,
    Participant,
    ProviderAccount,
    SendingLine,
    Sitter,
    Thread,
)
from snoutos.accounts.models import Organization, User
from tests.signing_in import PASSWORD as PASSWORD

Row = TypeVar("Row", bound=Model)


def _makes(factory: type[DjangoModelFactory[Row]]) -> Callable[..., Row]:
    """A function that makes one row; its arguments are columns. To a type checker a factory alone makes factories."""
    made: Callable[..., Row] = factory.create
    return made


def _same_organization(factory: type[DjangoModelFactory[Row]]) -> Any:
    return SubFactory(factory, organization=SelfAttribute("..organization"))


class _Organization(DjangoModelFactory[Organization]):
    class Meta:
        model = Organization

    name = Sequence(lambda n: f"Business {n}")


class _User(DjangoModelFactory[User]):
    class Meta:
        model = User

    organization = SubFactory(_Organization)
    email = Sequence(lambda n: f"user{n}@business.test")
    role = "owner"
    password = Password(PASSWORD)


class _Tenant(DjangoModelFactory[Row], Generic[Row]):
    class Meta:
        abstract = True

    organization = SubFactory(_Organization)


class _ProviderAccount(_Tenant[ProviderAccount]):
    class Meta:
        model = ProviderAccount

    sid = Sequence(lambda n: f"AC{n:032x}")
    auth_token = Sequence(lambda n: f"token-of-account-{n}")


class _Sitter(_Tenant[Sitter]):
    class Meta:
        model = Sitter

    name = Sequence(lambda n: f"Sitter {n}")
    phone = Sequence(lambda n: f"+1503555{n % 10000:04d}")


class _Client(_Tenant[Client]):
    class Meta:
        model = Client

    name = Sequence(lambda n: f"Client {n}")


class _ClientPhone(_Tenant[ClientPhone]):
    class Meta:
        model = ClientPhone

    client = _same_organization(_Client)
    e164 = Sequence(lambda n: f"+1619555{n % 10000:04d}")


class _MessageNumber(_Tenant[MessageNumber]):
    class Meta:
        model = MessageNumber

    account = _same_organization(_ProviderAccount)
    e164 = Sequence(lambda n: f"+1628555{n % 10000:04d}")
    role = "front_desk"


class _SendingLine(_Tenant[SendingLine]):
    class Meta:
        model = SendingLine

    number = _same_organization(_MessageNumber)


class _Thread(_Tenant[Thread]):
    class Meta:
        model = Thread

    client = _same_organization(_Client)


class _Participant(_Tenant[Participant]):
    class Meta:
        model = Participant

    thread = _same_organization(_Thread)
    number = _same_organization(_MessageNumber)
    e164 = Sequence(lambda n: f"+1619556{n % 10000:04d}")
    role = "client"
    client = LazyAttribute(lambda o: o.thread.client if o.role == "client" else None)


class _Window(_Tenant[AssignmentWindow]):
    class Meta:
        model = AssignmentWindow

    thread = _same_organization(_Thread)
    sitter = _same_organization(_Sitter)
    starts_at = LazyFunction(lambda: timezone.now() - timedelta(hours=1))
    ends_at = LazyFunction(lambda: timezone.now() + timedelta(hours=1))


OrganizationFactory = _makes(_Organization)
UserFactory = _makes(_User)
ProviderAccountFactory = _makes(_ProviderAccount)
SitterFactory = _makes(_Sitter)
ClientFactory = _makes(_Client)
ClientPhoneFactory = _makes(_ClientPhone)
MessageNumberFactory = _makes(_MessageNumber)
SendingLineFactory = _makes(_SendingLine)
ThreadFactory = _makes(_Thread)
ParticipantFactory = _makes(_Participant)
WindowFactory = _makes(_Window)
