"""What somebody gives becomes a reading: everything that an action and its revision will hold, before anything is saved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from django.utils.translation import gettext_lazy as _

from assistants.actions.models import Action
from assistants.actions.openapi.documents import Finding, ReadOperation
from assistants.actions.openapi.reading import read_document
from kernel.egress import check_url
from kernel.errors import InvalidInput

MOST_BYTES = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Reading:
    """An outside API as it was read.

    Attributes:
        document: as it was given. auth: how its calls are signed, as far as it says, in the form of a profile's settings.
        prompts: starters that an MCP server offers. connector: the ready-made one that it was read from; empty for others.
    """

    kind: str
    origin: str
    name: str
    description: str
    server_url: str
    document: str
    operations: tuple[ReadOperation, ...]
    findings: tuple[Finding, ...] = ()
    source_url: str = ""
    privacy_policy_url: str = ""
    auth: dict[str, Any] | None = None
    prompts: Sequence[dict[str, Any]] = field(default_factory=tuple)
    connector: str = ""

    @property
    def signed_by_client(self) -> bool:
        """Whether calls are signed under the client that an organisation registered for a connector."""
        return bool(self.connector) and (self.auth or {}).get("kind") == "oauth2"

    @property
    def content_hash(self) -> str:
        """SHA-256 over what its calls depend on."""
        named = "\n".join([self.server_url, *(f"{one.key} {one.fingerprint}" for one in self.operations)])
        return sha256(named.encode()).hexdigest()


def reading_of_document(
    data: bytes, *, name: str = "", base_url: str = "", origin: str = Action.Origin.WRITTEN
) -> Reading:
    """Read an OpenAPI document.

    Args:
        base_url: where it was fetched from, if it was.

    Raises:
        DocumentError: it cannot be taken, and why. InvalidInput: it is too large, or holds no operation.
        EgressRefused: no call could ever go to its server.
    """
    if len(data) > MOST_BYTES:
        raise InvalidInput.on(
            "document", "too_large", _("A document has at most 10 MB. Leave out what is not called.")
        )
    read = read_document(data, name=name, base_url=base_url)
    if not read.operations:
        raise InvalidInput.on(
            "document", "no_operations", _("The document describes no operation that could be called.")
        )
    server_url = read.servers[0]
    check_url(server_url)
    return Reading(
        kind=Action.Kind.OPENAPI,
        origin=origin,
        name=(name or read.title)[:120],
        description=read.description,
        server_url=server_url,
        document=data.decode("utf-8", "replace").replace("\x00", ""),
        operations=read.operations,
        findings=read.warnings,
        source_url=base_url,
        auth=read.auth,
    )


def without_nul(value: Any) -> Any:
    """JSON without the one character that PostgreSQL keeps in no text."""
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, Mapping):
        return {without_nul(key): without_nul(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [without_nul(inner) for inner in value]
    return value
