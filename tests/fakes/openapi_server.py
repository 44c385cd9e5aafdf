"""An outside API on loopback, made from a document: it checks each request against what the document declares.

`OpenAPIServer(document).start()` gives its address. A request that the document does not allow is answered 400 or
404 with the reason; an allowed one with an example made from the answer's schema. Both are kept in `requests`.
"""

import http.server
import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import orjson

from assistants.actions.openapi.checking import check_value
from assistants.actions.openapi.documents import ReadDocument, ReadOperation
from tests.fakes.openapi_examples import example_of

_INTEGER = re.compile(r"-?\d{1,18}")


@dataclass(frozen=True, slots=True)
class ServedRequest:
    """A request as it came.

    Attributes:
        operation: the key of the operation that it calls; empty where there is none.
        arguments: what was read back from path, query, headers and body, by the names that models use.
        problem: why it was refused; empty where it was not.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    operation: str
    arguments: Mapping[str, Any]
    problem: str


@dataclass
class Answer:
    """What an operation answers in place of its example."""

    body: bytes
    content_type: str = "application/json"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


class OpenAPIServer:
    """Serves the operations of a document; `answers` by operation key take the place of examples.

    Args:
        credential: the `Authorization` header that calls need; None where they need none.
    """

    def __init__(self, document: ReadDocument, *, credential: str | None = None) -> None:
        self.document = document
        self.credential = credential
        self.answers: dict[str, Answer] = {}
        self.requests: list[ServedRequest] = []
        self._base = urlsplit(document.servers[0]).path.rstrip("/") if document.servers else ""
        self._routes = [(_pattern(self._base, operation), operation) for operation in document.operations]
        # A path of plain words comes before one with parameters, as the standard asks.
        self._routes.sort(key=lambda route: route[1].path.count("{"))
        self._server: http.server.ThreadingHTTPServer | None = None

    @property
    def base_url(self) -> str:
        """The address to call in place of the document's server."""
        assert self._server is not None, "start() it first"
        return f"http://127.0.0.1:{self._server.server_port}{self._base}"

    def start(self, port: int = 0) -> str:
        """Serve until `stop()`, at a free port where none is given; gives the address."""
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # else each answer waits 40 ms for an acknowledgement

            def _serve(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                answer = owner.answer(self.command, self.path, dict(self.headers.items()), body)
                self.send_response(answer.status)
                self.send_header("Content-Type", answer.content_type)
                self.send_header("Content-Length", str(len(answer.body)))
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(answer.body)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _serve

            def log_message(self, *arguments: Any) -> None: ...

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()
        return self.base_url

    def stop(self) -> None:
        """End it."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def __enter__(self) -> "OpenAPIServer":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Check one request, keep it, and answer it."""
        parts = urlsplit(target)
        fitting = list(self._fitting(method, parts.path))
        if not fitting:
            self._keep(method, target, headers, body, "", {}, "no such operation")
            return _refusal(404, "no such operation")
        if self.credential is not None and headers.get("Authorization") != self.credential:
            self._keep(method, target, headers, body, fitting[0][0].key, {}, "credential")
            return Answer(b'{"error": "credential"}', status=401, headers={"WWW-Authenticate": "Bearer"})
        tried = []
        for operation, values in fitting:
            arguments = _arguments(operation, values, parts.query, headers, body)
            tried.append((_problem(operation, arguments), operation, arguments))
        # Several fit where documents tell them apart by a fragment: the first that takes the arguments is meant.
        problem, operation, arguments = next((each for each in tried if not each[0]), tried[0])
        self._keep(method, target, headers, body, operation.key, arguments, problem)
        if problem:
            return _refusal(400, problem)
        return self.answers.get(operation.key) or Answer(orjson.dumps(example_of(operation.response_schema)))

    def _fitting(self, method: str, path: str) -> Iterator[tuple[ReadOperation, dict[str, str]]]:
        plainest = None
        for pattern, operation in self._routes:
            if operation.method == method and (match := pattern.fullmatch(path)):
                if plainest not in (None, pattern.pattern):
                    return
                plainest = pattern.pattern
                names = re.findall(r"\{([^{}]*)\}", _bare(operation.path))
                yield operation, dict(zip(names, map(unquote, match.groups()), strict=True))

    def _keep(self, *values: Any) -> None:
        self.requests.append(ServedRequest(*values))


def _bare(path: str) -> str:
    return path.partition("#")[0].partition("?")[0]


def _pattern(base: str, operation: ReadOperation) -> re.Pattern[str]:
    segmented = {each["name"] for each in operation.mapping["parameters"] if each.get("segments")}
    base = operation.mapping.get("server_path", base).rstrip("/")
    pieces = re.split(r"\{([^{}]*)\}", _bare(operation.path))
    return re.compile(
        re.escape(base)
        + "".join(
            re.escape(piece) if at % 2 == 0 else "(.+)" if piece in segmented else "([^/]+)"
            for at, piece in enumerate(pieces)
        )
    )


def _refusal(status: int, problem: str) -> Answer:
    return Answer(orjson.dumps({"error": problem}), status=status)


def _problem(operation: ReadOperation, arguments: dict[str, Any]) -> str:
    schema = operation.mapping.get("schema") or operation.arguments_schema
    errors = check_value(schema, arguments)
    return "; ".join(error.message for error in errors)


def _arguments(
    operation: ReadOperation, values: Mapping[str, str], query: str, headers: Mapping[str, str], body: bytes
) -> dict[str, Any]:
    lower = {name.lower(): value for name, value in headers.items()}
    pairs = parse_qsl(query, keep_blank_values=True)
    raw_pairs = [tuple(each.partition("=")[::2]) for each in query.split("&")]
    found: dict[str, Any] = {}
    for target in operation.mapping["parameters"]:
        schema = _argument_schema(operation, target["argument"])
        name = target["name"]
        if target["in"] == "path" and name in values:
            found[target["argument"]] = _typed(values[name], schema, target)
        elif target["in"] == "header" and name.lower() in lower:
            found[target["argument"]] = _typed(unquote(lower[name.lower()]), schema, target)
        elif target["in"] == "query" and (value := _queried(pairs, raw_pairs, schema, target)) is not None:
            found[target["argument"]] = value
    return found | _body(operation, lower.get("content-type", ""), body)


def _argument_schema(operation: ReadOperation, argument: str) -> Mapping[str, Any]:
    whole = operation.mapping.get("schema") or operation.arguments_schema
    return _inlined(whole["properties"].get(argument, {}), whole.get("$defs", {}))


def _inlined(value: Any, definitions: Mapping[str, Any]) -> Any:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            return _inlined(definitions[value["$ref"].removeprefix("#/$defs/")], definitions)
        return {key: _inlined(each, definitions) for key, each in value.items()}
    return [_inlined(each, definitions) for each in value] if isinstance(value, list) else value


def _kinds(schema: Mapping[str, Any]) -> set[str]:
    kind = schema.get("type")
    kinds = {kind} if isinstance(kind, str) else set(kind or ())
    for key in ("allOf", "anyOf", "oneOf"):
        for each in schema.get(key, ()):
            kinds |= _kinds(each)
    return kinds


def _queried(
    pairs: list[tuple[str, str]],
    raw: list[tuple[str, ...]],
    schema: Mapping[str, Any],
    target: Mapping[str, Any],
) -> Any:
    name, style, explode = target["name"], target.get("style", "form"), target.get("explode", True)
    if style == "deepObject":
        nested = _unbracketed(name, pairs)
        if nested is not None:
            return _typed_within(nested, schema)
    if style == "form" and explode and "object" in _kinds(schema) and name not in dict(pairs):
        members = {key: value for key, value in pairs if key in schema.get("properties", {})}
        return {key: _typed(each, schema["properties"][key], {}) for key, each in members.items()} or None
    values = [value for key, value in pairs if key == name]
    if not values:
        return None
    kinds = _kinds(schema)
    if target.get("json"):
        return _typed(values[0], schema, target)
    joint = {"spaceDelimited": "%20", "pipeDelimited": "%7C"}.get(style, ",")
    whole = next((value for key, value in raw if unquote(key) == name), "").replace("|", "%7C")
    pieces = [unquote(each) for each in whole.split(joint)]
    if "object" in kinds and not explode and len(pieces) > 1:
        members = zip(pieces[::2], pieces[1::2], strict=False)
        return {key: _typed(each, schema.get("properties", {}).get(key, {}), {}) for key, each in members}
    if "array" in kinds and not (len(values) == 1 and "string" in kinds):
        return [_typed(each, schema.get("items", {}), {}) for each in (values if explode else pieces)]
    return _typed(values[0], schema, target)


def _unbracketed(name: str, pairs: list[tuple[str, str]]) -> Any:
    root: dict[str, Any] = {}
    for key, value in pairs:
        if not key.startswith(name + "["):
            continue
        steps = re.findall(r"\[([^\]]*)\]", key)
        holder = root
        for step in steps[:-1]:
            holder = holder.setdefault(step, {})
        holder[steps[-1]] = value
    return root or None


def _typed_within(value: Any, schema: Mapping[str, Any]) -> Any:
    if not isinstance(value, dict):
        return _typed(value, schema, {})
    for each in schema.get("anyOf", schema.get("oneOf", schema.get("allOf", ()))):
        if _kinds(each) & {"object", "array"} and set(value) <= set(each.get("properties", value)):
            schema = each
            break
    if "array" in _kinds(schema) and all(key.isdecimal() for key in value):
        return [_typed_within(each, schema.get("items", {})) for each in value.values()]
    properties = schema.get("properties", {})
    extra = schema.get("additionalProperties")
    extra = extra if isinstance(extra, dict) else {}
    return {key: _typed_within(each, properties.get(key, extra)) for key, each in value.items()}


def _typed(text: str, schema: Mapping[str, Any], target: Mapping[str, Any]) -> Any:
    if target.get("json"):
        return orjson.loads(text)
    kinds = _kinds(schema)
    if "array" in kinds and target.get("in") in ("path", "header"):
        return [_typed(each, schema.get("items", {}), {}) for each in text.split(",")]
    if "object" in kinds and target.get("in") in ("path", "header"):
        pieces = text.split(",")
        pairs: Any = zip(pieces[::2], pieces[1::2], strict=False)
        if target.get("explode"):
            pairs = (each.partition("=")[::2] for each in pieces)
        return {key: _typed(each, schema.get("properties", {}).get(key, {}), {}) for key, each in pairs}
    if "integer" in kinds and _INTEGER.fullmatch(text):
        return int(text)
    if "number" in kinds:
        try:
            return float(text)
        except ValueError:
            return text
    if "boolean" in kinds and text in ("true", "false"):
        return text == "true"
    if kinds & {"object", "array"} and text[:1] in ("{", "["):
        return orjson.loads(text)
    if "null" in kinds and not text:
        return None
    return text


def _body(operation: ReadOperation, content_type: str, body: bytes) -> dict[str, Any]:
    described = operation.mapping.get("body")
    if described is None or not body:
        return {}
    names = {name: argument for argument, name in described.get("properties", {}).items()}
    kind = content_type.partition(";")[0].strip()
    if kind.endswith("json"):
        value = orjson.loads(body)
    elif kind == "application/x-www-form-urlencoded":
        value = _form(operation, described, parse_qsl(body.decode(), keep_blank_values=True))
    elif kind == "multipart/form-data":
        value = _parts(operation, described, content_type, body)
    else:
        value = body.decode("utf-8", "replace")
    if "argument" in described:
        return {described["argument"]: value}
    return {names.get(name, name): each for name, each in value.items()}


def _form(
    operation: ReadOperation, described: Mapping[str, Any], pairs: list[tuple[str, str]]
) -> dict[str, Any]:
    raw = [(key, value) for key, value in pairs]
    found: dict[str, Any] = {}
    for argument, name in described.get("properties", {}).items():
        rule = described.get("encoding", {}).get(name, {})
        target = {"name": name, "style": rule.get("style", "form"), "explode": rule.get("explode", True)}
        value = _queried(pairs, list(raw), _argument_schema(operation, argument), target)
        if value is not None:
            found[name] = value
    return found


def _parts(
    operation: ReadOperation, described: Mapping[str, Any], content_type: str, body: bytes
) -> dict[str, Any]:
    message = message_from_bytes(
        b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body, policy=policy.HTTP
    )
    arguments = {name: argument for argument, name in described.get("properties", {}).items()}
    found: dict[str, Any] = {}
    for part in message.iter_parts():  # type: ignore[attr-defined]
        name = unquote(str(part.get_param("name", header="content-disposition")))
        schema = _argument_schema(operation, arguments.get(name, name))
        data = part.get_payload(decode=True)
        value = _typed(
            data.decode("utf-8", "replace"), schema if name not in described.get("files", ()) else {}, {}
        )
        if "array" in _kinds(schema):
            found.setdefault(name, []).append(value)
        else:
            found[name] = value
    return found
