"""What a definition's actions mean for those who use it: which hosts are called, with what, and who may be asked."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from assistants.actions.calling.planned import Frozen, frozen_revision
from assistants.actions.models import Action
from assistants.actions.openapi.documents import ReadOperation
from assistants.turns.plan import ActionUse, AssistantPlan
from assistants.turns.tools import Intention
from kernel.registries import tools
from kernel.tenancy import HasPk, tenant_scope

READS = "reads"
MOST_FIELDS = 60


def disclosed_hosts(
    organisation: HasPk | int, uses: Mapping[str, Sequence[str]], revisions: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The hosts that a definition's actions call, in its order; inside the scope of whose it is.

    Args:
        uses: keys of the operations that are on, by the actions' public ids. revisions: of the actions, by their ids.

    Returns:
        For each host: `host`, `purpose` (names of the actions), `fields` (names of the arguments that are sent), `writes`,
        `operations` (what is called there, each with `label` and `writes`) and `account`: whose credential signs the
        calls, `user`, `organisation` or empty. `connectors` names the ready-made ones among its actions, where there are any.
    """
    rows = Action.objects.for_organisation(organisation).filter(public_id__in=list(uses), deleted_at=None)
    actions = {action.public_id: action for action in rows.select_related("profile")}
    found: dict[str, dict[str, Any]] = {}
    for action_id, keys in uses.items():
        if action_id in actions and action_id in revisions:
            frozen = frozen_revision(key_of(organisation), revisions[action_id])
            on = [frozen.operations[key] for key in keys if key in frozen.operations]
            if on:
                _add(found, actions[action_id], frozen, on)
    return list(found.values())


def key_of(organisation: HasPk | int) -> int:
    """The primary key of an organisation, given as itself or by that."""
    return organisation if isinstance(organisation, int) else int(organisation.pk)


def _add(
    found: dict[str, dict[str, Any]], action: Action, frozen: Frozen, on: Iterable[ReadOperation]
) -> None:
    host = host_of(frozen.server_url)
    entry = found.setdefault(
        host,
        {"host": host, "purpose": "", "fields": [], "writes": False, "operations": [], "account": ""},
    )
    entry["purpose"] = "; ".join(filter(None, (entry["purpose"], action.name)))
    if action.connector:
        entry["connectors"] = list(dict.fromkeys([*entry.get("connectors", ()), action.connector]))
    entry["account"] = entry["account"] or _account(action)
    for operation in on:
        writes = operation.risk != READS
        entry["writes"] = entry["writes"] or writes
        entry["operations"].append({"label": operation.summary or operation.key, "writes": writes})
        for name in operation.arguments_schema.get("properties", {}):
            if name not in entry["fields"] and len(entry["fields"]) < MOST_FIELDS:
                entry["fields"].append(name)


def _account(action: Action) -> str:
    profile = action.profile
    return "" if profile is None or profile.deleted_at or profile.kind == "none" else str(profile.owner)


def host_of(url: str) -> str:
    """The host of an address as it is disclosed: with its port, where that is not the usual one."""
    return urlsplit(url).netloc.rpartition("@")[2].lower()


def is_built_in(action: str) -> bool:
    """Whether a call is one of a tool that comes with the house, and not of an action."""
    return any(tool.name == action for tool in tools)


def covers(plan: AssistantPlan, intention: Intention) -> bool:
    """Whether what people were told about a plan covers a call: its operation is on, and goes to the host that was named.

    A version's words and its calls come from the same frozen revision; this makes sure that they stay together.
    """
    if is_built_in(intention.action):
        return intention.action in plan.capabilities
    use = next((one for one in plan.actions if one.action_id == intention.action), None)
    if use is None or intention.operation not in use.operations:
        return False
    return intention.host == host_of(intention.url) == host_of(_frozen(plan, use).server_url)


def _frozen(plan: AssistantPlan, use: ActionUse) -> Frozen:
    with tenant_scope(plan.creator_organisation_id):
        return frozen_revision(plan.creator_organisation_id, use.revision_id)
