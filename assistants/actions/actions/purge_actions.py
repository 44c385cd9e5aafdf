"""Erase the actions of an assistant that is gone for good."""

from assistants.actions.models import Action
from assistants.connections.actions.delete_profile import delete_profile
from assistants.connections.models import AuthProfile
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.models import Organisation
from organisations.permissions import Permission

NAME = "Actions"


def purge_actions(*, organisation: Organisation, assistant_id: str) -> None:
    """End everybody's connections to an assistant's actions, then erase the actions with their revisions and examples.

    What was called stays in the organisations whose people called it.
    """
    # This room, at work for the organisation: the days in the bin are over, and nobody clicked.
    actor = Actor(
        user=None,
        organisation=organisation,
        service_account_name=NAME,
        permissions=frozenset({Permission.BUILD_ASSISTANTS}),
    )
    with tenant_scope(organisation):
        profiles = AuthProfile.objects.for_organisation(organisation)
        keys = list(
            profiles.filter(assistant_id=assistant_id, deleted_at=None).values_list("public_id", flat=True)
        )
    for key in keys:
        delete_profile(actor=actor, profile_id=key)
    with tenant_scope(organisation, durable=True):
        Action.objects.for_organisation(organisation).filter(assistant_id=assistant_id).delete()
