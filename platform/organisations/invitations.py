"""What invitations share: how long they last and the token in their link."""

from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from organisations.keys import hash_secret
from organisations.models import Invitation

LASTS = timedelta(days=14)
# Under this key a stranger's session keeps the token that they came with, for when they sign up.
PENDING_KEY = "pending_invitation"


def renew_token(invitation: Invitation) -> None:
    """Let the invitation last from now on; links sent before stop working."""
    invitation.expires_at = timezone.now() + LASTS
    invitation.token_hash = hash_secret(token_of(invitation))


def token_of(invitation: Invitation) -> str:
    """The secret of the invitation's present link.

    It is derived from the server's secret, so that the job which sends the e-mail can make it again and neither the
    database nor the queue ever holds it.
    """
    value = f"{invitation.public_id}:{_stamp(invitation.expires_at)}"
    return salted_hmac("organisations.invitation", value, algorithm="sha256").hexdigest()


def link_of(invitation: Invitation) -> str:
    """The address that the e-mail carries."""
    return settings.PUBLIC_URL + reverse("organisations:invitation_answer", args=[token_of(invitation)])


def _stamp(moment: datetime) -> str:
    return str(int(moment.timestamp() * 1000))
