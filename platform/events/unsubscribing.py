"""The link in every e-mail that ends e-mails of its kind: signed, so that it needs no signing in."""

from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.urls import reverse

from accounts.models import User
from kernel.errors import NotFound

SALT = "events.unsubscribe"
DIGEST = "digest"


@dataclass(frozen=True, slots=True)
class Subscription:
    """Whose e-mails of which kind a link ends; the kind `digest` is all that comes once a day."""

    user: User
    kind: str


def link_for(user: User, kind: str) -> str:
    """The address that ends a person's e-mails of a kind."""
    token = signing.dumps([user.public_id, kind], salt=SALT)
    return f"{settings.PUBLIC_URL}{reverse('events:unsubscribe', args=[token])}"


def subscription_of(token: str) -> Subscription:
    """Whom and what a link is about. It does not expire: old e-mails are still answered.

    Raises:
        NotFound: we never gave out this link, or the person is gone.
    """
    try:
        public_id, kind = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError) as error:
        raise NotFound from error
    user = User.objects.filter(public_id=public_id).first()
    if user is None:
        raise NotFound
    return Subscription(user, kind)
