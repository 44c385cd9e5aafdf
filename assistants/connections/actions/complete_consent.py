"""Come back from an authorization server."""

import hmac
from dataclasses import dataclass

from asgiref.sync import async_to_sync
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from assistants.connections.actions.begin_consent import digest
from assistants.connections.actions.save_connection import save_connection
from assistants.connections.auth_settings import AuthSettings, OAuthSettings, stored_settings
from assistants.connections.models import AuthProfile, Connection, OAuthAttempt
from assistants.connections.oauth.errors import ScopesDiffer, TokenUnavailable
from assistants.connections.oauth.revoking import revoke
from assistants.connections.oauth.scopes import missing_scopes, surplus_scopes
from assistants.connections.oauth.tokens import Tokens, ask_tokens
from assistants.connections.queries import look_up
from assistants.connections.refs import ProfileRef
from assistants.connections.rights import require_to_connect
from assistants.connections.sealing import unseal
from kernel.actions import entry_action
from kernel.errors import Conflict, DomainError, Gone, NotFound
from kernel.tenancy import user_scope
from organisations.actors import Actor
from organisations.host_policy import held_to_policies
from organisations.permissions import require_second_factor
from organisations.queries import actor_for


class UnknownConsent(DomainError):
    code = "consent_unknown"
    user_message = _(
        "This answer belongs to no consent that you began here. Nothing was connected. Begin again where you wanted to"
        " connect; if you did not begin anything, close this page."
    )


class ConsentUsed(Gone):
    code = "consent_used"
    user_message = _(
        "This consent was used already. Look under Connections whether it worked, or begin again."
    )


class ConsentExpired(Gone):
    code = "consent_expired"
    user_message = _("This took longer than ten minutes, so nothing was connected. Begin again.")


class OtherSession(DomainError):
    code = "consent_of_another_session"
    status = 403
    user_message = _(
        "This consent was begun in another browser, or before you signed in again. Nothing was connected. Begin again"
        " here."
    )


class ConsentDeclined(DomainError):
    code = "consent_declined"
    user_message = _("%(host)s was not connected: %(reason)s. You can try again whenever you like.")


class OtherIssuer(DomainError):
    code = "other_issuer"
    user_message = _(
        "The answer came from another sign-in service than the one you were sent to. Nothing was connected. Begin again,"
        " and tell an administrator if this happens twice."
    )


