"""Who may do what: a property of the verb, declared once beside each app's verbs and asked by every face.

An app's `permissions` module declares its verbs. Endpoints of the API, pages and buttons of the desk, the menu and its search
name the declared permission and keep no rule of their own; a verb that is the owner's alone asks it once more itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from snoutos.accounts.models import User
from snoutos.accounts.roles import Role
from snoutos.core.problems import Problem

OWNERS = (Role.OWNER,)
OFFICE = (Role.OWNER, Role.STAFF)
OFFICE_AND_SYSTEMS = (*OFFICE, Role.INTEGRATION)
WHO_MAY_SIT = (*OFFICE, Role.SITTER)
EVERYBODY = (*OFFICE_AND_SYSTEMS, Role.SITTER)


class NotAllowed(Problem):
    sentence = "You don't have permission to do this."
    code = "not_allowed"
    status = 403


@dataclass(frozen=True, slots=True)
class Permission:
    """Who may use the verb `name`, and where.

    `scope` is what an API key needs beyond its user's role; without one the API does not offer the verb. `desk` says whether the
    desk offers it. `lent_by` names the switch of the organization by which its owner lends an owner's verb to the staff.
    """

    name: str
    roles: frozenset[str]
    desk: bool
    scope: str = ""
    lent_by: str = ""

    @property
    def api(self) -> bool:
        """Whether the API offers it."""
        return bool(self.scope)

    def allows(self, user: object) -> bool:
        """Whether `user` may; never for nobody, for who was switched off, or without an organization."""
        if not isinstance(user, User) or not user.is_active or user.organization is None:
            return False
        if user.role in self.roles:
            return True
        lent = bool(self.lent_by) and getattr(user.organization, self.lent_by)
        return lent and user.role == Role.STAFF

    def require(self, by: User | None) -> None:
        """Raise NotAllowed unless `by` may. Nobody is the installation itself, at work for its operator."""
        if by is not None and not self.allows(by):
            raise NotAllowed


_DECLARED: dict[str, Permission] = {}


def declare(
    name: str, roles: Iterable[str], *, scope: str = "", desk: bool = True, lent_by: str = ""
) -> Permission:
    """The permission of the verb `name`. Declared once: the same name again is a fault in the program."""
    if name in _DECLARED:
        raise ValueError(f"{name} is declared already.")
    permission = Permission(name=name, roles=frozenset(roles), desk=desk, scope=scope, lent_by=lent_by)
    _DECLARED[name] = permission
    return permission


def declared() -> tuple[Permission, ...]:
    """Every permission of the installation, by name."""
    return tuple(_DECLARED[name] for name in sorted(_DECLARED))


# The business itself.
CHANGE_SETTINGS = declare("settings.change", OWNERS)
MANAGE_MEMBERS = declare("members.manage", OWNERS)
MANAGE_API_KEYS = declare("api_keys.manage", OWNERS)
# The API issues no keys: a key that leaked could make itself last.
MANAGE_OWN_KEYS = declare("own_keys.manage", OFFICE)
SEE_ONESELF = declare("oneself.see", EVERYBODY, scope="read", desk=False)
