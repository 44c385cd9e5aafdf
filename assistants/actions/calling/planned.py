"""The actions of a plan as a turn uses them: what their revisions say, and how they stand this moment."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

from assistants.actions.models import Action, ActionRevision, Operation, ToolApproval
from assistants.actions.openapi.documents import ReadOperation
from assistants.connections.refs import ProfileRef
from assistants.turns.plan import ActionUse
from kernel.tenancy import tenant_scope

KEPT = 512
_cache: OrderedDict[str, "Frozen"] = OrderedDict()
_lock = Lock()


@dataclass(frozen=True, slots=True)
class Frozen:
    """What a revision says; it never changes."""

    server_url: str
    operations: dict[str, ReadOperation]


@dataclass(frozen=True, slots=True)
class PlannedAction:
    """One action of a turn.

    Attributes:
        organisation_id: whose it is. server_url: where its calls go, as the revision says.
        profile: how they are signed; None where they are not.
        operations: those that are on, by key. connector: the ready-made one that it was made from; empty for others.
    """

    id: str
    name: str
    kind: str
    organisation_id: int
    server_url: str
    profile: ProfileRef | None
    operations: dict[str, ReadOperation]
    connector: str = ""

    @property
    def host(self) -> str:
        """The host that its calls go to."""
        return self.server_url.partition("://")[2].partition("/")[0].lower()


def planned_actions(organisation_id: int, uses: Sequence[ActionUse]) -> list[PlannedAction]:
    """The actions that a plan uses; those that are paused or removed are left out, as are tools that wait for approval.

    Opens the scope of the organisation whose they are: a turn belongs to who asks.
    """
    if not uses:
        return []
    with tenant_scope(organisation_id):
        rows = Action.objects.for_organisation(organisation_id).select_related("profile")
        found = {
            action.public_id: action
            for action in rows.filter(
                public_id__in=[use.action_id for use in uses], paused=False, deleted_at=None
            )
        }
        changed = ToolApproval.objects.for_organisation(organisation_id).filter(action__in=found.values())
        waiting = set(changed.values_list("action__public_id", "operation"))
        return [_planned(found[use.action_id], use, waiting) for use in uses if use.action_id in found]


def _planned(action: Action, use: ActionUse, waiting: set[tuple[str, str]]) -> PlannedAction:
    frozen = frozen_revision(action.organisation_id, use.revision_id)
    profile = action.profile
    signed = profile is not None and profile.kind != "none" and profile.deleted_at is None
    return PlannedAction(
        id=action.public_id,
        name=action.name,
        kind=action.kind,
        organisation_id=action.organisation_id,
        server_url=frozen.server_url,
        profile=ProfileRef(profile.public_id, profile.organisation_id) if signed and profile else None,
        operations={
            key: frozen.operations[key]
            for key in use.operations
            if key in frozen.operations and (action.public_id, key) not in waiting
        },
        connector=action.connector,
    )


def frozen_revision(organisation_id: int, revision_id: str) -> Frozen:
    """What a revision says, kept in the process; inside its organisation's scope."""
    with _lock:
        known = _cache.get(revision_id)
        if known is not None:
            _cache.move_to_end(revision_id)
            return known
    made = _load(organisation_id, revision_id)
    with _lock:
        _cache[revision_id] = made
        while len(_cache) > KEPT:
            _cache.popitem(last=False)
    return made


def _load(organisation_id: int, revision_id: str) -> Frozen:
    revision = ActionRevision.objects.for_organisation(organisation_id).get(public_id=revision_id)
    rows = Operation.objects.for_organisation(organisation_id).filter(revision=revision).order_by("position")
    return Frozen(revision.server_url, {row.key: read_operation(row) for row in rows})


def read_operation(row: Operation) -> ReadOperation:
    """A stored operation as the rooms that call and import know it."""
    return ReadOperation(
        key=row.key,
        method=row.method,
        path=row.path,
        summary=row.summary,
        description=row.description,
        risk=row.risk,
        consequential=row.consequential,
        arguments_schema=row.arguments_schema,
        mapping=row.mapping,
        response_schema=row.response_schema,
        fingerprint=row.fingerprint,
    )
