"""A bare ASGI application for the endpoints that stream, mounted beside Django.

Django's request cycle costs more than a stream's tokens do, so these endpoints do without it. What its middleware
would have done is done here: request ids, size limits, security headers, the language, and problem details for
errors. Who is asking is settled by `organisations.stream_auth`, with the same sessions and keys.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from time import perf_counter
from typing import Any
from urllib.parse import parse_qsl

import orjson
import structlog
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from kernel import errors, registries
from kernel.middleware import request_id_from
from kernel.problems import problem_document, problem_headers
from kernel.text import has_nul

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
ErrorBody = Callable[[errors.DomainError, str], dict[str, Any]]

MAX_BODY = 2 * 1024 * 1024
KEEP_ALIVE_SECONDS = 15.0
logger = structlog.get_logger(__name__)
SECURITY_HEADERS = [
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
]


class MalformedBody(errors.InvalidInput):
    code = "malformed_body"
    user_message = _("The body is not a JSON object. Send application/json.")


@dataclass
class StreamRequest:
    """One request to a streaming endpoint."""

    scope: Scope
    receive: Receive
    params: dict[str, str]
    request_id: str
    headers: dict[str, str] = field(default_factory=dict)
    started: float = field(default_factory=perf_counter)

    def __post_init__(self) -> None:
        self.headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in self.scope["headers"]}

    @property
    def method(self) -> str:
        return str(self.scope["method"])

    @property
    def path(self) -> str:
        return str(self.scope["path"])

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(self.scope.get("query_string", b"").decode("latin-1")))

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies; a header that cannot be read counts as none."""
        jar: SimpleCookie = SimpleCookie()
        try:
            jar.load(self.headers.get("cookie", ""))
        except CookieError:
            return {}
        return {name: morsel.value for name, morsel in jar.items()}

    @property
    def client_ip(self) -> str:
        client = self.scope.get("client")
        return str(client[0]) if client else ""

    async def body(self, limit: int = MAX_BODY) -> bytes:
        """The whole body.

        Raises:
            TooLarge: it is longer than `limit` bytes; the rest is not read.
        """
        chunks, size = [], 0
        while True:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise ClientGone
            chunk = message.get("body", b"")
            size += len(chunk)
            if size > limit:
                raise errors.TooLarge(limit=f"{limit // (1024 * 1024)} MB")
            chunks.append(chunk)
            if not message.get("more_body"):
                return b"".join(chunks)

    async def json(self, limit: int = MAX_BODY) -> dict[str, Any]:
        """The body as a JSON object.

        Raises:
            MalformedBody: it is something else.
        """
        try:
            body = await self.body(limit)
            document = orjson.loads(body)
        except (orjson.JSONDecodeError, RecursionError) as error:
            raise MalformedBody from error
        if not isinstance(document, dict) or has_nul(body, document):
            raise MalformedBody
        return document

    async def disconnected(self) -> None:
        """Return when the client has gone."""
        while (await self.receive())["type"] != "http.disconnect":
            pass


class ClientGone(Exception):
    """The client went away before its request was read."""


class Responder:
    """Writes one response."""

    def __init__(self, send: Send, request_id: str) -> None:
        self._send = send
        self.request_id = request_id
        self.started = False

    async def start(
        self, status: int, content_type: bytes, headers: Iterable[tuple[bytes, bytes]] = ()
    ) -> None:
        """Send the status line and headers."""
        self.started = True
        await self._send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [
                    (b"content-type", content_type),
                    (b"x-request-id", self.request_id.encode()),
                    *SECURITY_HEADERS,
                    *headers,
                ],
            }
        )

    async def write(self, chunk: bytes) -> None:
        """Send a part of the body."""
        await self._send({"type": "http.response.body", "body": chunk, "more_body": True})

    async def finish(self, chunk: bytes = b"") -> None:
        """Send the last part of the body."""
        await self._send({"type": "http.response.body", "body": chunk})

    async def json(
        self,
        status: int,
        document: Any,
        headers: Iterable[tuple[bytes, bytes]] = (),
        content_type: bytes = b"application/json",
    ) -> None:
        """Send a whole JSON response."""
        body = orjson.dumps(document)
        await self.start(status, content_type, [*headers, (b"content-length", str(len(body)).encode())])
        await self.finish(body)

    async def start_events(self, headers: Iterable[tuple[bytes, bytes]] = ()) -> None:
        """Begin a stream of server-sent events."""
        await self.start(200, b"text/event-stream; charset=utf-8", [*headers, (b"x-accel-buffering", b"no")])


def event_bytes(name: str, data: Any, event_id: str | None = None) -> bytes:
    """One server-sent event with a JSON body."""
    head = f"id: {event_id}\n" if event_id else ""
    return f"{head}event: {name}\ndata: ".encode() + orjson.dumps(data) + b"\n\n"


