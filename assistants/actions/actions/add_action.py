"""Give an assistant an action."""

from django.utils.translation import gettext_lazy as _

from assistants.actions import signing
from assistants.actions.actions.save_reading import save_reading
from assistants.actions.actions.sign_connector import sign_if_registered
from assistants.actions.models import Action
from assistants.actions.queries import actions_of
from assistants.actions.reading import Reading
from assistants.connections.auth_settings import AuthSettings
from assistants.connections.models import AuthProfile
from kernel.actions import entry_action
from kernel.errors import Conflict
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.host_policy import check_hosts
from organisations.permissions import Permission, require
from organisations.policy import policy_of
from organisations.policy_rules import require_allowed

MOST = 30  # of one assistant


class TooManyActions(Conflict):
    code = "too_many_actions"
    user_message = _("An assistant has at most %(most)s actions. Remove one that is not needed.")


def add_action(
    *,
    actor: Actor,
    assistant_id: str,
    reading: Reading,
    auth: AuthSettings | None = None,
    hosts_confirmed: bool = False,
    profile: AuthProfile | None = None,
) -> Action:
    """Save what was read as a new action of an assistant that the actor may change; nothing of it is on yet.

    Args:
        auth: how its calls are signed; None takes what the document suggests, as far as that suffices. Those of a connector
            to an app are signed under the organisation's client, whatever is said here.
        hosts_confirmed: that OAuth hosts which do not belong to the API's are known.
        profile: one that was made already, for an MCP server that asked for OAuth; it is deleted if this fails.

    Raises:
        PermissionDenied: the actor may not build.
        PolicyForbids: the organisation's policy does not let the actor's role add actions.
        HostForbidden: the policy does not allow the host.
        InvalidInput, ForeignOAuthHost: calls cannot be signed like that.
        TooManyActions: it has as many as it may.
    """
    try:
        require(actor, Permission.BUILD_ASSISTANTS)
        with tenant_scope(actor.organisation):
            require_allowed(actor, policy_of(actor.organisation).building.actions, _("add actions"))
        check_hosts(reading.server_url.partition("://")[2].partition("/")[0], actor.organisation.pk)
        if profile is None and not reading.signed_by_client:
            profile = signing.profile_for(
                actor=actor,
                assistant_id=assistant_id,
                name=reading.name,
                server_url=reading.server_url,
                given=auth,
                suggested=reading.auth,
                confirmed=hosts_confirmed,
            )
        return _add(actor=actor, assistant_id=assistant_id, reading=reading, profile=profile)
    except BaseException:
        signing.drop(actor=actor, profile=profile)
        raise


@entry_action
def _add(*, actor: Actor, assistant_id: str, reading: Reading, profile: AuthProfile | None) -> Action:
    if actions_of(actor.organisation, assistant_id).count() >= MOST:
        raise TooManyActions(most=MOST)
    action: Action = Action.objects.create(
        organisation=actor.organisation,
        assistant_id=assistant_id,
        kind=reading.kind,
        origin=reading.origin,
        name=reading.name,
        description=reading.description.replace("\x00", ""),
        server_url=reading.server_url,
        source_url=reading.source_url,
        privacy_policy_url=reading.privacy_policy_url,
        connector=reading.connector,
        profile=profile,
        created_by=actor.user,
    )
    save_reading(actor=actor, action=action, reading=reading)
    if reading.signed_by_client:
        sign_if_registered(actor=actor, action=action)
    record_audit(actor, "action.added", action, assistant=assistant_id, host=action.host, kind=action.kind)
    return action
