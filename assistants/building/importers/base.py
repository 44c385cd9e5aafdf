"""What every importer hands over: definitions, and a plain account of what came over and what did not."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import orjson
from django.utils.functional import Promise

from assistants.building.portability.archives import Bundle
from assistants.building.portability.yaml_lines import Located


@dataclass(frozen=True, slots=True)
class Mapped:
    """Something that came over: where it stood, and the field of the definition in which it stands now."""

    given: str
    field: str


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that did not come over, word for word.

    Attributes:
        given: where it stood. name: what it is. reason: why it has no place here. advice: what to do next.
    """

    given: str
    name: str
    reason: str
    text: str = ""
    advice: str = ""


@dataclass(frozen=True, slots=True)
class KnowledgeFile:
    """A file of the bundle that becomes knowledge; `path` is where the definition lists it."""

    name: str
    title: str
    type: str = "file"
    sha256: str = ""
    path: tuple[str | int, ...] = ()


@dataclass(slots=True)
class Account:
    """What is noted down while a definition is read."""

    mapped: list[Mapped] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)

    def maps(self, given: str, to: str) -> None:
        """Note that something came over."""
        self.mapped.append(Mapped(given, to))

    def misses(
        self,
        given: str,
        name: str | Promise,
        reason: str | Promise,
        value: Any = "",
        advice: str | Promise = "",
    ) -> None:
        """Note that something did not; `value` is kept word for word."""
        self.missing.append(Missing(given, str(name), str(reason), word_for_word(value), str(advice)))


@dataclass(slots=True)
class Definition:
    """One assistant that somebody brings along.

    Attributes:
        patch: what it says about itself, as a merge patch over a first definition; the whole one where `whole`.
        models: names under which its model may be offered here, the best first.
        located: the file that it was read from, to name the line of what is refused; `under` is where in it.
    """

    format: str
    patch: dict[str, Any]
    account: Account
    located: Located
    under: tuple[str | int, ...] = ()
    whole: bool = False
    models: tuple[str, ...] = ()
    files: list[KnowledgeFile] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """How it calls itself."""
        return str(self.patch.get("profile", {}).get("name", ""))


class Importer(Protocol):
    """One format."""

    name: str

    def recognises(self, document: Any) -> bool:
        """Whether a document has this format's shape."""

    def definitions(self, located: Located, bundle: Bundle) -> Iterable[Definition]:
        """The assistants that a document describes."""


def word_for_word(value: Any) -> str:
    """A value as text: what is text stays as it is, but for NUL, which the database does not take."""
    if isinstance(value, str):
        return value.replace("\x00", "\ufffd")
    if value is None or value in ({}, []):
        return ""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()


def texts(value: Any) -> dict[str, Any]:
    """An object, or an empty one where it is something else."""
    return dict(value) if isinstance(value, Mapping) else {}
