"""Hand an assistant over to another owner."""

from assistants.building.actions.share_assistant import guard_holder
from assistants.building.models import Assistant
from assistants.building.queries import RESOURCE, access_assistant
from kernel.actions import entry_action
from organisations.actions.put_grant import put_grant
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.grants import owners
from organisations.models import Grant
from organisations.permissions import Level, Permission, require


@entry_action
def transfer_assistant(*, actor: Actor, assistant_id: str, holder_id: str) -> Assistant:
    """Make one person or group the owner; those who owned it keep the level “edit”.

    Raises:
        PermissionDenied: the actor may not build.
        NotFound: no such assistant, person or group.
        LevelMissing: the actor does not own the assistant.
        HolderMayNotBuild: the person's role does not build.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    assistant = access_assistant(actor, assistant_id, level=Level.OWN, lock=True)
    guard_holder(actor, holder_id, Level.OWN)
    before = owners(actor.organisation, RESOURCE, assistant.public_id)
    grant = put_grant(
        actor=actor,
        resource_type=RESOURCE,
        resource_id=assistant.public_id,
        label=assistant.label,
        holder_id=holder_id,
        level=Level.OWN,
    )
    others = [holder.grant.pk for holder in before if holder.grant.pk != grant.pk]
    Grant.objects.for_organisation(actor.organisation).filter(pk__in=others).update(level=Level.EDIT)
    record_audit(
        actor,
        "assistant.transferred",
        assistant,
        before={"owners": [holder.label for holder in before]},
        after={"owners": [str(grant.membership or grant.group)]},
    )
    return assistant
