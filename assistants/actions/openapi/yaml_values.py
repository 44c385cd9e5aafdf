"""YAML that strangers wrote: plain values only, as JSON would hold them.

Tags build nothing. An alias is the anchored value itself, never a copy, and the size that it would have written out
counts: so a few lines that unfold to billions of values ("billion laughs") are refused while they are read.
YAML 1.2's core schema decides what a plain word is, so `no`, `on` and dates stay text, as OpenAPI asks.
"""

import re
from typing import Any, NamedTuple

import yaml
from django.utils.translation import gettext as _

MOST_VALUES = 3_000_000  # written out
MOST_ALIASES = 10_000

# The parser of libyaml reads some twenty times faster; the wheel holds it, other builds may not.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?[0-9]{1,40}|0x[0-9a-fA-F]{1,32}|0o[0-7]{1,40}")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]{1,400}|[0-9]{1,400}(?:\.[0-9]{0,400})?)(?:[eE][-+]?[0-9]{1,4})?")
_NUMERIC_STARTS = frozenset("0123456789+-.")


class YamlFault(Exception):
    """What is wrong, for people, and where (counted from 1)."""

    def __init__(self, reason: str, sentence: str, mark: Any = None) -> None:
        super().__init__(sentence)
        self.reason, self.sentence = reason, sentence
        self.line: int | None = mark.line + 1 if mark is not None else None
        self.column: int | None = mark.column + 1 if mark is not None else None


class _Anchored(NamedTuple):
    value: Any
    size: int


def read_yaml(text: str, *, most_depth: int) -> Any:
    """Read one document.

    Raises:
        YamlFault: no YAML, a second document, a repeated key, too deep, too large, or a value that holds itself.
    """
    try:
        return _Reading(most_depth).read(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        problem = str(getattr(error, "problem", "") or getattr(error, "reason", "") or "?")
        fault = YamlFault(
            "not_yaml",
            _("This is not valid YAML (%(problem)s). Correct it there.") % {"problem": problem},
            mark,
        )
        position = getattr(error, "position", None)
        if mark is None and isinstance(position, int):
            fault.line = text.count("\n", 0, position) + 1
        raise fault from None


class _Reading:
    """One pass over the parser's events, with a stack of what is open."""

    def __init__(self, most_depth: int) -> None:
        self._most_depth = most_depth
        self._anchors: dict[str, _Anchored | None] = {}  # None while it is still open
        self._stack: list[
            tuple[Any, str | None, int]
        ] = []  # what is around it, its anchor, the size before it
        self._size = 0
        self._aliases = 0

    def read(self, text: str) -> Any:
        root: list[Any] = []
        holder: Any = root
        key: Any = _NO_KEY
        documents = 0
        event: Any
        for event in yaml.parse(text, Loader=_Loader):
            kind = type(event)
            if kind is yaml.ScalarEvent:
                value = _scalar(event)
                self._size += 1
                if event.anchor:
                    self._anchors[event.anchor] = _Anchored(value, 1)
            elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                value = {} if kind is yaml.MappingStartEvent else []
                inside_mapping_key = type(holder) is dict and key is _NO_KEY
                if inside_mapping_key:
                    raise YamlFault(
                        "not_a_name", _("The name of a field has to be plain text."), event.start_mark
                    )
                self._place(holder, key, value, event)
                self._open(holder, event)
                holder, key = value, _NO_KEY
                continue
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                holder, key = self._close(holder), _NO_KEY
                continue
            elif kind is yaml.AliasEvent:
                value = self._alias(event)
            elif kind is yaml.DocumentStartEvent:
                documents += 1
                if documents > 1:
                    raise YamlFault(
                        "several_documents", _("A second document begins here. Keep one."), event.start_mark
                    )
                continue
            else:
                continue
            if self._size > MOST_VALUES:
                raise YamlFault("too_many_values", _too_many(), event.start_mark)
            if type(holder) is dict and key is _NO_KEY:
                key = self._key(holder, value, event)
            else:
                self._place(holder, key, value, event)
                key = _NO_KEY
        return root[0] if root else None

    def _key(self, holder: dict[str, Any], value: Any, event: Any) -> str:
        if isinstance(value, dict | list):
            raise YamlFault("not_a_name", _("The name of a field has to be plain text."), event.start_mark)
        # 200: and true: are names as they are written.
        key = str(event.value) if isinstance(event, yaml.ScalarEvent) else str(value)
        if key in holder and key != "<<":
            sentence = _("The field %(name)s stands here a second time. Remove one.") % {"name": key[:80]}
            raise YamlFault("repeated_field", sentence, event.start_mark)
        return key

    def _place(self, holder: Any, key: Any, value: Any, event: Any) -> None:
        if type(holder) is list:
            holder.append(value)
        elif key == "<<" and isinstance(event, yaml.AliasEvent) and isinstance(value, dict):
            for name, each in value.items():
                holder.setdefault(name, each)
        else:
            holder[key] = value

    def _open(self, holder: Any, event: Any) -> None:
        if len(self._stack) >= self._most_depth:
            sentence = _("This is nested more than %(limit)s levels deep, which no API needs. Flatten it.")
            raise YamlFault("too_deep", sentence % {"limit": self._most_depth}, event.start_mark)
        self._size += 1
        self._stack.append((holder, event.anchor, self._size))
        if event.anchor:
            self._anchors[event.anchor] = None

    def _close(self, value: Any) -> Any:
        holder, anchor, before = self._stack.pop()
        if anchor:
            self._anchors[anchor] = _Anchored(value, self._size - before + 1)
        return holder

    def _alias(self, event: Any) -> Any:
        self._aliases += 1
        if event.anchor not in self._anchors:
            sentence = _("The alias *%(name)s has no anchor above it.") % {"name": event.anchor[:80]}
            raise YamlFault("unknown_alias", sentence, event.start_mark)
        anchored = self._anchors[event.anchor]
        if anchored is None:
            sentence = _("The alias *%(name)s stands inside the value that it repeats. Write it out.")
            raise YamlFault("recursive_alias", sentence % {"name": event.anchor[:80]}, event.start_mark)
        self._size += anchored.size
        if self._size > MOST_VALUES or self._aliases > MOST_ALIASES:
            raise YamlFault("too_many_values", _too_many(), event.start_mark)
        return anchored.value


_NO_KEY: Any = object()


def _too_many() -> str:
    return _(
        "With its aliases written out this document holds too many values. Use $ref in place of aliases."
    )


def _scalar(event: Any) -> Any:
    text = event.value
    if not event.implicit[0]:
        return text  # in quotes, or a block: text, whatever it looks like
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMERIC_STARTS:
        return text
    if _INTEGER.fullmatch(text):
        base = {"0x": 16, "0o": 8}.get(text[:2], 10)
        return int(text, base)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text
