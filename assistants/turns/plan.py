"""What a turn is made from: frozen values, no framework, no database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Grounding = Literal["free", "prefer", "only"]
Rewriting = Literal["off", "words", "model"]


@dataclass(frozen=True, slots=True)
class KnowledgeScope:
    """What a turn may search: documents of the creator's organisation.

    Attributes:
        source_set_ids: primary keys of the sets that the documents lie in.
        document_ids: primary keys of the documents in the manifest; nothing outside it is ever found.
        groups: primary keys of the reader's groups in that organisation; sources restricted to others are left out. None
            for those who build: they see every source of the set.
    """

    organisation_id: int
    source_set_ids: tuple[int, ...]
    document_ids: tuple[int, ...]
    groups: tuple[int, ...] | None = ()


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Which sources a search is narrowed to; empty for all.

    Attributes:
        tags: a source has to carry every one of them.
        metadata: pairs of a name and a value that a source has to hold, every one of them.
    """

    tags: tuple[str, ...] = ()
    metadata: tuple[tuple[str, str | int | float | bool], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.tags or self.metadata)


@dataclass(frozen=True, slots=True)
class Limits:
    """Where a turn ends by itself; what is None is left to the platform.

    Attributes:
        characters: of the answer; the platform's own limit.
        seconds: from the first call of a model on, tools included.
        tokens: read and written by all calls together. cost: of all calls, in micro-units.
        tool_calls: after that many the model has to answer without further ones.
    """

    characters: int = 200_000
    seconds: int | None = None
    tokens: int | None = None
    tool_calls: int = 10
    cost: int | None = None


@dataclass(frozen=True, slots=True)
class ActionUse:
    """An action of a plan: its public id, the revision that counts, and the keys of the operations that are on."""

    action_id: str
    revision_id: str
    operations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AssistantPlan:
    """An assistant as a turn sees it, made from a version or a draft.

    Attributes:
        version_id: public id of the version; None for a draft.
        creator_organisation_id: whose knowledge is searched.
        system_prompt: the compiled instructions.
        parameters: temperature, top_p, max_output_tokens.
        fallback_id: the model that answers where the first one fails before its first token; empty for none.
        top_k: how many passages at most; budget_tokens: how many tokens of passages.
        narrowing: which of the sources are searched. rerank: whether the operator's reranker has the last word on the order.
        neighbours: whether hits that stand next to each other become one passage.
        rewriting: how a question that leans on the conversation is made one that stands alone.
        show_steps: whether the answer begins with its reasoning. verification: whether it is checked afterwards.
        language: a language code, empty for that of the question.
        capabilities: names of the built-in tools that are switched on. actions: what it may do outside.
    """

    assistant_id: str
    assistant_name: str
    creator_organisation_id: int
    system_prompt: str
    model_id: str
    fallback_id: str = ""
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
    narrowing: Narrowing = Narrowing()
    rerank: bool = False
    neighbours: bool = True
    rewriting: Rewriting = "words"
    show_steps: bool = False
    verification: bool = False
    language: str = ""
    capabilities: frozenset[str] = frozenset()
    actions: tuple[ActionUse, ...] = ()
    limits: Limits = Limits()

    def earner_of(self, organisation_id: int) -> int | None:
        """The creator's organisation where this is published and `organisation_id` is another one, which may owe it something."""
        home = self.creator_organisation_id
        return home if self.publication_id and home != organisation_id else None

    @property
    def knobs(self) -> "SearchKnobs":
        """How its sources are searched."""
        return SearchKnobs(
            self.top_k,
            self.budget_tokens,
            rerank=self.rerank,
            neighbours=self.neighbours,
            narrowing=self.narrowing,
        )


@dataclass(frozen=True, slots=True)
class RetrievedPassage:
    """A passage that answers a query, with its place.

    Attributes:
        id, document_id: public ids. page and paragraph count from 1; None where the format has none.
        score: 0 to 1, comparable inside one result. start, end: character offsets in the document's text.
        quotable: whether its words may be shown to readers; otherwise only where they stand.
        url: where it stands, for what was fetched from the web in this turn: then there is no document.
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
    quotable: bool = True
    url: str = ""


@dataclass(frozen=True, slots=True)
class SearchKnobs:
    """How a search goes about it.

    Attributes:
        k: how many passages at most. budget_tokens: how many tokens of passages; the first one is given in any case.
        mode: hybrid, vector or words. Passages without a vector yet are found by their words.
        meaning, words: how much each ranking counts in the fusion; 0 leaves one out.
    """

    k: int
    budget_tokens: int
    mode: str = "hybrid"
    meaning: float = 1.0
    words: float = 1.0
    rerank: bool = False
    neighbours: bool = False
    narrowing: Narrowing = Narrowing()
