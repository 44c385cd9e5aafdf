"""Start an organisation for a team."""

from dataclasses import replace

from kernel.actions import entry_action
from kernel.errors import NotAuthenticated
from kernel.outbox import publish_event
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.models import Membership, Organisation
from organisations.names import checked_name
from organisations.permissions import Role
from organisations.slugs import save_with_free_slug


@entry_action
def create_organisation(*, actor: Actor, name: str) -> Organisation:
    """Make an organisation whose owner is the person acting.

    Raises:
        NotAuthenticated: nobody is signed in.
        InvalidInput: the name is empty or too long.
    """
    if actor.user is None:
        raise NotAuthenticated
    name = checked_name(name)
    organisation = save_with_free_slug(Organisation(name=name))
    with tenant_scope(organisation):
        Membership.objects.create(organisation=organisation, user=actor.user, role=Role.OWNER)
        there = replace(actor, organisation=organisation)
        record_audit(there, "organisation.created", organisation, after={"name": name})
        publish_event(organisation, "organisation.created", {"organisation": organisation.public_id})
    return organisation
