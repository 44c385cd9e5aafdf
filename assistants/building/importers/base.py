"""What every importer hands over: definitions, and a plain account of what came over and what did not."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import orjson
from django.utils.functional import Promise

from assistants.actions.reading import Reading
from assistants.building.portability.archives import Bundle
from assistants.building.portability.located import Located, Path
from assistants.building.portability.refusals import FileRefused, placed
from assistants.knowledge.actions.put_sources import About
from kernel.errors import FieldError, InvalidInput


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
    """A file of the bundle that becomes knowledge.

    Attributes:
        path: where the definition lists it.
        read_as: a name whose ending says how it is read, where its own does not.
    """

    name: str
    title: str
    type: str = "file"
    sha256: str = ""
    path: Path = ()
    read_as: str = ""
    about: About | None = None


@dataclass(frozen=True, slots=True)
class KnowledgePage:
    """A page, or a website with how far it is followed."""

    url: str
    type: str = "url"
    settings: Mapping[str, Any] = field(default_factory=dict)
    about: About | None = None


@dataclass(frozen=True, slots=True)
class BroughtAction:
    """An action that comes with a definition.

    Attributes:
        given: where it stood. operations: keys of those that are on; None for all.
        auth: how calls are signed, as far as it says, in the form of a profile's settings; never with a secret.
    """

    given: str
    reading: Reading
    operations: tuple[str, ...] | None = None
    auth: Mapping[str, Any] | None = None
    privacy_policy_url: str = ""

    @property
    def keys(self) -> list[str]:
        """The operations that are on, as far as there are such."""
        known = [one.key for one in self.reading.operations]
        return known if self.operations is None else [key for key in self.operations if key in known]


@dataclass(slots=True)
class Account:
    """What is noted down while a definition is read."""

    mapped: list[Mapped] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)

    def maps(self, given: str, to: str) -> None:
        """Note that something came over."""
        self.mapped.append(Mapped(given, to))

    def forget(self, to: str) -> None:
        """Take back that something came over into a field."""
        self.mapped = [entry for entry in self.mapped if entry.field != to]

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
        listed: names of files that it says it knows, and where it says so.
        located: the file that it was read from, to name the line of what is refused.
        under: where in it fields of the patch stand under their own names; `places` says where the others do.
    """

    format: str
    located: Located
    patch: dict[str, Any] = field(default_factory=dict)
    account: Account = field(default_factory=Account)
    under: Path = ()
    places: dict[str, Path] = field(default_factory=dict)
    whole: bool = False
    models: tuple[str, ...] = ()
    files: list[KnowledgeFile] = field(default_factory=list)
    listed: dict[str, str] = field(default_factory=dict)
    pages: list[KnowledgePage] = field(default_factory=list)
    actions: list[BroughtAction] = field(default_factory=list)

    @property
    def name(self) -> str:
        """How it calls itself."""
        return str(self.patch.get("profile", {}).get("name", ""))

    def refusal(self, refusal: InvalidInput) -> FileRefused:
        """What was refused about fields of the patch, as a refusal of the lines that they came from."""
        errors = [self._placed(error) for error in refusal.errors]
        return FileRefused(errors=errors, reason=errors[0].message if errors else refusal.message)

    def _placed(self, error: FieldError) -> FieldError:
        known = [name for name in self.places if f"{error.field}.".startswith(f"{name}.")]
        inner = [name for name in self.places if name.startswith(f"{error.field}.")]
        if found := known or inner:
            path = self.places[max(found, key=len)]
        else:
            path = self.located.path_of(self.under, error.field)
        message = placed(self.located.file, self.located.line_of(path), error.message)
        return FieldError(".".join(map(str, path)) or error.field, error.code, message)


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
