"""What a document is read into: operations, findings, and a suggestion of how its calls are signed."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar, Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.errors import DomainError, FieldError

READS, WRITES, DESTROYS = "reads", "writes", "destroys"


class DocumentError(DomainError):
    """A document cannot be taken; says where and why.

    Attributes:
        reason: a stable word for machines, as `remote_reference`.
        line, column: counted from 1; None where the fault has no place.
        place: the way to it, as `paths./pets.get.parameters[0]`.
    """

    code: ClassVar[str] = "document_error"
    user_message: ClassVar[str | Promise] = _("%(sentence)s")

    def __init__(
        self,
        reason: str,
        sentence: str | Promise,
        *,
        line: int | None = None,
        column: int | None = None,
        place: str = "",
    ) -> None:
        self.reason, self.line, self.column, self.place = reason, line, column, place
        where = _where(line, column, place)
        sentence = f"{where}: {sentence}" if where else str(sentence)
        super().__init__(errors=[FieldError("document", reason, sentence)], sentence=sentence)


def _where(line: int | None, column: int | None, place: str) -> str:
    at = ""
    if line is not None:
        words = _("line %(line)s, column %(column)s") if column is not None else _("line %(line)s")
        at = str(words) % {"line": line, "column": column}
    return f"{place} ({at})" if place and at else place or at


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to know about a document that does not keep it from being used.

    Attributes:
        operation: the key of the operation that it is about, else empty.
        line: counted from 1, where it is known.
    """

    code: str
    message: str
    operation: str = ""
    line: int | None = None


class Callable(Protocol):
    """What preparing a request and cutting an answer need of an operation, wherever it is kept."""

    @property
    def key(self) -> str: ...
    @property
    def method(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def summary(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def arguments_schema(self) -> Mapping[str, Any]: ...
    @property
    def mapping(self) -> Mapping[str, Any]: ...
    @property
    def response_schema(self) -> Mapping[str, Any] | None: ...


@dataclass(frozen=True, slots=True)
class ReadOperation:
    """One call that the outside API offers.

    Attributes:
        key: unique in its document, and legal as the name of a model's tool.
        method: in capitals.
        path: with its `{parameters}`, as it follows the server's address.
        risk: `reads`, `writes` or `destroys`.
        consequential: `x-openai-isConsequential`; None where the document does not say.
        arguments_schema: one JSON schema object, small enough for a model.
        mapping: where each argument goes: `parameters` [{argument, name, in, style, explode, json}], `body` or None
            {media_type, argument or properties {argument: name}, encoding, files[], required}, `schema` (the whole
            schema, where the one for the model was cut), `accept`.
        response_schema: of the first successful JSON answer.
        fingerprint: changes whenever anything does that a person approved.
    """

    key: str
    method: str
    path: str
    summary: str
    description: str
    risk: str
    consequential: bool | None
    arguments_schema: dict[str, Any]
    mapping: dict[str, Any]
    response_schema: dict[str, Any] | None
    fingerprint: str

    def document(self) -> dict[str, Any]:
        """Its form as JSON."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "ReadOperation":
        """Read what `document()` wrote."""
        return cls(**document)


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """An OpenAPI document, read.

    Attributes:
        version: the API's own.
        servers: absolute addresses without a slash at the end; calls go to the first.
        auth: how its calls are signed, in the form of a profile's settings {kind, owner, placement, oauth}; None where
            the document names nothing.
    """

    title: str
    description: str
    version: str
    servers: tuple[str, ...]
    operations: tuple[ReadOperation, ...]
    auth: dict[str, Any] | None = None
    warnings: tuple[Finding, ...] = field(default=())

    def document(self) -> dict[str, Any]:
        """Its form as JSON."""
        return {
            "title": self.title,
            "description": self.description,
            "version": self.version,
            "servers": list(self.servers),
            "operations": [operation.document() for operation in self.operations],
            "auth": self.auth,
            "warnings": [asdict(finding) for finding in self.warnings],
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "ReadDocument":
        """Read what `document()` wrote."""
        return cls(
            title=document["title"],
            description=document["description"],
            version=document["version"],
            servers=tuple(document["servers"]),
            operations=tuple(ReadOperation.from_document(each) for each in document["operations"]),
            auth=document["auth"],
            warnings=tuple(Finding(**each) for each in document["warnings"]),
        )
