"""The actions and built-in tools of a draft, for the room that keeps actions."""

from collections.abc import Sequence

from assistants.building.actions.add_starter import add_starter
from assistants.building.actions.switch_capability import switch_capability
from assistants.building.actions.switch_operations import switch_operations
from assistants.building.queries import access_assistant, draft_of
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.permissions import Level


class DraftActions:
    """What `kernel.registries.draft_actions` asks for."""

    def uses(self, actor: Actor, assistant_id: str) -> dict[str, list[str]]:
        """The keys of the operations that are on, by the actions' public ids."""
        with tenant_scope(actor.organisation):
            draft = draft_of(access_assistant(actor, assistant_id, level=Level.VIEW))
        return {use["id"]: list(use["operations"]) for use in draft.specification.get("actions", [])}

    def model(self, actor: Actor, assistant_id: str) -> str:
        """The id of the model that it names; empty for the installation's default."""
        with tenant_scope(actor.organisation):
            draft = draft_of(access_assistant(actor, assistant_id, level=Level.VIEW))
        return str(draft.specification.get("model", {}).get("id") or "")

    def switch(self, actor: Actor, assistant_id: str, action_id: str, operations: Sequence[str]) -> None:
        """Have exactly these operations of an action on."""
        switch_operations(actor=actor, assistant_id=assistant_id, action_id=action_id, operations=operations)

    def add_starter(self, actor: Actor, assistant_id: str, text: str) -> None:
        """Let conversations begin with a text that an action offers."""
        add_starter(actor=actor, assistant_id=assistant_id, text=text)

    def capabilities(self, actor: Actor, assistant_id: str) -> dict[str, bool]:
        """Which built-in tools are on, by their names."""
        with tenant_scope(actor.organisation):
            draft = draft_of(access_assistant(actor, assistant_id, level=Level.VIEW))
        return dict(draft.specification.get("capabilities", {}))

    def allow(self, actor: Actor, assistant_id: str, capability: str, on: bool) -> None:
        """Switch a built-in tool on or off."""
        switch_capability(actor=actor, assistant_id=assistant_id, name=capability, on=on)

    def forget(self, actor: Actor, assistant_id: str, action_id: str) -> None:
        """Take an action out of the draft."""
        switch_operations(actor=actor, assistant_id=assistant_id, action_id=action_id, operations=None)
