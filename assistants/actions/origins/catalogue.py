"""Which origins there are, where their services are asked, and which connector says how people consent there."""

from django.conf import settings

from assistants.actions.connectors.catalogue import Connector, known_connector
from assistants.actions.origins.drive import Drive
from assistants.actions.origins.github import GitHub
from assistants.actions.origins.notion import Notion
from assistants.actions.origins.port import Origin
from assistants.actions.origins.resources import Resources
from kernel.errors import NotFound

MCP = Resources.name
ORIGINS: tuple[Origin, ...] = (Drive(), GitHub(), Notion(), Resources())
_BY_NAME = {origin.name: origin for origin in ORIGINS}


def origin_named(name: str) -> Origin:
    """One origin.

    Raises:
        NotFound: there is none of this name.
    """
    found = _BY_NAME.get(name)
    if found is None:
        raise NotFound
    return found


def api_of(origin: Origin) -> str:
    """Where its service is asked here: the operator may say another place, as for a GitHub Enterprise Server. Where people
    consent there, a folder of the operator's own says, in the place of the shipped one.
    """
    return str(settings.ORIGIN_ADDRESSES.get(origin.name, {}).get("api") or origin.api)


def is_read(connector: Connector) -> bool:
    """Whether knowledge can be read from a connector's service."""
    return connector.name in _BY_NAME and bool(_BY_NAME[connector.name].api)


def host_of(connector: Connector) -> str:
    """Where a connector's service is asked: the host of an app's calls, or of what is read from a source; empty for bridges."""
    origin = _BY_NAME.get(connector.name)
    return (
        api_of(origin).partition("://")[2].partition("/")[0]
        if origin and not connector.host
        else connector.host
    )


def folder_of(origin: Origin) -> Connector | None:
    """The connector whose folder says how people consent there; None where they connect in another way."""
    found = known_connector(origin.name) if origin.api else None
    return found if found is not None and found.needs_client else None
