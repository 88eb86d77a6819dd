"""Rows for tests, of one organization each. Phones are from ranges that nobody has."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import factory
from django.utils import timezone

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

PASSWORD = "correct horse battery"


class OrganizationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Organization

    name = factory.Sequence(lambda n: f"Business {n}")


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    organization = factory.SubFactory(OrganizationFactory)
    email = factory.Sequence(lambda n: f"user{n}@business.test")
    role = "owner"

    @factory.post_generation
    def password(self: Any, create: bool, extracted: str | None, **kwargs: Any) -> None:
        self.set_password(extracted or PASSWORD)
        if create:
            self.save()


class Tenant(factory.django.DjangoModelFactory):
    class Meta:
        abstract = True

    organization = factory.SubFactory(OrganizationFactory)


class ProviderAccountFactory(Tenant):
    class Meta:
        model = ProviderAccount

    sid = factory.Sequence(lambda n: f"AC{n:032x}")
    auth_token = factory.Sequence(lambda n: f"token-of-account-{n}")


class SitterFactory(Tenant):
    class Meta:
        model = Sitter

    name = factory.Sequence(lambda n: f"Sitter {n}")
    phone = factory.Sequence(lambda n: f"+1503555{n % 10000:04d}")


class ClientFactory(Tenant):
    class Meta:
        model = Client

    name = factory.Sequence(lambda n: f"Client {n}")


class ClientPhoneFactory(Tenant):
    class Meta:
        model = ClientPhone

    client = factory.SubFactory(ClientFactory, organization=factory.SelfAttribute("..organization"))
    e164 = factory.Sequence(lambda n: f"+1619555{n % 10000:04d}")


class MessageNumberFactory(Tenant):
    class Meta:
        model = MessageNumber

    account = factory.SubFactory(ProviderAccountFactory, organization=factory.SelfAttribute("..organization"))
    e164 = factory.Sequence(lambda n: f"+1628555{n % 10000:04d}")
    role = "front_desk"


class SendingLineFactory(Tenant):
    class Meta:
        model = SendingLine

    number = factory.SubFactory(MessageNumberFactory, organization=factory.SelfAttribute("..organization"))


class ThreadFactory(Tenant):
    class Meta:
        model = Thread

    client = factory.SubFactory(ClientFactory, organization=factory.SelfAttribute("..organization"))


class ParticipantFactory(Tenant):
    class Meta:
        model = Participant

    thread = factory.SubFactory(ThreadFactory, organization=factory.SelfAttribute("..organization"))
    number = factory.SubFactory(MessageNumberFactory, organization=factory.SelfAttribute("..organization"))
    e164 = factory.Sequence(lambda n: f"+1619556{n % 10000:04d}")
    role = "client"
    client = factory.LazyAttribute(lambda o: o.thread.client if o.role == "client" else None)


class WindowFactory(Tenant):
    class Meta:
        model = AssignmentWindow

    thread = factory.SubFactory(ThreadFactory, organization=factory.SelfAttribute("..organization"))
    sitter = factory.SubFactory(SitterFactory, organization=factory.SelfAttribute("..organization"))
    starts_at = factory.LazyFunction(lambda: timezone.now() - timedelta(hours=1))
    ends_at = factory.LazyFunction(lambda: timezone.now() + timedelta(hours=1))
