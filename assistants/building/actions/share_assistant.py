"""Give a person or a group something on an assistant."""

from django.utils.translation import gettext_lazy as _

from assistants.building.queries import RESOURCE, access_assistant
from kernel.actions import entry_action
from kernel.errors import Conflict
from organisations.actions.put_grant import holder_by_id, put_grant
from organisations.actors import Actor
from organisations.models import Grant, Membership
from organisations.permissions import Level, Permission, require


class HolderMayNotBuild(Conflict):
    code = "holder_may_not_build"
    user_message = _(
        "The role of %(name)s does not allow building, so this level would not work. Give them another role first, or"
        " the level “Use it”."
    )


@entry_action
def share_assistant(*, actor: Actor, assistant_id: str, holder_id: str, level: Level) -> Grant:
    """Give a person (`mem_…`) or a group (`grp_…`) a level on an assistant, instead of the one that they have.

    A grant never gives more than the holder's role: levels above “use” need a role that builds.

    Raises:
        PermissionDenied: the actor may not build.
        NotFound: no such assistant, person or group.
        LevelMissing: the actor does not own the assistant.
        HolderMayNotBuild: a person is to change it whose role does not build.
        LastResourceOwner: its only owner would no longer be one.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    assistant = access_assistant(actor, assistant_id, level=Level.OWN, lock=True)
    guard_holder(actor, holder_id, level)
    return put_grant(
        actor=actor,
        resource_type=RESOURCE,
        resource_id=assistant.public_id,
        label=assistant.label,
        holder_id=holder_id,
        level=level,
    )


def guard_holder(actor: Actor, holder_id: str, level: Level) -> None:
    """Refuse a level that a person's role does not let them use; members of a group may have several roles.

    Raises:
        HolderMayNotBuild: the role does not allow building.
        NotFound: no such person or group.
    """
    membership = holder_by_id(actor, holder_id).get("membership")
    if not isinstance(membership, Membership) or level == Level.USE:
        return
    if Permission.BUILD_ASSISTANTS not in membership.permissions:
        raise HolderMayNotBuild(name=membership.user.display_name)
