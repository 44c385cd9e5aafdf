"""Looking around at the other side, for pages and programs: nothing of it runs inside a transaction."""

from typing import Any

from assistants.actions.connectors.clients import client_of
from assistants.actions.origins.accounts import accounts_of, check_reachable, reader_for
from assistants.actions.origins.catalogue import ORIGINS, folder_of, origin_named
from assistants.actions.origins.port import Level, Origin
from assistants.actions.origins.service import intelligible
from kernel.ratelimit import Limit, take
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.host_policy import held_to_policies
from organisations.permissions import Permission

LOOKS = Limit(120, 60.0)  # of a person in a minute: each asks somebody else's service
LONGEST_PLACE, LONGEST_SEARCH = 1000, 200


def browse(
    actor: Actor, origin_name: str, connection: str, *, at: str = "", search: str = "", cursor: str = ""
) -> Level:
    """One level of what the actor's account sees.

    Args:
        connection: public id of the actor's own connection, or of an MCP action. at: empty for the first level.

    Raises:
        NotFound: no such origin, or no such connection of theirs.
        RateLimited: they look around too often.
        OriginError, EgressError, HostForbidden: the service does not answer, or not with this.
    """
    origin = origin_named(origin_name)
    take(f"browse:{actor.caller}", LOOKS)
    with tenant_scope(actor.organisation):
        reader = reader_for(actor, origin, connection)
    check_reachable(reader, actor.organisation)
    service = reader.service(origin, actor.organisation)
    words = " ".join(search.replace("\x00", "").split())[:LONGEST_SEARCH]
    with held_to_policies(actor.organisation.pk), intelligible(service):
        return origin.browse(service, at.replace("\x00", "")[:LONGEST_PLACE], words, cursor[:LONGEST_PLACE])


def origins_for(actor: Actor, assistant_id: str, *, return_to: str = "") -> list[dict[str, Any]]:
    """Every origin, with what the actor may read it with, inside the organisation's scope."""
    return [origin_for(actor, origin, assistant_id, return_to=return_to) for origin in ORIGINS]


def origin_for(actor: Actor, origin: Origin, assistant_id: str, *, return_to: str = "") -> dict[str, Any]:
    """One of them: `ways` in which people may connect now; `needs_client` where an administrator has to register one."""
    found = folder_of(origin)
    registered = found is not None and client_of(actor.organisation, found.name) is not None
    ways = (["oauth"] if registered else []) + (["token"] if origin.takes_token else [])
    return {
        "name": origin.name,
        "title": origin.title,
        "icon": origin.icon,
        "mark": found.icon if found else "",
        "summary": str(origin.summary),
        "ways": ways,
        "needs_client": found is not None and not registered,
        "may_register": found is not None and actor.can(Permission.MANAGE_ORGANISATION),
        "token_help": str(origin.token_help),
        "accounts": accounts_of(actor, origin, assistant_id, return_to=return_to),
    }
