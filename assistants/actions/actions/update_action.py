"""Change an action's words, how its calls are signed, and whether it may be called at all."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from assistants.actions import signing
from assistants.actions.models import Action
from assistants.actions.queries import access_action
from assistants.connections.auth_settings import AuthSettings
from assistants.connections.models import AuthProfile
from kernel.actions import entry_action
from kernel.errors import Conflict
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require

FIELDS = ("name", "description", "privacy_policy_url", "paused")


class SignedByConnector(Conflict):
    code = "signed_by_connector"
    user_message = _(
        "%(name)s is a ready-made connector, which says itself how its calls are signed. An administrator changes the client"
        " under Organisation, Connectors; of a bridge, paste another address."
    )


def update_action(
    *,
    actor: Actor,
    assistant_id: str,
    action_id: str,
    name: str | None = None,
    description: str | None = None,
    privacy_policy_url: str | None = None,
    paused: bool | None = None,
    auth: AuthSettings | None = None,
    hosts_confirmed: bool = False,
) -> Action:
    """Change what is given; None leaves it. A paused action is called by no version, from the next call on.

    Args:
        auth: whole, from `read_settings`; secrets that are not given stay. Its kind `none` ends everybody's connections.
        hosts_confirmed: that OAuth hosts which do not belong to the API's are known.

    Raises:
        PermissionDenied: the actor may not build.
        NotFound: the assistant has no such action.
        InvalidInput, ForeignOAuthHost: calls cannot be signed like that.
        SignedByConnector: it is a ready-made connector.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    with tenant_scope(actor.organisation):
        action = access_action(actor.organisation, assistant_id, action_id)
    given = {
        "name": name,
        "description": description,
        "privacy_policy_url": privacy_policy_url,
        "paused": paused,
    }
    if auth is not None and action.connector and auth.placement.where != "address":  # of a bridge
        raise SignedByConnector(name=action.name)
    # Nothing of how calls are signed where that is not what changes: somebody else may be changing it.
    signed = {}
    if auth is not None:
        signed["profile"] = signing.changed_profile(
            actor=actor, action=action, name=name or action.name, settings=auth, confirmed=hosts_confirmed
        )
    changed = _update(
        actor=actor,
        assistant_id=assistant_id,
        action_id=action_id,
        values={field: value for field, value in given.items() if value is not None},
        signed=signed,
    )
    if name is not None and auth is None:
        signing.follow_server(actor=actor, action=changed)
    return changed


@entry_action
def _update(
    *,
    actor: Actor,
    assistant_id: str,
    action_id: str,
    values: dict[str, Any],
    signed: dict[str, AuthProfile | None],
) -> Action:
    action = access_action(actor.organisation, assistant_id, action_id, lock=True)
    before = {field: getattr(action, field) for field in values}
    for field, value in {**values, **signed}.items():
        setattr(action, field, value)
    action.save(update_fields=[*values, *signed, "updated_at"])
    if before == values:
        return action  # how it signs its calls has a line of its own
    alone = set(values) == {"paused"}
    word = ("action.paused" if action.paused else "action.resumed") if alone else "action.changed"
    record_audit(actor, word, action, assistant=assistant_id, before=before, after=values)
    return action
