"""How far an assistant reaches: the hosts that a version calls, and the operations that write there."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from assistants.actions.calling.planned import frozen_revision
from assistants.actions.disclosing import READS, host_of, key_of
from assistants.actions.models import Action, Reach
from kernel.tenancy import HasPk, tenant_scope


@dataclass(frozen=True, slots=True)
class Reached:
    """A host, or an operation that writes there: see `Reach`. `label` is the operation's words for people."""

    host: str
    operation: str = ""
    route: str = ""
    label: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What is agreed to: another path under the same name is another operation."""
        return self.host, self.operation, self.route


def reach_of(
    organisation: HasPk | int, uses: Mapping[str, Sequence[str]], revisions: Mapping[str, str]
) -> list[Reached]:
    """All that a definition reaches, in its order; arguments as for `disclosed_hosts`."""
    rows = Action.objects.for_organisation(organisation).filter(public_id__in=list(uses), deleted_at=None)
    present = set(rows.values_list("public_id", flat=True))
    found: dict[tuple[str, str, str], Reached] = {}
    for action_id, keys in uses.items():
        if action_id not in present or action_id not in revisions:
            continue
        frozen = frozen_revision(key_of(organisation), revisions[action_id])
        host = host_of(frozen.server_url)
        on = [frozen.operations[key] for key in keys if key in frozen.operations]
        writing = (
            Reached(host, one.key, f"{one.method} {one.path}".strip()[:500], one.summary or one.key)
            for one in on
            if one.risk != READS
        )
        for reached in [*([Reached(host)] if on else []), *writing]:
            found.setdefault(reached.key, reached)
    return list(found.values())


def was_announced(organisation_id: int, assistant_id: str, host: str) -> bool:
    """Whether a host was written down when a version that calls it was opened to others, as their disclosure was derived.

    Opens the scope of the organisation whose assistant it is.
    """
    with tenant_scope(organisation_id):
        rows = Reach.objects.for_organisation(organisation_id)
        return bool(rows.filter(assistant_id=assistant_id, host=host, operation="", route="").exists())


def new_reach(organisation: HasPk | int, assistant_id: str, reached: Iterable[Reached]) -> list[Reached]:
    """What of it no version that others may use has reached before; inside the organisation's scope."""
    rows = Reach.objects.for_organisation(organisation).filter(assistant_id=assistant_id)
    known = set(rows.values_list("host", "operation", "route"))
    return [one for one in reached if one.key not in known]
