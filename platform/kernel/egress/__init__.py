"""Every call to the outside goes through here: the only HTTP clients of the house.

A call reaches public https addresses on port 443, and what operators trust by exact host and port (`EGRESS_ALLOW`
for everything, `trust()` for model providers). Names are resolved and checked at the moment of connecting, on every
hop, and the checked address is the one that is dialled.
"""

from kernel.egress.clients import GuardedAsyncClient, GuardedClient, guarded_async_client, guarded_client
from kernel.egress.errors import EgressError, EgressInterrupted, EgressRefused, EgressTimeout, EgressTooLarge
from kernel.egress.lookups import (
    NameLookupError,
    NameLookupTimeout,
    NotADomainName,
    txt_records,
    txt_records_async,
)
from kernel.egress.names import ascii_host
from kernel.egress.permits import each_host_checked
from kernel.egress.postgres import SslMode, postgres_connection
from kernel.egress.streams import StreamClient, StreamLimits, StreamResponse
from kernel.egress.targets import check_url, database_target, trust, trust_url

__all__ = [
    "EgressError",
    "EgressInterrupted",
    "EgressRefused",
    "EgressTimeout",
    "EgressTooLarge",
    "GuardedAsyncClient",
    "GuardedClient",
    "NameLookupError",
    "NameLookupTimeout",
    "NotADomainName",
    "SslMode",
    "StreamClient",
    "StreamLimits",
    "StreamResponse",
    "ascii_host",
    "check_url",
    "database_target",
    "each_host_checked",
    "guarded_async_client",
    "guarded_client",
    "postgres_connection",
    "trust",
    "trust_url",
    "txt_records",
    "txt_records_async",
]
