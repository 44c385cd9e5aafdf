"""What a comparison finds, typed: the page and the REST API show the same."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Scalar = str | int | float | bool | None


class Result(BaseModel):
    """A part of what was found; never changed in place."""

    model_config = ConfigDict(frozen=True)


class Span(Result):
    """A stretch of a text."""

    kind: Literal["same", "added", "removed"]
    text: str


class TextChange(Result):
    """A text that was rewritten, word by word; Chinese, Japanese and Korean by character."""

    kind: Literal["text"] = "text"
    path: str
    spans: Sequence[Span]


class Item(Result):
    """An entry of a list. Places count from 1; `spans` shows what differs in a changed one."""

    kind: Literal["same", "added", "removed", "moved", "changed"]
    text: str
    before: int | None = None
    after: int | None = None
    spans: Sequence[Span] = ()


class ListChange(Result):
    """A list whose entries were added, removed, moved or rewritten."""

    kind: Literal["list"] = "list"
    path: str
    items: Sequence[Item]


class ValueChange(Result):
    """A setting that has another value; null where it is left to the model or the platform."""

    kind: Literal["value"] = "value"
    path: str
    before: Scalar
    after: Scalar


FieldChange = Annotated[TextChange | ListChange | ValueChange, Field(discriminator="kind")]


class DocumentState(Result):
    """A document of a version's knowledge."""

    id: str
    name: str
    pages: int | None
    passages: int


class DocumentChange(Result):
    """A document that came, went, or was replaced by another revision of the same source."""

    kind: Literal["added", "removed", "changed"]
    before: DocumentState | None = None
    after: DocumentState | None = None

    @property
    def name(self) -> str:
        """Its newest name."""
        shown = self.after or self.before
        return shown.name if shown else ""


class KnowledgeChange(Result):
    """What the sources hold more, less, or otherwise."""

    before: int
    after: int
    documents: Sequence[DocumentChange]


class DisclosureChange(Result):
    """What people are told that they were not told before, and the other way round.

    `part` is one of `hosts`, `models`, `stored`, `visible_to`, `limits`.
    """

    part: str
    added: Sequence[str]
    removed: Sequence[str]


class Side(Result):
    """One of the two that are compared; `number` is null for the draft."""

    number: int | None
    content_hash: str
    author: str
    note: str


class Comparison(Result):
    """Everything that differs between two definitions and their knowledge."""

    before: Side
    after: Side
    identical: bool
    fields: Sequence[FieldChange]
    knowledge: KnowledgeChange
    disclosures: Sequence[DisclosureChange]
    # Whether more leaves the server than before: another outside host, or another pair of eyes.
    discloses_more: bool
