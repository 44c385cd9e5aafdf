"""Connect with an API key, or with a user name and a password."""

from django.utils.translation import gettext as _

from assistants.connections.actions.save_connection import save_connection
from assistants.connections.auth_settings import stored_settings
from assistants.connections.given_key import checked_key
from assistants.connections.models import AuthProfile, Connection
from assistants.connections.queries import look_up
from assistants.connections.refs import ProfileRef
from assistants.connections.rights import require_to_connect
from kernel.actions import entry_action
from kernel.errors import InvalidInput
from kernel.ratelimit import Limit, take
from organisations.actors import Actor

ATTEMPTS = Limit(30, 600.0)


def connect_with_key(*, actor: Actor, ref: ProfileRef, given: dict[str, str]) -> Connection:
    """Keep a key that somebody gave, encrypted.

    Args:
        given: `key`, or `username` and `password`, as the profile's placement asks for.

    Raises:
        PermissionDenied: the actor may not connect for whom the profile is.
        NotFound: the profile is gone.
        InvalidInput: a field is wrong; its value is not repeated.
    """
    profile = look_up(ref)
    require_to_connect(actor, profile)
    if profile.kind != AuthProfile.Kind.API_KEY:
        raise InvalidInput.on(
            "profile", "no_key_wanted", _("This service is connected by consent, not with a key.")
        )
    take(f"connect:{actor.caller}", ATTEMPTS)
    secrets = checked_key(stored_settings(profile.document).placement, given, profile.origin)
    return _connect(actor=actor, profile=profile, secrets=secrets)


@entry_action
def _connect(*, actor: Actor, profile: AuthProfile, secrets: dict[str, str]) -> Connection:
    require_to_connect(actor, profile)
    return save_connection(actor=actor, profile=profile, secrets=secrets)
