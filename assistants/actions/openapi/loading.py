"""The bytes of a document to plain values: JSON or YAML, bounded, and with the place of whatever is wrong."""

from dataclasses import dataclass
from typing import Any, NoReturn

import orjson
from django.utils.translation import gettext as _

from assistants.actions.openapi.documents import DocumentError
from assistants.actions.openapi.yaml_values import YamlFault, read_yaml

MOST_BYTES = 20 * 1024 * 1024
MOST_DEPTH = 100


@dataclass(frozen=True, slots=True)
class Loaded:
    """A document's values, and its text for finding a place in it again."""

    value: dict[str, Any]
    text: str
    is_json: bool


def load(data: bytes) -> Loaded:
    """Read one JSON or YAML document whose outermost value is an object.

    Raises:
        DocumentError: it is too large, neither of the two, nested too deeply, or no object.
    """
    if len(data) > MOST_BYTES:
        raise DocumentError(
            "too_large",
            _("This document is larger than 20 MB. Cut it down to the operations that are needed."),
        )
    text = _text(data)
    if not text.strip():
        raise DocumentError("empty", _("This document is empty. Paste an OpenAPI document in JSON or YAML."))
    is_json = text.lstrip()[:1] in ("{", "[")
    value = _read_json(text) if is_json else _read_yaml(text)
    if not isinstance(value, dict):
        raise DocumentError(
            "not_an_object",
            _("This is not an OpenAPI document: it has to be an object with openapi, info and paths."),
            line=1,
            column=1,
        )
    return Loaded(value, text, is_json)


def _text(data: bytes) -> str:
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise DocumentError(
            "not_text",
            _("This is not text in UTF-8. Save the document as UTF-8 and try again."),
            line=data.count(b"\n", 0, error.start) + 1,
        ) from None


def _read_json(text: str) -> Any:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        if "ecursion" in error.msg or "depth limit" in error.msg:
            _too_deep()
        # YAML in flow style looks like JSON at first.
        try:
            return _read_yaml(text)
        except DocumentError:
            raise DocumentError(
                "not_json",
                _("This is not valid JSON (%(problem)s). Correct it there.") % {"problem": error.msg},
                line=error.lineno,
                column=error.colno,
            ) from None
    if _is_deep(value):
        _too_deep()
    return value


def _is_deep(value: Any) -> bool:
    level: list[Any] = [value]
    for _depth in range(MOST_DEPTH):
        below: list[Any] = []
        for each in level:
            members = each.values() if isinstance(each, dict) else each
            below += [inner for inner in members if isinstance(inner, dict | list)]
        if not below:
            return False
        level = below
    return True


def _too_deep() -> NoReturn:
    raise DocumentError(
        "too_deep",
        _("This document is nested more than %(limit)s levels deep, which no API needs. Flatten it.")
        % {"limit": MOST_DEPTH},
    )


def _read_yaml(text: str) -> Any:
    try:
        return read_yaml(text, most_depth=MOST_DEPTH)
    except YamlFault as fault:
        raise DocumentError(fault.reason, fault.sentence, line=fault.line, column=fault.column) from None
