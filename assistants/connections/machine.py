"""Who acts where no person does."""

from organisations.actors import Actor
from organisations.models import Organisation

NAME = "Connections"


def machine(organisation: Organisation) -> Actor:
    """This room, at work for an organisation: for renewals and endings that nobody clicked."""
    return Actor(user=None, organisation=organisation, service_account_name=NAME)
