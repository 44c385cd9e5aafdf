"""From a model's arguments to the request that is sent: checked, encoded, and bound to one host."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

import orjson
from django.utils.translation import gettext as _

from assistants.actions.openapi.checking import check_arguments
from assistants.actions.openapi.content import FileContent, body_content
from assistants.actions.openapi.documents import Callable
from assistants.actions.openapi.serialising import header_text, path_text, query_pairs, query_text
from kernel.errors import InvalidInput

MOST_CHARACTERS = 100_000  # of a request, without the files in it
MOST_URL = 8_000

__all__ = ["FileContent", "PreparedRequest", "prepare"]


@dataclass(frozen=True, slots=True)
class PreparedRequest:
    """A request without its credential.

    Attributes:
        path: as it is sent, percent-encoded, without the query.
        host: with the port where the address names one.
    """

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes | None = None
    host: str = ""
    path: str = ""


def prepare(
    operation: Callable,
    server_url: str,
    arguments: Mapping[str, Any],
    *,
    files: Mapping[str, Any] | None = None,
    contents: Mapping[str, FileContent] | None = None,
) -> PreparedRequest:
    """Make the request of one call.

    Args:
        server_url: the address that the operation's path follows.
        files: what is sent in place of each file id in `openaiFileIdRefs`: {name, id, mime_type, download_link}.
        contents: the bytes of the files that a multipart body holds, by their ids.

    Raises:
        InvalidInput: an argument is missing, unknown or wrong; the errors name each.
    """
    mapping = operation.mapping
    checked = check_arguments(operation, arguments)
    path, query, headers = _placed(operation, mapping, checked)
    origin, base = _server(server_url, mapping.get("server_path"))
    url = f"{origin}{base}{path}" + (f"?{query}" if query else "")
    content, media_type, counted = body_content(
        mapping.get("body"), mapping, checked, files or {}, contents or {}
    )
    if len(url) > MOST_URL or len(url) + counted + sum(map(len, headers.values())) > MOST_CHARACTERS:
        raise InvalidInput.on(
            "arguments",
            "too_large",
            _("The request would be larger than %(limit)s characters. Send less at a time.")
            % {"limit": MOST_CHARACTERS},
        )
    headers["Accept"] = "application/json, text/*;q=0.8, */*;q=0.5"
    if media_type:
        headers["Content-Type"] = media_type
    _assert_inside(url, origin, base)
    parts = urlsplit(url)
    return PreparedRequest(operation.method, url, headers, content, parts.netloc, parts.path)


def _server(server_url: str, server_path: str | None) -> tuple[str, str]:
    parts = urlsplit(server_url)
    base = parts.path if server_path is None else server_path
    return f"{parts.scheme}://{parts.netloc}", base.rstrip("/")


def _placed(
    operation: Callable, mapping: Mapping[str, Any], arguments: Mapping[str, Any]
) -> tuple[str, str, dict[str, str]]:
    query: list[tuple[str, str, bool]] = []
    headers: dict[str, str] = {}
    values: dict[str, str] = {}
    for target in mapping.get("parameters", ()):
        argument = target["argument"]
        if argument not in arguments:
            continue
        value = arguments[argument]
        if target.get("json"):
            value = orjson.dumps(value).decode()
        if target["in"] == "path":
            values["{" + target["name"] + "}"] = path_text(argument, target, value)
        elif target["in"] == "header":
            headers[target["name"]] = header_text(argument, value, explode=bool(target.get("explode")))
        else:
            query += query_pairs(target, value)
    # Documents tell apart calls of one path by a fragment, which is never sent, or by a query that always is.
    path, _mark, fixed = operation.path.partition("#")[0].partition("?")
    queries = (_filled(fixed, values), query_text(query))
    return _filled(path, values), "&".join(each for each in queries if each), headers


def _filled(path: str, values: Mapping[str, str]) -> str:
    # One pass: a value that holds another parameter's braces is text.
    filled, rest = "", path
    while "{" in rest:
        before, _brace, after = rest.partition("{")
        name, _brace, rest = after.partition("}")
        filled += _static(before) + values["{" + name + "}"]
    return filled + _static(rest)


def _static(text: str) -> str:
    return quote(text, safe="/:@!$&'()*+,;=~%-._")


def _assert_inside(url: str, origin: str, base: str) -> None:
    parts = urlsplit(url)
    inside = f"{parts.scheme}://{parts.netloc}" == origin and parts.path.startswith(base)
    segments = parts.path.lower().replace("%2e", ".").split("/")
    clean = url.isascii() and url.isprintable() and " " not in url and "\\" not in url and "#" not in url
    if not inside or not clean or "@" in parts.netloc or any(segment in (".", "..") for segment in segments):
        raise InvalidInput.on(
            "arguments", "outside", _("These arguments lead to another address than the operation's.")
        )
