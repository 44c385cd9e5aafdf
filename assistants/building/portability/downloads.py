"""An assistant on its way out, in one of the formats that we write."""

from collections.abc import Callable, Iterator

from assistants.building.models import Assistant
from assistants.building.portability.agent_plugin import plugin_members
from assistants.building.portability.contents import (
    Contents,
    contents_of_draft,
    contents_of_version,
    members_of,
)
from assistants.building.portability.packing import Member, chunks_of, pack, plain_name

BOTTEGA = "bottega"
AGENT_PLUGIN = "agent-plugin"
EXPORTS: dict[str, Callable[[Contents, int | None], Iterator[Member]]] = {
    BOTTEGA: lambda contents, _version: members_of(contents),
    AGENT_PLUGIN: plugin_members,
}


def exported(
    assistant: Assistant, *, format: str = BOTTEGA, version: int | None = None
) -> tuple[str, Iterator[bytes]]:
    """A name for the file, and its bytes; they are packed when the first is asked for.

    Args:
        version: a version's number; None for the draft.

    Raises:
        NotFound: there is no such version.
    """
    contents = contents_of_draft(assistant) if version is None else contents_of_version(assistant, version)
    middle = "" if version is None else f"-v{version}"
    ending = "" if format == BOTTEGA else f".{format}"
    name = f"{plain_name(assistant.label)}{middle}{ending}.zip"
    return name, _packed(EXPORTS[format](contents, version))


def _packed(members: Iterator[Member]) -> Iterator[bytes]:
    yield from chunks_of(pack(members))