# No request is larger than a file may be, and the form around it.
LARGEST_REQUEST = (settings.MAX_UPLOAD_MB + 1) * 1024 * 1024
Handler = Callable[[StreamRequest, Responder], Awaitable[None]]


@dataclass(frozen=True)
class StreamRoute:
    """A method and path that are served without Django.

    `pattern` is a regular expression over the whole path; its named groups become `request.params`.
    `error_body` makes the body of an error; by default problem details. `public` endpoints settle access themselves.
    `operation` describes it in the API's schema: an OpenAPI operation, without what all operations share.
    """

    name: str
    method: str
    pattern: str
    handler: Handler
    error_body: ErrorBody = problem_document
    error_type: bytes = b"application/problem+json"
    public: bool = False
    operation: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @property
    def template(self) -> str:
        """The path with its parameters in braces, as OpenAPI writes it."""
        return re.sub(r"\(\?P<(\w+)>[^)]*\)", r"{\1}", self.pattern)

    def match(self, method: str, path: str) -> dict[str, str] | None:
        """The path's parameters where this route serves it."""
        found = re.fullmatch(self.pattern, path) if method == self.method else None
        return found.groupdict() if found else None


class StreamingApplication:
    """Serves the registered streaming routes and hands everything else to Django."""

    def __init__(self, django: Any) -> None:
        self.django = django

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
        elif scope["type"] == "http" and _announced_size(scope) > LARGEST_REQUEST:
            await _refuse_large(scope, send)
        elif scope["type"] == "http" and (found := _find(scope)):
            await _serve(found[0], StreamRequest(scope, receive, found[1], _request_id(scope)), send)
        else:
            await self.django(scope, receive, send)


def _announced_size(scope: Scope) -> int:
    announced = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    return int(announced) if announced.isdigit() else 0


async def _refuse_large(scope: Scope, send: Send) -> None:
    """Answer before the body is read: Django would first write all of it to disk."""
    respond = Responder(send, _request_id(scope))
    error = errors.TooLarge(limit=f"{settings.MAX_UPLOAD_MB} MB")
    document = problem_document(error, respond.request_id)
    await respond.json(error.status, document, content_type=b"application/problem+json")


def _find(scope: Scope) -> tuple[StreamRoute, dict[str, str]] | None:
    method, path = scope["method"], scope["path"]
    for route in registries.stream_routes:
        params = route.match(method, path)
        if params is not None:
            return route, params
    return None


def _request_id(scope: Scope) -> str:
    return request_id_from(
        next((v.decode("latin-1") for k, v in scope["headers"] if k == b"x-request-id"), None)
    )


async def _serve(route: StreamRoute, request: StreamRequest, send: Send) -> None:
    respond = Responder(send, request.request_id)
    structlog.contextvars.bind_contextvars(request_id=request.request_id)
    try:
        with translation.override(_language(request)):
            await route.handler(request, respond)
    except ClientGone:
        return
    except errors.DomainError as error:
        await _fail(route, respond, error)
    except Exception as fault:
        logger.exception("stream_route_failed", route=route.name)
        await _fail(route, respond, errors.InternalError())
        raise fault
    finally:
        structlog.contextvars.unbind_contextvars("request_id")


async def _fail(route: StreamRoute, respond: Responder, error: errors.DomainError) -> None:
    body = route.error_body(error, respond.request_id)
    if respond.started:
        await respond.finish(b"event: error\ndata: " + orjson.dumps(body) + b"\n\n")
        return
    headers = [(name.lower().encode(), value.encode()) for name, value in problem_headers(error).items()]
    await respond.json(error.status, body, headers, route.error_type)


def _language(request: StreamRequest) -> str:
    wanted = request.cookies.get(settings.LANGUAGE_COOKIE_NAME) or request.headers.get("accept-language", "")
    for part in wanted.split(","):
        code = part.split(";")[0].strip().lower()
        if code.startswith("zh"):
            return "zh-hans"
        if code.startswith("en"):
            return "en"
    return settings.LANGUAGE_CODE


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            for hook in registries.on_startup:
                await hook()
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            for hook in registries.on_shutdown:
                await hook()
            await send({"type": "lifespan.shutdown.complete"})
            return


def described(
    summary: str,
    *,
    body: Mapping[str, Any] | None = None,
    events: bool | str = False,
    status: int = 200,
) -> dict[str, Any]:
    """An OpenAPI operation of a streaming route.

    Args:
        body: the JSON schemas of the body's fields, by name.
        events: whether it can answer with server-sent events, or which ones they are.
    """
    content: dict[str, Any] = {"application/json": {"schema": {"type": "object"}}}
    if events:
        named = {"description": events} if isinstance(events, str) else {}
        content["text/event-stream"] = {"schema": {"type": "string"} | named}
    operation: dict[str, Any] = {
        "summary": summary,
        "responses": {str(status): {"description": "", "content": content}},
    }
    if body is not None:
        schema = {"type": "object", "properties": dict(body)}
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return operation
