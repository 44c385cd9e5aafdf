"""What a turn is made from: frozen values, no framework, no database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Grounding = Literal["free", "prefer", "only"]


@dataclass(frozen=True, slots=True)
class KnowledgeScope:
    """What a turn may search: documents of one source set of the creator's organisation.

    Attributes:
        document_ids: primary keys of the documents in the manifest; nothing outside it is ever found.
    """

    organisation_id: int
    source_set_id: int
    document_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AssistantPlan:
    """An assistant as a turn sees it, made from a version or a draft.

    Attributes:
        version_id: public id of the version; None for a draft.
        creator_organisation_id: whose knowledge is searched.
        system_prompt: the compiled instructions.
        parameters: temperature, top_p, max_output_tokens.
        top_k: how many passages at most; budget_tokens: how many tokens of passages.
    """

    assistant_id: str
    assistant_name: str
    creator_organisation_id: int
    system_prompt: str
    model_id: str
    publication_id: str | None = None
    version_id: str | None = None
    version_number: int | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    grounding: Grounding = "prefer"
    citations: bool = True
    not_enough_information: str = ""
    knowledge: KnowledgeScope | None = None
    top_k: int = 6
    budget_tokens: int = 2000


@dataclass(frozen=True, slots=True)
class RetrievedPassage:
    """A passage that answers a query, with its place.

    Attributes:
        id, document_id: public ids. page and paragraph count from 1; None where the format has none.
        score: 0 to 1, comparable inside one result. start, end: character offsets in the document's text.
    """

    id: str
    document_id: str
    title: str
    text: str
    page: int | None
    paragraph: int | None
    heading: str
    score: float
    start: int
    end: int
    tokens: int


class Retriever(Protocol):
    """The retrieval port; knowledge registers its implementation in `kernel.registries.retriever`."""

    def __call__(
        self, scope: KnowledgeScope, query: str, *, k: int, budget_tokens: int, mode: str = "hybrid"
    ) -> list[RetrievedPassage]:
        """Search; synchronous, opens its own tenant scope."""
        ...
