"""The parameters of an operation: what they are called, and how each is written into a request."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from assistants.actions.openapi.references import Fault, References, Way
from assistants.actions.openapi.schemas import REQUEST, Schemas

PLACES = ("path", "query", "header")
STYLES = {
    "path": ("simple", "label", "matrix"),
    "query": ("form", "spaceDelimited", "pipeDelimited", "deepObject"),
    "header": ("simple",),
}
# Set by us, by the connection or by the protocol: never by a model.
_OWN_HEADERS = frozenset(
    {"accept", "accept-encoding", "authorization", "connection", "content-length", "content-type", "cookie"}
    | {"expect", "host", "keep-alive", "origin", "proxy-authorization", "referer", "te", "trailer"}
    | {"transfer-encoding", "upgrade", "user-agent", "via"}
)
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_TEMPLATE = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter as it is sent.

    Attributes:
        json: its value is written as one JSON text.
        segments: its value may hold several segments of the path (Google's `{+name}`).
    """

    name: str
    where: str
    required: bool
    schema: dict[str, Any]
    style: str
    explode: bool
    json: bool = False
    segments: bool = False

    def target(self, argument: str) -> dict[str, Any]:
        """Where the argument of that name goes."""
        target: dict[str, Any] = {"argument": argument, "name": self.name, "in": self.where}
        if self.json:
            return {**target, "json": True}
        if self.segments:
            target["segments"] = True
        return {**target, "style": self.style, "explode": self.explode}


def read_parameters(
    item: Mapping[str, Any],
    operation: Mapping[str, Any],
    path: str,
    way: Way,
    references: References,
    schemas: Schemas,
) -> tuple[list[Parameter], list[str]]:
    """The parameters of an operation, its path's own among them, and what there is to say about them.

    Args:
        way: to the operation.

    Raises:
        Fault: one is malformed, or cannot be sent as it is declared.
    """
    raw: dict[tuple[str, str], tuple[Mapping[str, Any], Way]] = {}
    for holder, place in ((item, way[:-1]), (operation, way)):
        for parameter, at in _listed(holder, (*place, "parameters"), references):
            raw[str(parameter["in"]), str(parameter["name"])] = parameter, at
    remarks: list[str] = []
    found: list[Parameter] = []
    for (where, name), (parameter, at) in raw.items():
        if (where, name.lower()) in references.credentials:
            continue  # many documents declare the key a second time: the connection sets it, never a model
        problem = _unsendable(where, name, path, parameter)
        if problem:
            if parameter.get("required") is True and where == "cookie":
                raise Fault("required_cookie", problem, at)
            remarks.append(problem)
        elif not (where == "header" and name.lower() in _OWN_HEADERS):
            found.append(_read(parameter, where, name, at, schemas))
    declared = {each.name for each in found if each.where == "path"}
    for name in _TEMPLATE.findall(path):
        if name not in declared:
            sentence = _("The path holds {%(name)s}, which no parameter describes. It is taken as text.")
            remarks.append(sentence % {"name": name})
            found.append(Parameter(name, "path", True, {"type": "string"}, "simple", False))
            declared.add(name)
    return found, remarks


def _listed(
    holder: Mapping[str, Any], way: Way, references: References
) -> Iterator[tuple[Mapping[str, Any], Way]]:
    listed = holder.get("parameters") or []
    if not isinstance(listed, list):
        raise Fault("not_a_list", _("The parameters have to be a list."), way)
    for at, each in enumerate(listed):
        parameter, place = references.follow(each, (*way, at))
        if not isinstance(parameter, dict):
            raise Fault("not_an_object", _("A parameter has to be an object."), place)
        for key in ("name", "in"):
            if not isinstance(parameter.get(key), str) or not parameter[key]:
                raise Fault(
                    "missing_field", _("A parameter needs the field %(field)s.") % {"field": key}, place
                )
        yield parameter, place


def _unsendable(where: str, name: str, path: str, parameter: Mapping[str, Any]) -> str:
    if where == "cookie":
        return _("The cookie parameter %(name)s is not offered.") % {"name": name}
    if where not in PLACES:
        words = {"name": name, "place": where[:40]}
        return _("The parameter %(name)s stands in “%(place)s”, which is unknown. It is left out.") % words
    if where == "path" and "{" + name + "}" not in path:
        return _("The path does not hold {%(name)s}; the parameter is left out.") % {"name": name}
    if where == "header" and not _HEADER_NAME.fullmatch(name):
        return _("“%(name)s” is no name of a header; the parameter is left out.") % {"name": name[:80]}
    return ""


def _read(raw: Mapping[str, Any], where: str, name: str, way: Way, schemas: Schemas) -> Parameter:
    content = raw.get("content")
    is_json = False
    if isinstance(content, dict) and content:
        is_json = True
        media = next(iter(content.values()))
        source = media.get("schema", {}) if isinstance(media, dict) else {}
        place: Way = (*way, "content", next(iter(content)), "schema")
    else:
        source, place = raw.get("schema", {}), (*way, "schema")
    schema = dict(schemas.read(source, place, REQUEST))
    description = raw.get("description")
    if isinstance(description, str) and description.strip():
        schema["description"] = description.strip()
    default = STYLES[where][0]
    style = raw.get("style") if raw.get("style") in STYLES[where] else default
    explode = raw.get("explode") if isinstance(raw.get("explode"), bool) else style == "form"
    required = where == "path" or raw.get("required") is True
    return Parameter(
        name, where, required, schema, str(style), bool(explode), is_json, raw.get("x-segments") is True
    )
