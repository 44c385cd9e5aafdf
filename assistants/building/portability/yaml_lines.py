"""YAML that strangers wrote: values only, with the line of each.

No tags, anchors or aliases, so nothing is built, repeated or made to refer to itself; depth and size are bounded
before anything is kept.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import yaml
from django.utils.translation import gettext_lazy as _

from assistants.building.portability.located import Located, Path
from assistants.building.portability.refusals import FileRefused

MAX_BYTES = 20 * 1024 * 1024
MAX_DEPTH = 60
MAX_VALUES = 200_000

# The parser of libyaml reads some hundred times faster; the wheel holds it, other builds may not.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Resolver: Any = yaml.SafeLoader("")
_NULL = "tag:yaml.org,2002:null"
_PLAIN: dict[str, Callable[[Any], Any]] = {
    "tag:yaml.org,2002:bool": _Resolver.construct_yaml_bool,
    "tag:yaml.org,2002:int": _Resolver.construct_yaml_int,
    "tag:yaml.org,2002:float": _Resolver.construct_yaml_float,
}


@dataclass(slots=True)
class _Open:
    """A list or object that is being read."""

    value: Any
    path: Path
    key: str | None = None


def read_yaml(data: bytes, file: str) -> Located:
    """Read one document.

    Args:
        file: how it is called, for what is said about it.

    Raises:
        FileRefused: it is no YAML, or uses what is not taken here; it names the line.
    """
    if len(data) > MAX_BYTES:
        raise FileRefused.at(
            file, None, "too_large", _("This is larger than 20 MB, the most that a definition may have.")
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FileRefused.at(file, line, "not_text", _("This is not UTF-8 text.")) from None
    try:
        return _read(text, file)
    except yaml.YAMLError as error:
        raise _syntax_error(error, text, file) from None


def _syntax_error(error: yaml.YAMLError, text: str, file: str) -> FileRefused:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line = mark.line + 1 if mark else None
    if isinstance(error, yaml.reader.ReaderError) and isinstance(error.position, int):
        line = text.count("\n", 0, error.position) + 1
    problem = str(getattr(error, "problem", "") or getattr(error, "reason", "") or "?")
    return FileRefused.at(
        file, line, "not_yaml", _("This is not valid YAML (%(problem)s).") % {"problem": problem}
    )


def _read(text: str, file: str) -> Located:
    located = Located(file, None)
    stack: list[_Open] = []
    root: list[Any] = []
    for count, event in enumerate(_events(text, file)):
        line = event.start_mark.line + 1
        if count > MAX_VALUES or len(stack) > MAX_DEPTH:
            raise FileRefused.at(
                file, line, "too_complex", _("This is nested too deeply, or holds too many values.")
            )
        if isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
            stack.pop()
        elif stack and isinstance(stack[-1].value, dict) and stack[-1].key is None:
            stack[-1].key = _key(event, stack[-1], file, line)
        else:
            _place(event, stack, root, located.lines, line)
    return Located(file, root[0] if root else None, located.lines)


def _events(text: str, file: str) -> Iterator[Any]:
    documents = 0
    events: Iterator[Any] = yaml.parse(text, Loader=_Loader)
    for event in events:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise FileRefused.at(
                file, line, "alias", _("Anchors and aliases (& and *) are not taken. Write the value out.")
            )
        if getattr(event, "tag", None):
            raise FileRefused.at(file, line, "tag", _("Tags (!) are not taken. Write a plain value."))
        documents += isinstance(event, yaml.DocumentStartEvent)
        if documents > 1:
            raise FileRefused.at(
                file, line, "several_documents", _("A second document begins here. One file holds one.")
            )
        if isinstance(event, yaml.NodeEvent | yaml.SequenceEndEvent | yaml.MappingEndEvent):
            yield event


def _key(event: Any, mapping: _Open, file: str, line: int) -> str:
    if not isinstance(event, yaml.ScalarEvent):
        raise FileRefused.at(file, line, "not_a_name", _("The name of a field has to be plain text."))
    if event.value in mapping.value:
        reason = _("The field %(name)s stands here a second time.") % {"name": event.value[:80]}
        raise FileRefused.at(file, line, "repeated_field", reason)
    return str(event.value)


def _place(event: Any, stack: list[_Open], root: list[Any], lines: dict[Path, int], line: int) -> None:
    value: Any
    if isinstance(event, yaml.ScalarEvent):
        value = _scalar(event)
    else:
        value = {} if isinstance(event, yaml.MappingStartEvent) else []
    path: Path = ()
    if not stack:
        root.append(value)
    else:
        holder = stack[-1]
        if isinstance(holder.value, dict):
            assert holder.key is not None
            path = (*holder.path, holder.key)
            holder.value[holder.key], holder.key = value, None
        else:
            path = (*holder.path, len(holder.value))
            holder.value.append(value)
    lines[path] = line
    if not isinstance(event, yaml.ScalarEvent):
        stack.append(_Open(value, path))


def _scalar(event: Any) -> Any:
    if not event.implicit[0]:
        return event.value  # in quotes, or a block: text, whatever it looks like
    tag = _Resolver.resolve(yaml.ScalarNode, event.value, (True, False))
    if tag == _NULL:
        return None
    # Dates and 12:30, which YAML 1.1 takes for a number, stay text: what is written is what is meant.
    if tag not in _PLAIN or ":" in event.value:
        return event.value
    try:
        return _PLAIN[tag](yaml.ScalarNode(tag, event.value))
    except (ValueError, OverflowError):
        return event.value
