"""Reading a whole document."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from assistants.actions.openapi.documents import DocumentError, Finding, ReadDocument, ReadOperation
from assistants.actions.openapi.google_discovery import is_discovery, to_openapi
from assistants.actions.openapi.loading import Loaded, load
from assistants.actions.openapi.operations import METHODS, read_operation
from assistants.actions.openapi.places import find_place, places, written
from assistants.actions.openapi.references import Fault, References, refuse_foreign
from assistants.actions.openapi.schemas import Schemas
from assistants.actions.openapi.security import suggested_auth
from assistants.actions.openapi.servers import foreign_server, read_servers
from assistants.actions.openapi.trimming import Trimming

MOST_OPERATIONS = 30  # of one action, beyond which models choose badly
MOST_READ = 5_000  # operations of one document
_LINES_UP_TO = 2 * 1024 * 1024  # characters: beyond it, finding each operation's line takes too long


def read_document(data: bytes, *, name: str = "", base_url: str = "", server: str = "") -> ReadDocument:
    """Read an OpenAPI document (3.0 or 3.1, JSON or YAML) or a Google discovery document.

    An operation that cannot be called as it is declared is left out, with a finding that says why.

    Args:
        name: of the file, for a document without a title.
        base_url: where it was fetched from; servers with relative addresses are resolved against it.
        server: the address to call in place of those that the document names.

    Raises:
        DocumentError: it cannot be used; says where and why.
    """
    loaded = load(data)
    root = loaded.value
    if is_discovery(root):
        root = to_openapi(root)
        loaded = Loaded(root, "", is_json=True)
    _check_version(loaded)
    try:
        refuse_foreign(root, loaded.text)
        document = _Reader(root, base_url).read(name, server)
    except Fault as fault:
        raise _located(fault, loaded) from None
    return replace(document, warnings=_with_lines(document, loaded))


def _located(fault: Fault, loaded: Loaded) -> DocumentError:
    place = find_place(loaded.text, fault.way, is_json=loaded.is_json) if loaded.text else None
    return DocumentError(
        fault.reason,
        fault.sentence,
        line=place.line if place else None,
        column=place.column if place else None,
        place=written(fault.way),
    )


def _check_version(loaded: Loaded) -> None:
    root = loaded.value
    version = root.get("openapi")
    if isinstance(version, int | float) and not isinstance(version, bool):
        version = str(version)  # YAML takes 3.1 for a number
    if isinstance(version, str) and version.startswith(("3.0", "3.1")):
        return
    if "swagger" in root:
        raise _located(
            Fault(
                "version_2",
                _(
                    "This is Swagger %(version)s. Convert it to OpenAPI 3 (editor.swagger.io: Edit, Convert to "
                    "OpenAPI 3; or the command swagger2openapi) and import the result."
                )
                % {"version": str(root["swagger"])[:20]},
                ("swagger",),
            ),
            loaded,
        )
    if "openapi" not in root:
        sentence = _("This is not an OpenAPI document: it lacks the field openapi (3.0.x or 3.1.x).")
        raise DocumentError("no_version", sentence, line=1, column=1)
    sentence = _("OpenAPI %(version)s is not read here. Versions 3.0 and 3.1 are.") % {
        "version": str(version)[:20]
    }
    raise _located(Fault("unknown_version", sentence, ("openapi",)), loaded)


class _Reader:
    def __init__(self, root: dict[str, Any], base_url: str) -> None:
        self._root, self._base_url = root, base_url
        self._references = References(root)
        self._schemas = Schemas(self._references)
        self._trimming = Trimming()
        self._findings: list[Finding] = []
        self._left_out: list[Fault] = []
        self._raw: list[Mapping[str, Any]] = []

    def read(self, name: str, server: str) -> ReadDocument:
        info = self._object("info") if "info" in self._root else {}
        named = [{"url": server}] if server else self._root.get("servers")
        servers, findings = read_servers(named, self._base_url)
        self._findings += findings
        operations = self._operations(servers[0])
        auth, findings = suggested_auth(self._root, self._references, self._raw)
        self._findings += findings
        return ReadDocument(
            title=str(info.get("title") or name or urlsplit(servers[0]).hostname)[:200],
            description=str(info.get("description") or info.get("summary") or "").strip()[:4000],
            version=str(info.get("version") or "")[:60],
            servers=servers,
            operations=tuple(operations),
            auth=auth,
            warnings=tuple(self._findings),
        )

    def _object(self, field: str) -> dict[str, Any]:
        value = self._root[field]
        if not isinstance(value, dict):
            raise Fault("not_an_object", _("This has to be an object."), (field,))
        return value

    def _operations(self, server: str) -> list[ReadOperation]:
        if "paths" not in self._root:
            raise Fault("no_paths", _("The document lacks the field paths, so there is nothing to call."), ())
        read: dict[str, ReadOperation] = {}
        for path, raw_item in self._object("paths").items():
            if path.startswith("x-"):
                continue
            if not path.startswith("/"):
                raise Fault("path_without_slash", _("A path has to begin with “/”."), ("paths", path))
            item, way = self._references.follow(raw_item, ("paths", path))
            if not isinstance(item, dict):
                raise Fault("not_an_object", _("This has to be an object of methods."), way)
            for method in METHODS:
                if method in item:
                    self._operation(path, method, item, server, read)
        if not read:
            if self._left_out:
                raise self._left_out[0]
            raise Fault(
                "no_operations", _("The document has no operations, so there is nothing to call."), ("paths",)
            )
        self._count(len(read))
        return list(read.values())

    def _operation(
        self, path: str, method: str, item: Mapping[str, Any], server: str, read: dict[str, ReadOperation]
    ) -> None:
        if len(read) >= MOST_READ:
            sentence = _(
                "The document has more than %(limit)s operations. Cut it down to those that are needed."
            )
            raise Fault("too_many_operations", sentence % {"limit": MOST_READ}, ("paths", path))
        way = ("paths", path, method)
        raw = item[method]
        try:
            if not isinstance(raw, dict):
                raise Fault("not_an_object", _("An operation has to be an object."), way)
            own = foreign_server(raw, way, server, self._base_url)
            own = own if own is not None else foreign_server(item, way[:2], server, self._base_url)
            server_path = None if own in (None, server) else urlsplit(str(own)).path
            operation, findings = read_operation(
                path,
                method,
                item,
                raw,
                self._references,
                self._schemas,
                self._trimming,
                read,
                server_path,
            )
        except Fault as fault:
            self._left_out.append(fault)
            sentence = _("%(method)s %(path)s is left out: %(reason)s (%(place)s)")
            words = {
                "method": method.upper(),
                "path": path,
                "reason": fault.sentence,
                "place": written(fault.way),
            }
            self._findings.append(Finding("operation_left_out", sentence % words))
            return
        read[operation.key] = operation
        self._raw.append(raw)
        self._findings += findings

    def _count(self, operations: int) -> None:
        if operations > MOST_OPERATIONS:
            sentence = _(
                "The document has %(count)s operations. Switch on at most %(limit)s: with more, models choose badly."
            )
            words = {"count": operations, "limit": MOST_OPERATIONS}
            self._findings.insert(0, Finding("many_operations", sentence % words))


def _with_lines(document: ReadDocument, loaded: Loaded) -> tuple[Finding, ...]:
    findings = document.warnings
    if len(loaded.text) > _LINES_UP_TO or not any(finding.operation for finding in findings):
        return findings
    ways = {each.key: ("paths", each.path, each.method.lower()) for each in document.operations}
    lines = {way: place.line for way, place in places(loaded.text, is_json=loaded.is_json, depth=3)}
    return tuple(
        replace(finding, line=lines.get(ways[finding.operation])) if finding.operation in ways else finding
        for finding in findings
    )
