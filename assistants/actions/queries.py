"""Questions about actions, confirmations and calls."""

from collections.abc import Sequence

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from assistants.actions.models import (
    Action,
    ActionCall,
    ActionExample,
    AlwaysAllow,
    Confirmation,
    Operation,
    ToolApproval,
)
from assistants.turns.tools import Intention
from kernel.errors import Conflict, NotFound
from kernel.tenancy import HasPk, tenant_scope
from organisations.actors import Actor
from organisations.models import Organisation


class ActionEnded(Conflict):
    code = "action_ended"
    user_message = _("This action was switched off, so it was not called. Go on without it.")


def actions_of(organisation: HasPk | int, assistant_id: str) -> QuerySet[Action]:
    """The actions of an assistant, oldest first, inside the organisation's scope."""
    rows = Action.objects.for_organisation(organisation).filter(assistant_id=assistant_id, deleted_at=None)
    # A document may have 10 MB, which few who ask need.
    found: QuerySet[Action] = rows.select_related("revision", "profile").defer("revision__document")
    return found.order_by("id")


def access_action(
    organisation: HasPk | int, assistant_id: str, action_id: str, *, lock: bool = False
) -> Action:
    """One action of an assistant, inside the organisation's scope.

    Raises:
        NotFound: it has none of this id.
    """
    rows = actions_of(organisation, assistant_id).filter(public_id=action_id.replace("\x00", ""))
    found = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if found is None:
        raise NotFound
    return found


def require_callable(organisation_id: int, action_id: str) -> None:
    """Refuse calls of an action that was paused or removed: that holds for turns too that had begun before.

    Raises:
        ActionEnded: it is off.
    """
    with tenant_scope(organisation_id):
        rows = Action.objects.for_organisation(organisation_id)
        if not rows.filter(public_id=action_id, deleted_at=None, paused=False).exists():
            raise ActionEnded


def operations_of(action: Action, *, search: str = "") -> QuerySet[Operation]:
    """What an action's present revision says that it can do, in the document's order; with these words in it."""
    rows = Operation.objects.for_organisation(action.organisation_id).filter(revision=action.revision_id)
    for word in search.replace("\x00", "").split()[:8]:
        rows = rows.filter(Q(key__icontains=word) | Q(path__icontains=word) | Q(summary__icontains=word))
    found: QuerySet[Operation] = rows.order_by("position")
    return found


def access_operation(action: Action, key: str) -> Operation:
    """One operation of an action's present revision.

    Raises:
        NotFound: it has none of this key.
    """
    found = operations_of(action).filter(key=key.replace("\x00", "")).first()
    if found is None:
        raise NotFound
    return found


def changed_tools(action: Action) -> QuerySet[ToolApproval]:
    """The tools that wait for somebody to look at their new descriptions."""
    rows = ToolApproval.objects.for_organisation(action.organisation_id).filter(action=action)
    found: QuerySet[ToolApproval] = rows.order_by("operation")
    return found


def examples_of(action: Action) -> QuerySet[ActionExample]:
    """The calls of an action that somebody kept."""
    rows = ActionExample.objects.for_organisation(action.organisation_id).filter(action=action)
    found: QuerySet[ActionExample] = rows.order_by("-created_at", "-id")
    return found


def operation_keys(organisation: HasPk | int, assistant_id: str) -> dict[str, set[str]]:
    """What the actions of an assistant can do: keys of operations by the actions' public ids, inside the scope."""
    revisions = dict(actions_of(organisation, assistant_id).values_list("public_id", "revision_id"))
    found: dict[str, set[str]] = {public_id: set() for public_id in revisions}
    rows = Operation.objects.for_organisation(organisation).filter(revision__in=revisions.values())
    for public_id, key in rows.values_list("revision__action__public_id", "key"):
        found[public_id].add(key)
    return found


def confirmation_of_call(organisation: Organisation, turn_id: str, call_id: str) -> Confirmation | None:
    """What was asked about a call of a turn, if anything was."""
    with tenant_scope(organisation):
        rows = Confirmation.objects.for_organisation(organisation)
        found: Confirmation | None = rows.filter(turn__public_id=turn_id, call_id=call_id).first()
        return found


def is_always_allowed(actor: Actor, thread_id: str, intention: Intention) -> bool:
    """Whether the person has allowed this operation for the whole conversation."""
    if not thread_id or not actor.user_id:
        return False
    with tenant_scope(actor.organisation):
        rows = AlwaysAllow.objects.for_organisation(actor.organisation)
        return bool(
            rows.filter(
                user_id=actor.user_id,
                thread_id=thread_id,
                action_id=intention.action,
                operation=intention.operation,
                host=intention.host,
            ).exists()
        )


def access_confirmation(
    actor: Actor, turn_id: str, confirmation_id: str, *, lock: bool = False
) -> Confirmation:
    """One thing that a turn of the actor's own asks.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    rows = Confirmation.objects.for_organisation(actor.organisation).filter(
        public_id=confirmation_id, turn__public_id=turn_id
    )
    rows = (
        rows.filter(turn__user_id=actor.user_id)
        if actor.user_id
        else rows.filter(turn__user_id=None, turn__api_key_id=actor.api_key_id or 0)
    )
    found: Confirmation | None = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if found is None:
        raise NotFound
    return found


def action_calls(organisation: HasPk | int) -> QuerySet[ActionCall]:
    """The calls of an organisation's people, newest first."""
    rows: QuerySet[ActionCall] = ActionCall.objects.for_organisation(organisation).select_related("user")
    return rows.order_by("-created_at", "-id")


def removed_actions(organisation: HasPk | int, action_ids: Sequence[str]) -> dict[str, str]:
    """The names of those actions that are there no more, by their public ids, inside the organisation's scope.

    One of which nothing is left has its id for a name.
    """
    if not action_ids:
        return {}
    rows = Action.objects.for_organisation(organisation).filter(public_id__in=action_ids)
    known = {
        str(key): (name, gone) for key, name, gone in rows.values_list("public_id", "name", "deleted_at")
    }
    found = {key: known.get(key, (key, True)) for key in action_ids}
    return {key: name for key, (name, gone) in found.items() if gone}


def present_revisions(organisation: HasPk | int, action_ids: Sequence[str]) -> dict[str, str]:
    """The public ids of the actions' present revisions, by theirs, inside the organisation's scope."""
    rows = Action.objects.for_organisation(organisation).filter(public_id__in=action_ids, deleted_at=None)
    found = rows.exclude(revision=None).values_list("public_id", "revision__public_id")
    return {action: str(revision) for action, revision in found}
