"""The arguments of a call as people read and edit them, with the words of their JSON schema.

What is shown is what is sent: nothing is left out, and characters that cannot be seen are named.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from django.utils.translation import gettext as _

LONG = 240  # characters of a text from which on it folds
LONG_LINES = 4
DEEPEST = 3  # levels that are laid out; what lies deeper is shown as JSON
MOST_OF_LIST = 50
_WORD = re.compile(r"[_\-.\s]+|(?<=[a-z0-9])(?=[A-Z])")
_PLAIN = {"string": "text", "integer": "integer", "number": "number", "boolean": "boolean"}


@dataclass(frozen=True, slots=True)
class Row:
    """One argument.

    Attributes:
        label: for people. hint: what the schema says of it. value: its text; long: it folds.
        rows: those inside, where it is an object or a list of them; then there is no text.
    """

    label: str
    value: str = ""
    hint: str = ""
    long: bool = False
    rows: tuple["Row", ...] = ()

    @property
    def beginning(self) -> str:
        """What is seen of a long one while it is folded."""
        return " ".join(self.value.split())[:120]


@dataclass(frozen=True, slots=True)
class Field:
    """One argument to be edited.

    Attributes:
        kind: text, long, integer, number, choice or json. value: as it stands in the field.
        keep: an empty text is sent as such; otherwise an empty field is left out.
        choices: JSON of each, and its text.
    """

    name: str
    label: str
    kind: str
    value: str
    hint: str = ""
    required: bool = False
    keep: bool = False
    choices: tuple[tuple[str, str], ...] = ()


def rows_of(arguments: Mapping[str, Any], schema: Mapping[str, Any]) -> tuple[Row, ...]:
    """The arguments of a call: those it cannot do without in the order in which its description names them, then the others."""
    return _rows(arguments, schema, schema, 1)


def fields_of(arguments: Mapping[str, Any], schema: Mapping[str, Any]) -> tuple[Field, ...]:
    """The same as fields, and after them what else the schema allows."""
    known = _properties(schema, schema)
    required = schema.get("required") or ()
    names = _ordered([*arguments, *(name for name in known if name not in arguments)], required)
    return tuple(
        _field(name, arguments, _resolved(known.get(name), schema), name in required) for name in names
    )


def as_json(arguments: Mapping[str, Any]) -> str:
    """The arguments as they are sent."""
    return visible(orjson.dumps(dict(arguments), option=orjson.OPT_INDENT_2).decode())


def visible(text: str) -> str:
    """A text in which characters that cannot be seen, or turn others round, are named by their code points."""
    if text.isprintable():
        return text
    return "".join(
        char
        if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cf", "Co", "Cs")
        else f"⟨U+{ord(char):04X}⟩"
        for char in text
    )


def humanised(name: str) -> str:
    """A name of a programmer in words: `dueDate` and `due_date` are Due date."""
    words = " ".join(part if part.isupper() else part.lower() for part in _WORD.split(name) if part)
    return visible(words[:1].upper() + words[1:]) or visible(name)


def _rows(value: Mapping[str, Any], schema: Any, whole: Mapping[str, Any], depth: int) -> tuple[Row, ...]:
    known = _properties(schema, whole)
    names = _ordered(list(value), _resolved(schema, whole).get("required") or ())
    return tuple(_row(name, value[name], known.get(name), whole, depth) for name in names)


def _ordered(names: list[str], required: Any) -> list[str]:
    # The database keeps the members of objects by the length of their names; lists keep their order.
    first = [name for name in required if name in names] if isinstance(required, list) else []
    return list(dict.fromkeys([*first, *names]))


def _row(name: str, value: Any, schema: Any, whole: Mapping[str, Any], depth: int) -> Row:
    rules = _resolved(schema, whole)
    label, hint = _label(name, rules), _hint(rules)
    if isinstance(value, Mapping) and value and depth < DEEPEST:
        return Row(label, hint=hint, rows=_rows(value, rules, whole, depth + 1))
    if isinstance(value, list) and value and len(value) <= MOST_OF_LIST and depth < DEEPEST:
        if all(not isinstance(one, (Mapping, list)) for one in value):
            return _text(label, "\n".join(_plain(one) for one in value), hint)
        inner = rules.get("items")
        rows = (_row(str(n), one, inner, whole, depth + 1) for n, one in enumerate(value, 1))
        return Row(label, hint=hint, rows=tuple(rows))
    if isinstance(value, (Mapping, list)):
        return _text(label, orjson.dumps(value, option=orjson.OPT_INDENT_2).decode(), hint)
    return _text(label, _plain(value), hint)


def _text(label: str, value: str, hint: str) -> Row:
    value = visible(value)
    return Row(label, value, hint, len(value) > LONG or value.count("\n") >= LONG_LINES)


def _plain(value: Any) -> str:
    if value is None:
        return _("nothing")
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if value == "":
        return _("empty")
    return str(value)


def _field(name: str, arguments: Mapping[str, Any], rules: Mapping[str, Any], required: bool) -> Field:
    given = name in arguments
    value = arguments.get(name)
    label, hint = _label(name, rules), _hint(rules)
    if choices := _choices(rules, value, given):
        standing = orjson.dumps(value).decode() if given else ""
        return Field(name, label, "choice", standing, hint, required, choices=choices)
    kind = _kind(value, given, rules)
    if kind == "boolean":
        yes_no = (("true", _("Yes")), ("false", _("No")))
        standing = orjson.dumps(value).decode() if given else ""
        return Field(name, label, "choice", standing, hint, required, choices=yes_no)
    if kind == "json":
        standing = orjson.dumps(value, option=orjson.OPT_INDENT_2).decode() if given else ""
    else:
        standing = "" if value is None else str(value)
        if kind == "text" and (len(standing) > 80 or "\n" in standing):
            kind = "long"
    return Field(name, label, kind, standing, hint, required, keep=required or (given and value == ""))


def _choices(rules: Mapping[str, Any], value: Any, given: bool) -> tuple[tuple[str, str], ...]:
    offered: Any = rules.get("enum")
    if not isinstance(offered, list) or not offered:
        return ()
    if given and value not in offered:
        offered = [*offered, value]
    return tuple((orjson.dumps(one).decode(), _plain(one)) for one in offered)


def _kind(value: Any, given: bool, rules: Mapping[str, Any]) -> str:
    said = rules.get("type")
    if isinstance(said, str) and said in _PLAIN and (not given or _fits(value, said)):
        return _PLAIN[said]
    if given and isinstance(value, str):
        return "text"
    return "json"


def _fits(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, {"string": str, "integer": int, "number": (int, float)}.get(kind, ()))  # type: ignore[arg-type]


def _label(name: str, rules: Mapping[str, Any]) -> str:
    title = rules.get("title")
    return visible(title.strip())[:80] if isinstance(title, str) and title.strip() else humanised(name)


def _hint(rules: Mapping[str, Any]) -> str:
    said = rules.get("description")
    return visible(" ".join(said.split()))[:300] if isinstance(said, str) else ""


def _properties(schema: Any, whole: Mapping[str, Any]) -> Mapping[str, Any]:
    known = _resolved(schema, whole).get("properties")
    return known if isinstance(known, Mapping) else {}


def _resolved(schema: Any, whole: Mapping[str, Any]) -> Mapping[str, Any]:
    """A schema behind its local references; an empty one where there is none."""
    for _step in range(8):
        if not isinstance(schema, Mapping):
            return {}
        reference = schema.get("$ref")
        if not isinstance(reference, str) or not reference.startswith("#/"):
            return schema
        schema = _at(whole, reference[2:].split("/"))
    return {}


def _at(whole: Any, way: Sequence[str]) -> Any:
    for step in way:
        whole = whole.get(step.replace("~1", "/").replace("~0", "~")) if isinstance(whole, Mapping) else None
    return whole
