"""Give an organisation another name."""

from kernel.actions import entry_action
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.models import Organisation
from organisations.names import checked_name
from organisations.permissions import Permission, require


@entry_action
def rename_organisation(*, actor: Actor, name: str) -> Organisation:
    """Change the name that people see; addresses stay as they are.

    Raises:
        PermissionDenied: the actor may not change the organisation.
        InvalidInput: the name is empty or too long.
    """
    require(actor, Permission.MANAGE_ORGANISATION)
    name = checked_name(name)
    organisation = Organisation.objects.select_for_update(no_key=True).get(pk=actor.organisation.pk)
    before, organisation.name = organisation.name, name
    if before != name:
        organisation.save(update_fields=["name"])
        record_audit(
            actor, "organisation.renamed", organisation, before={"name": before}, after={"name": name}
        )
    return organisation
