"""The errors people may see.

DomainError
├── InvalidInput          400  one or more fields are wrong
├── NotAuthenticated      401  nobody is signed in
├── PermissionDenied      403  somebody is, but may not
├── NotFound              404  missing, or another organisation's: both answer alike
├── Conflict              409  the state does not allow it now
├── Gone                  410  it was there and no longer is
├── StaleRevision         412  somebody changed it meanwhile
├── TooLarge              413  more bytes than are allowed
├── RateLimited           429  too often; says when to try again
├── InternalError         500  a fault of ours
└── Unavailable           503  something we depend on does not answer

Every room's own errors subclass one of these beside the function that raises them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field of an input."""

    field: str
    code: str
    message: str


class DomainError(Exception):
    """Something that a person can be told: what happened, why, and what to do.

    Subclasses set `code` (stable, for machines), `status` (HTTP) and `user_message`, a lazy format string
    filled from the keyword arguments given when it is raised.
    """

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 400
    user_message: ClassVar[str | Promise] = _("This could not be done.")

    def __init__(self, *, errors: Sequence[FieldError] = (), **context: Any) -> None:
        self.errors = tuple(errors)
        self.context = context
        super().__init__(self.code)

    @property
    def details(self) -> dict[str, Any]:
        """What a program needs beside the sentence: members of the problem document."""
        return {}

    @property
    def message(self) -> str:
        """The sentence for people, in the active language."""
        return str(self.user_message) % self.context if self.context else str(self.user_message)

    def __str__(self) -> str:
        return self.message


class InvalidInput(DomainError):
    code = "invalid_input"
    user_message = _("Some fields need another look. Each one says what is wrong.")

    @classmethod
    def on(cls, field: str, code: str, message: str | Promise) -> "InvalidInput":
        """One wrong field."""
        return cls(errors=[FieldError(field, code, str(message))])


class NotAuthenticated(DomainError):
    code = "not_authenticated"
    status = 401
    user_message = _("Sign in, or send an API key, to do this.")


class PermissionDenied(DomainError):
    code = "permission_denied"
    status = 403
    user_message = _("Your role does not allow this. Ask an administrator of the organisation.")


class NotFound(DomainError):
    code = "not_found"
    status = 404
    user_message = _("There is nothing here. It may have been removed, or the address may be wrong.")


class Conflict(DomainError):
    code = "conflict"
    status = 409
    user_message = _("This cannot be done in the present state. Reload and look again.")


class Gone(DomainError):
    code = "gone"
    status = 410
    user_message = _("This no longer exists.")


class StaleRevision(DomainError):
    code = "stale_revision"
    status = 412
    user_message = _("Somebody changed this meanwhile. Reload to see their version; yours was not saved.")


class TooLarge(DomainError):
    code = "too_large"
    status = 413
    user_message = _("This is larger than %(limit)s, the most that is accepted here.")


class RateLimited(DomainError):
    code = "rate_limited"
    status = 429
    user_message = _("Too many requests. Try again in %(retry_after)s seconds.")

    def __init__(self, *, retry_after: int, **context: Any) -> None:
        self.retry_after = retry_after
        super().__init__(retry_after=retry_after, **context)


class InternalError(DomainError):
    code = "internal_error"
    status = 500
    user_message = _("Something failed on our side. It was logged with this request's id; try again.")


class Unavailable(DomainError):
    code = "unavailable"
    status = 503
    user_message = _("Something this depends on does not answer now. Try again in a moment.")
