"""Trying a service out: one search, shown to whoever looks after the organisation. Never inside a transaction."""

from asgiref.sync import async_to_sync

from assistants.tools.searching.asking import ask
from assistants.tools.searching.chosen import chosen_for
from assistants.tools.searching.errors import SearchNotSetUp
from assistants.tools.searching.ports import Hit
from assistants.tools.searching.tool import read_wanted
from kernel.ratelimit import Limit, take
from organisations.actors import Actor
from organisations.host_policy import check_hosts
from organisations.permissions import Permission, require

TRIES = Limit(30, 600.0)


def try_search(*, actor: Actor, query: str) -> list[Hit]:
    """The first three results of a query, with the service that the organisation's assistants would ask.

    Raises:
        PermissionDenied: the actor may not change the organisation's settings.
        SearchNotSetUp: there is no service. SearchFailed: it could not, or would not.
        InvalidInput: the query is none. HostForbidden: the organisation's policy is against it.
        RateLimited: too many tries lately.
    """
    require(actor, Permission.MANAGE_ORGANISATION)
    wanted = read_wanted({"query": query, "count": 3})
    chosen = chosen_for(actor.organisation)
    if chosen is None:
        raise SearchNotSetUp
    check_hosts(chosen.host, actor.organisation.pk)
    take(f"web-search-try:{actor.organisation.pk}", TRIES)
    return async_to_sync(ask)(chosen, wanted)
