"""A service refuses a credential, and there is none to renew it with."""

import secrets

from assistants.connections.actions.renew_connection import break_connection, claim_renewal
from assistants.connections.queries import live_connections
from kernel.tenancy import tenant_scope
from organisations.models import Organisation

REFUSED = "refused"


def refuse_credential(*, organisation: Organisation, connection_id: str) -> None:
    """Note that the consent of a connection is over, so that its person is asked to connect anew."""
    with tenant_scope(organisation):
        rows = live_connections(organisation).select_related("organisation")
        connection = rows.filter(public_id=connection_id).first()
    lease = secrets.token_hex(8)
    if connection is not None and claim_renewal(connection=connection, lease=lease):
        break_connection(connection=connection, lease=lease, failure=REFUSED)
