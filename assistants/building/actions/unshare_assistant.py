"""Take back what somebody was given on an assistant."""

from assistants.building.queries import RESOURCE, access_assistant
from kernel.actions import entry_action
from kernel.errors import NotFound
from organisations.actions.remove_grant import remove_grant
from organisations.actors import Actor
from organisations.grants import access_grant
from organisations.permissions import Level, Permission, require


@entry_action
def unshare_assistant(*, actor: Actor, grant_id: str) -> str:
    """End a grant on an assistant; returns the assistant's public id. People may also give up their own.

    Raises:
        NotFound: there is no such grant, or nothing of its assistant was given to the actor.
        LevelMissing: the actor does not own the assistant, and the grant is not theirs.
        LastResourceOwner: nobody else owns it.
    """
    require(actor, Permission.USE_ASSISTANTS)
    grant = access_grant(actor.organisation, grant_id, lock=True)
    if grant.resource_type != RESOURCE:
        raise NotFound
    own = grant.membership_id is not None and grant.membership_id == actor.membership_id
    level = Level(grant.level) if own else Level.OWN
    assistant = access_assistant(actor, grant.resource_id, level=level)
    remove_grant(actor=actor, grant=grant, label=assistant.label)
    return str(assistant.public_id)
