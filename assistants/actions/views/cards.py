"""An assistant's actions as its page lists them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count

from assistants.actions.connectors.catalogue import mark_of
from assistants.actions.models import Action, Operation, ToolApproval
from assistants.actions.presentation import action_json
from assistants.actions.queries import actions_of
from assistants.actions.views.signing import Signing, signing_of
from kernel.registries import draft_actions
from organisations.actors import Actor

CONTRACT_OPERATIONS = 30  # of one action that models choose well from


@dataclass(slots=True)
class Card:
    """One action in the list.

    Attributes:
        on: how many of its operations are on. risks: how many of those read, write and destroy. changed: tools that wait for somebody to look at them.
    """

    action: Action
    state: str
    signing: Signing
    total: int = 0
    on: int = 0
    risks: Counter[str] = field(default_factory=Counter)
    changed: int = 0

    @property
    def icon(self) -> str:
        """The icon of its kind."""
        return "plug" if self.action.kind == Action.Kind.MCP else "braces"

    @property
    def mark(self) -> str:
        """Path data of its connector's icon; empty where it has none."""
        return mark_of(self.action.connector)

    @property
    def reads(self) -> int:
        """How many that are on only read."""
        return self.risks[Operation.Risk.READS]

    @property
    def writes(self) -> int:
        """How many that are on write."""
        return self.risks[Operation.Risk.WRITES]

    @property
    def destroys(self) -> int:
        """How many that are on destroy."""
        return self.risks[Operation.Risk.DESTROYS]

    @property
    def warnings(self) -> int:
        """How many findings there are."""
        return len(self.action.revision.findings) if self.action.revision else 0

    @property
    def too_many(self) -> bool:
        """Whether more are on than a model chooses well from."""
        return self.on > CONTRACT_OPERATIONS


def cards_of(actor: Actor, assistant_id: str, page: str) -> list[Card]:
    """The actions of an assistant, inside the organisation's scope.

    Args:
        page: the address of the page, where people come back to after they connected.
    """
    actions = list(actions_of(actor.organisation, assistant_id))
    on = draft_actions.get().uses(actor, assistant_id)
    totals = _totals(actor, actions)
    risks = _risks(actor, actions, on)
    rows = ToolApproval.objects.for_organisation(actor.organisation).filter(action__in=actions)
    waiting = Counter(rows.values_list("action_id", flat=True))
    return [
        Card(
            action=action,
            state=action_json(action, ())["state"],
            signing=signing_of(actor, action, page),
            total=totals.get(action.revision_id, 0),
            on=sum(risks[action.public_id].values()),
            risks=risks[action.public_id],
            changed=waiting[action.pk],
        )
        for action in actions
    ]


def _totals(actor: Actor, actions: Sequence[Action]) -> dict[int | None, int]:
    rows = Operation.objects.for_organisation(actor.organisation)
    counted = rows.filter(revision__in=[one.revision_id for one in actions]).values("revision")
    return {row["revision"]: row["count"] for row in counted.annotate(count=Count("pk")).order_by()}


def _risks(
    actor: Actor, actions: Sequence[Action], on: Mapping[str, Sequence[str]]
) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {action.public_id: Counter() for action in actions}
    revisions: dict[Any, str] = {action.revision_id: action.public_id for action in actions}
    keys = {key for action in actions for key in on.get(action.public_id, ())}
    rows = Operation.objects.for_organisation(actor.organisation).filter(
        revision__in=list(revisions), key__in=keys
    )
    for revision, key, risk in rows.values_list("revision", "key", "risk"):
        action_id = revisions[revision]
        if key in on.get(action_id, ()):
            found[action_id][risk] += 1
    return found
