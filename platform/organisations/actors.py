"""Who acts, for which organisation, with which rights."""

from dataclasses import dataclass, field

import orjson

from accounts.models import User
from organisations.models import Organisation
from organisations.permissions import Permission, Role

# Under this key a session keeps which organisation the person switched to.
SESSION_KEY = "organisation_id"
# How policies name machines that act by themselves, among the roles.
SERVICE_ACCOUNT = "service_account"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody doing something in one organisation.

    Attributes:
        user: the person; None for an anonymous visitor, who acts in the platform's organisation.
        permissions: what the role allows, cut to the key's scopes where an API key is used.
        membership_id: their place in the organisation; None for visitors and service accounts.
        role_label: the role's name; a custom role's own.
        role_key: how policies name the role: a built-in one's name, a custom one's id, or `service_account`.
        api_key_id: the key that was used, or None for a session.
        service_account_id, service_account_name: the machine that acts, where no person does.
        assistants: public ids of the only assistants that the key may touch; empty for all.
        mfa_missing: the organisation asks for a second factor that the person does not have; there are no permissions.
        staff: who of the platform's staff acts as this person, by address; empty where nobody does.
    """

    user: User | None
    organisation: Organisation
    role: Role | None = None
    permissions: frozenset[Permission] = field(default_factory=frozenset)
    membership_id: int | None = None
    role_label: str = ""
    role_key: str = ""
    api_key_id: int | None = None
    service_account_id: int | None = None
    service_account_name: str = ""
    assistants: frozenset[str] = field(default_factory=frozenset)
    mfa_missing: bool = False
    staff: str = ""
    request_id: str = ""
    ip: str = ""

    def can(self, permission: Permission) -> bool:
        """Whether this permission is held."""
        return permission in self.permissions

    @property
    def caller(self) -> str:
        """Whose requests are counted together: a key's, a person's, or an address's."""
        if self.api_key_id:
            return f"key:{self.api_key_id}"
        return f"user:{self.user_id}" if self.user_id else f"ip:{self.ip}"

    @property
    def is_anonymous(self) -> bool:
        """Whether nobody is signed in: neither a person nor a machine."""
        return self.user is None and self.service_account_id is None

    @property
    def is_guest(self) -> bool:
        """Whether they see nothing of the organisation but what is shared with them or their groups."""
        return self.role_key == Role.GUEST

    @property
    def label(self) -> str:
        """Who this is, for logs."""
        if self.user is not None:
            return self.user.email
        return self.service_account_name or self.staff or "anonymous"

    @property
    def authorship(self) -> str:
        """Who this is, for the history of rows: ids only, as JSON."""
        known = {
            "user": self.user_id,
            "service_account": self.service_account_id,
            "api_key": self.api_key_id,
            "staff": bool(self.staff),
            "request": self.request_id,
        }
        return orjson.dumps({name: value for name, value in known.items() if value}).decode()

    @property
    def user_id(self) -> int | None:
        """The person's key, if there is one."""
        return self.user.pk if self.user else None