class ProfileChanged(Conflict):
    code = "connection_changed"
    user_message = _(
        "What %(name)s asks for was changed meanwhile. Nothing was connected. Look at it and begin again."
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the query of the callback."""

    state: str
    code: str = ""
    error: str = ""
    iss: str = ""


@dataclass(frozen=True, slots=True)
class Connected:
    """A connection that was made, and the path of this site to go back to."""

    connection: Connection
    return_to: str


def complete_consent(
    *, user: User, session_key: str, redirect_uri: str, answer: Answer, request_id: str = "", ip: str = ""
) -> Connected:
    """Exchange what came back for a credential, and keep it. Each state works once, whatever comes of it.

    Args:
        user, session_key: who came back, and in which browser's session.
        redirect_uri: the address that was called.

    Raises:
        UnknownConsent, ConsentUsed, ConsentExpired, OtherSession: this is no journey that they may end.
        ConsentDeclined: they, or the service, said no.
        OtherIssuer: another authorization server answered (RFC 9207).
        ProfileChanged: the action asks for something else by now.
        TokenRefused, TokenUnavailable, ScopesDiffer: the service gave no tokens, or other ones than asked for.
        HostForbidden: a policy does not allow calls to its token endpoint.
    """
    actor = _whose(user, answer.state, request_id, ip)
    attempt = _claim(actor=actor, state=answer.state, session_key=session_key, redirect_uri=redirect_uri)
    profile = look_up(ProfileRef(attempt.profile_id, attempt.profile_organisation_id))
    settings = stored_settings(profile.document)
    oauth = _checked(profile, settings, attempt, answer)
    require_to_connect(actor, profile)
    secret = unseal(profile, profile.client_secret_encrypted).get("client_secret", "")
    verifier = unseal(attempt, attempt.verifier_encrypted)["verifier"]
    with held_to_policies(actor.organisation.pk, profile.organisation_id):
        tokens = async_to_sync(_exchange)(oauth, secret, answer.code, attempt.redirect_uri, verifier)
    connection = _save(actor=actor, profile=profile, oauth=oauth, tokens=tokens)
    return Connected(connection, attempt.return_to)


def _whose(user: User, state: str, request_id: str, ip: str) -> Actor:
    """The person in the organisation for which they began, if they still are in it."""
    with user_scope(user):
        rows = OAuthAttempt.objects.across_organisations(reason="a person's own consents")
        found = (
            rows.filter(state_hash=digest(state), user=user).values_list("organisation_id", flat=True).first()
        )
    actor = actor_for(user, found, request_id=request_id, ip=ip) if found and state else None
    if actor is None or actor.organisation.pk != found:
        raise UnknownConsent
    require_second_factor(actor)
    return actor


@entry_action
def _claim(*, actor: Actor, state: str, session_key: str, redirect_uri: str) -> OAuthAttempt:
    rows = OAuthAttempt.objects.for_organisation(actor.organisation).select_for_update()
    attempt: OAuthAttempt | None = rows.filter(state_hash=digest(state), user=actor.user).first()
    if attempt is None or attempt.redirect_uri != redirect_uri:
        raise UnknownConsent
    if attempt.used_at is not None:
        raise ConsentUsed
    if attempt.session_hash and not hmac.compare_digest(attempt.session_hash, digest(session_key)):
        raise OtherSession
    if attempt.expires_at < timezone.now():
        raise ConsentExpired
    attempt.used_at = timezone.now()
    attempt.save(update_fields=["used_at"])
    return attempt


def _checked(
    profile: AuthProfile, settings: AuthSettings, attempt: OAuthAttempt, answer: Answer
) -> OAuthSettings:
    oauth = settings.oauth
    if oauth is None or profile.consent != attempt.consent:
        raise ProfileChanged(name=profile.name)
    # The issuer first: an error may come from somebody else's server too (RFC 9207, section 2.4).
    if (answer.iss and oauth.issuer and answer.iss != oauth.issuer) or (
        oauth.iss_expected and not answer.iss
    ):
        raise OtherIssuer
    if answer.error or not answer.code:
        raise ConsentDeclined(host=profile.host, reason=_reason(answer.error))
    return oauth


def _reason(error: str) -> str:
    known = {
        "access_denied": _("you, or the service, said no"),
        "invalid_scope": _("it does not know what was asked for; tell whoever made the assistant"),
        "temporarily_unavailable": _("it is overloaded"),
        "server_error": _("something failed there"),
    }
    return str(known.get(error) or _("it gave no usable answer"))


async def _exchange(oauth: OAuthSettings, secret: str, code: str, redirect_uri: str, verifier: str) -> Tokens:
    tokens = await ask_tokens(
        oauth, secret, "authorization_code", code=code, redirect_uri=redirect_uri, code_verifier=verifier
    )
    if difference := _difference(oauth, tokens):
        await _give_back(oauth, secret, tokens)
        raise ScopesDiffer(host=_host(oauth), difference=difference)
    return tokens


def _difference(oauth: OAuthSettings, tokens: Tokens) -> str:
    if tokens.scopes is None:
        return ""
    less, more = missing_scopes(oauth.scopes, tokens.scopes), surplus_scopes(oauth.scopes, tokens.scopes)
    if oauth.scopes and less:
        return str(_("missing: %(scopes)s") % {"scopes": ", ".join(less)})
    # Who asks for nothing in particular gets what the service thinks right.
    if oauth.scopes and more:
        return str(_("too much: %(scopes)s") % {"scopes": ", ".join(more)})
    return ""


async def _give_back(oauth: OAuthSettings, secret: str, tokens: Tokens) -> None:
    if oauth.revocation_url:
        try:
            await revoke(oauth, secret, tokens.secrets())
        except TokenUnavailable:
            return  # they were never stored, and end by themselves


def _host(oauth: OAuthSettings) -> str:
    return oauth.token_url.partition("://")[2].partition("/")[0]


@entry_action
def _save(*, actor: Actor, profile: AuthProfile, oauth: OAuthSettings, tokens: Tokens) -> Connection:
    try:
        require_to_connect(actor, profile)
    except NotFound:
        raise UnknownConsent from None
    scopes = tokens.scopes if tokens.scopes is not None else oauth.scopes
    return save_connection(
        actor=actor, profile=profile, secrets=tokens.secrets(), scopes=scopes, expires_at=tokens.expires_at
    )
