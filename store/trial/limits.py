"""How much strangers may try, whoever they say they are: a visitor, a network, a listing, the whole installation."""

import ipaddress

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from kernel.errors import RateLimited
from kernel.ratelimit import Limit, take_all_async
from store.models import Listing

DAY = 24 * 3600


class TriedEnough(RateLimited):
    code = "tried_enough"
    user_message = _(
        "Enough was tried without an account for now, from your network or of this assistant. Make an account to go on, or"
        " come back later."
    )


def trials_are_on() -> bool:
    """Whether the operator lets strangers try anything."""
    return settings.TRIAL_TURNS > 0 and settings.TRIAL_TURNS_A_DAY > 0


def may_try(listing: Listing) -> bool:
    """Whether strangers may try a listing that they can see."""
    return trials_are_on() and listing.trial and listing.is_live and listing.visibility == "public"


async def take_turn(listing: Listing, ip: str) -> None:
    """Use up one turn of the network, the listing and the installation together, or nothing of any.

    Raises:
        TriedEnough: one of them is used up for now.
    """
    # One part of the names in common: in a cluster the buckets lie on one machine.
    name = "{trial}"
    limits = {
        f"{name}:network:{network_of(ip)}": Limit(settings.TRIAL_TURNS_A_NETWORK, DAY),
        f"{name}:listing:{listing.public_id}": Limit(settings.TRIAL_TURNS_A_LISTING, DAY),
        f"{name}:all": Limit(settings.TRIAL_TURNS_A_DAY, DAY),
    }
    try:
        await take_all_async(limits)
    except RateLimited as limited:
        raise TriedEnough(retry_after=limited.retry_after) from limited


def network_of(ip: str) -> str:
    """The part of an address that one household or office shares: /24 of IPv4, /48 of IPv6."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return str(ipaddress.ip_network(f"{address}/{24 if address.version == 4 else 48}", strict=False))
