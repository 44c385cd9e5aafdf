"""Whether a tool of an MCP server is still the one that a person approved, asked before it is called.

A server may change what it says of a tool at any time. What it says now is asked at most once a minute for each connection,
and kept in Redis; what was approved stands in the action's present revision, whichever revision a version was frozen with.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import orjson
from django.utils.translation import gettext_lazy as _

from assistants.actions.actions.note_tools import note_tools
from assistants.actions.mcp.client import list_tools
from assistants.actions.mcp.operations import offered_operations
from assistants.actions.models import Action, Operation
from kernel.db import run_db
from kernel.errors import Conflict
from kernel.redis import async_redis
from kernel.tenancy import tenant_scope

if TYPE_CHECKING:
    from assistants.actions.calling.carrying import Target

KEPT_SECONDS = 60


class ToolChanged(Conflict):
    code = "tool_changed"
    user_message = _(
        "%(host)s changed what it says of %(tool)s, so it was not called. Whoever builds this assistant has to approve the new"
        " description first."
    )


class ToolGone(Conflict):
    code = "tool_gone"
    user_message = _("%(host)s no longer offers %(tool)s, so it was not called. Go on without it.")


async def check_tool(target: "Target", headers: Mapping[str, str]) -> None:
    """Refuse a call of a tool that is not what was approved; every tool that changed is written down.

    Raises:
        ToolChanged, ToolGone: it is another one by now, or is gone.
        McpError, EgressError: the server could not be asked.
    """
    action, operation = target.action, target.operation
    offered = await _offered(target, headers)
    words: Any = {"host": action.host, "tool": operation.summary or operation.key}
    if operation.key not in offered:
        raise ToolGone(**words)
    approved = await run_db(_approved, action.organisation_id, action.id, operation.key, action.server_url)
    if offered[operation.key] != (approved or operation.fingerprint):
        raise ToolChanged(**words)


async def _offered(target: "Target", headers: Mapping[str, str]) -> dict[str, str]:
    """The fingerprints of what the server offers to this connection, by the tools' keys."""
    action = target.action
    connection = target.credential.connection_id if target.credential else ""
    server = sha256(action.server_url.encode()).hexdigest()[:16]
    key = f"actions:tools:{action.id}:{server}:{connection}"
    kept = await async_redis().get(key)
    if kept is not None:
        found: dict[str, str] = orjson.loads(kept)
        return found
    operations = offered_operations(await list_tools(action.server_url, headers))
    if await run_db(is_present_server, action.organisation_id, action.id, action.server_url):
        await run_db(
            note_tools,
            organisation_id=action.organisation_id,
            action_id=action.id,
            operations=operations,
        )
    found = {one.key: one.fingerprint for one in operations}
    await async_redis().set(key, orjson.dumps(found), ex=KEPT_SECONDS)
    return found


def is_present_server(organisation_id: int, action_id: str, server_url: str) -> bool:
    """Whether an address is the one that the action has now: an older version may still call an earlier one."""
    with tenant_scope(organisation_id):
        rows = Action.objects.for_organisation(organisation_id)
        return bool(rows.filter(public_id=action_id, server_url=server_url).exists())


def _approved(organisation_id: int, action_id: str, key: str, server_url: str) -> str | None:
    """The fingerprint that counts for a tool; None where only the frozen revision knows it."""
    with tenant_scope(organisation_id):
        rows = Action.objects.for_organisation(organisation_id)
        action = rows.filter(public_id=action_id).first()
        if action is None or action.server_url != server_url:
            return None
        operations = Operation.objects.for_organisation(organisation_id).filter(
            revision=action.revision_id, key=key
        )
        found: str | None = operations.values_list("fingerprint", flat=True).first()
        return found
