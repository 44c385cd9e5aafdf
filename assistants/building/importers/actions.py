"""Actions that come with a definition become the assistant's."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from assistants.actions.actions.add_action import add_action
from assistants.actions.actions.reimport_action import reimport_action
from assistants.actions.models import Action
from assistants.actions.queries import actions_of
from assistants.building.importers.base import Account, BroughtAction
from kernel.errors import DomainError
from kernel.tenancy import tenant_scope
from organisations.actors import Actor


def bring_actions(
    *, actor: Actor, assistant_id: str, brought: Sequence[BroughtAction], account: Account | None = None
) -> list[dict[str, Any]]:
    """Add actions to an assistant, or read those again that it has under the same name; each in a transaction of its own.

    Args:
        account: where it is noted what could not be added; None lets that refuse the whole.

    Returns:
        Which operations are on, for the draft. What an organisation wants approved is asked about before it is published.

    Raises:
        DomainError: whatever `add_action` refuses.
    """
    with tenant_scope(actor.organisation):
        rows = actions_of(actor.organisation, assistant_id)
        known = {(one.kind, one.name, one.connector): one for one in rows}
        documents = dict(rows.values_list("public_id", "revision__document"))
    uses = []
    for one in brought:
        present = known.pop((one.reading.kind, one.reading.name, one.reading.connector), None)
        try:
            action = _brought(actor, assistant_id, one, present, documents)
        except DomainError as refusal:
            if account is None:
                raise
            account.misses(one.given, one.reading.name, refusal.message)
            continue
        if account is not None:
            account.maps(one.given, "actions")
        uses.append({"id": action.public_id, "operations": one.keys})
    return uses


def _brought(
    actor: Actor,
    assistant_id: str,
    one: BroughtAction,
    present: Action | None,
    documents: Mapping[str, str],
) -> Action:
    reading = one.reading
    if not reading.connector:
        auth = dict(one.auth) if one.auth else reading.auth
        reading = replace(reading, auth=auth, privacy_policy_url=one.privacy_policy_url)
    if present is None:
        return add_action(actor=actor, assistant_id=assistant_id, reading=reading)
    if documents.get(present.public_id) == reading.document:
        return present
    return reimport_action(
        actor=actor, assistant_id=assistant_id, action_id=present.public_id, reading=reading
    )
