"""Tell whose assistant it is that a call was refused which nobody was told of."""

from assistants.actions.models import ActionCall
from assistants.turns.plan import AssistantPlan
from assistants.turns.tools import Intention
from kernel.outbox import publish_event
from kernel.redis import sync_redis
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.models import Organisation

EVENT = "action.undisclosed"
QUIET = 24 * 3600  # seconds in which the same is not told again


def report_undisclosed(*, plan: AssistantPlan, intention: Intention, actor: Actor) -> bool:
    """Write a refused call into its creator's record too, and announce it: once a day for an assistant and a host.

    A creator reads what was called, and never by whom or with what: those stay in the record of who asked.

    Args:
        actor: who asked. Where that is the creator's organisation, its record has the call already.

    Returns:
        Whether it was told now.
    """
    owner = plan.creator_organisation_id
    mark = f"actions:undisclosed:{plan.assistant_id}:{intention.action}:{intention.host}"
    if not sync_redis().set(mark, 1, nx=True, ex=QUIET):
        return False
    with tenant_scope(owner, durable=True):
        if owner != actor.organisation.pk:
            ActionCall.objects.create(
                organisation_id=owner,
                surface="",
                assistant_id=plan.assistant_id,
                assistant_name=plan.assistant_name,
                version_id=plan.version_id or "",
                creator_organisation_id=owner,
                action_id=intention.action,
                action_name=intention.action_name,
                operation=intention.operation,
                method=intention.method,
                host=intention.host,
                outcome=ActionCall.Outcome.REFUSED,
                error_code="undisclosed",
            )
        facts = {"assistant": plan.assistant_id, "action": intention.action_name, "host": intention.host}
        publish_event(Organisation(pk=owner), EVENT, facts)
    return True
