"""A person has looked at the new description of an MCP tool, and lets it be called again."""

from django.utils.translation import gettext_lazy as _

from assistants.actions.actions.save_reading import save_reading
from assistants.actions.calling.planned import read_operation
from assistants.actions.models import Action
from assistants.actions.openapi.documents import Finding, ReadOperation
from assistants.actions.queries import access_action, changed_tools, operations_of
from assistants.actions.reading import Reading
from kernel.actions import entry_action
from kernel.errors import Conflict, NotFound
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require


class ChangedAgain(Conflict):
    code = "tool_changed_again"
    user_message = _("The server changed this tool again meanwhile. Look at its newest description first.")


@entry_action
def approve_tool(
    *, actor: Actor, assistant_id: str, action_id: str, operation: str, offered: str = ""
) -> Action:
    """Make what the server says of a tool now what counts for the action, in a next revision. Versions that call the tool
    by its name may do so again.

    Args:
        offered: the fingerprint of what the person was shown; empty for whatever waits.

    Raises:
        PermissionDenied: the actor may not build.
        NotFound: the assistant has no such action, or nothing of this tool waits.
        ChangedAgain: something else waits than what was shown.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    action = access_action(actor.organisation, assistant_id, action_id, lock=True)
    row = changed_tools(action).filter(operation=operation.replace("\x00", "")).first()
    if row is None or action.revision is None:
        raise NotFound
    if offered and offered != row.offered:
        raise ChangedAgain
    new = ReadOperation.from_document(row.offer)
    old = operations_of(action).filter(key=new.key).values_list("description", flat=True).first() or ""
    save_reading(actor=actor, action=action, reading=_with(action, new))
    row.delete()
    record_audit(
        actor,
        "action.tool_approved",
        action,
        assistant=assistant_id,
        tool=operation,
        before={"description": old},
        after={"description": new.description},
    )
    return action


def _with(action: Action, new: ReadOperation) -> Reading:
    revision = action.revision
    assert revision is not None
    operations = [read_operation(row) for row in operations_of(action)]
    return Reading(
        kind=action.kind,
        origin=action.origin,
        name=action.name,
        description=action.description,
        server_url=revision.server_url,
        document=revision.document,
        operations=tuple(new if one.key == new.key else one for one in operations),
        findings=tuple(Finding(**one) for one in revision.findings),
        source_url=action.source_url,
        auth=revision.suggested_auth,
        prompts=tuple(revision.prompts),
    )
