"""How a profile is named outside its organisation, and our page where connecting to it begins."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.core import signing
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from kernel.errors import NotFound

_SALT = "connections.profile"
LONGEST_RETURN = 500


@dataclass(frozen=True, slots=True)
class ProfileRef:
    """A profile and the organisation that it lies in (its integer primary key)."""

    id: str
    organisation_id: int


def profile_key(ref: ProfileRef) -> str:
    """The profile's name for people of other organisations. Only we can make one, so nobody can ask for others'."""
    return signing.dumps([ref.id, ref.organisation_id], salt=_SALT)


def read_profile_key(key: str) -> ProfileRef:
    """The profile that a key names.

    Raises:
        NotFound: it is none of ours.
    """
    try:
        public_id, organisation_id = signing.loads(key, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError):
        raise NotFound from None
    return ProfileRef(public_id, organisation_id)


def start_url(ref: ProfileRef, *, return_to: str) -> str:
    """The address of our page that asks a person to connect, and leads them back to a page of this site."""
    page = reverse("connections:start", args=[profile_key(ref)])
    back = safe_return(return_to)
    return f"{page}?{urlencode({'return_to': back})}" if back else page


def safe_return(path: str) -> str:
    """The path where it leads to a page of this site, else nothing."""
    fine = (
        len(path) <= LONGEST_RETURN
        and path.startswith("/")
        and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    )
    return path if fine else ""
