"""What a bridge's secret address is called where people give it once more."""

from assistants.actions.connectors.catalogue import known_connector
from assistants.actions.models import Action
from assistants.connections.models import AuthProfile


def address_words_of(profile: AuthProfile) -> tuple[str, str] | None:
    """The connector's own label of the address that signs an action's calls, and where people find it; None where the action is
    of no bridge that is known. Inside the scope of the profile's organisation.
    """
    rows = Action.objects.for_organisation(profile.organisation_id).filter(profile=profile, deleted_at=None)
    name = rows.values_list("connector", flat=True).first()
    found = known_connector(name) if name else None
    return (found.address_label, found.address_help) if found and found.address_label else None
