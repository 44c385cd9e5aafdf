"""The roles that an organisation has: the built-in ones and its own, under one kind of name."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.errors import InvalidInput
from organisations.actors import Actor
from organisations.models import CustomRole, Invitation, Membership, Organisation
from organisations.permissions import ROLE_LABELS, ROLE_PERMISSIONS, Permission, Role
from organisations.queries import custom_roles
from organisations.ranks import may_grant


@dataclass(frozen=True, slots=True)
class RoleChoice:
    """One role that people may have. A custom role stands over the built-in `member`."""

    role: Role
    custom: CustomRole | None = None

    @property
    def key(self) -> str:
        """What names it outside: a built-in role's name, or `role_…`."""
        return self.custom.public_id if self.custom else self.role.value

    @property
    def label(self) -> str | Promise:
        """Its name, as people read it."""
        return self.custom.name if self.custom else ROLE_LABELS[self.role]

    @property
    def permissions(self) -> frozenset[Permission]:
        """What it allows."""
        return self.custom.allowed if self.custom else ROLE_PERMISSIONS[self.role]


def role_of(row: Membership | Invitation) -> RoleChoice:
    """The role that a member has, or that an invitation offers."""
    return RoleChoice(Role(row.role), row.custom_role)


def role_choices(organisation: Organisation) -> list[RoleChoice]:
    """All roles of an organisation, its own after the built-in ones."""
    own = custom_roles(organisation).order_by("name")
    return [*map(RoleChoice, Role), *(RoleChoice(Role.MEMBER, custom) for custom in own)]


def grantable_roles(actor: Actor) -> list[RoleChoice]:
    """The roles that the actor may give."""
    return [choice for choice in role_choices(actor.organisation) if may_grant(actor, choice.permissions)]


def find_role(organisation: Organisation, key: str) -> RoleChoice:
    """The role of a name.

    Raises:
        InvalidInput: the organisation has none of this name.
    """
    if key in Role.__members__.values():
        return RoleChoice(Role(key))
    custom = custom_roles(organisation).filter(public_id=key).first()
    if custom is None:
        raise InvalidInput.on("role", "invalid_choice", _("Choose one of the roles."))
    return RoleChoice(Role.MEMBER, custom)
