"""Who acts, for which organisation, with which rights."""

from dataclasses import dataclass, field

from accounts.models import User
from organisations.models import Organisation
from organisations.permissions import Permission, Role

# Under this key a session keeps which organisation the person switched to.
SESSION_KEY = "organisation_id"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody doing something in one organisation.

    Attributes:
        user: the person; None for an anonymous visitor, who acts in the platform's organisation.
        permissions: what the role allows, cut to the key's scopes where an API key is used.
        api_key_id: the key that was used, or None for a session.
    """

    user: User | None
    organisation: Organisation
    role: Role | None = None
    permissions: frozenset[Permission] = field(default_factory=frozenset)
    api_key_id: int | None = None
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
        """Whether nobody is signed in."""
        return self.user is None

    @property
    def user_id(self) -> int | None:
        """The person's key, if there is one."""
        return self.user.pk if self.user else None
