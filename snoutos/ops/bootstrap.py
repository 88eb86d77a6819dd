"""Setting up a business without clicking: for operators, scripts and tests. Doing it again changes only what differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction

from audit.record import Actor, recording
from messaging.models import Client, ClientPhone, MessageNumber, ProviderAccount, Sitter
from messaging.models.numbers import NumberRole, NumberState
from messaging.models.phones import parse_e164
from messaging.numbers import accounts, owned
from messaging.numbers import lifecycle as numbers
from messaging.numbers.accounts import Proven
from messaging.numbers.owned import Prepared
from messaging.people import clients, sitters
from messaging.phones.sitters import change_phone
from messaging.providers.accounts import credentials_of
from messaging.providers.base import Credentials
from snoutos.access import events, links
from snoutos.accounts import api_keys
from snoutos.accounts.models import ApiKey, Organization, PasswordLink, User
from snoutos.accounts.names import fold
from snoutos.accounts.roles import Role
from snoutos.core.problems import Problem

KEY_NAME = "bootstrap"


class BadSpec(Exception):  # noqa: N818
    """The description of the business cannot be used; `str()` says what to fix."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """A business to set up. Phones may be written as people write them; they are stored as E.164."""

    organization: Mapping[str, Any]
    owner: Mapping[str, Any]
    account: Mapping[str, Any] = field(default_factory=dict, repr=False)
    numbers: Sequence[Mapping[str, Any]] = ()
    sitters: Sequence[Mapping[str, Any]] = ()
    clients: Sequence[Mapping[str, Any]] = ()
    new_key: bool = False
    new_link: bool = False

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Spec:
        """Read a description. Raises BadSpec for an unknown or a missing part."""
        unknown = set(data) - set(cls.__dataclass_fields__)
        if unknown:
            raise BadSpec(f"Unknown part: {', '.join(sorted(unknown))}.")
        missing = {"organization", "owner"} - set(data)
        if missing:
            raise BadSpec(f"Missing part: {', '.join(sorted(missing))}.")
        return cls(**data)


def set_up(spec: Spec, *, at: datetime) -> dict[str, Any]:
    """Create or update the business of `spec`, all or nothing, and return what an operator needs to know.

    The provider is asked first, outside the transaction: about an account that is new or has other credentials than are saved, and about
    numbers that are not in use yet, whose texts it is told to send here.

    The link by which an owner without a password chooses one, and a new API key, are in the answer, this once. Raises BadSpec with
    a sentence.
    """
    try:
        proven = _proven(spec.organization, spec.account, at) if spec.account else None
        prepared = _prepared(spec, proven, at)
        with transaction.atomic():
            return _set_up(spec, proven, prepared, at)
    except ValidationError as error:
        raise BadSpec(" ".join(error.messages)) from error
    except Problem as error:
        raise BadSpec(error.sentence) from error


def _set_up(
    spec: Spec, proven: Proven | None, prepared: Mapping[str, Prepared], at: datetime
) -> dict[str, Any]:
    organization = _organization(spec.organization)
    owner = _owner(organization, spec.owner)
    link = _link(owner, new=spec.new_link, at=at)
    key = _key(owner, new=spec.new_key)
    account = _account(organization, spec.account, proven, at) if spec.account else None
    sitters = {row["name"]: _sitter(organization, row, owner, at) for row in spec.sitters}
    for row in spec.clients:
        _client(organization, row, owner, at)
    if spec.numbers and account is None:
        account = ProviderAccount.objects.of(organization).order_by("pk").first()
        if account is None:
            raise BadSpec("Numbers need an account: give its SID and auth token.")
    made = [_number(account, row, sitters, prepared, owner, at) for row in spec.numbers] if account else []
    return {
        "organization": {"id": str(organization.public_id), "name": organization.name},
        "owner": {"email": owner.email, "link": link, "api_key": key},
        "account": {"sid": account.sid} if account else None,
        "numbers": [{"id": str(n.public_id), "e164": n.e164, "role": n.role, "state": n.state} for n in made],
        "webhooks": {"inbound": f"{settings.PUBLIC_BASE_URL}/webhooks/twilio/inbound"},
        "desk": f"{settings.PUBLIC_BASE_URL}/admin/",
    }


def _organization(row: Mapping[str, Any]) -> Organization:
    name = _needed(row, "name", "organization")
    organization = Organization.objects.filter(name=name).first() or Organization(name=name)
    for column in ("timezone", "pool_auto_reply", "own_domains"):
        if column in row:
            setattr(organization, column, row[column])
    organization.full_clean()
    organization.save()
    return organization


def _owner(organization: Organization, row: Mapping[str, Any]) -> User:
    email = fold(_needed(row, "email", "owner"))
    owner = User.objects.filter(email=email).first()
    if owner is None:
        return User.objects.create_user(
            email, row.get("password"), role=Role.OWNER, organization=organization, name=row.get("name", "")
        )
    if owner.organization_id != organization.pk:
        raise BadSpec("This owner's e-mail address belongs to another business.")
    if row.get("password"):
        owner.set_password(row["password"])
        with recording(actor=Actor.system()) as trail:
            changed = events.auth_password_changed(organization_id=organization.pk, user_id=owner.pk)
            trail.record(changed)
    owner.name = row.get("name", owner.name)
    owner.save()
    return owner


def _link(owner: User, *, new: bool, at: datetime) -> str | None:
    """Where an owner chooses a password; None when they have one, or a link that is still good and no new one is asked for."""
    waiting = PasswordLink.objects.filter(user=owner, used_at=None, revoked_at=None, expires_at__gt=at)
    if not links.can_be_invited(owner) or (waiting.exists() and not new):
        return None
    with recording(actor=Actor.system(), at=at):
        return links.first_owner(owner, at)


def _key(owner: User, *, new: bool) -> str | None:
    mine = ApiKey.objects.filter(user=owner, name=KEY_NAME, revoked_at__isnull=True)
    if mine.exists() and not new:
        return None
    issued = api_keys.issue(owner, name=KEY_NAME, scopes=list(api_keys.Scope.values))
    with recording(actor=Actor.system()) as trail:
        trail.record(
            events.api_key_issued(
                organization_id=issued.key.organization_id, key_id=issued.key.pk, user_id=owner.pk
            )
        )
    return issued.secret


def _proven(business: Mapping[str, Any], row: Mapping[str, Any], at: datetime) -> Proven | None:
    """What the provider says of the credentials of `row`; None when they are saved already."""
    sid = _needed(row, "sid", "account")
    saved = ProviderAccount.objects.select_related("organization").filter(sid=sid).first()
    if saved is not None and saved.organization.name != business.get("name"):
        raise BadSpec("This account is connected to another business.")
    if saved is None:
        _needed(row, "auth_token", "account")
    before = {name: getattr(saved, name) if saved else "" for name in accounts.SECRETS}
    wanted = {name: row.get(name) or value for name, value in before.items()}
    if saved is not None and wanted == before:
        return None
    return accounts.prove(Credentials(account_sid=sid, **wanted), at=at)


def _account(
    organization: Organization, row: Mapping[str, Any], proven: Proven | None, at: datetime
) -> ProviderAccount:
    saved: ProviderAccount | None = ProviderAccount.objects.filter(sid=row["sid"]).first()
    if saved is not None and saved.organization_id != organization.pk:
        raise BadSpec("This account is connected to another business.")
    if saved is not None:
        return accounts.change(saved, proven=proven, label=row.get("label"), by=None, at=at)
    if proven is None:
        raise BadSpec("The account was disconnected a moment ago. Try again.")
    return accounts.connect(proven, organization=organization, label=row.get("label", ""), by=None)


def _prepared(spec: Spec, proven: Proven | None, at: datetime) -> dict[str, Prepared]:
    """The numbers of `spec` that are not in use yet, prepared at the provider, by E.164."""
    saved = ProviderAccount.objects.filter(organization__name=spec.organization.get("name")).order_by("pk")
    if spec.account:
        saved = saved.filter(sid=spec.account["sid"])
    account = saved.first()
    credentials = proven.credentials if proven is not None else account and credentials_of(account)
    if credentials is None:
        return {}
    wanted = [parse_e164(_needed(row, "e164", "number")) for row in spec.numbers]
    in_use = MessageNumber.objects.exclude(state=NumberState.RETIRED).filter(e164__in=wanted)
    new = [e164 for e164 in wanted if e164 not in set(in_use.values_list("e164", flat=True))]
    return {e164: owned.prepare(credentials, e164, at=at) for e164 in new}


def _sitter(organization: Organization, row: Mapping[str, Any], owner: User, at: datetime) -> Sitter:
    name = _needed(row, "name", "sitter")
    phone = parse_e164(row["phone"]) if row.get("phone") else ""
    found = Sitter.objects.of(organization).filter(name=name).first()
    if found is None:
        found = sitters.create_sitter(organization=organization, name=name, phone=phone, by=owner, at=at)
    elif phone:
        found = change_phone(found, new=phone, by=owner, at=at)
    if row.get("email") and found.user_id is None:
        found.user = User.objects.create_user(
            row["email"], row.get("password"), role=Role.SITTER, organization=organization, name=name
        )
        found.save(update_fields=["user"])
    return found


def _client(organization: Organization, row: Mapping[str, Any], owner: User, at: datetime) -> Client:
    name = _needed(row, "name", "client")
    phones = [parse_e164(phone) for phone in row.get("phones", [])]
    known = ClientPhone.objects.select_related("client").of(organization).filter(e164__in=phones).first()
    if known is not None:
        client: Client = known.client
        for phone in set(phones) - set(client.phones.values_list("e164", flat=True)):
            clients.add_phone(client, phone, by=owner, at=at)
        return client
    return clients.create_client(
        organization=organization, name=name, phones=phones, pets=row.get("pets", ""), by=owner, at=at
    )


def _number(
    account: ProviderAccount,
    row: Mapping[str, Any],
    sitters: Mapping[str, Sitter],
    prepared: Mapping[str, Prepared],
    owner: User,
    at: datetime,
) -> MessageNumber:
    e164 = parse_e164(_needed(row, "e164", "number"))
    role = row.get("role", NumberRole.FRONT_DESK)
    if role not in NumberRole.values:
        raise BadSpec(f"Unknown role: {role}. Known: {', '.join(NumberRole.values)}.")
    sitter = _named(row.get("sitter"), account, sitters)
    found: MessageNumber | None = (
        MessageNumber.objects.filter(e164=e164).exclude(state=NumberState.RETIRED).first()
    )
    if found is None:
        return owned.add(
            prepared[e164],
            account=account,
            role=role,
            label=row.get("label", ""),
            sitter=sitter,
            by=owner,
            at=at,
        )
    if found.account_id != account.pk:
        raise BadSpec("A number is in use on another account.")
    # A paused one stays what it is: what it may be afterwards is the cooldown's to say.
    if found.state == NumberState.ACTIVE and (found.role, found.sitter_id) != (
        role,
        sitter.pk if sitter else None,
    ):
        return numbers.set_role(found, role=role, sitter=sitter, by=owner, at=at)
    return found


def _named(name: str | None, account: ProviderAccount, sitters: Mapping[str, Sitter]) -> Sitter | None:
    if not name:
        return None
    found = sitters.get(name) or Sitter.objects.of(account.organization_id).filter(name=name).first()
    if found is None:
        raise BadSpec("A number names a sitter who doesn't exist.")
    return found


def _needed(row: Mapping[str, Any], key: str, part: str) -> str:
    value = row.get(key)
    if not value or not isinstance(value, str):
        raise BadSpec(f"The {part} needs: {key}.")
    return value
