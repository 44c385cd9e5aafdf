"""Which outside hosts organisations let calls go to. Whoever calls asks here before every call.

An address that was saved long ago is asked about again each time: a policy holds from the moment it is changed, within
the seconds that `policy_cache` remembers.
"""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.db import run_db
from kernel.egress import each_host_checked
from kernel.errors import PermissionDenied
from organisations.policy import PolicyDocument, called_host
from organisations.policy_cache import kept_policy, policy_in_force
from organisations.policy_rules import HostRefusal, host_refusal

_REASONS: dict[HostRefusal, Promise] = {
    HostRefusal.BLOCKED: _("an organisation's policy blocks this host. Ask an administrator to change it."),
    HostRefusal.NOT_LISTED: _(
        "it is not among the hosts that an organisation's policy allows. Ask an administrator to add it."
    ),
}


class HostForbidden(PermissionDenied):
    """A policy is against a call.

    Attributes:
        organisation_id: whose policy it is.
        refusal: which of its lists.
    """

    code = "host_forbidden"
    user_message = _("Nothing was sent to %(host)s: %(why)s")

    def __init__(self, *, host: str, organisation_id: int, refusal: HostRefusal) -> None:
        self.organisation_id, self.refusal = organisation_id, refusal
        super().__init__(host=called_host(host)[:200], why=_REASONS[refusal])


def check_hosts(host: str, *organisation_ids: int) -> None:
    """Refuse a call to a host that any of these organisations does not allow: who asks, and whose assistant it is.

    Args:
        host: as it stands in the address, with or without its port.
        organisation_ids: their integer keys; one that occurs twice is asked once.

    Raises:
        HostForbidden: it says which host, and that a policy is the reason.
    """
    _check(host, {key: policy_in_force(key) for key in organisation_ids})


async def check_hosts_async(host: str, *organisation_ids: int) -> None:
    """The same for asynchronous code; a thread and a query only where a policy is not remembered.

    Raises:
        HostForbidden: as above.
    """
    _check(host, await _policies(organisation_ids))


@contextmanager
def held_to_policies(*organisation_ids: int) -> Iterator[None]:
    """Hold every call that is made inside, and every hop of it, to the policies that are in force now.

    Whoever makes the call, a library too, needs to know nothing of it: the egress guard asks. Calls raise HostForbidden.
    """
    policies = {key: policy_in_force(key) for key in organisation_ids}
    with each_host_checked(lambda host: _check(host, policies)):
        yield


@asynccontextmanager
async def held_to_policies_async(*organisation_ids: int) -> AsyncIterator[None]:
    """The same for asynchronous code."""
    policies = await _policies(organisation_ids)
    with each_host_checked(lambda host: _check(host, policies)):
        yield


async def _policies(organisation_ids: Iterable[int]) -> dict[int, PolicyDocument]:
    found = {}
    for organisation_id in organisation_ids:
        kept = kept_policy(organisation_id)
        found[organisation_id] = kept if kept is not None else await run_db(policy_in_force, organisation_id)
    return found


def _check(host: str, policies: Mapping[int, PolicyDocument]) -> None:
    for organisation_id, policy in policies.items():
        refusal = host_refusal([policy.hosts], host)
        if refusal is not None:
            raise HostForbidden(host=host, organisation_id=organisation_id, refusal=refusal)
