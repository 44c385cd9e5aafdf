"""MCP resources: what the servers of an assistant's own MCP actions have to read."""

from collections.abc import Callable, Coroutine, Iterator, Mapping
from functools import partial
from pathlib import PurePosixPath
from typing import Any, ClassVar, TypeVar
from urllib.parse import unquote, urlsplit

from asgiref.sync import async_to_sync
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assistants.actions.mcp.errors import McpError, McpRefused, Unauthorized
from assistants.actions.mcp.resources import McpResource, list_resources, read_resource
from assistants.actions.origins.picks import texts_of
from assistants.actions.origins.port import Item, Level, RemoteFile
from assistants.actions.origins.service import NotConnected, OriginError, RemoteMissing, Service
from assistants.knowledge.formats import BY_EXTENSION, BY_NAME, FORMATS

T = TypeVar("T")
MOST = 2000
MOST_PICKED = 200
_KNOWN = ("resources", "name")
_ENDINGS = {format_.media_type: format_.extensions[0] for format_ in FORMATS} | {
    "application/xhtml+xml": BY_NAME["html"].extensions[0]
}


class Resources:
    """All resources of a server, or some of them. The connection is the action that speaks with the server."""

    name: ClassVar[str] = "mcp"
    title: ClassVar[str] = "MCP"
    icon: ClassVar[str] = "unplug"
    summary: ClassVar[str | Promise] = gettext_lazy(
        "What the servers of this assistant's MCP actions have to read."
    )
    api: ClassVar[str] = ""
    takes_token: ClassVar[bool] = False
    token_help: ClassVar[str | Promise] = ""
    same_mark: ClassVar[bool] = False

    def browse(self, service: Service, at: str, search: str, cursor: str) -> Level:
        """All of a server's resources at once, since the protocol knows no folders."""
        found = self._listed(service)
        words = search.lower()
        shown = [one for one in found if words in f"{one.name} {one.uri}".lower()]
        items = [
            Item(one.name, "resource", pick={"resources": [one.uri], "name": one.name}, detail=one.uri[:200])
            for one in shown
        ]
        if items and not search:
            everything = Item(
                _("All resources of this server"), "folder", pick={"resources": [], "name": service.title}
            )
            items.insert(0, everything)
        return Level(items)

    def checked(self, pick: Mapping[str, Any]) -> dict[str, Any]:
        """Addresses (URIs) of resources; none of them means all that the server has, now and later."""
        found = texts_of(pick, "resources", known=_KNOWN, most=MOST_PICKED)
        return {"resources": found, "name": str(pick.get("name", ""))[:200]}

    def title_of(self, pick: Mapping[str, Any]) -> str:
        return str(pick.get("name") or "") or ", ".join(pick["resources"])[:200] or _("Resources")

    def files(self, service: Service, pick: Mapping[str, Any]) -> Iterator[RemoteFile]:
        wanted = set(pick["resources"])
        found = self._listed(service)
        if wanted and not any(one.uri in wanted for one in found):
            raise RemoteMissing(service=service.title)
        for one in found:
            if not wanted or one.uri in wanted:
                ending = _ending(one)
                yield RemoteFile(
                    id=one.uri,
                    path=_path(one),
                    mark=one.modified,
                    ending=ending,
                    size=one.size,
                    url=one.uri if one.uri.startswith("https://") else "",
                )

    def fetch(self, service: Service, pick: Mapping[str, Any], file: RemoteFile, most: int) -> bytes:
        try:
            data, _kind = _signed(service, partial(read_resource, uri=file.id, most=most))
        except McpRefused:
            raise RemoteMissing(service=service.title) from None
        except McpError:
            raise OriginError(service=service.title) from None
        return data

    def _listed(self, service: Service) -> list[McpResource]:
        try:
            return _signed(service, partial(list_resources, most=MOST))
        except McpError:
            raise OriginError(service=service.title) from None


def _signed(service: Service, ask: Callable[[str, dict[str, str]], Coroutine[Any, Any, T]]) -> T:
    """What a server answers to a question that is asked at its address with headers; once more with a renewed credential."""
    for again in (False, True):
        try:
            return async_to_sync(ask)(service.base, _headers(service))
        except Unauthorized:
            service.renew(again=again)
    raise NotConnected(service=service.title)


def _headers(service: Service) -> dict[str, str]:
    headers: dict[str, str] = {}
    credential = service.credential()
    if credential is not None:
        credential.sign(headers, {})
    return headers


def _ending(one: McpResource) -> str:
    """By what the server calls its kind, else by its name; what is neither is read as text."""
    if ending := _ENDINGS.get(one.mime_type):
        return ending
    for name in (one.name, urlsplit(one.uri).path):
        if (ending := PurePosixPath(name).suffix.lower()) in BY_EXTENSION:
            return ending
    return ".txt" if not one.mime_type or one.mime_type.startswith("text/") else ""


def _path(one: McpResource) -> str:
    if one.name != one.uri:
        return one.name.replace("/", "_")
    parts = urlsplit(one.uri)
    return unquote(parts.path).strip("/") or parts.netloc or one.uri
