"""Read an action's API again: its document has changed, or it stands somewhere else."""

from django.utils.translation import gettext_lazy as _

from assistants.actions import signing
from assistants.actions.actions.save_reading import save_reading
from assistants.actions.calling.planned import read_operation
from assistants.actions.models import Action
from assistants.actions.openapi.comparing import Changes, compare
from assistants.actions.queries import access_action, changed_tools, operations_of
from assistants.actions.reading import Reading
from kernel.actions import entry_action
from kernel.errors import Conflict
from kernel.registries import draft_actions
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.host_policy import check_hosts
from organisations.permissions import Permission, require


class OtherKind(Conflict):
    code = "other_kind"
    user_message = _(
        "An OpenAPI action cannot become an MCP server, nor the other way round. Add the other one as a new action."
    )


class DescribedByConnector(Conflict):
    code = "described_by_connector"
    user_message = _(
        "What %(name)s can do comes with its ready-made connector. Add a document of your own as a new action."
    )


def reimport_action(*, actor: Actor, assistant_id: str, action_id: str, reading: Reading) -> Action:
    """Make what was read the action's next revision. Published versions keep theirs; operations that vanished are switched
    off in the draft. Its name and description stay.

    Raises:
        PermissionDenied: the actor may not build.
        NotFound: the assistant has no such action.
        HostForbidden: the policy does not allow the host.
        OtherKind: it is of another kind than the action. DescribedByConnector: one of the two is a connector's.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    check_hosts(reading.server_url.partition("://")[2].partition("/")[0], actor.organisation.pk)
    action, changes = _reimport(actor=actor, assistant_id=assistant_id, action_id=action_id, reading=reading)
    signing.follow_server(actor=actor, action=action)
    switch_off(actor, action, changes.removed)
    return action


def changes_of(action: Action, reading: Reading) -> Changes:
    """What a reading would change in an action's operations, inside the organisation's scope."""
    return compare([read_operation(row) for row in operations_of(action)], reading.operations)


def preview_reimport(*, actor: Actor, assistant_id: str, action_id: str, reading: Reading) -> Changes:
    """What `reimport_action` would change; nothing is saved.

    Raises: as `reimport_action`.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    with tenant_scope(actor.organisation):
        action = access_action(actor.organisation, assistant_id, action_id)
        _same_kind(action, reading)
        return changes_of(action, reading)


def switch_off(actor: Actor, action: Action, keys: tuple[str, ...]) -> None:
    """Take operations that are gone out of the draft."""
    if not keys:
        return
    present = draft_actions.get().uses(actor, action.assistant_id).get(action.public_id)
    if present and set(present) & set(keys):
        left = [key for key in present if key not in keys]
        draft_actions.get().switch(actor, action.assistant_id, action.public_id, left)


@entry_action
def _reimport(*, actor: Actor, assistant_id: str, action_id: str, reading: Reading) -> tuple[Action, Changes]:
    action = access_action(actor.organisation, assistant_id, action_id, lock=True)
    _same_kind(action, reading)
    changes = changes_of(action, reading)
    before = {"host": action.host, "content_hash": action.revision.content_hash if action.revision else ""}
    save_reading(actor=actor, action=action, reading=reading)
    # A person had it read again, and is shown what changed: that is their word on changed tools.
    changed_tools(action).delete()
    action.origin, action.source_url = reading.origin, reading.source_url
    action.save(update_fields=["origin", "source_url", "updated_at"])
    record_audit(
        actor,
        "action.reimported",
        action,
        assistant=assistant_id,
        before=before,
        after={"host": action.host, "content_hash": reading.content_hash},
        added=len(changes.added),
        removed=len(changes.removed),
        changed=len(changes.changed),
    )
    return action, changes


def _same_kind(action: Action, reading: Reading) -> None:
    if action.kind != reading.kind:
        raise OtherKind
    # A client's secret and people's accounts would be lent to whatever a document says.
    if action.connector != reading.connector:
        raise DescribedByConnector(name=action.name)
