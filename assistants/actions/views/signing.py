"""How an action signs its calls, in words, and whether the account that it needs is connected."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from assistants.actions.models import Action
from assistants.connections.models import AuthProfile, Connection
from assistants.connections.queries import connection_for, ref_of
from assistants.connections.refs import start_url
from organisations.actors import Actor


@dataclass(frozen=True, slots=True)
class Signing:
    """How calls are signed.

    Attributes:
        how: the credential in words. who: whose it is; empty where there is none.
        connection: the organisation's, or the builder's own. connect: our page where it is connected; empty where there is
            nothing to do. needed: whether it has to be connected, or connected again, first.
    """

    how: str
    who: str = ""
    connection: Connection | None = None
    connect: str = ""
    needed: bool = False
    organisation: bool = False


def signing_of(actor: Actor, action: Action, page: str) -> Signing:
    """How an action signs its calls, inside the organisation's scope.

    Args:
        page: the address that connecting leads back to.
    """
    profile = profile_of_action(action)
    if profile is None:
        return Signing(_("Not signed"))
    owned = profile.owner == AuthProfile.Owner.ORGANISATION
    present = connection_for(profile, actor.organisation, None if owned else actor.user_id)
    grant = (profile.document.get("oauth") or {}).get("grant")
    # Client credentials are connected by nobody: the first call fetches a token.
    consents = grant != "client_credentials"
    return Signing(
        how=_how(profile),
        organisation=owned,
        who=_("The organisation's account") if owned else _("Everybody's own account"),
        connection=present,
        connect=start_url(ref_of(profile), return_to=page) if consents else "",
        needed=consents and (present is None or present.state != Connection.State.ACTIVE),
    )


def profile_of_action(action: Action) -> AuthProfile | None:
    """The profile that signs an action's calls; None where they are not signed."""
    profile = action.profile
    if profile is None or profile.deleted_at is not None or profile.kind == AuthProfile.Kind.NONE:
        return None
    return profile


def _how(profile: AuthProfile) -> str:
    if profile.kind == AuthProfile.Kind.OAUTH2:
        if (profile.document.get("oauth") or {}).get("grant") == "client_credentials":
            return _("OAuth, client credentials")
        return _("OAuth")
    placement = profile.document.get("placement") or {}
    match placement.get("where"):
        case "header":
            return _("Key in the header %(name)s") % {"name": placement.get("name", "")}
        case "query":
            return _("Key in the parameter %(name)s") % {"name": placement.get("name", "")}
        case "basic":
            return _("User name and password")
    return _("Key as a bearer token")
