"""Begin the journey to an authorization server."""

import hashlib
import secrets
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from assistants.connections.actions.connect_with_key import ATTEMPTS
from assistants.connections.auth_settings import OAuthSettings, stored_settings
from assistants.connections.models import AuthProfile, OAuthAttempt
from assistants.connections.queries import look_up
from assistants.connections.refs import ProfileRef, safe_return
from assistants.connections.rights import require_to_connect
from assistants.connections.sealing import seal
from kernel.actions import entry_action
from kernel.errors import InvalidInput
from kernel.ratelimit import take
from organisations.actors import Actor

LASTS = timedelta(minutes=10)
GENERAL_CALLBACK = "/connections/oauth/callback"
# Google gives a refresh token only to who asks for access while nobody is there.
_EXTRA = {"accounts.google.com": {"access_type": "offline", "prompt": "consent"}}


def begin_consent(*, actor: Actor, ref: ProfileRef, session_key: str, return_to: str = "") -> str:
    """Prepare one journey, and give the address at the authorization server where it begins.

    Args:
        session_key: of the browser's session, the only one that may come back; empty where an API key asks: then any
            session of that person may.
        return_to: a path of this site to lead back to.

    Raises:
        PermissionDenied: the actor may not connect for whom the profile is.
        NotFound: the profile is gone.
        InvalidInput: it is connected with a key.
        RateLimited: too many journeys lately.
    """
    from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
    from authlib.oauth2.rfc7636 import create_s256_code_challenge

    profile = look_up(ref)
    require_to_connect(actor, profile)
    oauth = stored_settings(profile.document).oauth
    if oauth is None:
        message = _(
            "This service is connected with a key: send it as `key`, or as `username` and `password`."
        )
        raise InvalidInput.on("key", "required", message)
    take(f"connect:{actor.caller}", ATTEMPTS)
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
    address = callback_url(profile, oauth)
    _begin(
        actor=actor,
        profile=profile,
        state=state,
        verifier=verifier,
        redirect_uri=address,
        session_key=session_key,
        return_to=safe_return(return_to),
    )
    asked = {"resource": oauth.resource or None, "audience": oauth.audience or None}
    if oauth.scope_parameter != "scope":
        asked[oauth.scope_parameter] = _scopes(oauth)
    return str(
        prepare_grant_uri(
            oauth.authorization_url,
            oauth.client_id,
            "code",
            redirect_uri=address,
            scope=_scopes(oauth) if oauth.scope_parameter == "scope" else None,
            state=state,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
            **asked,
            **_EXTRA.get(urlsplit(oauth.authorization_url).hostname or "", {}) | oauth.extra_authorize,
        )
    )


def _scopes(oauth: OAuthSettings) -> str:
    return oauth.scope_separator.join(oauth.scopes)


def callback_url(profile: AuthProfile, oauth: OAuthSettings) -> str:
    """Where the authorization server leads back to, as it was registered there: exactly this address counts."""
    if profile.assistant_id and oauth.registration == "pre_registered":
        return f"{settings.PUBLIC_URL}/aip/{profile.assistant_id}/oauth/callback"
    return f"{settings.PUBLIC_URL}{GENERAL_CALLBACK}"


def digest(text: str) -> str:
    """What is kept of a state or of a session's key."""
    return hashlib.sha256(text.encode()).hexdigest()


@entry_action
def _begin(
    *,
    actor: Actor,
    profile: AuthProfile,
    state: str,
    verifier: str,
    redirect_uri: str,
    session_key: str,
    return_to: str,
) -> None:
    now = timezone.now()
    OAuthAttempt.objects.for_organisation(actor.organisation).filter(expires_at__lt=now - LASTS).delete()
    attempt = OAuthAttempt(
        organisation=actor.organisation,
        state_hash=digest(state),
        user=actor.user,
        session_hash=digest(session_key) if session_key else "",
        api_key_id=actor.api_key_id,
        profile_id=profile.public_id,
        profile_organisation_id=profile.organisation_id,
        consent=profile.consent,
        redirect_uri=redirect_uri,
        return_to=return_to,
        expires_at=now + LASTS,
    )
    attempt.verifier_encrypted = seal(attempt, {"verifier": verifier})
    attempt.save()
